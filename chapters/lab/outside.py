"""Normalize outside the graph, as the 2015 paper warns against, and watch a bias.

"Outside" means: the batch's mean and standard deviation are used in the forward pass,
but the backward pass takes them for constants, as if they were part of the data.
"""

from dataclasses import dataclass

import numpy as np

from lab.data import Digits
from lab.nets import Layer, Linear, Net, Sigmoid


class Standardize(Layer):
    """Normalize each feature over the batch, without gamma, beta or running averages.

    With ``inside``, the gradient also flows through the mean and the spread. Without,
    it does not: they count as constants.
    """

    def __init__(self, inside: bool, eps: float = 1e-5) -> None:
        super().__init__()
        self.inside, self.eps = inside, eps

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.spread = np.sqrt(x.var(0) + self.eps)
        self.z = (x - x.mean(0)) / self.spread
        return self.z

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self.inside:
            return grad / self.spread
        along_z = self.z * (grad * self.z).mean(0)
        return (grad - grad.mean(0) - along_z) / self.spread


@dataclass(frozen=True)
class BiasRun:
    """Hold the length of the hidden bias and the loss before each step and after."""

    bias: np.ndarray  # (steps + 1,)
    loss: np.ndarray  # (steps + 1,)


def bias_run(
    data: Digits,
    inside: bool,
    only_bias: bool,
    seed: int,
    steps: int = 200,
    rate: float = 0.5,
    size: int = 256,
) -> BiasRun:
    """Train Linear, Standardize, Sigmoid, Linear on one fixed batch.

    With ``only_bias``, nothing moves but the bias in front of the normalization.
    """
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(data.train_y), size, replace=False)
    x, y = data.train_x[rows], data.train_y[rows]
    hidden = Linear(64, 50, rng)
    net = Net([hidden, Standardize(inside), Sigmoid(), Linear(50, 10, rng)])
    lengths, losses = [], []
    for _ in range(steps):
        losses.append(net.gradients(x, y))
        lengths.append(float(np.linalg.norm(hidden.params["b"])))
        if only_bias:
            hidden.params["b"] = hidden.params["b"] - rate * hidden.grads["b"]
        else:
            net.step(rate)
    losses.append(net.loss(x, y))
    lengths.append(float(np.linalg.norm(hidden.params["b"])))
    return BiasRun(np.array(lengths), np.array(losses))
