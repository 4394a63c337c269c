"""Batch normalization of a matrix, backward.

Ioffe and Szegedy (2015), section 3, walked back node by node, then in one expression.
``dy`` is the gradient of a loss L with respect to y, (N, D); every result is a
gradient of the same L. The forward pass leaves cache = (x_hat, gamma, inv_std), where
inv_std = 1 / sqrt(var + eps) and var divides by N.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.reference.forward import Array, Cache

Gradients = tuple[Array, Array, Array]


def grad_x_hat(dy: Array, gamma: Array) -> Array:
    """Go back through y = gamma * x_hat + beta, to x_hat.

    dL/dx_hat = gamma dL/dy.

    dy: (N, D); gamma: (D,); returns (N, D).
    Source: Ioffe and Szegedy (2015), section 3, the first equation.
    """
    d_x_hat: Array = dy * gamma  # (N, D)
    return d_x_hat


def grad_var(d_x_hat: Array, x_hat: Array, inv_std: Array) -> Array:
    """Go back through x_hat = (x - mean) / sqrt(var + eps), to var.

    dL/dvar = sum_n dL/dx_hat_n * (x_n - mean) * (-1/2) * (var + eps)^(-3/2).

    d_x_hat, x_hat: (N, D); inv_std: (D,); returns (D,).
    Source: Ioffe and Szegedy (2015), section 3, the second equation.
    """
    centered = x_hat / inv_std  # (N, D), x - mean
    d_inv_std = (d_x_hat * centered).sum(axis=0)  # (D,)
    d_var: Array = -0.5 * inv_std**3 * d_inv_std  # (D,)
    return d_var


def grad_mean(d_x_hat: Array, inv_std: Array) -> Array:
    """Go back through x_hat = (x - mean) / sqrt(var + eps), to mean.

    dL/dmean = -sum_n dL/dx_hat_n / sqrt(var + eps). The way through var adds 0, because
    the deviations from the mean sum to 0.

    d_x_hat: (N, D); inv_std: (D,); returns (D,).
    Source: Ioffe and Szegedy (2015), section 3, the third equation.
    """
    d_mean: Array = -(d_x_hat * inv_std).sum(axis=0)  # (D,)
    return d_mean


def grad_input(
    d_x_hat: Array, d_var: Array, d_mean: Array, x_hat: Array, inv_std: Array
) -> Array:
    """Add up the three ways from x to the loss: through x_hat, var and mean.

    dL/dx_n = dL/dx_hat_n / sqrt(var + eps) + dL/dvar * 2 (x_n - mean) / N
    + dL/dmean / N.

    d_x_hat, x_hat: (N, D); d_var, d_mean, inv_std: (D,); returns (N, D).
    Source: Ioffe and Szegedy (2015), section 3, the fourth equation.
    """
    n = len(x_hat)
    centered = x_hat / inv_std  # (N, D), x - mean
    direct = d_x_hat * inv_std  # (N, D)
    through_var = d_var * 2 * centered / n  # (N, D)
    through_mean = d_mean / n  # (D,)
    dx: Array = direct + through_var + through_mean  # (N, D)
    return dx


def batchnorm_backward_staged(dy: Array, cache: Cache) -> Gradients:
    """Walk the graph of batch normalization back, node by node.

    dy: (N, D); cache = (x_hat (N, D), gamma (D,), inv_std (D,)); returns dx (N, D),
    dgamma (D,), dbeta (D,).
    Source: Ioffe and Szegedy (2015), section 3.
    """
    x_hat, gamma, inv_std = cache
    n = len(dy)
    dbeta = dy.sum(axis=0)  # (D,)
    dgamma = (dy * x_hat).sum(axis=0)  # (D,)
    d_x_hat = dy * gamma  # (N, D)
    centered = x_hat / inv_std  # (N, D), x - mean
    d_inv_std = (d_x_hat * centered).sum(axis=0)  # (D,)
    d_var = -0.5 * inv_std**3 * d_inv_std  # (D,)
    d_mean = -(d_x_hat * inv_std).sum(axis=0)  # (D,)
    direct = d_x_hat * inv_std  # (N, D)
    through_var = d_var * 2 * centered / n  # (N, D)
    through_mean = d_mean / n  # (D,)
    dx = direct + through_var + through_mean  # (N, D)
    return dx, dgamma, dbeta


def batchnorm_backward(dy: Array, cache: Cache) -> Gradients:
    """Compute dx in one expression.

    dx = (gamma inv_std / N) (N dy - dbeta - x_hat dgamma).

    dy: (N, D); cache = (x_hat (N, D), gamma (D,), inv_std (D,)); returns dx (N, D),
    dgamma (D,), dbeta (D,).
    Source: the equations of :func:`batchnorm_backward_staged`, put into one another.
    """
    x_hat, gamma, inv_std = cache
    n = len(dy)
    dbeta = dy.sum(axis=0)  # (D,)
    dgamma = (dy * x_hat).sum(axis=0)  # (D,)
    dx = gamma * inv_std / n * (n * dy - dbeta - x_hat * dgamma)  # (N, D)
    return dx, dgamma, dbeta


def batchnorm_eval_backward(
    dy: Array,
    x: Array,
    gamma: Array,
    running_mean: Array,
    running_var: Array,
    eps: float,
) -> Gradients:
    """Go back through evaluation mode, where the statistics are constants.

    dx = dy * gamma / sqrt(running_var + eps).

    dy, x: (N, D); all other arrays (D,); returns dx (N, D), dgamma (D,), dbeta (D,).
    Source: the derivative of Ioffe and Szegedy (2015), Algorithm 2, line 11.
    """
    inv_std = 1 / np.sqrt(running_var + eps)  # (D,)
    x_hat = (x - running_mean) * inv_std  # (N, D)
    dbeta = dy.sum(axis=0)  # (D,)
    dgamma = (dy * x_hat).sum(axis=0)  # (D,)
    dx = dy * gamma * inv_std  # (N, D)
    return dx, dgamma, dbeta


def numerical_gradient(f: Callable[[Array], float], x: Array, h: float) -> Array:
    """Approximate the gradient of f at x by central differences.

    df/dx_i is about (f(x + h e_i) - f(x - h e_i)) / (2 h), for each entry i of x.

    f: takes an array of x's shape and returns a number; x: any shape; returns an
    array of x's shape. x is left as it was.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        grad[index] = (f(above) - f(below)) / (2 * h)
    return grad
