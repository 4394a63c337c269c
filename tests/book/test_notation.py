"""The page on notation: complete, and true of the sections that it leads to."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
import torch

from tests.book.conftest import ROOT

PAGE = ROOT / "chapters/notation.md"
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)
MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.S)
IN_WORDS = re.compile(r"\\(?:text|operatorname|mathrm|begin|end)\{[^}]*\}")
GREEK = r"\alpha \beta \gamma \delta \varepsilon \eta \lambda \mu \sigma"
SIGNS = {*GREEK.split(), r"\Delta", r"\ell", r"\nabla"}
COMMAND = re.compile(r"\\[A-Za-z]+")
#: Constants that need no explanation.
KNOWN = {"e"}


def prose(page: Path) -> str:
    """Return the text of a page without what is code."""
    text = page.read_text("utf-8")
    if page.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
    return CODE.sub("", text)


def letters(text: str) -> set[str]:
    """Return the letters of all formulas in `text`."""
    found: set[str] = set()
    for shown, inline in MATH.findall(text):
        formula = IN_WORDS.sub(" ", shown or inline)
        found |= SIGNS & set(COMMAND.findall(formula))
        found |= set(re.findall("[A-Za-z]", COMMAND.sub(" ", formula)))
    return found


def sections() -> dict[str, str]:
    """Return the text below each label that a section of the book has."""
    found: dict[str, str] = {}
    for page in ROOT.glob("chapters/*.md"):
        parts = re.split(r"^\((sec-[\w-]+)\)=$", prose(page), flags=re.M)
        found |= dict(zip(parts[1::2], parts[2::2], strict=True))
    return found


SECTIONS = sections()
ROWS = [
    line.strip("| ").split(" | ")
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| $")
]


def test_every_letter_of_the_book_is_on_the_page() -> None:
    pages = [*ROOT.glob("chapters/*.md"), *ROOT.glob("chapters/*.ipynb")]
    used = set().union(*(letters(prose(page)) for page in pages if page != PAGE))
    assert used - letters(prose(PAGE)) - KNOWN == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_symbol_is_found_where_the_page_leads(row: list[str]) -> None:
    labels = re.findall(r"\(#([\w-]+)\)", " ".join(row[1:]))
    assert labels or "(gpu.ipynb)" in row[-1]
    for label in labels:
        assert letters(row[0]) <= letters(SECTIONS[label]), label


def test_names_in_code_exist() -> None:
    files = [*ROOT.glob("autograder/reference/*.py"), *ROOT.glob("chapters/lab/*.py")]
    files += ROOT.glob("chapters/*.md")
    code = "\n".join(file.read_text("utf-8") for file in files if file != PAGE)
    named = {name for row in ROWS for name in re.findall(r"`(\w+)`", row[1])}
    missing = {name for name in named if not re.search(rf"\b{name}\b", code)}
    assert missing == set()


def test_what_the_page_says_of_pytorch() -> None:
    layer = torch.nn.BatchNorm2d(2)
    assert {"weight", "bias", "running_mean", "running_var"} <= set(layer.state_dict())
    assert [layer.eps, torch.nn.LayerNorm(2).eps, torch.nn.GroupNorm(1, 2).eps] == [
        1e-5
    ] * 3
    assert inspect.signature(torch.nn.RMSNorm).parameters["eps"].default is None
    tiny = torch.full((1, 2), 1e-4)
    rms = (tiny.square().mean() + torch.finfo(tiny.dtype).eps).sqrt()
    torch.testing.assert_close(torch.nn.RMSNorm(2)(tiny), tiny / rms)
