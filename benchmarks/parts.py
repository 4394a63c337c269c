"""Where does the time go that grading one submission takes?

    python -m benchmarks.parts [--submissions N] [--torch] [--save]

One process grades made-up submissions one after the other, as each of the processes of
``autograder grade`` does. The clock runs on while it waits for the sandbox. What one
part asks of another counts for the other.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from autograder.grading import grade, submission
from autograder.grading.course import open_course
from autograder.grading.tasks import task_for
from autograder.sandbox.process import WarmProcess
from autograder.sandbox.worker import Worker
from benchmarks import machine, submissions
from benchmarks.graders import Ours

#: Owner and name of each function, and what its time is spent on.
PARTS: Sequence[tuple[Any, str, str]] = (
    (submission, "repair", "read the notebook and repair it"),
    (WarmProcess, "fork", "fork a process and shut it in"),
    (Worker, "run", "run the cells"),
    (Worker, "call", "call the functions"),
    (grade, "judge", "judge, and look for the mistake"),
    (WarmProcess, "end", "end the process and what it started"),
)
REST = "write record and notebook, and the rest"


class Clock:
    """Add up seconds by part; a part stands still while one inside of it runs."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {part: 0.0 for *_, part in PARTS} | {REST: 0.0}
        self._running = [REST]
        self._since = time.perf_counter()

    def timed(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        """Return the function, its time counted for ``part``."""

        def wrapped(*arguments: Any, **named: Any) -> Any:
            self._switch()
            self._running.append(part)
            try:
                return function(*arguments, **named)
            finally:
                self._switch()
                self._running.pop()

        return wrapped

    def _switch(self) -> None:
        now = time.perf_counter()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def stop(self) -> dict[str, float]:
        """Return the seconds by part."""
        self._switch()
        return self.seconds


@contextmanager
def watched() -> Iterator[Clock]:
    """Let a clock watch the parts meanwhile."""
    with ExitStack() as stack:
        clock = Clock()
        for owner, name, part in PARTS:
            function = clock.timed(getattr(owner, name), part)
            stack.enter_context(mock.patch.object(owner, name, function))
        yield clock


def measure(count: int, torch: bool) -> dict[str, float]:
    """Return the milliseconds of each part for one submission, the mean of many."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        scratch = Path(name)
        made = submissions.make(count, torch)
        Ours(scratch, jobs=1).prepare(made, scratch / "class")
        course = open_course(scratch / "class")
        tasks = [task_for(course, submissions.ASSIGNMENT, student) for student in made]
        submission.grade(tasks[0])  # starts the sandbox
        with watched() as clock:
            for task in tasks:
                submission.grade(task)
            seconds = clock.stop()
    return {part: 1000 * spent / count for part, spent in seconds.items()}


def main() -> None:
    """Measure, print the parts, and save them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--torch", action="store_true", help="notebooks import PyTorch")
    parser.add_argument("--save", action="store_true", help="to benchmarks/results/")
    options = parser.parse_args()
    facts = machine.facts()
    parts = measure(options.submissions, options.torch)
    for part, milliseconds in parts.items():
        print(f"{milliseconds:8.2f} ms  {part}")
    print(f"{sum(parts.values()):8.2f} ms  in all")
    if options.save:
        name = "parts-torch" if options.torch else "parts"
        rounded = {part: round(spent, 3) for part, spent in parts.items()}
        machine.save(name, {**facts, "milliseconds": rounded})


if __name__ == "__main__":
    main()
