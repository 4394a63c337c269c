"""Look whether all is there that grading needs, before anything is begun."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder import exercises, sandbox
from autograder.exercise import Exercise
from autograder.grading import notebooks
from autograder.grading.autograded import mark
from autograder.grading.course import Course
from autograder.grading.failure import Failure, UsageFailure
from autograder.grading.grade import given_functions

#: Where the releases lie that this program belongs to, if it lies in its repository.
OWN_RELEASES = Path(__file__).parents[2] / "chapters/exercises"


def exercise_named(name: str) -> Exercise:
    """Return the exercise, or raise :exc:`UsageFailure` with the known names."""
    try:
        return exercises.load(name)
    except exercises.UnknownExercise as error:
        raise UsageFailure(str(error)) from None


def sandbox_level(unsandboxed: bool) -> str:
    """Return how student code is shut in; raise :exc:`Failure` if it cannot be."""
    try:
        return sandbox.level(unsandboxed)
    except sandbox.SandboxUnavailable as error:
        raise Failure(str(error)) from None


def read_release(course: Course, exercise: Exercise) -> Any:
    """Read the released notebook and check that its points are the exercise's."""
    path = course.release(exercise.name)
    if not path.is_file():
        raise Failure(
            f"There is no released notebook {path}. "
            f"Make it with `autograder release {exercise.name}`."
        )
    try:
        notebook = notebooks.read(path)
    except Exception as error:
        raise Failure(
            f"The released notebook {path} cannot be read ({error}). "
            f"Make it again with `autograder release {exercise.name}`."
        ) from error
    marks = [c.metadata.get("nbgrader", {}) for c in notebook.cells]
    found = {m["grade_id"]: float(m["points"]) for m in marks if m.get("grade")}
    asked = {c.name: float(c.points) for c in exercise.criteria}
    asked |= {w.name: float(w.points) for w in exercise.written}
    if found != asked:
        raise Failure(
            f"The points in {path} are not those of the exercise {exercise.name!r}. "
            f"Make the release again with `autograder release {exercise.name}`."
        )
    own = OWN_RELEASES / exercise.name / f"{exercise.name}.ipynb"
    given = _given(exercise, notebook)
    if own.is_file() and given != _given(exercise, notebooks.read(own)):
        raise Failure(
            f"The notebook {path} is of another version than this program: the cells "
            f"through which {exercise.name!r} is judged are not those of {own}. Right "
            "work could lose points. Grade with the version that the class was given."
        )
    return notebook


def _given(exercise: Exercise, notebook: Any) -> dict[str, str]:
    """Return the source of each locked cell that defines what the judge calls."""
    places = set(given_functions(exercise, notebook).values())
    cells = [notebook.cells[place] for place in sorted(places)]
    return {mark(cell, "grade_id"): cell.source for cell in cells}
