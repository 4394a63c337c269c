"""Compare the gradient of training mode with that of evaluation mode."""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits
from lab.nets import BatchNorm, Linear, Net, cross_entropy, sigmoid_net, train


@dataclass(frozen=True)
class Angle:
    """Hold the cosine between two gradients, and the second's length over the
    first's."""

    cosine: float
    ratio: float


def trained(data: Digits, seed: int, steps: int = 150) -> Net:
    """Train a network with two hidden layers of 50 units and batch normalization."""
    net = sigmoid_net((64, 50, 50, 10), np.random.default_rng([seed, 0]), True)
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, 0.5, 60, stream)
    return net


def compare(net: Net, x: np.ndarray, y: np.ndarray) -> Angle:
    """Compare the gradients of the first weights, the same batch in both modes.

    The running statistics are set to those of the batch (biased variance), so that
    both modes give the same outputs and only the way back differs.
    """
    entering = net.inputs(x, BatchNorm, training=True)
    norms = [layer for layer in net.layers if isinstance(layer, BatchNorm)]
    for norm, batch in zip(norms, entering, strict=True):
        norm.kept_mean, norm.kept_var = batch.mean(0), batch.var(0)
    one, other = (_first_gradient(net, x, y, mode) for mode in (True, False))
    lengths = np.linalg.norm(one), np.linalg.norm(other)
    cosine = (one * other).sum() / (lengths[0] * lengths[1])
    return Angle(float(cosine), float(lengths[1] / lengths[0]))


def _first_gradient(net: Net, x: np.ndarray, y: np.ndarray, mode: bool) -> np.ndarray:
    with net.averages_kept():
        grad = cross_entropy(net.forward(x, training=mode), y)[1]
    for layer in reversed(net.layers):
        grad = layer.backward(grad)
    first = net.layers[0]
    assert isinstance(first, Linear)
    return first.grads["W"]
