"""Train the same networks with one normalization or another in the same place."""

from collections.abc import Callable, Iterator

import numpy as np

from lab.data import Digits, batches
from lab.nets import BatchNorm, Layer, Linear, Net
from lab.normalizers import DynamicTanh, Renorm, RowNorm, Scale
from lab.parts import ReLU, Residual, descend, he_linear, relu_net

WIDTHS = (64, 64, 64, 10)
NORMS: dict[str, Callable[[int], Layer] | None] = {
    "none": None,
    "batch": BatchNorm,
    "batch renorm": lambda width: Renorm(width, plain=50),
    "layer": RowNorm,
    "group": lambda width: RowNorm(width, groups=8),
    "RMS": lambda width: RowNorm(width, centre=False),
    "dynamic tanh": DynamicTanh,
}


def few_classes(
    x: np.ndarray, y: np.ndarray, size: int, classes: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches of ``size`` rows that hold ``classes`` of the ten digits each.

    Each batch draws its digits anew, so that over time all come equally often.
    """
    of = [np.flatnonzero(y == digit) for digit in range(10)]
    while True:
        chosen = rng.choice(10, classes, replace=False)
        rows = rng.choice(np.concatenate([of[digit] for digit in chosen]), size)
        yield x[rows], y[rows]


def error(
    data: Digits,
    norm: str,
    rate: float,
    seed: int,
    classes: int | None = None,
    steps: int = 200,
    size: int = 32,
) -> float:
    """Train two hidden layers of 64 units; return the test error in evaluation mode.

    Without ``classes`` the batches are shuffled; with it, each holds that many digits.
    """
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]), NORMS[norm])
    rng = np.random.default_rng([seed, 1])
    stream = (
        few_classes(data.train_x, data.train_y, size, classes, rng)
        if classes
        else batches(data.train_x, data.train_y, size, rng)
    )
    return trained_error(net, data, stream, rate, steps)


def trained_error(
    net: Net,
    data: Digits,
    stream: Iterator[tuple[np.ndarray, np.ndarray]],
    rate: float,
    steps: int,
) -> float:
    """Take ``steps`` steps of gradient descent and return the test error.

    A network whose numbers overflow is counted as one that guesses.
    """
    with np.errstate(all="ignore"):
        for _ in range(steps):
            loss = net.gradients(*next(stream))
            if not np.isfinite(loss):
                return 0.9
            descend(net, rate)
        return 1 - net.accuracy(data.test_x, data.test_y)


def deep_error(
    data: Digits, kind: str, rate: float, seed: int, depth: int = 30, steps: int = 80
) -> float:
    """Train a residual network of ``depth`` blocks; return the test error.

    ``kind`` is "plain" (x + branch), "batch" (BatchNorm at the start of each branch)
    or "skipinit" (a learned factor at its end, which starts at 0).
    """
    rng = np.random.default_rng([seed, 0])
    net = Net(
        [
            Linear(64, 32, rng),
            *[Residual(_branch(kind, rng)) for _ in range(depth)],
            Linear(32, 10, rng),
        ]
    )
    stream = batches(data.train_x, data.train_y, 64, np.random.default_rng([seed, 1]))
    return trained_error(net, data, stream, rate, steps)


def _branch(kind: str, rng: np.random.Generator) -> list[Layer]:
    layers: list[Layer] = [ReLU(), he_linear(32, 32, rng)]
    if kind == "batch":
        return [BatchNorm(32), *layers]
    return [*layers, Scale(0.0)] if kind == "skipinit" else layers
