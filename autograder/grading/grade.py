"""Grade one notebook: run the student's cells in the sandbox, judge outside of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
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
    """What grading one notebook gave; ``cells`` are counted as in the notebook."""

    verdicts: tuple[Verdict, ...]
    cells: tuple[CellRun, ...]
    seconds: float


def grade_notebook(
    exercise: Exercise, notebook: Any, worker: Worker, seed: int
) -> Graded:
    """Run the notebook's cells in the worker and judge what they define.

    ``notebook`` is a repaired notebook: its grade cells are the release's, and are not
    run; the judge answers for them.
    """
    began = time.perf_counter()
    places = student_cells(notebook)
    sources = [notebook.cells[place].source for place in places]
    runs = worker.run(sources)
    verdicts = judge(exercise, worker, seed)
    placed = [replace(run, index=places[run.index]) for run in runs]
    undefined = _undefined(exercise, worker, notebook, placed)
    return Graded(
        verdicts=tuple(explained(exercise, verdicts, undefined)),
        cells=tuple(placed),
        seconds=time.perf_counter() - began,
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
