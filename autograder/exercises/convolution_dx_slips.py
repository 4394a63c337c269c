"""Slips of ``batchnorm2d_backward`` in the gradient of x."""

from __future__ import annotations

from autograder.exercise import Slip

_G_MEAN = "g.mean(axis=(0, 2, 3), keepdims=True)"
_G_ALONG = "(g * x_hat).mean(axis=(0, 2, 3), keepdims=True)"
_BOTH = """g_mean = g.mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    g_along = (g * x_hat).mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)"""
_DX = "inv_std[:, None, None] * (g - g_mean - x_hat * g_along)"


def _means(axes: str) -> str:
    return (
        f"g_mean = g.mean(axis={axes}, keepdims=True)\n"
        f"    g_along = (g * x_hat).mean(axis={axes}, keepdims=True)"
    )


def _divided(count: str) -> str:
    return (
        f"g_mean = g.sum(axis=(0, 2, 3), keepdims=True) / {count}\n"
        f"    g_along = (g * x_hat).sum(axis=(0, 2, 3), keepdims=True) / {count}"
    )


def _back(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batchnorm2d_backward", before, after, sentence)


PATHS = (
    _back(
        "dx-statistics-constant",
        _DX,
        "inv_std[:, None, None] * g",
        "You treat mean and variance as constants. Both are computed from x, so the gradient of x goes "
        "through them as well.",
    ),
    _back(
        "dx-no-mean-path",
        _DX,
        "inv_std[:, None, None] * (g - x_hat * g_along)",
        "The gradient through the mean is missing, so dx does not sum to 0 over a channel.",
    ),
    _back(
        "dx-no-variance-path",
        _DX,
        "inv_std[:, None, None] * (g - g_mean)",
        "The gradient through the variance is missing: dx still has a part along x_hat.",
    ),
    _back(
        "dx-half-variance-path",
        _DX,
        "inv_std[:, None, None] * (g - g_mean - x_hat * g_along / 2)",
        "The gradient through the variance is half of what it should be: the derivative of a square is twice "
        "its base.",
    ),
    _back(
        "dx-variance-path-sign",
        _DX,
        "inv_std[:, None, None] * (g - g_mean + x_hat * g_along)",
        "The gradient through the variance has the wrong sign: a larger variance makes x_hat smaller.",
    ),
    _back(
        "dx-mean-path-sign",
        _DX,
        "inv_std[:, None, None] * (g + g_mean - x_hat * g_along)",
        "The gradient through the mean has the wrong sign: a larger mean makes x_hat smaller.",
    ),
    _back(
        "dx-without-gamma",
        "dy * gamma[:, None, None]",
        "dy.copy()",
        "dx does not know gamma. The gradient passes the scaling first, on its way back to x.",
    ),
    _back(
        "dx-without-inv-std",
        _DX,
        "g - g_mean - x_hat * g_along",
        "dx is not divided by the standard deviation.",
    ),
    _back(
        "dx-multiplied-by-std",
        _DX,
        "(g - g_mean - x_hat * g_along) / inv_std[:, None, None]",
        "You divide dx by inv_std. The cache holds the inverse of the standard deviation already.",
    ),
    _back(
        "dx-inv-std-squared",
        _DX,
        "inv_std[:, None, None] ** 2 * (g - g_mean - x_hat * g_along)",
        "dx contains the inverse standard deviation once too often.",
    ),
    _back(
        "dx-count-n",
        _BOTH,
        _divided("dy.shape[0]"),
        "In dx you divide the sums by the number of images. A channel has more values than that: one for "
        "every pixel of every image.",
    ),
    _back(
        "dx-count-pixels",
        _BOTH,
        _divided("(dy.shape[2] * dy.shape[3])"),
        "In dx you divide the sums by the number of pixels of one image. The sums run over all the images.",
    ),
    _back(
        "dx-count-minus-1",
        _BOTH,
        _divided("(dy.size // dy.shape[1] - 1)"),
        "In dx the sums are divided by N·H·W - 1. The forward pass divided by N·H·W, so its gradient does too.",
    ),
    _back(
        "dx-count-channels",
        _BOTH,
        _divided("dy.shape[1]"),
        "In dx you divide the sums by the number of channels. What counts is how many values a channel has.",
    ),
    _back(
        "dx-count-everything",
        _BOTH,
        _divided("dy.size"),
        "In dx you divide the sums by the number of all values, of all channels. Each sum runs over one "
        "channel.",
    ),
    _back(
        "dx-mean-path-sum",
        _DX,
        "inv_std[:, None, None] * (g - g_mean * (g.size // g.shape[1]) - x_hat * g_along)",
        "In dx the path through the mean holds a sum where a mean is needed; the one through the variance is "
        "right.",
    ),
    _back(
        "dx-variance-path-sum",
        _DX,
        "inv_std[:, None, None] * (g - g_mean - x_hat * g_along * (g.size // g.shape[1]))",
        "In dx the path through the variance holds a sum where a mean is needed; the one through the mean is "
        "right.",
    ),
    _back(
        "dx-inv-std-on-one-term",
        _DX,
        "inv_std[:, None, None] * g - g_mean - x_hat * g_along",
        "In dx the inverse standard deviation multiplies one of the three terms only: look at the parentheses.",
    ),
    _back(
        "dx-factor-on-one-term",
        _DX,
        "inv_std[:, None, None] * g - dbeta[:, None, None] - x_hat * dgamma[:, None, None]",
        "In dx the factor in front multiplies one of the three terms only: look at the parentheses.",
    ),
    _back(
        "dx-gamma-twice",
        _DX,
        "(gamma * inv_std)[:, None, None] * (g - g_mean - x_hat * g_along)",
        "In dx gamma enters twice: once at the start, and once more at the end.",
    ),
    _back(
        "dx-sums",
        _BOTH,
        _divided("1"),
        "In dx the sums over the channel are not divided by the number of its values.",
    ),
    _back(
        "dx-per-image",
        _BOTH,
        _means("(2, 3)"),
        "In dx you average over each image by itself. The images of the batch shared their statistics, so "
        "the gradient runs from each to all.",
    ),
    _back(
        "dx-per-pixel",
        _BOTH,
        _means("0"),
        "In dx you average over the batch axis alone. All pixels of a channel shared their statistics.",
    ),
    _back(
        "dx-layer-norm",
        _BOTH,
        _means("(1, 2, 3)"),
        "In dx you average over all channels of an image: that is the gradient of layer normalization.",
    ),
    _back(
        "dx-one-mean-for-all",
        _BOTH,
        "g_mean = g.mean()\n    g_along = (g * x_hat).mean()",
        "In dx you average over all channels together: the axes are missing.",
    ),
    _back(
        "dx-mean-path-per-image",
        _G_MEAN,
        "g.mean(axis=(2, 3), keepdims=True)",
        "In dx the path through the mean averages over each image by itself; the one through the variance is "
        "right.",
    ),
    _back(
        "dx-variance-path-per-image",
        _G_ALONG,
        "(g * x_hat).mean(axis=(2, 3), keepdims=True)",
        "In dx the path through the variance averages over each image by itself; the one through the mean is "
        "right.",
    ),
    _back(
        "dx-variance-path-of-dy",
        _G_ALONG,
        "(dy * x_hat).mean(axis=(0, 2, 3), keepdims=True)",
        "In dx the path through the variance lacks gamma; the other two have it.",
    ),
    _back(
        "dx-mean-path-of-dy",
        _G_MEAN,
        "dy.mean(axis=(0, 2, 3), keepdims=True)",
        "In dx the path through the mean lacks gamma; the other two have it.",
    ),
)
