"""Let one implementation play all processes of a group that add up arrays.

A submission has one worker, so the processes cannot wait for each other. They take
turns: each is run until it asks for a sum that is not known yet; when all have asked,
the sum is known, and all are run again from the start. A function that computes the
same in each run notices nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.fault import Fault, find_fault
from autograder.form import Labels, describe, spread

#: More sums than this are a loop that does not end, or a message for each number.
MOST_SUMS = 40
#: More numbers than this in one message would only fill the memory of the judge.
MOST_NUMBERS = 10_000
NUMBERS = (np.ndarray, np.generic, int, float, list, tuple)
TIMES = ("not at all", "once", "twice")


class AllReduce:
    """The sum over the processes, as one process sees it.

    It gives the sums that are known. The first array beyond them is kept in ``asked``;
    from there on, the process is answered as if it were alone.
    """

    def __init__(self, known: Sequence[np.ndarray]) -> None:
        self.known = list(known)
        self.asked: np.ndarray | None = None
        self.calls = 0

    def __call__(self, array: object) -> np.ndarray:
        """Return the sum of this array and of those of the other processes."""
        own = _numbers(array)
        self.calls += 1
        if self.asked is None and self.calls <= len(self.known):
            total = self.known[self.calls - 1]
            return total.copy() if total.shape == own.shape else own
        if self.asked is None:
            self.asked = own.copy()
        return own


def _numbers(array: object) -> np.ndarray:
    """Return a copy in float64; a number is an array of no axes."""
    try:
        own = np.array(array, dtype=float) if isinstance(array, NUMBERS) else None
    except (TypeError, ValueError):
        own = None
    if own is None:
        raise TypeError(f"all_reduce takes one array of numbers, not {describe(array)}")
    if own.size > MOST_NUMBERS:
        raise ValueError(f"all_reduce takes at most {MOST_NUMBERS:,} numbers here")
    return own


def together(
    name: str,
    labels: Labels,
    call: Callable[..., object],
    processes: Sequence[tuple[object, ...]],
) -> list[Any]:
    """Call a function for each process, with what is its own and an ``all_reduce``.

    Returns each process's result. Where a run with real processes would hang or end in
    an error, all results are a fault that says why.
    """
    known: list[np.ndarray] = []
    while len(known) <= MOST_SUMS:
        sums = [AllReduce(known) for _ in processes]
        results: list[Any] = []
        for own, one in zip(processes, sums, strict=True):
            results.append(call(*own, one))
            fault = find_fault(results[-1])
            if one.asked is None and fault is not None and fault.kind != "form":
                return [spread(labels, fault)] * len(processes)
        asked = [one.asked for one in sums if one.asked is not None]
        if not asked:
            return results
        if fault := _hangs(name, sums) or _unequal(name, len(known), asked):
            return [spread(labels, fault)] * len(processes)
        known.append(np.sum(asked, axis=0))
    sentence = f"{name} calls all_reduce more than {MOST_SUMS} times."
    return [spread(labels, Fault("form", sentence))] * len(processes)


def _hangs(name: str, sums: list[AllReduce]) -> Fault | None:
    """Return that some processes would wait for ever for the others, if they would."""
    if all(one.asked is not None for one in sums):
        return None
    few = next(i for i, one in enumerate(sums) if one.asked is None)
    many = next(i for i, one in enumerate(sums) if one.asked is not None)
    return Fault(
        "form",
        f"{name} calls all_reduce {_times(sums[few].calls)} in process {few}, and "
        f"{_times(sums[many].calls)} in process {many}. Processes that run at once "
        "would wait for ever: all of them have to take part in every sum.",
    )


def _unequal(name: str, place: int, asked: list[np.ndarray]) -> Fault | None:
    """Return that the processes send arrays which cannot be added up, if they do."""
    shapes = [array.shape for array in asked]
    for process, shape in enumerate(shapes):
        if shape != shapes[0]:
            return Fault(
                "form",
                f"In call {place + 1} of all_reduce by {name}, process 0 sends an "
                f"array of shape {shapes[0]} and process {process} one of shape "
                f"{shape}. They are added up entry by entry, so all processes must "
                "send the same shape.",
            )
    return None


def _times(count: int) -> str:
    return TIMES[count] if count < len(TIMES) else f"{count} times"
