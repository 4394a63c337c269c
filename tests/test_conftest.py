"""The rules about skipped tests, each tried on a small suite of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

RULES = Path(__file__).with_name("conftest.py").read_text("utf-8")
SETTINGS = """
[pytest]
markers =
    gpu: needs a GPU
    internet: needs the internet
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """Return a function that runs one module of tests under the rules."""
    pytester.makeconftest(RULES)
    pytester.makeini(SETTINGS)
    monkeypatch.delenv("COURSE_INTERNET", raising=False)

    def run(source: str, ci: str) -> pytest.RunResult:
        monkeypatch.setenv("CI", ci)
        pytester.makepyfile(source)
        return pytester.runpytest("-p", "no:cacheprovider")

    return run


SKIPPING = """
import pytest

def test_needs_a_tool():
    pytest.skip("no such tool here")
"""

EXCUSED = """
import pytest

@pytest.mark.internet
def test_asks_the_world():
    assert False
"""


def test_a_skip_is_a_skip_on_a_desk(suite):
    suite(SKIPPING, ci="").assert_outcomes(skipped=1)


def test_a_skip_is_a_failure_in_ci_and_says_its_reason(suite):
    result = suite(SKIPPING, ci="true")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_needs_a_tool was skipped*", "*no such tool*"])


def test_a_mark_that_skips_is_a_failure_in_ci(suite):
    source = "import pytest\n@pytest.mark.skip(reason='later')\ndef test_x(): pass"
    suite(source, ci="true").assert_outcomes(errors=1)


def test_a_module_that_skips_itself_is_a_failure_in_ci(suite):
    source = "import pytest\npytest.importorskip('nothing_of_this_name')"
    suite(source, ci="true").assert_outcomes(errors=1)


def test_what_needs_the_internet_is_skipped_in_ci_and_listed_by_name(suite):
    result = suite(EXCUSED, ci="true")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*not run: needs*", "*test_asks_the_world: needs*"])


def test_what_needs_the_internet_runs_when_it_is_allowed(suite, monkeypatch):
    monkeypatch.setenv("COURSE_INTERNET", "1")
    source = "import pytest\n@pytest.mark.internet\ndef test_x(): pass"
    suite(source, ci="true").assert_outcomes(passed=1)


def test_an_expected_failure_stays_one_in_ci(suite):
    source = "import pytest\n@pytest.mark.xfail\ndef test_x(): assert False"
    suite(source, ci="true").assert_outcomes(xfailed=1)
