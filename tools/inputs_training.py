"""Ordinary random inputs for the functions of the exercise `training`.

They are drawn apart from the judge's own draws: they decide whether a mutant is a
mistake at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _features(rng: np.random.Generator) -> tuple[Any, ...]:
    return (int(rng.integers(2, 7)),)


def _batch(rng: np.random.Generator, n: int = 6) -> np.ndarray:
    return rng.normal(2, rng.uniform(0.5, 3, 3), (n, 3))


def _train(rng: np.random.Generator) -> tuple[Any, ...]:
    weight, bias = rng.normal(size=(2, 3))
    return (_batch(rng), _batch(rng, 4)), weight, bias, float(rng.uniform(0.01, 1))


def _remembered(rng: np.random.Generator) -> tuple[Any, ...]:
    return (_batch(rng), _batch(rng, 4)), float(rng.uniform(0.1, 0.4))


def _counted(rng: np.random.Generator) -> tuple[Any, ...]:
    return ((_batch(rng), _batch(rng, 4)),)


def _eval(rng: np.random.Generator) -> tuple[Any, ...]:
    weight, bias, mean = rng.normal(size=(3, 3))
    var, eps = rng.uniform(0.1, 4, 3), float(rng.uniform(0.01, 1))
    return _batch(rng), weight, bias, mean, var, eps


def _rests(rng: np.random.Generator) -> tuple[Any, ...]:
    return _batch(rng), rng.normal(size=3), rng.uniform(0.1, 4, 3)


def _modes(rng: np.random.Generator) -> tuple[Any, ...]:
    return (_batch(rng),)


def _backward(rng: np.random.Generator) -> tuple[Any, ...]:
    weight, bias = rng.normal(size=3), rng.uniform(0.1, 1, 3)
    return _batch(rng), _batch(rng), weight, bias, float(rng.uniform(0.01, 1))


def _sizes(rng: np.random.Generator) -> tuple[Any, ...]:
    return tuple(int(size) for size in rng.integers(2, 20, 3))


def _forward(rng: np.random.Generator) -> tuple[Any, ...]:
    first, last = rng.normal(size=(3, 5)), rng.normal(size=(5, 4))
    return _batch(rng), first, last, rng.normal(size=4)


def _run(rng: np.random.Generator) -> tuple[Any, ...]:
    batches, labels = rng.normal(1, 1, (2, 6, 4)), rng.integers(3, size=(2, 6))
    return batches, labels, rng.normal(size=(4, 3)), 2, float(rng.uniform(0.1, 0.5))


def _epochs(rng: np.random.Generator) -> tuple[Any, ...]:
    return rng.normal(size=(int(rng.integers(2, 5)), 6, 4)), int(rng.integers(2, 6))


def _predict(rng: np.random.Generator) -> tuple[Any, ...]:
    return rng.normal(size=(50, 7)), rng.normal(size=(7, 4))


def _dead(rng: np.random.Generator) -> tuple[Any, ...]:
    shapes = (3, 6), (6,), (6, 4), (4,)
    weights = tuple(rng.normal(size=shape) for shape in shapes)
    centred = str(rng.choice(["before", "after", "never"]))
    return centred, rng.normal(size=(8, 3)), rng.integers(4, size=8), weights, 0.5


def _digits(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw ten classes so far apart that whatever learns at all tells them apart."""
    centres = 6 * np.eye(10, 12)
    train_y, test_y = np.arange(640) % 10, rng.integers(10, size=30)
    train_x = centres[train_y] + rng.normal(0, 0.1, (640, 12))
    test_x = centres[test_y] + rng.normal(0, 0.1, (30, 12))
    return train_x, train_y, test_x, int(rng.integers(1000))


INPUTS = {
    "layer_start": _features,
    "layer_kept": _features,
    "layer_train": _train,
    "layer_remembered": _remembered,
    "layer_counted": _counted,
    "layer_eval": _eval,
    "layer_rests": _rests,
    "layer_modes": _modes,
    "layer_backward": _backward,
    "network_built": _sizes,
    "network_forward": _forward,
    "train_run": _run,
    "train_passes": _epochs,
    "train_history": _epochs,
    "predict_run": _predict,
    "dead_flags": _dead,
    "digits_predicted": _digits,
}
