"""The made-up students of the sample class whose notebooks arrive whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.grading import sample_code as code
from autograder.grading import sample_damage as damage
from autograder.grading.release_cells import Notebook

Content = bytes | dict[str, Any]
Work = Callable[[Notebook], Content | None]

TRAIN = ("standardize", "epsilon", "scale_shift", "cache", "stability", "pure")
RUNNING = ("running_mean", "running_var", "pure")
EVAL = ("eval_output", "pure")


@dataclass(frozen=True)
class Student:
    """One made-up student: ``work`` turns the release into what is handed in."""

    name: str
    about: str
    work: Work
    lost: tuple[str, ...] = ()
    needs_person: bool = False
    all_lost: bool = False
    file_name: str | None = None

    def make(self, notebook: Notebook) -> Content:
        """Return the content of the file that this student hands in."""
        content = self.work(notebook)
        return dict(notebook) if content is None else content


def write(
    train: str = "plain", running: str = "plain", evaluate: str = "plain"
) -> Work:
    """Return the work of a student who writes these three functions."""

    def work(notebook: Notebook) -> None:
        texts = {
            "batchnorm_train": {**code.RIGHT_TRAIN, **code.WRONG_TRAIN}[train],
            "update_running": {**code.RIGHT_RUNNING, **code.WRONG_RUNNING}[running],
            "batchnorm_eval": {**code.RIGHT_EVAL, **code.WRONG_EVAL}[evaluate],
        }
        for name, text in texts.items():
            damage.write(notebook, name, text)
        if train == "columns":
            damage.add_own_cell(notebook, "batchnorm_train", code.HELPER)

    return work


def then(work: Work, *steps: Callable[[Notebook], Content | None]) -> Work:
    """Return the work with something happening to the notebook afterwards."""

    def more(notebook: Notebook) -> Content | None:
        content = work(notebook)
        for step in steps:
            content = step(notebook)
        return content

    return more


def _own_cell(text: str) -> Callable[[Notebook], None]:
    return lambda notebook: damage.add_own_cell(notebook, "running_mean", text)


def as_in_the_solution(solved: Notebook) -> Work:
    """Return the work of a student who wrote just what the solution has."""

    def work(notebook: Notebook) -> None:
        for cell in solved.cells:
            marks = cell.metadata.get("nbgrader", {})
            if marks.get("solution"):
                text = re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n?", "", cell.source)
                damage.write(notebook, marks["grade_id"], text.rstrip())

    return work


def _only_train(notebook: Notebook) -> None:
    damage.write(notebook, "batchnorm_train", code.RIGHT_TRAIN["loops"])


def students(solved: Notebook) -> list[Student]:
    """Return the students whose notebooks arrived whole; ``solved`` is the source."""
    return [*_right(solved), *_wrong_train(), *_wrong_elsewhere(), *_trouble()]


def _right(solved: Notebook) -> list[Student]:
    return [
        Student("sample-right-as-in-the-solution", "right", as_in_the_solution(solved)),
        Student("sample-right-plain", "right, short", write()),
        Student("sample-right-loops", "right, loops", write("loops", "loops", "loops")),
        Student("sample-right-einsum", "right, einsum", write("einsum", "step")),
        Student("sample-right-helper", "right, own helper", write("columns", "step")),
        Student(
            "sample-right-divides",
            "right, folded",
            write("divides", "plain", "folded"),
        ),
    ]


def _wrong_train() -> list[Student]:
    both = ("standardize", "epsilon")
    return [
        Student("sample-n-minus-one", "divides by N - 1", write("n-minus-one"), both),
        Student(
            "sample-wrong-axis",
            "layer norm",
            write("wrong-axis"),
            (*both, "cache"),
        ),
        Student(
            "sample-epsilon-outside",
            "epsilon outside the root",
            write("epsilon-outside"),
            ("epsilon",),
        ),
        Student("sample-epsilon-ignored", "eps 1e-5", write("epsilon-ignored"), both),
        Student(
            "sample-gamma-beta-swapped",
            "gamma and beta swapped",
            write("gamma-beta-swapped"),
            TRAIN[:5],
        ),
        Student(
            "sample-in-place",
            "changes x in place",
            write("in-place"),
            ("pure",),
        ),
    ]


def _wrong_elsewhere() -> list[Student]:
    return [
        Student(
            "sample-keras-momentum",
            "momentum weights the old value",
            write(running="keras-momentum"),
            RUNNING[:2],
        ),
        Student(
            "sample-biased-running",
            "running variance divides by N",
            write(running="biased"),
            ("running_var",),
        ),
        Student(
            "sample-eval-batch-statistics",
            "batch statistics in evaluation",
            write(evaluate="batch-statistics"),
            ("eval_output",),
        ),
        Student(
            "sample-two-mistakes",
            "epsilon outside, running variance biased",
            write("epsilon-outside", "biased"),
            ("epsilon", "running_var"),
        ),
        Student("sample-returns-nothing", "no return", write("returns-nothing"), TRAIN),
        Student("sample-not-attempted", "stubs", lambda _: None, all_lost=True),
        Student("sample-half-done", "one of three", _only_train, (*RUNNING, EVAL[0])),
    ]


def _trouble() -> list[Student]:
    return [
        Student("sample-raises", "np.variance does not exist", write("raises"), TRAIN),
        Student(
            "sample-syntax-error",
            "a colon is missing",
            write(running="syntax-error"),
            RUNNING,
        ),
        Student(
            "sample-never-ends",
            "a loop that never ends",
            write(running="never-ends"),
            RUNNING,
        ),
        Student(
            "sample-dies", "reads through a null pointer", write(evaluate="dies"), EVAL
        ),
        Student(
            "sample-kills-its-kernel",
            "right, and kills its kernel",
            then(write(), _own_cell(code.KILLS)),
        ),
        Student(
            "sample-floods",
            "right, and prints a flood",
            then(write(), _own_cell(code.FLOODS)),
        ),
        Student(
            "sample-warns",
            "right, and warns",
            then(write(), _own_cell(code.WARNS)),
        ),
    ]
