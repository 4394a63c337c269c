"""Execute the pages of the book, several at once, into the cache that the build reads.

A page whose code has not changed is not executed again, unless anything has changed
that its code can import or read: then the whole cache is thrown away. A page that fails
is left to the build, which executes it again and says what went wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig


@dataclass(frozen=True)
class Run:
    """A page that was executed: its notebook, or None if it failed, and the seconds."""

    path: Path
    notebook: Any
    seconds: float


def fill(
    book: Path, contents: Path, cache_folder: Path, at_once: int | None = None
) -> int:
    """Execute the pages that the cache lacks; return how many were executed.

    `contents` is the file that names the pages of the folder `book`.
    """
    settings = yaml.safe_load((book / "_config.yml").read_text("utf-8"))["execute"]
    cache = get_cache(str(cache_folder))
    missing = []
    for path in pages(book, contents, settings.get("exclude_patterns", [])):
        notebook = read(path)
        if notebook is not None and not _is_in(cache, notebook):
            missing.append(path)
    count = min(at_once or os.cpu_count() or 1, len(missing))
    if count < 2:
        return 0
    timeout = settings["timeout"]
    with ProcessPoolExecutor(count) as processes:
        for run in processes.map(execute, missing, [timeout] * len(missing)):
            if run.notebook is not None:
                _keep(cache, run)
    return len(missing)


def pages(book: Path, contents: Path, excluded: list[str]) -> Iterator[Path]:
    """Yield the files named in `contents` that may be executed."""
    for name in _named(yaml.safe_load(contents.read_text("utf-8"))):
        for path in (book / (name + ending) for ending in ("", ".md", ".ipynb")):
            inner = path.relative_to(book / "chapters").as_posix()
            if path.is_file() and not any(fnmatch(inner, one) for one in excluded):
                yield path


def _named(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (node[key] for key in ("root", "file") if key in node)
        for value in node.values():
            yield from _named(value)
    elif isinstance(node, list):
        for part in node:
            yield from _named(part)


def read(path: Path) -> Any:
    """Return the page as the build reads it, or None if it has no code."""
    text = path.read_text("utf-8")
    reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
    notebook = reader.read(text) if reader else None
    if notebook is None or not any(c.cell_type == "code" for c in notebook.cells):
        return None
    return notebook


def execute(path: Path, timeout: int) -> Run:
    """Execute one page in its own folder.

    A kernel that does not start is started once more: two that start at the same moment
    can be given the same port.
    """
    for _ in range(2):
        notebook = read(path)
        try:
            done = single_nb_execution(
                notebook, str(path.parent), timeout, allow_errors=False
            )
        except RuntimeError:
            continue
        return Run(path, None if done.err else notebook, done.time)
    return Run(path, None, 0.0)


def _is_in(cache: Any, notebook: Any) -> bool:
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True


def _keep(cache: Any, run: Run) -> None:
    record = cache.add_nb_to_project(
        str(run.path), read_data={"name": _reader(run.path), "type": "plugin"}
    )
    bundle = CacheBundleIn(
        run.notebook, record.uri, data={"execution_seconds": run.seconds}
    )
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def _reader(path: Path) -> str:
    return "nbformat" if path.suffix == ".ipynb" else "myst_nb_md"
