"""Ordinary random inputs for the functions of the exercise `forward`.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _train(rng: np.random.Generator) -> tuple[Any, ...]:
    return (*_batch(rng), float(rng.uniform(0.01, 1)))


def _running(rng: np.random.Generator) -> tuple[Any, ...]:
    x, mean, var = _batch(rng)
    return mean, np.abs(var) + 0.1, x, float(rng.uniform(0.05, 0.95))


def _eval(rng: np.random.Generator) -> tuple[Any, ...]:
    x, gamma, beta = _batch(rng)
    _, mean, var = _batch(rng)
    return x, gamma, beta, mean, np.abs(var) + 0.1, float(rng.uniform(0.01, 1))


def _batch(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return rng.normal(2, 3, (6, 3)), rng.normal(size=3), rng.normal(size=3)


INPUTS = {
    "batchnorm_train": _train,
    "update_running": _running,
    "batchnorm_eval": _eval,
}
