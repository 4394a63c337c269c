"""Watch the length and the direction of weights whose scale does not matter."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from lab.data import Digits, batches
from lab.nets import BatchNorm, Linear, Net
from lab.parts import norms_of, relu_net

WIDTHS = (64, 40, 40, 10)


@dataclass(frozen=True)
class Lengths:
    """Hold, per step, what the second layer's weights do; and the test accuracy.

    ``length`` is the Frobenius norm of W, ``turn`` the angle in radians between W
    before and after the step, ``product`` the inner product of W with its gradient.
    """

    length: np.ndarray
    turn: np.ndarray
    product: np.ndarray
    accuracy: float


def shrink(net: Net, decay: float, scales: bool) -> None:
    """Add ``decay`` times each weight to its gradient.

    Only the weights in front of a normalization are decayed, not the last layer's;
    with ``scales``, gamma and beta too.
    """
    for layer, follower in zip(net.layers[:-1], net.layers[1:], strict=True):
        if isinstance(layer, Linear) and isinstance(follower, BatchNorm):
            layer.grads["W"] = layer.grads["W"] + decay * layer.params["W"]
    for norm in norms_of(net) if scales else []:
        for name in ("gamma", "beta"):
            norm.grads[name] = norm.grads[name] + decay * norm.params[name]


def angle(before: np.ndarray, after: np.ndarray) -> float:
    """Return the angle in radians between two weight matrices as long vectors."""
    cosine = (before * after).sum() / np.linalg.norm(before) / np.linalg.norm(after)
    return float(np.arccos(np.clip(cosine, -1, 1)))


def second_linear(net: Net) -> Linear:
    """Return the second Linear layer, whose weights are watched."""
    return [layer for layer in net.layers if isinstance(layer, Linear)][1]


def rescaled_losses(
    data: Digits, factor: float, boost: float, seed: int, steps: int = 50
) -> np.ndarray:
    """Return the losses with one layer's W times ``factor``, its rate times ``boost``.

    The layer is the second one, in front of a normalization; learning rate 0.3.
    """
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]))
    layer = second_linear(net)
    layer.params["W"] = layer.params["W"] * factor
    stream = batches(data.train_x, data.train_y, 64, np.random.default_rng([seed, 1]))
    losses = []
    for _ in range(steps):
        losses.append(net.gradients(*next(stream)))
        layer.grads["W"] = layer.grads["W"] * boost
        net.step(0.3)
    return np.array(losses)


class Adam:
    """Turn one parameter's gradients into the directions of Adam's steps.

    A mean of the gradients is divided by the root of a mean of their squares, so that
    the length of the gradients has no influence. Source: Kingma and Ba (2015).
    """

    def __init__(self) -> None:
        self.mean, self.square, self.count = 0.0, 0.0, 0

    def direction(self, grad: np.ndarray) -> np.ndarray:
        """Return what the learning rate multiplies at this step."""
        self.count += 1
        self.mean = 0.9 * self.mean + 0.1 * grad
        self.square = 0.999 * self.square + 0.001 * grad**2
        mean = self.mean / (1 - 0.9**self.count)
        return mean / (np.sqrt(self.square / (1 - 0.999**self.count)) + 1e-10)


def adam_losses(
    data: Digits, factor: float, boost: float, seed: int, steps: int = 50
) -> np.ndarray:
    """Return the losses as ``rescaled_losses`` does, by Adam at a rate of 0.01."""
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]))
    scaled = second_linear(net)
    scaled.params["W"] = scaled.params["W"] * factor
    stream = batches(data.train_x, data.train_y, 64, np.random.default_rng([seed, 1]))
    adams: dict[tuple[int, str], Adam] = defaultdict(Adam)
    losses = []
    for _ in range(steps):
        losses.append(net.gradients(*next(stream)))
        for place, layer in enumerate(net.layers):
            for name, grad in layer.grads.items():
                rate = 0.01 * (boost if layer is scaled and name == "W" else 1)
                turn = rate * adams[place, name].direction(grad)
                layer.params[name] = layer.params[name] - turn
    return np.array(losses)


def decay_run(
    data: Digits,
    rate: float,
    decay: float,
    seed: int,
    steps: int = 300,
    size: int = 64,
    scales: bool = False,
) -> Lengths:
    """Train with weight decay and watch the second layer's weights."""
    net = relu_net(WIDTHS, np.random.default_rng([seed, 0]))
    watched = second_linear(net)
    stream = batches(data.train_x, data.train_y, size, np.random.default_rng([seed, 1]))
    seen = []
    for _ in range(steps):
        net.gradients(*next(stream))
        before, grad = watched.params["W"], watched.grads["W"]
        shrink(net, decay, scales)
        net.step(rate)
        turn = angle(before, watched.params["W"])
        seen.append((np.linalg.norm(before), turn, (before * grad).sum()))
    columns = (np.array(column) for column in zip(*seen, strict=True))
    return Lengths(*columns, accuracy=net.accuracy(data.test_x, data.test_y))
