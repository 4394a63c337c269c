"""No solution, hidden test or slip reaches anything that students are given."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.book import leaks
from tests.book.conftest import ROOT, MiniBook
from tools import build_book

SECRETS = leaks.secrets(ROOT)
# Explaining the subject, a chapter may share one line with a solution, not two.
RUN_IN_EXERCISES, RUN_ELSEWHERE = 1, 2


def published(site: Path) -> Iterator[Path]:
    """Yield every file of `site` that can hold text of a page."""
    for pattern in ("*.html", "*.ipynb", "*.md", "*.txt"):
        yield from sorted(site.rglob(pattern))


def found_in(files: Iterator[Path]) -> dict[str, list[str]]:
    """Return what leaks, by file."""
    found = {}
    for file in files:
        run = RUN_IN_EXERCISES if "exercises" in file.parts else RUN_ELSEWHERE
        if leaked := leaks.in_text(leaks.text_of(file), SECRETS, run):
            found[file.name] = leaked
    return found


def index_leaks(site: Path, pages: Path) -> set[str]:
    """Return the words of the search index that no page under `pages` accounts for."""
    secret = "\n".join([*leaks.solution_cells(ROOT), *leaks.reference_functions(ROOT)])
    sources = [*pages.rglob("*.md"), *pages.rglob("*.ipynb"), *pages.rglob("*.py")]
    public = "\n".join(leaks.text_of(source) for source in sources)
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    return leaks.in_index(index, secret, public)


def test_there_are_secrets_to_look_for() -> None:
    assert len(SECRETS) > 20
    assert "inv_std=1/np.sqrt(var+eps)" in [line for body in SECRETS for line in body]


def test_site_shows_no_solution(site: Path) -> None:
    assert found_in(published(site)) == {}


def test_search_index_knows_no_word_of_a_solution(site: Path) -> None:
    assert index_leaks(site, ROOT / "chapters") == set()


def test_released_notebooks_hold_no_solution() -> None:
    notebooks = sorted((ROOT / "chapters/exercises").rglob("*.ipynb"))
    assert notebooks
    assert found_in(iter(notebooks)) == {}


def test_wheel_on_the_site_holds_the_package_and_no_notebook(site: Path) -> None:
    (wheel,) = (site / "wheels").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "autograder/__init__.py" in names
    assert [name for name in names if name.endswith(".ipynb")] == []


@pytest.mark.parametrize("line", [body[0] for body in SECRETS[:6]])
def test_one_planted_line_is_found_in_a_released_notebook(line: str) -> None:
    planted = f'<pre><span class="n">{line[:5]}</span>{line[5:]}</pre>'
    text = leaks.TAG.sub("", planted)
    assert leaks.in_text(text, SECRETS, RUN_IN_EXERCISES)


def test_a_marker_is_found() -> None:
    assert leaks.in_text("### BEGIN HIDDEN TESTS", SECRETS, RUN_ELSEWHERE)


def test_a_book_with_a_solution_among_its_pages_is_found_out(
    mini_book: MiniBook,
) -> None:
    book = mini_book({"index.md": "# A careless book\n"})
    careless = book / "chapters/exercises/forward"
    careless.mkdir(parents=True)
    shutil.copy2(ROOT / "solutions/forward/forward.ipynb", careless)
    toc = book / "_toc.yml"
    toc.write_text(
        toc.read_text() + "chapters:\n  - file: chapters/exercises/forward/forward\n"
    )
    site = build_book.build(book)
    assert set(found_in(published(site))) == {"forward.html", "forward.ipynb"}
    assert {"deviat", "unbias"} <= index_leaks(site, book / "none")
