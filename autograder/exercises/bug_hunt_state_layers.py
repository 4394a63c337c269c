"""Layers with a state, right and wrong: ``state``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.exercises import bug_hunt_running_layers as running
from autograder.exercises.bug_hunt_lineup import (
    MOST_NUMBERS,
    Layer,
    LineUp,
    always,
    array,
)

Steps = Sequence[tuple[str, np.ndarray]]
Statistics = running.Statistics

#: The convention of these layers; the state starts with mean 0 and variance 1.
MOMENTUM, EPS = 0.1, 1e-5
#: More steps than this are not taken.
MOST_STEPS = 1_000

#: What evaluation does to the state: (mean, var, x) -> (mean, var).
Change = Callable[[Any, Any, Any], Statistics]


def _kept(mean: Any, var: Any, x: Any) -> Statistics:
    return mean, var


def _moved(mean: Any, var: Any, x: Any) -> Statistics:
    return running.plain(mean, var, x, MOMENTUM)


def _reset(mean: Any, var: Any, x: Any) -> Statistics:
    return np.zeros_like(mean), np.ones_like(var)


def _has_state(
    before: Change = _kept, after: Change = _kept, own: bool = True
) -> Layer:
    """Return a layer that changes its state before or after each evaluation.

    Without ``own`` it normalizes with the running statistics in training, too.
    """

    def layer(steps: Steps) -> list[np.ndarray]:
        mean, var = np.zeros(steps[0][1].shape[1]), np.ones(steps[0][1].shape[1])
        outputs = []
        for mode, x in steps:
            if mode == "train":
                used = (x.mean(0), x.var(0)) if own else (mean, var)
                outputs.append(_normal(x, *used))
                mean, var = _moved(mean, var, x)
            else:
                mean, var = before(mean, var, x)
                outputs.append(_normal(x, mean, var))
                mean, var = after(mean, var, x)
        return outputs

    return layer


def _normal(x: Any, mean: Any, var: Any) -> Any:
    return (x - mean) / np.sqrt(var + EPS)


def _state_single(steps: Steps) -> list[np.ndarray]:
    mean, var = (np.full(steps[0][1].shape[1], v, np.float32) for v in (0, 1))
    outputs = []
    for mode, precise in steps:
        x = precise.astype(np.float32)
        training = mode == "train"
        used = (x.mean(0), x.var(0)) if training else (mean, var)
        outputs.append(_normal(x, *used))
        mean, var = _moved(mean, var, x) if training else (mean, var)
    return outputs


def _state_summed(steps: Steps) -> list[np.ndarray]:
    """Weigh the statistics of all earlier batches, in the place of keeping a state."""
    outputs: list[np.ndarray] = []
    means, variances = [0.0 * steps[0][1][0]], [1.0 + 0.0 * steps[0][1][0]]
    for mode, x in steps:
        if mode == "train":
            outputs.append(_normal(x, x.mean(0), x.var(0)))
            means.append(x.mean(0))
            variances.append(x.var(0, ddof=1))
        else:
            ages = np.arange(len(means))[::-1]
            weights = np.where(ages == len(ages) - 1, 1, MOMENTUM)
            weights = weights * (1 - MOMENTUM) ** ages
            outputs.append(_normal(x, weights @ means, weights @ variances))
    return outputs


def _read_steps(steps: Any) -> tuple[Any, ...]:
    if not isinstance(steps, list | tuple) or not 0 < len(steps) <= MOST_STEPS:
        raise ValueError(f"steps is not a list of 1 to {MOST_STEPS:,} steps")
    read = [_read_step(step) for step in steps]
    if sum(x.size for _, x in read) > MOST_NUMBERS:
        raise ValueError(f"the steps have more than {MOST_NUMBERS:,} numbers")
    if len({x.shape[1] for _, x in read}) > 1:
        raise ValueError("the batches differ in their number of features")
    return (read,)


def _read_step(step: Any) -> tuple[str, np.ndarray]:
    if not isinstance(step, list | tuple) or len(step) != 2:
        raise ValueError('a step is a pair such as ("train", x)')
    mode, x = step
    if not isinstance(mode, str) or mode not in ("train", "eval"):
        raise ValueError('the mode of a step is "train" or "eval"')
    x = array("x", x, 2)
    if mode == "train" and len(x) < 2:
        raise ValueError("a batch for training has one row; it takes two")
    return mode, x


def _state_remarks(steps: Steps) -> set[str]:
    modes = [mode for mode, _ in steps]
    batches = [x for mode, x in steps]
    alike = all(np.array_equal(x, batches[0]) for x in batches)
    found = {
        "there is at most one evaluation": modes.count("eval") < 2,
        "all batches are the same": len(batches) > 1 and alike,
    }
    return {remark for remark, holds in found.items() if holds}


STATE = LineUp(
    takes=("steps",),
    read=_read_steps,
    remarks=_state_remarks,
    plain=always("a plain one", _has_state()),
    suspect=always("the suspect", _has_state(after=_moved)),
    relatives=(
        always(
            "one whose running mean alone moves in evaluation",
            _has_state(after=lambda m, v, x: (_moved(m, v, x)[0], v)),
        ),
        always(
            "one whose running variance alone moves in evaluation",
            _has_state(after=lambda m, v, x: (m, _moved(m, v, x)[1])),
        ),
        always(
            "one whose statistics move before it evaluates", _has_state(before=_moved)
        ),
        always(
            "one that goes by the running statistics in training, too, and moves them "
            "in evaluation",
            _has_state(after=_moved, own=False),
        ),
    ),
    right=(
        always("one that computes in single precision", _state_single),
        always("one that sums over all earlier batches", _state_summed),
    ),
    wrong=(
        always(
            "one that forgets its statistics in each evaluation",
            _has_state(after=_reset),
        ),
    ),
)
