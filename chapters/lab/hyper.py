"""Vary epsilon and momentum, in training and when a network is carried elsewhere."""

import numpy as np

from lab.data import Digits
from lab.nets import Net, train
from lab.parts import Normalization, norms_of, relu_net

WIDTHS = (64, 50, 50, 10)


def trained(
    data: Digits,
    seed: int,
    eps: float = 1e-5,
    momentum: float = 0.1,
    steps: int = 200,
    size: int = 16,
) -> Net:
    """Train a ReLU network at learning rate 0.3 with the two settings given."""
    net = relu_net(
        WIDTHS,
        np.random.default_rng([seed, 0]),
        lambda width: Normalization(width, momentum, eps),
    )
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, 0.3, size, stream)
    return net


def carried(net: Net, data: Digits, eps: float) -> float:
    """Return the test accuracy in evaluation mode with another epsilon."""
    kept = [norm.eps for norm in norms_of(net)]
    for norm in norms_of(net):
        norm.eps = eps
    score = net.accuracy(data.test_x, data.test_y)
    for norm, old in zip(norms_of(net), kept, strict=True):
        norm.eps = old
    return score
