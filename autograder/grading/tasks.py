"""Make a task of what a student handed in."""

from __future__ import annotations

from autograder.grading import audit, handed_in, intake
from autograder.grading.course import Course
from autograder.grading.intake import Intake
from autograder.grading.submission import Task


def task_for(
    course: Course,
    assignment: str,
    student: str,
    unsandboxed: bool = False,
    said: Intake | None = None,
) -> Task:
    """Return the student's task; ``said`` is what collecting said."""
    said = said or intake.load(course, assignment)
    folder = course.folder("submitted", student, assignment)
    path, repairs, person = handed_in.notebook(folder, assignment)
    if path is None and student in said.problems:
        person = [said.problems[student]]
    when, doubt = handed_in.time(folder)
    known = audit.load(course.record(student, assignment))
    return Task(
        record=audit.start(known, assignment, student, path),
        path=path,
        release=course.release(assignment),
        unsandboxed=unsandboxed,
        repairs=[*said.notes.get(student, []), *repairs],
        person=[*person, *doubt],
        timestamp=when,
    )
