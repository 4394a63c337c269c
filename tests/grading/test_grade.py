"""Grading one notebook: what is run, what is judged, and what is said."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.exercises import load
from autograder.grading.grade import explained, grade_notebook, student_cells
from autograder.grading.submission import warm
from autograder.sandbox import Limits
from autograder.verdict import Verdict

ROOT = Path(__file__).parents[2]
QUICK = Limits(cell_seconds=1.0, call_seconds=1.0)


def notebook(**answers: str):
    """Return the source notebook with some answers replaced."""
    found = nbformat.read(ROOT / "solutions/forward/forward.ipynb", as_version=4)
    for cell in found.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    return found


def grade(**answers: str):
    with warm(QUICK, False).worker() as worker:
        graded = grade_notebook(load("forward"), notebook(**answers), worker, 7)
    return {verdict.criterion: verdict for verdict in graded.verdicts}, graded


def test_the_solution_has_all_points():
    verdicts, graded = grade()
    assert {verdict.status for verdict in verdicts.values()} == {"passed"}
    assert {run.status for run in graded.cells} == {"ran"}


def test_grade_cells_are_not_run():
    verdicts, graded = grade(standardize="raise SystemExit('never run')")
    assert verdicts["standardize"].status == "passed"
    assert {run.status for run in graded.cells} == {"ran"}


def test_a_run_is_counted_as_in_the_notebook():
    cells = [new_code_cell("1"), new_code_cell("check()"), new_code_cell("1 / 0")]
    cells[1].metadata["nbgrader"] = {"grade": True}
    assert student_cells(new_notebook(cells=cells)) == [0, 2]
    _, graded = grade(update_running="1 / 0")
    failed = [run for run in graded.cells if run.status != "ran"]
    marks = notebook().cells[failed[0].index].metadata["nbgrader"]
    assert marks["grade_id"] == "update_running"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def update_running(a, b, c, d)\n    return a, b", "SyntaxError"),
        ("while True:\n    pass", "1 s"),
        ("import os\nos._exit(3)", "update_running"),
        ("1 / 0\ndef update_running(a, b, c, d): ...", "ZeroDivisionError"),
    ],
)
def test_a_cell_that_fails_is_the_reason_and_costs_only_its_part(source, said):
    verdicts, _ = grade(update_running=source)
    assert said in verdicts["running_mean"].message
    assert verdicts["running_mean"].points == 0
    assert verdicts["standardize"].status == "passed"
    assert verdicts["eval_output"].status == "passed"


def test_an_error_below_a_definition_changes_nothing():
    source = notebook().cells
    own = next(c.source for c in source if "def update_running" in c.source)
    verdicts, _ = grade(update_running=own + "\n1 / 0")
    assert verdicts["running_var"].status == "passed"


def test_a_stub_is_not_attempted():
    verdicts, _ = grade(
        batchnorm_eval="def batchnorm_eval(*a): raise NotImplementedError"
    )
    assert verdicts["eval_output"].status == "not attempted"
    assert "has not been written" in verdicts["eval_output"].message


def test_only_verdicts_of_undefined_functions_are_explained():
    exercise = load("forward")
    verdicts = [
        Verdict("eval_output", "", "not attempted", 0, 20, "No function"),
        Verdict("running_mean", "", "not attempted", 0, 8, "No function"),
        Verdict("epsilon", "", "failed", 0, 10, "Wrong"),
    ]
    reasons = {
        "batchnorm_eval": "Its cell did not run.",
        "batchnorm_train": "Nor this.",
    }
    found = explained(exercise, verdicts, reasons)
    assert found[0].status == "crashed"
    assert found[0].message == "Its cell did not run."
    assert found[1:] == verdicts[1:]


def test_the_same_seed_gives_the_same_verdicts_to_the_letter():
    wrong = "def batchnorm_eval(x, *rest):\n    return x * 1.5"
    assert grade(batchnorm_eval=wrong)[0] == grade(batchnorm_eval=wrong)[0]


FAKED = """
import numpy as np

def kernel_forward(x, gamma, beta, eps):
    mean, var = x.mean(axis=(0, 2)), x.var(axis=(0, 2))
    x_hat = (x - mean[:, None]) / np.sqrt(var + eps)[:, None]
    return gamma[:, None] * x_hat + beta[:, None], mean, var
"""


@pytest.mark.parametrize(
    "faked",
    [FAKED, FAKED + "\nglobals()['kernel_' + 'forward_half'] = kernel_forward\n"],
    ids=["defined", "put in"],
)
def test_a_given_function_is_used_as_it_is_given(faked: str) -> None:
    path = ROOT / "chapters/exercises/gpu/gpu.ipynb"
    release = nbformat.read(path, as_version=4)
    release.cells.append(new_code_cell(faked))
    with warm(Limits(), False, ("numpy", "torch")).worker() as worker:
        graded = grade_notebook(load("gpu"), release, worker, 7)
    verdicts = {verdict.criterion: verdict for verdict in graded.verdicts}
    assert verdicts["kernel_statistics"].status == "not attempted"
    assert verdicts["kernel_half"].status == "not attempted"
    (note,) = graded.notes
    assert note.startswith("`kernel_forward` is given in this notebook")
    assert len(graded.cells) == len(student_cells(release))
