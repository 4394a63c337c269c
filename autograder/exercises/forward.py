"""The exercise ``forward``: batch normalization of a matrix, forward."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Criterion, Exercise
from autograder.exercises import draw
from autograder.exercises.forward_slips import SLIPS
from autograder.exercises.purity import unchanged
from autograder.fault import through
from autograder.reference import forward as reference

Results = dict[str, Any]

#: Adding it to a variance changes nothing: standardizing is judged apart from epsilon.
NEGLIGIBLE = 1e-30


def standardize(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize without epsilon, scale or shift."""
    x = draw.batch(rng)
    y, _ = impl.batchnorm_train(x, np.ones(4), np.zeros(4), NEGLIGIBLE)
    return {"y": y}


def epsilon(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize with a large epsilon, and a feature that does not vary at all."""
    x = draw.batch(rng)
    y, _ = impl.batchnorm_train(x, np.ones(4), np.zeros(4), draw.epsilon(rng))
    x[:, 1] = 0.5
    flat, _ = impl.batchnorm_train(x, np.ones(4), np.zeros(4), draw.epsilon(rng))
    return {"y": y, "y of a constant feature": flat[:, 1]}


def scale_shift(impl: Any, rng: np.random.Generator) -> Results:
    """Compare y with what gamma and beta make of the student's own normalized x."""
    x, (gamma, beta), eps = draw.batch(rng), draw.parameters(rng), draw.epsilon(rng)
    plain, _ = impl.batchnorm_train(x, np.ones(4), np.zeros(4), eps)
    y, _ = impl.batchnorm_train(x, gamma, beta, eps)
    return {
        "y minus (gamma * your own y at gamma 1 and beta 0 + beta)": y
        - (gamma * plain + beta)
    }


def cache(impl: Any, rng: np.random.Generator) -> Results:
    """Compare the cache with the student's own y."""
    x, (gamma, beta), eps = draw.batch(rng), draw.parameters(rng), draw.epsilon(rng)
    y, (x_hat, cached_gamma, inv_std) = impl.batchnorm_train(x, gamma, beta, eps)
    own = (y - beta) / gamma
    return {
        "x_hat minus (y - beta) / gamma": x_hat - own,
        "gamma": cached_gamma,
        "(x - mean) * inv_std minus (y - beta) / gamma": (x - x.mean(axis=0)) * inv_std
        - own,
        "inv_std is positive": inv_std > 0,
    }


def stability(impl: Any, rng: np.random.Generator) -> Results:
    """Shift x by a large constant, which must change nothing.

    x lies on a grid that makes x + shift exact in the precision at hand.
    """
    x = np.round(draw.batch(rng, n=16) * 1024) / 1024
    ones, zeros, eps = np.ones(4), np.zeros(4), draw.epsilon(rng)
    y, _ = impl.batchnorm_train(x, ones, zeros, eps)
    far, _ = impl.batchnorm_train(x + 2.0**23, ones, zeros, eps)
    single = [a.astype(np.float32) for a in (x + 1024, ones, zeros)]
    near, _ = impl.batchnorm_train(*single, eps)
    return {
        "y of x + 8388608 minus y of x": far - y,
        "y of x + 1024 in float32 minus y of x": near - y,
        "y varies": through(lambda a: np.ptp(a, axis=0) > 0.1, y),
    }


def pure(impl: Any, rng: np.random.Generator) -> Results:
    """Call every function and look at its arguments afterwards."""
    x, (gamma, beta), eps = draw.batch(rng), draw.parameters(rng), draw.epsilon(rng)
    mean, var = draw.statistics(rng)
    calls: dict[str, tuple[Any, ...]] = {
        "batchnorm_train": (x, gamma, beta, eps),
        "update_running": (mean, var, x, draw.momentum(rng)),
        "batchnorm_eval": (x, gamma, beta, mean, var, eps),
    }
    return {
        f"{name}: arguments unchanged": unchanged(impl, name, arguments)
        for name, arguments in calls.items()
    }


def running_mean(impl: Any, rng: np.random.Generator) -> Results:
    """Take one step of the running mean."""
    mean, var = draw.statistics(rng)
    new, _ = impl.update_running(mean, var, draw.batch(rng), draw.momentum(rng))
    return {"running mean": new}


def running_var(impl: Any, rng: np.random.Generator) -> Results:
    """Take one step of the running variance."""
    mean, var = draw.statistics(rng)
    _, new = impl.update_running(mean, var, draw.batch(rng), draw.momentum(rng))
    return {"running variance": new}


def eval_output(impl: Any, rng: np.random.Generator) -> Results:
    """Evaluate a batch, and a row of it alone."""
    x, (gamma, beta), eps = draw.batch(rng), draw.parameters(rng), draw.epsilon(rng)
    mean, var = draw.statistics(rng)
    y = impl.batchnorm_eval(x, gamma, beta, mean, var, eps)
    row = impl.batchnorm_eval(x[2:3], gamma, beta, mean, var, eps)
    return {"y": y, "y of one row alone": row}


def _section(title: str) -> str:
    return f"What batch normalization computes, section “{title}”"


TRAIN = ("batchnorm_train",)
RUNNING = ("update_running",)
EVAL = ("batchnorm_eval",)

EXERCISE = Exercise(
    name="forward",
    title="Batch normalization, forward",
    reference=reference,
    returns={
        "batchnorm_train": ("y", ("x_hat", "gamma", "inv_std")),
        "update_running": ("running mean", "running variance"),
        "batchnorm_eval": "y",
    },
    criteria=(
        Criterion(
            "standardize",
            "Each feature is standardized over the batch",
            20,
            TRAIN,
            standardize,
            _section("The transform"),
            "At gamma 1 and beta 0, each column of y must have mean 0 and variance 1.",
        ),
        Criterion(
            "epsilon",
            "Epsilon is where it belongs",
            10,
            TRAIN,
            epsilon,
            _section("ε: when a feature does not vary"),
            "The result is wrong where epsilon is as large as the variance.",
        ),
        Criterion(
            "scale_shift",
            "Gamma scales, then beta shifts",
            10,
            TRAIN,
            scale_shift,
            _section("γ and β: giving the freedom back"),
            "y must be gamma times the normalized x, plus beta, feature by feature.",
        ),
        Criterion(
            "cache",
            "The cache holds what the backward pass needs",
            10,
            TRAIN,
            cache,
            _section("The transform"),
            "The parts of the cache must belong to the y that was returned.",
        ),
        Criterion(
            "stability",
            "A large offset of x changes nothing",
            5,
            TRAIN,
            stability,
            _section("The transform"),
            "Adding a constant to a feature must not change its normalized values, "
            "however large the constant is.",
        ),
        Criterion(
            "pure",
            "The functions leave their arguments as they were",
            5,
            TRAIN + RUNNING + EVAL,
            pure,
            _section("Common slips"),
            "A function changed an array that it was given.",
        ),
        Criterion(
            "running_mean",
            "The running mean moves a step towards the batch",
            8,
            RUNNING,
            running_mean,
            _section("Training and evaluation"),
        ),
        Criterion(
            "running_var",
            "The running variance moves a step towards the batch",
            12,
            RUNNING,
            running_var,
            _section("Training and evaluation"),
        ),
        Criterion(
            "eval_output",
            "Evaluation uses the running statistics, row by row",
            20,
            EVAL,
            eval_output,
            _section("Training and evaluation"),
            "Each row's result comes from that row, the running statistics, eps, gamma "
            "and beta, and from nothing else.",
        ),
    ),
    slips=SLIPS,
)
