"""Layers for a matrix, right and wrong: ``epsilon`` and ``evaluation``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises.bug_hunt_lineup import (
    Candidate,
    Layer,
    LineUp,
    always,
    array,
    number,
    vector,
)

#: The features, and the epsilon, of the layers that keep their parameters.
FEATURES, EPS = 3, 1e-5


def plain(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float) -> np.ndarray:
    """Return batch normalization of a matrix."""
    y: np.ndarray = gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta
    return y


def _single(*arguments: Any) -> np.ndarray:
    x, gamma, beta, eps = (np.asarray(a, np.float32) for a in arguments)
    return plain(x, gamma, beta, eps.item())


def _folded(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    scale = gamma * (np.mean((x - x.mean(0)) ** 2, 0) + eps) ** -0.5
    return x * scale + (beta - x.mean(0) * scale)


def _by_feature(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    y = np.empty_like(x)
    for d, column in enumerate(x.T):
        centered = column - column.sum() / column.size
        spread = np.sqrt(centered @ centered / column.size + eps)
        y[:, d] = beta[d] + gamma[d] * (centered / spread)
    return y


def _einsum(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    centered = x - np.einsum("nd->d", x) / len(x)
    var = np.einsum("nd,nd->d", centered, centered) / len(x)
    return np.einsum("nd,d->nd", centered, gamma / np.sqrt(var + eps)) + beta


def _read(x: Any, gamma: Any, beta: Any, eps: Any) -> tuple[Any, ...]:
    x = array("x", x, 2)
    gamma = vector("gamma", gamma, x.shape[1], "features")
    beta = vector("beta", beta, x.shape[1], "features")
    return x, gamma, beta, number("eps", eps)


def _divides(divisor: Callable[[Any, float], Any]) -> Layer:
    """Return a layer with another idea of what to divide the deviations by."""

    def layer(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
        return gamma * (x - x.mean(0)) / divisor(x.var(0), eps) + beta

    return layer


def _epsilon_remarks(x: Any, gamma: Any, beta: Any, eps: float) -> set[str]:
    found = {"eps is 1"} if eps == 1 else set()
    if np.all(eps < x.var(0) / 100):
        found.add("eps is less than a hundredth of each variance")
    if np.all(eps > 10 * x.var(0)):
        found.add("eps is more than ten times each variance")
    return found


EPSILON = LineUp(
    takes=("x", "gamma", "beta", "eps"),
    read=_read,
    remarks=_epsilon_remarks,
    plain=always("a plain one", plain),
    suspect=always("the suspect", _divides(lambda var, eps: np.sqrt(var) + eps)),
    relatives=(
        always("one that leaves epsilon out", _divides(lambda var, eps: np.sqrt(var))),
        always(
            "one that has an epsilon of its own, 1e-5",
            _divides(lambda var, eps: np.sqrt(var + 1e-5)),
        ),
        always(
            "one that adds epsilon twice",
            _divides(lambda var, eps: np.sqrt(var + 2 * eps)),
        ),
        always(
            "one that adds the square of epsilon",
            _divides(lambda var, eps: np.sqrt(var + eps**2)),
        ),
        always(
            "one that takes the larger of variance and epsilon",
            _divides(lambda var, eps: np.sqrt(np.maximum(var, eps))),
        ),
    ),
    right=(
        always("one that computes in single precision", _single),
        always("one that folds everything into one scale and one shift", _folded),
        always("one that loops over the features", _by_feature),
        always("one that is written with einsum", _einsum),
    ),
    wrong=(
        always(
            "one that does not normalize",
            lambda x, gamma, beta, eps: gamma * x + beta,
        ),
        always(
            "one that divides by the variance and not by its root",
            _divides(lambda var, eps: var + eps),
        ),
    ),
)


Evaluated = Callable[[Any, Any, Any, Any, Any], Any]


def _evaluated(
    x: Any, gamma: Any, beta: Any, mean: Any, var: Any, eps: float = EPS
) -> Any:
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def _sealed(layer: Evaluated) -> Callable[[np.random.Generator], Layer]:
    """Let a layer draw its parameters and its running statistics, and keep them."""

    def make(rng: np.random.Generator) -> Layer:
        signs = rng.choice([-1.0, 1.0], (2, FEATURES))
        gamma, mean = rng.uniform(1, 2, (2, FEATURES)) * signs
        beta, var = rng.normal(0, 2, FEATURES), rng.uniform(0.5, 4, FEATURES)
        return lambda x: layer(x, gamma, beta, mean, var)

    return make


def _evaluated_single(*arguments: Any) -> Any:
    x, gamma, beta, mean, var = (np.asarray(a, np.float32) for a in arguments)
    return _evaluated(x, gamma, beta, mean, var)


def _evaluated_folded(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    scale = gamma * (var + EPS) ** -0.5
    return x * scale + (beta - mean * scale)


def _by_row(x: Any, *rest: Any) -> Any:
    return np.stack([_evaluated(row, *rest) for row in x])


def _diagonal(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    return (x - mean) @ np.diag(gamma / np.sqrt(var + EPS)) + beta


def _by_batch(x: Any, gamma: Any, beta: Any, *_: Any) -> Any:
    return plain(x, gamma, beta, EPS)


def _batch_mean(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    return _evaluated(x, gamma, beta, x.mean(0), var)


def _batch_variance(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    own = ((x - x.mean(0)) ** 2).sum(0) / max(len(x) - 1, 1)
    return _evaluated(x, gamma, beta, mean, own)


def _moved_first(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    mean, var = mean + 0.3 * (x.mean(0) - mean), var + 0.3 * (x.var(0) - var)
    return _evaluated(x, gamma, beta, mean, var)


def _where_there_are_more(x: Any, *rest: Any) -> Any:
    return (_by_batch if len(x) > 1 else _evaluated)(x, *rest)


def _so_far(x: Any, gamma: Any, beta: Any, *_: Any) -> Any:
    upto = [plain(x[: n + 1], gamma, beta, EPS)[n] for n in range(min(len(x), 1000))]
    return np.stack(upto)


def _placed(x: Any, *rest: Any) -> Any:
    return _evaluated(x, *rest) + np.arange(len(x))[:, None]


def _read_evaluated(x: Any) -> tuple[Any, ...]:
    x = array("x", x, 2)
    if x.shape[1] != FEATURES:
        raise ValueError(f"x has {x.shape[1]} features; this layer has {FEATURES}")
    return (x,)


def _evaluation_remarks(x: Any) -> set[str]:
    if len(x) == 1:
        return {"there is one row"}
    return {"all rows are alike"} if np.all(x == x[0]) else set()


EVALUATION = LineUp(
    takes=("x",),
    read=_read_evaluated,
    remarks=_evaluation_remarks,
    plain=Candidate("a plain one", _sealed(_evaluated)),
    suspect=Candidate("the suspect", _sealed(_by_batch)),
    relatives=(
        Candidate("one that takes the mean of the batch", _sealed(_batch_mean)),
        Candidate("one that takes the variance of the batch", _sealed(_batch_variance)),
        Candidate(
            "one that first moves its running statistics towards the batch",
            _sealed(_moved_first),
        ),
        Candidate(
            "one that is right for one row and uses the batch where there are more",
            _sealed(_where_there_are_more),
        ),
        Candidate("one that takes the statistics of the rows so far", _sealed(_so_far)),
    ),
    right=(
        Candidate("one that computes in single precision", _sealed(_evaluated_single)),
        Candidate("one that folds everything", _sealed(_evaluated_folded)),
        Candidate("one that loops over the rows", _sealed(_by_row)),
        Candidate("one that is a matrix product", _sealed(_diagonal)),
    ),
    wrong=(
        Candidate(
            "one that adds the number of the row to each output", _sealed(_placed)
        ),
    ),
)
