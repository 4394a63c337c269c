"""Eight tests of batch normalization layers.

Each is given a layer, a function that can be called but not read, and returns True if
the layer is right. Where the layer's parameters are known, the test compares what it
returns with what it should return; where they are not, with what it returns for a
changed input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Layer = Callable[..., Any]


def batchnorm(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float
) -> np.ndarray:
    """Normalize a matrix (N, D) or images (N, C, H, W) over all axes but the second."""
    axes = (0, *range(2, x.ndim))
    shape = (1, -1, *(1,) * (x.ndim - 2))
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    y: np.ndarray = gamma.reshape(shape) * x_hat + beta.reshape(shape)
    return y


def same(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    """Tell whether two arrays have the same shape and nearly the same numbers.

    A layer may compute in single precision, so nearly means a few digits.
    """
    alike = np.shape(one) == np.shape(other)
    return bool(alike and np.max(np.abs(one - other)) <= tolerance)


def pixels_ok(layer: Layer) -> bool:
    """Compare each pixel of images whose sizes are all different."""
    rng = np.random.default_rng(1)
    x = rng.normal(2, 3, (3, 4, 2, 5))
    gamma, beta = rng.normal(1.5, 0.5, (2, 4))
    y = layer(x, gamma, beta, 0.1)
    expected = batchnorm(x, gamma, beta, 0.1)
    return same(y, expected, 1e-3)


def channels_ok(layer: Layer) -> bool:
    """Let each other size in turn be equal to the number of channels."""
    rng = np.random.default_rng(2)
    right = True
    for shape in [(2, 3, 4, 3), (2, 3, 3, 4), (3, 3, 2, 4)]:
        x = rng.normal(2, 3, shape)
        gamma, beta = rng.normal(1.5, 0.5, (2, 3))
        y = layer(x, gamma, beta, 0.1)
        expected = batchnorm(x, gamma, beta, 0.1)
        right = right and same(y, expected, 1e-3)
    return right


def epsilon_ok(layer: Layer) -> bool:
    """Take an epsilon that is as large as the variances."""
    rng = np.random.default_rng(3)
    x = rng.normal(2, 0.7, (6, 3))
    gamma, beta = rng.normal(1.5, 0.5, (2, 3))
    y = layer(x, gamma, beta, 0.4)
    expected = batchnorm(x, gamma, beta, 0.4)
    return same(y, expected, 1e-3)


def running_ok(layer: Layer) -> bool:
    """Take one step from afar, with a small batch and an odd momentum."""
    rng = np.random.default_rng(4)
    x = rng.normal(3, 2, (4, 3))
    mean, var, momentum = rng.normal(-2, 1, 3), rng.uniform(7, 9, 3), 0.3
    new_mean, new_var = layer(mean, var, x, momentum)
    expected_mean = 0.7 * mean + 0.3 * x.mean(axis=0)
    expected_var = 0.7 * var + 0.3 * x.var(axis=0, ddof=1)
    return same(new_mean, expected_mean, 1e-3) and same(new_var, expected_var, 1e-3)


def gradient_ok(layer: Layer) -> bool:
    """Move x a little in a random direction: the loss must move as dx says."""
    rng = np.random.default_rng(5)
    x, direction = rng.normal(2, 1.5, (5, 3)), rng.normal(0, 1, (5, 3))
    dy, gamma, zero = rng.normal(1, 1, (5, 3)), rng.normal(1.5, 0.5, 3), np.zeros(3)
    dx, dgamma, dbeta = layer(dy, x, gamma, 0.3)
    above = batchnorm(x + 1e-4 * direction, gamma, zero, 0.3)
    below = batchnorm(x - 1e-4 * direction, gamma, zero, 0.3)
    slope = np.sum(dy * (above - below)) / 2e-4
    x_hat = batchnorm(x, np.ones(3), zero, 0.3)
    parameters = same(dgamma, (dy * x_hat).sum(axis=0), 1e-3)
    parameters = parameters and same(dbeta, dy.sum(axis=0), 1e-3)
    return parameters and same(np.sum(dx * direction), slope, 1e-3)


def mates_ok(layer: Layer) -> bool:
    """Shuffle a channel's pixels over the whole batch: the output must be shuffled."""
    rng = np.random.default_rng(6)
    x = rng.normal(2, 3, (4, 3, 2, 5)) + rng.normal(0, 4, (4, 1, 1, 5))
    order = rng.permutation(4 * 2 * 5)

    def shuffled(images: np.ndarray) -> np.ndarray:
        channels = np.moveaxis(images, 1, 0)  # (C, N, H, W)
        bag = channels.reshape(3, -1)[:, order]
        return np.moveaxis(bag.reshape(channels.shape), 0, 1)

    y = layer(x)
    moved = layer(shuffled(x))
    stretched = layer(4 * x + 7)
    return same(moved, shuffled(y), 1e-3) and same(stretched, y, 1e-3)


def evaluation_ok(layer: Layer) -> bool:
    """Compare each row alone with the same row among others."""
    rng = np.random.default_rng(7)
    x = rng.normal(2, 3, (4, 3))
    together = layer(x)
    alone = np.concatenate([layer(row[None, :]) for row in x])
    return same(alone, together, 1e-3)


def state_ok(layer: Layer) -> bool:
    """Evaluate other data in between: what comes after must not change."""
    rng = np.random.default_rng(8)
    batch, other, asked = rng.normal(2, 3, (3, 5, 3))
    quiet = layer([("train", batch), ("eval", asked)])
    between = layer([("train", batch), ("eval", 3 * other + 5), ("eval", asked)])
    return same(quiet[-1], between[-1], 1e-3)
