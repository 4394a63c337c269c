"""Slips of ``fold_into_conv``."""

from __future__ import annotations

from autograder.exercise import Slip

_SCALE = "gamma / np.sqrt(var + eps)"
_WEIGHT = "weight * scale[:, None, None, None]"
_BIAS = "(bias - mean) * scale + beta"


def _fold(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "fold_into_conv", before, after, sentence)


FOLD = (
    _fold(
        "fold-eps-missing",
        _SCALE,
        "gamma / np.sqrt(var)",
        "Epsilon is missing: evaluation mode adds it to the running variance, so the folded layer must, too.",
    ),
    _fold(
        "fold-eps-outside-root",
        _SCALE,
        "gamma / (np.sqrt(var) + eps)",
        "Epsilon is added to the running standard deviation, outside the root. It belongs to the variance.",
    ),
    _fold(
        "fold-eps-1e-5",
        _SCALE,
        "gamma / np.sqrt(var + 1e-5)",
        "The argument eps is ignored: the result is the one for a fixed 1e-5.",
    ),
    _fold(
        "fold-divides-by-variance",
        _SCALE,
        "gamma / (var + eps)",
        "You divide by the running variance itself. The square root is missing.",
    ),
    _fold(
        "fold-multiplies-by-std",
        _SCALE,
        "gamma * np.sqrt(var + eps)",
        "You multiply by the standard deviation where it has to divide.",
    ),
    _fold(
        "fold-variance-squared",
        _SCALE,
        "gamma / np.sqrt(var**2 + eps)",
        "You square var as if it were a standard deviation. It is a variance already.",
    ),
    _fold(
        "fold-gamma-missing",
        _SCALE,
        "1 / np.sqrt(var + eps)",
        "Gamma is in neither the new weight nor the new bias.",
    ),
    _fold(
        "fold-gamma-beta-swapped",
        "scale = gamma / np.sqrt(var + eps)",
        "gamma, beta = beta, gamma\n    scale = gamma / np.sqrt(var + eps)",
        "Gamma and beta have changed places in the folded layer: gamma scales and beta shifts.",
    ),
    _fold(
        "fold-weight-unchanged",
        _WEIGHT,
        "weight.copy()",
        "The weight comes back as it was. Only the bias is folded.",
    ),
    _fold(
        "fold-weight-gamma-only",
        _WEIGHT,
        "weight * gamma[:, None, None, None]",
        "The new weight is scaled by gamma, but not divided by the standard deviation.",
    ),
    _fold(
        "fold-weight-without-gamma",
        _WEIGHT,
        "weight / np.sqrt(var + eps)[:, None, None, None]",
        "The new weight is divided by the standard deviation, but gamma is missing in it.",
    ),
    _fold(
        "fold-weight-centered",
        _WEIGHT,
        "(weight - mean[:, None, None, None]) * scale[:, None, None, None]",
        "You subtract the mean from the weight. The mean is that of the convolution's output; it goes into "
        "the bias.",
    ),
    _fold(
        "fold-weight-shifted",
        _WEIGHT,
        "weight * scale[:, None, None, None] + beta[:, None, None, None]",
        "Beta is added to the weight. It is added to the output once, so it goes into the bias.",
    ),
    _fold(
        "fold-one-scale-for-all",
        _WEIGHT,
        "weight * scale[0]",
        "All filters are scaled by the first channel's factor. Each output channel has its own.",
    ),
    _fold(
        "fold-bias-not-scaled",
        _BIAS,
        "bias - mean * scale + beta",
        "The old bias is not scaled. It is part of the convolution's output, and that is normalized as a whole.",
    ),
    _fold(
        "fold-bias-forgotten",
        _BIAS,
        "beta - mean * scale",
        "The old bias of the convolution does not reach the new one.",
    ),
    _fold(
        "fold-bias-unchanged",
        _BIAS,
        "bias.copy()",
        "The bias comes back as it was. Only the weight is folded.",
    ),
    _fold(
        "fold-bias-plus-beta",
        _BIAS,
        "bias + beta",
        "The new bias is the sum of the old one and beta: the mean is not subtracted, and the old bias is not "
        "scaled.",
    ),
    _fold(
        "fold-bias-scaled-plus-beta",
        _BIAS,
        "bias * scale + beta",
        "The mean does not reach the new bias.",
    ),
    _fold(
        "fold-mean-not-scaled",
        _BIAS,
        "bias * scale - mean + beta",
        "The mean is subtracted as it is. It is subtracted before the scaling, so it is scaled, too.",
    ),
    _fold(
        "fold-mean-added",
        _BIAS,
        "(bias + mean) * scale + beta",
        "The mean is added; it must be subtracted.",
    ),
    _fold(
        "fold-mean-sign",
        _BIAS,
        "(mean - bias) * scale + beta",
        "The old bias is subtracted from the mean: the sign is turned around.",
    ),
    _fold(
        "fold-beta-scaled",
        _BIAS,
        "(bias - mean + beta) * scale",
        "Beta is scaled, too. It is added after the scaling.",
    ),
    _fold(
        "fold-beta-forgotten",
        _BIAS,
        "(bias - mean) * scale",
        "Beta does not reach the new bias.",
    ),
    _fold(
        "fold-bias-gamma-missing",
        _BIAS,
        "(bias - mean) / np.sqrt(var + eps) + beta",
        "Gamma is in the new weight, but not in the new bias.",
    ),
    _fold(
        "fold-bias-std-missing",
        _BIAS,
        "(bias - mean) * gamma + beta",
        "In the new bias the difference is multiplied by gamma, but not divided by the standard deviation.",
    ),
    _fold(
        "fold-in-place",
        "new_weight = weight * scale",
        "weight *= scale[:, None, None, None]\n    new_weight = weight + 0 * scale",
        "fold_into_conv changes the caller's weight: an operator such as *= works in place.",
    ),
    _fold(
        "fold-order",
        "return new_weight, new_bias",
        "return new_bias, new_weight",
        "The bias is returned first and the weight second; the order must be weight, bias.",
    ),
    _fold(
        "fold-weight-only",
        "return new_weight, new_bias",
        "return new_weight",
        "Only the weight is returned; the bias is the second result.",
    ),
)
