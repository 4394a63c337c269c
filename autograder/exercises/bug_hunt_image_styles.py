"""Batch normalization of images, right, in several styles."""

from __future__ import annotations

from typing import Any

import numpy as np

#: The axes over which a channel's statistics are taken: N, H and W.
SHARED = (0, 2, 3)


def normalized(x: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
    """Return x standardized over some axes."""
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    result: np.ndarray = (x - mean) / np.sqrt(var + eps)
    return result


def along(values: np.ndarray, axis: int) -> np.ndarray:
    """Return a vector as an array with four axes that runs along one of them."""
    shape = [-1 if place == axis else 1 for place in range(4)]
    result: np.ndarray = values.reshape(shape)
    return result


def affine(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, axis: int = 1
) -> np.ndarray:
    """Scale and shift, with a number for each place along an axis."""
    result: np.ndarray = along(gamma, axis) * x + along(beta, axis)
    return result


def plain(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float) -> np.ndarray:
    """Return batch normalization of images."""
    return affine(normalized(x, SHARED, eps), gamma, beta)


def _single(*arguments: Any) -> np.ndarray:
    x, gamma, beta, eps = (np.asarray(a, np.float32) for a in arguments)
    return affine(normalized(x, SHARED, eps.item()), gamma, beta)


def _as_matrix(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    n, c, h, w = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, c)
    spread = np.sqrt(np.mean((rows - rows.mean(0)) ** 2, 0) + eps)
    y = gamma * ((rows - rows.mean(0)) / spread) + beta
    return np.moveaxis(y.reshape(n, h, w, c), 3, 1)


def _by_channel(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    y = np.empty_like(x)
    for c, values in enumerate(np.moveaxis(x, 1, 0)):
        scale = gamma[c] / (values.var() + eps) ** 0.5
        y[:, c] = (values - values.mean()) * scale + beta[c]
    return y


def _folded(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    mean = np.einsum("nchw->c", x) / (x.size / x.shape[1])
    square = np.einsum("nchw->c", (x - along(mean, 1)) ** 2) / (x.size / x.shape[1])
    scale = gamma * (square + eps) ** -0.5
    return affine(x, scale, beta - mean * scale)


STYLES = (
    ("one that computes in single precision", _single),
    ("one that makes a matrix of the images and images of it again", _as_matrix),
    ("one that loops over the channels", _by_channel),
    ("one that folds everything into one scale and one shift", _folded),
)
