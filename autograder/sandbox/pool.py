"""Open workers: one of its own for a submission, or from warm processes."""

from __future__ import annotations

import queue

from autograder.sandbox.closing import Closing
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import WarmProcess
from autograder.sandbox.worker import Worker


def open_worker(
    exercise_modules: tuple[str, ...] = ("numpy",),
    limits: Limits | None = None,
    unsandboxed: bool = False,
) -> Worker:
    """Start a sandbox for one submission and return its worker, a context manager.

    ``exercise_modules`` are imported before the student's first cell.

    Raises:
        SandboxUnavailable: if there is no sandbox here and ``unsandboxed`` is false.
    """
    limits = limits or Limits()
    process = WarmProcess(exercise_modules, limits, unsandboxed)
    return Worker(process, limits, process.close)


def warm_pool(
    size: int = 1,
    exercise_modules: tuple[str, ...] = ("numpy",),
    limits: Limits | None = None,
    unsandboxed: bool = False,
) -> WarmPool:
    """Start ``size`` sandboxes that fork a worker per submission; a context manager.

    Start it from the thread that outlives it: the sandboxes die with that thread.

    Raises:
        SandboxUnavailable: if there is no sandbox here and ``unsandboxed`` is false.
    """
    return WarmPool(size, exercise_modules, limits or Limits(), unsandboxed)


class WarmPool(Closing):
    """Keep warm processes; lend each to one submission at a time, from any thread."""

    def __init__(
        self, size: int, modules: tuple[str, ...], limits: Limits, unsandboxed: bool
    ) -> None:
        self._limits = limits
        self._processes: list[WarmProcess] = []
        self._free: queue.SimpleQueue[WarmProcess] = queue.SimpleQueue()
        try:
            for _ in range(size):
                self._processes.append(WarmProcess(modules, limits, unsandboxed))
        except BaseException:
            self.close()
            raise
        for process in self._processes:
            self._free.put(process)

    def worker(self) -> Worker:
        """Return a worker for the next submission, once a warm process is free."""
        process = self._free.get()
        return Worker(process, self._limits, lambda: self._free.put(process))

    def close(self) -> None:
        """End every warm process and whatever still runs in it."""
        for process in self._processes:
            process.close()
