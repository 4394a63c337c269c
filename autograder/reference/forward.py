"""Batch normalization of a matrix, forward.

Ioffe and Szegedy (2015), Algorithm 1 (training) and Algorithm 2 (evaluation), with
PyTorch's conventions: the batch is normalized with the variance that divides by N, the
running variance is kept with N - 1, and ``momentum`` weights the new value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Cache = tuple[Array, Array, Array]


def batchnorm_train(
    x: Array, gamma: Array, beta: Array, eps: float
) -> tuple[Array, Cache]:
    """Normalize each feature over the batch, then scale and shift it.

    y = gamma * (x - mean) / sqrt(var + eps) + beta; mean and var are taken over axis 0,
    and var divides by N.

    x: (N, D); gamma, beta: (D,); returns y: (N, D) and
    cache = (x_hat (N, D), gamma (D,), inv_std (D,)).
    Source: Ioffe and Szegedy (2015), Algorithm 1.
    """
    mean = x.mean(axis=0)  # (D,)
    centered = x - mean  # (N, D)
    var = (centered**2).mean(axis=0)  # (D,), divides by N
    inv_std = 1 / np.sqrt(var + eps)  # (D,)
    x_hat = centered * inv_std  # (N, D)
    y = gamma * x_hat + beta  # (N, D)
    return y, (x_hat, gamma, inv_std)


def update_running(
    running_mean: Array, running_var: Array, x: Array, momentum: float
) -> tuple[Array, Array]:
    """Move the running statistics a step towards those of the batch x.

    new = (1 - momentum) * old + momentum * batch; the batch variance divides by N - 1.

    running_mean, running_var: (D,); x: (N, D) with N > 1; returns two new arrays (D,).
    Source: torch.nn.BatchNorm1d.
    """
    batch_mean = x.mean(axis=0)  # (D,)
    batch_var = x.var(axis=0, ddof=1)  # (D,), divides by N - 1
    new_mean = (1 - momentum) * running_mean + momentum * batch_mean
    new_var = (1 - momentum) * running_var + momentum * batch_var
    return new_mean, new_var


def batchnorm_eval(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    eps: float,
) -> Array:
    """Normalize with the running statistics, so that each row stands for itself.

    y = gamma * (x - running_mean) / sqrt(running_var + eps) + beta.

    x: (N, D); all other arrays (D,); returns y: (N, D).
    Source: Ioffe and Szegedy (2015), Algorithm 2.
    """
    inv_std = 1 / np.sqrt(running_var + eps)  # (D,)
    x_hat: Array = (x - running_mean) * inv_std  # (N, D)
    y: Array = gamma * x_hat + beta  # (N, D)
    return y
