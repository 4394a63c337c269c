"""Show that an example's output depends on its batch mates, and what that can leak."""

from collections.abc import Iterator

import numpy as np

from lab.data import Digits
from lab.nets import Net
from lab.parts import relu_net


def sway(net: Net, data: Digits, size: int, seed: int, draws: int = 40) -> float:
    """Return how far one image's logits vary with its mates, in training mode.

    The first test image goes through with ``draws`` random sets of ``size`` - 1
    training images. The result is the standard deviation of its logits over the
    draws, averaged over the ten logits.
    """
    rng = np.random.default_rng(seed)
    seen = []
    with net.averages_kept():
        for _ in range(draws):
            rows = rng.choice(len(data.train_y), size - 1, replace=False)
            batch = np.vstack([data.test_x[:1], data.train_x[rows]])
            seen.append(net.forward(batch, training=True)[0])
    return float(np.std(seen, axis=0).mean())


def company(
    rng: np.random.Generator, size: int = 16, width: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a batch whose labels can be told from the company alone.

    Each batch has a brightness of its own, drawn with standard deviation 5. Half of
    its rows lie 1 above it and have the label 1, half 1 below with the label 0. All
    ``width`` features see the same, with noise 0.3. A single row tells little: what
    is bright in one batch is dark in another.
    """
    y = rng.permutation(np.arange(size) % 2)
    ground = rng.normal(0, 5)
    return ground + (2 * y - 1)[:, None] + rng.normal(0, 0.3, (size, width)), y


def company_scores(batch_norm: bool, seed: int, steps: int = 300) -> tuple[float, ...]:
    """Train on ``company`` and return the accuracy in training and evaluation mode.

    Both are on the same fresh batches of the same kind.
    """
    rng = np.random.default_rng([seed, 0])
    net = relu_net((8, 32, 2), rng) if batch_norm else relu_net((8, 32, 2), rng, None)
    for _ in range(steps):
        net.gradients(*company(rng))
        net.step(0.03)
    fresh = [company(rng) for _ in range(100)]
    return tuple(_accuracy(net, fresh, training) for training in (True, False))


def _accuracy(
    net: Net, fresh: list[tuple[np.ndarray, np.ndarray]], training: bool
) -> float:
    with net.averages_kept():
        return float(np.mean([net.accuracy(x, y, training) for x, y in fresh]))


def few_classes(
    data: Digits, classes: int, size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches that hold only ``classes`` of the ten digits, drawn anew each."""
    while True:
        chosen = rng.choice(10, classes, replace=False)
        pool = np.flatnonzero(np.isin(data.train_y, chosen))
        rows = rng.choice(pool, size, replace=False)
        yield data.train_x[rows], data.train_y[rows]


def sorted_scores(
    data: Digits, classes: int, seed: int, steps: int = 200
) -> tuple[float, float, float]:
    """Train on batches of few classes and return three accuracies.

    In training mode on training batches of the same kind; in evaluation mode on the
    test images; in training mode on all test images as one mixed batch.
    """
    net = relu_net((64, 50, 50, 10), np.random.default_rng([seed, 0]))
    stream = few_classes(data, classes, 32, np.random.default_rng([seed, 1]))
    for _ in range(steps):
        net.gradients(*next(stream))
        net.step(0.1)
    own = _accuracy(net, [next(stream) for _ in range(30)], training=True)
    with net.averages_kept():
        mixed = net.accuracy(data.test_x, data.test_y, training=True)
    return own, net.accuracy(data.test_x, data.test_y), mixed
