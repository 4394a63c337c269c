"""Remember what collecting said about each student, for feedback, report and export."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.grading import files
from autograder.grading.collect import Collected, CollectError, collect
from autograder.grading.course import Course
from autograder.grading.failure import Failure, UsageFailure
from autograder.grading.submitted import NEWER, SAME

_FILE = "collected.json"


@dataclass(frozen=True)
class Origin:
    """Where a student's work is from: platform, name there, and the file's path."""

    platform: str
    name: str
    path: str


@dataclass
class Intake:
    """What was said, by student.

    ``notes`` are for the student, ``problems`` for a person. ``nobodys`` holds
    sentences about files that belong to no student. ``origins`` lead grades back.
    """

    notes: dict[str, list[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    nobodys: list[str] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)


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
    text = json.dumps(asdict(known), indent=1, ensure_ascii=False)
    files.write(_path(course, assignment), text + "\n")
    return results


def load(course: Course, assignment: str) -> Intake:
    """Return what is remembered; nothing where nothing was collected."""
    try:
        known = Intake(**json.loads(_path(course, assignment).read_text("utf-8")))
        known.origins = {s: Origin(**o) for s, o in known.origins.items()}  # type: ignore[arg-type]
        return known
    except (FileNotFoundError, ValueError, TypeError):
        return Intake()


def _remember(known: Intake, result: Collected) -> None:
    if NEWER not in result.notes:
        origin = Origin(result.platform, result.name, result.delivered)
        known.origins[result.student] = origin
    if result.problem:
        known.problems[result.student] = result.problem
        return
    known.problems.pop(result.student, None)
    notes = [note for note in result.notes if note != SAME]
    if notes or SAME not in result.notes:
        known.notes[result.student] = notes


def _path(course: Course, assignment: str) -> Path:
    # In a folder of its own: beside the records, a student could have that name.
    return course.records(assignment) / ".intake" / _FILE
