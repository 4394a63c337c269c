"""What a reader meets in a browser, on a screen and on a phone, by day and by night."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, Route

from tests.book.conftest import ROOT

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREEN, PHONE, SMALLEST = 1280, 390, 320
# Before a page's own content; formulas add MathJax to it.
WEIGHT_KIB = 300
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"]]
PAGES += [entry["file"] for part in TOC["parts"] for entry in part["chapters"]]
every_page = pytest.mark.parametrize("name", PAGES)


@dataclass
class Visit:
    """One opened page, and what happened while it loaded."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)


@contextmanager
def visit(
    browser: Browser, url: str, within: str, width: int = SCREEN, theme: str = "light"
) -> Iterator[Visit]:
    """Open `url`, and let it load nothing but what is below the address `within`."""
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    seen = Visit(page)

    def guard(route: Route) -> None:
        if route.request.url.startswith((within, "data:", "blob:")):
            route.continue_()
        else:
            seen.outside.append(route.request.url)
            route.abort()

    page.route("**/*", guard)
    page.on("response", seen.responses.append)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on(
        "console",
        lambda line: (
            seen.errors.append(line.text) if line.type in ("error", "warning") else None
        ),
    )
    page.goto(url, wait_until="load")
    page.wait_for_timeout(300)
    yield seen
    context.close()


def gzipped(response: Response) -> int:
    """Return about how many bytes travel for `response`."""
    kind = response.headers.get("content-type", "")
    packed = any(word in kind for word in ("text", "script", "json", "svg"))
    return len(gzip.compress(response.body()) if packed else response.body())


@every_page
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [SCREEN, PHONE])
def test_page_is_quiet_accessible_and_complete(
    browser: Browser, address: str, name: str, width: int, theme: str
) -> None:
    with visit(browser, f"{address}{name}.html", address, width, theme) as seen:
        assert seen.outside == []
        assert seen.errors == []
        assert [r.url for r in seen.responses if r.status >= 400] == []
        violations = Axe().run(seen.page, options={"runOnly": WCAG}).response
        assert [
            f"{one['id']}: {node['html'][:120]}"
            for one in violations["violations"]
            for node in one["nodes"]
        ] == []


@every_page
@pytest.mark.parametrize("width", [SCREEN, PHONE, SMALLEST])
def test_page_does_not_scroll_sideways(
    browser: Browser, address: str, name: str, width: int
) -> None:
    with visit(browser, f"{address}{name}.html", address, width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@every_page
def test_figures_say_in_words_what_they_show(
    browser: Browser, address: str, name: str
) -> None:
    words = """all => all.map(one => one.getAttribute(
        one.tagName === "IMG" ? "alt" : "aria-label") || "")"""
    with visit(browser, f"{address}{name}.html", address) as seen:
        texts = seen.page.eval_on_selector_all(
            "article img, article figure svg, article [role=img]", words
        )
        assert [
            text for text in texts if len(text) < 20 or "/" in text.split()[0]
        ] == []


@every_page
def test_page_is_light(browser: Browser, address: str, name: str) -> None:
    with visit(browser, f"{address}{name}.html", address) as seen:
        furniture = [
            response
            for response in seen.responses
            if "/_static/" in response.url and "/mathjax/" not in response.url
        ]
        assert sum(map(gzipped, furniture)) <= WEIGHT_KIB * 1024


@every_page
def test_page_loads_mathjax_only_for_formulas(
    browser: Browser, address: str, name: str
) -> None:
    with visit(browser, f"{address}{name}.html", address) as seen:
        loaded = any("/mathjax/" in response.url for response in seen.responses)
        formulas = seen.page.locator("article .math").count()
        assert loaded == (formulas > 0)
        assert seen.page.locator("article mjx-container").count() == formulas
        assert seen.page.locator("mjx-merror").count() == 0


@every_page
def test_page_works_from_a_usb_stick(browser: Browser, site: Path, name: str) -> None:
    within = site.as_uri() + "/"
    with visit(browser, f"{within}{name}.html", within) as seen:
        assert seen.outside == []
        assert seen.errors == []
        # Drawn formulas need no font, which some browsers would not load from a disk.
        formulas = seen.page.locator("article .math").count()
        assert seen.page.locator("article mjx-container > svg").count() == formulas


def test_search_works_from_a_usb_stick(browser: Browser, site: Path) -> None:
    within = site.as_uri() + "/"
    with visit(browser, f"{within}search.html?q=epsilon", within) as seen:
        seen.page.wait_for_selector("#search-results li")
        assert seen.errors == []


def test_icons_are_drawn(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}{PAGES[0]}.html", address) as seen:
        seen.page.evaluate("document.fonts.ready")
        loaded = "[...document.fonts].filter(one => one.status === 'loaded').length"
        assert seen.page.evaluate(loaded) == 1
        assert not any("/webfonts/" in response.url for response in seen.responses)


@every_page
def test_every_control_can_be_reached_and_named(
    browser: Browser, address: str, name: str
) -> None:
    nameless = """all => all.filter(one =>
        !(one.innerText.trim() || one.ariaLabel || one.title)
    ).map(one => one.outerHTML.slice(0, 120))"""
    with visit(browser, f"{address}{name}.html", address) as seen:
        assert seen.page.eval_on_selector_all("button, a[href]", nameless) == []
        unreachable = "[onclick]:not(button, a[href], input)"
        assert seen.page.locator(unreachable).count() == 0
