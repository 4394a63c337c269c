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
    source), "name" (the function it defines) or "place" (the cells around it); ``of``
    is None for a cell of the student's own.
    """

    cell: Cell
    of: ReleaseCell | None = None
    how: str = ""


def match(cells: list[Cell], release: Release) -> list[Match]:
    """Match each cell by grade id, cell id, text, then the functions it defines."""
    seen: dict[str, int] = {}
    matches = [_match(cell, release, seen) for cell in cells]
    find_answers(matches, release)
    return matches


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


def find_answers(matches: list[Match], release: Release) -> None:
    """Match written answers that lost their marks by the cells around them.

    The one cell of the student's own between an answer's neighbours is the answer.
    """
    for cell in release.cells:
        if cell.role != "answer" or any(m.of is cell for m in matches):
            continue
        between = _between(matches, cell.index, len(release.cells))
        own = [m for m in between if m.of is None and m.cell.source.strip()]
        if len(own) == 1:
            own[0].of, own[0].how = cell, "place"


def _between(matches: list[Match], index: int, count: int) -> list[Match]:
    at = {m.of.index: i for i, m in enumerate(matches) if m.of is not None}
    last = index == count - 1
    if index - 1 not in at or (index + 1 not in at and not last):
        return []
    return matches[at[index - 1] + 1 : len(matches) if last else at[index + 1]]


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
