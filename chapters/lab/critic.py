"""Normalize what the critic of a reinforcement learner sees in one update.

The critic is asked about stored pairs (s, a), whose actions come from older policies,
and about successors (s', a') with actions of the policy of today. No learner is run:
states move by a small random step, old actions are random, and new ones follow s.
"""

from dataclasses import dataclass

import numpy as np

from lab.workers import Moments, moments


def pairs(seed: int, size: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Return stored pairs (s, a) and successors (s', a'), each (size, 4).

    The first three columns are the state, the last is the action.
    """
    rng = np.random.default_rng(seed)
    state = rng.normal(size=(size, 3))
    action = rng.uniform(-1, 1, size=(size, 1))
    following = 0.9 * state + 0.3 * action + 0.1 * rng.normal(size=(size, 3))
    chosen = np.tanh(2 * following[:, :1] + 1) + 0.05 * rng.normal(size=(size, 1))
    return np.hstack([state, action]), np.hstack([following, chosen])


def layer(seed: int, width: int = 64) -> np.ndarray:
    """Return the weights (4, width) of the critic's first layer."""
    return np.random.default_rng([seed, 1]).normal(size=(4, width)) / 2


def normalized(x: np.ndarray, by: Moments) -> np.ndarray:
    """Return x with the mean and the variance ``by`` taken out."""
    return (x - by.mean) / np.sqrt(by.var)


@dataclass(frozen=True)
class Views:
    """Hold root mean squares over the units, for three ways to take statistics.

    ``disagreement`` is the difference between what the layer makes of the same pairs
    in the two halves of the update: (separate, stored only, joint). ``offset`` is the
    mean that the successors are left with, in the same order.
    """

    disagreement: np.ndarray
    offset: np.ndarray


def views(seed: int) -> Views:
    """Compare separate statistics, those of the stored pairs, and joint ones."""
    now, following = (part @ layer(seed) for part in pairs(seed))
    stored, succeeding = moments(now), moments(following)
    joint = stored + succeeding
    ways = ((stored, succeeding), (stored, stored), (joint, joint))
    apart = [_size(normalized(now, a) - normalized(now, b)) for a, b in ways]
    offset = [_size(normalized(following, b).mean(0)) for _, b in ways]
    return Views(np.array(apart), np.array(offset))


def _size(x: np.ndarray) -> float:
    return float(np.sqrt((x**2).mean()))
