"""Tell whether a built site still is what its sources would give."""

from __future__ import annotations

import hashlib
import json
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from tools import solution_pages

# Everything a page can depend on. A folder stands for all that it holds.
SOURCES = (
    "_config.yml",
    "_toc.yml",
    "references.bib",
    "chapters",
    "autograder",
    "benchmarks",
    "tools",
    "pyproject.toml",
    "requirements.txt",
    "README.md",
    "LICENSE",
)
# Of these, what the code of a page cannot read: its own text is the cache's affair.
NOT_FOR_CODE = ("_toc.yml", ".md", ".bib", ".css", ".js", ".svg", ".html")
LEFTOVERS = {"__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache"}
RECORD = "freshness.json"


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield every file that `paths` are or hold, in a fixed order."""
    for path in paths:
        if path.is_file():
            yield path
        for inner in sorted(path.rglob("*")) if path.is_dir() else ():
            if inner.is_file() and not LEFTOVERS & set(inner.parts):
                yield inner


def digest(root: Path, paths: Iterable[Path], extra: str = "") -> str:
    """Return a hash over the names and the bytes of all files in `paths`."""
    total = hashlib.sha256(extra.encode())
    for file in files(paths):
        total.update(file.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def environment() -> str:
    """Return the Python and the packages that execute the pages, as text."""
    # Not all of sys.path, to which tests and setuptools add what no page can import.
    places = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    found = metadata.distributions(path=places)
    packages = sorted({f"{d.name}=={d.version}" for d in found})
    return "\n".join([sys.version, *packages])


def sources(book: Path) -> str:
    """Return a hash over everything that the pages of `book` are made from."""
    names = [*SOURCES, "solutions"] if solution_pages.wanted(book) else SOURCES
    return digest(book, (book / name for name in names), environment())


def behind_the_pages(book: Path) -> str:
    """Return a hash over everything but the pages that their code can depend on."""
    everything = files(book / name for name in SOURCES)
    seen = (file for file in everything if not file.name.endswith(NOT_FOR_CODE))
    exercises = book / "chapters" / "exercises"
    used = [
        f for f in seen if f.parent != book / "chapters" and exercises not in f.parents
    ]
    return digest(book, used, environment())


def record(site: Path, made_from: str) -> None:
    """Write down beside `site` which sources it was made from, and what it is."""
    text = json.dumps({"sources": made_from, "site": digest(site, [site])}, indent=1)
    (site.parent / RECORD).write_text(text + "\n", encoding="utf-8")


def is_fresh(book: Path, site: Path) -> bool:
    """Tell whether `site` is as it was built, and from the present `book`."""
    file = site.parent / RECORD
    if not file.is_file():
        return False
    recorded = json.loads(file.read_text(encoding="utf-8"))
    return bool(recorded == {"sources": sources(book), "site": digest(site, [site])})
