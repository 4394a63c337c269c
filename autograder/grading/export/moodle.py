"""Moodle: a grading worksheet to upload, and the feedback pages as a zip.

As Moodle's own importers read them: the worksheet by the columns Identifier, Grade and
"Last modified (grade)" (``mod/assign/feedback/offline``), the zip by the names of its
files, ``Full name_12345_assignfeedback_file_forward.html``
(``mod/assign/feedback/file``). 12345 is Moodle's number of the participant in this
assignment, the same that stands in the download of the submissions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from autograder.grading.course import Course
from autograder.grading.export import table
from autograder.grading.export.grades import Exported, Grade, feedback_zip
from autograder.grading.export.sheet import Line, Sheet, fill, number
from autograder.grading.export.table import Table
from autograder.grading.failure import Failure
from autograder.grading.ready import exercise_named

_NEEDED = ("Identifier", "Grade", "Last modified (grade)")
#: What is kept of a worksheet. Feedback comments are not: Moodle would write them.
_KEPT = ("Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)")
_LOGINS = ("Username", "ID number", "Email address")
_PARTICIPANT = re.compile(r"(?:^|/)(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_")


def export(
    course: Course,
    assignment: str,
    grades: Sequence[Grade],
    folder: Path,
    into: Path | None,
    column: str | None,
) -> Exported:
    """Return the worksheet with the grades in it, and the zip of feedback."""
    points = exercise_named(assignment).points
    sheet = _read(into, column or "Grade") if into else _new(grades, points)
    done = fill(sheet, grades, points)
    path = folder / "moodle.csv"
    done.files[path] = sheet.table.to_bytes()
    done.notes.append(
        f"{path}: upload it in the assignment's submissions, Upload grading worksheet."
    )
    if into is None:
        done.notes.append(
            "Moodle skips who has a grade there already, unless you allow it to update "
            "records that were modified more recently."
        )
    names = {
        f"{found['name'].replace('_', ' ')}_{found['id']}_assignfeedback_file_"
        f"{assignment}.html": grade.student
        for grade in done.given
        if (found := _PARTICIPANT.search(grade.came_from("Moodle")))
    }
    if feedback := feedback_zip(course, assignment, names):
        path = folder / "moodle-feedback.zip"
        done.files[path] = feedback
        done.notes.append(
            f"{path}: upload it there, Upload multiple feedback files in a zip."
        )
    return done


def _identity(grade: Grade) -> str:
    found = _PARTICIPANT.search(grade.came_from("Moodle"))
    return found["id"] if found else ""


def _new(grades: Sequence[Grade], points: float) -> Sheet:
    """Return a worksheet of those who handed in through Moodle."""
    lines = []
    for grade in grades:
        if identity := _identity(grade):
            name = grade.origin.name if grade.origin else ""
            row = [f"Participant {identity}", name, "", number(points), "-"]
            lines.append(Line(row, identity, grade.student))
    if not lines:
        raise Failure(
            "No submission was collected from a download of Moodle, so Moodle's "
            "numbers of the participants are not known. Download the grading worksheet "
            "in Moodle and name it with --into; user names are found in it."
        )
    made = Table(list(_KEPT), [line.row for line in lines])
    return Sheet("Moodle", made, lines, _KEPT.index("Grade"), _identity)


def _read(path: Path, column: str) -> Sheet:
    """Return Moodle's worksheet, reduced to what it reads back."""
    whole = table.read(path)
    needed = [name if name != "Grade" else column for name in _NEEDED]
    if missing := [name for name in needed if whole.find(name) is None]:
        raise Failure(
            f"{path} is not a grading worksheet of Moodle in English: it has no column "
            f"{', '.join(missing)}, but {', '.join(whole.header[:8])}. Set Moodle to "
            "English and download the worksheet in the assignment's submissions."
        )
    wanted = [name if name != "Grade" else column for name in _KEPT]
    places = [place for name in wanted if (place := whole.find(name)) is not None]
    logins = [place for name in _LOGINS if (place := whole.find(name)) is not None]
    kept = whole.only(places)
    identity, name, maximum = (
        kept.find(title) for title in ("Identifier", "Full name", "Maximum Grade")
    )
    lines = [
        Line(
            row,
            number_of[0],
            row[identity or 0 if name is None else name],
            frozenset(f[place].strip().casefold() for place in logins if f[place]),
            row[maximum] if maximum is not None else "",
        )
        for row, f in zip(kept.rows, whole.rows, strict=True)
        if (number_of := re.search(r"\d+$", row[identity or 0].strip()))
    ]
    return Sheet("Moodle", kept, lines, kept.find(column) or 0, _identity)
