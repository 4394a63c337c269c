"""Say how far a long piece of work is, how fast it goes, and how long it will take."""

from __future__ import annotations

import sys
import time
from typing import TextIO

#: Between two lines where the output is no terminal, such as a log file.
SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """One line that is rewritten on a terminal, and a line now and then elsewhere."""

    def __init__(self, what: str, total: int, stream: TextIO | None = None) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._stream = stream if stream is not None else sys.stderr
        self._began = self._said = time.monotonic()

    def step(self) -> None:
        """Count one more as done."""
        self._done += 1
        last = self._done == self._total
        if self._stream.isatty():
            end = "\n" if last else ""
            self._stream.write(f"\r\033[K{self.line()}{end}")
        elif last or time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            self._stream.write(self.line() + "\n")
        self._stream.flush()

    def line(self) -> str:
        """Return the state as a line."""
        seconds = max(time.monotonic() - self._began, 1e-9)
        rate = self._done / seconds
        text = f"{self._what}: {self._done} of {self._total}, {rate:.1f} per second"
        if self._done == self._total:
            return f"{text}, {duration(seconds)} in all"
        return f"{text}, {duration((self._total - self._done) / rate)} left"


def duration(seconds: float) -> str:
    """Return a time in words that a person can use.

    >>> duration(4.2), duration(75), duration(7300)
    ('4 s', '1 min 15 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
