"""Layers for the tests of the exercise `bug-hunt`, any of a line-up.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.exercises.bug_hunt_lineup import LineUp, Shown
from autograder.exercises.bug_hunt_probes import LINEUPS


def _any_layer(lineup: LineUp) -> Callable[[np.random.Generator], tuple[Shown]]:
    right = [lineup.plain, *lineup.right]
    wrong = [lineup.suspect, *lineup.relatives, *lineup.wrong]

    def draw(rng: np.random.Generator) -> tuple[Shown]:
        candidates = right if rng.random() < 0.5 else wrong
        candidate = candidates[rng.integers(len(candidates))]
        return (Shown(lineup, candidate.make(rng)),)

    return draw


INPUTS = {f"{part}_ok": _any_layer(lineup) for part, lineup in LINEUPS.items()}
