"""A submission's worker, seen from the trusted side as an implementation."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from autograder.implementation import CallFailed, Reply, not_implemented
from autograder.sandbox import answers, channel
from autograder.sandbox.closing import Closing
from autograder.sandbox.lending import Lending
from autograder.sandbox.limits import CellRun, Limits, Status
from autograder.sandbox.process import WarmProcess

NOTHING_LENT = Lending(())


class Worker(Closing):
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
        #: When what is being asked was begun.
        self._since: float | None = None
        #: What a restart replays: index, source and whether only its definitions.
        self._history: list[tuple[int, str, bool]] = []
        self._slow: set[str] = set()
        self._forged: set[int] = set()
        self._last = ""
        self._number = 0

    @property
    def process_id(self) -> int:
        """The process, on this machine, under which everything of it runs."""
        return self._process.process_id

    def close(self) -> None:
        """End everything the submission started; closing again does nothing."""
        done, self._done = self._done, _nothing
        if done is not _nothing:
            self._end()
            done()

    def run(self, cells: Sequence[str]) -> list[CellRun]:
        """Run the code cells in order and tell how each went."""
        runs = [self._run_cell(index, cell) for index, cell in enumerate(cells)]
        forged = f"The cell {channel.FORGED} {answers.KEPT}"
        return [
            replace(run, status="killed", sentence=forged)
            if run.index in self._forged
            else run
            for run in runs
        ]

    def call(
        self, name: str, arguments: tuple[object, ...], after: bool = True
    ) -> Reply:
        """Call the student's function ``name``.

        Raises:
            CallFailed: with the sentence for the student, if there is no answer.
        """
        if self._left() <= 0:
            raise CallFailed("timed out", self._used_up())
        seconds = self._limits.call_seconds / (5 if name in self._slow else 1)
        try:
            lending = Lending(arguments)
            request: dict[str, Any] = {
                "do": "call",
                "name": name,
                "arguments": lending.sent,
                "after": after,
            }
            answer = self._ask(request, seconds, lending)
        except channel.Lost as lost:
            if lost.timed_out:
                self._slow.add(name)
                raise CallFailed("timed out", answers.too_slow(name)) from None
            raise CallFailed("killed", f"{name} {lost.sentence}") from None
        if answer["status"] == "returned":
            left = lending.returned(answer["arguments"]) if after else arguments
            return Reply(answer["value"], left)
        raise self._failure(name, answer)

    def _failure(self, name: str, answer: dict[str, Any]) -> CallFailed:
        status, sentence = answer["status"], answer.get("sentence", "")
        if status == "timed out":
            self._slow.add(name)
            return CallFailed("timed out", answers.too_slow(name))
        if status == "not implemented":
            return CallFailed(status, not_implemented(name))
        if status == "missing":
            return CallFailed("missing", answers.missing(name, sentence))
        if status == "refused":
            return CallFailed("refused", sentence)
        return CallFailed("raised", f"{name} raised {sentence}")

    def _run_cell(self, index: int, source: str) -> CellRun:
        started = time.monotonic()

        def result(status: Status, sentence: str, output: str = "") -> CellRun:
            return CellRun(index, status, sentence, output, time.monotonic() - started)

        if self._left() <= 0:
            return result("skipped", self._used_up())
        if too_long := answers.too_long(source):
            return result("skipped", too_long)
        seconds = self._limits.cell_seconds
        try:
            answer = self._ask(_cell_request(index, source, False), seconds)
        except channel.Lost as lost:
            self._history.append((index, source, True))
            if lost.timed_out:
                return result("timed out", answers.endless(seconds))
            return result("killed", f"The cell {lost.sentence} {answers.KEPT}")
        stopped = answer["status"] == "timed out"
        self._history.append((index, source, stopped))
        if stopped:
            with contextlib.suppress(channel.Lost):
                self._ask(_cell_request(index, source, True), seconds)
            return result("timed out", answers.endless(seconds), answer["output"])
        return result(answer["status"], answer["sentence"], answer["output"])

    def _ask(
        self, request: dict[str, Any], seconds: float, lending: Lending = NOTHING_LENT
    ) -> dict[str, Any]:
        """Send one request to the process, started and filled again if it is gone."""
        self._since = time.monotonic()
        try:
            while True:
                self._refill()
                try:
                    return self._exchange(request, seconds, lending)
                except channel.Lost as lost:
                    if not lost.earlier:
                        raise
                    if self._last == "run":
                        self._demote(len(self._history) - 1, forged=True)
        finally:
            self._used += time.monotonic() - self._since
            self._since = None

    def _refill(self) -> None:
        """Start the process if it is gone, and replay the cells that do not kill it."""
        while self._channel is None:
            connection = self._process.fork()
            self._channel = channel.Channel(connection, self._limits.message_bytes)
            for place, entry in enumerate(list(self._history)):
                if self._left() <= 0:
                    self._end()
                    raise channel.Lost(f"had no time left. {self._used_up()}")
                try:
                    self._exchange(_cell_request(*entry), self._limits.cell_seconds)
                except channel.Lost as lost:
                    self._demote(place - lost.earlier, forged=lost.earlier)
                    break

    def _demote(self, place: int, forged: bool) -> None:
        """Replay less of a cell that is at fault: its definitions, then nothing."""
        index, source, definitions = self._history.pop(place)
        if not definitions:
            self._history.insert(place, (index, source, True))
        if forged:
            self._forged.add(index)

    def _exchange(
        self, request: dict[str, Any], seconds: float, lending: Lending = NOTHING_LENT
    ) -> dict[str, Any]:
        assert self._channel is not None
        seconds = max(min(seconds, self._left()), 0.05)
        self._number += 1
        request = {**request, "seconds": seconds, "number": self._number}
        try:
            deadline = time.monotonic() + seconds + self._limits.grace_seconds
            answer = self._channel.ask(request, deadline)
            while lending.asked(answer):
                answer = self._channel.ask(lending.answer(answer), deadline)
            answer = answers.checked(request, answer, self._limits.output_bytes)
        except channel.Lost as lost:
            status, over_memory = self._end()
            if over_memory:
                lost.sentence = "used more memory than a submission may."
            elif not lost.sentence:
                lost.sentence = answers.ending(status)
            raise
        self._last = request["do"]
        return answer

    def _end(self) -> tuple[int, bool]:
        if self._channel is None:
            return 0, False
        self._channel.close()
        self._channel = None
        return self._process.end()

    def _left(self) -> float:
        asking = time.monotonic() - self._since if self._since is not None else 0.0
        return self._limits.submission_seconds - self._used - asking

    def _used_up(self) -> str:
        total = self._limits.submission_seconds
        return f"The {total:g} s that a whole submission may take are used up."


def _nothing() -> None:
    pass


def _cell_request(index: int, source: str, definitions: bool) -> dict[str, Any]:
    return {"do": "run", "index": index, "source": source, "definitions": definitions}
