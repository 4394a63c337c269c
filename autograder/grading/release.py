"""Make the released exercises from their sources, the same bytes every time."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.grading.course import Course
from autograder.grading.failure import Failure, UsageFailure


def sources(course: Course) -> list[str]:
    """Return the names of the exercises that have a source notebook, sorted."""
    folder = course.root / str(course.directory.source_directory)
    return sorted(path.parent.name for path in folder.glob("*/*.ipynb"))


def release(course: Course, names: Sequence[str] = ()) -> list[Path]:
    """Write the releases, by default all, and return the files that changed."""
    changed = []
    for name in names or _all(course):
        with generated(course, name) as folder:
            target = course.release(name).parent
            for file in differences(folder, target):
                _copy_or_remove(folder / file, target / file)
                changed.append(target / file)
    return changed


def drift(course: Course, names: Sequence[str] = ()) -> list[Path]:
    """Return the released files that differ from what their sources give."""
    drifted = []
    for name in names or _all(course):
        with generated(course, name) as folder:
            target = course.release(name).parent
            drifted += [target / file for file in differences(folder, target)]
    return drifted


@contextmanager
def generated(course: Course, name: str) -> Iterator[Path]:
    """Generate one release in a temporary folder, without touching the gradebook.

    Raises :exc:`UsageFailure` if there is no such exercise and :exc:`Failure` if
    nbgrader refuses the source.
    """
    if not course.source(name).is_file():
        known = ", ".join(sources(course)) or "none"
        raise UsageFailure(
            f"There is no source notebook {course.source(name)}. "
            f"Exercises with a source: {known}."
        )
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        _generate(course, name, Path(scratch))
        yield Path(scratch) / name


def differences(new: Path, old: Path) -> list[Path]:
    """Return the relative paths of the files that are not the same in both folders."""
    files = {
        path.relative_to(folder)
        for folder in (new, old)
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    return sorted(file for file in files if _bytes(new / file) != _bytes(old / file))


def _all(course: Course) -> list[str]:
    names = sources(course)
    if not names:
        folder = course.root / str(course.directory.source_directory)
        raise Failure(
            f"There is no source notebook under {folder}. An exercise's source is "
            f"{folder}/NAME/NAME.ipynb."
        )
    return names


def _generate(course: Course, name: str, destination: Path) -> None:
    config = deepcopy(course.config)
    config.CourseDirectory.release_directory = str(destination)
    config.CourseDirectory.assignment_id = name
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    directory = CourseDirectory(config=config)
    converter = GenerateAssignment(coursedir=directory, config=config)
    told: list[str] = []
    handler = _Listener(told)
    converter.log.addHandler(handler)
    try:
        converter.start()
    except NbGraderException as error:
        raise Failure(
            f"nbgrader could not release {name}: {' '.join(told) or error}"
        ) from error
    finally:
        converter.log.removeHandler(handler)


class _Listener(logging.Handler):
    """Keep what nbgrader logs as an error; it says the reason nowhere else."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(record.getMessage().strip().splitlines()[-1])


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _copy_or_remove(new: Path, old: Path) -> None:
    if new.is_file():
        old.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(new, old)
    else:
        old.unlink()
