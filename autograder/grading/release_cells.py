"""The released notebook as the pattern that a submission is restored against."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import nbformat

from autograder.grading.notebook_file import Cell
from autograder.grading.source_code import defined, parse, tidy

Notebook = nbformat.NotebookNode


@dataclass(frozen=True)
class ReleaseCell:
    """One cell of the release and the part it plays.

    ``role`` is "locked" (the release's text counts), "function" (the student defines
    functions in it), "answer" (the student writes in it) or "plain" (not graded).
    """

    index: int
    node: Mapping[str, Any]
    kind: str
    source: str
    id: str
    grade_id: str | None
    role: str
    functions: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a sentence calls the cell."""
        if self.role == "function":
            return "the cell for " + " and ".join(f"`{f}`" for f in self.functions)
        what = "the answer" if self.role == "answer" else "the fixed cell"
        return f"{what} '{self.grade_id or self.id}'"

    @property
    def title(self) -> str:
        """What a sentence that begins with the cell calls it."""
        return self.name[0].upper() + self.name[1:]


class Release:
    """The cells of a release, found by grade id, cell id, text or function name."""

    def __init__(self, notebook: Notebook) -> None:
        self.metadata = copy.deepcopy(dict(notebook.metadata))
        self.cells = [_read(i, node) for i, node in enumerate(notebook.cells)]
        self.marked = [cell for cell in self.cells if cell.grade_id is not None]
        self.by_grade_id = {c.grade_id: c for c in self.marked}
        self.by_id = {cell.id: cell for cell in self.cells}
        self.owner = {name: cell for cell in self.cells for name in cell.functions}
        self.groups = [cell.functions for cell in self.cells if cell.functions]

    def by_source(self, source: str) -> list[ReleaseCell]:
        """Return the cells whose text the student does not write and is this one."""
        text = tidy(source)
        fixed = (c for c in self.cells if c.role in ("locked", "plain"))
        return [cell for cell in fixed if text and tidy(cell.source) == text]

    def notebook(self, cells: Iterable[tuple[ReleaseCell | None, Cell]]) -> Notebook:
        """Return a valid notebook of these cells; pairs say which belong here."""
        used = {cell.id for cell in self.cells}
        nodes = [
            _own_node(cell, used) if of is None else _release_node(of, cell)
            for of, cell in cells
        ]
        content = {
            "cells": nodes,
            "metadata": self.metadata,
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        # This copies all that it is given.
        notebook: Notebook = nbformat.from_dict(content)
        return notebook


def _read(index: int, node: Mapping[str, Any]) -> ReleaseCell:
    marks = node["metadata"].get("nbgrader", {})
    source = str(node["source"])
    role = "plain"
    functions: tuple[str, ...] = ()
    if marks.get("solution"):
        functions = _all_definitions(source) if node["cell_type"] == "code" else ()
        role = "function" if functions else "answer"
    elif marks:
        role = "locked"
    return ReleaseCell(
        index=index,
        node=node,
        kind=str(node["cell_type"]),
        source=source,
        id=str(node.get("id") or _made_id(index, source)),
        grade_id=marks.get("grade_id"),
        role=role,
        functions=functions,
    )


def _all_definitions(source: str) -> tuple[str, ...]:
    tree = parse(source)
    names = [getattr(node, "name", "") for node in tree.body] if tree else []
    return tuple(defined(source, [name for name in names if name]))


def _made_id(index: int, source: str) -> str:
    return hashlib.sha256(f"{index}\n{source}".encode()).hexdigest()[:8]


def _release_node(of: ReleaseCell, cell: Cell) -> dict[str, Any]:
    node = _node(of.kind, cell.source, of.id)
    node["metadata"] = of.node["metadata"]
    if of.kind != "code" and cell.attachments:
        node["attachments"] = cell.attachments
    return node


def _own_node(cell: Cell, used: set[str]) -> dict[str, Any]:
    number = 0
    while (name := _made_id(number, cell.source)) in used:
        number += 1
    used.add(name)
    node = _node(cell.kind, cell.source, name)
    if cell.kind != "code" and cell.attachments:
        node["attachments"] = cell.attachments
    return node


def _node(kind: str, source: str, name: str) -> dict[str, Any]:
    node: dict[str, Any] = {
        "cell_type": kind,
        "id": name,
        "metadata": {},
        "source": source,
    }
    if kind == "code":
        node |= {"execution_count": None, "outputs": []}
    return node
