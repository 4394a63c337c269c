"""Record what enters a network's sigmoids while the network trains."""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits
from lab.nets import BatchNorm, Net, Sigmoid, sigmoid_net, train

WIDTHS = (64, 100, 100, 100, 10)


@dataclass(frozen=True)
class Drift:
    """Hold one training run, observed at ``steps``; T observations, L hidden layers.

    ``mean`` and ``std`` (T, L, units) are taken over all training images for each
    unit's input; ``bands`` (T, L, 3) are the 15th, 50th and 85th percentile of the
    input of the first unit in each layer; ``accuracy`` (T,) is on the test images.
    """

    steps: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    bands: np.ndarray
    accuracy: np.ndarray
    net: Net

    def spread(self) -> np.ndarray:
        """Return the median over the units of each layer's ``std``: (T, L)."""
        return np.median(self.std, axis=2)

    def travel(self) -> np.ndarray:
        """Return how far each unit's mean is from where it began, median: (T, L)."""
        return np.median(np.abs(self.mean - self.mean[0]), axis=2)


def record(
    data: Digits,
    batch_norm: bool,
    seed: int,
    steps: int = 400,
    rate: float = 1.0,
    size: int = 60,
    every: int = 20,
) -> Drift:
    """Train a sigmoid network with three hidden layers of 100 units, and watch it.

    The inputs are observed in training mode, with all training images as one batch,
    every ``every`` steps. The same seed gives the same weights and the same batches
    with and without batch normalization.
    """
    net = sigmoid_net(WIDTHS, np.random.default_rng([seed, 0]), batch_norm)
    seen: list[tuple] = []

    def watch(step: int) -> None:
        if step % every == 0:
            with net.averages_kept():
                entering = np.stack(net.inputs(data.train_x, Sigmoid, training=True))
            bands = np.percentile(entering[:, :, 0], [15, 50, 85], axis=1).T
            score = net.accuracy(data.test_x, data.test_y)
            seen.append((step, entering.mean(1), entering.std(1), bands, score))

    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, rate, size, stream, watch)
    return Drift(*(np.array(column) for column in zip(*seen, strict=True)), net=net)


def scales(net: Net) -> tuple[np.ndarray, np.ndarray]:
    """Return all gammas and all betas of the network's BatchNorm layers, in a row."""
    norms = [layer for layer in net.layers if isinstance(layer, BatchNorm)]
    return (
        np.concatenate([layer.params["gamma"] for layer in norms]),
        np.concatenate([layer.params["beta"] for layer in norms]),
    )


def accuracy_by_batch(net: Net, data: Digits, size: int, seed: int) -> float:
    """Return the test accuracy in training mode, in shuffled batches of ``size``.

    What a forgotten switch to evaluation mode costs. Rows that do not fill a batch
    are left out.
    """
    order = np.random.default_rng(seed).permutation(len(data.test_y))
    groups = order[: len(order) // size * size].reshape(-1, size)
    hits = []
    for rows in groups:
        with net.averages_kept():
            hits.append(net.accuracy(data.test_x[rows], data.test_y[rows], True))
    return float(np.mean(hits))
