"""One switch in _config.yml decides whether the book shows solutions."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder import exercises
from tests.book.conftest import ROOT, MiniBook
from tests.book.test_leaks import found_in, index_leaks, published
from tools import build_book, freshness, solution_pages

EXERCISE = "exercises/forward/forward.ipynb"


@pytest.fixture
def book(mini_book: MiniBook) -> Path:
    """Make a book of one exercise with its solution."""
    released = (ROOT / "chapters" / EXERCISE).read_text(encoding="utf-8")
    book = mini_book({"index.md": "# A book\n", EXERCISE: released})
    shutil.copytree(ROOT / "solutions/forward", book / "solutions/forward")
    return book


def switch_on(book: Path) -> None:
    file = book / "_config.yml"
    text = file.read_text(encoding="utf-8")
    assert "show_solutions: false" in text
    file.write_text(text.replace("show_solutions: false", "show_solutions: true"))


def test_the_course_leaves_solutions_out() -> None:
    assert not solution_pages.wanted(ROOT)


def test_switched_off_the_book_holds_no_solution_even_after_an_accident(
    book: Path,
) -> None:
    left = book / "chapters/solutions/forward.ipynb"
    left.parent.mkdir()
    shutil.copy2(ROOT / "solutions/forward/forward.ipynb", left)
    site = build_book.build(book)
    assert found_in(published(site)) == {}
    assert index_leaks(site, ROOT / "chapters") == set()
    assert not list(site.rglob("solutions"))
    assert not left.exists()


def test_switched_on_solutions_are_on_their_own_pages_and_nowhere_else(
    book: Path,
) -> None:
    switch_on(book)
    site = build_book.build(book)
    shown = site / "chapters/solutions/forward.html"
    own = [shown, site / "_sources/chapters/solutions/forward.ipynb"]
    assert found_in(iter(own))
    assert found_in(file for file in published(site) if file not in own) == {}
    text = shown.read_text(encoding="utf-8")
    assert "100 of 100 points" in text
    assert "../exercises/forward/forward.html" in text
    assert "colab.research" not in text
    assert not (book / solution_pages.FOLDER).exists()
    assert freshness.is_fresh(book, site)
    (book / "solutions/forward/forward.ipynb").touch()
    (book / "solutions/forward/more.txt").write_text("changed")
    assert not freshness.is_fresh(book, site)


@pytest.mark.parametrize("name", exercises.names())
def test_a_page_holds_every_cell_of_the_solution_and_no_trace_of_grading(
    name: str,
) -> None:
    source = nbformat.read(ROOT / f"solutions/{name}/{name}.ipynb", as_version=4)
    page = solution_pages.solution(name, source)
    text = nbformat.writes(page)
    assert "### BEGIN" not in text and "### END" not in text
    assert "nbgrader" not in str([cell.metadata for cell in page.cells])
    assert page.cells[0].source.startswith("# Solution: ")
    solved = {c.id for c in source.cells if "### BEGIN SOLUTION" in c.source}
    assert solved and solved <= {cell.id for cell in page.cells}
