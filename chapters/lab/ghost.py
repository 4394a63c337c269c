"""Normalize over small groups of a batch: the normalization batch made its own number.

The gradient is always that of one batch of 32 images; only the number of images that
share a mean and a variance changes. Wu and He (2018) vary both together, which mixes
two effects. Hoffer et al. (2017) call the groups ghost batches.
"""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits, batches
from lab.finetune import step_in_mode
from lab.lag import precise
from lab.nets import Layer, Net, train
from lab.parts import Normalization, relu_net

WIDTHS = (64, 50, 50, 10)


class GhostNorm(Normalization):
    """Normalize consecutive groups of ``size`` rows, each by its own statistics.

    Running statistics: averages of the groups' means and unbiased variances. A last
    group that is not full is refused by NumPy's reshape.
    """

    def __init__(self, width: int, size: int, momentum: float = 0.1) -> None:
        super().__init__(width, momentum)
        self.size = size

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.training = training
        if not training:
            return super().forward(x, training)
        groups = x.reshape(-1, min(self.size, len(x)), x.shape[1])  # (groups, size, D)
        centre, var = groups.mean(1, keepdims=True), groups.var(1, keepdims=True)
        self.groups_spread = np.sqrt(var + self.eps)
        self.groups_z = (groups - centre) / self.groups_spread
        self.z = self.groups_z.reshape(x.shape)
        self._keep(centre.mean((0, 1)), var.mean((0, 1)), groups.shape[1])
        return self.params["gamma"] * self.z + self.params["beta"]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self.training:
            return super().backward(grad)
        self.grads = {"gamma": (grad * self.z).sum(0), "beta": grad.sum(0)}
        dz = (grad * self.params["gamma"]).reshape(self.groups_z.shape)
        along_z = self.groups_z * (dz * self.groups_z).mean(1, keepdims=True)
        inner = dz - dz.mean(1, keepdims=True) - along_z
        return (inner / self.groups_spread).reshape(grad.shape)


class LayerNorm(Layer):
    """Normalize each row over its features, then scale and shift each feature.

    Nothing depends on the batch, and both modes are the same. Source: Ba et al. (2016).
    """

    def __init__(self, width: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.params = {"gamma": np.ones(width), "beta": np.zeros(width)}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.spread = np.sqrt(x.var(1, keepdims=True) + self.eps)
        self.z = (x - x.mean(1, keepdims=True)) / self.spread
        return self.params["gamma"] * self.z + self.params["beta"]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.grads = {"gamma": (grad * self.z).sum(0), "beta": grad.sum(0)}
        dz = grad * self.params["gamma"]
        along_z = self.z * (dz * self.z).mean(1, keepdims=True)
        return (dz - dz.mean(1, keepdims=True) - along_z) / self.spread


@dataclass(frozen=True)
class Errors:
    """Hold test errors of one network under three kinds of statistics."""

    running: float  # evaluation mode, as trained
    exact: float  # evaluation mode, statistics of all training images
    batch: float  # training mode, in groups of the training's size


def dense_errors(
    data: Digits, size: int, seed: int, steps: int = 200, rate: float = 0.3
) -> Errors:
    """Train a dense network with groups of ``size`` and return its test errors."""
    net = relu_net(
        WIDTHS, np.random.default_rng([seed, 0]), lambda width: GhostNorm(width, size)
    )
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, rate, 32, stream)
    running = 1 - net.accuracy(data.test_x, data.test_y)
    return Errors(running, 1 - exact_accuracy(net, data), 1 - grouped(net, data))


def finished_errors(data: Digits, seed: int, more: int = 100) -> tuple[float, float]:
    """Train with pairs, then ``more`` steps; return test errors of two ways to do so.

    First: as before. Second: in evaluation mode, with the running statistics frozen,
    which Wu and Johnson (2021) propose. Learning rate 0.03 for these steps.
    """
    found = []
    for training in (True, False):
        net = relu_net(
            WIDTHS, np.random.default_rng([seed, 0]), lambda width: GhostNorm(width, 2)
        )
        stream = np.random.default_rng([seed, 1])
        train(net, data.train_x, data.train_y, 200, 0.3, 32, stream)
        rest = batches(data.train_x, data.train_y, 32, np.random.default_rng([seed, 2]))
        for _ in range(more):
            step_in_mode(net, *next(rest), rate=0.03, training=training)
        found.append(1 - net.accuracy(data.test_x, data.test_y))
    return found[0], found[1]


def exact_accuracy(net: Net, data: Digits) -> float:
    """Return the test accuracy with the statistics of all training images as one."""
    ghosts = [layer for layer in net.layers if isinstance(layer, GhostNorm)]
    sizes = [layer.size for layer in ghosts]
    for layer in ghosts:
        layer.size = len(data.train_y)
    with precise(net, data.train_x):
        accuracy = net.accuracy(data.test_x, data.test_y)
    for layer, size in zip(ghosts, sizes, strict=True):
        layer.size = size
    return accuracy


def grouped(net: Net, data: Digits) -> float:
    """Return the test accuracy in training mode, on the first 480 test images."""
    with net.averages_kept():
        return net.accuracy(data.test_x[:480], data.test_y[:480], training=True)


def layer_error(data: Digits, seed: int, steps: int = 200, rate: float = 0.3) -> float:
    """Return the test error of the same network with layer normalization."""
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]), LayerNorm)
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, rate, 32, stream)
    return 1 - net.accuracy(data.test_x, data.test_y)
