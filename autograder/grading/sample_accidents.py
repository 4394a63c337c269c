"""The made-up students of the sample class whose notebooks arrive damaged."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading import sample_code as code
from autograder.grading import sample_damage as damage
from autograder.grading.release_cells import Notebook
from autograder.grading.sample_students import EVAL, Content, Student, then, write


def _edit_check(notebook: Notebook) -> None:
    damage.write(notebook, "epsilon", "print('all criteria passed: 100 points')")


def _second_version(notebook: Notebook) -> None:
    damage.copy_cell(notebook, "batchnorm_eval", code.WRONG_EVAL["batch-statistics"])


def _in_one_cell(notebook: Notebook) -> None:
    damage.merge_with_next(notebook, "running_mean")
    damage.merge_with_next(notebook, "update_running")


def _another_assignment(_: Notebook) -> Content:
    cell = new_code_cell(code.ANOTHER, id="knn")
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": "knn_predict",
        "solution": True,
        "grade": False,
        "locked": False,
        "task": False,
    }
    return dict(new_notebook(cells=[cell]))


def damaged() -> list[Student]:
    """Return the students whose notebooks arrive damaged."""
    return [*_checks(), *_shapes(), *_files()]


def _checks() -> list[Student]:
    right, biased = write(), write(running="biased")
    return [
        Student(
            "sample-deleted-check",
            "a check cell is deleted",
            then(right, lambda n: damage.delete(n, "epsilon")),
        ),
        Student(
            "sample-deleted-work",
            "a solution cell is deleted",
            then(right, lambda n: damage.delete(n, "batchnorm_eval")),
            EVAL,
            needs_person=True,
        ),
        Student(
            "sample-copied-check",
            "a check cell is there twice",
            then(biased, lambda n: damage.copy_cell(n, "standardize")),
            ("running_var",),
        ),
        Student(
            "sample-edited-check",
            "a check cell is edited",
            then(write("epsilon-outside"), _edit_check),
            ("epsilon",),
        ),
    ]


def _shapes() -> list[Student]:
    right, loops = write(), write("loops")
    biased = write(running="biased")
    return [
        Student(
            "sample-stripped",
            "all metadata and ids are lost",
            then(loops, damage.strip_metadata),
        ),
        Student(
            "sample-colab",
            "saved by Colab",
            then(biased, damage.save_in_colab),
            ("running_var",),
        ),
        Student(
            "sample-split-cell",
            "a function is split over two cells",
            then(right, lambda n: damage.split(n, "batchnorm_train", 3)),
        ),
        Student("sample-merged-cells", "cells are merged", then(right, _in_one_cell)),
        Student(
            "sample-two-versions",
            "two versions of one function",
            then(right, _second_version),
            ("eval_output",),
            needs_person=True,
        ),
    ]


def _files() -> list[Student]:
    return [
        Student(
            "sample-renamed",
            "the file is renamed",
            write(),
            file_name="My work (1).ipynb",
        ),
        Student(
            "sample-not-json",
            "a PDF by the name of a notebook",
            lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
            needs_person=True,
            all_lost=True,
        ),
        Student(
            "sample-cut-off",
            "the upload broke off",
            lambda n: b'{"cells": [{"cell_type": "code", "source": ["import num',
            needs_person=True,
            all_lost=True,
        ),
        Student(
            "sample-empty",
            "an empty file",
            lambda _: b"",
            needs_person=True,
            all_lost=True,
        ),
        Student(
            "sample-another-assignment",
            "the notebook of another assignment",
            _another_assignment,
            needs_person=True,
            all_lost=True,
        ),
    ]
