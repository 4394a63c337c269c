"""Batch normalization of images, forward and backward, and its place in a convolution.

Ioffe and Szegedy (2015), section 3.2: in a convolutional network each feature map is
normalized as one feature, over the batch and over all positions. Conventions are
PyTorch's: images are (N, C, H, W), the batch is normalized with the variance that
divides by the count, and running variances are kept with the count less one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Cache = tuple[Array, Array, Array]


def batchnorm2d_train(
    x: Array, gamma: Array, beta: Array, eps: float
) -> tuple[Array, Cache]:
    """Normalize each channel over the batch and all positions, then scale and shift it.

    y = gamma * (x - mean) / sqrt(var + eps) + beta; mean and var are taken over axes 0,
    2 and 3, and var divides by N * H * W.

    x: (N, C, H, W); gamma, beta: (C,); returns y: (N, C, H, W) and
    cache = (x_hat (N, C, H, W), gamma (C,), inv_std (C,)).
    Source: Ioffe and Szegedy (2015), section 3.2 and Algorithm 1.
    """
    mean = x.mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    centered = x - mean  # (N, C, H, W)
    var = (centered**2).mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    inv_std = 1 / np.sqrt(var + eps)  # (1, C, 1, 1)
    x_hat = centered * inv_std  # (N, C, H, W)
    y = gamma[:, None, None] * x_hat + beta[:, None, None]  # (N, C, H, W)
    return y, (x_hat, gamma, inv_std.ravel())


def batch_statistics(x: Array) -> tuple[Array, Array]:
    """Return what a batch adds to the running statistics: mean and variance.

    The mean is over axes 0, 2 and 3; the variance, too, and it divides by
    N * H * W - 1.

    x: (N, C, H, W) with N * H * W > 1; returns two arrays (C,).
    Source: torch.nn.BatchNorm2d.
    """
    count = x.size // x.shape[1]  # N * H * W
    mean = x.mean(axis=(0, 2, 3))  # (C,)
    centered = x - mean[:, None, None]  # (N, C, H, W)
    var = (centered**2).sum(axis=(0, 2, 3)) / (count - 1)  # (C,)
    return mean, var


def batchnorm2d_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return the gradients of a loss with respect to x, gamma and beta.

    With g = gamma * dy and means over axes 0, 2 and 3:
    dx = inv_std * (g - mean(g) - x_hat * mean(g * x_hat)),
    dgamma = sum(dy * x_hat), dbeta = sum(dy).

    dy: (N, C, H, W), the gradient with respect to y; cache as batchnorm2d_train
    returns it; returns dx (N, C, H, W), dgamma (C,), dbeta (C,).
    Source: Ioffe and Szegedy (2015), section 3, with the sums over a feature map.
    """
    x_hat, gamma, inv_std = cache
    dgamma = (dy * x_hat).sum(axis=(0, 2, 3))  # (C,)
    dbeta = dy.sum(axis=(0, 2, 3))  # (C,)
    g = dy * gamma[:, None, None]  # (N, C, H, W)
    g_mean = g.mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    g_along = (g * x_hat).mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    dx = inv_std[:, None, None] * (g - g_mean - x_hat * g_along)  # (N, C, H, W)
    return dx, dgamma, dbeta


def fold_into_conv(
    weight: Array,
    bias: Array,
    gamma: Array,
    beta: Array,
    mean: Array,
    var: Array,
    eps: float,
) -> tuple[Array, Array]:
    """Return weight and bias of the one convolution that does the work of two layers.

    scale = gamma / sqrt(var + eps); the new weight is scale * weight for each output
    channel, and the new bias is scale * (bias - mean) + beta.

    weight: (C_out, C_in, kH, kW); all other arrays (C_out,); returns a new weight of
    the same shape and a new bias (C_out,).
    Source: Jacob et al. (2018), section 3.2.
    """
    scale = gamma / np.sqrt(var + eps)  # (C_out,)
    new_weight = weight * scale[:, None, None, None]  # (C_out, C_in, kH, kW)
    new_bias = (bias - mean) * scale + beta  # (C_out,)
    return new_weight, new_bias


def batchnorm_sequence(sequence: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """Normalize each feature of a batch of sequences whose features come last.

    y = gamma * (sequence - mean) / sqrt(var + eps) + beta; mean and var are taken over
    axes 0 and 1, and var divides by N * T.

    sequence: (N, T, C); gamma, beta: (C,); returns y: (N, T, C).
    """
    mean = sequence.mean(axis=(0, 1))  # (C,)
    centered = sequence - mean  # (N, T, C)
    var = (centered**2).mean(axis=(0, 1))  # (C,)
    y: Array = gamma * centered / np.sqrt(var + eps) + beta  # (N, T, C)
    return y
