"""Let test images into the running statistics, and see what the test then says."""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits
from lab.nets import Net, train
from lab.parts import relu_net

WIDTHS = (64, 50, 50, 10)


def trained(data: Digits, seed: int, steps: int = 200) -> Net:
    """Return a ReLU network with batch normalization, trained on the digits."""
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]))
    stream = np.random.default_rng([seed, 1])
    train(net, data.train_x, data.train_y, steps, 0.3, 64, stream)
    return net


def greyed(x: np.ndarray) -> np.ndarray:
    """Return pixels (0 to 1) with less contrast on a grey ground: 0.25 + 0.5 x."""
    return 0.25 + 0.5 * x


def wrong_pass(net: Net, x: np.ndarray, size: int = 50) -> None:
    """Send ``x`` through in training mode, as a forgotten ``eval()`` does."""
    for start in range(0, len(x), size):
        net.forward(x[start : start + size], training=True)


@dataclass(frozen=True)
class Peek:
    """Hold accuracies in evaluation mode on the images ``x``: (passes + 1,)."""

    seen: np.ndarray  # on the images that were let in
    home: np.ndarray  # on the ordinary test images


def peek(data: Digits, grey: bool, seed: int, passes: int = 3) -> Peek:
    """Test, then let the test images into the statistics, and test again."""
    net = trained(data, seed)
    x = greyed(data.test_x) if grey else data.test_x
    seen, home = [], []
    for turn in range(passes + 1):
        seen.append(net.accuracy(x, data.test_y))
        home.append(net.accuracy(data.test_x, data.test_y))
        if turn < passes:
            wrong_pass(net, x)
    return Peek(np.array(seen), np.array(home))
