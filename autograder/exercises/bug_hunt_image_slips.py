"""Known mistakes in the tests of image layers: ``pixels_ok`` and ``channels_ok``."""

from __future__ import annotations

from autograder.exercise import Slip

_SIZES = "[(2, 3, 4, 3), (2, 3, 3, 4), (3, 3, 2, 4)]"
_EXPECTED = "expected = batchnorm(x, gamma, beta, 0.1)"


def _pixels(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"pixels-{name}", "pixels_ok", before, after, sentence)


def _channels(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"channels-{name}", "channels_ok", before, after, sentence)


PIXELS = (
    _pixels(
        "statistics",
        "return same(y, expected, 1e-3)",
        "found = y.mean(axis=(0, 2, 3)), y.std(axis=(0, 2, 3))\n"
        "    wanted = expected.mean(axis=(0, 2, 3)), expected.std(axis=(0, 2, 3))\n"
        "    return same(np.array(found), np.array(wanted), 1e-3)",
        "pixels_ok looks at the mean and the spread of each channel. Those do not "
        "change when the pixels of a channel change places.",
    ),
    _pixels(
        "shape",
        "return same(y, expected, 1e-3)",
        "return y.shape == x.shape",
        "pixels_ok looks at the shape of the output and at none of its numbers.",
    ),
    _pixels(
        "sorted",
        "return same(y, expected, 1e-3)",
        "return y.shape == x.shape and same(np.sort(y, axis=None), "
        "np.sort(expected, axis=None), 1e-3)",
        "pixels_ok asks whether all the right numbers are there, but not whether each "
        "of them is in its place.",
    ),
    _pixels(
        "one-image",
        "(3, 4, 2, 5)",
        "(1, 4, 2, 5)",
        "pixels_ok shows the layer one image. It cannot see whether several images "
        "keep their order, or whether the others are treated like the first.",
    ),
    _pixels(
        "first-image",
        "return same(y, expected, 1e-3)",
        "return y.shape == x.shape and same(y[0], expected[0], 1e-3)",
        "pixels_ok compares the first image only.",
    ),
)

CHANNELS = (
    _channels(
        "all-different",
        _SIZES,
        "[(2, 3, 4, 5), (4, 3, 2, 5), (5, 3, 4, 2)]",
        "In none of the images that the layer gets to see does another size equal the "
        "number of channels. This suspect gives itself away only there.",
    ),
    _channels(
        "only-w",
        _SIZES,
        "[(2, 3, 4, 3)]",
        "channels_ok notices the mistake where the width equals the number of channels, "
        "and nowhere else. Another size can coincide with it, too; if you try several, "
        "see whether your loop reaches them all.",
    ),
    _channels(
        "not-n",
        _SIZES,
        "[(2, 3, 4, 3), (2, 3, 3, 4)]",
        "channels_ok notices the mistake where width or height equal the number of "
        "channels, but not where the number of images does.",
    ),
    _channels(
        "identity",
        "gamma, beta = rng.normal(1.5, 0.5, (2, 3))",
        "gamma, beta = np.ones(3), np.zeros(3)",
        "gamma and beta are the same for all channels in channels_ok. Then nobody can "
        "see which of their entries meets which channel.",
    ),
    _channels(
        "beta-zero",
        "gamma, beta = rng.normal(1.5, 0.5, (2, 3))",
        "gamma, beta = rng.normal(1.5, 0.5, 3), np.zeros(3)",
        "beta is 0 everywhere in channels_ok. A beta in the wrong place cannot be seen.",
    ),
)
