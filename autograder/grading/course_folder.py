"""Make a course folder of its own for a class, such as the sample class."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from autograder import exercises
from autograder.grading import intake
from autograder.grading.course import CONFIG_FILE, Course, open_course
from autograder.grading.failure import Failure, UsageFailure
from autograder.grading.preprocessors import BOOK_CONFIG
from autograder.grading.sample_class import Sample, make_sample_class


def make(course: Course, folder: Path) -> Course:
    """Copy what grading needs from a course into a new folder.

    Raises :exc:`UsageFailure` if the folder has something in it, or is within the
    folders that are copied.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageFailure(
            f"{folder} exists and is not an empty folder. Name a new one; nothing was "
            "written."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG_FILE, BOOK_CONFIG):
        if (course.root / name).is_file():
            shutil.copyfile(course.root / name, folder / name)
    for name in exercises.names():
        for path in (course.source(name), course.release(name)):
            if not path.is_file():
                raise Failure(
                    f"There is no notebook {path}. Make the releases with "
                    "`autograder release`."
                )
            target = folder.resolve() / path.relative_to(course.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return open_course(folder)


def fill(course: Course, assignment: str) -> list[Sample]:
    """Hand in the sample class's made-up work, the way a class's work is collected."""
    with tempfile.TemporaryDirectory(prefix="sample-class-") as scratch:
        delivery = Path(scratch) / "class"
        samples = make_sample_class(
            exercises.load(assignment),
            course.source(assignment),
            course.release(assignment),
            delivery,
        )
        intake.take_in(course, assignment, delivery)
    return samples
