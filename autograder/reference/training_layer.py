"""What the layer of the exercise ``training`` computes and keeps, in NumPy.

Conventions are PyTorch's: momentum weighs the new value, and the variance that is
remembered divides by N - 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def layer_start(features: int) -> tuple[Array, Array, Array, Array, Array]:
    """Return weight, bias, running mean, running variance and count of a new layer.

    All (features,), but the count, which is one number.
    """
    weight, bias = np.ones(features), np.zeros(features)
    running_mean, running_var = np.zeros(features), np.ones(features)
    counted = np.array(0.0)
    return weight, bias, running_mean, running_var, counted


def layer_kept(features: int) -> tuple[Array, Array, Array, Array, Array]:
    """Return how weight, bias, running mean and variance and the count are kept.

    For each three truth values: is it a parameter, a buffer, in the state that is
    saved?
    """
    parameter, buffer = np.array([1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0])
    weight = bias = parameter
    mean = var = counted = buffer
    return weight, bias, mean, var, counted


def layer_beside(features: int) -> float:
    """Return whether a layer stays as it is while another one learns: 1, yes."""
    return 1.0


def layer_train(
    batches: tuple[Array, ...], weight: Array, bias: Array, eps: float
) -> Array:
    """Return the outputs of training mode, all batches below each other.

    batches: each (N, D), with N of its own; weight, bias: (D,); y: (sum of N, D).
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    outputs = []
    for x in batches:
        mean = x.mean(axis=0)  # (D,)
        var = x.var(axis=0)  # (D,), divides by N
        x_hat = (x - mean) / np.sqrt(var + eps)  # (N, D)
        outputs.append(weight * x_hat + bias)
    return np.concatenate(outputs)


def layer_remembered(
    batches: tuple[Array, ...], momentum: float
) -> tuple[Array, Array]:
    """Return running mean and variance after each batch of training mode.

    batches: each (N, D), with N of its own; both results: (batches, D).
    Source: PyTorch's convention; Ioffe and Szegedy (2015) average many batches.
    """
    features = batches[0].shape[1]
    mean, var, means, variances = np.zeros(features), np.ones(features), [], []
    for x in batches:
        n = len(x)
        batch_mean = x.mean(axis=0)  # (D,)
        batch_var = x.var(axis=0)  # (D,), divides by N
        mean = (1 - momentum) * mean + momentum * batch_mean
        var = (1 - momentum) * var + momentum * batch_var * n / (n - 1)
        means.append(mean)
        variances.append(var)
    return np.array(means), np.array(variances)


def layer_counted(batches: tuple[Array, ...]) -> Array:
    """Return the number of batches counted after each batch of training mode."""
    counted, counts = 0.0, []
    for x in batches:
        counted = counted + (len(x) > 0)
        counts.append(counted)
    return np.array(counts)


def layer_eval(
    x: Array, weight: Array, bias: Array, mean: Array, var: Array, eps: float
) -> Array:
    """Return y (N, D) of evaluation mode; x: (N, D), the others (D,)."""
    y: Array = weight * (x - mean) / np.sqrt(var + eps) + bias
    return y


def layer_rests(x: Array, mean: Array, var: Array) -> tuple[Array, Array, float]:
    """Return mean and variance (D,) and the count, 0 before, after an evaluation."""
    counted = 0.0
    return mean, var, counted


def layer_modes(x: Array) -> tuple[float, float, float, float]:
    """Return whether the mode alone decides, whether gradients are recorded or not.

    First y and the running mean of training mode, then those of evaluation mode: are
    they the same with and without recording?
    """
    train_output, train_moves = 1.0, 1.0
    eval_output, eval_rests = 1.0, 1.0
    return train_output, train_moves, eval_output, eval_rests


def layer_backward(
    x: Array, dy: Array, weight: Array, bias: Array, eps: float
) -> tuple[Array, Array, Array, float]:
    """Return by how much autograd is off from the layer's own slopes, to thousandths.

    The slopes are found by moving each number a little, in training mode. The first
    three results, for x (N, D), weight (D,) and bias (D,), are 0. So is the last:
    whether the running statistics remember how they were computed.

    Source: Ioffe and Szegedy (2015), section 3, collected into one expression.
    """
    inv_std = 1 / np.sqrt(x.var(axis=0) + eps)  # (D,)
    x_hat = (x - x.mean(axis=0)) * inv_std  # (N, D)
    dweight = weight_slope = (dy * x_hat).sum(axis=0)  # (D,)
    dbias = bias_slope = dy.sum(axis=0)  # (D,)
    through_mean = dbias / len(x)
    through_var = x_hat * dweight / len(x)
    slope = weight * inv_std * (dy - through_mean - through_var)
    dx = slope
    remembered = 0.0
    off = dx - slope, dweight - weight_slope, dbias - bias_slope + 0 * bias
    return *(np.round(each, 3) for each in off), remembered
