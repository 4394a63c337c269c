"""Look whether all is there that grading needs, before anything is begun."""

from __future__ import annotations

from typing import Any

from autograder import exercises, sandbox
from autograder.exercise import Exercise
from autograder.grading import notebooks
from autograder.grading.course import Course
from autograder.grading.failure import Failure, UsageFailure


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
    return notebook
