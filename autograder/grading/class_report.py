"""What a class did: its points, its mistakes, and who needs a person."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from autograder.exercise import Exercise, Written
from autograder.grading import audit, files, intake, report_page
from autograder.grading.audit import Record
from autograder.grading.course import Course
from autograder.grading.entry import Row
from autograder.grading.gradebook import open_gradebook
from autograder.grading.ready import exercise_named
from autograder.sandbox.inside.plain_data import printable


@dataclass(frozen=True)
class Student:
    """One student's row: the audit record and what the gradebook says today."""

    record: Record
    row: Row
    feedback: str
    #: The names of the answers that a person grades in every submission.
    written: frozenset[str] = frozenset()

    @property
    def score(self) -> float:
        """The points that count, a person's included."""
        return self.row.score

    @property
    def reasons(self) -> list[str]:
        """Why a person is needed out of the ordinary; empty where nobody is."""
        if not self.row.pending - self.written:
            return []
        return list(self.record.person) or ["Marked for a person in the gradebook."]

    @property
    def graded(self) -> bool:
        """Whether there are points; where nothing could be graded, 0 is no grade."""
        return not (self.record.ungraded and self.row.pending - self.written)

    @property
    def unread(self) -> frozenset[str]:
        """The answers that wait for their points."""
        return self.written & self.row.pending


@dataclass(frozen=True)
class Seen:
    """A class as the report shows it."""

    exercise: Exercise
    students: tuple[Student, ...]
    nobodys: tuple[str, ...] = ()
    #: Whose grading was begun and is not in the gradebook.
    unfinished: tuple[str, ...] = ()
    #: How many were graded by another version of the exercise's checks.
    outdated: int = 0

    def scores(self) -> list[float]:
        """Return the points of those who have points, in order."""
        return sorted(student.score for student in self.students if student.graded)

    def need_a_person(self) -> list[Student]:
        """Return those whose work needs a person."""
        return [student for student in self.students if student.reasons]

    def unread(self) -> list[tuple[Written, int]]:
        """Return each answer in words, with how many wait for their points."""
        return [
            (written, sum(written.name in student.unread for student in self.students))
            for written in self.exercise.written
        ]

    def slips(self) -> list[tuple[str, str, int]]:
        """Return each mistake with its sentence and its number, most first."""
        sentences = {slip.name: slip.sentence for slip in self.exercise.slips}
        counts = Counter(name for s in self.students for name in s.record.slips)
        return [(name, sentences.get(name, ""), n) for name, n in counts.most_common()]

    def gap(self) -> str:
        """Say whose grade is missing because the grading did not end."""
        names = ", ".join(self.unfinished[:5])
        more = len(self.unfinished) - 5
        return (
            f"The grading of {names}{f' and {more} more' if more > 0 else ''} is not "
            f"in the gradebook. Run `autograder grade {self.exercise.name}` again."
        )

    def text(self) -> str:
        """Return the class in a few lines for a terminal."""
        scores = self.scores()
        without = len(self.students) - len(scores)
        lines = [
            f"{len(self.students)} students"
            + (f", {without} of them without points yet" if without else "")
            + f"; median {_median(scores):g} of {self.exercise.points:g} points."
        ]
        lines += [
            f"  {count} × {name}: {sentence}"
            for name, sentence, count in self.slips()[:5]
        ]
        lines += [
            f"{count} answers to “{written.title}” wait for a person: grade them in "
            "the formgrader, then run `autograder report`."
            for written, count in self.unread()
            if count
        ]
        needing = self.need_a_person()
        verb = "needs" if len(needing) == 1 else "need"
        lines.append(f"{len(needing)} {verb} a person" + (":" if needing else "."))
        lines += [f"  {s.record.student}: {' '.join(s.reasons)}" for s in needing[:20]]
        if len(needing) > 20:
            lines.append(f"  and {len(needing) - 20} more, in the class report")
        if needing:
            name = self.exercise.name
            lines.append(
                f"  A right file goes to submitted/STUDENT/{name}/{name}.ipynb; grade "
                "again then. Or give points in the formgrader."
            )
        lines += [f"Not graded: {sentence}" for sentence in self.nobodys]
        if self.unfinished:
            lines.append(self.gap())
        if self.outdated:
            lines.append(
                f"Graded by another version of the checks: {self.outdated}. "
                f"`autograder regrade {self.exercise.name}` shows whom that concerns."
            )
        # Names of files are the students'; a terminal would obey what is in them.
        return printable("\n".join(lines))


def look(course: Course, assignment: str) -> Seen:
    """Read the records and the gradebook of an assignment."""
    records = audit.load_all(course.records(assignment))
    with open_gradebook(course, assignment) as gradebook:
        rows = gradebook.rows()
    home = course.report(assignment).parent
    exercise = exercise_named(assignment)
    written = frozenset(answer.name for answer in exercise.written)
    students = tuple(
        Student(record, rows[record.student], _link(course, record, home), written)
        for record in records
        if record.student in rows and record.state != "started"
    )
    nobodys = [*intake.load(course, assignment).nobodys, *course.misplaced()]
    judge = audit.versions(exercise)["reference"]
    outdated = sum(
        record.state == "graded" and record.versions.get("reference") != judge
        for record in records
    )
    here = set(course.students(assignment))
    unfinished = tuple(
        record.student
        for record in records
        if record.student in here
        and (record.state == "started" or record.student not in rows)
    )
    return Seen(exercise, students, tuple(nobodys), unfinished, outdated)


def write(course: Course, assignment: str) -> Seen:
    """Write the class report, and return what it shows."""
    seen = look(course, assignment)
    files.write(course.report(assignment), report_page.page(seen))
    return seen


def _link(course: Course, record: Record, home: Path) -> str:
    path = course.feedback(record.student, record.assignment)
    return Path(os.path.relpath(path, home)).as_posix()


def _median(values: list[float]) -> float:
    if not values:
        return 0.0
    middle = len(values) // 2
    return (
        values[middle] if len(values) % 2 else sum(values[middle - 1 : middle + 1]) / 2
    )
