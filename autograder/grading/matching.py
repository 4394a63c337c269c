"""Say which cell of the release a submitted cell is."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.grading.notebook_file import Cell
from autograder.grading.release_cells import Release, ReleaseCell
from autograder.grading.source_code import defined, parse


@dataclass
class Match:
    """A submitted cell, the release's cell it stands for, and how that is known.

    ``how`` is "mark" (nbgrader's grade id), "id" (the cell's id), "text" (the same
    source) or "name" (the function it defines); ``of`` is None for a cell of the
    student's own.
    """

    cell: Cell
    of: ReleaseCell | None = None
    how: str = ""


def match(cells: list[Cell], release: Release) -> list[Match]:
    """Match each cell by grade id, cell id, text, then the functions it defines."""
    seen: dict[str, int] = {}
    return [_match(cell, release, seen) for cell in cells]


def _match(cell: Cell, release: Release, seen: dict[str, int]) -> Match:
    names = defined(cell.source, release.owner)
    if cell.kind != "code" and parse(cell.source) is None:
        names = []
    owner = release.owner[names[0]] if names else None
    found = release.by_grade_id.get(cell.grade_id or "")
    how = "mark"
    if found is None:
        found = next((release.by_id[i] for i in cell.ids if i in release.by_id), None)
        how = "id"
    if found is not None and (owner is None or set(names) & set(found.functions)):
        return Match(cell, found, how)
    same = release.by_source(cell.source)
    if same:
        # The same text may stand in the release several times, in this order.
        turn = seen.get(cell.source, 0)
        seen[cell.source] = turn + 1
        return Match(cell, same[min(turn, len(same) - 1)], "text")
    return Match(cell, owner, "name") if owner else Match(cell)


def foreign_marks(cells: list[Cell], release: Release) -> list[str]:
    """Return the grade ids that the release does not have."""
    marks = [cell.grade_id for cell in cells if cell.grade_id is not None]
    return [mark for mark in dict.fromkeys(marks) if mark not in release.by_grade_id]


def of_this_exercise(matches: list[Match]) -> bool:
    """Tell whether any graded cell is there; a shared first cell proves nothing."""
    return any(m.of is not None and _graded(m.of) for m in matches)


def _graded(cell: ReleaseCell) -> bool:
    marks = cell.node["metadata"].get("nbgrader", {})
    return bool(marks.get("grade") or marks.get("solution"))
