"""The figure that readers move: in a browser, by keyboard, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from lab.controls import ScaleShift
from playwright.sync_api import Browser, Page

from tools.build_book import ROOT

VALUES = np.array([2.2, 2.4, 2.5, 2.6, 2.8])


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Write the figure into a page beside a copy of its script; return the address."""
    static = tmp_path / "_static"
    static.mkdir()
    for name in ("scale-shift.js", "lab.css"):
        (static / name).write_bytes((ROOT / "chapters/_static" / name).read_bytes())
    page = tmp_path / "pages" / "page.html"
    page.parent.mkdir()
    markup = ScaleShift(VALUES, 1.5, -1.0, 1e-5)._repr_mimebundle_()["text/html"]
    page.write_text(f"<!doctype html><meta charset=utf-8>{markup}", encoding="utf-8")
    return page.as_uri()


@pytest.fixture
def page(browser: Browser, file: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(file)
    yield page
    page.close()


def numbers(text: str) -> str:
    """Return `text` with the names of the letters as the script writes them."""
    for name, letter in (("gamma", "γ"), ("beta", "β"), ("epsilon", "ε")):
        text = text.replace(name, letter)
    return text.replace("1e-05", "1e-5")


def test_it_starts_with_the_numbers_that_python_computed(page: Page) -> None:
    expected = numbers(ScaleShift(VALUES, 1.5, -1.0, 1e-5).sentence())
    assert page.locator("figcaption").inner_text() == expected


@pytest.mark.parametrize(
    ("name", "key", "changed"),
    [("γ, scale", "gamma", 1.6), ("β, shift", "beta", -0.9), ("ε", "eps", 10**-4.5)],
)
def test_a_key_moves_a_slider_and_the_text_follows(
    page: Page, name: str, key: str, changed: float
) -> None:
    page.get_by_role("slider", name=name).press("ArrowRight")
    settings = {"gamma": 1.5, "beta": -1.0, "eps": 1e-5} | {key: changed}
    figure = ScaleShift(VALUES, **settings)
    shown = ", ".join(f"{y:.2f}" for y in figure.output())
    text = page.locator("figcaption").inner_text()
    assert f"the outputs are {shown}." in text
    assert f"mean is {figure.output().mean():.2f}" in text


def test_outputs_beyond_the_drawing_are_mentioned(page: Page) -> None:
    page.get_by_role("slider", name="γ, scale").press("End")
    assert "outside the drawing" in page.locator("figcaption").inner_text()


def test_the_dots_stand_where_the_outputs_are(page: Page) -> None:
    page.get_by_role("slider", name="γ, scale").fill("0")
    dots = page.locator("figure svg g").nth(1).locator("circle")
    places = {dots.nth(i).get_attribute("cx") for i in range(dots.count())}
    assert len(places) == 1


def test_it_fits_a_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_javascript_the_figure_and_its_numbers_are_there(
    browser: Browser, file: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file)
    assert page.locator("figure svg").get_attribute("aria-label").startswith("Dots on")
    assert "standard deviation 1.50" in page.locator("figcaption").inner_text()
    assert page.get_by_role("slider").count() == 0
    context.close()
