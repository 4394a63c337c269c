"""The made-up students of any exercise: its known slips, and the usual accidents."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import cycle
from types import ModuleType

from autograder.diagnosis import failed_by
from autograder.exercise import Exercise, Slip, slipped_source
from autograder.grading import sample_damage as damage
from autograder.grading.release_cells import Notebook
from autograder.grading.sample_edits import EDITS, Edit
from autograder.grading.sample_students import (
    Student,
    Work,
    as_in_the_solution,
    then,
)

#: Slips of each function that somebody in the class makes.
SLIPS_EACH = 2
ENDLESS = "def {name}(*arguments):\n    while True:\n        pass"
DEADLY = "import os\n\ndef {name}(*arguments):\n    os._exit(1)"
RAISES = "def {name}(*arguments):\n    return np.normalize(*arguments)"
SYNTAX = "def {name}(*arguments)\n    return arguments"


def students(exercise: Exercise, solved: Notebook) -> list[Student]:
    """Return a class for an exercise; ``solved`` is its source notebook."""
    own = _independent(exercise, solved)
    right = as_in_the_solution(solved)
    return [
        Student("sample-right-as-in-the-solution", "right", right),
        *(_slip(exercise, right, slip) for slip in _chosen(exercise, own)),
        *(_edited(exercise, right, edit) for edit in EDITS.get(exercise.name, ())),
        Student("sample-not-attempted", "stubs", lambda _: None, all_lost=True),
        *_trouble(exercise, right, own),
        *_accidents(exercise, right),
    ]


def _independent(exercise: Exercise, solved: Notebook) -> list[str]:
    """Return the functions that have a cell and that no other cell calls.

    A mistake in one that is called would cost more than its own criteria.
    """
    cells = {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in solved.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    return [
        name
        for name in exercise.functions
        if name in cells
        and not any(f"{name}(" in text for at, text in cells.items() if at != name)
    ]


def _chosen(exercise: Exercise, own: Sequence[str]) -> list[Slip]:
    chosen = []
    for name in own:
        slips = [slip for slip in exercise.slips if slip.function == name]
        chosen += slips[:: max(1, len(slips) // SLIPS_EACH)][:SLIPS_EACH]
    return chosen


def _slip(exercise: Exercise, right: Work, slip: Slip) -> Student:
    def work(notebook: Notebook) -> None:
        source = slipped_source(exercise, slip.function, [slip])
        damage.write(notebook, slip.function, _helpers(exercise) + source)

    return _who_slips(exercise, slip, then(right, work))


def _edited(exercise: Exercise, right: Work, edit: Edit) -> Student:
    def work(notebook: Notebook) -> None:
        cells = [cell for cell in notebook.cells if edit.before in cell.source]
        if not cells:
            raise LookupError(
                f"The solution of {exercise.name} has no {edit.before!r}."
            )
        for cell in cells:
            cell.source = cell.source.replace(edit.before, edit.after)

    (slip,) = (slip for slip in exercise.slips if slip.name == edit.slip)
    return _who_slips(exercise, slip, then(right, work))


def _who_slips(exercise: Exercise, slip: Slip, work: Work) -> Student:
    """Return the student whose work has the results of a slip."""
    lost = tuple(sorted(failed_by(exercise, slip)))
    return Student(f"sample-{slip.name}", slip.sentence, work, lost)


def _helpers(exercise: Exercise) -> str:
    """Return what the reference's functions need of their module besides themselves."""
    kept = _around(exercise.reference, exercise.functions)
    return "\n".join(map(ast.unparse, kept)) + "\n\n\n"


def _around(module: ModuleType, without: Sequence[str]) -> Iterator[ast.stmt]:
    """Yield a module's statements; what it imports of this package is written out."""
    for node in ast.parse(inspect.getsource(module)).body[1:]:  # after the docstring
        source = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if source.startswith("autograder."):
            yield from _around(import_module(source), without)
        elif source != "__future__" and getattr(node, "name", "") not in without:
            yield node


def _trouble(exercise: Exercise, right: Work, own: Sequence[str]) -> list[Student]:
    kinds = (
        ("raises", "calls what does not exist", RAISES),
        ("syntax-error", "a colon is missing", SYNTAX),
        ("never-ends", "a loop that never ends", ENDLESS),
        ("dies", "ends Python itself", DEADLY),
    )
    return [
        Student(
            f"sample-{name}",
            about,
            then(right, _writes(function, text.format(name=function))),
            tuple(c.name for c in exercise.criteria if function in c.functions),
        )
        for (name, about, text), function in zip(kinds, cycle(own), strict=False)
    ]


def _writes(name: str, text: str) -> Callable[[Notebook], None]:
    return lambda notebook: damage.write(notebook, name, text)


def _accidents(exercise: Exercise, right: Work) -> list[Student]:
    first = exercise.criteria[0].name
    return [
        Student(
            "sample-deleted-check",
            "a check cell is deleted",
            then(right, lambda n: damage.delete(n, first)),
        ),
        Student(
            "sample-copied-check",
            "a check cell is there twice",
            then(right, lambda n: damage.copy_cell(n, first)),
        ),
        Student("sample-colab", "saved in Colab", then(right, damage.save_in_colab)),
        Student(
            "sample-empty",
            "an empty file",
            lambda _: b"",
            needs_person=True,
            all_lost=True,
        ),
    ]
