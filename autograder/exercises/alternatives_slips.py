"""The known mistakes of the exercise ``alternatives``, each as one change of the reference.

What can go wrong in several functions is in ``alternatives_families`` and
``alternatives_backward_families``; here is what belongs to one.
"""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises.alternatives_backward_families import DX, PARAMETERS
from autograder.exercises.alternatives_families import AFFINE, CACHE, ROOT, made

_ROW_MEAN = "x.mean(axis=1, keepdims=True)"
_ROW_VAR = "(centered**2).mean(axis=1, keepdims=True)"
_ROW_STATISTICS = """mean = x.mean(axis=1, keepdims=True)  # (N, 1)
    centered = x - mean  # (N, D)
    var = (centered**2).mean(axis=1, keepdims=True)  # (N, 1), divides by D"""
_ROW_MEANS = """mean = g.mean(axis=1, keepdims=True)  # (N, 1)
    along = (g * x_hat).mean(axis=1, keepdims=True)  # (N, 1)"""
_ROW_DX = "dx = inv_std * (g - mean - x_hat * along)"
_GROUPED = "grouped = x.reshape(n, groups, -1)"
_GROUP_MEAN = "grouped.mean(axis=2, keepdims=True)"
_GROUP_VAR = "(centered**2).mean(axis=2, keepdims=True)"
_GROUP_STATISTICS = """mean = grouped.mean(axis=2, keepdims=True)  # (N, G, 1)
    centered = grouped - mean
    var = (centered**2).mean(axis=2, keepdims=True)  # (N, G, 1)"""
_GROUP_MEANS = """mean = g.mean(axis=2, keepdims=True)  # (N, G, 1)
    along = (g * z).mean(axis=2, keepdims=True)  # (N, G, 1)"""
_GROUP_DX = "dx = (inv_std[:, :, None] * (g - mean - z * along)).reshape(dy.shape)"
_PIXEL_VAR = "(centered**2).mean(axis=(2, 3), keepdims=True)"
_PIXEL_STATISTICS = """mean = images.mean(axis=(2, 3), keepdims=True)  # (N, C, 1, 1)
    centered = images - mean  # (N, C, H, W)
    var = (centered**2).mean(axis=(2, 3), keepdims=True)  # (N, C, 1, 1)"""
_CHANNELS = {"gamma": "gamma[:, None, None]", "beta": "beta[:, None, None]"}


def _layer(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"layernorm-{name}", "layernorm", before, after, sentence)


def _layer_back(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(
        f"layernorm_backward-{name}", "layernorm_backward", before, after, sentence
    )


def _group(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"groupnorm-{name}", "groupnorm", before, after, sentence)


def _group_back(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(
        f"groupnorm_backward-{name}", "groupnorm_backward", before, after, sentence
    )


def _instance(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"instancenorm-{name}", "instancenorm", before, after, sentence)


def _rms(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"rmsnorm-{name}", "rmsnorm", before, after, sentence)


LAYERNORM = (
    _layer(
        "over-the-batch",
        _ROW_STATISTICS,
        "mean = x.mean(axis=0)\n    centered = x - mean\n    var = (centered**2).mean(axis=0)",
        "You standardize each feature over the batch, which is batch normalization. Layer normalization "
        "takes its statistics along the row, one mean and one variance for each sample.",
    ),
    _layer(
        "over-the-batch-keepdims",
        _ROW_STATISTICS,
        "mean = x.mean(axis=0, keepdims=True)\n    centered = x - mean\n"
        "    var = (centered**2).mean(axis=0, keepdims=True)",
        "Your statistics have the shape (1, D): one for each feature, over the batch. That is batch "
        "normalization; layer normalization has one mean and one variance for each row.",
    ),
    _layer(
        "one-statistic-for-all",
        _ROW_STATISTICS,
        "mean = np.full((len(x), 1), x.mean())\n    centered = x - mean\n"
        "    var = np.full((len(x), 1), x.var())",
        "Your mean and variance are taken over the whole matrix: the axis is missing. Each row has its own.",
    ),
    _layer(
        "variance-n-minus-1",
        _ROW_VAR,
        "centered.var(axis=1, ddof=1, keepdims=True)",
        "In layernorm, your variance divides by D - 1. The row is all there is, so it divides by D.",
    ),
    _layer(
        "variance-sum",
        _ROW_VAR,
        "(centered**2).sum(axis=1, keepdims=True)",
        "In layernorm, your variance is a sum of squares: it still has to be divided by the number of features.",
    ),
    _layer(
        "variance-over-n",
        _ROW_VAR,
        "(centered**2).sum(axis=1, keepdims=True) / len(x)",
        "In layernorm, your variance divides by the number of samples. A row has as many values as there are "
        "features.",
    ),
    _layer(
        "variance-uncentered",
        _ROW_VAR,
        "(x**2).mean(axis=1, keepdims=True)",
        "In layernorm, your variance is the mean square of x itself. A variance is measured from the mean.",
    ),
    _layer(
        "variance-over-the-batch",
        _ROW_VAR,
        "np.full((len(x), 1), 1.0) * centered.var(axis=0).mean()",
        "In layernorm, the mean is the row's own, but the variance is one number for all rows.",
    ),
    _layer(
        "not-centered",
        "centered * inv_std",
        "x * inv_std",
        "In layernorm you divide by the standard deviation, but the mean is not subtracted from x.",
    ),
    _layer(
        "only-centered",
        "centered * inv_std",
        "centered",
        "In layernorm you subtract the mean, but you do not divide by the standard deviation.",
    ),
    _layer(
        "is-rms",
        _ROW_STATISTICS,
        "centered = x\n    var = (x**2).mean(axis=1, keepdims=True)",
        "You divide by the root mean square and subtract nothing. That is RMS normalization; layer "
        "normalization subtracts the row's mean first.",
    ),
    _layer(
        "cache-inv-std-flat",
        "(x_hat, gamma, inv_std)",
        "(x_hat, gamma, inv_std[:, 0])",
        "inv_std has lost its second axis. It is asked for as (N, 1), so that it lines up with the rows.",
    ),
    _layer(
        "cache-centered",
        "(x_hat, gamma, inv_std)",
        "(centered, gamma, inv_std)",
        "The cache of layernorm holds x minus its mean where x_hat is asked for: it is not divided yet.",
    ),
    _layer(
        "in-place",
        "centered = x - mean",
        "x -= mean\n    centered = x",
        "layernorm changes the caller's array: an operator such as -= works in place on x.",
    ),
    *made("layernorm", ROOT, divided="1", square="var"),
    *made("layernorm", AFFINE, gamma="gamma", beta="beta", noun="feature"),
    *made("layernorm", CACHE, inv_std="inv_std"),
)

LAYERNORM_BACKWARD = (
    _layer_back(
        "gamma-outside",
        _ROW_DX,
        f"{_ROW_MEANS.replace('g.mean', 'dy.mean').replace('(g *', '(dy *')}\n"
        "    dx = gamma * inv_std * (dy - mean - x_hat * along)",
        "You multiply by gamma after the means are taken. That is right for batch normalization, where all "
        "values that share a mean also share a gamma. Here each feature of the row has its own.",
    ),
    _layer_back(
        "means-over-the-batch",
        _ROW_MEANS,
        "mean = g.mean(axis=0)\n    along = (g * x_hat).mean(axis=0)",
        "In layernorm_backward, the two means are taken over the batch. The values that share a mean on the way "
        "forward are those of one row, and so they are on the way back.",
    ),
    _layer_back(
        "sums-for-means",
        _ROW_MEANS,
        _ROW_MEANS.replace(".mean(", ".sum("),
        "In layernorm_backward, sums stand where means are needed: the 1/D of the forward mean is lost.",
    ),
    _layer_back(
        "divides-by-n",
        _ROW_MEANS,
        "mean = g.sum(axis=1, keepdims=True) / len(g)\n"
        "    along = (g * x_hat).sum(axis=1, keepdims=True) / len(g)",
        "In layernorm_backward, the means divide by the number of samples. They are taken along a row and divide "
        "by the number of features.",
    ),
    _layer_back(
        "divides-by-d-minus-1",
        _ROW_MEANS,
        "mean = g.mean(axis=1, keepdims=True)\n"
        "    along = (g * x_hat).sum(axis=1, keepdims=True) / (g.shape[1] - 1)",
        "In layernorm_backward, the term of the variance divides by D - 1; the forward variance divides by D.",
    ),
    _layer_back(
        "parameters-over-the-row",
        "dgamma = (dy * x_hat).sum(axis=0)  # (D,)\n    dbeta = dy.sum(axis=0)",
        "dgamma = (dy * x_hat).sum(axis=1)\n    dbeta = dy.sum(axis=1)",
        "In layernorm_backward, dgamma and dbeta are summed along the row and have one entry for each sample. A "
        "gamma belongs to a feature: what all samples contribute to it is added up.",
    ),
    _layer_back(
        "parameters-keepdims",
        "return dx, dgamma, dbeta",
        "return dx, dgamma[None, :], dbeta[None, :]",
        "In layernorm_backward, dgamma and dbeta keep the batch axis (keepdims=True). They have the shape (D,), "
        "like gamma and beta.",
    ),
    *made(
        "layernorm_backward",
        DX,
        z="x_hat",
        inv_std="inv_std",
        gamma="gamma",
        open="",
        close="  #",
    ),
    *made(
        "layernorm_backward",
        PARAMETERS,
        over="0",
        count="len(dy)",
        gamma="gamma",
        noun="sample",
        open="",
        close="  #",
    ),
)

GROUPNORM = (
    _group(
        "interleaved",
        f"{_GROUPED}  # (N, G, C/G * H * W)\n    {_GROUP_STATISTICS}\n"
        "    inv_std = 1 / np.sqrt(var + eps)  # (N, G, 1)\n"
        "    x_hat = (centered * inv_std).reshape(x.shape)",
        "grouped = x.reshape(n, c // groups, groups, -1)\n"
        "    mean = grouped.mean(axis=(1, 3), keepdims=True)\n"
        "    centered = grouped - mean\n"
        "    var = (centered**2).mean(axis=(1, 3), keepdims=True)\n"
        "    inv_std = 1 / np.sqrt(var + eps)\n"
        "    x_hat = (centered * inv_std).reshape(x.shape)\n"
        "    inv_std = inv_std[:, 0]",
        "Your groups are interleaved: with 2 groups, channels 0, 2, 4 are together and 1, 3, 5. A group consists "
        "of neighbouring channels.",
    ),
    _group(
        "groups-are-sizes",
        "grouped = x.reshape(n, groups, -1)",
        "groups = c // groups\n    grouped = x.reshape(n, groups, -1)",
        "You take the argument groups for the number of channels in a group. It is the number of groups.",
    ),
    _group(
        "over-the-batch",
        _GROUP_STATISTICS,
        "one = (n, 1, 1)\n    mean = np.tile(grouped.mean(axis=(0, 2), keepdims=True), one)\n"
        "    centered = grouped - mean\n"
        "    var = np.tile((centered**2).mean(axis=(0, 2), keepdims=True), one)",
        "In groupnorm, the statistics are taken over the images of the batch, too. Each image has its own.",
    ),
    _group(
        "per-pixel",
        _GROUP_STATISTICS,
        "pixels = x.reshape(n, groups, c // groups, -1)\n"
        "    mean = np.broadcast_to(pixels.mean(axis=2, keepdims=True), pixels.shape)\n"
        "    centered = (pixels - mean).reshape(grouped.shape)\n"
        "    var = np.broadcast_to(pixels.var(axis=2, keepdims=True), pixels.shape)\n"
        "    var = var.reshape(grouped.shape)",
        "In groupnorm, each pixel has statistics of its own, over the channels of the group. The statistics are "
        "taken over height and width, too.",
    ),
    _group(
        "per-channel",
        _GROUPED,
        "grouped = x.reshape(n, c, -1)",
        "You standardize each channel by itself, which is instance normalization: the argument groups does "
        "not reach the result.",
    ),
    _group(
        "whole-image",
        _GROUPED,
        "grouped = x.reshape(n, 1, -1)",
        "You standardize each image over all of its channels, which is layer normalization: the argument "
        "groups does not reach the result.",
    ),
    _group(
        "groups-last",
        f"{_GROUPED}  # (N, G, C/G * H * W)",
        "grouped = x.reshape(n, -1, groups).transpose(0, 2, 1)",
        "In groupnorm, the axis of the groups comes last in the reshape, so values of all channels end up in every "
        "group, and the way back puts them in other places.",
    ),
    _group(
        "variance-n-minus-1",
        _GROUP_VAR,
        "centered.var(axis=2, ddof=1, keepdims=True)",
        "In groupnorm, your variance divides by the number of values minus 1. The group is all there is, so it "
        "divides by the number of values.",
    ),
    _group(
        "variance-sum",
        _GROUP_VAR,
        "(centered**2).sum(axis=2, keepdims=True)",
        "In groupnorm, your variance is a sum of squares: it still has to be divided by the number of values.",
    ),
    _group(
        "variance-uncentered",
        _GROUP_VAR,
        "(grouped**2).mean(axis=2, keepdims=True)",
        "In groupnorm, your variance is the mean square of x itself. A variance is measured from the mean.",
    ),
    _group(
        "not-centered",
        "(centered * inv_std)",
        "(grouped * inv_std)",
        "In groupnorm you divide by the standard deviation, but the mean is not subtracted from x.",
    ),
    _group(
        "parameters-per-group",
        "gamma[:, None, None] * x_hat + beta[:, None, None]",
        "(\n        gamma[np.arange(c) * groups // c][:, None, None] * x_hat\n"
        "        + beta[np.arange(c) * groups // c][:, None, None]\n    )",
        "In groupnorm, the channels of a group share a gamma and a beta. The statistics belong to a group, but "
        "each channel has its own gamma and beta.",
    ),
    _group(
        "cache-inv-std-keepdims",
        "(x_hat, gamma, inv_std[:, :, 0])",
        "(x_hat, gamma, inv_std)",
        "The cached inv_std keeps the axis of the values that were averaged (keepdims=True). It is asked for as "
        "(N, groups).",
    ),
    _group(
        "cache-inv-std-five-axes",
        "(x_hat, gamma, inv_std[:, :, 0])",
        "(x_hat, gamma, inv_std[:, :, :, None, None])",
        "The cached inv_std keeps all five axes of the grouped array (keepdims=True). It is asked for as "
        "(N, groups).",
    ),
    _group(
        "cache-inv-std-per-channel",
        "(x_hat, gamma, inv_std[:, :, 0])",
        "(x_hat, gamma, np.repeat(inv_std[:, :, 0], c // groups, axis=1))",
        "The cached inv_std has an entry for each channel. It is asked for once for each group: (N, groups).",
    ),
    _group(
        "cache-x-hat-grouped",
        "(x_hat, gamma, inv_std[:, :, 0])",
        "(x_hat.reshape(n, groups, c // groups, *x.shape[2:]), gamma, inv_std[:, :, 0])",
        "The cached x_hat is still split into groups. It is asked for in the shape of x.",
    ),
    _group(
        "in-place",
        "centered = grouped - mean",
        "grouped -= mean\n    centered = grouped",
        "groupnorm changes the caller's array: reshape gives a view of the same memory, and an operator such as "
        "-= writes into it.",
    ),
    *made("groupnorm", ROOT, divided="1", square="var"),
    *made("groupnorm", AFFINE, **_CHANNELS, noun="channel"),
    *made("groupnorm", CACHE, inv_std="inv_std[:, :, 0]"),
)

GROUPNORM_BACKWARD = (
    _group_back(
        "gamma-outside",
        _GROUP_DX,
        "d = dy.reshape(shape)\n    mean = d.mean(axis=2, keepdims=True)\n"
        "    along = (d * z).mean(axis=2, keepdims=True)\n"
        "    dx = (inv_std[:, :, None] * (d - mean - z * along)).reshape(dy.shape)\n"
        "    dx = gamma[:, None, None] * dx",
        "You multiply by gamma after the means of the group are taken. The channels of a group differ in gamma, "
        "so it cannot be taken out of a mean over them.",
    ),
    _group_back(
        "interleaved",
        f"g = (gamma[:, None, None] * dy).reshape(shape)  # (N, G, C/G * H * W)\n"
        f"    z = x_hat.reshape(shape)  # (N, G, C/G * H * W)\n    {_GROUP_MEANS}\n    {_GROUP_DX}",
        "shape = (len(dy), dy.shape[1] // groups, groups, -1)\n"
        "    g = (gamma[:, None, None] * dy).reshape(shape)\n"
        "    z = x_hat.reshape(shape)\n"
        "    mean = g.mean(axis=(1, 3), keepdims=True)\n"
        "    along = (g * z).mean(axis=(1, 3), keepdims=True)\n"
        "    dx = (inv_std[:, None, :, None] * (g - mean - z * along)).reshape(dy.shape)",
        "In groupnorm_backward your groups are interleaved: every second channel, or every third, is together. A "
        "group consists of neighbouring channels.",
    ),
    _group_back(
        "means-per-channel",
        _GROUP_MEANS,
        "four = g.reshape(dy.shape)\n    both = four * x_hat\n"
        "    mean = np.broadcast_to(four.mean(axis=(2, 3), keepdims=True), dy.shape).reshape(shape)\n"
        "    along = np.broadcast_to(both.mean(axis=(2, 3), keepdims=True), dy.shape).reshape(shape)",
        "In groupnorm_backward, the means are taken over each channel. What shared a mean on the way forward is "
        "the whole group.",
    ),
    _group_back(
        "means-over-the-image",
        _GROUP_MEANS,
        _GROUP_MEANS.replace("axis=2", "axis=(1, 2)"),
        "In groupnorm_backward, the means are taken over all groups of the image. Each group has its own.",
    ),
    _group_back(
        "means-over-the-batch",
        _GROUP_MEANS,
        _GROUP_MEANS.replace("axis=2", "axis=(0, 2)"),
        "In groupnorm_backward, the means are taken over the images of the batch, too. Each image stands for itself.",
    ),
    _group_back(
        "means-of-batch-norm",
        _GROUP_MEANS,
        "four = g.reshape(dy.shape)\n    both = four * x_hat\n"
        "    mean = np.broadcast_to(four.mean(axis=(0, 2, 3), keepdims=True), dy.shape).reshape(shape)\n"
        "    along = np.broadcast_to(both.mean(axis=(0, 2, 3), keepdims=True), dy.shape).reshape(shape)",
        "In groupnorm_backward, the means are taken over a channel of the whole batch, as in batch "
        "normalization. What shared a mean on the way forward is one group of one image.",
    ),
    _group_back(
        "counts-one-channel",
        _GROUP_MEANS,
        "pixels = dy.shape[2] * dy.shape[3]\n"
        "    mean = g.sum(axis=2, keepdims=True) / pixels\n"
        "    along = (g * z).sum(axis=2, keepdims=True) / pixels",
        "In groupnorm_backward, the sums over a group are divided by the number of pixels of one channel. A "
        "group has several channels.",
    ),
    _group_back(
        "inv-std-in-turn",
        "dx = (inv_std[:, :, None] * (g - mean - z * along)).reshape(dy.shape)",
        "inner = (g - mean - z * along).reshape(dy.shape)\n"
        "    dx = np.tile(inv_std, (1, dy.shape[1] // groups))[:, :, None, None] * inner",
        "In groupnorm_backward, channels get the inverse standard deviation of another group: you hand them "
        "out in turn, but the channels of a group stand next to each other.",
    ),
    _group_back(
        "sums-for-means",
        _GROUP_MEANS,
        _GROUP_MEANS.replace(".mean(", ".sum("),
        "In groupnorm_backward, sums stand where means are needed: the division by the number of values in a "
        "group is lost.",
    ),
    _group_back(
        "parameters-over-the-batch-only",
        "dgamma = (dy * x_hat).sum(axis=(0, 2, 3))  # (C,)\n    dbeta = dy.sum(axis=(0, 2, 3))",
        "dgamma = (dy * x_hat).sum(axis=0)\n    dbeta = dy.sum(axis=0)",
        "In groupnorm_backward, dgamma and dbeta are summed over the batch only and have an entry for each pixel. "
        "A gamma belongs to a channel: all of its pixels contribute to it.",
    ),
    _group_back(
        "parameters-over-the-pixels-only",
        "dgamma = (dy * x_hat).sum(axis=(0, 2, 3))  # (C,)\n    dbeta = dy.sum(axis=(0, 2, 3))",
        "dgamma = (dy * x_hat).sum(axis=(2, 3))\n    dbeta = dy.sum(axis=(2, 3))",
        "In groupnorm_backward, dgamma and dbeta still have one row for each image. What the images contribute "
        "is added up, too.",
    ),
    _group_back(
        "parameters-keepdims",
        "return dx, dgamma, dbeta",
        "return dx, dgamma[None, :, None, None], dbeta[None, :, None, None]",
        "In groupnorm_backward, dgamma and dbeta keep the axes that were summed (keepdims=True). They have the "
        "shape (C,), like gamma and beta.",
    ),
    *made(
        "groupnorm_backward",
        DX,
        z="z",
        inv_std="inv_std[:, :, None]",
        gamma="gamma[:, None, None]",
        open="(",
        close=")",
    ),
    *made(
        "groupnorm_backward",
        PARAMETERS,
        over="(0, 2, 3)",
        count="dy.size // dy.shape[1]",
        gamma="gamma[:, None, None]",
        noun="pixel of each image",
        open="(",
        close=")",
    ),
)

INSTANCENORM = (
    _instance(
        "over-the-batch",
        _PIXEL_STATISTICS,
        _PIXEL_STATISTICS.replace("(2, 3)", "(0, 2, 3)"),
        "You standardize each channel over all images of the batch, which is batch normalization. In instance "
        "normalization each image has its own statistics.",
    ),
    _instance(
        "over-the-channels",
        _PIXEL_STATISTICS,
        _PIXEL_STATISTICS.replace("(2, 3)", "(1, 2, 3)"),
        "You standardize each image over all of its channels, which is layer normalization. In instance "
        "normalization each channel has its own statistics.",
    ),
    _instance(
        "over-the-width-only",
        _PIXEL_STATISTICS,
        _PIXEL_STATISTICS.replace("(2, 3)", "3"),
        "In instancenorm, each line of the image has its own statistics: the height is left out.",
    ),
    _instance(
        "over-the-height-only",
        _PIXEL_STATISTICS,
        _PIXEL_STATISTICS.replace("(2, 3)", "2"),
        "In instancenorm, each column of the image has its own statistics: the width is left out.",
    ),
    _instance(
        "per-pixel",
        _PIXEL_STATISTICS,
        _PIXEL_STATISTICS.replace("(2, 3)", "1"),
        "In instancenorm, you take the statistics of each pixel over the channels. They are taken over the "
        "pixels of each channel.",
    ),
    _instance(
        "one-variance",
        _PIXEL_VAR,
        "(centered**2).mean(axis=(0, 2, 3), keepdims=True)",
        "In instancenorm, the mean is the image's own, but the variance is taken over the batch.",
    ),
    _instance(
        "one-mean",
        _PIXEL_STATISTICS,
        "mean = images.mean(axis=(0, 2, 3), keepdims=True)\n    centered = images - mean\n"
        "    var = images.var(axis=(2, 3), keepdims=True)",
        "In instancenorm, the variance is the image's own, but the mean is taken over the batch.",
    ),
    _instance(
        "variance-n-minus-1",
        _PIXEL_VAR,
        "centered.var(axis=(2, 3), ddof=1, keepdims=True)",
        "In instancenorm, your variance divides by the number of pixels minus 1; it divides by the number of "
        "pixels.",
    ),
    _instance(
        "variance-uncentered",
        _PIXEL_VAR,
        "(images**2).mean(axis=(2, 3), keepdims=True)",
        "In instancenorm, your variance is the mean square of x itself. A variance is measured from the mean.",
    ),
    _instance(
        "not-centered",
        "centered / np.sqrt",
        "images / np.sqrt",
        "In instancenorm you divide by the standard deviation, but the mean is not subtracted.",
    ),
    _instance(
        "only-centered",
        "centered / np.sqrt(var + eps)",
        "centered",
        "In instancenorm you subtract the mean, but you do not divide by the standard deviation.",
    ),
    _instance(
        "in-place",
        "centered = images - mean",
        "images -= mean\n    centered = images",
        "instancenorm changes the caller's array: an operator such as -= works in place.",
    ),
    *made("instancenorm", ROOT, divided="centered", square="var"),
    *made("instancenorm", AFFINE, **_CHANNELS, noun="channel"),
)

RMSNORM = (
    _rms(
        "is-layer",
        "x_hat = x / np.sqrt(mean_square + eps)",
        f"x_hat = (x - {_ROW_MEAN}) / np.sqrt(x.var(axis=1, keepdims=True) + eps)",
        "You subtract the mean and divide by the standard deviation, which is layer normalization without beta. "
        "RMS normalization subtracts nothing.",
    ),
    _rms(
        "std",
        "(x**2).mean(axis=1, keepdims=True)",
        "x.var(axis=1, keepdims=True)",
        "You divide by the standard deviation, which is measured from the mean. The root mean square is "
        "measured from zero.",
    ),
    _rms(
        "centered",
        "x_hat = x / ",
        "x_hat = (x - x.mean(axis=1, keepdims=True)) / ",
        "In rmsnorm you subtract the mean before you divide by the root mean square. Nothing is subtracted.",
    ),
    _rms(
        "sum",
        "(x**2).mean(axis=1, keepdims=True)",
        "(x**2).sum(axis=1, keepdims=True)",
        "You divide by the length of the row, the root of the sum of its squares. The root of their mean is "
        "asked for.",
    ),
    _rms(
        "over-the-batch",
        "(x**2).mean(axis=1, keepdims=True)",
        "(x**2).mean(axis=0)",
        "In rmsnorm, the mean square is taken over the batch, one for each feature. It is taken along the row.",
    ),
    _rms(
        "one-for-all",
        "(x**2).mean(axis=1, keepdims=True)",
        "(x**2).mean()",
        "In rmsnorm, the mean square is one number for the whole matrix: the axis is missing.",
    ),
    _rms(
        "mean-absolute",
        "(x**2).mean(axis=1, keepdims=True)",
        "np.abs(x).mean(axis=1, keepdims=True) ** 2",
        "You divide by the mean of the absolute values. The root mean square is asked for.",
    ),
    _rms(
        "n-minus-1",
        "(x**2).mean(axis=1, keepdims=True)",
        "(x**2).sum(axis=1, keepdims=True) / (x.shape[1] - 1)",
        "In rmsnorm, the mean square divides by D - 1. No mean has been estimated, so it divides by D.",
    ),
    _rms(
        "gamma-ignored",
        "gamma * x_hat",
        "x_hat",
        "Gamma does not reach the result of rmsnorm.",
    ),
    _rms(
        "gamma-plus-one",
        "gamma * x_hat",
        "(1 + gamma) * x_hat",
        "You multiply by 1 + gamma. Some libraries store gamma in that way; here it is gamma itself.",
    ),
    _rms(
        "in-place",
        "x_hat = x / np.sqrt(mean_square + eps)",
        "x /= np.sqrt(mean_square + eps)\n    x_hat = x",
        "rmsnorm changes the caller's array: an operator such as /= works in place on x.",
    ),
    *made("rmsnorm", ROOT, divided="x", square="mean_square"),
)

SLIPS = (
    LAYERNORM
    + LAYERNORM_BACKWARD
    + GROUPNORM
    + GROUPNORM_BACKWARD
    + INSTANCENORM
    + RMSNORM
)
