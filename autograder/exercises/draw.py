"""Draw inputs on which mistakes show.

Batches are small, so that dividing by N or by N - 1 differs; features have unequal
offsets and spreads, so that a statistic taken over the wrong axis differs; epsilon and
momentum are never the defaults.
"""

from __future__ import annotations

import numpy as np

#: The spreads of the features; their variances straddle the epsilons drawn.
SPREADS = np.array([1.0, 0.05, 5.0, 0.5])
SIGNS = np.array([-1.0, 1.0])


def batch(rng: np.random.Generator, n: int = 7, d: int = 4) -> np.ndarray:
    """Return a batch (n, d) whose features differ in offset and spread."""
    spread = spreads(rng, d)
    offset = rng.uniform(1, 4, d) * signs(rng, d)
    x: np.ndarray = offset + spread * rng.standard_normal((n, d))
    return x


def images(
    rng: np.random.Generator, shape: tuple[int, int, int, int] = (3, 4, 2, 5)
) -> np.ndarray:
    """Return images (N, C, H, W), all four different, with channels far apart."""
    c = shape[1]
    spread = spreads(rng, c)
    offset = rng.permutation(np.linspace(-9, 9, c)) + rng.uniform(-1, 1, c)
    x: np.ndarray = np.moveaxis(rng.standard_normal(shape), 1, -1) * spread + offset
    return np.moveaxis(x, -1, 1).copy()


def spreads(rng: np.random.Generator, d: int) -> np.ndarray:
    """Return a spread for each of d features, in any order."""
    repeated = SPREADS[np.arange(d) % SPREADS.size]
    drawn: np.ndarray = rng.permutation(repeated) * rng.uniform(0.8, 1.25, d)
    return drawn


def signs(rng: np.random.Generator, d: int) -> np.ndarray:
    """Return d times -1 or 1."""
    # rng.choice would draw the same, and take twice as long.
    return SIGNS[rng.integers(2, size=d)]


def parameters(rng: np.random.Generator, d: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return gamma and beta (d,), none of them near 0 or 1."""
    gamma = rng.uniform(1.3, 2.5, d) * signs(rng, d)
    beta = rng.uniform(1.5, 3, d) * signs(rng, d)
    return gamma, beta


def epsilon(rng: np.random.Generator) -> float:
    """Return an epsilon that is large enough to matter."""
    return float(rng.uniform(0.1, 0.4))


def momentum(rng: np.random.Generator) -> float:
    """Return a momentum that is neither 0.1 nor near one half."""
    return float(rng.uniform(0.2, 0.35))


def statistics(rng: np.random.Generator, d: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return a running mean and a running variance (d,), far from 0 and 1."""
    return rng.uniform(2, 5, d) * signs(rng, d), rng.uniform(2, 6, d)


def upstream(rng: np.random.Generator, n: int = 7, d: int = 4) -> np.ndarray:
    """Return a gradient dy (n, d) whose columns do not sum to 0."""
    offset = rng.uniform(0.5, 1.5, d) * signs(rng, d)
    dy: np.ndarray = offset + rng.standard_normal((n, d))
    return dy
