"""Killing the grader at any moment and starting it again ends in the same grades."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.grading import audit
from autograder.grading.course import Course
from autograder.grading.gradebook import open_gradebook

pytestmark = pytest.mark.alone

CHOSEN = (
    "sample-right-plain",
    "sample-biased-running",
    "sample-epsilon-outside",
    "sample-syntax-error",
    "sample-kills-its-kernel",
    "sample-stripped",
    "sample-not-json",
    "sample-two-versions",
)
KILLS = 4


def start(course: Course) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "forward"],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def grades(course: Course) -> dict[str, object]:
    with open_gradebook(course, "forward") as gradebook:
        rows = gradebook.rows()
    records = audit.load_all(course.records("forward"))
    return {
        record.student: (
            record.state,
            record.seed,
            tuple(record.verdicts),
            tuple(record.person),
            rows[record.student],
            course.feedback(record.student, "forward").is_file(),
        )
        for record in records
    }


def when_something_is_recorded(course: Course, process: subprocess.Popen[str]) -> None:
    """Wait until the first seeds are on disk, so that a kill falls into the grading."""
    folder = course.records("forward")
    while process.poll() is None and not list(folder.glob("*.json")):
        time.sleep(0.01)


def when_something_is_graded(course: Course, process: subprocess.Popen[str]) -> None:
    """Wait until the first grade is recorded; others are still to come then."""
    folder = course.records("forward")
    while process.poll() is None and not any(
        (record := audit.load(path)) and record.state == "graded"
        for path in folder.glob("*.json")
    ):
        time.sleep(0.05)


def test_kills_at_random_moments_change_no_grade(course, hand_in):
    hand_in(*CHOSEN)
    moments = random.Random(20260)
    seeds: dict[str, int] = {}
    for _ in range(KILLS):
        process = start(course)
        when_something_is_recorded(course, process)
        time.sleep(moments.uniform(0.0, 2.5))
        family = descendants(process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert_all_end(family)
        for record in audit.load_all(course.records("forward")):
            assert seeds.setdefault(record.student, record.seed) == record.seed
    last = start(course)
    _, errors = last.communicate(timeout=120)
    assert last.returncode == 3, errors
    interrupted = grades(course)
    assert set(interrupted) == set(CHOSEN)
    assert {state[0] for state in interrupted.values()} == {"graded"}
    assert {student: state[1] for student, state in interrupted.items()} == seeds
    assert_no_scraps(course.root)

    forced = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "forward", "--force"],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert forced.returncode == 3, forced.stderr
    assert grades(course) == interrupted


def assert_all_end(processes: list[psutil.Process]) -> None:
    """Nothing that a killed grader started goes on."""
    _, alive = psutil.wait_procs(processes, timeout=20)
    alive = [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    assert alive == []


def assert_no_scraps(root: Path) -> None:
    assert list(root.rglob(".*.new")) == []


def test_an_interrupt_keeps_what_was_graded_and_says_so(course, hand_in):
    hand_in(*CHOSEN, "sample-never-ends")
    process = start(course)
    when_something_is_graded(course, process)
    family = descendants(process)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Interrupted." in errors
    assert "Traceback" not in errors
    assert_all_end(family)
    records = audit.load_all(course.records("forward"))
    kept = [record.student for record in records if record.state == "graded"]
    assert kept
    assert all(course.autograded(student, "forward").is_file() for student in kept)


def test_a_second_grader_waits_for_nobody_and_says_why(course, hand_in):
    hand_in("sample-never-ends")
    first = start(course)
    when_something_is_recorded(course, first)
    second = start(course)
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "Another grading of 'forward' is running" in errors
    first.kill()
    first.communicate()
