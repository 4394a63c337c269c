"""The exercise ``convolution``: batch normalization of images."""

from __future__ import annotations

from autograder.exercise import Criterion, Exercise
from autograder.exercises import convolution_probes as probes
from autograder.exercises.convolution_slips import SLIPS
from autograder.reference import convolution as reference


def _section(title: str) -> str:
    return f"Batch normalization in convolutional networks, section “{title}”"


TRAIN = ("batchnorm2d_train",)
STATISTICS = ("batch_statistics",)
BACKWARD = ("batchnorm2d_backward",)
FOLD = ("fold_into_conv",)
SEQUENCE = ("batchnorm_sequence",)

EXERCISE = Exercise(
    name="convolution",
    title="Batch normalization of images",
    reference=reference,
    returns={
        "batchnorm2d_train": ("y", ("x_hat", "gamma", "inv_std")),
        "batch_statistics": ("mean", "variance"),
        "batchnorm2d_backward": ("dx", "dgamma", "dbeta"),
        "fold_into_conv": ("weight", "bias"),
        "batchnorm_sequence": "y",
    },
    criteria=(
        Criterion(
            "per_channel",
            "Each channel is standardized as a whole",
            14,
            TRAIN,
            probes.per_channel,
            _section("One mean for each channel"),
            "At gamma 1 and beta 0, all values of a channel together must have mean 0 "
            "and variance 1.",
        ),
        Criterion(
            "place",
            "Every value stays at its pixel",
            6,
            TRAIN,
            probes.place,
            _section("A stack of images as a matrix"),
            "Normalizing keeps the order of the values of an image: the largest of x "
            "is where the largest of y is. In your y it is not.",
        ),
        Criterion(
            "epsilon",
            "Epsilon is where it belongs",
            6,
            TRAIN,
            probes.epsilon,
            _section("One mean for each channel"),
            "The result is wrong where epsilon is as large as the variance.",
        ),
        Criterion(
            "scale_shift",
            "Gamma scales, then beta shifts, channel by channel",
            8,
            TRAIN,
            probes.scale_shift,
            _section("One mean for each channel"),
            "y must be gamma times the normalized x, plus beta, and each channel has "
            "one gamma and one beta.",
        ),
        Criterion(
            "cache",
            "The cache holds what the backward pass needs",
            6,
            TRAIN,
            probes.cache,
            _section("The gradient of a channel"),
            "The parts of the cache must belong to the y that was returned.",
        ),
        Criterion(
            "running",
            "The running statistics get the right count",
            8,
            STATISTICS,
            probes.running,
            _section("How many numbers enter a statistic"),
        ),
        Criterion(
            "dx",
            "The gradient of x",
            16,
            BACKWARD,
            probes.dx,
            _section("The gradient of a channel"),
            "Three things to look at: the gradient goes through the mean, through the "
            "variance, and straight through; and each channel has its own.",
        ),
        Criterion(
            "parameters",
            "The gradients of gamma and beta",
            10,
            BACKWARD,
            probes.parameters,
            _section("The gradient of a channel"),
            "Every position of a channel was scaled by the same gamma and shifted by "
            "the same beta, so every position has a say in their gradients.",
        ),
        Criterion(
            "fold_weight",
            "The folded weight",
            8,
            FOLD,
            probes.fold_weight,
            _section("Folding the layer into the convolution"),
            "The convolution with the new weight must give what the convolution and "
            "the normalization gave together, apart from the bias.",
        ),
        Criterion(
            "fold_bias",
            "The folded bias",
            8,
            FOLD,
            probes.fold_bias,
            _section("Folding the layer into the convolution"),
            "Where all pixels are 0, the convolution gives its old bias. Follow that "
            "number through the normalization: it comes out as the new bias.",
        ),
        Criterion(
            "sequence",
            "A batch of sequences",
            6,
            SEQUENCE,
            probes.sequence,
            _section("Sequences: which axis holds the features?"),
            "At gamma 1 and beta 0, all values of a feature, over the sequences and "
            "over time, must have mean 0 and variance 1.",
        ),
        Criterion(
            "pure",
            "The functions leave their arguments as they were",
            4,
            TRAIN + STATISTICS + BACKWARD + FOLD + SEQUENCE,
            probes.pure,
            _section("Common slips"),
            "A function changed an array that it was given.",
        ),
    ),
    slips=SLIPS,
)
