"""Print how long each page took to read and execute, slowest first."""

from __future__ import annotations

import time

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the clock with Sphinx."""
    started: dict[str, float] = {}
    taken: dict[str, float] = {}

    def start(app: Sphinx, page: str, source: list[str]) -> None:
        started[page] = time.perf_counter()

    def stop(app: Sphinx, doctree: nodes.document) -> None:
        page = app.env.docname
        taken[page] = time.perf_counter() - started[page]

    def report(app: Sphinx, error: Exception | None) -> None:
        LOGGER.info("Seconds per page:")
        for page, seconds in sorted(taken.items(), key=lambda item: -item[1]):
            LOGGER.info("%8.1f  %s", seconds, page)

    app.connect("source-read", start, priority=1)
    app.connect("doctree-read", stop, priority=999)
    app.connect("build-finished", report)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
