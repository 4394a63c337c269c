"""Combine dropout with batch normalization and compare the variances of two modes."""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits
from lab.lag import precise
from lab.nets import Layer, Linear, Net, train
from lab.parts import Dropout, Normalization, ReLU, he_linear, norms_of

WIDTHS = (64, 50, 50, 10)


def dropout_net(p: float, place: str, rng: np.random.Generator) -> Net:
    """Build three Linear layers, two of them with normalization and ReLU.

    ``place`` "between" drops the outputs of the first ReLU, so that the second
    normalization sees them; "last" drops those of the second, after all normalization.
    """
    wide, middle, high, classes = WIDTHS
    dropped: list[Layer] = [Dropout(p, rng)]
    return Net(
        [
            he_linear(wide, middle, rng),
            Normalization(middle),
            ReLU(),
            *(dropped if place == "between" else []),
            he_linear(middle, high, rng),
            Normalization(high),
            ReLU(),
            *(dropped if place == "last" else []),
            Linear(high, classes, rng),
        ]
    )


@dataclass(frozen=True)
class Shift:
    """Hold the second normalization's variances, (units,), and two accuracies.

    ``kept`` is the running variance after training, ``faced`` the variance of what
    enters in evaluation mode, ``foreseen`` the variance with dropout that formula
    (shift) of the chapter predicts from the inputs without. ``repaired`` is the
    test accuracy with statistics recomputed on the training images without dropout.
    """

    kept: np.ndarray
    faced: np.ndarray
    foreseen: np.ndarray
    running: float
    repaired: float


def foreseen_variance(x: np.ndarray, weights: np.ndarray, p: float) -> np.ndarray:
    """Return the variance of dropout(x) W over rows of x and over masks, (units,).

    It is Var(x W) + p / (1 - p) * sum_i E[x_i^2] w_i^2.
    """
    return (x @ weights).var(0) + p / (1 - p) * (x**2).mean(0) @ weights**2


def shift_run(
    data: Digits,
    p: float,
    place: str,
    seed: int,
    steps: int = 150,
    rate: float = 0.3,
    size: int = 64,
) -> Shift:
    """Train with dropout, then measure in evaluation mode on the training images."""
    net = dropout_net(p, place, np.random.default_rng([seed, 0]))
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, rate, size, stream)
    linear = [layer for layer in net.layers if isinstance(layer, Linear)][1]
    fed = net.inputs(data.train_x, Linear)[1]
    seen = p if place == "between" else 0.0
    running = net.accuracy(data.test_x, data.test_y)
    faced = net.inputs(data.train_x, Normalization)[1].var(0)
    for layer in net.layers:
        if isinstance(layer, Dropout):
            layer.p = 0.0
    kept = norms_of(net)[1].kept_var
    foreseen = foreseen_variance(fed, linear.params["W"], seen)
    with precise(net, data.train_x):
        repaired = net.accuracy(data.test_x, data.test_y)
    return Shift(kept, faced, foreseen, running, repaired)
