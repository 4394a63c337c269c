"""Ordinary random inputs for the functions of the exercise `convolution`.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _train(rng: np.random.Generator) -> tuple[Any, ...]:
    return _images(rng), *rng.normal(size=(2, 3)), float(rng.uniform(0.01, 1))


def _statistics(rng: np.random.Generator) -> tuple[Any, ...]:
    return (_images(rng),)


def _backward(rng: np.random.Generator) -> tuple[Any, ...]:
    x, axes = _images(rng), (0, 2, 3)
    inv_std = 1 / np.sqrt(x.var(axis=axes) + rng.uniform(0.01, 1))
    centered = x - x.mean(axis=axes, keepdims=True)
    cache = (centered * inv_std[:, None, None], rng.normal(size=3), inv_std)
    return rng.normal(size=x.shape), cache


def _fold(rng: np.random.Generator) -> tuple[Any, ...]:
    bias, gamma, beta, mean = rng.normal(size=(4, 3))
    var, eps = rng.uniform(0.1, 3, 3), float(rng.uniform(0.01, 1))
    return rng.normal(size=(3, 2, 4, 5)), bias, gamma, beta, mean, var, eps


def _sequence(rng: np.random.Generator) -> tuple[Any, ...]:
    return _images(rng)[:, :, 0].transpose(0, 2, 1), *_train(rng)[1:]


def _images(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(2, 3, (4, 3, 2, 5))


INPUTS = {
    "batchnorm2d_train": _train,
    "batch_statistics": _statistics,
    "batchnorm2d_backward": _backward,
    "fold_into_conv": _fold,
    "batchnorm_sequence": _sequence,
}
