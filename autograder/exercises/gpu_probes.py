"""What the judge calls in the exercise ``gpu``, and on which inputs.

The kernels get float32 and blocks of 64 numbers: the batches here fill two blocks for
each channel, or, where sizes are odd, two less 17 numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises import draw
from autograder.fault import through

Results = dict[str, Any]

FULL = (4, 3, 32)
ODD = (3, 3, 37)
#: Compute capabilities: T4, A100, H100 and H200.
CAPABILITIES = (75, 80, 90)


def function_output(impl: Any, rng: np.random.Generator) -> Results:
    """Run the Function forward."""
    x, (gamma, beta), eps = draw.batch(rng), draw.parameters(rng), draw.epsilon(rng)
    y, _ = impl.function_forward(x, gamma, beta, eps)
    return {"y": y}


def function_saved(impl: Any, rng: np.random.Generator) -> Results:
    """Compare what the Function saves with the y that it returned."""
    x, (gamma, beta), eps = draw.batch(rng), draw.parameters(rng), draw.epsilon(rng)
    y, (x_hat, saved_gamma, inv_std) = impl.function_forward(x, gamma, beta, eps)
    own = (y - beta) / gamma
    centered = x - x.mean(axis=0)
    return {
        "saved x_hat minus (y - beta) / gamma": x_hat - own,
        "saved gamma": saved_gamma,
        "(x - mean) * saved inv_std minus (y - beta) / gamma": centered * inv_std - own,
    }


def _saved(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return x_hat, gamma, inv_std and dy; dy does not sum to 0."""
    x, eps = draw.batch(rng), draw.epsilon(rng)
    inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
    gamma, _ = draw.parameters(rng)
    dy = rng.normal(rng.uniform(0.5, 1.5, 4), 1, x.shape)
    return (x - x.mean(axis=0)) * inv_std, gamma, inv_std, dy


def function_parameters(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for the gradients of gamma and beta."""
    _, dgamma, dbeta = impl.function_backward(*_saved(rng))
    return {"dgamma": dgamma, "dbeta": dbeta}


def function_input(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for the gradient of x."""
    return {"dx": impl.function_backward(*_saved(rng))[0]}


def _images(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return images (N, C, S) in float32 whose channels differ in offset and spread."""
    n, c, s = shape
    flat = draw.batch(rng, n * s, c).reshape(n, s, c)
    return np.ascontiguousarray(flat.transpose(0, 2, 1)).astype(np.float32)


def _single(*arrays: np.ndarray) -> list[np.ndarray]:
    return [array.astype(np.float32) for array in arrays]


def kernel_statistics(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for mean and variance of a batch that fills whole blocks."""
    x, parameters = _images(rng, FULL), _single(*draw.parameters(rng, 3))
    _, mean, var = impl.kernel_forward(x, *parameters, draw.epsilon(rng))
    return {"mean": mean, "var": var}


def kernel_output(impl: Any, rng: np.random.Generator) -> Results:
    """Compare y with what the kernel's own mean and variance make of x."""
    x, (gamma, beta) = _images(rng, FULL), _single(*draw.parameters(rng, 3))
    eps = draw.epsilon(rng)
    y, mean, var = impl.kernel_forward(x, gamma, beta, eps)
    inv_std = through(lambda v: 1 / np.sqrt(v + eps), var)
    normal = (_columns(x) - mean) * inv_std
    own = through(_columns, y) - (normal * gamma + beta)
    return {"y minus what your own mean and var make of x": own}


def _columns(images: np.ndarray) -> np.ndarray:
    """Return (N, C, S) as rows of channels, (N * S, C)."""
    return np.asarray(images, float).transpose(0, 2, 1).reshape(-1, images.shape[1])


def kernel_odd(impl: Any, rng: np.random.Generator) -> Results:
    """Run forward where the last block is not full."""
    x, parameters = _images(rng, ODD), _single(*draw.parameters(rng, 3))
    y, mean, var = impl.kernel_forward(x, *parameters, draw.epsilon(rng))
    return {"mean": mean, "var": var, "y": y}


def kernel_half(impl: Any, rng: np.random.Generator) -> Results:
    """Take statistics whose sums no half-precision float can hold.

    The first channel sums to more than 65504; the second is exact in any precision.
    """
    signs = rng.permuted(np.resize([-1.0, 1.0], (4, 2, 32)), axis=2)
    offsets = np.array([float(rng.integers(700, 900)), 2.0])
    x = (offsets[:, None] + signs * np.array([8.0, 1.0])[:, None]).astype(np.float32)
    parameters = _single(*draw.parameters(rng, 2))
    mean, var = impl.kernel_forward_half(x, *parameters, draw.epsilon(rng))
    return {"mean over your own mean in float32": mean, "var over your own": var}


def kernel_stable(impl: Any, rng: np.random.Generator) -> Results:
    """Shift x by a large constant, which must not change its variance.

    x lies on a grid that makes x + shift exact in float32.
    """
    x = np.round(rng.standard_normal(FULL) * 128).astype(np.float32) / 128
    parameters, eps = _single(*draw.parameters(rng, 3)), draw.epsilon(rng)
    _, _, near = impl.kernel_forward(x, *parameters, eps)
    _, _, far = impl.kernel_forward(x + np.float32(16384), *parameters, eps)
    change = through(np.abs, far - near)
    return {
        "var of x + 16384 is var of x": through(lambda c: c < 0.01, change),
        "var is not nearly 0": through(lambda v: v > 1e-3, near),
    }


def _backward(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Return the arguments of ``kernel_backward``; dy does not sum to 0."""
    x, eps = _images(rng, shape), draw.epsilon(rng)
    gamma, _ = draw.parameters(rng, 3)
    dy = rng.uniform(0.5, 1.5, 3)[:, None] + rng.standard_normal(shape)
    mean, var = x.mean(axis=(0, 2), dtype=float), x.var(axis=(0, 2), dtype=float)
    gamma, mean, var, dy = _single(gamma, mean, var, dy)
    return x, gamma, mean, var, eps, dy


def backward_sums(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for the gradients of gamma and beta of a batch that fills whole blocks."""
    _, dgamma, dbeta = impl.kernel_backward(*_backward(rng, FULL))
    return {"dgamma": dgamma, "dbeta": dbeta}


def backward_input(impl: Any, rng: np.random.Generator) -> Results:
    """Compare dx with what the kernel's own sums make of x and dy."""
    x, gamma, mean, var, eps, dy = arguments = _backward(rng, FULL)
    dx, dgamma, dbeta = impl.kernel_backward(*arguments)
    inv_std = 1 / np.sqrt(var.astype(float) + eps)
    x_hat = (_columns(x) - mean) * inv_std
    m = len(x_hat)
    centered = _columns(dy) - dbeta / m - dgamma * x_hat / m
    own = through(_columns, dx) - centered * (gamma * inv_std)
    return {"dx minus what your own dgamma and dbeta make of dy": own}


def backward_odd(impl: Any, rng: np.random.Generator) -> Results:
    """Run backward where the last block is not full."""
    dx, dgamma, dbeta = impl.kernel_backward(*_backward(rng, ODD))
    return {"dgamma": dgamma, "dbeta": dbeta, "dx": dx}


def compiled(impl: Any, rng: np.random.Generator) -> Results:
    """Compile both kernels for GPUs that need not be here."""
    return {f"sm_{number}": impl.kernels_compiled(number) for number in CAPABILITIES}


def share(impl: Any, rng: np.random.Generator) -> Results:
    """Hold the share that is reported against the times that are reported with it."""
    report = impl.share_report()
    return {
        "share times your time, over the copy's": through(_passes_each, report),
        "the times are above 0 and the share below 1.2": through(_possible, report),
    }


def _passes_each(report: np.ndarray) -> float:
    """Return 1.5 where the share is what the times say: three passes, of two."""
    copy_ms, own_ms, share = report
    return round(float(share * own_ms / copy_ms), 2) if copy_ms > 0 else 0.0


def _possible(report: np.ndarray) -> bool:
    """Allow a share a little above 1, as times are not exact."""
    return bool(min(report) > 0 and report[2] < 1.2)
