"""The suspects of the exercise ``bug-hunt``, for a notebook to call."""

from __future__ import annotations

import numpy as np

from autograder.exercises.bug_hunt_lineup import Shown
from autograder.exercises.bug_hunt_probes import LINEUPS

#: What the suspects of a notebook draw is the same each time.
SEED = 20150211


def suspect(part: str) -> Shown:
    """Return the suspect of a part, such as ``"pixels"``, as a layer to call.

    Raises LookupError for a part that is not known.
    """
    if part not in LINEUPS:
        known = ", ".join(LINEUPS)
        raise LookupError(f"There is no suspect {part!r}. Known suspects: {known}.")
    lineup = LINEUPS[part]
    return Shown(lineup, lineup.suspect.make(np.random.default_rng(SEED)))
