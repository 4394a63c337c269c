"""What the exercise ``training`` computes, in NumPy.

The student writes a layer, a network and a training loop in PyTorch. Cells of the
notebook that are given call them under the names below, with arrays in and arrays out,
so that their results can be compared with these. Conventions are PyTorch's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograder.reference.training_network import Network, softmax

Array = NDArray[np.floating]

#: A gradient this much smaller than its network's largest is zero but for rounding.
NEGLIGIBLE = 1e-6


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


def network_built(features: int, hidden: int, classes: int) -> tuple[float, float]:
    """Return the number of parameters outside of BatchNorm, and of BatchNorm layers.

    The network is Linear, BatchNorm, ReLU, Linear. The first Linear has no bias: batch
    normalization would take it out again.
    """
    first = features * hidden
    norms = 1.0
    last = hidden * classes + classes
    return first + last, norms


def network_forward(
    x: Array, first: Array, last: Array, shift: Array
) -> tuple[Array, Array]:
    """Return what enters the normalization (N, H), and the logits (N, C).

    A mirror, u to 1 - u, stands in the place of the normalization here.

    x: (N, D); first: (D, H); last: (H, C); shift: (C,).
    """
    entered = x @ first  # (N, H)
    normalized = 1 - entered  # the stand-in
    active = np.maximum(normalized, 0)  # ReLU
    logits = active @ last + shift  # (N, C)
    return entered, logits


def train_run(
    batches: Array, labels: Array, weight: Array, epochs: int, rate: float
) -> Array:
    """Return a network's weight (D, C) after gradient descent on cross-entropy.

    The network is handed over in evaluation mode, and computes x @ weight there; in
    training mode it drops every third feature and stretches the others. It is measured
    after each epoch, which leaves it in evaluation mode.

    batches: (T, N, D); labels: (T, N).
    """
    classes = np.eye(weight.shape[1])
    dropout = np.where(np.arange(len(weight)) % 3 == 0, 0.0, 1.5)  # (D,)
    training, steps = False, 0
    for _ in range(epochs):
        training = True
        for x, y in zip(batches, labels, strict=True):
            seen = x * dropout if training else x  # (N, D)
            wrong = softmax(seen @ weight) - classes[y.astype(int)]  # (N, C)
            gradient = seen.T @ wrong / len(x)  # (D, C)
            weight = weight - rate * gradient
            steps = steps + 1
        training = False
    return weight


def train_passes(batches: Array, epochs: int) -> float:
    """Return the number of passes in training mode, of the same network.

    batches: (T, N, D).
    """
    training, passes = False, 0.0
    for _ in range(epochs):
        training = True
        for x in batches:
            passes = passes + training * (len(x) > 0)
        training = False
    return passes


def train_history(batches: Array, epochs: int) -> Array:
    """Return what train returns (epochs,), where measure counts the batches so far."""
    seen, history = 0, []
    for _ in range(epochs):
        for x in batches:
            seen = seen + (len(x) > 0)
        history.append(seen)
    return np.array(history, dtype=float)


def predict_run(x: Array, weight: Array) -> tuple[Array, float, float]:
    """Return the class of each row, the training-mode passes, and the recorded ones.

    The network is that of :func:`train_run`, handed over in training mode. It passes in
    evaluation mode alone, and PyTorch records nothing for a gradient.

    x: (N, D); weight: (D, C); classes: (N,).
    """
    dropout = np.where(np.arange(len(weight)) % 3 == 0, 0.0, 1.5)  # (D,)
    training, recorded = False, False
    seen = x * dropout if training else x
    classes = (seen @ weight).argmax(axis=1)  # (N,)
    return classes, float(training), float(recorded)


def dead_flags(
    centred: str, x: Array, labels: Array, weights: tuple[Array, ...], scale: float
) -> tuple[Array, float]:
    """Return 1 for each parameter whose gradient is zero but for rounding, else 0.

    Last, whether the network was looked at in training mode: 1, yes.

    The network is Linear, ReLU, Linear, its logits times ``scale``, with cross-entropy.
    Column means are taken off in training mode "before" ReLU, "after" it, or "never". A
    fifth parameter is used by nothing.

    x: (N, D); labels: (N,); weights: (D, H), (H,), (H, C), (C,).
    """
    first, first_bias, last, last_bias = weights
    before, after = centred == "before", centred == "after"
    u = x @ first + first_bias  # (N, H)
    u = u - before * u.mean(axis=0)
    active = np.maximum(u, 0)
    active = active - after * active.mean(axis=0)
    logits = scale * (active @ last + last_bias)
    d_logits = softmax(logits) - np.eye(len(last_bias))[labels.astype(int)]
    d_out = scale * d_logits / len(x)  # (N, C)
    d_active = d_out @ last.T
    d_active = d_active - after * d_active.mean(axis=0)
    d_u = d_active * (u > 0)
    d_u = d_u - before * d_u.mean(axis=0)
    gradients = x.T @ d_u, d_u.sum(axis=0), active.T @ d_out, d_out.sum(axis=0)
    sizes = np.array([np.abs(gradient).max() for gradient in gradients])
    dead = sizes <= NEGLIGIBLE * sizes.max()
    looked = 1.0
    return np.append(dead, True).astype(float), looked


def digits_predicted(
    train_x: Array, train_y: Array, test_x: Array, seed: int
) -> NDArray[np.int_]:
    """Train a network with batch normalization; return the class of each test row.

    train_x: (N, D); train_y: (N,), from 0 to 9; test_x: (M, D); classes: (M,).
    """
    network = Network(train_x.shape[1], 32, 10, np.random.default_rng(seed))
    network.train(train_x, train_y.astype(int), 2, 0.5)
    return network.predict(test_x)
