"""Add to ``nets`` the layers that some experiments need: ReLU, dropout, a residual."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from lab.nets import BatchNorm, Layer, Linear, Net


class ReLU(Layer):
    """Compute max(x, 0); the gradient at exactly 0 is taken to be 0."""

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.open = x > 0
        return x * self.open

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.open


class Dropout(Layer):
    """Zero each value with probability p and divide the rest by 1 - p; in training.

    In evaluation mode the values pass unchanged. Source: Srivastava et al. (2014), in
    the form that all libraries use today.
    """

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        super().__init__()
        self.p, self.rng = p, rng

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        keep = self.rng.random(x.shape) >= self.p if training else np.ones(x.shape)
        self.factor = keep / (1 - self.p) if training else keep
        return x * self.factor

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.factor


class Normalization(BatchNorm):
    """Be a BatchNorm whose momentum (the weight of the new value) can be chosen."""

    def __init__(self, width: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__(width, eps)
        self.momentum = momentum

    def _keep(self, centre: np.ndarray, var: np.ndarray, m: int) -> None:
        unbiased = var * m / max(m - 1, 1)
        self.kept_mean = self.kept_mean + self.momentum * (centre - self.kept_mean)
        self.kept_var = self.kept_var + self.momentum * (unbiased - self.kept_var)


class Residual(Layer):
    """Add to its input what the layers of a branch make of it: x + branch(x)."""

    def __init__(self, branch: Sequence[Layer]) -> None:
        super().__init__()
        self.branch = list(branch)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        out = x
        for layer in self.branch:
            out = layer.forward(out, training)
        return x + out

    def backward(self, grad: np.ndarray) -> np.ndarray:
        through = grad
        for layer in reversed(self.branch):
            through = layer.backward(through)
        return grad + through


def every_layer(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers in order, those inside residual branches too."""
    found: list[Layer] = []
    for layer in layers:
        found += every_layer(layer.branch) if isinstance(layer, Residual) else [layer]
    return found


def norms_of(net: Net) -> list[BatchNorm]:
    """Return the network's BatchNorm layers, first layer first."""
    return [part for part in every_layer(net.layers) if isinstance(part, BatchNorm)]


def relu_net(
    widths: Sequence[int],
    rng: np.random.Generator,
    norm: Callable[[int], Layer] | None = Normalization,
) -> Net:
    """Build Linear, (norm,) ReLU for each hidden width, then Linear.

    Weights are drawn with variance 2/fan_in, which keeps the size of a ReLU network's
    signals. Source: He et al. (2015).
    """
    layers: list[Layer] = []
    for fan_in, fan_out in pairwise(widths[:-1]):
        layers.append(he_linear(fan_in, fan_out, rng))
        layers += [norm(fan_out)] if norm else []
        layers.append(ReLU())
    layers.append(Linear(widths[-2], widths[-1], rng))
    return Net(layers)


def he_linear(fan_in: int, fan_out: int, rng: np.random.Generator) -> Linear:
    """Return a Linear layer with weights of variance 2/fan_in."""
    layer = Linear(fan_in, fan_out, rng)
    layer.params["W"] = layer.params["W"] * np.sqrt(2)
    return layer


def descend(net: Net, rate: float) -> None:
    """Take one step of gradient descent, also inside residual branches."""
    for layer in every_layer(net.layers):
        for name, grad in layer.grads.items():
            layer.params[name] = layer.params[name] - rate * grad
