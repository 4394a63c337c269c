"""Make a class of made-up submissions, each with the outcome it must have."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.exercise import Exercise
from autograder.grading import sample_any
from autograder.grading.release_cells import Notebook
from autograder.grading.sample_accidents import damaged
from autograder.grading.sample_students import Student, students

_TIME = "2025-03-{day:02d} 10:{minute:02d}:00 UTC"


@dataclass(frozen=True)
class Sample:
    """One made-up submission and what grading it must give.

    ``points`` are those of the grade before a person has looked, or None where only a
    person can give any; ``lost`` are the criteria that give none, and ``needs_person``
    tells whether a person must look.
    """

    student: str
    about: str
    points: float | None
    lost: tuple[str, ...]
    needs_person: bool
    file: Path


def make_sample_class(
    exercise: Exercise, solution: Path, release: Path, destination: Path
) -> list[Sample]:
    """Write the class as ``destination/<student>/<assignment>/`` and return it.

    ``solution`` and ``release`` are the exercise's source and released notebook; the
    assignment is named like the release. The same arguments give the same files.
    Folders of other students are left as they are.
    """
    assignment = release.stem
    released = nbformat.read(release, as_version=4)
    solved = nbformat.read(solution, as_version=4)
    points = {criterion.name: criterion.points for criterion in exercise.criteria}
    made = _students(exercise, solved)
    samples = []
    for number, student in enumerate(made):
        folder = destination / student.name / assignment
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / (student.file_name or f"{assignment}.ipynb")
        file.write_bytes(_file(student, released))
        time = _TIME.format(day=1 + number % 7, minute=number)
        (folder / "timestamp.txt").write_text(time, encoding="utf-8")
        lost = tuple(points) if student.all_lost else student.lost
        samples.append(
            Sample(
                student=student.name,
                about=student.about,
                points=_expected(student, points),
                lost=lost,
                needs_person=student.needs_person,
                file=file,
            )
        )
    return samples


def write_canvas_zip(samples: Iterable[Sample], archive: Path) -> None:
    """Write the samples' notebooks as a download of Canvas, the third of them late."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
        for number, sample in enumerate(samples):
            late = "_LATE" if number == 2 else ""
            user, file = 1000 + number, 500_000 + number
            name = f"{sample.student}{late}_{user}_{file}_{sample.file.name}"
            # A fixed date makes the archive the same each time.
            entry = zipfile.ZipInfo(name, (2025, 3, 10, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            content.writestr(entry, sample.file.read_bytes())


def _expected(student: Student, points: dict[str, float]) -> float | None:
    if student.all_lost:
        return None if student.needs_person else 0
    return sum(value for name, value in points.items() if name not in student.lost)


def _students(exercise: Exercise, solved: Notebook) -> list[Student]:
    if exercise.name == "forward":
        return [*students(solved), *damaged()]
    return sample_any.students(exercise, solved)


def _file(student: Student, released: Notebook) -> bytes:
    content = student.make(copy.deepcopy(released))
    if isinstance(content, bytes):
        return content
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
