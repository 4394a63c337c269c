"""Test on images whose brightness or contrast moved since training."""

import numpy as np

from lab.data import Digits
from lab.nets import Net, train
from lab.parts import Normalization, relu_net

WIDTHS = (64, 50, 50, 10)
SHIFTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)


def trained(data: Digits, batch_norm: bool, rate: float, seed: int) -> Net:
    """Return a trained ReLU network with or without batch normalization."""
    norm = Normalization if batch_norm else None
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]), norm)
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, 300, rate, 32, stream)
    return net


def brighter_scores(net: Net, data: Digits) -> np.ndarray:
    """Return the test accuracy with each of ``SHIFTS`` added to all pixels."""
    return np.array(
        [net.accuracy(data.test_x + shift, data.test_y) for shift in SHIFTS]
    )
