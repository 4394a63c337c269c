"""Put the solutions into the book, a page for each exercise, where that is wanted.

The switch is `show_solutions` in _config.yml. While it is off, no page is made, and
none that an interrupted build left behind survives the next one.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import yaml

#: Where the pages lie while the book is built, and what the contents call them.
FOLDER, CAPTION = "chapters/solutions", "Solutions"
ABOUT = """\
# {title}

One right way to do the exercise {{doc}}`{name} <../exercises/{name}/{name}>`, where the
rules are too. There are others, and the checks accept them. Read this after your own
try: what you have been told about your own mistake stays longer than what you copied.
"""


def wanted(book: Path) -> bool:
    """Tell whether the settings of `book` ask for the solutions."""
    file = book / "_config.yml"
    settings = yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}
    config = settings.get("sphinx", {}).get("config", {})
    return bool(config.get("show_solutions", False))


@contextmanager
def added(book: Path, scratch: Path) -> Iterator[Path]:
    """Yield the file of contents to build `book` from.

    If solutions are wanted, that is one in the folder `scratch`, and their pages lie
    among the chapters until the end.
    """
    pages = book / FOLDER
    shutil.rmtree(pages, ignore_errors=True)
    contents = book / "_toc.yml"
    if not wanted(book):
        yield contents
        return
    try:
        names = list(_write(book, pages))
        scratch.mkdir(parents=True, exist_ok=True)
        longer = scratch / "contents_with_solutions.yml"
        longer.write_text(_with(contents.read_text("utf-8"), names), encoding="utf-8")
        yield longer
    finally:
        shutil.rmtree(pages, ignore_errors=True)


def _with(contents: str, names: list[str]) -> str:
    """Return the contents with one more part, behind all others."""
    tree = yaml.safe_load(contents)
    files = [{"file": f"{FOLDER}/{name}"} for name in names]
    if "parts" not in tree:
        tree["parts"] = (
            [{"chapters": tree.pop("chapters")}] if "chapters" in tree else []
        )
    tree["parts"].append({"caption": CAPTION, "chapters": files})
    return yaml.safe_dump(tree, sort_keys=False)


def _write(book: Path, pages: Path) -> Iterator[str]:
    """Write a page for each exercise of the contents, in their order."""
    pages.mkdir(parents=True)
    listed = (book / "_toc.yml").read_text("utf-8")
    sources = {path.parent.name: path for path in book.glob("solutions/*/*.ipynb")}
    place = {name: listed.find(f"/{name}/{name}") for name in sources}
    for name in sorted((n for n in sources if place[n] >= 0), key=place.__getitem__):
        notebook = nbformat.read(sources[name], as_version=4)
        nbformat.write(solution(name, notebook), pages / f"{name}.ipynb")
        yield name


def solution(name: str, source: Any) -> Any:
    """Return the page of an exercise made from its source notebook.

    The first cell gives way to a note; hints go; markers and nbgrader's metadata too.
    """
    page = copy.deepcopy(source)
    head, *cells = page.cells
    exercise = head.source.splitlines()[0].removeprefix("# Exercise: ")
    head.source = ABOUT.format(name=name, title=f"Solution: {exercise}")
    page.cells = [head, *(cell for cell in cells if not cell.id.startswith("hint"))]
    for cell in page.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.id.startswith("set_up"):
            cell.metadata["tags"] = ["hide-input"]
        lines = cell.source.splitlines()
        cell.source = "\n".join(
            line
            for line in lines
            if "# BEGIN SOLUTION" not in line and "# END SOLUTION" not in line
        )
    return page
