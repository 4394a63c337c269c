"""Remember what collecting said about each student, for feedback and report."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from autograder.grading import files
from autograder.grading.collect import Collected, CollectError, collect
from autograder.grading.course import Course
from autograder.grading.failure import Failure, UsageFailure

_FILE = "collected.json"
_SAME = "The same notebook had been collected before."


@dataclass
class Intake:
    """What was said, by student.

    ``notes`` are for the student, ``problems`` for a person. ``nobodys`` holds
    sentences about files that belong to no student.
    """

    notes: dict[str, list[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    nobodys: list[str] = field(default_factory=list)


def take_in(course: Course, assignment: str, source: Path) -> list[Collected]:
    """Collect the platform's zip or folder into the course and remember what was said.

    A student whose work holds no notebook gets an empty folder, so that grading shows
    them to a person instead of leaving them out.
    """
    if not source.exists():
        raise UsageFailure(
            f"There is no file or folder {source}. Name what the learning platform "
            "gave you with --from."
        )
    try:
        results = collect(source, course.root, assignment)
    except CollectError as error:
        raise Failure(str(error)) from error
    known = load(course, assignment)
    known.nobodys = [r.problem for r in results if not r.student and r.problem]
    for result in results:
        if result.student:
            _remember(known, result)
        if result.student and result.path is None:
            folder = course.folder("submitted", result.student, assignment)
            folder.mkdir(parents=True, exist_ok=True)
    data = {
        "notes": known.notes,
        "problems": known.problems,
        "nobodys": known.nobodys,
    }
    text = json.dumps(data, indent=1, ensure_ascii=False)
    files.write(_path(course, assignment), text + "\n")
    return results


def load(course: Course, assignment: str) -> Intake:
    """Return what is remembered; nothing where nothing was collected."""
    try:
        return Intake(**json.loads(_path(course, assignment).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return Intake()


def _remember(known: Intake, result: Collected) -> None:
    if result.problem:
        known.problems[result.student] = result.problem
        return
    known.problems.pop(result.student, None)
    notes = [note for note in result.notes if note != _SAME]
    if notes or _SAME not in result.notes:
        known.notes[result.student] = notes


def _path(course: Course, assignment: str) -> Path:
    # In a folder of its own: beside the records, a student could have that name.
    return course.records(assignment) / ".intake" / _FILE
