"""Put cells together that were split, and take cells apart that were merged."""

from __future__ import annotations

from dataclasses import replace

from autograder.grading.notebook_file import Cell
from autograder.grading.release_cells import Release, ReleaseCell
from autograder.grading.source_code import (
    begins_indented,
    cut_at,
    defined,
    is_stub,
    parse,
    tidy,
)


def join_split(cells: list[Cell], release: Release) -> tuple[list[Cell], list[str]]:
    """Join a cell that breaks off inside a function with the piece that follows it."""
    joined: list[Cell] = []
    repairs: list[str] = []
    for cell in cells:
        before = joined[-1] if joined else None
        if before is None or not _continues(before, cell, release):
            joined.append(cell)
            continue
        joined[-1] = replace(before, source=f"{before.source}\n{cell.source}")
        names = defined(before.source, release.owner)
        repairs.append(
            f"The cell for `{names[-1]}` had been split inside the function; its pieces"
            " were joined again."
        )
    return joined, list(dict.fromkeys(repairs))


def _continues(before: Cell, cell: Cell, release: Release) -> bool:
    if before.kind != "code" or cell.kind != "code" or not cell.source.strip():
        return False
    names = defined(before.source, release.owner)
    if not names or release.by_source(cell.source):
        return False
    if is_stub(before.source, names[-1], release.owner[names[-1]].source):
        return False
    if cell.grade_id in release.by_grade_id and cell.grade_id != before.grade_id:
        return False
    broken = begins_indented(cell.source) or (
        parse(before.source) is None and parse(cell.source) is None
    )
    return broken and parse(f"{before.source}\n{cell.source}") is not None


def cut_merged(cells: list[Cell], release: Release) -> tuple[list[Cell], list[str]]:
    """Cut out release cells that were merged into others, and several functions."""
    count = len(cells)
    for part in release.cells:
        if part.role in ("locked", "plain") and tidy(part.source):
            cells = _cut_out(cells, part)
    cells = [piece for cell in cells for piece in _cut_functions(cell, release)]
    if len(cells) == count:
        return cells, []
    return cells, ["Cells that had been merged into one were taken apart again."]


def _cut_out(cells: list[Cell], part: ReleaseCell) -> list[Cell]:
    block = tidy(part.source)
    holders = [i for i, cell in enumerate(cells) if _holds(cell, block)]
    present = any(
        tidy(cell.source) == block
        or (cell.grade_id is not None and cell.grade_id == part.grade_id)
        for i, cell in enumerate(cells)
        if i not in holders
    )
    if present or len(holders) != 1:
        return cells
    at = holders[0]
    pieces = _around(cells[at], block, part)
    return cells if pieces is None else [*cells[:at], *pieces, *cells[at + 1 :]]


def _holds(cell: Cell, block: str) -> bool:
    text = "\n" + tidy(cell.source) + "\n"
    return tidy(cell.source) != block and text.count(f"\n{block}\n") == 1


def _around(cell: Cell, block: str, part: ReleaseCell) -> list[Cell] | None:
    text = "\n" + tidy(cell.source) + "\n"
    before, after = (tidy(side) for side in text.split(f"\n{block}\n"))
    rest = [side for side in (before, after) if side]
    whole = cell.kind == "code" and parse(cell.source) is not None
    if whole and any(parse(side) is None for side in rest):
        return None
    own = Cell(part.kind, part.source, (part.id,), part.grade_id)
    if cell.grade_id == part.grade_id:
        cell = replace(cell, grade_id=None)
    cell = replace(cell, ids=tuple(i for i in cell.ids if i != part.id))
    first, later = cell, replace(cell, ids=(), grade_id=None)
    pieces: list[Cell] = [own]
    if before:
        pieces.insert(0, replace(first, source=before))
    if after:
        pieces.append(replace(later if before else first, source=after))
    return pieces


def _hides_work(source: str, name: str, release: Release) -> bool:
    """Tell whether an empty definition follows one that the student wrote."""
    empty = release.owner[name].source
    if not is_stub(source, name, empty):
        return False
    pieces = cut_at(source, release.groups, apart=True)
    written = [text for text in pieces if defined(text, (name,))]
    return any(not is_stub(text, name, empty) for text in written)


def _cut_functions(cell: Cell, release: Release) -> list[Cell]:
    names = defined(cell.source, release.owner)
    hidden = any(_hides_work(cell.source, name, release) for name in names)
    if len({id(release.owner[name]) for name in names}) < 2 and not hidden:
        return [cell]
    texts = cut_at(cell.source, release.groups, apart=hidden)
    marked = release.by_grade_id.get(cell.grade_id or "")
    keeper = 0
    if marked is not None and marked.functions:
        owned = (i for i, t in enumerate(texts) if defined(t, marked.functions))
        keeper = next(owned, 0)
    return [
        replace(cell, source=text)
        if i == keeper
        else replace(cell, source=text, ids=(), grade_id=None)
        for i, text in enumerate(texts)
    ]
