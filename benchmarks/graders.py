"""The graders that are compared: this course's, stock nbgrader's and otter-grader's.

Each is prepared once, in a course folder with a gradebook that has no submissions, and
then grades copies of that folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from nbgrader.api import Gradebook

from autograder.grading import course_folder
from autograder.grading.course import find_programs, open_course
from benchmarks.submissions import ASSIGNMENT, ROOT, SOURCE, hand_in

#: nbgrader as it comes: no sandbox, its own preprocessors, its own limits.
STOCK_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "stock"
"""
OTTER_CHECK = """\
>>> from autograder import check
>>> check("{exercise}.{name}").passed
True"""
OTTER_TEST = '''\
OK_FORMAT = True
test = {{
    "name": "{name}", "points": {points}, "suites": [{{
        "cases": [{{"code": """{code}"""}}],
        "scored": True, "setup": "", "teardown": "", "type": "doctest",
    }}],
}}
'''


@dataclass(frozen=True)
class Timing:
    """How long a run took, and the scores that it gave, by student."""

    seconds: float
    scores: dict[str, float | None]
    parts: dict[str, float] = field(default_factory=dict)


class Grader(Protocol):
    """Grade notebooks, by student, in a new folder; ``status`` tells how it ended."""

    name: str
    status: int
    output: str

    def grade(self, made: dict[str, Any], folder: Path) -> Timing: ...


class Ours:
    """``autograder grade``: sandbox, gradebook, audit records, feedback, report."""

    name = "this course"

    def __init__(self, scratch: Path, jobs: int) -> None:
        find_programs()
        self.status, self.output = 0, ""
        self._template = scratch / "template-ours"
        self._jobs = jobs
        course = course_folder.make(open_course(ROOT), self._template)
        Gradebook(course.gradebook_url).close()

    def prepare(self, made: dict[str, Any], folder: Path) -> list[str]:
        """Hand the notebooks in; return the command that grades them."""
        shutil.copytree(self._template, folder)
        hand_in(made, folder)
        command = [sys.executable, "-m", "benchmarks.timed_grade", str(folder)]
        return [*command, ASSIGNMENT, str(self._jobs)]

    def grade(self, made: dict[str, Any], folder: Path) -> Timing:
        """Grade; parts are the seconds of what stock nbgrader's command does not do."""
        command = self.prepare(made, folder)
        seconds, self.status, self.output = _run(command, ROOT)
        parts = _last_line(self.output)
        return Timing(seconds - sum(parts.values()), _scores(folder), parts)


class Stock:
    """``nbgrader autograde`` with nbgrader's default preprocessors."""

    name = "stock nbgrader"

    def __init__(self, scratch: Path, source_notebook: Path = SOURCE) -> None:
        find_programs()
        self.status, self.output = 0, ""
        self._template = scratch / "template-stock"
        source = self._template / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        shutil.copyfile(source_notebook, source / f"{ASSIGNMENT}.ipynb")
        config = self._template / "nbgrader_config.py"
        config.write_text(STOCK_CONFIG, encoding="utf-8")
        Gradebook(f"sqlite:///{self._template}/gradebook.db", "stock").close()
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT]
        _, status, output = _run(command, self._template)
        if status:
            raise SystemExit(f"nbgrader cannot make the assignment:\n{output[-2000:]}")

    def grade(self, made: dict[str, Any], folder: Path) -> Timing:
        """Grade everything that is handed in with one command."""
        shutil.copytree(self._template, folder)
        hand_in(made, folder)
        command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]
        seconds, self.status, self.output = _run(command, folder)
        return Timing(seconds, _scores(folder))


class Otter:
    """otter-grader's ``grade_notebook``, one notebook after the other, no container."""

    name = "otter-grader"

    def __init__(self, python: Path, tests: dict[str, str] | None = None) -> None:
        self.status, self.output = 0, ""
        self._python = python
        #: Tests by criterion that stand in the place of the course's own check.
        self._tests = tests or {}

    def grade(self, made: dict[str, Any], folder: Path) -> Timing:
        """Grade everything in one process."""
        hand_in(made, folder)
        tests = folder / "tests"
        tests.mkdir()
        some = next(iter(made.values()))
        for name, points in points_of(some).items():
            own = OTTER_CHECK.format(exercise=ASSIGNMENT, name=name)
            code = self._tests.get(name, own)
            text = OTTER_TEST.format(name=name, points=points, code=code)
            (tests / f"{name}.py").write_text(text, encoding="utf-8")
        script = Path(__file__).with_name("otter_grade.py")
        command = [str(self._python), str(script), str(folder), ASSIGNMENT]
        seconds, self.status, self.output = _run(command, folder)
        said = _last_line(self.output)
        if self.status:
            return Timing(seconds, dict.fromkeys(made))
        return Timing(seconds, said["scores"])


def points_of(notebook: Any) -> dict[str, float]:
    """Return the points of each grade cell of a notebook."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return {m["grade_id"]: float(m["points"]) for m in marks if m.get("grade")}


def _run(command: list[str], folder: Path) -> tuple[float, int, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return time.perf_counter() - began, done.returncode, done.stdout


def _last_line(output: str) -> dict[str, Any]:
    lines = [line for line in output.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found


def _scores(folder: Path) -> dict[str, float | None]:
    """Return the scores in the gradebook; None where nothing was graded."""
    scores: dict[str, float | None] = {}
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        submissions = gradebook.assignment_submissions(ASSIGNMENT)
        for submission in submissions:
            grades = [g for notebook in submission.notebooks for g in notebook.grades]
            judged = any(g.auto_score is not None for g in grades)
            scores[submission.student_id] = submission.score if judged else None
    return scores
