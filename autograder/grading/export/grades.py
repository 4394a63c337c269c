"""Who has a grade that may leave the course, and why others have none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.grading import audit, class_report, files, handed_in, intake
from autograder.grading.class_report import Seen, Student
from autograder.grading.course import Course
from autograder.grading.intake import Origin


@dataclass(frozen=True)
class Grade:
    """One student's points, or a ``reason``, in sentences, why there are none yet."""

    student: str
    origin: Origin | None
    seen: Student | None
    reason: str = ""

    @property
    def points(self) -> float:
        """The points that count, a person's and the penalty included."""
        return self.seen.score if self.seen else 0.0

    def came_from(self, platform: str) -> str:
        """Return the path that the platform gave the work, "" if it is not from it."""
        here = self.origin is not None and self.origin.platform == platform
        return self.origin.path if self.origin and here else ""


@dataclass
class Exported:
    """The files of an export by path, and what the instructor must know of them.

    ``given`` are the grades in them, ``left`` says who has none and why, ``notes`` say
    what was decided and what to do with the files.
    """

    files: dict[Path, bytes] = field(default_factory=dict)
    given: list[Grade] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Write the files, each in one step."""
        for path, data in self.files.items():
            files.write_bytes(path, data)


def grades(course: Course, assignment: str) -> list[Grade]:
    """Return everybody who handed something in, by name.

    Raises :exc:`Failure` where nothing has been graded.
    """
    seen = class_report.look(course, assignment)
    graded = {student.record.student: student for student in seen.students}
    origins = intake.load(course, assignment).origins
    everybody = sorted({*graded, *course.students(assignment)})
    return [
        Grade(
            name,
            origins.get(name),
            graded.get(name),
            _reason(course, seen, name, graded.get(name)),
        )
        for name in everybody
    ]


def _reason(course: Course, seen: Seen, name: str, student: Student | None) -> str:
    """Return why there is no grade to give out, "" where there is one."""
    assignment = seen.exercise.name
    command = f"Run `autograder grade {assignment}`."
    if student is None:
        return f"not graded yet. {command}"
    folder = course.folder("submitted", name, assignment)
    path, _, _ = handed_in.notebook(folder, assignment)
    now = audit.sha256(path.read_bytes() if path else b"")
    if folder.is_dir() and now != student.record.sha256:
        return f"handed in other work after grading. {command}"
    if student.reasons:
        return f"needs a person. {' '.join(student.reasons)}"
    titles = [w.title for w in seen.exercise.written if w.name in student.unread]
    if titles:
        return f"waits for a person's points for {', '.join(titles)}."
    return ""


def feedback_zip(
    course: Course, assignment: str, students: Mapping[str, str]
) -> bytes | None:
    """Return a zip of feedback pages; ``students`` has the student of each name."""
    pages = {name: course.feedback(s, assignment) for name, s in students.items()}
    return zipped(
        {name: page.read_bytes() for name, page in pages.items() if page.is_file()}
    )


def zipped(
    contents: Mapping[str, bytes], executable: Sequence[str] = ()
) -> bytes | None:
    """Return a zip, the same for the same files; None where there are none."""
    if not contents:
        return None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
