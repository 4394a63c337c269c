"""Train small networks in plain NumPy: each layer knows its value and its gradient.

A layer has ``forward(x, training)`` and ``backward(grad)``. ``grad`` is the gradient of
the loss with respect to the layer's output; ``backward`` returns the one with respect
to its input and leaves those of its own parameters in ``layer.grads``.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import numpy as np

from lab.data import batches


class Layer:
    """Be a layer without parameters; the layers below override what they need."""

    def __init__(self) -> None:
        self.params: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Return the layer's output for the batch ``x``, one sample a row."""
        raise NotImplementedError

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input of the last ``forward``."""
        raise NotImplementedError


class Linear(Layer):
    """Compute x W + b, with x (m, fan_in), W (fan_in, fan_out), b (fan_out,)."""

    def __init__(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        super().__init__()
        scale = 1 / np.sqrt(fan_in)
        self.params["W"] = rng.normal(0.0, scale, (fan_in, fan_out))
        self.params["b"] = np.zeros(fan_out)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.grads = {"W": self.x.T @ grad, "b": grad.sum(axis=0)}
        return grad @ self.params["W"].T


class Sigmoid(Layer):
    """Compute 1 / (1 + exp(-x)), element by element."""

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.out = 0.5 * (1 + np.tanh(0.5 * x))  # the same function, never overflows
        return self.out

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * self.out * (1 - self.out)


class BatchNorm(Layer):
    """Normalize each feature over the batch, then scale by gamma and shift by beta.

    Training mode uses the batch's own mean and biased variance and folds them into
    running averages (weight 0.1 on the new value, unbiased variance); evaluation
    mode uses the running averages. Source: Ioffe and Szegedy (2015), algorithm 1,
    with PyTorch's conventions.
    """

    def __init__(self, width: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.params = {"gamma": np.ones(width), "beta": np.zeros(width)}
        self.kept_mean, self.kept_var = np.zeros(width), np.ones(width)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.training = training
        centre, var = (x.mean(0), x.var(0)) if training else self._kept()
        self.spread = np.sqrt(var + self.eps)
        self.z = (x - centre) / self.spread
        if training:
            self._keep(centre, var, len(x))
        return self.params["gamma"] * self.z + self.params["beta"]

    def _kept(self) -> tuple[np.ndarray, np.ndarray]:
        return self.kept_mean, self.kept_var

    def _keep(self, centre: np.ndarray, var: np.ndarray, m: int) -> None:
        unbiased = var * m / max(m - 1, 1)
        self.kept_mean = self.kept_mean + 0.1 * (centre - self.kept_mean)
        self.kept_var = self.kept_var + 0.1 * (unbiased - self.kept_var)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.grads = {"gamma": (grad * self.z).sum(0), "beta": grad.sum(0)}
        dz = grad * self.params["gamma"]
        if not self.training:
            return dz / self.spread
        along_z = self.z * (dz * self.z).mean(0)
        return (dz - dz.mean(0) - along_z) / self.spread


class Net:
    """Chain layers, and add softmax and cross-entropy at the end."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the logits (m, classes)."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def inputs(
        self, x: np.ndarray, kind: type[Layer], training: bool = False
    ) -> list[np.ndarray]:
        """Return what enters each layer of type ``kind``, first layer first."""
        found = []
        for layer in self.layers:
            if isinstance(layer, kind):
                found.append(x)
            x = layer.forward(x, training)
        return found

    @contextmanager
    def averages_kept(self) -> Iterator[None]:
        """Leave the running averages as they were, whatever happens inside."""
        norms = [layer for layer in self.layers if isinstance(layer, BatchNorm)]
        before = [(layer.kept_mean, layer.kept_var) for layer in norms]
        yield
        for layer, (mean, var) in zip(norms, before, strict=True):
            layer.kept_mean, layer.kept_var = mean, var

    def loss(self, x: np.ndarray, y: np.ndarray, training: bool = True) -> float:
        """Return the mean cross-entropy of the batch."""
        return cross_entropy(self.forward(x, training), y)[0]

    def gradients(self, x: np.ndarray, y: np.ndarray) -> float:
        """Leave every parameter's gradient in its layer; return the loss."""
        loss, grad = cross_entropy(self.forward(x, training=True), y)
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return loss

    def step(self, rate: float) -> None:
        """Move every parameter against its gradient: plain gradient descent."""
        for layer in self.layers:
            for name, grad in layer.grads.items():
                layer.params[name] = layer.params[name] - rate * grad

    def accuracy(self, x: np.ndarray, y: np.ndarray, training: bool = False) -> float:
        """Return the share of rows whose largest logit is at the label."""
        return float((self.forward(x, training).argmax(axis=1) == y).mean())


def cross_entropy(logits: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean of -log softmax(logits)[y] and its gradient (m, classes)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    grad = np.exp(log_p)
    grad[rows, y] -= 1
    return float(-log_p[rows, y].mean()), grad / len(y)


def sigmoid_net(
    widths: Sequence[int], rng: np.random.Generator, batch_norm: bool
) -> Net:
    """Build Linear, (BatchNorm,) Sigmoid for each hidden width, then Linear.

    ``widths`` runs from the input to the classes: (64, 100, 100, 100, 10).
    """
    layers: list[Layer] = []
    for fan_in, fan_out in pairwise(widths[:-1]):
        layers.append(Linear(fan_in, fan_out, rng))
        if batch_norm:
            layers.append(BatchNorm(fan_out))
        layers.append(Sigmoid())
    layers.append(Linear(widths[-2], widths[-1], rng))
    return Net(layers)


def train(
    net: Net,
    x: np.ndarray,
    y: np.ndarray,
    steps: int,
    rate: float,
    size: int,
    rng: np.random.Generator,
    watch: Callable[[int], None] = lambda step: None,
) -> None:
    """Take ``steps`` steps of gradient descent; call ``watch(step)`` before each.

    ``watch`` is called once more, with ``steps``, when training is over.
    """
    stream = batches(x, y, size, rng)
    for step in range(steps):
        watch(step)
        net.gradients(*next(stream))
        net.step(rate)
    watch(steps)
