"""Restore a damaged submission against the released notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.choosing import Choice, choose
from autograder.grading.matching import Match, foreign_marks, match, of_this_exercise
from autograder.grading.notebook_file import Cell, Unreadable, read_cells
from autograder.grading.pieces import cut_merged, join_split
from autograder.grading.release_cells import Notebook, Release, ReleaseCell
from autograder.grading.source_code import (
    begins_indented,
    bound,
    defined,
    definition,
    parse,
    tidy,
)


@dataclass(frozen=True)
class Repaired:
    """A notebook that can be graded, what was repaired, and what a person must see.

    The notebook is valid and has each of the release's marked cells once, with the
    release's metadata. ``repairs`` and ``needs_person`` hold sentences.
    """

    notebook: Notebook
    repairs: list[str] = field(default_factory=list)
    needs_person: list[str] = field(default_factory=list)


def repair(submitted: bytes | Mapping[str, Any], release: Notebook) -> Repaired:
    """Return the submission restored against the release; never raises for its faults.

    Cells are found by grade id, cell id, text, then the name of the function they
    define. Fixed cells get the release's text, missing ones are put back, duplicates
    are resolved. What could be meant in two ways is left for a person, with the reason.
    """
    form = Release(release)
    try:
        cells, repairs = read_cells(submitted)
    except Unreadable as reason:
        return Repaired(_as_released(form, []), [], [str(reason)])
    cells, joined = join_split(cells, form)
    cells, cut = cut_merged(cells, form)
    matches = match(cells, form)
    if not of_this_exercise(matches):
        return Repaired(_as_released(form, cells), [], [_stranger(cells, form)])
    work = _Restoration(form, matches, [*repairs, *joined, *cut])
    return work.result()


def _as_released(form: Release, cells: list[Cell]) -> Notebook:
    own = [(None, cell) for cell in cells if cell.grade_id not in form.by_grade_id]
    return form.notebook([*((c, Cell(c.kind, c.source)) for c in form.cells), *own])


def _stranger(cells: list[Cell], form: Release) -> str:
    found = foreign_marks(cells, form)
    what = (
        f"Its graded cells are {', '.join(map(repr, found[:4]))}: it seems to belong to"
        " another assignment."
        if found
        else "No cell has this assignment's marks or defines one of its functions."
    )
    wanted = ", ".join(f"`{name}`" for name in form.owner) or "its graded cells"
    return (
        f"None of this assignment's cells are in the notebook; expected {wanted}."
        f" {what} Ask the student for the right file."
    )


class _Restoration:
    """The work on one submission: matches in the student's order, and sentences."""

    def __init__(self, form: Release, matches: list[Match], repairs: list[str]) -> None:
        self.form = form
        self.matches = matches
        self.repairs = repairs
        self.people: list[str] = []
        self.unmarked: list[str] = []

    def result(self) -> Repaired:
        foreign = self._foreign()
        for cell in self.form.cells:
            self._settle(cell)
        for cell in self.form.marked:
            if all(m.of is not cell for m in self.matches):
                self._put_back(cell)
        self._pieces_left()
        for cell in self.form.cells:
            self._meanings(cell)
        self._say_unmarked()
        pairs = [(m.of, m.cell) for m in self.matches]
        return Repaired(
            self.form.notebook(pairs),
            list(dict.fromkeys(self.repairs)),
            # In another assignment's notebook it says nothing that cells are missing.
            foreign or list(dict.fromkeys(self.people)),
        )

    def _foreign(self) -> list[str]:
        found = foreign_marks([m.cell for m in self.matches], self.form)
        matched = [m for m in self.matches if m.of is not None]
        if len(found) <= len(matched):
            return []
        return [
            f"Most of the marked cells, such as {found[0]!r}, belong to another"
            " assignment. See whether the right notebook was handed in."
        ]

    def _settle(self, cell: ReleaseCell) -> None:
        group = [m for m in self.matches if m.of is cell]
        if not group:
            return
        choice = choose(cell, group, self.matches)
        self._apply(group, choice)
        self.repairs += choice.repairs
        self.people += choice.people
        kept = choice.kept
        if kept.cell.kind != cell.kind:
            self.repairs.append(
                f"The type of {cell.name} had been changed to {kept.cell.kind}; it was"
                f" changed back to {cell.kind}."
            )
        if cell.grade_id is not None and kept.cell.grade_id != cell.grade_id:
            self.unmarked.append(cell.grade_id)
        kept.cell = choice.cell

    def _apply(self, group: list[Match], choice: Choice) -> None:
        if choice.kept is group[-1] and len(group) == 1 and not choice.own:
            return
        result: list[Match] = []
        for m in self.matches:
            if not any(m is other for other in group):
                result.append(m)
                continue
            if m is choice.kept:
                result.append(m)
            result += [Match(c) for c in choice.own.get(id(m), [])]
        self.matches = result

    def _put_back(self, cell: ReleaseCell) -> None:
        source = cell.source
        if cell.role == "locked":
            self.repairs.append(f"{cell.title} was missing; it was put back.")
        elif cell.functions and self._binds(cell):
            # The release's empty definition would hide the student's.
            source = f"# {', '.join(cell.functions)}: written in another cell"
            self.people.append(
                f"{cell.title} is missing, and another cell gives the name a"
                " meaning in a way that cannot be moved back. See whether the right"
                " code was graded."
            )
        else:
            self.people.append(
                f"{cell.title} is missing and nothing in the notebook stands for"
                " it. The empty cell was put back; ask the student whether it was"
                " deleted by mistake."
            )
        placed = Match(Cell(cell.kind, source), cell, "mark")
        self.matches.insert(self._place(cell), placed)

    def _binds(self, cell: ReleaseCell) -> bool:
        return any(
            m.cell.kind == "code" and bound(m.cell.source, cell.functions)
            for m in self.matches
        )

    def _place(self, cell: ReleaseCell) -> int:
        """Return the place right after the nearest cell before it in the release."""
        at = {m.of.index: i for i, m in enumerate(self.matches) if m.of is not None}
        before = [index for index in at if index < cell.index]
        if before:
            return at[max(before)] + 1
        return min(at.values(), default=0)

    def _pieces_left(self) -> None:
        for m in self.matches:
            alone = m.cell.kind == "code" and m.of is None
            if not alone or not m.cell.source.strip():
                continue
            if begins_indented(m.cell.source) and self._may_belong(m.cell.source):
                self.people.append(
                    "A cell begins with indented code, as if it had been cut from a"
                    f" function: {tidy(m.cell.source).strip()[:40]!r}. See where it"
                    " belongs."
                )

    def _may_belong(self, piece: str) -> bool:
        """Tell whether a piece of code could be missing from a function."""
        written = [m.cell.source for m in self.matches if m.of and m.of.functions]
        whole = [text for text in written if parse(text) and "return" in text]
        return "return" in piece or len(whole) < len(written)

    def _meanings(self, cell: ReleaseCell) -> None:
        """Mark for a person where a later cell changes what a function's name means."""
        at = next((i for i, m in enumerate(self.matches) if m.of is cell), None)
        written = "" if at is None else self.matches[at].cell.source
        if at is None or not defined(written, cell.functions):
            return
        for m in self.matches[at + 1 :]:
            if m.cell.kind != "code" or m.of is cell:
                continue
            names = bound(m.cell.source, cell.functions)
            if names and not _agrees(m.cell.source, written, names):
                self.people.append(
                    f"`{names[0]}` is given another meaning in a cell below its own."
                    " See which one the student meant."
                )

    def _say_unmarked(self) -> None:
        if self.unmarked:
            names = ", ".join(f"'{name}'" for name in self.unmarked)
            self.repairs.append(
                f"The marks that grading needs were missing or wrong in {names}; they"
                " were restored from the release."
            )


def _agrees(later: str, winner: str, names: list[str]) -> bool:
    meanings = [(definition(later, n), definition(winner, n)) for n in names]
    return all(one == other != "" for one, other in meanings)
