"""Canvas: a gradebook file to import, and the feedback pages as a zip.

The gradebook file is as Canvas's own importer reads it (``lib/gradebook_importer.rb``):
the columns Student, ID, SIS Login ID and Section, then the assignment's, and a line
"Points Possible". A zip of files named like the downloaded submissions is taken by
"Upload Submissions", which adds each to the comments of its submission.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autograder.exercise import Exercise
from autograder.grading.course import Course
from autograder.grading.export import table
from autograder.grading.export.grades import Exported, Grade, feedback_zip
from autograder.grading.export.sheet import Line, Sheet, fill, number
from autograder.grading.export.table import Table
from autograder.grading.failure import Failure, UsageFailure
from autograder.grading.platforms import CANVAS
from autograder.grading.ready import exercise_named

_ID_OF_ASSIGNMENT = re.compile(r"^(?P<title>.*) \((?P<id>\d+)\)$")
_POINTS = "points possible"
_LOGINS = ("SIS User ID", "SIS Login ID")
#: A student that Canvas makes for the teacher to look through.
_TEST_STUDENT = "Student, Test"


def export(
    course: Course,
    assignment: str,
    grades: Sequence[Grade],
    folder: Path,
    into: Path | None,
    column: str | None,
) -> Exported:
    """Return the gradebook file with the grades in it, and the zip of feedback.

    Of Canvas's own file only the students and the one assignment are kept: what has
    been graded there since it was downloaded must not be taken back.
    """
    exercise = exercise_named(assignment)
    if into is None:
        sheet = _new(grades, column or exercise.title, exercise.points)
    else:
        sheet = _read(into, column, exercise)
    done = fill(sheet, grades, exercise.points)
    path = folder / "canvas.csv"
    done.files[path] = sheet.table.to_bytes()
    done.notes.append(f"{path}: import it in Canvas under Grades, Import.")
    names = {
        f"{found[0].removesuffix(found['file'])}{assignment}.html": grade.student
        for grade in done.given
        if (found := _named(grade))
    }
    if feedback := feedback_zip(course, assignment, names):
        path = folder / "canvas-feedback.zip"
        done.files[path] = feedback
        done.notes.append(
            f"{path}: upload it on the assignment's page with Upload Submissions."
        )
    return done


def _named(grade: Grade) -> re.Match[str] | None:
    """Match what Canvas put before the name of the file; group ``id`` is the user's."""
    return CANVAS.match(PurePosixPath(grade.came_from("Canvas")).name)


def _identity(grade: Grade) -> str:
    found = _named(grade)
    return found["id"] if found else ""


def _new(grades: Sequence[Grade], title: str, points: float) -> Sheet:
    """Return a gradebook file of those who handed in through Canvas."""
    lines = [
        Line(["", "", "", "", ""], identity, grade.student)
        for grade in grades
        if (identity := _identity(grade))
    ]
    if not lines:
        raise Failure(
            "No submission was collected from a download of Canvas, so Canvas's "
            "numbers of the students are not known. Export the gradebook in Canvas and "
            "name it with --into; logins are found in it."
        )
    names = {grade.student: grade.origin.name for grade in grades if grade.origin}
    for line in lines:
        line.row[:2] = names[line.name], line.identity
    header = ["Student", "ID", "SIS Login ID", "Section", title]
    possible = ["    Points Possible", "", "", "", number(points)]
    made = Table(header, [possible, *(line.row for line in lines)])
    return Sheet("Canvas", made, lines, 4, _identity)


def _read(path: Path, column: str | None, exercise: Exercise) -> Sheet:
    """Return Canvas's own file, reduced to the students and the assignment."""
    whole = table.read(path)
    identity, section = whole.find("ID"), whole.find("Section")
    if identity is None or section is None:
        raise Failure(
            f"{path} is not a gradebook of Canvas: it has no columns ID and Section, "
            f"but {', '.join(whole.header[:6])}. Export it in Canvas under Grades."
        )
    kept = whole.only(
        [
            *range(section + 1),
            _column(path, whole.header, section, column, exercise),
        ]
    )
    maximum = ""
    first = 0
    for number_of_row, row in enumerate(kept.rows):
        if _POINTS in row[0].casefold():
            maximum, first = row[-1], number_of_row + 1
    logins = [place for name in _LOGINS if (place := kept.find(name)) is not None]
    lines = [
        Line(
            row,
            row[identity].strip(),
            row[0],
            frozenset(row[place].strip().casefold() for place in logins if row[place]),
            maximum,
        )
        for row in kept.rows[first:]
        if row[identity].strip() and row[0] != _TEST_STUDENT
    ]
    return Sheet("Canvas", kept, lines, section + 1, _identity)


def _column(
    path: Path, header: list[str], section: int, column: str | None, exercise: Exercise
) -> int:
    """Return the place of the column to fill: the one named, or the exercise's."""
    titles = {
        place: found
        for place, name in enumerate(header)
        if place > section and (found := _ID_OF_ASSIGNMENT.match(name.strip()))
    }
    if column is not None:
        places = [
            place
            for place, found in titles.items()
            if column in (found[0], found["title"], found["id"])
        ]
    else:
        wanted = (exercise.name.casefold(), exercise.title.casefold())
        places = [
            place
            for place, found in titles.items()
            if any(name in found["title"].casefold() for name in wanted)
        ]
    if len(places) == 1:
        return places[0]
    known = ", ".join(found[0] for found in titles.values()) or "none"
    raise UsageFailure(
        f"{len(places)} columns of {path} are of {column or exercise.name!r}. Name the "
        f"one to fill with --column; its assignments: {known}."
    )
