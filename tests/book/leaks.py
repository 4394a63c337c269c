"""Find text of solutions where no student may find it.

What is searched for are the solutions' own lines: the bodies of the solution cells, the
bodies of the reference's functions, and the lines that the slips put in their place.
Lines are compared without spaces and comments, so that neither highlighting nor
re-indenting hides one.
"""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import snowballstemmer

from autograder import exercises

MARKERS = tuple(
    f"{end} {what}"
    for end in ("BEGIN", "END")
    for what in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
)
# Shorter lines (`return y`) say nothing about where they come from.
TELLING = 16
# So does a line that only names the parts of an argument or a result.
NAMES_ONLY = re.compile(r"\(?[\w,]+\)?(=\w+)?")
SOLUTION = re.compile(r"#+ BEGIN SOLUTION\n(.*?)#+ END SOLUTION", re.DOTALL)
TAG = re.compile(r"<script\b.*?</script>|<[^>]+>", re.DOTALL)

Body = list[str]


def bare(line: str) -> str:
    """Return `line` without its comment and without any space."""
    return re.sub(r"\s", "", re.sub(r"#.*", "", line))


def body_of(code: str) -> Body:
    """Return the telling lines of `code`, bare."""
    lines = map(bare, code.splitlines())
    return [
        line
        for line in lines
        if len(line) >= TELLING and not NAMES_ONLY.fullmatch(line)
    ]


def solution_cells(root: Path) -> Iterator[str]:
    """Yield what stands between the solution markers of every source notebook."""
    for path in sorted(root.glob("solutions/*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            yield from SOLUTION.findall(cell.source)


def reference_functions(root: Path) -> Iterator[str]:
    """Yield the body of every function of the reference, without its docstring."""
    for path in sorted(root.glob("autograder/reference/*.py")):
        text = path.read_text(encoding="utf-8")
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef):
                first = function.body[1 if ast.get_docstring(function) else 0]
                lines = text.splitlines()[first.lineno - 1 : function.end_lineno]
                yield "\n".join(lines)


def slips() -> Iterator[str]:
    """Yield what each slip puts into the reference."""
    for name in exercises.names():
        yield from (slip.after for slip in exercises.load(name).slips)


def secrets(root: Path) -> list[Body]:
    """Return the telling lines of all solutions under `root`, body by body."""
    sources = [*solution_cells(root), *reference_functions(root), *slips()]
    return [body for body in map(body_of, sources) if body]


def text_of(file: Path) -> str:
    """Return what a reader of `file` sees, as plain text."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        return html.unescape(TAG.sub("", text))
    if file.suffix == ".ipynb":
        return "\n".join(strings(json.loads(text)))
    return text


def strings(value: object) -> Iterator[str]:
    """Yield every piece of text anywhere inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def in_text(text: str, bodies: list[Body], run: int) -> list[str]:
    """Return the markers, and the runs of `run` solution lines, that `text` shows.

    A body of fewer lines counts when all of it is there. Pages that explain the subject
    must be allowed a single line that a solution also has, even if that is all of it;
    released notebooks must not.
    """
    seen = "".join(map(bare, text.splitlines()))
    found = [marker for marker in MARKERS if marker in text]
    for body in bodies:
        if len(body) < min(run, 2):
            continue
        size = min(run, len(body))
        runs = ("".join(body[i : i + size]) for i in range(len(body) - size + 1))
        found += [piece for piece in runs if piece in seen]
    return found


def words(text: str) -> set[str]:
    """Return the names in `text`, as the search index writes them."""
    stem = snowballstemmer.stemmer("porter").stemWord
    return {stem(word) for word in re.findall(r"\w{4,}", text.lower())}


def in_index(index: str, secret: str, public: str) -> set[str]:
    """Return the words of the search index that only `secret` can have brought."""
    terms = json.loads(index[index.index("{") : index.rindex("}") + 1])["terms"]
    return set(terms) & (words(secret) - words(public))
