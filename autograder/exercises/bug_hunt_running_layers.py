"""A step of the running statistics, right and wrong: ``running``."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.bug_hunt_lineup import (
    LineUp,
    always,
    array,
    number,
    vector,
)

Statistics = tuple[np.ndarray, np.ndarray]


def plain(mean: Any, var: Any, x: Any, momentum: float) -> Statistics:
    """Move both running statistics a step towards the batch."""
    return _towards(mean, var, x.mean(0), _unbiased(x), momentum)


def _unbiased(x: Any) -> Any:
    return ((x - x.mean(0)) ** 2).sum(0) / max(len(x) - 1, 1)


def _towards(
    mean: Any, var: Any, new_mean: Any, new_var: Any, momentum: float
) -> Statistics:
    kept = 1 - momentum
    return kept * mean + momentum * new_mean, kept * var + momentum * new_var


def _single(*arguments: Any) -> Statistics:
    mean, var, x, momentum = (np.asarray(a, np.float32) for a in arguments)
    return plain(mean, var, x, momentum.item())


def _by_difference(mean: Any, var: Any, x: Any, momentum: float) -> Statistics:
    of_batch = x.var(0) * len(x) / (len(x) - 1)
    return mean - momentum * (mean - x.mean(0)), var - momentum * (var - of_batch)


def _covariance(mean: Any, var: Any, x: Any, momentum: float) -> Statistics:
    of_batch = np.diag(np.atleast_2d(np.cov(x, rowvar=False)))
    return _towards(mean, var, x.mean(0), of_batch, momentum)


def _by_feature(mean: Any, var: Any, x: Any, momentum: float) -> Statistics:
    moved = [plain(m, v, c, momentum) for m, v, c in zip(mean, var, x.T, strict=True)]
    return np.array([m for m, _ in moved]), np.array([v for _, v in moved])


def _biased(mean: Any, var: Any, x: Any, momentum: float) -> Statistics:
    return _towards(mean, var, x.mean(0), x.var(0), momentum)


def _mean_too(mean: Any, var: Any, x: Any, momentum: float) -> Statistics:
    return _towards(mean, var, x.sum(0) / (len(x) - 1), _unbiased(x), momentum)


def _deviation(mean: Any, var: Any, x: Any, momentum: float) -> Statistics:
    return _towards(mean, var, x.mean(0), np.sqrt(_unbiased(x)), momentum)


def _read(mean: Any, var: Any, x: Any, momentum: Any) -> tuple[Any, ...]:
    x = array("x", x, 2)
    if len(x) < 2:
        raise ValueError("x has one row; an unbiased variance takes two")
    mean = vector("running_mean", mean, x.shape[1], "features")
    var = vector("running_var", var, x.shape[1], "features")
    return mean, var, x, number("momentum", momentum)


def _running_remarks(mean: Any, var: Any, x: Any, momentum: float) -> set[str]:
    found = {
        f"momentum is {momentum:g}": momentum in (0.1, 0.5, 1),
        "x has a hundred rows or more": len(x) >= 100,
        "the running mean is that of the batch already": np.allclose(mean, x.mean(0)),
        "the mean of the batch is 0": np.allclose(x.mean(0), 0),
        "the variance of the batch is 1": np.allclose(x.var(0), 1),
    }
    return {remark for remark, holds in found.items() if holds}


RUNNING = LineUp(
    takes=("running_mean", "running_var", "x", "momentum"),
    read=_read,
    remarks=_running_remarks,
    plain=always("a plain one", plain),
    suspect=always("the suspect", _biased),
    relatives=(
        always(
            "one in which momentum weighs the old value",
            lambda mean, var, x, momentum: plain(mean, var, x, 1 - momentum),
        ),
        always(
            "one that has a momentum of its own, 0.1",
            lambda mean, var, x, momentum: plain(mean, var, x, 0.1),
        ),
        always("one that divides the mean by N - 1, too", _mean_too),
        always("one that moves towards the standard deviation", _deviation),
    ),
    right=(
        always("one that computes in single precision", _single),
        always("one that subtracts a part of the difference", _by_difference),
        always("one that asks for the covariance matrix", _covariance),
        always("one that loops over the features", _by_feature),
    ),
    wrong=(
        always(
            "one that returns the old statistics",
            lambda mean, var, x, momentum: (mean, var),
        ),
    ),
)
