"""Ordinary random inputs for the functions of the exercise `frontier`.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.reference import frontier as reference


def _merge(rng: np.random.Generator) -> tuple[Any, ...]:
    return (tuple(rng.normal(2, 3, (m, 3)) for m in (4, 2, 7)),)


def _network(rng: np.random.Generator) -> tuple[Any, ...]:
    layers = tuple(
        (rng.normal(size=(before, after)), *_parameters(rng, after), *_kept(rng, after))
        for before, after in ((3, 6), (6, 5))
    )
    return *_merge(rng), layers, _eps(rng), reference.adapt_statistics


def _renorm(rng: np.random.Generator) -> tuple[Any, ...]:
    x, limits = rng.normal(1, 3, (9, 12)), rng.uniform(0.2, 0.9, 2)
    given = (*_parameters(rng, 12), *_kept(rng, 12), _eps(rng), rng.uniform(0.1, 0.4))
    return x, *given, 1 + limits[0], limits[1]


def _ghost(rng: np.random.Generator) -> tuple[Any, ...]:
    return rng.normal(2, 3, (11, 3)), *_parameters(rng, 3), _eps(rng), 4


def _sync(rng: np.random.Generator) -> tuple[Any, ...]:
    return rng.normal(2, 3, (5, 3)), *_parameters(rng, 3), _eps(rng), _of_three_alike


def _sync_back(rng: np.random.Generator) -> tuple[Any, ...]:
    gamma, inv_std = _parameters(rng, 3)[0], rng.uniform(0.5, 2, 3)
    cache = (rng.normal(size=(5, 3)), gamma, inv_std, 15.0)
    return rng.normal(size=(5, 3)), cache, _of_three_alike


def _of_three_alike(array: Any) -> np.ndarray:
    """Add up what three processes send that hold the same rows.

    Only then is the sum known without running the others, whatever is sent.
    """
    return 3 * np.asarray(array, dtype=float)


def _parameters(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=size), rng.normal(size=size)


def _kept(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(2, 3, size), rng.uniform(1, 20, size)


def _eps(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.01, 1))


INPUTS = {
    "adapt_statistics": _merge,
    "adapt_network": _network,
    "batch_renorm_train": _renorm,
    "ghost_batchnorm": _ghost,
    "sync_batchnorm": _sync,
    "sync_batchnorm_backward": _sync_back,
}
