"""The known mistakes of the exercise ``convolution``, each as one change of the
reference.

Most were sighted in public code; the catalogue with its sources is in the instructor's
guide. A mistake that ends in an error, such as gamma lined up with the width, is no
slip: NumPy's own sentence names the two shapes.
"""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises.convolution_axes_slips import AXES, LAYOUT
from autograder.exercises.convolution_dx_slips import PATHS
from autograder.exercises.convolution_fold_slips import FOLD
from autograder.exercises.convolution_parameters_slips import PARAMETERS
from autograder.exercises.convolution_train_slips import TRAIN

_COUNT = "x.size // x.shape[1]"
_SUM = "(centered**2).sum(axis=(0, 2, 3)) / (count - 1)"


def _running(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batch_statistics", before, after, sentence)


def _sequence(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batchnorm_sequence", before, after, sentence)


RUNNING = (
    _running(
        "running-biased",
        "(count - 1)",
        "count",
        "Your variance divides by the count itself. What goes into the running variance is an estimate for "
        "all data, and here, as in PyTorch, it divides by the count less one.",
    ),
    _running(
        "running-sum",
        _SUM,
        "(centered**2).sum(axis=(0, 2, 3))",
        "Your variance is a sum of squares: it still has to be divided.",
    ),
    _running(
        "running-count-n",
        _COUNT,
        "x.shape[0]",
        "Your sum of squares is divided by the number of images less one, but it has a term for every pixel "
        "of every image.",
    ),
    _running(
        "running-bessel-of-n",
        _SUM,
        "(centered**2).mean(axis=(0, 2, 3)) * len(x) / (len(x) - 1)",
        "Bessel's correction is made with the number of images. The variance is that of all pixels of all "
        "images, and their number is what the correction needs.",
    ),
    _running(
        "running-count-pixels",
        _COUNT,
        "x.shape[2] * x.shape[3]",
        "Your sum of squares is divided by the number of pixels of one image less one, but it runs over all "
        "images.",
    ),
    _running(
        "running-bessel-of-everything",
        _SUM,
        "(centered**2).mean(axis=(0, 2, 3)) * x.size / (x.size - 1)",
        "Bessel's correction is made with the number of all values, of all channels. Each variance is that of "
        "one channel.",
    ),
    _running(
        "running-variance-of-each-image",
        _SUM,
        "x.var(axis=(2, 3), ddof=1).mean(axis=0)",
        "Your variance is the average of the variances of the single images. That misses how the images "
        "differ from each other.",
    ),
    _running(
        "running-variance-of-image-means",
        _SUM,
        "x.mean(axis=(2, 3)).var(axis=0, ddof=1)",
        "You return the variance of the images' averages. What is asked for is the variance of all pixels of "
        "the channel.",
    ),
    _running(
        "running-std",
        _SUM,
        "np.sqrt((centered**2).sum(axis=(0, 2, 3)) / (count - 1))",
        "You return the standard deviation. What is kept is the variance.",
    ),
    _running(
        "running-uncentered",
        "(centered**2)",
        "(x**2)",
        "Your variance is made of the squares of x itself. A variance is measured from the mean.",
    ),
    _running(
        "running-bessel-on-mean",
        "mean = x.mean(axis=(0, 2, 3))",
        "mean = x.sum(axis=(0, 2, 3)) / (count - 1)",
        "The mean divides by the count less one. The correction is for the variance only.",
    ),
    _running(
        "running-per-image",
        "return mean, var",
        "return x.mean(axis=(2, 3)), x.var(axis=(2, 3), ddof=1)",
        "You return statistics for each image. The running statistics have one number for each channel.",
    ),
    _running(
        "running-per-pixel",
        "return mean, var",
        "return x.mean(axis=0), x.var(axis=0, ddof=1)",
        "You return statistics for each pixel. The running statistics have one number for each channel.",
    ),
    _running(
        "running-keepdims",
        "return mean, var",
        "return mean[None, :, None, None], var[None, :, None, None]",
        "The statistics keep the axes that were averaged over (keepdims=True). Their shape is (C,).",
    ),
    _running(
        "running-order",
        "return mean, var",
        "return var, mean",
        "The variance is returned first and the mean second; the order must be mean, variance.",
    ),
)

_MEAN = "mean = sequence.mean(axis=(0, 1))"
_BOTH = """mean = sequence.mean(axis=(0, 1))  # (C,)
    centered = sequence - mean  # (N, T, C)
    var = (centered**2).mean(axis=(0, 1))  # (C,)"""


def _over(axes: str) -> str:
    return (
        f"centered = sequence - sequence.mean(axis={axes}, keepdims=True)\n"
        f"    var = (centered**2).mean(axis={axes}, keepdims=True)"
    )


SEQUENCES = (
    _sequence(
        "sequence-per-time-step",
        _BOTH,
        _over("0"),
        "You average over the batch axis alone, so each time step has its own statistics. A feature has one "
        "mean, over all sequences and all times. The shapes fit, which is why nothing complained.",
    ),
    _sequence(
        "sequence-per-sequence",
        _BOTH,
        _over("1"),
        "You normalize each sequence by itself, over time. The sequences of a batch share their statistics.",
    ),
    _sequence(
        "sequence-layer-norm",
        _BOTH,
        _over("2"),
        "You normalize over the features, at each time of each sequence. That is layer normalization.",
    ),
    _sequence(
        "sequence-channels-second",
        _BOTH,
        _over("(0, 2)"),
        "You average over the features and keep one mean for each time step, as if the sequences were stored "
        "as (N, C, T). Here the features come last.",
    ),
    _sequence(
        "sequence-each-alone",
        _BOTH,
        _over("(1, 2)"),
        "You average over time and over the features, for each sequence by itself. Each feature has its own "
        "mean, and the sequences of a batch share it.",
    ),
    _sequence(
        "sequence-one-statistic-for-all",
        _BOTH,
        "centered = sequence - sequence.mean()\n    var = sequence.var()",
        "Mean and variance are single numbers for all features together: the axes are missing.",
    ),
    _sequence(
        "sequence-variance-per-time-step",
        "(centered**2).mean(axis=(0, 1))",
        "(centered**2).mean(axis=0)",
        "The mean is taken over sequences and time, but the variance over the sequences only.",
    ),
    _sequence(
        "sequence-mean-per-time-step",
        _MEAN,
        "mean = sequence.mean(axis=0)",
        "The variance is taken over sequences and time, but the mean over the sequences only.",
    ),
    _sequence(
        "sequence-variance-n-minus-1",
        "(centered**2).mean(axis=(0, 1))",
        "sequence.var(axis=(0, 1), ddof=1)",
        "You normalize with the variance that divides by N·T - 1. In training the batch is the whole "
        "population, so the normalizing variance divides by N·T.",
    ),
    _sequence(
        "sequence-eps-outside-root",
        "np.sqrt(var + eps)",
        "(np.sqrt(var) + eps)",
        "In the sequences, epsilon is added to the standard deviation, outside the root. It belongs to the "
        "variance.",
    ),
    _sequence(
        "sequence-eps-missing",
        "np.sqrt(var + eps)",
        "np.sqrt(var)",
        "Epsilon does not reach the result.",
    ),
    _sequence(
        "sequence-divides-by-variance",
        "np.sqrt(var + eps)",
        "(var + eps)",
        "You divide the sequences by the variance. The square root is missing.",
    ),
    _sequence(
        "sequence-gamma-beta-ignored",
        "gamma * centered / np.sqrt(var + eps) + beta",
        "centered / np.sqrt(var + eps)",
        "Neither gamma nor beta reaches the result: you return the normalized sequences.",
    ),
    _sequence(
        "sequence-scrambled",
        "return y",
        "n, t, c = y.shape\n    return y.reshape(n, c, t).transpose(0, 2, 1)",
        "Each feature has the right values, but not in the right places: the last reshape does not undo the "
        "first.",
    ),
    _sequence(
        "sequence-turned",
        "return y",
        "return y.transpose(0, 2, 1)",
        "y comes back as (N, C, T). It must have the axes of the input, features last.",
    ),
    _sequence(
        "sequence-left-a-matrix",
        "return y",
        "return y.reshape(-1, y.shape[2])",
        "y comes back as the matrix you computed with: it has to be brought back to (N, T, C).",
    ),
    _sequence(
        "sequence-in-place",
        "centered = sequence - mean",
        "sequence -= mean\n    centered = sequence",
        "batchnorm_sequence changes the caller's array: an operator such as -= works in place.",
    ),
)

SLIPS = AXES + LAYOUT + TRAIN + RUNNING + PATHS + PARAMETERS + FOLD + SEQUENCES
