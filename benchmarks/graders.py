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
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from nbgrader.api import Gradebook

from autograder.grading import course_folder
from autograder.grading.course import find_programs, open_course
from benchmarks import processes
from benchmarks.submissions import ASSIGNMENT, ROOT, SOURCE, hand_in

SECONDS_BETWEEN_LOOKS = 0.5
#: The helper of multiprocessing stays to the end; a grading process has a sandbox.
LEAST_WITH_SANDBOX = 3
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
    #: Processor time, of all processes together: other work on the machine counts less.
    cpu: float = 0.0


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
        ran = _run(command, ROOT)
        self.status, self.output = ran.status, ran.output
        parts = _last_line(self.output)
        seconds = ran.seconds - sum(parts.values())
        # Feedback and report come when the sandboxes have ended.
        return Timing(seconds, _scores(folder), parts, ran.until_sandboxes_end)


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
        ran = _run(command, self._template)
        if ran.status:
            raise SystemExit(f"nbgrader cannot make the assignment:\n{ran.output}")

    def grade(self, made: dict[str, Any], folder: Path) -> Timing:
        """Grade everything that is handed in with one command."""
        shutil.copytree(self._template, folder)
        hand_in(made, folder)
        command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]
        ran = _run(command, folder)
        self.status, self.output = ran.status, ran.output
        return Timing(ran.seconds, _scores(folder), cpu=ran.in_all)


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
        ran = _run(command, folder)
        self.status, self.output = ran.status, ran.output
        said = _last_line(self.output)
        scores = dict.fromkeys(made) if ran.status else said["scores"]
        return Timing(ran.seconds, scores, cpu=ran.in_all)


def points_of(notebook: Any) -> dict[str, float]:
    """Return the points of each grade cell of a notebook."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return {m["grade_id"]: float(m["points"]) for m in marks if m.get("grade")}


@dataclass(frozen=True)
class _Ran:
    seconds: float
    #: Processor seconds of it and of what it started, up to the last sandbox's end.
    until_sandboxes_end: float
    #: Processor seconds of it and of what it has waited for.
    in_all: float
    status: int
    output: str


def _run(command: list[str], folder: Path) -> _Ran:
    """Run a command and watch the processor time of all that it starts.

    A process that nobody waits for, such as a sandbox that ends with its grader, is in
    no account afterwards; so living ones are looked at now and then.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    seen = 0.0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            tree = processes.descendants(process.pid)
            if len(tree) >= LEAST_WITH_SANDBOX:
                total = sum(map(processes.cpu_seconds, [process.pid, *tree]))
                seen = max(seen, total)
            time.sleep(SECONDS_BETWEEN_LOOKS)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    in_all = used.ru_utime + used.ru_stime
    return _Ran(seconds, seen, in_all, process.returncode, text)


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
