"""The site says whose work it carries, all of it, under which licence."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.book.conftest import ROOT

sys.path.append(str(ROOT / "chapters/_ext"))

import notices

PARTS = notices.parts()
# A minified file's first comment names what is in it: "/*! Name v1.2.3 ...".
BANNER = re.compile(r"/\*!\s*(?:\*\s*)?([A-Za-z][\w .]*?)\s+v?\d+\.\d+\.\d+")


@pytest.fixture(scope="module")
def notice(site: Path) -> str:
    return (site / notices.NOTICE).read_text("utf-8")


def test_every_file_of_others_is_in_the_notice(site: Path) -> None:
    shipped = {file for file in site.glob("_static/**/*") if file.is_file()}
    own = {file.name for file in ROOT.glob("chapters/_static/*")}
    own.add(Path(notices.NOTICE).name)
    listed = {
        file for part in PARTS for name in part["files"] for file in site.glob(name)
    }
    assert sorted(file for file in shipped - listed if file.name not in own) == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part["name"])
def test_part_is_still_there_and_its_licence_is_with_it(
    part: notices.Part, site: Path, notice: str
) -> None:
    assert [name for name in part["files"] if not any(site.glob(name))] == []
    assert notices.section(part) in notice
    if "package" not in part:
        assert part["owner"]
        assert all(notices.shared_text(text) in notice for text in part["licences"])


def test_what_files_say_they_hold_is_in_the_notice(site: Path) -> None:
    files = [*site.glob("_static/**/*.js"), *site.glob("_static/**/*.css")]
    found = {name for file in files for name in BANNER.findall(file.read_text("utf-8"))}
    assert {"Bootstrap", "Font Awesome Free", "clipboard.js"} <= found
    assert found <= {part["name"] for part in PARTS}


def test_icons_of_others_are_in_the_notice(site: Path) -> None:
    pages = "".join(page.read_text("utf-8") for page in site.glob("chapters/*.html"))
    assert "sd-octicon" in pages
    drawn = [*site.glob("_static/*.svg"), *site.glob("_static/copybutton.js")]
    tabler = {f"_static/{f.name}" for f in drawn if "tabler" in f.read_text("utf-8")}
    (part,) = (part for part in PARTS if part["name"] == "Tabler Icons")
    assert tabler == set(part["files"])


def test_every_page_links_to_the_notice(site: Path) -> None:
    pages = [*site.glob("chapters/**/*.html"), site / "search.html"]
    name = Path(notices.NOTICE).name
    assert [page for page in pages if f'{name}">' not in page.read_text("utf-8")] == []
