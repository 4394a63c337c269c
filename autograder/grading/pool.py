"""Run a function over many tasks in several processes, and outlive each of them."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from autograder.grading.failure import Failure

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Lost:
    """A task that gave no result, and why, in a sentence.

    ``details`` are for who mends the program, where an error of its own is the reason.
    """

    sentence: str
    details: str = ""


@dataclass
class _Hand(Generic[T]):
    """One process and what it is working on."""

    process: SpawnProcess
    line: Connection
    ready: bool = False
    task: T | None = None
    since: float = field(default_factory=time.monotonic)


def default_jobs() -> int:
    """Return how many processes keep the machine busy.

    That is one more than it has cores: while one waits for its sandbox, another judges.
    """
    try:
        return len(os.sched_getaffinity(0)) + 1
    except AttributeError:  # not on Linux
        return (os.cpu_count() or 1) + 1


def each(
    function: Callable[[T], R], tasks: Sequence[T], jobs: int, seconds: float
) -> Generator[tuple[T, R | Lost], None, None]:
    """Yield each task with its result, as they come.

    An exception, a process that dies, or a task that takes longer than ``seconds``
    gives a :class:`Lost` for that task alone. All processes have ended when the
    iterator is closed.
    """
    waiting = list(reversed(tasks))
    hands: list[_Hand[T]] = []
    try:
        while waiting or any(hand.task is not None for hand in hands):
            while waiting and len(hands) < jobs:
                hands.append(_hire(function))
            for hand in hands:
                if hand.ready and hand.task is None and waiting:
                    _give(hand, waiting.pop())
            yield from _collect(hands, seconds)
    finally:
        for hand in hands:
            _dismiss(hand)


def _hire(function: Callable[[T], R]) -> _Hand[T]:
    # Spawned, not forked: a fork would inherit the open gradebook, and the other lines,
    # so that a hand would not notice that its parent was killed.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(function, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def _give(hand: _Hand[T], task: T) -> None:
    hand.task, hand.since = task, time.monotonic()
    try:
        hand.line.send(task)
    except (BrokenPipeError, ConnectionResetError):
        # The process died while it was idle; collecting finds that out.
        return


def _collect(hands: list[_Hand[T]], seconds: float) -> Iterator[tuple[T, Any]]:
    busy = [hand for hand in hands if hand.task is not None or not hand.ready]
    speaking = wait([hand.line for hand in busy], timeout=0.5)
    for hand in busy:
        if hand.line in speaking:
            result = _receive(hand)
        elif hand.ready and time.monotonic() - hand.since > seconds:
            result = Lost(f"Grading took longer than {seconds:.0f} s and was stopped.")
            _dismiss(hand)
        else:
            continue
        if hand.line.closed:
            hands.remove(hand)
        if not hand.ready:
            if isinstance(result, Lost):
                raise Failure(f"No grading process can be started. {result.sentence}")
            hand.ready = True
            continue
        task, hand.task = hand.task, None
        assert task is not None
        yield task, result


def _receive(hand: _Hand[T]) -> Any:
    try:
        return hand.line.recv()
    except (EOFError, ConnectionResetError):
        _dismiss(hand)
        code = hand.process.exitcode
        return Lost(f"The grading process ended unexpectedly (exit code {code}).")


def _dismiss(hand: _Hand[T]) -> None:
    hand.line.close()
    hand.process.terminate()
    hand.process.join(5)
    if hand.process.is_alive():
        hand.process.kill()
        hand.process.join()


def _work(function: Callable[[T], R], line: Connection) -> None:
    # The parent decides what an interrupt means, and ends its processes itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What NumPy thinks of known mistakes that are tried is nobody's concern.
    warnings.simplefilter("ignore", RuntimeWarning)
    gc.freeze()  # what has been imported stays: no collection need look at it
    line.send("ready")
    while True:
        try:
            task = line.recv()
        except EOFError:
            return
        result: object
        try:
            result = function(task)
        except Exception as error:
            sentence = f"The grader failed ({type(error).__name__}: {error})."
            result = Lost(sentence, traceback.format_exc())
        try:
            line.send(result)
        except BrokenPipeError:
            return
