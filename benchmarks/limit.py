"""The least that grading can cost: fork, run the cells, make the judge's calls.

No sandbox, no channel, no comparison, no gradebook: what a grader that runs each
submission in a process of its own cannot do without.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
import time
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.exercises import load
from autograder.grading.grade import student_cells
from autograder.implementation import LocalImplementation, Reply
from autograder.judge import judge


@dataclass
class Recorder:
    """Answer calls, and keep them."""

    inner: LocalImplementation
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def call(
        self, name: str, arguments: tuple[object, ...], after: bool = True
    ) -> Reply:
        """Call the function; remember with what."""
        self.calls.append((name, copy.deepcopy(arguments)))
        return self.inner.call(name, arguments, after)


@dataclass(frozen=True)
class Work:
    """What one submission has to do: its cells, then the calls."""

    cells: list[str]
    calls: list[tuple[str, tuple[Any, ...]]]

    def do(self) -> dict[str, Any]:
        """Do it, whatever fails on the way; return what the cells defined."""
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for cell in self.cells:
            with contextlib.suppress(Exception):
                exec(compile(cell, "cell", "exec"), namespace)
        for name, arguments in self.calls:
            with contextlib.suppress(Exception):
                namespace[name](*arguments)
        return namespace


def work_of(exercise: str, notebook: Any) -> Work:
    """Return the cells of a notebook and the calls that the judge makes to it."""
    cells = [notebook.cells[place].source for place in student_cells(notebook)]
    with stubbed():
        recorder = Recorder(LocalImplementation(Work(cells, []).do()))
    judge(load(exercise), recorder, seed=0)
    return Work(cells, recorder.calls)


@contextlib.contextmanager
def stubbed() -> Any:
    """Let the cells import a ``check`` that does nothing."""
    real = sys.modules["autograder"]
    stub = types.ModuleType("autograder")
    stub.__dict__["check"] = lambda *_: None
    sys.modules["autograder"] = stub
    try:
        yield
    finally:
        sys.modules["autograder"] = real


def seconds(works: Sequence[Work], jobs: int) -> tuple[float, float]:
    """Let ``jobs`` processes fork once a submission; return time, processor time."""
    cpu = 0.0
    began = time.perf_counter()
    with stubbed():
        lanes = [_forked(lambda n=n: _lane(works[n::jobs])) for n in range(jobs)]
        for process in lanes:
            used = os.wait4(process, 0)[2]
            cpu += used.ru_utime + used.ru_stime
    return time.perf_counter() - began, cpu


def _lane(works: Sequence[Work]) -> None:
    for work in works:
        os.waitpid(_forked(work.do), 0)


def _forked(function: Any) -> int:
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        function()
    finally:
        os._exit(0)
