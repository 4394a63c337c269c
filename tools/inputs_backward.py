"""Ordinary random inputs for the functions of the exercise `backward`.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.reference.forward import Cache, batchnorm_train


def _cache(rng: np.random.Generator) -> Cache:
    gamma, beta = rng.normal(size=3), rng.normal(size=3)
    x = rng.normal(2, rng.uniform(0.5, 3, 3), (6, 3))
    return batchnorm_train(x, gamma, beta, float(rng.uniform(0.01, 1)))[1]


def _dy(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(rng.normal(size=3), 1, (6, 3))


def _backward(rng: np.random.Generator) -> tuple[Any, ...]:
    return _dy(rng), _cache(rng)


def _grad_x_hat(rng: np.random.Generator) -> tuple[Any, ...]:
    return _dy(rng), rng.normal(size=3)


def _grad_var(rng: np.random.Generator) -> tuple[Any, ...]:
    x_hat, _, inv_std = _cache(rng)
    return _dy(rng), x_hat, inv_std


def _grad_mean(rng: np.random.Generator) -> tuple[Any, ...]:
    return _dy(rng), rng.uniform(0.3, 3, 3)


def _grad_input(rng: np.random.Generator) -> tuple[Any, ...]:
    x_hat, _, inv_std = _cache(rng)
    return _dy(rng), rng.normal(size=3), rng.normal(size=3), x_hat, inv_std


def _eval(rng: np.random.Generator) -> tuple[Any, ...]:
    gamma, mean = rng.normal(size=(2, 3))
    var, eps = rng.uniform(0.1, 4, 3), float(rng.uniform(0.01, 1))
    return _dy(rng), rng.normal(2, 3, (6, 3)), gamma, mean, var, eps


def _wave(x: np.ndarray) -> float:
    """Return a number that no entry of x enters like another."""
    weights = np.arange(1, x.size + 1).reshape(x.shape)
    return float(np.sin(weights * x).sum() + np.prod(x))


def _numeric(rng: np.random.Generator) -> tuple[Any, ...]:
    return _wave, rng.normal(size=(2, 3)), float(rng.uniform(0.05, 0.5))


INPUTS = {
    "grad_x_hat": _grad_x_hat,
    "grad_var": _grad_var,
    "grad_mean": _grad_mean,
    "grad_input": _grad_input,
    "batchnorm_backward_staged": _backward,
    "batchnorm_backward": _backward,
    "batchnorm_eval_backward": _eval,
    "numerical_gradient": _numeric,
}
