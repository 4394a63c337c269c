"""The pool: a task that goes wrong in any way costs itself and nothing else."""

from __future__ import annotations

import os
import signal
import time

import pytest

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
def test_one_bad_task_is_lost_and_all_others_are_done(bad, said):
    tasks = ["a", bad, "b", "c", "d"]
    results = dict(each(work, tasks, jobs=2, seconds=2))
    lost = results.pop(bad)
    assert isinstance(lost, Lost)
    assert said in lost.sentence
    assert results == {"a": "A", "b": "B", "c": "C", "d": "D"}


def test_nothing_to_do_starts_no_process():
    assert list(each(work, [], jobs=0, seconds=1)) == []


def test_closing_early_ends_the_processes():
    results = each(os.getpgid, [0, 0, 0], jobs=1, seconds=5)
    next(results)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 5
