"""A gradebook in PostgreSQL holds what one in SQLite holds, and its faults are told."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.grading import gradebook
from autograder.grading.course import Course, open_course
from autograder.grading.failure import Failure
from autograder.grading.gradebook import open_gradebook
from tools import system_packages

PASSWORD = "not-to-be-shown"


class Server:
    """A server of its own, reached through a socket in its folder only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            os.chown(folder, *pwd.getpwnam(self._user)[2:4])

    def start(self) -> None:
        self._run("initdb", "-D", "data", "-U", "course", "-A", "trust")
        self._control("start", "-o", f"-k {self._folder} -c listen_addresses=''")

    def stop(self) -> None:
        self._control("stop", "-m", "fast")

    def url(self, database: str) -> str:
        """Return the address of a new, empty database."""
        self._run("createdb", "-h", str(self._folder), "-U", "course", database)
        return f"postgresql://course:{PASSWORD}@/{database}?host={self._folder}"

    def _control(self, verb: str, *options: str) -> None:
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", *options, verb)

    def _run(self, name: str, *words: str) -> None:
        program = system_packages.postgresql(name)
        assert program
        subprocess.run(
            [program, *words],
            cwd=self._folder,
            user=self._user,
            check=True,
            stdout=subprocess.DEVNULL,
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if system_packages.missing(["database"]):
        pytest.skip(system_packages.sentence(["database"]))
    # Not in pytest's folders, which only this user may enter; a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = Server(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def moved_to(course: Course, url: str, more: str = "") -> Course:
    """Return the course with its gradebook at another address."""
    config = course.root / "nbgrader_config.py"
    lines = f"\nc.CourseDirectory.db_url = {url!r}\n{more}\n"
    config.write_text(config.read_text("utf-8") + lines, "utf-8")
    return open_course(course.root)


def rows(course: Course) -> dict[str, tuple[object, ...]]:
    with open_gradebook(course, "forward") as opened:
        return {
            student: (row.auto, row.comments, row.pending)
            for student, row in opened.rows().items()
        }


def test_the_grades_are_those_of_sqlite(
    server, course, hand_in, samples, grade, capsys
):
    hand_in(*list(samples)[:6])
    status = grade("forward", course)
    in_sqlite = rows(course)
    assert len(in_sqlite) == 6
    course = moved_to(course, server.url("grades"))
    for said in ("Graded 6; skipped 0", "Graded 0; skipped 6"):
        capsys.readouterr()
        assert grade("forward", course) == status
        assert said in capsys.readouterr().out
        assert rows(course) == in_sqlite


def test_a_course_without_a_name_is_told_how_to_give_one(server, course):
    course = moved_to(course, server.url("n"), "c.CourseDirectory.course_id = ''")
    with (
        pytest.raises(Failure, match="course_id = "),
        open_gradebook(course, "forward"),
    ):
        pass


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            f"postgresql://course:{PASSWORD}@/x?host=/nowhere",
            "Make sure that its server",
        ),
        (f"nosql://course:{PASSWORD}@/x", "Correct `c.CourseDirectory.db_url`"),
        ("no address", "Correct `c.CourseDirectory.db_url`"),
    ],
)
def test_what_cannot_be_reached_is_named_without_its_password(course, url, words):
    course = moved_to(course, url)
    with pytest.raises(Failure) as failure:
        rows(course)
    assert words in str(failure.value)
    assert PASSWORD not in str(failure.value)


def test_a_package_that_is_missing_is_named(course, monkeypatch):
    def missing(*_):
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")

    monkeypatch.setattr(gradebook.api, "Gradebook", missing)
    course = moved_to(course, f"postgresql://course:{PASSWORD}@/x")
    with pytest.raises(Failure, match="package psycopg, which is not installed"):
        rows(course)
