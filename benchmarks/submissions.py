"""Made-up submissions of the exercise ``forward``, all different, none of them endless.

The answers are those of the sample class: right ones in several styles and wrong ones.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

from autograder.grading import sample_code

ROOT = Path(__file__).parents[1]
ASSIGNMENT = "forward"
RELEASE = ROOT / "chapters/exercises/forward/forward.ipynb"
SOURCE = ROOT / "solutions/forward/forward.ipynb"
#: Left out: two that cost whatever the limits are, and one that needs a cell more.
UNFAIR = ("never-ends", "dies", "columns")

ANSWERS = {
    "batchnorm_train": {**sample_code.RIGHT_TRAIN, **sample_code.WRONG_TRAIN},
    "update_running": {**sample_code.RIGHT_RUNNING, **sample_code.WRONG_RUNNING},
    "batchnorm_eval": {**sample_code.RIGHT_EVAL, **sample_code.WRONG_EVAL},
}
RIGHT = {
    "batchnorm_train": sample_code.RIGHT_TRAIN["plain"],
    "update_running": sample_code.RIGHT_RUNNING["plain"],
    "batchnorm_eval": sample_code.RIGHT_EVAL["plain"],
}


def answered(answers: dict[str, str], first_cell: str = "") -> Any:
    """Return the release with these answers and, if any, a cell after the set-up."""
    notebook = nbformat.read(RELEASE, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    if first_cell:
        place = 1 + [
            cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells
        ].index("set_up")
        notebook.cells.insert(place, new_code_cell(first_cell, id="added"))
    return notebook


def make(count: int, torch: bool = False) -> dict[str, Any]:
    """Return ``count`` notebooks by student; the same arguments give the same ones."""
    draw = random.Random(0)
    made = {}
    for number in range(count):
        student = f"student-{number:04d}"
        answers = {
            name: f"# {student}\n{draw.choice(_fair(texts))}"
            for name, texts in ANSWERS.items()
        }
        made[student] = answered(answers, "import torch" if torch else "")
    return made


def _fair(texts: dict[str, str]) -> list[str]:
    return [text for name, text in texts.items() if name not in UNFAIR]


def hand_in(made: dict[str, Any], course: Path) -> None:
    """Write the notebooks to where nbgrader looks for submissions."""
    for student, notebook in made.items():
        folder = course / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{ASSIGNMENT}.ipynb")
