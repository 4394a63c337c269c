"""Exercises that need NumPy alone open in the browser, from the site itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.book.conftest import ROOT
from tools import browser_lab

THERE = {path.stem for path in browser_lab.notebooks(ROOT)}
ALL = {path.stem for path in (ROOT / "chapters/exercises").glob("*/*.ipynb")}


def test_exercises_on_numpy_are_there_and_those_on_pytorch_are_not() -> None:
    assert {"forward", "backward", "convolution", "alternatives"} <= THERE
    assert {"training", "gpu"} == ALL - THERE


@pytest.mark.parametrize("name", sorted(ALL))
def test_page_offers_what_is_there(site: Path, name: str) -> None:
    page = (site / f"chapters/exercises/{name}/{name}.html").read_text("utf-8")
    offered = f"../../../lite/notebooks/index.html?path={name}.ipynb" in page
    assert offered == (name in THERE)
    if offered:
        given = site / f"lite/files/{name}.ipynb"
        released = ROOT / f"chapters/exercises/{name}/{name}.ipynb"
        assert json.loads(given.read_text("utf-8")) == json.loads(
            released.read_text("utf-8")
        )


def test_nothing_else_is_given_away(site: Path) -> None:
    found = {path.stem for path in site.glob("lite/files/**/*") if path.is_file()}
    assert found == THERE


def test_a_reader_sees_the_exercise_and_python_is_asked_for_by_its_version(
    browser: Browser, address: str, site: Path
) -> None:
    """Pyodide itself comes from the internet, where tests do not go."""
    page = browser.new_context().new_page()
    page.set_default_timeout(120_000)
    asked: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    page.context.route("**/*", guard)
    page.goto(f"{address}chapters/exercises/forward/forward.html")
    assert asked == []
    page.goto(f"{address}lite/notebooks/index.html?path=forward.ipynb")
    title = "Exercise: batch normalization, forward"
    page.get_by_role("heading", name=title).wait_for()
    for _ in range(240):
        if asked:
            break
        page.wait_for_timeout(500)
    settings = (site / "lite").rglob("kernel.v0.schema.json")
    address_of_python = json.loads(next(settings).read_text("utf-8"))["properties"][
        "pyodideUrl"
    ]["default"]
    assert asked and set(asked) == {address_of_python}
    page.context.close()
