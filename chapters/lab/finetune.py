"""Fine-tune a trained network on few images of another kind, layer frozen or not."""

import copy

import numpy as np

from lab.data import Digits, batches
from lab.nets import Net, cross_entropy, train
from lab.parts import relu_net

WIDTHS = (64, 50, 50, 10)


def turned(x: np.ndarray) -> np.ndarray:
    """Return the images mirrored at the diagonal: rows become columns."""
    return x.reshape(-1, 8, 8).swapaxes(1, 2).reshape(-1, 64)


def pretrained(data: Digits, seed: int) -> Net:
    """Return a network that was trained on the ordinary digits."""
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]))
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, 200, 0.3, 64, stream)
    return net


def tuned_score(
    net: Net,
    data: Digits,
    frozen: bool,
    rate: float,
    seed: int,
    size: int,
    few: int = 100,
    steps: int = 100,
) -> float:
    """Fine-tune a copy of ``net`` on ``few`` mirrored images; test on mirrored ones.

    With ``frozen`` it trains in evaluation mode: the statistics are those of the
    ordinary digits and stay. Everything else learns in both cases.
    """
    net = copy.deepcopy(net)
    x, y = turned(data.train_x[:few]), data.train_y[:few]
    stream = batches(x, y, size, np.random.default_rng([seed, 2]))
    with np.errstate(over="ignore", invalid="ignore"):  # too high a rate may diverge
        for _ in range(steps):
            step_in_mode(net, *next(stream), rate, training=not frozen)
        return net.accuracy(turned(data.test_x), data.test_y)


def step_in_mode(
    net: Net, x: np.ndarray, y: np.ndarray, rate: float, training: bool
) -> None:
    """Take one step of gradient descent in the mode that is asked for."""
    _, grad = cross_entropy(net.forward(x, training), y)
    for layer in reversed(net.layers):
        grad = layer.backward(grad)
    net.step(rate)
