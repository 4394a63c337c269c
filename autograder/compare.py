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
from functools import cached_property, lru_cache

import numpy as np

from autograder.exercise import Criterion, Exercise
from autograder.fault import Fault
from autograder.trial import Nudged, Reference, results

#: Roundings that a right solution may add up: four steps, sums of at most 64 terms.
ROUNDINGS = 256
#: Runs of the nudged reference; the largest change counts.
NUDGES = 2
#: What two implementations with the same mistake may differ by, relatively.
SAME = 1e-9
SINGLE = ": right to single precision only, expected double (float64)"


class Standard:
    """The expected value of every part, and how far from it rounding alone can lead.

    It is that of the inputs which ``seed`` draws.
    """

    def __init__(self, exercise: Exercise, criterion: Criterion, seed: int) -> None:
        self._case = exercise, criterion
        self._seed = seed
        self.expected: dict[str, np.ndarray] = self._run(Reference(exercise))
        unit = float(np.finfo(float).eps)
        #: One rounding of the largest entry alone: no tolerance is smaller.
        self._least = {
            key: ROUNDINGS * unit * float(np.max(np.abs(value), initial=0))
            for key, value in self.expected.items()
        }

    @cached_property
    def tolerance(self) -> dict[str, float]:
        """The tolerance of each part; the nudged reference runs when it is asked for.

        Most right solutions are so near that it need not be.
        """
        exercise, _ = self._case
        change = dict.fromkeys(self.expected, 0.0)
        for nudge in range(NUDGES):
            rng = np.random.default_rng([self._seed, nudge])
            for key, value in self._run(Nudged(exercise, rng)).items():
                moved = np.max(np.abs(value - self.expected[key]))
                change[key] = max(change[key], float(moved))
        return {key: ROUNDINGS * change[key] + self._least[key] for key in change}

    def difference(self, key: str, value: np.ndarray) -> Difference | None:
        """Return how a part differs from what is expected, or None if it is right."""
        expected = self.expected[key]
        with np.errstate(all="ignore"):  # a student's numbers may be of any size
            error = np.abs(value - expected)
            if (error <= self._least[key]).all():
                return None
            wrong = ~(error <= self.tolerance[key])  # NaN is wrong
            if not wrong.any():
                return None
            return _described(key, value, expected, wrong)

    def alike(self, key: str, one: object, other: object) -> bool:
        """Tell whether two implementations gave the same, faults and NaN included."""
        if isinstance(one, Fault) or isinstance(other, Fault):
            return one == other
        one, other = np.asarray(one, float), np.asarray(other, float)
        with np.errstate(all="ignore"):  # equal infinities, numbers of any size
            near = np.abs(one - other) <= self._least[key]
            return bool(near.all()) or np.allclose(
                one, other, SAME, self.tolerance[key], equal_nan=True
            )

    def _run(self, implementation: Reference | Nudged) -> dict[str, np.ndarray]:
        return results(*self._case, implementation, self._seed)


@lru_cache(maxsize=256)
def standard(exercise: Exercise, criterion: Criterion, seed: int) -> Standard:
    """Return the standard of a draw, kept while it is likely to be asked for again."""
    return Standard(exercise, criterion, seed)


@dataclass(frozen=True)
class Difference:
    """Where and how a part is wrong.

    ``single`` is true where nothing is wrong but digits that single precision lacks.
    """

    sentence: str
    single: bool = False


def _described(
    key: str, value: np.ndarray, expected: np.ndarray, wrong: np.ndarray
) -> Difference:
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"{key}[{', '.join(map(str, first))}]" if first else key
    sentence = (
        f"{place} is {value[first]:.6g}, expected {expected[first]:.6g}; "
        f"{int(wrong.sum())} of {wrong.size} entries differ"
    )
    relation = _relation(value, expected)
    return Difference(f"{sentence}{relation}.", single=relation == SINGLE)


def _relation(value: np.ndarray, expected: np.ndarray) -> str:
    """Name a simple relation between all the entries, if there is one."""
    if not np.isfinite(value).all():
        return f", {int((~np.isfinite(value)).sum())} of them not finite"
    scale = np.abs(expected).max()
    if np.abs(value - expected).max() <= 1e-5 * scale:
        return SINGLE
    if value.size > 1 and np.abs(expected).min() > 0:
        ratio = value / expected
        if np.ptp(ratio) <= 1e-6 * np.abs(ratio).max() and np.abs(ratio).max() > 0:
            return f": each is {ratio.flat[0]:.6g} times the expected value"
    return ""
