"""Add up the gradients of small batches and compare with those of the large one."""

import numpy as np

from lab.data import Digits
from lab.nets import Net
from lab.parts import Normalization, every_layer, relu_net

WIDTHS = (64, 50, 50, 10)


def gradient(net: Net, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return all parameters' gradients as one long vector."""
    net.gradients(x, y)
    return np.concatenate(
        [
            layer.grads[name].ravel()
            for layer in every_layer(net.layers)
            for name in sorted(layer.grads)
        ]
    )


def accumulated(net: Net, x: np.ndarray, y: np.ndarray, parts: int) -> np.ndarray:
    """Return the mean of the gradients of ``parts`` equal parts of the batch."""
    pieces = zip(np.split(x, parts), np.split(y, parts), strict=True)
    return np.mean([gradient(net, *piece) for piece in pieces], axis=0)


def mismatch(
    data: Digits, batch_norm: bool, parts: int, seed: int, size: int = 64
) -> float:
    """Return |accumulated - whole| / |whole| for the gradient of one batch."""
    norm = Normalization if batch_norm else None
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]), norm)
    rows = np.random.default_rng([seed, 1]).choice(len(data.train_y), size, False)
    x, y = data.train_x[rows], data.train_y[rows]
    whole = gradient(net, x, y)
    apart = accumulated(net, x, y, parts) - whole
    return float(np.linalg.norm(apart) / np.linalg.norm(whole))
