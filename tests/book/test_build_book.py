"""The build fails when anything is wrong, and never serves what is out of date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.book.conftest import MiniBook
from tools import build_book, execute_pages, freshness

HEAD = """\
---
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---
# A small book

```{{code-cell}} ipython3
{code}
```
"""


def build(book: Path) -> int:
    return build_book.main(["--book", str(book)])


def test_good_book_builds_and_its_output_is_on_the_page(
    mini_book: MiniBook, capfd: pytest.CaptureFixture[str]
) -> None:
    book = mini_book({"index.md": HEAD.format(code="print(6 * 7)")})
    leftover = book / "_build/html/old.html"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    assert build(book) == 0
    page = book / "_build/html/chapters/index.html"
    assert ">42" in page.read_text(encoding="utf-8")
    assert not leftover.exists()
    output = capfd.readouterr().out
    assert "Seconds per page:" in output
    assert str(book / "_build/html/index.html") in output


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("raise ValueError('told you so')", ": told you so"),
        ("import warnings; warnings.warn('mind the gap')", "stderr was found"),
    ],
    ids=["raises", "warns"],
)
def test_faulty_cell_fails_the_build_and_is_shown(
    mini_book: MiniBook, capfd: pytest.CaptureFixture[str], code: str, shown: str
) -> None:
    book = mini_book({"index.md": HEAD.format(code=code)})
    assert build(book) == 1
    output = capfd.readouterr()
    assert "The book was not built." in output.err
    assert shown in output.out + output.err


def test_warning_fails_the_build_and_does_so_again(mini_book: MiniBook) -> None:
    book = mini_book({"index.md": "# A book\n\nSee {doc}`nowhere`.\n"})
    assert build(book) == 1
    assert build(book) == 1
    assert not freshness.is_fresh(book, book / "_build/html")


def test_what_cells_gave_is_kept_until_something_they_use_changes(
    mini_book: MiniBook,
) -> None:
    code = "import lab.one; import time; print(lab.one.VALUE, time.time_ns())"
    book = mini_book({"index.md": HEAD.format(code=code)})
    module = book / "chapters/lab/one.py"
    module.parent.mkdir()
    module.write_text("VALUE = 'first'\n")
    index = book / "chapters/index.md"

    def shown(*options: str) -> str:
        assert build_book.main(["--book", str(book), *options]) == 0
        text = (book / "_build/html/chapters/index.html").read_text("utf-8")
        return re.search(r"(first|second) \d+|changed", text)[0]

    first = shown()
    index.write_text(index.read_text() + "\nMore prose.\n")
    assert shown() == first
    assert first != (first := shown("--afresh"))
    module.write_text("VALUE = 'second'\n")
    assert shown().startswith("second")
    index.write_text(index.read_text().replace("print(", "print('changed', "))
    assert shown() == "changed"


def test_pages_are_executed_side_by_side_before_the_build(mini_book: MiniBook) -> None:
    page = HEAD.format(code="print(6 * 7)")
    other = page.replace("6 * 7", "6 * 8").replace("A small", "Another")
    broken = page.replace("6 * 7", "6 / 0").replace("A small", "A broken")
    book = mini_book({"index.md": page, "other.md": other, "broken.md": broken})
    cache = book / "_build/cache"
    contents = book / "_toc.yml"
    assert execute_pages.fill(book, contents, cache) == 3
    assert execute_pages.fill(book, contents, cache, at_once=1) == 0
    kept = sorted(path.read_text() for path in cache.rglob("base.ipynb"))
    assert ["48" in text for text in kept].count(True) == 1
    assert len(kept) == 2


@pytest.mark.parametrize("failures", [1, 2])
def test_a_kernel_that_does_not_start_is_started_once_more(
    mini_book: MiniBook, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    book = mini_book({"index.md": HEAD.format(code="print(6 * 7)")})
    really, failed = execute_pages.single_nb_execution, []

    def unreliable(*arguments: object, **options: object) -> object:
        if len(failed) < failures:
            failed.append("Kernel didn't respond in 60 seconds")
            raise RuntimeError(failed[-1])
        return really(*arguments, **options)

    monkeypatch.setattr(execute_pages, "single_nb_execution", unreliable)
    run = execute_pages.execute(book / "chapters/index.md", timeout=60)
    assert (run.notebook is not None) == (failures == 1)


def test_folder_without_a_book_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        build(tmp_path)
    assert stop.value.code == 2
    assert "has no _config.yml" in capsys.readouterr().err


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Path]:
    """Make a book and its site, recorded as fresh."""
    book, site = tmp_path / "book", tmp_path / "book/_build/html"
    for file in (book / "chapters/lab/data.py", site / "index.html"):
        file.parent.mkdir(parents=True)
        file.write_text("one")
    freshness.record(site, freshness.sources(book))
    return book, site


def test_unchanged_site_is_fresh(recorded: tuple[Path, Path]) -> None:
    assert freshness.is_fresh(*recorded)


@pytest.mark.parametrize(
    "changed", ["chapters/lab/data.py", "_build/html/index.html", "chapters/new.md"]
)
def test_any_changed_file_makes_the_site_stale(
    recorded: tuple[Path, Path], changed: str
) -> None:
    (recorded[0] / changed).write_text("two")
    assert not freshness.is_fresh(*recorded)


def test_other_packages_make_the_site_stale(
    recorded: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "environment", lambda: "Python 4")
    assert not freshness.is_fresh(*recorded)


def test_a_site_that_is_up_to_date_is_kept_when_asked(
    recorded: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    book, site = recorded
    (book / "_config.yml").write_text("title: A book\n")
    freshness.record(site, freshness.sources(book))
    assert build_book.main(["--book", str(book), "--if-changed"]) == 0
    assert "Up to date" in capsys.readouterr().out
    assert (site / "index.html").read_text() == "one"


def test_site_without_a_record_is_stale(tmp_path: Path) -> None:
    assert not freshness.is_fresh(tmp_path, tmp_path)
