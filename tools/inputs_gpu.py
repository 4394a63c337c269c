"""Ordinary random inputs for the functions of the exercise `gpu`.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _forward(rng: np.random.Generator) -> tuple[Any, ...]:
    gamma, beta = rng.normal(size=(2, 3))
    x = rng.normal(2, rng.uniform(0.5, 3, 3), (6, 3))
    return x, gamma, beta, float(rng.uniform(0.01, 1))


def _function_backward(rng: np.random.Generator) -> tuple[Any, ...]:
    x, gamma, dy = rng.normal(size=(6, 3)), rng.normal(size=3), rng.normal(1, 1, (6, 3))
    x_hat = (x - x.mean(axis=0)) / x.std(axis=0)
    return x_hat, gamma, rng.uniform(0.3, 3, 3), dy


def _images(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(2, rng.uniform(0.5, 3, (1, 3, 1)), (4, 3, 5))


def _kernel(rng: np.random.Generator) -> tuple[Any, ...]:
    gamma, beta = rng.normal(size=(2, 3))
    return _images(rng), gamma, beta, float(rng.uniform(0.01, 1))


def _kernel_backward(rng: np.random.Generator) -> tuple[Any, ...]:
    x, dy, gamma = _images(rng), _images(rng), rng.normal(size=3)
    mean, var = x.mean(axis=(0, 2)), x.var(axis=(0, 2))
    return x, gamma, mean, var, float(rng.uniform(0.01, 1)), dy


def _capability(rng: np.random.Generator) -> tuple[Any, ...]:
    return (int(rng.choice([75, 80, 90])),)


INPUTS = {
    "function_forward": _forward,
    "function_backward": _function_backward,
    "kernel_forward": _kernel,
    "kernel_forward_half": _kernel,
    "kernel_backward": _kernel_backward,
    "kernels_compiled": _capability,
}
