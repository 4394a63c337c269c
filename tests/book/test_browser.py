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
# To describe what is in order takes axe longer than to look at it.
AXE_OPTIONS = {"runOnly": WCAG, "resultTypes": ["violations"]}
# A figure is one image with one name; its thousands of strokes are not looked into.
AXE_SCOPE = {"include": [["html"]], "exclude": [["figure svg > *"]]}
SCREEN, PHONE, SMALLEST = 1280, 390, 320
# Before a page's own content; formulas add MathJax to it.
WEIGHT_KIB = 300
FORMULAS_DRAWN = """() => document.querySelectorAll("article .math").length ===
    document.querySelectorAll("article .math mjx-container").length"""
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"]]
PAGES += [entry["file"] for part in TOC["parts"] for entry in part["chapters"]]
TOO_WIDE = """() => [...document.querySelectorAll("article mjx-container[display] > *")]
    .filter(drawn => drawn.getBoundingClientRect().width >
        drawn.closest("mjx-container").parentElement.clientWidth + 1)
    .map(drawn => drawn.closest("section").id)"""


@dataclass
class Visit:
    """One opened page, and what happened while it loaded."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def watch(self, within: str) -> None:
        """Write down what happens, and load nothing but what is below `within`."""

        def guard(route: Route) -> None:
            if route.request.url.startswith((within, "data:", "blob:")):
                route.continue_()
            else:
                self.outside.append(route.request.url)
                route.abort()

        self.page.route("**/*", guard)
        self.page.on("response", lambda response: self.responses.append(response))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda line: (
                self.errors.append(line.text)
                if line.type in ("error", "warning")
                else None
            ),
        )

    def count(self, selector: str) -> int:
        """Return how many elements of the page match `selector`."""
        return self.page.locator(selector).count()


@contextmanager
def visit(
    browser: Browser, url: str, within: str, width: int = SCREEN, theme: str = "light"
) -> Iterator[Visit]:
    """Open `url` and wait until its formulas are drawn."""
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 900}
    )
    # A busy machine is slow, not wrong.
    context.set_default_timeout(120_000)
    seen = Visit(context.new_page())
    seen.watch(within)
    seen.page.goto(url, wait_until="load")
    seen.page.wait_for_function(FORMULAS_DRAWN)
    yield seen
    context.close()


@pytest.fixture(scope="module", params=PAGES)
def page(
    request: pytest.FixtureRequest, browser: Browser, address: str
) -> Iterator[Visit]:
    """Open each page once, on a screen by day, for tests that only look."""
    with visit(browser, f"{address}{request.param}.html", address) as seen:
        yield seen


@pytest.fixture(scope="module", params=PAGES)
def on_phone(
    request: pytest.FixtureRequest, browser: Browser, address: str
) -> Iterator[Visit]:
    """Open each page once, on a phone by night, for tests that only look."""
    url = f"{address}{request.param}.html"
    with visit(browser, url, address, PHONE, "dark") as seen:
        yield seen


def gzipped(response: Response) -> int:
    """Return about how many bytes travel for `response`."""
    kind = response.headers.get("content-type", "")
    packed = any(word in kind for word in ("text", "script", "json", "svg"))
    return len(gzip.compress(response.body()) if packed else response.body())


def test_figures_say_in_words_what_they_show(page: Visit) -> None:
    texts = page.page.eval_on_selector_all(
        "article img, article figure svg, article [role=img]",
        "all => all.map(one => one.alt || one.ariaLabel || '')",
    )
    assert [text for text in texts if len(text) < 20 or "/" in text.split()[0]] == []


def test_page_is_light(page: Visit) -> None:
    furniture = [
        response
        for response in page.responses
        if "/_static/" in response.url and "/mathjax/" not in response.url
    ]
    assert furniture
    assert sum(map(gzipped, furniture)) <= WEIGHT_KIB * 1024


def test_mathjax_is_loaded_for_formulas_alone(page: Visit) -> None:
    loaded = any("/mathjax/" in response.url for response in page.responses)
    assert loaded == (page.count("article .math") > 0)
    assert page.count("mjx-merror") == 0


def test_icons_come_with_the_styles(page: Visit) -> None:
    page.page.evaluate("document.fonts.ready.then(() => true)")
    icons = """[...document.fonts].filter(one =>
        one.family.includes("Awesome") && one.status === "loaded").length"""
    assert page.page.evaluate(icons) == 1
    assert not any("/webfonts/" in response.url for response in page.responses)


def test_every_control_has_a_name_and_is_reached_by_keyboard(page: Visit) -> None:
    nameless = """all => all.filter(one =>
        !(one.textContent.trim() || one.ariaLabel || one.title)
    ).map(one => one.outerHTML.slice(0, 120))"""
    assert page.page.eval_on_selector_all("button, a[href]", nameless) == []
    assert page.count("[onclick]:not(button, a[href], input)") == 0


def assert_quiet_and_accessible(seen: Visit) -> None:
    """Fail if the page asked elsewhere, complained, or keeps somebody out."""
    assert seen.outside == []
    assert seen.errors == []
    assert [r.url for r in seen.responses if r.status >= 400] == []
    found = Axe().run(seen.page, context=AXE_SCOPE, options=AXE_OPTIONS)
    assert [
        f"{one['id']}: {node['html'][:120]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ] == []


def width(seen: Visit) -> int:
    """Return how wide the page is, were all of it to be seen."""
    return int(seen.page.evaluate("document.documentElement.scrollWidth"))


def test_page_is_quiet_and_accessible_on_a_screen_by_day(page: Visit) -> None:
    assert width(page) <= SCREEN
    assert_quiet_and_accessible(page)


def test_page_is_quiet_and_accessible_on_a_phone_by_night(on_phone: Visit) -> None:
    assert width(on_phone) <= PHONE
    assert_quiet_and_accessible(on_phone)


def test_page_fits_the_smallest_screen(on_phone: Visit) -> None:
    on_phone.page.set_viewport_size({"width": SMALLEST, "height": 900})
    assert width(on_phone) <= SMALLEST
    on_phone.page.set_viewport_size({"width": PHONE, "height": 900})


def test_displayed_formulas_fit_a_phone(on_phone: Visit) -> None:
    assert on_phone.page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_works_from_a_usb_stick(browser: Browser, site: Path, name: str) -> None:
    within = site.as_uri() + "/"
    with visit(browser, f"{within}{name}.html", within) as seen:
        assert seen.outside == []
        assert seen.errors == []
        # Drawn formulas need no font, which some browsers would not load from a disk.
        assert seen.count("article mjx-container") == seen.count(
            "article mjx-container > svg"
        )


def test_search_works_from_a_usb_stick(browser: Browser, site: Path) -> None:
    within = site.as_uri() + "/"
    with visit(browser, f"{within}search.html?q=epsilon", within) as seen:
        seen.page.wait_for_selector("#search-results li")
        assert seen.errors == []
