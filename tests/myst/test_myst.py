"""The pages in the parser of Jupyter Book 2, which this book does not use yet.

Whoever moves the book to it will meet what is listed here, and nothing else.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import npm

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CONFIGURATION = """\
version: 1
project:
  bibliography: [references.bib]
site:
  template: template
"""
SAID = re.compile(r"^(?:⚠️|⛔️) +\S+ (.*)$", re.MULTILINE)
BUILT = re.compile(r"^📖 Built chapters/(\S+) in", re.MULTILINE)

#: What mystmd says of the pages, and why the book keeps it all the same.
KNOWN = {
    "unknown role: glue:text": (
        "Numbers in the prose come from cells through myst-nb's glue; mystmd would "
        "take them through {eval}."
    ),
    'unexpected option "mystnb" provided (in code-cell)': (
        "The words on the buttons of folded cells are a setting of myst-nb."
    ),
    "'frontmatter' extra key ignored: mystnb": (
        "One page is executed afresh in each build: a setting of myst-nb."
    ),
    "'frontmatter' extra key ignored: myst": (
        "A page's description is html_meta in MyST-Parser, `description` in mystmd."
    ),
    'unexpected option "gutter" provided (in grid)': (
        "A distance of sphinx-design; mystmd chooses its own."
    ),
    'unexpected option "link-type" provided (in grid-item-card)': (
        "sphinx-design must be told that a link is a page; mystmd finds out."
    ),
    'unexpected option "style" provided (in bibliography)': (
        "mystmd has one order of references."
    ),
    'unexpected option "all" provided (in bibliography)': (
        "mystmd lists what is cited, and here that is all: see test_references.py."
    ),
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what mystmd prints when it parses the whole book."""
    program = npm.installed(HERE / "package.json") / "mystmd/dist/myst.cjs"
    book = tmp_path_factory.mktemp("book")
    ignore = shutil.ignore_patterns("_ext", "lab", "__pycache__", ".ipynb_checkpoints")
    shutil.copytree(ROOT / "chapters", book / "chapters", ignore=ignore)
    for name in ("_toc.yml", "references.bib"):
        shutil.copy2(ROOT / name, book / name)
    (book / "template").mkdir()
    shutil.copy2(HERE / "template.yml", book / "template")
    (book / "myst.yml").write_text(CONFIGURATION, encoding="utf-8")
    ran = subprocess.run(
        ["node", program, "build", "--site", "--ci"],
        cwd=book,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return ran.stdout + ran.stderr


def test_jupyter_book_2_knows_all_but_what_is_listed(printed: str) -> None:
    said = {re.sub(r" \(at \S+\)$", "", text) for text in SAID.findall(printed)}
    assert sorted(said - KNOWN.keys()) == []
    assert sorted(KNOWN.keys() - said) == []


def test_every_page_was_parsed(printed: str) -> None:
    listed = [entry["file"] for part in TOC["parts"] for entry in part["chapters"]]
    pages = {name.removeprefix("chapters/") for name in [TOC["root"], *listed]}
    assert {name.rpartition(".")[0] for name in BUILT.findall(printed)} == pages
