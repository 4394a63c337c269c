"""The built site, an address to read it at, and small books to break."""

from __future__ import annotations

import shutil
import textwrap
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools import build_book, freshness

ROOT = build_book.ROOT


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the built book: the present one if fresh, or a new one."""
    present = ROOT / "_build" / "html"
    if freshness.is_fresh(ROOT, present):
        return present
    return build_book.build(ROOT)


class Quiet(SimpleHTTPRequestHandler):
    """A file server that does not print a line for each request."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the built book and yield where, with a slash at the end."""
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


TOC = """\
format: jb-book
root: chapters/index
chapters:
{files}
"""

MiniBook = Callable[[dict[str, str]], Path]


@pytest.fixture
def mini_book(tmp_path: Path) -> MiniBook:
    """Make a book of the real settings and other pages, given as {path: text}."""

    def make(pages: dict[str, str]) -> Path:
        book = tmp_path / "book"
        for name in ("_ext", "_static"):
            shutil.copytree(ROOT / "chapters" / name, book / "chapters" / name)
        for name in ("_config.yml", "references.bib"):
            shutil.copy2(ROOT / name, book / name)
        for path, text in pages.items():
            file = book / "chapters" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        others = [f"  - file: chapters/{path}" for path in pages if path != "index.md"]
        toc = (
            TOC.format(files="\n".join(others)) if others else TOC.split("chapters:")[0]
        )
        (book / "_toc.yml").write_text(toc, encoding="utf-8")
        return book

    return make
