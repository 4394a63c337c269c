"""Backward passes of a matrix, right and wrong: ``gradient``."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.bug_hunt_lineup import (
    Layer,
    LineUp,
    always,
    array,
    number,
    vector,
)

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


def _normal(x: Any, eps: float) -> tuple[np.ndarray, np.ndarray]:
    inv_std = 1 / np.sqrt(x.var(0) + eps)
    return (x - x.mean(0)) * inv_std, inv_std


def _walk(
    dy: Any,
    x: Any,
    gamma: Any,
    eps: float,
    through_mean: float = 1,
    through_var: float = 1,
    count: int = 0,
) -> Gradients:
    """Walk back; how much the ways through the statistics weigh can be changed."""
    x_hat, inv_std = _normal(x, eps)
    dgamma, dbeta = (dy * x_hat).sum(0), dy.sum(0)
    statistics = through_mean * dbeta + through_var * x_hat * dgamma
    dx = gamma * inv_std * (dy - statistics / (count or len(x)))
    return dx, dgamma, dbeta


def plain(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    """Return dx, dgamma and dbeta."""
    return _walk(dy, x, gamma, eps)


def _single(*arguments: Any) -> Gradients:
    dy, x, gamma, eps = (np.asarray(a, np.float32) for a in arguments)
    return _walk(dy, x, gamma, eps.item())


def _staged(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    centered, n = x - x.mean(0), len(x)
    spread = np.sqrt((centered**2).mean(0) + eps)
    d_x_hat = gamma * dy
    d_var = -0.5 * (d_x_hat * centered).sum(0) / spread**3
    d_mean = -d_x_hat.sum(0) / spread
    dx = d_x_hat / spread + 2 * centered * d_var / n + d_mean / n
    return dx, np.einsum("nd,nd->d", dy, centered / spread), dy.sum(0)


def _jacobian(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    x_hat, inv_std = _normal(x, eps)
    dx, n = np.empty_like(x), len(x)
    for d in range(x.shape[1]):
        outer = np.outer(x_hat[:, d], x_hat[:, d])
        dx[:, d] = gamma[d] * inv_std[d] * ((np.eye(n) - (1 + outer) / n) @ dy[:, d])
    return dx, np.diag(dy.T @ x_hat).copy(), np.ones(n) @ dy


def _projected(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    x_hat, inv_std = _normal(x, eps)
    left = dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0)
    return left * (gamma * inv_std), (dy * x_hat).sum(0), dy.sum(0)


def _weighs(**changes: float) -> Layer:
    return lambda *arguments: _walk(*arguments, **changes)  # type: ignore[arg-type]


def _by_features(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    return _walk(dy, x, gamma, eps, count=x.shape[1])


def _without_gamma(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    return _walk(dy, x, np.ones_like(gamma), eps)


def _without_epsilon(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    dx, _, _ = _walk(dy, x, gamma, 0.0)
    return (dx, *_walk(dy, x, gamma, eps)[1:])


def _exchanged(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    x_hat, inv_std = _normal(x, eps)
    _, dgamma, dbeta = _walk(dy, x, gamma, eps)
    dx = gamma * inv_std * (dy - (1 + x_hat) * dbeta / len(x))
    return dx, dgamma, dbeta


def _negative(*arguments: Any) -> Gradients:
    dx, dgamma, dbeta = plain(*arguments)
    return -dx, dgamma, dbeta


def _unweighted(dy: Any, x: Any, gamma: Any, eps: float) -> Gradients:
    return dy, *_walk(dy, x, gamma, eps)[1:]


def _read(dy: Any, x: Any, gamma: Any, eps: Any) -> tuple[Any, ...]:
    x, dy = array("x", x, 2), array("dy", dy, 2)
    if dy.shape != x.shape:
        raise ValueError(f"dy has shape {dy.shape}, x has {x.shape}")
    if len(x) > 1000:
        raise ValueError(f"x has {len(x)} rows; at most 1000 are taken")
    gamma = vector("gamma", gamma, x.shape[1], "features")
    return dy, x, gamma, number("eps", eps)


def _remarks(dy: Any, x: Any, gamma: Any, eps: float) -> set[str]:
    found = {
        "N equals D": x.shape[0] == x.shape[1],
        "dy is the same in all rows": np.all(dy == dy[0]),
        "dy is in each feature a multiple of the normalized x": _follows(dy, x),
        "gamma is 1": np.all(gamma == 1),
        "eps is less than a hundredth of each variance": np.all(eps < x.var(0) / 100),
    }
    return {remark for remark, holds in found.items() if holds}


def _follows(dy: Any, x: Any) -> bool:
    x_hat, _ = _normal(x, 0.0)
    along = x_hat * (dy * x_hat).mean(0)
    return bool(np.ptp(dy) > 0 and np.allclose(dy, along))


GRADIENT = LineUp(
    takes=("dy", "x", "gamma", "eps"),
    read=_read,
    remarks=_remarks,
    plain=always("a plain one", plain),
    suspect=always("the suspect", _weighs(through_mean=0, through_var=0)),
    relatives=(
        always("one without the way through the mean", _weighs(through_mean=0)),
        always("one without the way through the variance", _weighs(through_var=0)),
        always("one with half the way through the variance", _weighs(through_var=0.5)),
        always("one whose way through the variance carries dbeta", _exchanged),
        always("one that divides by D in the place of N", _by_features),
        always("one without gamma in dx", _without_gamma),
        always("one that leaves epsilon out of dx", _without_epsilon),
    ),
    right=(
        always("one that computes in single precision", _single),
        always("one that walks back step by step", _staged),
        always("one that multiplies by the whole Jacobian", _jacobian),
        always("one that is written as two projections", _projected),
    ),
    wrong=(
        always("one that returns dy itself as dx", _unweighted),
        always("one that returns the negative of dx", _negative),
        always(
            "one that exchanges dgamma and dbeta",
            lambda *arguments: tuple(plain(*arguments)[i] for i in (0, 2, 1)),
        ),
    ),
)
