"""Train with and without a bias in front of batch normalization."""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits, batches
from lab.nets import Linear, Net, cross_entropy
from lab.parts import relu_net

WIDTHS = (64, 40, 40, 10)


@dataclass(frozen=True)
class Twin:
    """Hold one run: the loss of each step, the largest bias gradient, the network."""

    loss: np.ndarray
    largest: float
    net: Net


def dead_biases(net: Net) -> list[Linear]:
    """Return the Linear layers in front of a normalization: all but the last."""
    return [layer for layer in net.layers[:-1] if isinstance(layer, Linear)]


def twin(
    data: Digits,
    biased: bool,
    seed: int,
    steps: int = 100,
    rate: float = 0.3,
    size: int = 64,
) -> Twin:
    """Train with random, trained biases, or with biases held at zero.

    The same seed gives both the same weights and the same batches.
    """
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]))
    draw = np.random.default_rng([seed, 2])
    for layer in dead_biases(net) if biased else []:
        layer.params["b"] = draw.normal(0, 1, layer.params["b"].shape)
    stream = batches(data.train_x, data.train_y, size, np.random.default_rng([seed, 1]))
    losses, largest = [], 0.0
    for _ in range(steps):
        losses.append(net.gradients(*next(stream)))
        for layer in dead_biases(net):
            largest = max(largest, float(np.abs(layer.grads["b"]).max()))
            layer.grads["b"] = layer.grads["b"] * biased
        net.step(rate)
    return Twin(np.array(losses), largest, net)


def live_gradient(net: Net, x: np.ndarray, y: np.ndarray) -> float:
    """Return the first bias's largest gradient in evaluation mode (frozen statistics).

    The running statistics are constants there, and nothing subtracts the bias again.
    """
    _, grad = cross_entropy(net.forward(x, training=False), y)
    for layer in reversed(net.layers):
        grad = layer.backward(grad)
    return float(np.abs(dead_biases(net)[0].grads["b"]).max())
