"""Slips of ``batchnorm2d_train`` in what is averaged and in where the values go."""

from __future__ import annotations

from autograder.exercise import Slip

_STATISTICS = """mean = x.mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    centered = x - mean  # (N, C, H, W)
    var = (centered**2).mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)"""
_MEAN = "x.mean(axis=(0, 2, 3), keepdims=True)"
_VAR = "(centered**2).mean(axis=(0, 2, 3), keepdims=True)"
_FROM_MATRIX = """mean = x.mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    centered = x - mean  # (N, C, H, W)
    var = (centered**2).mean(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    inv_std = 1 / np.sqrt(var + eps)  # (1, C, 1, 1)
    x_hat = centered * inv_std  # (N, C, H, W)
    y = gamma[:, None, None] * x_hat + beta[:, None, None]  # (N, C, H, W)"""


def _over(axes: str) -> str:
    """Return the statistics taken over other axes."""
    return (
        f"centered = x - x.mean(axis={axes}, keepdims=True)\n"
        f"    var = (centered**2).mean(axis={axes}, keepdims=True)"
    )


def _matrix(there: str, back: str) -> str:
    """Return the whole computation on a matrix (N * H * W, C), there and back again."""
    return (
        "n, c, h, w = x.shape\n"
        f"    flat = {there}\n"
        "    deviation = flat - flat.mean(axis=0)\n"
        "    inv_std = 1 / np.sqrt((deviation**2).mean(axis=0) + eps)\n"
        f"    x_hat = (deviation * inv_std){back}\n"
        f"    y = (gamma * deviation * inv_std + beta){back}"
    )


def _train(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batchnorm2d_train", before, after, sentence)


AXES = (
    _train(
        "train-per-image",
        _STATISTICS,
        _over("(2, 3)"),
        "You normalize each channel of each image by itself. That is instance normalization; here the "
        "images of the batch share one mean and one variance for each channel.",
    ),
    _train(
        "train-per-pixel",
        _STATISTICS,
        _over("0"),
        "You average over the batch axis alone, so each pixel of a channel has its own mean. The pixels of a "
        "channel belong together: they come from one filter.",
    ),
    _train(
        "train-per-column",
        _STATISTICS,
        _over("(0, 2)"),
        "Each column of the image has its own mean: the average runs over batch and height, but not over "
        "the width.",
    ),
    _train(
        "train-per-row",
        _STATISTICS,
        _over("(0, 3)"),
        "Each row of the image has its own mean: the average runs over batch and width, but not over the "
        "height.",
    ),
    _train(
        "train-layer-norm",
        _STATISTICS,
        _over("(1, 2, 3)"),
        "You normalize each image over all its channels. That is layer normalization; here the channels are "
        "kept apart and the images are averaged.",
    ),
    _train(
        "train-channels-last",
        _STATISTICS,
        _over("(0, 1, 2)"),
        "You average over the first three axes, as if the channels came last. Here the last axis is the "
        "width, and the channels are the second axis.",
    ),
    _train(
        "train-over-channels",
        _STATISTICS,
        _over("1"),
        "You average over the channels, at each pixel of each image. The channels are what must be kept "
        "apart.",
    ),
    _train(
        "train-one-statistic-for-all",
        _STATISTICS,
        "centered = x - x.mean()\n    var = np.full((1, x.shape[1], 1, 1), x.var())",
        "Your mean and variance are single numbers for all channels together: the axes are missing.",
    ),
    _train(
        "train-mean-per-image",
        _MEAN,
        "x.mean(axis=(2, 3), keepdims=True)",
        "The variance is taken over the batch and all positions, but the mean is taken image by image.",
    ),
    _train(
        "train-one-mean-for-all",
        _MEAN,
        "x.mean()",
        "You subtract one mean taken over all channels. Each channel has its own.",
    ),
    _train(
        "train-one-variance-for-all",
        _VAR,
        "np.full((1, x.shape[1], 1, 1), (centered**2).mean())",
        "You divide all channels by one common variance. Each channel has its own.",
    ),
    _train(
        "train-variance-of-each-image",
        _VAR,
        "x.var(axis=(2, 3), keepdims=True).mean(axis=0, keepdims=True)",
        "Your variance is the average of the variances of the single images. That misses how the images "
        "differ from each other: measure every value from the mean of the whole batch.",
    ),
    _train(
        "train-variance-of-image-means",
        _VAR,
        "x.mean(axis=(2, 3), keepdims=True).var(axis=0, keepdims=True)",
        "You average each image first and take the variance of those averages. The variance is that of all "
        "pixels of the channel.",
    ),
    _train(
        "train-variance-n-minus-1",
        _VAR,
        "x.var(axis=(0, 2, 3), keepdims=True, ddof=1)",
        "You normalize with the variance that divides by N·H·W - 1. The batch is the whole population here, "
        "so the normalizing variance divides by N·H·W.",
    ),
    _train(
        "train-variance-divides-by-n",
        _VAR,
        "(centered**2).sum(axis=(0, 2, 3), keepdims=True) / x.shape[0]",
        "Your variance divides by the number of images, but the sum has a term for every pixel of every image.",
    ),
    _train(
        "train-variance-divides-by-n-minus-1",
        _VAR,
        "(centered**2).sum(axis=(0, 2, 3), keepdims=True) / (x.shape[0] - 1)",
        "Your variance divides by the number of images less one. The sum has a term for every pixel of every "
        "image, and the normalizing variance divides by how many terms there are.",
    ),
    _train(
        "train-variance-sum",
        _VAR,
        "(centered**2).sum(axis=(0, 2, 3), keepdims=True)",
        "Your variance is a sum of squares: it still has to be divided by the number of values.",
    ),
    _train(
        "train-variance-uncentered",
        "(centered**2)",
        "(x**2)",
        "Your variance is the mean square of x itself. A variance is measured from the mean.",
    ),
)

LAYOUT = (
    _train(
        "layout-plain-reshape",
        _FROM_MATRIX,
        _matrix("x.reshape(-1, c)", ".reshape(x.shape)"),
        "You reshape x to C columns while the channel is not the last axis. Each column then collects pixels "
        "of all channels, so the statistics mix them.",
    ),
    _train(
        "layout-scrambled-on-the-way-back",
        _FROM_MATRIX,
        _matrix("x.transpose(0, 2, 3, 1).reshape(-1, c)", ".reshape(x.shape)"),
        "The statistics are right, but the values come back in the wrong order: the channel was moved to the "
        "end for the matrix and is not moved back.",
    ),
    _train(
        "layout-height-and-width-swapped",
        _FROM_MATRIX,
        _matrix(
            "x.transpose(0, 2, 3, 1).reshape(-1, c)",
            ".reshape(n, w, h, c).transpose(0, 3, 2, 1)",
        ),
        "The statistics are right and each value is in its channel, but the pixels have moved: height and "
        "width change places on the way back.",
    ),
    _train(
        "layout-back-to-width-first",
        _FROM_MATRIX,
        _matrix(
            "x.transpose(0, 2, 3, 1).reshape(-1, c)",
            ".reshape(n, h, w, c).transpose(0, 3, 2, 1)",
        ),
        "y comes back as (N, C, W, H): the last transpose turns the images on their side.",
    ),
    _train(
        "layout-channels-left-last",
        _FROM_MATRIX,
        _matrix("x.transpose(0, 2, 3, 1).reshape(-1, c)", ".reshape(n, h, w, c)"),
        "y comes back as (N, H, W, C): the channels still have to be moved back to the second axis.",
    ),
    _train(
        "layout-left-a-matrix",
        _FROM_MATRIX,
        _matrix("x.transpose(0, 2, 3, 1).reshape(-1, c)", ""),
        "y comes back as the matrix you computed with: it has to be brought back to the shape of x.",
    ),
    _train(
        "layout-batch-and-channel-swapped",
        _FROM_MATRIX,
        _matrix("x.reshape(c, -1).T", ".T.reshape(x.shape)"),
        "You reshape x to C rows while the batch is still the first axis. A row then starts in one "
        "channel and ends in another; the channel has to become the first axis before.",
    ),
    _train(
        "layout-transposed-back-wrong",
        _FROM_MATRIX,
        _matrix("x.transpose(1, 0, 2, 3).reshape(c, -1).T", ".T.reshape(x.shape)"),
        "The statistics are right, but batch and channel are not changed back before the last reshape, so the "
        "images come back in pieces.",
    ),
)
