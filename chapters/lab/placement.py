"""Train the same network with the normalization before or after its nonlinearity."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from lab.data import Digits
from lab.nets import Layer, Linear, Net, Sigmoid, train
from lab.parts import Normalization, ReLU, he_linear

WIDTHS = (64, 40, 40, 10)
PLACES = ("before", "after")
KINDS: dict[str, Callable[[], Layer]] = {"ReLU": ReLU, "sigmoid": Sigmoid}


def placed_net(place: str, kind: str, rng: np.random.Generator) -> Net:
    """Build Linear, nonlinearity and normalization in the order that ``place`` says."""
    layers: list[Layer] = []
    for fan_in, fan_out in pairwise(WIDTHS[:-1]):
        make = he_linear if kind == "ReLU" else Linear
        layers.append(make(fan_in, fan_out, rng))
        layers += [Normalization(fan_out)] if place == "before" else []
        layers.append(KINDS[kind]())
        layers += [Normalization(fan_out)] if place == "after" else []
    layers.append(Linear(WIDTHS[-2], WIDTHS[-1], rng))
    return Net(layers)


def placed_accuracy(
    data: Digits,
    place: str,
    kind: str,
    rate: float,
    seed: int,
    steps: int = 80,
    size: int = 64,
) -> float:
    """Return the test accuracy after ``steps`` steps of plain gradient descent.

    The same seed gives the same weights and batches for every place and rate.
    """
    net = placed_net(place, kind, np.random.default_rng([seed, 0]))
    stream = np.random.default_rng([seed, 1])
    with np.errstate(over="ignore", invalid="ignore"):  # too high a rate may diverge
        train(net, data.train_x, data.train_y, steps, rate, size, stream)
        return net.accuracy(data.test_x, data.test_y)
