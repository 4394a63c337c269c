"""Ordinary random inputs for the functions of the exercise `alternatives`.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.reference import alternatives as reference


def _layer(rng: np.random.Generator) -> tuple[Any, ...]:
    return rng.normal(2, 3, (4, 7)), *_parameters(rng, 7), _eps(rng)


def _layer_back(rng: np.random.Generator) -> tuple[Any, ...]:
    _, cache = reference.layernorm(*_layer(rng))
    return rng.normal(size=(4, 7)), cache


def _group(rng: np.random.Generator) -> tuple[Any, ...]:
    return _images(rng), *_parameters(rng, 8), 4, _eps(rng)


def _group_back(rng: np.random.Generator) -> tuple[Any, ...]:
    _, cache = reference.groupnorm(*_group(rng))
    return rng.normal(size=(3, 8, 2, 5)), cache, 4


def _instance(rng: np.random.Generator) -> tuple[Any, ...]:
    return _images(rng), *_parameters(rng, 8), _eps(rng)


def _rms(rng: np.random.Generator) -> tuple[Any, ...]:
    return rng.normal(2, 3, (4, 7)), rng.normal(size=7), _eps(rng)


def _images(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(2, 3, (3, 8, 2, 5))


def _parameters(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=size), rng.normal(size=size)


def _eps(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.01, 1))


INPUTS = {
    "layernorm": _layer,
    "layernorm_backward": _layer_back,
    "groupnorm": _group,
    "groupnorm_backward": _group_back,
    "instancenorm": _instance,
    "rmsnorm": _rms,
}
