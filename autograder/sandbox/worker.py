"""A submission's worker, seen from the trusted side as an implementation."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from autograder.fault import FaultKind
from autograder.implementation import CallFailed, Reply, not_implemented
from autograder.sandbox import channel
from autograder.sandbox.limits import CellRun, Limits, Status
from autograder.sandbox.process import WarmProcess

_CELL_STATUSES: tuple[Status, ...] = ("ran", "raised", "timed out")
_CALL_STATUSES: tuple[FaultKind, ...] = (
    "missing",
    "not implemented",
    "raised",
    "timed out",
    "refused",
)


class Worker:
    """Run a submission's cells and call its functions, whatever they do.

    A cell or call that kills the process costs only itself: the process is started
    again and the cells before it are replayed. Of a cell that was killed or timed out,
    the imports, functions and classes are kept, its other statements are not run again.
    """

    def __init__(
        self, process: WarmProcess, limits: Limits, done: Callable[[], None]
    ) -> None:
        self.level = process.level
        self._process = process
        self._limits = limits
        self._done = done
        self._channel: channel.Channel | None = None
        self._used = 0.0
        #: What a restart replays: index, source and whether only its definitions.
        self._history: list[tuple[int, str, bool]] = []
        self._slow: set[str] = set()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything the submission started; closing again does nothing."""
        done, self._done = self._done, _nothing
        if done is not _nothing:
            self._end()
            done()

    def run(self, cells: Sequence[str]) -> list[CellRun]:
        """Run the code cells in order and tell how each went."""
        return [self._run_cell(index, cell) for index, cell in enumerate(cells)]

    def call(self, name: str, arguments: tuple[object, ...]) -> Reply:
        """Call the student's function ``name``.

        Raises:
            CallFailed: with the sentence for the student, if there is no answer.
        """
        if self._left() <= 0:
            raise CallFailed("timed out", self._used_up())
        seconds = self._limits.call_seconds / (5 if name in self._slow else 1)
        try:
            request = {"do": "call", "name": name, "arguments": arguments}
            answer = self._ask(request, seconds)
        except channel.Lost as lost:
            if lost.timed_out:
                self._slow.add(name)
                raise CallFailed("timed out", _too_slow(name, seconds)) from None
            raise CallFailed("killed", f"{name} {lost.sentence}") from None
        return self._reply(name, answer, seconds)

    def _reply(self, name: str, answer: dict[str, Any], seconds: float) -> Reply:
        status, sentence = answer["status"], answer.get("sentence", "")
        if status == "returned":
            return Reply(answer["value"], answer["arguments"])
        if status == "timed out":
            self._slow.add(name)
            raise CallFailed("timed out", _too_slow(name, seconds))
        if status == "not implemented":
            raise CallFailed(status, not_implemented(name))
        if status == "missing":
            raise CallFailed("missing", _missing(name, sentence))
        if status == "refused":
            sentence = f"{name} returned what cannot be looked at: {sentence}."
            raise CallFailed("refused", sentence)
        raise CallFailed("raised", f"{name} raised {sentence}")

    def _run_cell(self, index: int, source: str) -> CellRun:
        started = time.monotonic()

        def result(status: Status, sentence: str, output: str = "") -> CellRun:
            return CellRun(index, status, sentence, output, time.monotonic() - started)

        if self._left() <= 0:
            return result("skipped", self._used_up())
        seconds = self._limits.cell_seconds
        try:
            answer = self._ask(_cell_request(index, source, False), seconds)
        except channel.Lost as lost:
            self._history.append((index, source, True))
            if lost.timed_out:
                return result("timed out", _endless(seconds))
            return result("killed", f"The cell {lost.sentence} {_KEPT}")
        stopped = answer["status"] == "timed out"
        self._history.append((index, source, stopped))
        if stopped:
            with contextlib.suppress(channel.Lost):
                self._ask(_cell_request(index, source, True), seconds)
            return result("timed out", _endless(seconds), answer["output"])
        return result(answer["status"], answer["sentence"], answer["output"])

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send one request to the process, started and filled again if it is gone."""
        started = time.monotonic()
        try:
            if self._channel is None:
                self._refill()
            return self._exchange(request, seconds)
        finally:
            self._used += time.monotonic() - started

    def _refill(self) -> None:
        """Start the process and replay the cells, leaving out what kills it again."""
        while self._channel is None:
            self._channel = channel.Channel(
                self._process.fork(), self._limits.message_bytes
            )
            for entry in list(self._history):
                try:
                    self._exchange(_cell_request(*entry), self._limits.cell_seconds)
                except channel.Lost:
                    self._history.remove(entry)
                    if not entry[2]:
                        self._history.append((entry[0], entry[1], True))
                        self._history.sort(key=lambda kept: kept[0])
                    break

    def _exchange(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        assert self._channel is not None
        seconds = max(min(seconds, self._left()), 0.05)
        request = {**request, "seconds": seconds}
        try:
            deadline = time.monotonic() + seconds + self._limits.grace_seconds
            return _checked(request["do"], self._channel.ask(request, deadline))
        except channel.Lost as lost:
            status, over_memory = self._end()
            if over_memory:
                lost.sentence = "used more memory than a submission may."
            elif not lost.sentence:
                lost.sentence = _ending(status)
            raise

    def _end(self) -> tuple[int, bool]:
        if self._channel is None:
            return 0, False
        self._channel.close()
        self._channel = None
        return self._process.end()

    def _left(self) -> float:
        return self._limits.submission_seconds - self._used

    def _used_up(self) -> str:
        total = self._limits.submission_seconds
        return f"The {total:g} s that a whole submission may take are used up."


def _nothing() -> None:
    pass


def _cell_request(index: int, source: str, definitions: bool) -> dict[str, Any]:
    return {"do": "run", "index": index, "source": source, "definitions": definitions}


def _checked(do: str, answer: object) -> dict[str, Any]:
    """Return the answer if it has the form that was asked for; else it was forged."""
    wrong = channel.Lost("sent something that is not an answer, and was stopped.")
    if type(answer) is not dict or type(answer.get("status")) is not str:
        raise wrong
    texts = [answer.get(key, "") for key in ("sentence", "output")]
    if not all(type(text) is str for text in texts):
        raise wrong
    if do == "run" and answer["status"] in _CELL_STATUSES and "output" in answer:
        return answer
    if do == "call" and answer["status"] in _CALL_STATUSES:
        return answer
    returned = do == "call" and answer["status"] == "returned" and "value" in answer
    if returned and type(answer.get("arguments")) is tuple:
        return answer
    raise wrong


_KEPT = "Its imports, functions and classes are kept; its other lines are not."


def _endless(seconds: float) -> str:
    return f"The cell was still running after {seconds:g} s and was stopped. {_KEPT}"


def _too_slow(name: str, seconds: float) -> str:
    return f"{name} was still running after {seconds:g} s and was stopped."


def _missing(name: str, found: str) -> str:
    if found:
        return f"{name} is a {found}, but it must be a function."
    return f"No function named {name} is defined. Has its cell been run?"


def _ending(status: int) -> str:
    if status == -signal.SIGXCPU:
        return "used more processor time than a submission may."
    if status < 0:
        try:
            return f"crashed Python itself ({signal.Signals(-status).name})."
        except ValueError:
            return f"crashed Python itself (signal {-status})."
    return f"ended Python itself (exit status {status})."
