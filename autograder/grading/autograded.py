"""The autograded notebook, with the verdicts where nbgrader looks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from autograder.card import as_html, as_text
from autograder.exercise import Exercise
from autograder.grading.notebooks import output
from autograder.sandbox import CellRun
from autograder.verdict import Verdict

#: Where the notebook carries what feedback and formgrader show besides the cells.
METADATA = "autograder"


def autograded(
    exercise: Exercise,
    notebook: Any,
    verdicts: Sequence[Verdict],
    cells: Sequence[CellRun],
    notes: Mapping[str, object],
) -> Any:
    """Return a copy of the notebook with what the cells printed and the verdict cards.

    What is not put into it anew, the copy shares with the notebook.
    ``nbgrader.utils.determine_grade`` reads the same points from it that the verdicts
    say.
    """
    graded = copy(notebook)
    graded.metadata = copy(notebook.metadata)
    graded.cells = [copy(cell) for cell in notebook.cells]
    for cell in graded.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    for run in cells:
        graded.cells[run.index].outputs = run_outputs(run)
    by_criterion = {verdict.criterion: verdict for verdict in verdicts}
    for cell in graded.cells:
        if is_grade_cell(cell):
            verdict = by_criterion.get(mark(cell, "grade_id"))
            cell.outputs = (
                verdict_outputs(exercise, verdict) if verdict else [ungraded()]
            )
    graded.metadata[METADATA] = dict(notes)
    return graded


def mark(cell: Any, name: str) -> Any:
    """Return one of nbgrader's marks of a cell, or None where it has none."""
    return cell.metadata.get("nbgrader", {}).get(name)


def is_grade_cell(cell: Any) -> bool:
    """Tell whether the cell holds points that the judge gives."""
    return cell.cell_type == "code" and bool(mark(cell, "grade"))


def verdict_outputs(exercise: Exercise, verdict: Verdict) -> list[Any]:
    """Return the verdict card, then the points as nbgrader reads them."""
    card = {
        "text/html": as_html(exercise.title, [verdict]),
        "text/plain": as_text(exercise.title, [verdict]),
    }
    points = {"text/plain": repr(float(verdict.points))}
    return [
        output("display_data", data=card, metadata={METADATA: "card"}),
        output("execute_result", data=points, metadata={METADATA: "points"}),
    ]


def ungraded() -> Any:
    """Return the output of a grade cell that a person must grade: no points."""
    text = "Not graded yet: a person needs to look at this submission."
    return output("error", ename="NotGraded", evalue=text, traceback=[text])


def run_outputs(run: CellRun) -> list[Any]:
    """Return what a cell printed, and the sentence if it did not run through."""
    outputs = []
    if run.output:
        outputs.append(output("stream", name="stdout", text=run.output))
    if run.status != "ran":
        outputs.append(
            output(
                "error", ename=run.status, evalue=run.sentence, traceback=[run.sentence]
            )
        )
    return outputs
