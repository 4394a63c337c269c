"""Course folders for the tests of grading: copies of this course, with no class."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.exercises import load
from autograder.grading.course import Course, find_programs, open_course
from autograder.grading.sample_class import Sample, make_sample_class

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "solutions/forward/forward.ipynb"
RELEASE = ROOT / "chapters/exercises/forward/forward.ipynb"


def new_course(folder: Path) -> Course:
    """Copy what a course folder needs, with no class in it."""
    for name in ("nbgrader_config.py", "_config.yml"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    for path in (SOURCE, RELEASE):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return open_course(folder)


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new gradebook; making one starts alembic, which takes seconds."""
    find_programs()
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    Gradebook(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def course(tmp_path: Path, empty_gradebook: Path) -> Course:
    """Return a course folder without submissions."""
    course = new_course(tmp_path / "course")
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    return course


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sample]:
    """Return the sample class by student."""
    folder = tmp_path_factory.mktemp("samples")
    made = make_sample_class(load("forward"), SOURCE, RELEASE, folder)
    return {sample.student: sample for sample in made}


@pytest.fixture
def hand_in(
    course: Course, samples: dict[str, Sample]
) -> Callable[..., dict[str, Sample]]:
    """Return a function that puts samples into the course's submitted folder."""

    def put(*students: str) -> dict[str, Sample]:
        for student in students:
            copy_sample(samples[student], course)
        return {student: samples[student] for student in students}

    return put


def copy_sample(sample: Sample, course: Course) -> None:
    """Put a sample where a collected submission is, under the expected name."""
    folder = course.folder("submitted", sample.student, "forward")
    folder.mkdir(parents=True)
    shutil.copyfile(sample.file, folder / "forward.ipynb")


@pytest.fixture
def autograder(course: Course, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return the command line, run in this process in the course folder."""
    monkeypatch.chdir(course.root)
    return lambda *arguments: main([str(argument) for argument in arguments])


@pytest.fixture
def nbgrader(course: Course) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return plain nbgrader, started without an activated environment."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("nbgrader")
        return subprocess.run(
            [program, *arguments],
            cwd=course.root,
            env={"PATH": os.defpath, "HOME": str(course.root)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def grade() -> Callable[..., int]:
    """Return a function that grades an assignment of a course, in this process."""
    return lambda name, course, *options: main(
        ["grade", name, "--course", str(course.root), *options]
    )
