"""The ledger page of the built book against the chapters' own pages."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

BOX = re.compile(
    r'<div class="\w+ admonition" id="(claim|ledger)-([a-z0-9-]+)">(.*?)</dl>',
    re.DOTALL,
)
ENTRY = re.compile(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", re.DOTALL)
LINKED_BACK = "Verdict"

Boxes = dict[str, dict[str, str]]


def boxes(file: Path, kind: str) -> Boxes:
    """Return the text of each box of a page, by key and entry, without the links."""
    found = {}
    for what, key, body in BOX.findall(file.read_text(encoding="utf-8")):
        if what == kind:
            entries = {name: plain(text) for name, text in ENTRY.findall(body)}
            del entries[LINKED_BACK]
            found[key] = entries
    return found


def plain(markup: str) -> str:
    """Return the words of `markup`, with straight quotation marks."""
    text = html.unescape(re.sub(r"<[^>]+>", "", markup))
    return " ".join(re.sub("[’‘]", "'", re.sub("[“”]", '"', text)).split())


@pytest.fixture(scope="module")
def judged(site: Path) -> Boxes:
    """Return every box that a chapter shows."""
    pages = sorted((site / "chapters").glob("*.html"))
    return {key: box for page in pages for key, box in boxes(page, "claim").items()}


def test_the_ledger_has_every_claim_of_every_chapter_and_no_other(
    site: Path, judged: Boxes
) -> None:
    assert boxes(site / "chapters/ledger.html", "ledger").keys() == judged.keys()


def test_the_ledger_says_what_the_chapters_say_and_measured(
    site: Path, judged: Boxes
) -> None:
    assert boxes(site / "chapters/ledger.html", "ledger") == judged
