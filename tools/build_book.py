"""Build the book from scratch, and fail on any warning or failing cell.

    python -m tools.build_book [--book FOLDER] [--output FOLDER] [--if-changed]
                               [--afresh]

The site is in OUTPUT/_build/html. Every build starts from nothing: what an earlier one
left behind can neither hide a fault nor show up as a page. Only what cells gave is
kept, for pages whose code is the same, while nothing has changed that code can import
or read; --afresh throws that away too. Exit status: 0 built, 1 failed, 2 usage error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools import browser_lab, execute_pages, freshness, solution_pages

ROOT = Path(__file__).resolve().parents[1]
STRICT = ["--warningiserror", "--nitpick", "--keep-going", "--all"]
# jsonschema does without this package, and nothing here needs what it checks; importing
# it takes seconds.
JUPYTER_BOOK = """
import sys
sys.modules["rfc3987_syntax"] = None
from jupyter_book.cli.main import main
main()
"""
LEFT_BY_BUILDS = ("html", ".doctrees", "jupyter_execute")
#: What cells gave, and the hash of what they could depend on.
CACHE, CACHE_KEY = ".jupyter_cache", "depends_on.txt"
#: What runs notebooks in the browser, kept from one build to the next.
BROWSER_LAB = ".browser_lab"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
PACKAGE_FILES = ("pyproject.toml", "LICENSE", "README.md")


class BuildFailed(Exception):
    """The book could not be built; the text says where it stopped."""


def run(command: Sequence[str | Path], fault: str) -> None:
    """Run `command` in this Python's environment; raise BuildFailed with `fault`."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise BuildFailed(f"{fault} (exit status {done.returncode}).")


def clean(build: Path) -> None:
    """Remove all that an earlier build left in the folder `build`."""
    (build / freshness.RECORD).unlink(missing_ok=True)
    for name in LEFT_BY_BUILDS:
        shutil.rmtree(build / name, ignore_errors=True)


def open_cache(cache: Path, depends_on: str) -> None:
    """Empty the folder `cache` unless it belongs to the hash `depends_on`."""
    key = cache / CACHE_KEY
    if not key.is_file() or key.read_text("utf-8") != depends_on:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        key.write_text(depends_on, encoding="utf-8")


def build_pages(book: Path, output: Path) -> None:
    """Execute and write every page of `book`."""
    # Cells run in this environment, whatever kernels the user has registered, and
    # each page on one processor, because pages run side by side.
    os.environ.update(JUPYTER_PREFER_ENV_PATH="1", **ONE_THREAD)
    cache = output / "_build" / CACHE
    open_cache(cache, freshness.behind_the_pages(book))
    with solution_pages.added(book, output / "_build") as contents:
        execute_pages.fill(book, contents, cache)
        command: list[str | Path] = [sys.executable, "-c", JUPYTER_BOOK, "build", book]
        run(
            [*command, *STRICT, "--path-output", output, "--toc", contents],
            f"Jupyter Book failed on {book}: a warning or a failing cell, shown above",
        )


def build_wheel(book: Path, site: Path) -> None:
    """Put the package on the site, from where browsers can install it.

    It is built from a copy, because setuptools packs whatever an earlier build left
    in the folder it works in.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(book / "autograder", copy / "autograder", ignore=ignore)
        for name in PACKAGE_FILES:
            if (book / name).is_file():
                shutil.copy2(book / name, copy / name)
        options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        command: list[str | Path] = [sys.executable, "-m", "pip", "wheel", copy]
        run(
            [*command, *options, "--wheel-dir", site / "wheels"],
            "The package did not build",
        )


def build(book: Path = ROOT, output: Path | None = None, afresh: bool = False) -> Path:
    """Build `book` and return the folder of its site; with `afresh`, run every cell."""
    output = output or book
    site = output / "_build" / "html"
    # Taken before the build: what changes meanwhile makes the result out of date.
    made_from = freshness.sources(book)
    clean(site.parent)
    if afresh:
        shutil.rmtree(site.parent / CACHE, ignore_errors=True)
    build_pages(book, output)
    if (book / "autograder").is_dir():
        build_wheel(book, site)
    try:
        browser_lab.add(book, site, site.parent / BROWSER_LAB)
    except subprocess.CalledProcessError as error:
        raise BuildFailed(f"JupyterLite failed: {error.stderr}") from error
    # Hosts that run Jekyll over a site would drop the folders with a leading _.
    (site / ".nojekyll").touch()
    freshness.record(site, made_from)
    return site


def main(arguments: Sequence[str] | None = None) -> int:
    """Build as told by `arguments` and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_book")
    parser.add_argument("--book", type=Path, default=ROOT, help="folder of _config.yml")
    parser.add_argument("--output", type=Path, help="folder for _build (default: book)")
    parser.add_argument(
        "--if-changed", action="store_true", help="keep a site that is up to date"
    )
    parser.add_argument(
        "--afresh", action="store_true", help="execute every page, whatever is kept"
    )
    options = parser.parse_args(arguments)
    if not (options.book / "_config.yml").is_file():
        parser.error(f"{options.book} has no _config.yml: not the folder of a book")
    book = options.book.resolve()
    kept = (options.output or book) / "_build" / "html"
    if options.if_changed and freshness.is_fresh(book, kept):
        print(f"Up to date: {kept / 'index.html'}")
        return 0
    start = time.perf_counter()
    try:
        site = build(book, options.output, options.afresh)
    except BuildFailed as fault:
        print(f"The book was not built. {fault}", file=sys.stderr)
        return 1
    print(f"Built in {time.perf_counter() - start:.0f} s: {site / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
