"""Carry grades back to the learning platform, in the files that it imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.grading.course import Course
from autograder.grading.export import canvas, gradescope, moodle
from autograder.grading.export.grades import Exported, Grade, grades
from autograder.grading.failure import Failure, UsageFailure

__all__ = ["PLATFORMS", "Exported", "export"]

Export = Callable[
    [Course, str, Sequence[Grade], Path, Path | None, str | None], Exported
]
PLATFORMS: dict[str, Export] = {
    "canvas": canvas.export,
    "moodle": moodle.export,
    "gradescope": gradescope.export,
}


def export(
    course: Course,
    assignment: str,
    platform: str,
    folder: Path | None = None,
    into: Path | None = None,
    column: str | None = None,
) -> Exported:
    """Write what ``platform`` imports into ``folder`` and say who has no grade in it.

    ``into`` is the platform's own file, whose ``column`` is filled. Raises
    :exc:`Failure` where nobody has a grade that the platform's file can take; nothing
    is written then.
    """
    if into is not None and not into.is_file():
        raise UsageFailure(
            f"There is no file {into}. Name the file that {platform} gave you."
        )
    folder = folder or course.records(assignment) / "export"
    if folder.exists() and not folder.is_dir():
        raise UsageFailure(f"{folder} is not a folder. Name one with --output.")
    found = grades(course, assignment)
    done = PLATFORMS[platform](course, assignment, found, folder, into, column)
    if not done.given:
        reasons = "".join(f"\n  {sentence}" for sentence in done.left[:20])
        raise Failure(f"There is no grade to export; nothing was written.{reasons}")
    done.write()
    return done
