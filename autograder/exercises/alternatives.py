"""The exercise ``alternatives``: normalizations that look at one sample at a time."""

from __future__ import annotations

from autograder.exercise import Criterion, Exercise
from autograder.exercises import alternatives_probes as probes
from autograder.exercises.alternatives_slips import SLIPS
from autograder.reference import alternatives as reference


def _section(title: str) -> str:
    return f"Alternatives to batch normalization, section “{title}”"


LAYER, LAYER_BACK = ("layernorm",), ("layernorm_backward",)
GROUP, GROUP_BACK = ("groupnorm",), ("groupnorm_backward",)
INSTANCE, RMS = ("instancenorm",), ("rmsnorm",)

EXERCISE = Exercise(
    name="alternatives",
    title="Alternatives to batch normalization",
    reference=reference,
    returns={
        "layernorm": ("y", ("x_hat", "gamma", "inv_std")),
        "layernorm_backward": ("dx", "dgamma", "dbeta"),
        "groupnorm": ("y", ("x_hat", "gamma", "inv_std")),
        "groupnorm_backward": ("dx", "dgamma", "dbeta"),
        "instancenorm": "y",
        "rmsnorm": "y",
    },
    criteria=(
        Criterion(
            "layer_standardize",
            "Layer norm: each row is standardized over its features",
            12,
            LAYER,
            probes.layer_standardize,
            _section("Layer normalization"),
            "At gamma 1 and beta 0, each row of y must have mean 0 and variance 1.",
        ),
        Criterion(
            "layer_affine",
            "Layer norm: epsilon, gamma, beta and the cache",
            8,
            LAYER,
            probes.layer_affine,
            _section("Layer normalization"),
            "Epsilon is added to the variance; gamma and beta belong to a feature; "
            "the cache belongs to the y that was returned.",
        ),
        Criterion(
            "layer_dx",
            "Layer norm: the gradient with respect to x",
            14,
            LAYER_BACK,
            probes.layer_dx,
            _section("The way back"),
            "Adding the same number to a whole row does not change y, so the dx of a "
            "row must add up to 0.",
        ),
        Criterion(
            "layer_parameters",
            "Layer norm: the gradients of gamma and beta",
            6,
            LAYER_BACK,
            probes.layer_parameters,
            _section("The way back"),
            "A gamma belongs to a feature, and every sample contributes to its "
            "gradient.",
        ),
        Criterion(
            "group_standardize",
            "Group norm: each group of channels of each image is standardized",
            12,
            GROUP,
            probes.group_standardize,
            _section("Group and instance normalization"),
            "At gamma 1 and beta 0, the values of one group of one image must have "
            "mean 0 and variance 1.",
        ),
        Criterion(
            "group_limits",
            "Group norm: one group, and a group for each channel",
            6,
            GROUP,
            probes.group_limits,
            _section("Group and instance normalization"),
            "With one group it is layer normalization over a whole image; with as many "
            "groups as channels it is instance normalization.",
        ),
        Criterion(
            "group_affine",
            "Group norm: epsilon, gamma, beta and the cache",
            6,
            GROUP,
            probes.group_affine,
            _section("Group and instance normalization"),
            "Epsilon is added to the variance; gamma and beta belong to a channel; "
            "the cache belongs to the y that was returned.",
        ),
        Criterion(
            "group_dx",
            "Group norm: the gradient with respect to x",
            10,
            GROUP_BACK,
            probes.group_dx,
            _section("The way back"),
            "Adding the same number to a whole group does not change y, so the dx of a "
            "group must add up to 0.",
        ),
        Criterion(
            "group_parameters",
            "Group norm: the gradients of gamma and beta",
            4,
            GROUP_BACK,
            probes.group_parameters,
            _section("The way back"),
            "A gamma belongs to a channel, and every pixel of every image contributes "
            "to its gradient.",
        ),
        Criterion(
            "instance",
            "Instance norm: each channel of each image by itself",
            7,
            INSTANCE,
            probes.instance,
            _section("Group and instance normalization"),
            "At gamma 1 and beta 0, each channel of each image must have mean 0 and "
            "variance 1 over its pixels.",
        ),
        Criterion(
            "rms",
            "RMS norm: each row is divided by its root mean square",
            7,
            RMS,
            probes.rms,
            _section("RMS normalization"),
            "At gamma 1, the mean of the squares of each row of y must be 1.",
        ),
        Criterion(
            "alone",
            "A sample alone gives the same as in a batch",
            5,
            LAYER + GROUP + INSTANCE + RMS,
            probes.alone,
            _section("One sample at a time"),
            "The result for a sample depends on the other samples of the batch.",
        ),
        Criterion(
            "pure",
            "The functions leave their arguments as they were",
            3,
            LAYER + LAYER_BACK + GROUP + GROUP_BACK + INSTANCE + RMS,
            probes.pure,
            _section("Common slips"),
            "A function changed an array that it was given.",
        ),
    ),
    slips=SLIPS,
)
