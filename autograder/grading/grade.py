"""Grade one notebook: run the student's cells in the sandbox, judge outside of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.exercise import Exercise
from autograder.grading.autograded import mark
from autograder.grading.source_code import bound
from autograder.implementation import CallFailed, Implementation
from autograder.judge import judge
from autograder.sandbox import CellRun, Worker
from autograder.verdict import Verdict


@dataclass(frozen=True)
class Graded:
    """What grading one notebook gave; ``cells`` are counted as in the notebook.

    ``notes`` are sentences on what was not taken as the student has it.
    """

    verdicts: tuple[Verdict, ...]
    cells: tuple[CellRun, ...]
    seconds: float
    notes: tuple[str, ...] = ()


def grade_notebook(
    exercise: Exercise, notebook: Any, worker: Worker, seed: int
) -> Graded:
    """Run the notebook's cells in the worker and judge what they define.

    ``notebook`` is a repaired notebook: its grade cells are the release's, and are not
    run; the judge answers for them. What its locked cells define for the judge to call
    is defined once more after all others, whatever a cell of the student's has put in
    its place.
    """
    began = time.perf_counter()
    places = student_cells(notebook)
    given = given_functions(exercise, notebook)
    order = [*places, *dict.fromkeys(given.values())]
    runs = worker.run([notebook.cells[place].source for place in order])
    runs = runs[: len(places)]
    verdicts = judge(exercise, worker, seed)
    placed = [replace(run, index=places[run.index]) for run in runs]
    undefined = _undefined(exercise, worker, notebook, placed)
    return Graded(
        verdicts=tuple(explained(exercise, verdicts, undefined)),
        cells=tuple(placed),
        seconds=time.perf_counter() - began,
        notes=tuple(_replaced(notebook, given)),
    )


def given_functions(exercise: Exercise, notebook: Any) -> dict[str, int]:
    """Return the judged functions that locked cells define, with the cells' places."""
    return {
        name: place
        for place in student_cells(notebook)
        if _is_locked(notebook.cells[place])
        for name in bound(notebook.cells[place].source, exercise.functions)
    }


def _is_locked(cell: Any) -> bool:
    return bool(mark(cell, "locked")) and not mark(cell, "solution")


def _replaced(notebook: Any, given: Mapping[str, int]) -> Iterator[str]:
    """Say which given functions a cell of the student's defines anew."""
    own = [notebook.cells[place] for place in student_cells(notebook)]
    sources = [cell.source for cell in own if not _is_locked(cell)]
    for name in given:
        if any(bound(source, (name,)) for source in sources):
            yield (
                f"`{name}` is given in this notebook, and was used as it is given; the "
                f"other definition of it, in a cell of your own, was not."
            )


def student_cells(notebook: Any) -> list[int]:
    """Return the places of the code cells that are run: all but the grade cells."""
    return [
        place
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and not mark(cell, "grade")
    ]


def explained(
    exercise: Exercise, verdicts: Sequence[Verdict], undefined: Mapping[str, str]
) -> list[Verdict]:
    """Say why a function is missing where the cell that should define it failed."""
    found = []
    for verdict in verdicts:
        names = exercise.criterion(verdict.criterion).functions
        reasons = list(dict.fromkeys(undefined[n] for n in names if n in undefined))
        if reasons and verdict.status == "not attempted":
            message = " ".join(reasons)
            verdict = replace(verdict, status="crashed", message=message)
        found.append(verdict)
    return found


def _undefined(
    exercise: Exercise,
    worker: Implementation,
    notebook: Any,
    runs: Sequence[CellRun],
) -> dict[str, str]:
    """Return why functions that failed cells should have defined are missing."""
    reasons = {}
    for run in runs:
        if run.status == "ran":
            continue
        cell = notebook.cells[run.index]
        own = {mark(cell, "grade_id"), *bound(cell.source)}
        for name in exercise.functions:
            if name in own and _is_missing(worker, name):
                reasons[name] = (
                    f"{name} is not defined, because its cell did not run: "
                    f"{run.sentence}"
                )
    return reasons


def _is_missing(worker: Implementation, name: str) -> bool:
    try:
        worker.call(name, ())
    except CallFailed as failed:
        return failed.kind == "missing"
    return False
