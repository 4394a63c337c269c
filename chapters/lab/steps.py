"""Hold the numbered steps of the chapter on the gradient, one function for each.

The loss is L = sum(dy * y) with dy held fixed: near a batch, every loss whose gradient
with respect to y is dy looks like it. All arrays are (m, n), m samples and n features,
or (n,).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Pass:
    """Hold what one training pass knows: its inputs, its nodes, and dy."""

    x: np.ndarray  # (m, n)
    gamma: np.ndarray  # (n,)
    beta: np.ndarray  # (n,)
    eps: float
    dy: np.ndarray  # (m, n)

    @property
    def m(self) -> int:
        """Return the number of samples."""
        return len(self.x)

    @cached_property
    def mean(self) -> np.ndarray:
        """Return mu, (n,)."""
        return self.x.mean(axis=0)

    @cached_property
    def var(self) -> np.ndarray:
        """Return the biased variance, (n,)."""
        return ((self.x - self.mean) ** 2).mean(axis=0)

    @cached_property
    def s(self) -> np.ndarray:
        """Return 1 / sqrt(var + eps), (n,)."""
        return 1 / np.sqrt(self.var + self.eps)

    @cached_property
    def x_hat(self) -> np.ndarray:
        """Return the normalized values, (m, n)."""
        return (self.x - self.mean) * self.s


def step_1(p: Pass) -> np.ndarray:
    """Return dL/dbeta, (n,)."""
    return p.dy.sum(axis=0)


def step_2(p: Pass) -> np.ndarray:
    """Return dL/dgamma, (n,)."""
    return (p.dy * p.x_hat).sum(axis=0)


def step_3(p: Pass) -> np.ndarray:
    """Return g = dL/dx_hat, (m, n)."""
    return p.gamma * p.dy


def step_4(p: Pass) -> np.ndarray:
    """Return dL/dvar, (n,)."""
    return -0.5 * p.s**3 * (step_3(p) * (p.x - p.mean)).sum(axis=0)


def step_5(p: Pass) -> np.ndarray:
    """Return dvar/dmu, (n,): it is zero."""
    return -2 * (p.x - p.mean).mean(axis=0)


def step_6(p: Pass) -> np.ndarray:
    """Return dL/dmu, (n,)."""
    return -p.s * step_3(p).sum(axis=0)


def step_7(p: Pass) -> np.ndarray:
    """Return dL/dx, (m, n), as the sum of three ways."""
    through_var = step_4(p) * 2 * (p.x - p.mean) / p.m
    return step_3(p) * p.s + through_var + step_6(p) / p.m


def step_8(p: Pass) -> np.ndarray:
    """Return the way through the variance, (m, n), in terms of x_hat."""
    return -p.s / p.m * p.x_hat * (step_3(p) * p.x_hat).sum(axis=0)


def step_9(p: Pass) -> np.ndarray:
    """Return dL/dx, (m, n), in its compact form."""
    inside = p.m * p.dy - step_1(p) - p.x_hat * step_2(p)
    return p.gamma * p.s / p.m * inside


def step_10(p: Pass) -> np.ndarray:
    """Return the share of x_hat that the layer leaves in a gradient, (n,)."""
    return p.eps / (p.var + p.eps)


def step_11(p: Pass) -> np.ndarray:
    """Return the Jacobian dy/dx of each feature, (n, m, m)."""
    means = np.ones((p.m, p.m)) / p.m
    along = np.einsum("in,jn->nij", p.x_hat, p.x_hat) / p.m
    return (p.gamma * p.s)[:, None, None] * (np.eye(p.m) - means - along)


def step_12(p: Pass) -> np.ndarray:
    """Return the Jacobian's eigenvalues: 0, one for x_hat, and m - 2 alike, (n, m)."""
    scale = p.gamma * p.s
    rest = np.tile(scale[:, None], (1, p.m - 2))
    return np.column_stack([0 * scale, scale * step_10(p), rest])


def step_13(p: Pass) -> np.ndarray:
    """Return the sum of dL/dx over the batch, (n,): it is zero."""
    return 0 * p.gamma


def step_14(p: Pass) -> np.ndarray:
    """Return the sum of dL/dx times x_hat over the batch, (n,)."""
    return p.gamma * p.s * step_10(p) * step_2(p)


def step_15(p: Pass, c: float) -> np.ndarray:
    """Return dL/dx where x is multiplied by c and eps by c squared, (m, n)."""
    return step_9(p) / c


def eval_step_16(
    dy: np.ndarray, gamma: np.ndarray, running_var: np.ndarray, eps: float
) -> np.ndarray:
    """Return dL/dx in evaluation mode, (m, n)."""
    return dy * gamma / np.sqrt(running_var + eps)


#: The steps that are a formula of the pass alone, by number.
STEPS: dict[int, Callable[[Pass], np.ndarray]] = {
    number: globals()[f"step_{number}"] for number in range(1, 15)
}


def central_differences(
    f: Callable[[np.ndarray], np.ndarray], at: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Return df/dat by central differences, entry by entry: (*at.shape, *f.shape)."""
    slopes = []
    for index in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[index] = h
        slopes.append((f(at + step) - f(at - step)) / (2 * h))
    return np.array(slopes).reshape(*at.shape, *np.shape(slopes[0]))


def loss_from(p: Pass, node: str) -> Callable[[np.ndarray], float]:
    """Return the loss as a function of one node; what comes before it is held fixed.

    ``node`` is "beta", "gamma", "x_hat", "var", "mean" or "x".
    """

    def loss(value: np.ndarray) -> float:
        known = {"x": p.x, "gamma": p.gamma, "beta": p.beta} | {node: value}
        x = known["x"]
        mean = known.get("mean", x.mean(axis=0))
        var = known.get("var", ((x - mean) ** 2).mean(axis=0))
        x_hat = known.get("x_hat", (x - mean) / np.sqrt(var + p.eps))
        return float((p.dy * (known["gamma"] * x_hat + known["beta"])).sum())

    return loss


def measured(p: Pass, number: int) -> np.ndarray:
    """Return what a step claims, measured by central differences instead."""
    whole = {1: "beta", 2: "gamma", 3: "x_hat", 4: "var", 6: "mean", 7: "x", 9: "x"}
    if number in whole:
        node = whole[number]
        return central_differences(loss_from(p, node), getattr(p, node))
    dx = central_differences(loss_from(p, "x"), p.x)
    return {
        5: lambda: _slope_of_variance(p),
        8: lambda: dx - p.s * (step_3(p) - step_3(p).mean(axis=0)),
        10: lambda: 1 - (p.x_hat**2).mean(axis=0),
        11: lambda: _jacobian(p),
        12: lambda: _eigenvalues(p),
        13: lambda: dx.sum(axis=0),
        14: lambda: (dx * p.x_hat).sum(axis=0),
    }[number]()


def _slope_of_variance(p: Pass) -> np.ndarray:
    def var(mean: np.ndarray) -> np.ndarray:
        return ((p.x - mean) ** 2).mean(axis=0)

    return np.einsum("nn->n", central_differences(var, p.mean))


def _jacobian(p: Pass) -> np.ndarray:
    def y(x: np.ndarray) -> np.ndarray:
        centered = x - x.mean(axis=0)
        return p.gamma * centered / np.sqrt((centered**2).mean(axis=0) + p.eps)

    return np.einsum("jnin->nij", central_differences(y, p.x))


def _eigenvalues(p: Pass) -> np.ndarray:
    """Return the measured Jacobian's eigenvalues in the order of step 12."""
    found = np.linalg.eigvalsh(_jacobian(p))
    expected = step_12(p)
    order = np.argsort(np.argsort(expected, axis=1), axis=1)
    return np.take_along_axis(np.sort(found, axis=1), order, axis=1)


def example() -> Pass:
    """Return the chapter's example: one feature, four samples, a loss on the first."""
    x, dy = np.array([[1.0], [1.0], [5.0], [5.0]]), np.eye(4)[:, :1]
    return Pass(x, np.array([3.0]), np.array([0.0]), 0.0, dy)


def drawn(m: int, n: int, eps: float, seed: int) -> Pass:
    """Return a random pass whose features differ in offset and spread."""
    rng = np.random.default_rng(seed)
    x = rng.normal(rng.uniform(-3, 3, n), rng.uniform(0.5, 2, n), (m, n))
    gamma, beta = rng.uniform(0.5, 2, n), rng.normal(size=n)
    return Pass(x, gamma, beta, eps, rng.normal(0.5, 1, (m, n)))
