"""The pool: a task that goes wrong in any way costs itself and nothing else."""

from __future__ import annotations

import os
import signal
import time

import pytest

from autograder.cli import main
from autograder.grading import class_run
from autograder.grading.pool import Lost, each


def work(task: str) -> str:
    """Do what the task says, in a process of the pool."""
    if task == "raise":
        raise ValueError("on purpose")
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "hang":
        time.sleep(600)
    return task.upper()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("raise", "ValueError: on purpose"),
        ("die", "ended unexpectedly"),
        ("hang", "longer than 2 s"),
    ],
)
def test_one_bad_task_is_lost_and_all_others_are_done(bad, said, capfd):
    tasks = ["a", bad, "b", "c", "d"]
    results = dict(each(work, tasks, jobs=2, seconds=2))
    lost = results.pop(bad)
    assert isinstance(lost, Lost)
    assert said in lost.sentence
    assert ("Traceback" in lost.details) == (bad == "raise")
    assert results == {"a": "A", "b": "B", "c": "C", "d": "D"}
    assert "Traceback" not in capfd.readouterr().err


def test_nothing_to_do_starts_no_process():
    assert list(each(work, [], jobs=0, seconds=1)) == []


def test_closing_early_ends_the_processes():
    results = each(os.getpgid, [0, 0, 0], jobs=1, seconds=5)
    next(results)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 5


def test_an_error_of_the_graders_own_goes_to_a_person_and_into_a_file(
    course, hand_in, monkeypatch, capfd
):
    hand_in("sample-right-as-in-the-solution")

    def failing(function, tasks, jobs, seconds):
        for task in tasks:
            yield task, Lost("The grader failed (KeyError: 1).", "Traceback: its lines")

    monkeypatch.setattr(class_run.pool, "each", failing)
    assert main(["grade", "forward", "--course", str(course.root)]) == 3
    kept = course.records("forward") / class_run.FAILURES
    assert "sample-right" in kept.read_text() and "its lines" in kept.read_text()
    said = capfd.readouterr()
    assert f"The details are in {kept}." in said.out + said.err
    assert "its lines" not in said.out + said.err
