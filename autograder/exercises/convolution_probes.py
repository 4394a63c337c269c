"""The probes of the exercise ``convolution``.

N, C, H and W are all different, so that a wrong axis or a swapped one cannot hide, and
the channels lie far apart, so that mixing them shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises import draw
from autograder.exercises.purity import unchanged
from autograder.fault import Fault, through

Results = dict[str, Any]

#: Adding it to a variance changes nothing: standardizing is judged apart from epsilon.
NEGLIGIBLE = 1e-30
CHANNELS = 4


def per_channel(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the values of each channel, wherever they ended up."""
    y, _ = impl.batchnorm2d_train(draw.images(rng), *_plain(), NEGLIGIBLE)
    return {"y, each channel's values in order of size": through(_by_size, y)}


def _by_size(y: np.ndarray) -> np.ndarray:
    sorted_values: np.ndarray = np.sort(np.moveaxis(y, 1, 0).reshape(y.shape[1], -1))
    return sorted_values


def place(impl: Any, rng: np.random.Generator) -> Results:
    """Look only at which value of each image and channel is the smallest, the next …

    Normalizing keeps the order, with whatever statistics it is done.
    """
    gamma, beta = (np.abs(a) for a in draw.parameters(rng))
    y, _ = impl.batchnorm2d_train(draw.images(rng), gamma, beta, draw.epsilon(rng))
    return {"rank of y within its image and channel": through(_ranks, y)}


def _ranks(y: np.ndarray) -> np.ndarray:
    maps = y.reshape(*y.shape[:2], -1)
    return maps.argsort(axis=-1).argsort(axis=-1).reshape(y.shape)


def epsilon(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize a checkerboard, whose statistics are the same over any axes.

    Each value has the opposite sign of its neighbour along every axis. So epsilon is
    judged apart from the question what the statistics are taken over, and, in order of
    size, apart from the question where the values end up.
    """
    signs = (-1.0) ** np.indices((2, CHANNELS, 6, 8)).sum(axis=0)
    y, _ = impl.batchnorm2d_train(
        rng.uniform(0.3, 0.6) * signs, *_plain(), draw.epsilon(rng)
    )
    flat, _ = impl.batchnorm2d_train(
        np.full(signs.shape, 0.5), *_plain(), draw.epsilon(rng)
    )
    return {
        "y in order of size": through(lambda a: np.sort(a, axis=None), y),
        "y of a constant channel": flat,
    }


def scale_shift(impl: Any, rng: np.random.Generator) -> Results:
    """Compare y with what gamma and beta make of the student's own normalized x."""
    x, (gamma, beta), eps = draw.images(rng), draw.parameters(rng), draw.epsilon(rng)
    plain, _ = impl.batchnorm2d_train(x, *_plain(), eps)
    y, _ = impl.batchnorm2d_train(x, gamma, beta, eps)
    return {
        "y minus (gamma * your own y at gamma 1 and beta 0 + beta)": y
        - (_over_channels(gamma) * plain + _over_channels(beta))
    }


def cache(impl: Any, rng: np.random.Generator) -> Results:
    """Compare the cache with the student's own y."""
    x, (gamma, beta), eps = draw.images(rng), draw.parameters(rng), draw.epsilon(rng)
    y, (x_hat, cached_gamma, inv_std) = impl.batchnorm2d_train(x, gamma, beta, eps)
    own = (y - _over_channels(beta)) / _over_channels(gamma)
    centered = x - x.mean(axis=(0, 2, 3), keepdims=True)
    scaled = through(lambda a: centered * _over_channels(a), inv_std)
    return {
        "x_hat has the shape of x": _formed(x_hat),
        "inv_std has the shape (C,)": _formed(inv_std),
        "x_hat minus (y - beta) / gamma": _or_nan(x_hat - own, x.shape),
        "gamma": cached_gamma,
        "(x - mean) * inv_std minus (y - beta) / gamma": _or_nan(scaled - own, x.shape),
        "inv_std is positive": _or_nan(inv_std > 0, gamma.shape),
    }


def _formed(part: Any) -> Any:
    """Tell whether a part has the right form: all wrong forms are one mistake here."""
    wrong = isinstance(part, Fault) and part.kind == "form"
    return np.array(False) if wrong else through(lambda _: np.array(True), part)


def _or_nan(part: Any, shape: tuple[int, ...]) -> Any:
    wrong = isinstance(part, Fault) and part.kind == "form"
    return np.full(shape, np.nan) if wrong else part


def running(impl: Any, rng: np.random.Generator) -> Results:
    """Take the statistics that a batch adds to the running ones."""
    mean, var = impl.batch_statistics(draw.images(rng))
    return {"mean": mean, "variance": var}


def dx(impl: Any, rng: np.random.Generator) -> Results:
    """Carry a gradient back to x."""
    found, _, _ = impl.batchnorm2d_backward(*_upstream(rng))
    return {
        "the sum of dx over a channel": through(lambda a: a.sum(axis=(0, 2, 3)), found),
        "dx": found,
    }


def parameters(impl: Any, rng: np.random.Generator) -> Results:
    """Carry a gradient back to gamma and beta."""
    _, dgamma, dbeta = impl.batchnorm2d_backward(*_upstream(rng))
    return {"dgamma": dgamma, "dbeta": dbeta}


def fold_weight(impl: Any, rng: np.random.Generator) -> Results:
    """Fold, and look at the weight."""
    weight, _ = impl.fold_into_conv(*_layers(rng))
    return {"weight": weight}


def fold_bias(impl: Any, rng: np.random.Generator) -> Results:
    """Compare the new bias with what the student's own scale makes of the old one."""
    layers = _layers(rng)
    weight, bias, _, beta, mean, _, _ = layers
    new_weight, new_bias = impl.fold_into_conv(*layers)
    scale = through(lambda a: (a * weight).sum(axis=(1, 2, 3)), new_weight)
    own = scale / (weight**2).sum(axis=(1, 2, 3))
    return {
        "bias minus (your own scale * (the old bias - mean) + beta)": new_bias
        - (own * (bias - mean) + beta)
    }


def sequence(impl: Any, rng: np.random.Generator) -> Results:
    """Normalize sequences, with parameters and an epsilon that show."""
    x = np.moveaxis(draw.images(rng)[:, :, 0], 1, 2)  # (N, T, C)
    return {"y": impl.batchnorm_sequence(x, *draw.parameters(rng), draw.epsilon(rng))}


def pure(impl: Any, rng: np.random.Generator) -> Results:
    """Call every function and look at its arguments afterwards."""
    x, (gamma, beta), eps = draw.images(rng), draw.parameters(rng), draw.epsilon(rng)
    calls: dict[str, tuple[Any, ...]] = {
        "batchnorm2d_train": (x, gamma, beta, eps),
        "batch_statistics": (x,),
        "batchnorm2d_backward": _upstream(rng),
        "fold_into_conv": _layers(rng),
        "batchnorm_sequence": (np.moveaxis(x[:, :, 0], 1, 2), gamma, beta, eps),
    }
    return {
        f"{name}: arguments unchanged": unchanged(impl, name, arguments)
        for name, arguments in calls.items()
    }


def _plain() -> tuple[np.ndarray, np.ndarray]:
    return np.ones(CHANNELS), np.zeros(CHANNELS)


def _over_channels(a: np.ndarray) -> np.ndarray:
    return a[:, None, None]


def _upstream(rng: np.random.Generator) -> tuple[Any, ...]:
    """Return dy and a cache that belongs together."""
    x, (gamma, _) = draw.images(rng), draw.parameters(rng)
    axes = (0, 2, 3)
    inv_std = 1 / np.sqrt(x.var(axis=axes) + draw.epsilon(rng))
    x_hat = (x - x.mean(axis=axes, keepdims=True)) * _over_channels(inv_std)
    return rng.normal(1, 2, x.shape), (x_hat, gamma, inv_std)


def _layers(rng: np.random.Generator) -> tuple[Any, ...]:
    """Return a convolution and the batch normalization after it."""
    weight = rng.normal(0, 1, (CHANNELS, 2, 3, 5))
    bias = rng.uniform(1, 2, CHANNELS) * draw.signs(rng, CHANNELS)
    gamma, beta = draw.parameters(rng)
    return (weight, bias, gamma, beta, *draw.statistics(rng), draw.epsilon(rng))
