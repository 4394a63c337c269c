"""What the exercise ``training`` computes, in NumPy.

The student writes a layer, a network and a training loop in PyTorch. Cells of the
notebook that are given call them under the names below, with arrays in and arrays out,
so that their results can be compared with these. Conventions are PyTorch's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograder.reference.training_layer import (
    layer_backward,
    layer_beside,
    layer_counted,
    layer_eval,
    layer_kept,
    layer_modes,
    layer_remembered,
    layer_rests,
    layer_start,
    layer_train,
)
from autograder.reference.training_network import Network, softmax

__all__ = [
    "dead_flags",
    "digits_predicted",
    "layer_backward",
    "layer_beside",
    "layer_counted",
    "layer_eval",
    "layer_kept",
    "layer_modes",
    "layer_remembered",
    "layer_rests",
    "layer_start",
    "layer_train",
    "network_built",
    "network_forward",
    "predict_run",
    "train_history",
    "train_passes",
    "train_run",
]

Array = NDArray[np.floating]

#: A gradient this much smaller than its network's largest is zero but for rounding.
NEGLIGIBLE = 1e-6


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
    """Return what train returns (epochs,).

    Here measure counts its calls, and adds a tenth of the number of the last batch that
    passed in the epoch, 0 before any has passed.
    """
    last, history = 0.0, []
    for epoch in range(1, epochs + 1):
        for number in range(1, len(batches) + 1):
            last = number / 10
        history.append(epoch + last)
    return np.array(history)


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
