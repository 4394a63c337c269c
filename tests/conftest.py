"""Rules that hold for every test.

With CI=true a skipped test is a failure: a check that did not run has proved
nothing. Only tests that need a GPU or the internet may be skipped there, and the
summary lists them by name.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Chromium keeps to itself: no updates, no reports, no GPU, and as root no sandbox.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Folders whose modules take longest; with several processors, they start first.
LONG = {"grading", "book"}
ALONE = "alone: attacks the machine or watches the clock; runs beside no other test"
EXCUSES = ("gpu", "internet")
excused = pytest.StashKey[list[str]]()

NOT_RUN = """\
{name} was skipped, and with CI=true a skip is a failure.
The reason given: {reason}
Install what the test needs, or mark it gpu or internet if it needs one of these."""


def in_ci() -> bool:
    """Tell whether continuous integration runs the tests."""
    return os.environ.get("CI", "").lower() == "true"


def has_gpu() -> bool:
    """Tell whether PyTorch finds a CUDA device."""
    import torch

    return torch.cuda.is_available()


def has_internet() -> bool:
    """Tell whether the caller has allowed tests to use the internet."""
    return os.environ.get("COURSE_INTERNET") == "1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium or Chrome, without a window.

    There is one for all tests: Playwright cannot be started twice in a thread.
    """
    from playwright.sync_api import sync_playwright

    from tools import system_packages

    program = system_packages.browser()
    if program is None:
        pytest.skip(system_packages.sentence(["browser"]))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", ALONE)
    config.stash[excused] = []


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu") and not has_gpu():
        pytest.skip("needs a CUDA device, and PyTorch finds none")
    if item.get_closest_marker("internet") and not has_internet():
        pytest.skip("needs the internet, which COURSE_INTERNET=1 allows")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not LONG & set(item.path.parts))


def reason_of(longrepr: object) -> str:
    """Return the words of a skip, whose report is a (path, line, reason) tuple."""
    words = longrepr[2] if isinstance(longrepr, tuple) else longrepr
    return str(words).removeprefix("Skipped: ")


def forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn the report of a skip into that of a failure."""
    reason = reason_of(report.longrepr)
    report.outcome = "failed"
    report.longrepr = NOT_RUN.format(name=report.nodeid, reason=reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        if any(item.get_closest_marker(name) for name in EXCUSES):
            item.config.stash[excused].append(
                f"{report.nodeid}: {reason_of(report.longrepr)}"
            )
        elif in_ci():
            forbid(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[
    None, pytest.CollectReport, pytest.CollectReport
]:
    report = yield
    if report.skipped and in_ci():
        forbid(report)
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    names = config.stash[excused]
    if names:
        terminalreporter.section("not run: needs a GPU or the internet")
        for name in names:
            terminalreporter.line(name)
