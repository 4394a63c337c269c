"""Start gamma at other values than 1: in a plain network and in a residual one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lab.data import Digits, batches
from lab.nets import Layer, Linear, Net, train
from lab.parts import (
    Normalization,
    ReLU,
    Residual,
    descend,
    he_linear,
    norms_of,
    relu_net,
)

WIDTHS = (64, 40, 40, 40, 10)
Start = Callable[[np.random.Generator, int], np.ndarray]
STARTS: dict[str, Start] = {
    "1": lambda rng, width: np.ones(width),
    "0.1": lambda rng, width: np.full(width, 0.1),
    "normal(0, 1)": lambda rng, width: rng.normal(0, 1, width),
    "0": lambda rng, width: np.zeros(width),
}


def started_accuracy(
    data: Digits, start: str, rate: float, seed: int, steps: int = 60, size: int = 64
) -> float:
    """Train a plain ReLU network whose gammas begin as ``start`` says; test it."""
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]))
    draw = np.random.default_rng([seed, 2])
    for norm in norms_of(net):
        norm.params["gamma"] = STARTS[start](draw, len(norm.kept_mean))
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, rate, size, stream)
    return net.accuracy(data.test_x, data.test_y)


def residual_net(
    blocks: int, width: int, last_gamma: float, rng: np.random.Generator
) -> Net:
    """Build Linear, then blocks x + BN(W relu(BN(W x))), then ReLU and Linear.

    ``last_gamma`` is where the gammas of each branch's last normalization begin.
    """
    layers: list[Layer] = [he_linear(64, width, rng), Normalization(width)]
    for _ in range(blocks):
        last = Normalization(width)
        last.params["gamma"] = np.full(width, last_gamma)
        branch = [Linear(width, width, rng), Normalization(width), ReLU()]
        layers.append(Residual([*branch, Linear(width, width, rng), last]))
    return Net([*layers, Normalization(width), ReLU(), Linear(width, 10, rng)])


def trunk_variance(net: Net, x: np.ndarray) -> np.ndarray:
    """Return the mean variance over ``x`` after each block, in training mode."""
    seen = []
    with net.averages_kept():
        for layer in net.layers:
            x = layer.forward(x, training=True)
            if isinstance(layer, Residual):
                seen.append(x.var(0).mean())
    return np.array(seen)


@dataclass(frozen=True)
class Descent:
    """Hold the loss of each step, (steps,), and the test accuracy at the end."""

    loss: np.ndarray
    accuracy: float


def residual_run(
    data: Digits,
    last_gamma: float,
    rate: float,
    seed: int,
    blocks: int = 5,
    width: int = 24,
    steps: int = 40,
    size: int = 64,
) -> Descent:
    """Train the residual network with plain gradient descent."""
    net = residual_net(blocks, width, last_gamma, np.random.default_rng([seed, 0]))
    stream = batches(data.train_x, data.train_y, size, np.random.default_rng([seed, 1]))
    losses = []
    for _ in range(steps):
        losses.append(net.gradients(*next(stream)))
        descend(net, rate)
    return Descent(np.array(losses), net.accuracy(data.test_x, data.test_y))
