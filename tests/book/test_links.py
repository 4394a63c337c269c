"""Every link and every button leads somewhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.book.conftest import ROOT
from tools import browser_lab

REPOSITORY = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]
COLAB = "https://colab.research.google.com/github/"
# The scripts behind the site's own buttons.
SCRIPTS = {"window.print()"}


class Page(HTMLParser):
    """The links, the anchors and the scripted buttons of one page."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.links: list[str] = []
        self.anchors: set[str] = {""}
        self.scripts: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "src") if name in given]
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.scripts |= {given["onclick"]} if "onclick" in given else set()


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Page]:
    """Read every page of the site that is the book's own."""
    files = (file.relative_to(site) for file in site.rglob("*.html"))
    own = (site / f for f in files if f.parts[0] not in ("_static", browser_lab.FOLDER))
    return {file: Page(file) for file in own}


def internal(pages: dict[Path, Page]) -> Iterator[tuple[Page, str, Path, str]]:
    """Yield (page, link, target file, anchor) for each link into the site."""
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            if not parts.scheme and not parts.netloc:
                path = unquote(parts.path)
                target = (page.file.parent / path).resolve() if path else page.file
                yield page, link, target, unquote(parts.fragment)


def external(pages: dict[Path, Page]) -> set[str]:
    """Return every address outside the site that a page names."""
    links = {link for page in pages.values() for link in page.links}
    return {link for link in links if urlsplit(link).scheme}


def in_repository(path: str) -> bool:
    """Tell whether `path` is a file or folder that git knows."""
    command = ["git", "ls-files", "--error-unmatch", path]
    return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def test_every_link_into_the_site_finds_its_file(pages: dict[Path, Page]) -> None:
    missing = {
        f"{page.file.name}: {link}"
        for page, link, target, _ in internal(pages)
        if not target.is_file()
    }
    assert missing == set()


def test_every_link_to_a_place_on_a_page_finds_it(pages: dict[Path, Page]) -> None:
    missing = {
        f"{page.file.name}: {link}"
        for page, link, target, anchor in internal(pages)
        if target in pages and anchor not in pages[target].anchors
    }
    assert missing == set()


def test_every_address_outside_is_encrypted(pages: dict[Path, Page]) -> None:
    schemes = ("https:", "mailto:", "data:")
    assert {link for link in external(pages) if not link.startswith(schemes)} == set()


def test_links_to_files_of_the_repository_find_them(pages: dict[Path, Page]) -> None:
    url, branch = REPOSITORY["url"], REPOSITORY["branch"]
    files = {f"{url}/{kind}/{branch}/" for kind in ("blob", "tree", "raw")}
    files.add(f"{url.replace('https://github.com/', COLAB)}/blob/{branch}/")
    for link in external(pages):
        for prefix in files:
            if link.startswith(prefix):
                assert in_repository(link.removeprefix(prefix)), link


def test_released_notebook_offers_colab_and_a_download_that_is_its_copy(
    site: Path, pages: dict[Path, Page]
) -> None:
    notebooks = sorted((ROOT / "chapters/exercises").glob("*/*.ipynb"))
    assert notebooks
    for notebook in notebooks:
        path = notebook.relative_to(ROOT)
        links = pages[site / path.with_suffix(".html")].links
        owner = REPOSITORY["url"].removeprefix("https://github.com/")
        assert f"{COLAB}{owner}/blob/main/{path.as_posix()}" in links
        (copy,) = {link for link in links if "_sources" in link}
        page = site / path.parent
        assert (page / copy).read_bytes() == notebook.read_bytes()


def test_pages_in_markdown_offer_neither(pages: dict[Path, Page]) -> None:
    for page in pages.values():
        name = "/".join(page.file.with_suffix(".ipynb").parts[-2:])
        if "exercises" not in page.file.parts and not (ROOT / name).exists():
            buttons = [
                link
                for link in page.links
                if link.startswith(COLAB) or "_sources" in link
            ]
            assert buttons == [], page.file


def test_scripted_buttons_call_what_exists(pages: dict[Path, Page]) -> None:
    assert set().union(*(page.scripts for page in pages.values())) <= SCRIPTS


def test_every_page_describes_itself(pages: dict[Path, Page]) -> None:
    for file in pages:
        text = file.read_text(encoding="utf-8")
        if 'http-equiv="Refresh"' not in text:
            (tag,) = re.findall(r'<meta [^>]*name="description"[^>]*>', text)
            assert re.search(r'content="[^"]{20,}"', tag), file


def test_only_the_pages_of_the_contents_are_published(
    site: Path, pages: dict[Path, Page]
) -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    named = {toc["root"]}
    named |= {entry["file"] for part in toc["parts"] for entry in part["chapters"]}
    built = {file.relative_to(site).with_suffix("").as_posix() for file in pages}
    assert built - {"index", "genindex", "search"} == named
