"""Normalizations that take their statistics within one sample.

Layer normalization (Ba, Kiros and Hinton 2016), group normalization (Wu and He 2018),
instance normalization (Ulyanov, Vedaldi and Lempitsky 2016) and RMS normalization
(Zhang and Sennrich 2019). All use the variance that divides by the number of values,
add epsilon under the root, and behave alike in training and in evaluation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Cache = tuple[Array, Array, Array]
Gradients = tuple[Array, Array, Array]


def layernorm(x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Cache]:
    """Normalize each row over its features, then scale and shift each feature.

    y = gamma * (x - mean) / sqrt(var + eps) + beta; mean and var are taken over axis 1,
    and var divides by D.

    x: (N, D); gamma, beta: (D,); returns y: (N, D) and
    cache = (x_hat (N, D), gamma (D,), inv_std (N, 1)).
    Source: Ba, Kiros and Hinton (2016).
    """
    mean = x.mean(axis=1, keepdims=True)  # (N, 1)
    centered = x - mean  # (N, D)
    var = (centered**2).mean(axis=1, keepdims=True)  # (N, 1), divides by D
    inv_std = 1 / np.sqrt(var + eps)  # (N, 1)
    x_hat = centered * inv_std  # (N, D)
    y = gamma * x_hat + beta  # (N, D)
    return y, (x_hat, gamma, inv_std)


def layernorm_backward(dy: Array, cache: Cache) -> Gradients:
    """Return the gradients of the loss with respect to x, gamma and beta.

    dx = inv_std * (g - mean(g) - x_hat * mean(g * x_hat)) with g = gamma * dy and means
    over axis 1; dgamma and dbeta are sums over axis 0.

    dy: (N, D); cache as :func:`layernorm` returns it; returns dx: (N, D), dgamma and
    dbeta: (D,).
    """
    x_hat, gamma, inv_std = cache
    dgamma = (dy * x_hat).sum(axis=0)  # (D,)
    dbeta = dy.sum(axis=0)  # (D,)
    g = gamma * dy  # (N, D)
    mean = g.mean(axis=1, keepdims=True)  # (N, 1)
    along = (g * x_hat).mean(axis=1, keepdims=True)  # (N, 1)
    dx = inv_std * (g - mean - x_hat * along)  # (N, D)
    return dx, dgamma, dbeta


def groupnorm(
    x: Array, gamma: Array, beta: Array, groups: int, eps: float
) -> tuple[Array, Cache]:
    """Normalize each group of neighbouring channels of each image; scale and shift.

    y = gamma * (x - mean) / sqrt(var + eps) + beta; mean and var are taken over the
    C / groups channels of a group and over all of its pixels.

    x: (N, C, H, W); gamma, beta: (C,); returns y: (N, C, H, W) and
    cache = (x_hat (N, C, H, W), gamma (C,), inv_std (N, groups)).
    Raises ValueError if groups does not divide C.
    Source: Wu and He (2018).
    """
    n, c = x.shape[:2]
    if c % groups:
        raise ValueError(
            f"{c} channels cannot be split into {groups} groups of the same size. "
            "Choose a number of groups that divides the number of channels."
        )
    grouped = x.reshape(n, groups, -1)  # (N, G, C/G * H * W)
    mean = grouped.mean(axis=2, keepdims=True)  # (N, G, 1)
    centered = grouped - mean
    var = (centered**2).mean(axis=2, keepdims=True)  # (N, G, 1)
    inv_std = 1 / np.sqrt(var + eps)  # (N, G, 1)
    x_hat = (centered * inv_std).reshape(x.shape)  # (N, C, H, W)
    y = gamma[:, None, None] * x_hat + beta[:, None, None]
    return y, (x_hat, gamma, inv_std[:, :, 0])


def groupnorm_backward(dy: Array, cache: Cache, groups: int) -> Gradients:
    """Return the gradients of the loss with respect to x, gamma and beta.

    dx = inv_std * (g - mean(g) - x_hat * mean(g * x_hat)) with g = gamma * dy and means
    over each group; dgamma and dbeta are sums over axes 0, 2 and 3.

    dy: (N, C, H, W); cache as :func:`groupnorm` returns it; returns dx: (N, C, H, W),
    dgamma and dbeta: (C,).
    """
    x_hat, gamma, inv_std = cache
    dgamma = (dy * x_hat).sum(axis=(0, 2, 3))  # (C,)
    dbeta = dy.sum(axis=(0, 2, 3))  # (C,)
    shape = (len(dy), groups, -1)
    g = (gamma[:, None, None] * dy).reshape(shape)  # (N, G, C/G * H * W)
    z = x_hat.reshape(shape)  # (N, G, C/G * H * W)
    mean = g.mean(axis=2, keepdims=True)  # (N, G, 1)
    along = (g * z).mean(axis=2, keepdims=True)  # (N, G, 1)
    dx = (inv_std[:, :, None] * (g - mean - z * along)).reshape(dy.shape)
    return dx, dgamma, dbeta


def instancenorm(images: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """Normalize each channel of each image over its pixels, then scale and shift.

    y = gamma * (images - mean) / sqrt(var + eps) + beta; mean and var are taken over
    axes 2 and 3.

    images: (N, C, H, W); gamma, beta: (C,); returns y: (N, C, H, W).
    Source: Ulyanov, Vedaldi and Lempitsky (2016); gamma and beta as in
    torch.nn.InstanceNorm2d(affine=True).
    """
    mean = images.mean(axis=(2, 3), keepdims=True)  # (N, C, 1, 1)
    centered = images - mean  # (N, C, H, W)
    var = (centered**2).mean(axis=(2, 3), keepdims=True)  # (N, C, 1, 1)
    x_hat = centered / np.sqrt(var + eps)  # (N, C, H, W)
    y: Array = gamma[:, None, None] * x_hat + beta[:, None, None]
    return y


def rmsnorm(x: Array, gamma: Array, eps: float) -> Array:
    """Divide each row by its root mean square, then scale each feature.

    y = gamma * x / sqrt(mean(x**2) + eps); the mean is taken over axis 1, and nothing
    is subtracted.

    x: (N, D); gamma: (D,); returns y: (N, D).
    Source: Zhang and Sennrich (2019); epsilon as in torch.nn.RMSNorm.
    """
    mean_square = (x**2).mean(axis=1, keepdims=True)  # (N, 1)
    x_hat = x / np.sqrt(mean_square + eps)  # (N, D)
    y: Array = gamma * x_hat
    return y
