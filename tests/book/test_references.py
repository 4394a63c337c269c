"""The bibliography: complete, of one form, and only what the pages cite."""

from __future__ import annotations

import re

import pytest
from pybtex.database import Entry, parse_file

from tests.book.conftest import ROOT

ENTRIES = parse_file(ROOT / "references.bib").entries
NEEDED = {
    "article": {"title", "journal", "year"},
    "inproceedings": {"title", "booktitle", "year"},
    "incollection": {"title", "booktitle", "publisher", "year"},
    "book": {"title", "publisher", "year"},
    "misc": {"title", "howpublished", "year"},
}


def cited() -> set[str]:
    """Return the keys that some page cites."""
    pages = [*ROOT.glob("chapters/**/*.md"), *ROOT.glob("chapters/**/*.ipynb")]
    texts = (page.read_text("utf-8") for page in pages)
    lists = [keys for text in texts for keys in re.findall(r"\{cite:\w\}`(.+?)`", text)]
    return {key.strip() for keys in lists for key in keys.split(",")}


def test_every_entry_is_cited_and_every_citation_has_an_entry() -> None:
    assert cited() == set(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_entry_is_complete_and_can_be_looked_up(key: str) -> None:
    entry: Entry = ENTRIES[key]
    assert entry.persons["author"]
    assert NEEDED[entry.type] - set(entry.fields) == set()
    place = entry.fields.get("url") or f"https://doi.org/{entry.fields['doi']}"
    assert re.fullmatch(r"https://\S+", place)
    number = re.search(r"arXiv:(\S+)", entry.fields.get("journal", ""))
    if number:
        assert place == f"https://arxiv.org/abs/{number[1]}"
