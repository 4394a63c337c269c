"""Follow signals and gradients through untrained networks, and the noise of a batch.

Everything here is about the first moment, before any training, or about one layer;
plain NumPy with random Gaussian inputs.
"""

from collections.abc import Sequence

import numpy as np

EPS = 1e-5


def normalize(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return z (m, n) normalized over the batch, and the standard deviations (n,)."""
    spread = np.sqrt(z.var(axis=0) + EPS)
    return (z - z.mean(axis=0)) / spread, spread


def normalize_backward(
    grad: np.ndarray, z: np.ndarray, spread: np.ndarray
) -> np.ndarray:
    """Return the gradient in front of the normalization whose output is ``z``."""
    return (grad - grad.mean(axis=0) - z * (grad * z).mean(axis=0)) / spread


def gradient_growth(
    batch_norm: bool, seed: int, width: int = 512, depth: int = 20, m: int = 256
) -> np.ndarray:
    """Return each layer's squared gradient length over that of the next (depth - 1,).

    The network is Linear, (BatchNorm,) ReLU, repeated, with He's weights; the gradient
    at its end is random, and it is taken where the nonlinearities begin.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(m, width)).astype(np.float32)
    layers = []
    for _ in range(depth):
        weight = rng.normal(0, np.sqrt(2 / width), (width, width)).astype(np.float32)
        z, spread = x @ weight, np.float32(1)
        if batch_norm:
            z, spread = normalize(z)
        layers.append((weight, z, spread))
        x = np.maximum(z, 0)
    grad, squared = rng.normal(size=x.shape).astype(np.float32), []
    for weight, z, spread in reversed(layers):
        grad = grad * (z > 0)
        squared.append(float((grad.astype(float) ** 2).sum()))
        if batch_norm:
            grad = normalize_backward(grad, z, spread)
        grad = grad @ weight.T
    squared = np.array(squared[::-1])
    return squared[:-1] / squared[1:]


def residual(
    batch_norm: bool, seed: int, blocks: int = 100, width: int = 256, m: int = 128
) -> tuple[np.ndarray, np.ndarray]:
    """Return the branches' shares and the squared gradient lengths of residual blocks.

    A block adds Linear(ReLU(x)), or Linear(ReLU(BatchNorm(x))), to x, with He's
    weights. The share is the branch's part of the sum of mean squares of branch and
    skip; the gradient, random at the end, is that at the entrance of each block.
    """
    rng = np.random.default_rng(seed)
    x, shares, layers = rng.normal(size=(m, width)).astype(np.float32), [], []
    for _ in range(blocks):
        weight = rng.normal(0, np.sqrt(2 / width), (width, width)).astype(np.float32)
        z, spread = normalize(x) if batch_norm else (x, np.float32(1))
        branch = np.maximum(z, 0) @ weight
        shares.append(np.mean(branch**2) / (np.mean(branch**2) + np.mean(x**2)))
        layers.append((weight, z, spread))
        x = x + branch
    grad, squared = rng.normal(size=x.shape).astype(np.float32), []
    for weight, z, spread in reversed(layers):
        inner = (grad @ weight.T) * (z > 0)
        if batch_norm:
            inner = normalize_backward(inner, z, spread)
        grad = grad + inner
        squared.append(float((grad.astype(float) ** 2).sum()))
    return np.array(shares), np.array(squared[::-1])


def batch_noise(
    value: float, sizes: Sequence[int], seed: int, batches: int = 4000
) -> np.ndarray:
    """Return the spread of one sample's normalized value over random company (sizes,).

    The sample is always ``value``; the other m - 1 are standard normal, drawn anew.
    """
    rng = np.random.default_rng(seed)
    found = []
    for m in sizes:
        x = rng.normal(size=(batches, m))
        x[:, 0] = value
        found.append(((x[:, 0] - x.mean(axis=1)) / x.std(axis=1)).std())
    return np.array(found)


def batch_noise_theory(value: float, sizes: Sequence[int]) -> np.ndarray:
    """Return sqrt((1 + value^2 / 2) / m): what the noise tends to for large m."""
    return np.sqrt((1 + value**2 / 2) / np.asarray(sizes))
