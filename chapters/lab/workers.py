"""Compute the statistics of one batch that is spread over several workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np


@dataclass(frozen=True)
class Moments:
    """Hold a count, a mean (D,) and the sum of squared distances from it (D,)."""

    count: int
    mean: np.ndarray
    squares: np.ndarray

    @property
    def var(self) -> np.ndarray:
        """Return the biased variance (D,)."""
        return self.squares / self.count

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of both parts together. Source: Chan et al. (1983)."""
        count, apart = self.count + other.count, other.mean - self.mean
        mean = self.mean + apart * other.count / count
        between = apart**2 * self.count * other.count / count
        return Moments(count, mean, self.squares + other.squares + between)


def moments(x: np.ndarray) -> Moments:
    """Return what one worker says about its rows x (m, D)."""
    mean = x.mean(0)
    return Moments(len(x), mean, ((x - mean) ** 2).sum(0))


def merged(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of all rows, from the moments of the parts."""
    total = reduce(Moments.__add__, map(moments, parts))
    return total.mean, total.var


def from_sums(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of all rows, from count, sum and sum of squares."""
    count = sum(len(x) for x in parts)
    mean = np.sum([x.sum(0) for x in parts], axis=0) / count
    square = np.sum([(x**2).sum(0) for x in parts], axis=0) / count
    return mean, square - mean**2


def averaged(
    parts: Sequence[np.ndarray], weighted: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the averages of the parts' means and variances: the mistake.

    With ``weighted`` each part counts by its rows, otherwise all count the same.
    """
    weights = [len(x) if weighted else 1 for x in parts]
    means, variances = [x.mean(0) for x in parts], [x.var(0) for x in parts]
    return (
        np.average(means, axis=0, weights=weights),
        np.average(variances, axis=0, weights=weights),
    )


def input_gradients(
    parts: Sequence[np.ndarray], grads: Sequence[np.ndarray], shared: bool
) -> list[np.ndarray]:
    """Return each worker's gradient of x_hat = (x - mean) / std with respect to x.

    All use the statistics of the whole batch. With ``shared``, the two means of the
    backward pass run over all rows, too; otherwise over the worker's own rows only.
    """
    mean, var = merged(parts)
    normed = [(x - mean) / np.sqrt(var) for x in parts]
    every_z, every_g = np.concatenate(normed), np.concatenate(grads)
    found = []
    for z, g in zip(normed, grads, strict=True):
        over_z, over_g = (every_z, every_g) if shared else (z, g)
        along = (over_g * over_z).mean(0)
        found.append((g - over_g.mean(0) - z * along) / np.sqrt(var))
    return found
