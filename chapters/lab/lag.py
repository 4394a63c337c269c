"""Watch running statistics follow a network that changes while they are averaged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from lab.data import Digits
from lab.nets import Net, train
from lab.parts import Normalization, norms_of, relu_net

WIDTHS = (64, 50, 50, 10)
TIMES = (0, 5, 10, 15, 20, 30, 45, 60, 90)


def recompute(net: Net, x: np.ndarray) -> None:
    """Set the running statistics to those of ``x`` under the present weights.

    One pass in training mode with all of ``x`` as a single batch: what Wu and Johnson
    (2021) call PreciseBN, without their approximation by many batches.
    """
    norms = [norm for norm in norms_of(net) if isinstance(norm, Normalization)]
    kept = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    net.forward(x, training=True)
    for norm, momentum in zip(norms, kept, strict=True):
        norm.momentum = momentum


@contextmanager
def precise(net: Net, x: np.ndarray) -> Iterator[None]:
    """Evaluate with the statistics of ``x`` inside; put the running ones back after."""
    with net.averages_kept():
        recompute(net, x)
        yield


@dataclass(frozen=True)
class Lag:
    """Hold test accuracies at ``steps``: with running and with exact statistics."""

    steps: np.ndarray
    running: np.ndarray
    exact: np.ndarray


def lag_run(
    data: Digits,
    seed: int,
    momentum: float = 0.1,
    times: tuple[int, ...] = TIMES,
    rate: float = 1.0,
    size: int = 512,
) -> Lag:
    """Train a ReLU network and test it at ``times`` with both statistics.

    The exact statistics are those of the training images under the weights of the
    moment. Testing changes nothing in the training.
    """
    net = relu_net(
        WIDTHS,
        np.random.default_rng([seed, 0]),
        lambda width: Normalization(width, momentum),
    )
    seen = []

    def watch(step: int) -> None:
        if step in times:
            running = net.accuracy(data.test_x, data.test_y)
            with precise(net, data.train_x):
                exact = net.accuracy(data.test_x, data.test_y)
            seen.append((step, running, exact))

    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, max(times), rate, size, stream, watch)
    return Lag(*(np.array(column) for column in zip(*seen, strict=True)))
