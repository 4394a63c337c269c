"""Record the curves of a training run: one loss, in two modes, on two sets."""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits
from lab.nets import Net, train
from lab.parts import Normalization, relu_net

WIDTHS = (64, 50, 50, 10)


@dataclass(frozen=True)
class Curves:
    """Hold losses at ``steps``, (T,), the weights' length there, and the network.

    ``batch_mode`` is the loss on the training images in batches of the training's
    size, in training mode; ``train`` and ``test`` are in evaluation mode.
    """

    steps: np.ndarray
    batch_mode: np.ndarray
    train: np.ndarray
    test: np.ndarray
    net: Net


def in_batches(net: Net, data: Digits, size: int, seed: int) -> float:
    """Return the training loss in training mode, without touching the averages."""
    order = np.random.default_rng(seed).permutation(len(data.train_y))[: 8 * size]
    losses = []
    with net.averages_kept():
        for rows in order.reshape(-1, size):
            losses.append(net.loss(data.train_x[rows], data.train_y[rows]))
    return float(np.mean(losses))


def curves(
    data: Digits,
    seed: int,
    rate: float = 0.3,
    momentum: float = 0.1,
    steps: int = 160,
    size: int = 16,
    every: int = 20,
) -> Curves:
    """Train a ReLU network and record its losses every few steps."""
    net = relu_net(
        WIDTHS,
        np.random.default_rng([seed, 0]),
        lambda width: Normalization(width, momentum),
    )
    seen = []

    def watch(step: int) -> None:
        if step % every == 0:
            own = in_batches(net, data, size, step)
            kept = net.loss(data.train_x, data.train_y, training=False)
            new = net.loss(data.test_x, data.test_y, training=False)
            seen.append((step, own, kept, new))

    stream = np.random.default_rng([seed, 1])
    with np.errstate(over="ignore", invalid="ignore"):
        train(net, data.train_x, data.train_y, steps, rate, size, stream, watch)
    return Curves(*(np.array(column) for column in zip(*seen, strict=True)), net=net)
