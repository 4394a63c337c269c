"""How many known mistakes pass the visible checks of two well-known courses?

    python -m benchmarks.visible_checks

Both checks are re-created from what their public notebooks and tests show: CS231n
assignment 2 (2026), the cells on the forward pass, whose printed means and standard
deviations a student compares with the target (here: within 0.01, and within 0.2 where
the notebook says "noisier"); ARENA 3.0 chapter 0.2, `test_batchnorm2d_forward` and
`test_batchnorm2d_running_mean`. Only slips that change a result are counted, not those
of the cache or of manners.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.diagnosis import failed_by
from autograder.exercise import Exercise, Slip, slipped
from autograder.exercises import load
from autograder.implementation import LocalImplementation
from autograder.judge import passes

Functions = Mapping[str, Callable[..., Any]]


def cs231n(functions: Functions) -> bool:
    """Tell whether the functions look right in CS231n's two forward cells."""
    rng = np.random.default_rng(231)
    first, second = rng.standard_normal((50, 60)), rng.standard_normal((60, 3))

    def activations() -> np.ndarray:
        return np.maximum(0, rng.standard_normal((200, 50)) @ first) @ second

    ones, zeros = np.ones(3), np.zeros(3)
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    plain, _ = functions["batchnorm_train"](activations(), ones, zeros, 1e-5)
    moved, _ = functions["batchnorm_train"](activations(), gamma, beta, 1e-5)
    mean, var = zeros, zeros
    for _ in range(50):
        mean, var = functions["update_running"](mean, var, activations(), 0.1)
    test = functions["batchnorm_eval"](activations(), ones, zeros, mean, var, 1e-5)
    return (
        _near(plain, zeros, ones, 0.01)
        and _near(moved, beta, gamma, 0.01)
        and _near(test, zeros, ones, 0.2)
    )


def _near(y: np.ndarray, mean: np.ndarray, std: np.ndarray, tolerance: float) -> bool:
    centre = np.abs(y.mean(axis=0) - mean).max()
    return bool(max(centre, np.abs(y.std(axis=0) - std).max()) <= tolerance)


def arena(functions: Functions) -> bool:
    """Tell whether the functions pass ARENA's tests, on (N, C, H, W) as (N H W, C)."""
    x = np.random.default_rng(0).standard_normal((1200, 2))
    y, _ = functions["batchnorm_train"](x, np.ones(2), np.zeros(2), 1e-5)
    right = np.abs(y.mean(axis=0)).max() <= 1e-5
    right &= bool(np.abs(y.std(axis=0, ddof=1) - 1).max() <= 2e-3)
    x = np.arange(12.0).reshape(2, 3, 2).transpose(0, 2, 1).reshape(4, 3)
    mean, var = np.zeros(3), np.ones(3)
    for step in range(30):
        mean, var = functions["update_running"](mean, var, x, 0.6)
        target = (1 - 0.4 ** (step + 1)) * np.array([3.5, 5.5, 7.5])
        right &= bool(np.allclose(mean, target, rtol=1.3e-6, atol=1e-5))
    y = functions["batchnorm_eval"](x, np.ones(3), np.zeros(3), mean, var, 1e-5)
    return bool(right and np.abs(y.mean(axis=0)).max() <= 1e-5)


def unnoticed(
    exercise: Exercise, slip: Slip, check: Callable[[Functions], bool]
) -> bool:
    """Tell whether a slip passes a check; an error counts as noticed."""
    try:
        with np.errstate(all="ignore"):
            return check(slipped(exercise, [slip]))
    except (ValueError, TypeError, IndexError, AttributeError):
        return False


def measure() -> dict[str, dict[str, int]]:
    """Count, for each check, the slips and those that pass unnoticed."""
    exercise = load("forward")
    fails = {slip.name: failed_by(exercise, slip) for slip in exercise.slips}
    slips = [s for s in exercise.slips if fails[s.name] - {"cache", "pure"}]
    checks = {
        "this course": lambda f: passes(exercise, LocalImplementation(f), 0),
        "CS231n, visible cells": cs231n,
        "ARENA, tests": arena,
    }
    return {
        name: {
            "slips": len(slips),
            "unnoticed": sum(unnoticed(exercise, slip, check) for slip in slips),
            "reference accepted": int(check(vars(exercise.reference))),
        }
        for name, check in checks.items()
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
