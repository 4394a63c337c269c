"""Read and write notebook files in nbformat's terms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4


def read(path: Path) -> Any:
    """Return the notebook in a file."""
    return nbformat.read(path, as_version=4)


def to_text(notebook: Any) -> str:
    """Return the notebook as a file's text."""
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def output(kind: str, **content: Any) -> Any:
    """Return a cell's output of nbformat's kind: "stream", "error", ..."""
    return v4.new_output(kind, **content)
