"""What the criteria of the exercise ``alternatives`` call, and on what.

Rows and images differ among themselves in offset and spread, and so do features and
channels; no two of the sizes that could be confused are equal. Where a function needs
another one's result, the reference supplies it: each function can be written alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises import draw
from autograder.exercises.purity import unchanged
from autograder.fault import through
from autograder.reference import alternatives as reference

Results = dict[str, Any]

#: Adding it to a variance changes nothing: standardizing is judged apart from epsilon.
NEGLIGIBLE = 1e-30
N, D = 6, 5
IMAGES, C, H, W = 5, 6, 4, 8
GROUPS = 2


def rows(rng: np.random.Generator) -> np.ndarray:
    """Return x (N, D) whose rows, and whose features, differ in offset and spread."""
    x: np.ndarray = _offset(rng, N)[:, None] + draw.spreads(rng, N)[:, None] * (
        rng.uniform(-1, 1, D) + rng.standard_normal((N, D))
    )
    return x


def images(rng: np.random.Generator) -> np.ndarray:
    """Return x (IMAGES, C, H, W) whose images, and whose channels, differ likewise."""
    noise = rng.standard_normal((IMAGES, C, H, W))
    channels = (
        rng.uniform(0.5, 2, C)[:, None, None] * noise + _offset(rng, C)[:, None, None]
    )
    spread = draw.spreads(rng, IMAGES)[:, None, None, None]
    x: np.ndarray = _offset(rng, IMAGES)[:, None, None, None] + spread * channels
    return x


def _offset(rng: np.random.Generator, size: int) -> np.ndarray:
    offset: np.ndarray = rng.uniform(1, 4, size) * draw.signs(rng, size)
    return offset


def _channels(parameter: np.ndarray) -> np.ndarray:
    return parameter[:, None, None]


def layer_standardize(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize rows without epsilon, scale or shift."""
    y, _ = impl.layernorm(rows(rng), np.ones(D), np.zeros(D), NEGLIGIBLE)
    return {"y": y}


def layer_affine(impl: Any, rng: np.random.Generator) -> Results:
    """Use a large epsilon; compare the rest with the student's own plain y."""
    x, eps = rows(rng), draw.epsilon(rng)
    gamma, beta = draw.parameters(rng, D)
    plain, _ = impl.layernorm(x, np.ones(D), np.zeros(D), eps)
    y, (x_hat, cached_gamma, inv_std) = impl.layernorm(x, gamma, beta, eps)
    return {
        "at gamma 1, beta 0 and a large eps, y": plain,
        "y minus (gamma * your own y at gamma 1 and beta 0 + beta)": y
        - (gamma * plain + beta),
        "cached x_hat minus (y - beta) / gamma": x_hat - (y - beta) / gamma,
        "cached gamma": cached_gamma,
        "cached inv_std": inv_std,
    }


def layer_dx(impl: Any, rng: np.random.Generator) -> Results:
    """Take the gradient with respect to x; dx adds up to nothing over a row."""
    dx, _, _ = impl.layernorm_backward(*_layer_backward(rng))
    return {
        "dx summed over row": through(lambda a: _whole(a.sum(axis=1)), dx),
        "dx": dx,
    }


def layer_parameters(impl: Any, rng: np.random.Generator) -> Results:
    """Take the gradients with respect to gamma and beta."""
    _, dgamma, dbeta = impl.layernorm_backward(*_layer_backward(rng))
    return {"dgamma": dgamma, "dbeta": dbeta}


def _layer_backward(rng: np.random.Generator) -> tuple[Any, ...]:
    x, (gamma, beta), eps = rows(rng), draw.parameters(rng, D), draw.epsilon(rng)
    _, cache = reference.layernorm(x, gamma, beta, eps)
    return rng.standard_normal((N, D)) + 0.5, cache


def _whole(a: np.ndarray) -> np.ndarray:
    """Round to ten places, so that what is zero on paper is zero."""
    rounded: np.ndarray = np.round(a, 10) + 0.0  # turns -0.0 into 0.0
    return rounded


def group_standardize(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize groups of neighbouring channels without epsilon, scale or shift."""
    y, _ = impl.groupnorm(images(rng), np.ones(C), np.zeros(C), GROUPS, NEGLIGIBLE)
    return {"y": y}


def group_limits(impl: Any, rng: np.random.Generator) -> Results:
    """Take all channels as one group, and every channel as its own."""
    x = images(rng)
    one, _ = impl.groupnorm(x, np.ones(C), np.zeros(C), 1, NEGLIGIBLE)
    each, _ = impl.groupnorm(x, np.ones(C), np.zeros(C), C, NEGLIGIBLE)
    return {
        "y with one group": one,
        f"y with as many groups as channels ({C})": each,
    }


def group_affine(impl: Any, rng: np.random.Generator) -> Results:
    """Use a large epsilon; compare the rest with the student's own plain y."""
    x, eps = images(rng), draw.epsilon(rng)
    gamma, beta = draw.parameters(rng, C)
    plain, _ = impl.groupnorm(x, np.ones(C), np.zeros(C), GROUPS, eps)
    y, (x_hat, cached_gamma, inv_std) = impl.groupnorm(x, gamma, beta, GROUPS, eps)
    wide, shift = _channels(gamma), _channels(beta)
    return {
        "at gamma 1, beta 0 and a large eps, y": plain,
        "y minus (gamma * your own y at gamma 1 and beta 0 + beta)": y
        - (wide * plain + shift),
        "cached x_hat minus (y - beta) / gamma": x_hat - (y - shift) / wide,
        "cached gamma": cached_gamma,
        "cached inv_std": inv_std,
    }


def group_dx(impl: Any, rng: np.random.Generator) -> Results:
    """Take the gradient with respect to x; dx adds up to nothing over a group."""

    def sums(a: np.ndarray) -> np.ndarray:
        return _whole(a.reshape(len(a), GROUPS, -1).sum(axis=2))

    dx, _, _ = impl.groupnorm_backward(*_group_backward(rng))
    return {"dx summed over image and group": through(sums, dx), "dx": dx}


def group_parameters(impl: Any, rng: np.random.Generator) -> Results:
    """Take the gradients with respect to gamma and beta."""
    _, dgamma, dbeta = impl.groupnorm_backward(*_group_backward(rng))
    return {"dgamma": dgamma, "dbeta": dbeta}


def _group_backward(rng: np.random.Generator) -> tuple[Any, ...]:
    x, (gamma, beta), eps = images(rng), draw.parameters(rng, C), draw.epsilon(rng)
    _, cache = reference.groupnorm(x, gamma, beta, GROUPS, eps)
    return rng.standard_normal(x.shape) + 0.5, cache, GROUPS


def instance(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize each channel of each image, first plainly, then with everything."""
    x, (gamma, beta), eps = images(rng), draw.parameters(rng, C), draw.epsilon(rng)
    return {
        "at gamma 1, beta 0 and eps near 0, y": impl.instancenorm(
            x, np.ones(C), np.zeros(C), NEGLIGIBLE
        ),
        "y": impl.instancenorm(x, gamma, beta, eps),
    }


def rms(impl: Any, rng: np.random.Generator) -> Results:
    """Divide rows by their root mean square, first plainly, then with everything."""
    x, (gamma, _), eps = rows(rng), draw.parameters(rng, D), draw.epsilon(rng)
    x[0] = 0.1 * rng.standard_normal(D)  # a short row, for which epsilon matters
    return {
        "at gamma 1 and eps near 0, y": impl.rmsnorm(x, np.ones(D), NEGLIGIBLE),
        "y": impl.rmsnorm(x, gamma, eps),
    }


def alone(impl: Any, rng: np.random.Generator) -> Results:
    """Compare a row or an image alone with the same one in a batch."""
    x, image, eps = rows(rng), images(rng), draw.epsilon(rng)
    row_parameters, parameters = draw.parameters(rng, D), draw.parameters(rng, C)

    def layer(some: np.ndarray) -> Any:
        return impl.layernorm(some, *row_parameters, eps)[0]

    def group(some: np.ndarray) -> Any:
        return impl.groupnorm(some, *parameters, GROUPS, eps)[0]

    def instance(some: np.ndarray) -> Any:
        return impl.instancenorm(some, *parameters, eps)

    def rms(some: np.ndarray) -> Any:
        return impl.rmsnorm(some, row_parameters[0], eps)

    found: Results = {}
    for name, normalize, batch, one, a, part in (
        ("layernorm", layer, x, 2, "a", "row"),
        ("groupnorm", group, image, 1, "an", "image"),
        ("instancenorm", instance, image, 1, "an", "image"),
        ("rmsnorm", rms, x, 2, "a", "row"),
    ):
        together = normalize(batch)
        apart = normalize(batch[one : one + 1]) - together[one : one + 1]
        found[f"{name}: {a} {part} alone minus the same {part} in a batch"] = apart
        # What is the same for every input is so alone, too.
        found[f"{name}: y varies"] = through(lambda y: np.ptp(y) > 0.1, together)
    return found


def pure(impl: Any, rng: np.random.Generator) -> Results:
    """Call every function and look at its arguments afterwards."""
    x, image, eps = rows(rng), images(rng), draw.epsilon(rng)
    gamma, beta = draw.parameters(rng, D)
    calls: dict[str, tuple[Any, ...]] = {
        "layernorm": (x, gamma, beta, eps),
        "layernorm_backward": _layer_backward(rng),
        "groupnorm": (image, *draw.parameters(rng, C), GROUPS, eps),
        "groupnorm_backward": _group_backward(rng),
        "instancenorm": (image, *draw.parameters(rng, C), eps),
        "rmsnorm": (x, gamma, eps),
    }
    return {
        f"{name}: arguments unchanged": unchanged(impl, name, arguments)
        for name, arguments in calls.items()
    }
