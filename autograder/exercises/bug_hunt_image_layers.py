"""Layers for images, right and wrong: ``pixels``, ``channels`` and ``mates``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises.bug_hunt_image_styles import (
    SHARED,
    STYLES,
    affine,
    along,
    normalized,
    plain,
)
from autograder.exercises.bug_hunt_lineup import (
    Candidate,
    Layer,
    LineUp,
    always,
    array,
    number,
    vector,
)

#: The channels, and the epsilon, of the layers that keep their parameters.
CHANNELS, EPS = 3, 1e-5


def _read(x: Any, gamma: Any, beta: Any, eps: Any) -> tuple[Any, ...]:
    x = array("x", x, 4)
    gamma = vector("gamma", gamma, x.shape[1], "channels")
    beta = vector("beta", beta, x.shape[1], "channels")
    return x, gamma, beta, number("eps", eps)


def _moved(move: Callable[[np.ndarray], np.ndarray]) -> Layer:
    """Return the right layer with the pixels of its output moved."""
    return lambda *arguments: move(plain(*arguments))


def _pixel_remarks(x: Any, gamma: Any, beta: Any, eps: float) -> set[str]:
    sizes = dict(zip("NCHW", x.shape, strict=True))
    return {f"{name} is 1" for name in "NHW" if sizes[name] == 1}


PIXELS = LineUp(
    takes=("x", "gamma", "beta", "eps"),
    read=_read,
    remarks=_pixel_remarks,
    plain=always("a plain one", plain),
    suspect=always("the suspect", _moved(lambda y: y.swapaxes(2, 3).reshape(y.shape))),
    relatives=(
        always(
            "one that mirrors each image left to right",
            _moved(lambda y: y[..., ::-1]),
        ),
        always(
            "one that turns each image upside down",
            _moved(lambda y: y[:, :, ::-1]),
        ),
        always(
            "one that returns the images in reverse order",
            _moved(lambda y: y[::-1]),
        ),
        always(
            "one that mirrors each image but the first",
            _moved(lambda y: np.concatenate([y[:1], y[1:, ..., ::-1]])),
        ),
        always(
            "one that returns the negative of each normalized value",
            lambda x, gamma, beta, eps: plain(x, -gamma, beta, eps),
        ),
    ),
    right=tuple(always(*style) for style in STYLES),
    wrong=(
        always(
            "one that returns the shape (N, C, W, H)",
            _moved(lambda y: y.swapaxes(2, 3)),
        ),
        always(
            "one that does not normalize",
            lambda x, gamma, beta, eps: affine(x, gamma, beta),
        ),
    ),
)


def _guesses(axis: int, guess: Layer) -> Layer:
    """Return a layer that is right except where an axis has as many places as C."""

    def layer(x: Any, *rest: Any) -> Any:
        guessed = x.shape[axis] == x.shape[1]
        return guess(x, *rest) if guessed else plain(x, *rest)

    return layer


def _wrong_axis(axis: int) -> Layer:
    """Return a layer that can take gamma and beta along a wrong axis."""
    return _guesses(
        axis, lambda x, g, b, eps: affine(normalized(x, SHARED, eps), g, b, axis)
    )


def _beta_along_w(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    scaled = along(gamma, 1) * normalized(x, SHARED, eps)
    return scaled + along(beta, 3)


def _channels_last(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return affine(normalized(x, (0, 1, 2), eps), gamma, beta, 3)


def _channel_remarks(x: Any, gamma: Any, beta: Any, eps: float) -> set[str]:
    sizes = dict(zip("NCHW", x.shape, strict=True))
    equal = [name for name in "NHW" if sizes[name] == sizes["C"]]
    found = set() if equal else {"none of N, H and W equals C"}
    vectors = {"gamma": gamma, "beta": beta}
    same = [name for name, values in vectors.items() if np.ptp(values) == 0]
    return found | {f"{name} is the same for all channels" for name in same}


COINCIDENCES = LineUp(
    takes=("x", "gamma", "beta", "eps"),
    read=_read,
    remarks=_channel_remarks,
    plain=always("a plain one", plain),
    suspect=always("the suspect", _wrong_axis(3)),
    relatives=(
        always("one that errs where H equals C", _wrong_axis(2)),
        always("one that errs where N equals C", _wrong_axis(0)),
        always("one that errs in beta alone", _guesses(3, _beta_along_w)),
        always(
            "one that takes the statistics of the wrong axis, too",
            _guesses(3, _channels_last),
        ),
    ),
    right=tuple(always(*style) for style in STYLES),
    wrong=(
        always(
            "one that does not normalize",
            lambda x, gamma, beta, eps: affine(x, gamma, beta),
        ),
    ),
)


def _sealed(layer: Layer) -> Callable[[np.random.Generator], Layer]:
    """Let a layer draw its gamma and beta and keep them."""

    def make(rng: np.random.Generator) -> Layer:
        signs = rng.choice([-1.0, 1.0], CHANNELS)
        gamma, beta = rng.uniform(0.7, 2, CHANNELS) * signs, rng.normal(0, 2, CHANNELS)
        return lambda x: layer(x, gamma, beta, EPS)

    return make


def _over(*axes: int) -> Layer:
    return lambda x, gamma, beta, eps: affine(normalized(x, axes, eps), gamma, beta)


def _halves(x: Any, *rest: Any) -> Any:
    if len(x) == 1:
        return plain(x, *rest)
    middle = len(x) // 2
    return np.concatenate([plain(x[:middle], *rest), plain(x[middle:], *rest)])


def _of_the_first(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    mean, var = (f(x[:1], SHARED, keepdims=True) for f in (np.mean, np.var))
    return affine((x - mean) / np.sqrt(var + eps), gamma, beta)


def _read_sealed(x: Any) -> tuple[Any, ...]:
    x = array("x", x, 4)
    if x.shape[1] != CHANNELS:
        raise ValueError(f"x has {x.shape[1]} channels; this layer has {CHANNELS}")
    return (x,)


MATES = LineUp(
    takes=("x",),
    read=_read_sealed,
    remarks=lambda x: {"there is one image"} if len(x) == 1 else set(),
    plain=Candidate("a plain one", _sealed(plain)),
    suspect=Candidate("the suspect", _sealed(_over(2, 3))),
    relatives=(
        Candidate(
            "one that takes the two halves of the batch for two batches",
            _sealed(_halves),
        ),
        Candidate(
            "one that takes the statistics of the first image for all",
            _sealed(_of_the_first),
        ),
        Candidate("one with statistics for each column", _sealed(_over(0, 2))),
        Candidate("one with statistics for each row of pixels", _sealed(_over(0, 3))),
    ),
    right=tuple(Candidate(about, _sealed(layer)) for about, layer in STYLES),
    wrong=(
        Candidate(
            "one that normalizes all channels of an image together",
            _sealed(_over(1, 2, 3)),
        ),
        Candidate(
            "one that scales and shifts by fixed numbers and does not normalize",
            _sealed(lambda x, gamma, beta, eps: affine(x, gamma, beta)),
        ),
    ),
)
