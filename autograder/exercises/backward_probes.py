"""The probes of the exercise ``backward``.

A backward function is given everything it needs, the cache too: nothing that the
student wrote for the forward pass is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises import draw
from autograder.exercises.purity import equal
from autograder.fault import Fault, through
from autograder.reference import backward as reference
from autograder.reference.forward import batchnorm_train

Results = dict[str, Any]
Cache = tuple[np.ndarray, np.ndarray, np.ndarray]

#: How close two results of the student are when they are "the same".
SAME = 1e-9


def drawn_cache(rng: np.random.Generator) -> Cache:
    """Return the cache that a forward pass with a large epsilon leaves."""
    gamma, beta = draw.parameters(rng)
    return batchnorm_train(draw.batch(rng), gamma, beta, draw.epsilon(rng))[1]


def step_x_hat(impl: Any, rng: np.random.Generator) -> Results:
    """Take the first step back."""
    _, gamma, _ = drawn_cache(rng)
    return {"d_x_hat": impl.grad_x_hat(draw.upstream(rng), gamma)}


def step_var(impl: Any, rng: np.random.Generator) -> Results:
    """Take the step to the variance, from a given gradient."""
    x_hat, _, inv_std = drawn_cache(rng)
    return {"d_var": impl.grad_var(draw.upstream(rng), x_hat, inv_std)}


def step_mean(impl: Any, rng: np.random.Generator) -> Results:
    """Take the step to the mean, from a given gradient."""
    _, _, inv_std = drawn_cache(rng)
    return {"d_mean": impl.grad_mean(draw.upstream(rng), inv_std)}


def step_input(impl: Any, rng: np.random.Generator) -> Results:
    """Add up the three ways, from given gradients that are all large."""
    x_hat, _, inv_std = drawn_cache(rng)
    d_var, d_mean = 10 * draw.parameters(rng)[0], 10 * draw.parameters(rng)[1]
    return {"dx": impl.grad_input(draw.upstream(rng), d_var, d_mean, x_hat, inv_std)}


def parameters(impl: Any, rng: np.random.Generator) -> Results:
    """Look at dgamma and dbeta alone."""
    cache = drawn_cache(rng)
    _, dgamma, dbeta = impl.batchnorm_backward_staged(draw.upstream(rng), cache)
    return {"dgamma": dgamma, "dbeta": dbeta}


def staged(impl: Any, rng: np.random.Generator) -> Results:
    """Look at dx alone.

    Where it is what the student's own four steps give, it counts as put together
    rightly: what is wrong with the steps has been said at the steps.
    """
    cache, dy = drawn_cache(rng), draw.upstream(rng)
    dx, _, _ = impl.batchnorm_backward_staged(dy, cache)
    own = _put_together(impl, dy, cache)
    faulty = isinstance(dx, Fault) or isinstance(own, Fault)
    # What is the same everywhere has not been put together.
    if not faulty and np.ptp(own) > SAME and np.allclose(dx, own, rtol=SAME, atol=SAME):
        dx = dx - own + reference.batchnorm_backward_staged(dy, cache)[0]
    return {"dx": dx}


def _put_together(impl: Any, dy: np.ndarray, cache: Cache) -> Any:
    x_hat, gamma, inv_std = cache
    d_x_hat = impl.grad_x_hat(dy, gamma)
    d_var = impl.grad_var(d_x_hat, x_hat, inv_std)
    d_mean = impl.grad_mean(d_x_hat, inv_std)
    return impl.grad_input(d_x_hat, d_var, d_mean, x_hat, inv_std)


def compact(impl: Any, rng: np.random.Generator) -> Results:
    """Look at all three gradients of the short form."""
    cache, dy = drawn_cache(rng), draw.upstream(rng)
    dx, dgamma, dbeta = impl.batchnorm_backward(dy, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


def invariants(impl: Any, rng: np.random.Generator) -> Results:
    """Ask of the short form what holds for every batch where epsilon is 0."""
    x, (gamma, beta), dy = draw.batch(rng), draw.parameters(rng), draw.upstream(rng)
    scale = float(rng.uniform(2, 4))
    _, near = batchnorm_train(x, gamma, beta, 0.0)
    _, far = batchnorm_train(scale * x, gamma, beta, 0.0)
    dx, _, _ = impl.batchnorm_backward(dy, near)
    scaled, _, _ = impl.batchnorm_backward(dy, far)
    zero = {
        "sum of dx over the batch": through(lambda a: a.sum(axis=0), dx),
        "sum of dx * x_hat over the batch": through(
            lambda a: (a * near[0]).sum(axis=0), dx
        ),
        "c times dx at c x, minus dx at x": scale * scaled - dx,
    }
    return {
        **{key: through(_whole, value) for key, value in zero.items()},
        "dx is not zero": through(lambda a: np.abs(a).max(axis=0) > 0.01, dx),
        **unchanged(impl, "batchnorm_backward", dy=dy, cache=near),
    }


def _whole(a: np.ndarray) -> np.ndarray:
    """Round to eight places, so that what is zero on paper is zero."""
    rounded: np.ndarray = np.round(a, 8) + 0.0  # turns -0.0 into 0.0
    return rounded


def eval_backward(impl: Any, rng: np.random.Generator) -> Results:
    """Go back through evaluation mode."""
    x, dy, (gamma, _) = draw.batch(rng), draw.upstream(rng), draw.parameters(rng)
    mean, var = draw.statistics(rng)
    dx, dgamma, dbeta = impl.batchnorm_eval_backward(
        dy, x, gamma, mean, var, draw.epsilon(rng)
    )
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


def _cubic(rng: np.random.Generator, size: int) -> Callable[[np.ndarray], float]:
    """Return a function whose central difference depends on the step.

    f(x) = sum_i w_i x_i^3 + sum_i v_i x_i x_(i+1): the products make it matter that
    entries are moved one at a time.
    """
    cubes, products = rng.uniform(1, 2, size), rng.uniform(1, 2, size - 1)

    def f(x: np.ndarray) -> float:
        flat = np.ravel(x)
        if len(flat) != size:
            found = f"{len(flat)} number{'s' if len(flat) != 1 else ''}"
            raise ValueError(f"f takes an array like x, and was given {found}")
        return float(cubes @ flat**3 + products @ (flat[1:] * flat[:-1]))

    return f


def numeric(impl: Any, rng: np.random.Generator) -> Results:
    """Take the gradient of cubic functions, with a large step and a small one."""
    matrix, row = rng.uniform(-2, 2, (3, 2)), rng.uniform(-2, 2, 4)
    large, small = float(rng.uniform(0.2, 0.4)), float(rng.uniform(1e-3, 2e-3))
    return {
        f"gradient at h = {large:.2f}": impl.numerical_gradient(
            _cubic(rng, 6), matrix, large
        ),
        f"gradient at h = {small:.4f}": impl.numerical_gradient(
            _cubic(rng, 4), row, small
        ),
    }


def x_restored(impl: Any, rng: np.random.Generator) -> Results:
    """Look at x after the call; a last digit may differ where it was moved back."""
    x = rng.uniform(-2, 2, (3, 2))
    after = impl.arguments_after("numerical_gradient", (_cubic(rng, 6), x, 0.25))
    return {
        "x is as before": through(
            lambda arguments: np.array(np.allclose(arguments[1], x, SAME, SAME)), after
        )
    }


def pure(impl: Any, rng: np.random.Generator) -> Results:
    """Call the other functions and look at their arguments afterwards."""
    cache, dy, x = drawn_cache(rng), draw.upstream(rng), draw.batch(rng)
    x_hat, gamma, inv_std = cache
    (d_var, d_mean), (mean, var) = draw.parameters(rng), draw.statistics(rng)
    ways = {"d_x_hat": dy, "d_var": d_var, "d_mean": d_mean}
    parts = {"x_hat": x_hat, "inv_std": inv_std}
    evaluated = {"dy": dy, "x": x, "gamma": gamma, "mean": mean, "var": var}
    return {
        **unchanged(impl, "grad_x_hat", dy=dy, gamma=gamma),
        **unchanged(impl, "grad_var", d_x_hat=dy, **parts),
        **unchanged(impl, "grad_mean", d_x_hat=dy, inv_std=inv_std),
        **unchanged(impl, "grad_input", **ways, **parts),
        **unchanged(impl, "batchnorm_backward_staged", dy=dy, cache=cache),
        **unchanged(impl, "batchnorm_eval_backward", **evaluated, eps=0.2),
    }


def unchanged(impl: Any, name: str, **arguments: Any) -> Results:
    """Tell for each argument whether a call leaves it as it was."""
    before = tuple(arguments.values())
    after = impl.arguments_after(name, before)
    same = through(lambda after: np.array(list(map(equal, before, after))), after)
    return {
        f"{name}: {argument} unchanged": same[i] for i, argument in enumerate(arguments)
    }
