"""Compare a student's numbers with the reference's, within a tolerance that is derived,
not tuned.

The reference is run again with every input moved by one rounding (one unit in the last
place of the input's own precision). The largest change is what rounding alone can do to
this draw. An algorithm that is as stable as the reference makes a few roundings per
step and sums at most a few hundred terms, so its error stays below :data:`ROUNDINGS`
times that change (Higham 2002, chapters 3 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from autograder.exercise import Criterion, Exercise
from autograder.fault import Fault
from autograder.trial import Nudged, Reference, results

#: Roundings that a right solution may add up: four steps, sums of at most 64 terms.
ROUNDINGS = 256
#: Runs of the nudged reference; the largest change counts.
NUDGES = 2


@dataclass(frozen=True)
class Standard:
    """The expected value of every part, and how far from it rounding alone can lead."""

    expected: dict[str, np.ndarray]
    tolerance: dict[str, float]


@lru_cache(maxsize=256)
def standard(exercise: Exercise, criterion: Criterion, seed: int) -> Standard:
    """Run the reference, and the nudged reference, on the inputs that ``seed``
    draws."""
    expected = results(exercise, criterion, Reference(exercise), seed)
    change = dict.fromkeys(expected, 0.0)
    for nudge in range(NUDGES):
        nudged = Nudged(exercise, np.random.default_rng([seed, nudge]))
        for key, value in results(exercise, criterion, nudged, seed).items():
            moved = np.max(np.abs(np.asarray(value - expected[key], dtype=float)))
            change[key] = max(change[key], float(moved))
    unit = float(np.finfo(float).eps)
    tolerance = {
        key: ROUNDINGS * (change[key] + unit * float(np.max(np.abs(value), initial=0)))
        for key, value in expected.items()
    }
    return Standard(expected, tolerance)


@dataclass(frozen=True)
class Difference:
    """Where and how a part is wrong."""

    key: str
    sentence: str


def difference(
    key: str, value: np.ndarray, expected: np.ndarray, tolerance: float
) -> Difference | None:
    """Return how ``value`` differs from ``expected``, or None if it is right."""
    value, expected = np.asarray(value, float), np.asarray(expected, float)
    wrong = ~(np.abs(value - expected) <= tolerance)  # NaN is wrong
    if not wrong.any():
        return None
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"{key}[{', '.join(map(str, first))}]" if first else key
    sentence = (
        f"{place} is {value[first]:.6g}, expected {expected[first]:.6g}; "
        f"{int(wrong.sum())} of {wrong.size} entries differ"
    )
    return Difference(key, f"{sentence}{_relation(value, expected)}.")


def _relation(value: np.ndarray, expected: np.ndarray) -> str:
    """Name a simple relation between all the entries, if there is one."""
    if not np.isfinite(value).all():
        return f", {int((~np.isfinite(value)).sum())} of them not finite"
    scale = np.abs(expected).max()
    if np.abs(value - expected).max() <= 1e-5 * scale:
        return ": right to single precision only, expected double (float64)"
    if value.size > 1 and np.abs(expected).min() > 0:
        ratio = value / expected
        if np.ptp(ratio) <= 1e-6 * np.abs(ratio).max() and np.abs(ratio).max() > 0:
            return f": each is {ratio.flat[0]:.6g} times the expected value"
    return ""


def alike(one: object, other: object, tolerance: float) -> bool:
    """Tell whether two implementations gave the same, faults and NaN included."""
    if isinstance(one, Fault) or isinstance(other, Fault):
        return one == other
    return bool(
        np.allclose(
            np.asarray(one, float),
            np.asarray(other, float),
            rtol=1e-9,
            atol=tolerance,
            equal_nan=True,
        )
    )
