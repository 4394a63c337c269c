"""Read and write notebook files in nbformat's terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4


def read(path: Path) -> Any:
    """Return the notebook in a file."""
    return nbformat.read(path, as_version=4)


def read_graded(path: Path) -> Any:
    """Return the notebook in a file that grading wrote, without validating it."""
    return nbformat.v4.reads_json(path.read_text("utf-8"))


def to_text(notebook: Any) -> str:
    """Return the notebook as a file's text."""
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def to_lines(notebook: Any) -> str:
    """Return the notebook as a file's text, in a line for each cell.

    nbformat's own writer copies the notebook twice and encodes it in Python, which
    takes longer than judging. It also validates; that is left to the tests, because
    the notebooks written so are put together here.
    """
    cells = ",\n".join(map(_encode, notebook.cells))
    rest = {key: value for key, value in notebook.items() if key != "cells"}
    return f'{{"cells": [\n{cells}\n],\n{_encode(rest)[1:]}\n'


_encode = json.JSONEncoder(ensure_ascii=False).encode


def output(kind: str, **content: Any) -> Any:
    """Return a cell's output of nbformat's kind: "stream", "error", ...

    nbformat's own function validates each output by itself, which takes longer than
    judging; the notebook is validated as a whole when it is written.
    """
    if kind == "execute_result":
        content["execution_count"] = None
    if kind != "stream" and kind != "error":
        content.setdefault("metadata", {})
    return nbformat.from_dict({"output_type": kind, **content})
