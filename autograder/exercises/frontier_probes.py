"""What the criteria of the exercise ``frontier`` call, and on what.

Batches and processes have unequal numbers of rows and differ in their means, so that
no average of averages is right by chance. A function that needs what another one
computes is given it: each can be written alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from autograder.exercises import draw
from autograder.exercises.frontier_ranks import AllReduce, together
from autograder.exercises.purity import unchanged
from autograder.fault import through
from autograder.form import Labels
from autograder.reference import frontier as reference

Results = dict[str, Any]

#: Adding it to a variance changes nothing: standardizing is judged apart from epsilon.
NEGLIGIBLE = 1e-30
D = 4
#: The rows of each batch, or of each process.
ROWS = (6, 1, 4)
#: A limit that nothing reaches.
FAR = 1e6
#: Of these features two are above each limit, two below and two within.
RATIOS = np.array([3.0, 2.3, 1.15, 0.85, 0.4, 0.32])
SHIFTS = np.array([2.5, 1.7, 0.4, -0.4, -1.6, -2.4])
FORWARD: Labels = ("y", ("x_hat", "gamma", "inv_std", "count"))
GRADIENTS: Labels = ("dx", "dgamma", "dbeta")


def parts(rng: np.random.Generator, d: int = D) -> tuple[np.ndarray, ...]:
    """Return arrays (m, d) with unequal numbers of rows and unequal means."""
    sizes = rng.permutation(ROWS)
    apart = np.repeat(2 * rng.standard_normal((len(sizes), d)), sizes, axis=0)
    return _split(draw.batch(rng, sum(ROWS), d) + apart, sizes)


def _split(rows: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, ...]:
    ends = [0, *np.cumsum(sizes)]
    return tuple(rows[start:end] for start, end in pairwise(ends))


def adapt_mean(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for the mean of uneven batches."""
    return {"mean": impl.adapt_statistics(parts(rng))[0]}


def adapt_variance(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for the variance of uneven batches."""
    return {"var": impl.adapt_statistics(parts(rng))[1]}


def _renorm(rng: np.random.Generator) -> tuple[Any, ...]:
    """Return x, gamma, beta, running_mean, running_var, eps and momentum.

    Deviations and means of the batch lie at :data:`RATIOS` and :data:`SHIFTS` from the
    running ones, in any order.
    """
    d, eps = len(RATIOS), draw.epsilon(rng)
    running_mean, _ = draw.statistics(rng, d)
    running_var = rng.uniform(6, 9, d)
    running_std = np.sqrt(running_var + eps)
    std = rng.permutation(RATIOS) * rng.uniform(0.95, 1.05, d) * running_std
    mean = running_mean + rng.permutation(SHIFTS) * running_std
    noise = rng.standard_normal((7, d))
    normal = (noise - noise.mean(axis=0)) / noise.std(axis=0)
    x = mean + np.sqrt(std**2 - eps) * normal
    return (
        x,
        *draw.parameters(rng, d),
        running_mean,
        running_var,
        eps,
        draw.momentum(rng),
    )


def _limits(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(1.4, 1.8)), float(rng.uniform(0.7, 1.2))


def renorm_ends(impl: Any, rng: np.random.Generator) -> Results:
    """Leave no room for a correction, then all the room there is."""
    arguments = _renorm(rng)
    none = impl.batch_renorm_train(*arguments, 1.0, 0.0)
    all_there_is = impl.batch_renorm_train(*arguments, FAR, FAR)
    return {
        "with r_max 1 and d_max 0, y": none[0],
        f"with r_max and d_max {FAR:.0f}, y": all_there_is[0],
    }


def renorm_correction(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for r and d where some are beyond their limits, on either side."""
    _, r, d, _, _ = impl.batch_renorm_train(*_renorm(rng), *_limits(rng))
    return {"r": r, "d": d}


def renorm_output(impl: Any, rng: np.random.Generator) -> Results:
    """Compare y with what the student's own r and d make of the batch."""
    x, gamma, beta, _, _, eps, _ = arguments = _renorm(rng)
    y, r, d, _, _ = impl.batch_renorm_train(*arguments, *_limits(rng))
    normal = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    own = gamma * normal * r + (gamma * d + beta)
    return {"y minus what your own r and d make of x": y - own}


def renorm_running(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for the running statistics after the step."""
    found = impl.batch_renorm_train(*_renorm(rng), *_limits(rng))
    return {"running_mean": found[3], "running_var": found[4]}


def _drifting(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return rows (n, D) whose mean moves along the batch."""
    slope = rng.uniform(0.5, 1, D) * draw.signs(rng, D)
    x: np.ndarray = draw.batch(rng, n) + slope * np.arange(n)[:, None]
    return x


def ghost_even(impl: Any, rng: np.random.Generator) -> Results:
    """Cut 12 rows into ghost batches of 3, first plainly, then with everything."""
    x, parameters, eps = _drifting(rng, 12), draw.parameters(rng), draw.epsilon(rng)
    plain = (np.ones(D), np.zeros(D))
    return {
        "at gamma 1, beta 0 and eps near 0, y": impl.ghost_batchnorm(
            x, *plain, NEGLIGIBLE, 3
        ),
        "y": impl.ghost_batchnorm(x, *parameters, eps, 3),
    }


def ghost_last(impl: Any, rng: np.random.Generator) -> Results:
    """Cut 14 rows into ghost batches of 6, which leaves 2."""
    x, parameters, eps = _drifting(rng, 14), draw.parameters(rng), draw.epsilon(rng)
    y = impl.ghost_batchnorm(x, *parameters, eps, 6)
    return {
        "y of the full ghost batches": through(lambda a: a[:12], y),
        "y of the last two rows": through(lambda a: a[12:], y),
    }


def _forward(impl: Any, rows: tuple[np.ndarray, ...], *rest: Any) -> list[Any]:
    processes = [(x, *rest) for x in rows]
    return together("sync_batchnorm", FORWARD, impl.sync_batchnorm, processes)


def sync_statistics(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize over three processes without epsilon, scale or shift."""
    found = _forward(impl, parts(rng), np.ones(D), np.zeros(D), NEGLIGIBLE)
    return {f"process {i}: y": y for i, (y, _) in enumerate(found)}


def sync_affine(impl: Any, rng: np.random.Generator) -> Results:
    """Use a large epsilon; compare the rest with the student's own plain y."""
    rows, eps, (gamma, beta) = parts(rng), draw.epsilon(rng), draw.parameters(rng)
    plain = _forward(impl, rows, np.ones(D), np.zeros(D), eps)
    whole = _forward(impl, rows, gamma, beta, eps)
    found: Results = {}
    for i, ((own, _), (y, (x_hat, cached, inv_std, count))) in enumerate(
        zip(plain, whole, strict=True)
    ):
        found |= {
            f"process {i}: at gamma 1, beta 0 and a large eps, y": own,
            f"process {i}: y minus (gamma * your own y at gamma 1 and beta 0 + beta)": y
            - (gamma * own + beta),
            f"process {i}: cached x_hat minus (y - beta) / gamma": x_hat
            - (y - beta) / gamma,
            f"process {i}: cached gamma": cached,
            f"process {i}: cached inv_std": inv_std,
            f"process {i}: cached count": count,
        }
    return found


def _caches(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return dy and the cache of each of three processes."""
    rows, (gamma, _), eps = parts(rng), draw.parameters(rng), draw.epsilon(rng)
    whole = np.concatenate(rows)
    inv_std = 1 / np.sqrt(whole.var(axis=0) + eps)
    mean, count = whole.mean(axis=0), float(len(whole))
    dy = _split(draw.upstream(rng, len(whole)), np.array([len(x) for x in rows]))
    caches = [((x - mean) * inv_std, gamma, inv_std, count) for x in rows]
    return list(zip(dy, caches, strict=True))


def _backward(impl: Any, rng: np.random.Generator) -> list[Any]:
    call = impl.sync_batchnorm_backward
    return together("sync_batchnorm_backward", GRADIENTS, call, _caches(rng))


def sync_dx(impl: Any, rng: np.random.Generator) -> Results:
    """Go back over three processes and look at dx."""
    return {f"process {i}: dx": dx for i, (dx, _, _) in enumerate(_backward(impl, rng))}


def sync_parameters(impl: Any, rng: np.random.Generator) -> Results:
    """Go back over three processes and look at dgamma and dbeta."""
    found: Results = {}
    for i, (_, dgamma, dbeta) in enumerate(_backward(impl, rng)):
        found |= {f"process {i}: dgamma": dgamma, f"process {i}: dbeta": dbeta}
    return found


def pure(impl: Any, rng: np.random.Generator) -> Results:
    """Call every function and look at its arguments afterwards."""
    from autograder.exercises.frontier_shift import network  # imports this module

    eps, alone = draw.epsilon(rng), AllReduce(())
    x, (gamma, beta) = draw.batch(rng, 6), draw.parameters(rng)
    calls: dict[str, tuple[Any, ...]] = {
        "adapt_statistics": (parts(rng),),
        "adapt_network": (*network(rng), eps, reference.adapt_statistics),
        "batch_renorm_train": (*_renorm(rng), *_limits(rng)),
        "ghost_batchnorm": (x, gamma, beta, eps, 3),
        "sync_batchnorm": (x, gamma, beta, eps, alone),
        "sync_batchnorm_backward": (*_caches(rng)[0], alone),
    }
    return {
        f"{name}: arguments unchanged": unchanged(impl, name, arguments)
        for name, arguments in calls.items()
    }
