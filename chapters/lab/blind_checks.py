"""Ask which wrong gradients a gradient check notices, loss by loss.

The wrong gradients are the exercise's own: each known slip in `batchnorm_backward`.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import slipped
from autograder.exercises import load
from lab.steps import Pass, central_differences, loss_from

Backward = Callable[[np.ndarray, tuple], tuple]

#: A relative error above this counts as noticed: far above rounding.
LIMIT = 1e-5


def losses(p: Pass) -> dict[str, np.ndarray]:
    """Return dy for three losses of y: its sum, half its sum of squares, and p's."""
    y = p.gamma * p.x_hat + p.beta
    return {"sum of y": np.ones_like(p.x), "half the sum of y²": y, "random": p.dy}


def wrong_gradients(p: Pass) -> dict[str, Backward]:
    """Return the slips of `batchnorm_backward` whose dx is wrong at p, by name."""
    exercise = load("backward")
    found = {}
    for slip in exercise.slips:
        if slip.function == "batchnorm_backward" and "only-dx" not in slip.name:
            function = slipped(exercise, [slip])[slip.function]
            if _error(function, p, p.dy) > LIMIT:
                found[slip.name] = function
    return found


def unnoticed(p: Pass, wrong: dict[str, Backward]) -> dict[str, list[str]]:
    """Return, for each loss, the wrong gradients that its check does not notice."""
    return {
        loss: [name for name, f in wrong.items() if _error(f, p, dy) <= LIMIT]
        for loss, dy in losses(p).items()
    }


def _error(function: Backward, p: Pass, dy: np.ndarray) -> float:
    """Return the largest error of dx against differences, as a part of dy's scale."""
    loss = loss_from(Pass(p.x, p.gamma, p.beta, p.eps, dy), "x")
    exact = central_differences(loss, p.x)
    with np.errstate(all="ignore"):
        dx = np.asarray(function(dy.copy(), (p.x_hat.copy(), p.gamma, p.s))[0])
    return float(np.abs(dx - exact).max() / np.abs(dy * p.gamma * p.s).max())
