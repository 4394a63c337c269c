"""Slips of ``batchnorm2d_train`` that are the same for a matrix."""

from __future__ import annotations

from autograder.exercise import Slip

_ROOT = "1 / np.sqrt(var + eps)"
_AFFINE = "gamma[:, None, None] * x_hat + beta[:, None, None]"
_CACHE = "(x_hat, gamma, inv_std.ravel())"


def _train(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batchnorm2d_train", before, after, sentence)


TRAIN = (
    _train(
        "train-not-centered",
        "centered * inv_std",
        "x * inv_std",
        "You divide by the standard deviation, but x is not centered: the mean has to be subtracted first.",
    ),
    _train(
        "train-only-centered",
        "centered * inv_std",
        "centered",
        "You subtract the mean, but you do not divide by the standard deviation.",
    ),
    _train(
        "train-divides-by-variance",
        _ROOT,
        "1 / (var + eps)",
        "You divide by the variance. The square root is missing.",
    ),
    _train(
        "train-multiplies-by-std",
        "x_hat = centered * inv_std",
        "x_hat = centered / inv_std",
        "You multiply by the standard deviation; it has to divide.",
    ),
    _train(
        "train-std-for-inverse",
        _ROOT,
        "np.sqrt(var + eps)",
        "The standard deviation stands where its inverse belongs: you multiply by it, and the cache holds it, "
        "too.",
    ),
    _train(
        "train-root-twice",
        _ROOT,
        "1 / np.sqrt(np.sqrt(var) + eps)",
        "The root is taken twice: epsilon is added to a standard deviation, and of that the root is taken "
        "again.",
    ),
    _train(
        "train-eps-floor",
        _ROOT,
        "1 / np.maximum(np.sqrt(var), eps)",
        "Epsilon is a lower limit for the standard deviation. Here it is added to the variance.",
    ),
    _train(
        "train-eps-outside-root",
        _ROOT,
        "1 / (np.sqrt(var) + eps)",
        "You add epsilon to the standard deviation, outside the root. It belongs to the variance.",
    ),
    _train(
        "train-eps-missing",
        _ROOT,
        "1 / np.sqrt(var)",
        "Epsilon is missing: a channel that does not vary is divided by zero.",
    ),
    _train(
        "train-eps-twice",
        "np.sqrt(var + eps)",
        "np.sqrt(var + eps + eps)",
        "Epsilon is added twice. Once is enough: to the variance, under the root.",
    ),
    _train(
        "train-eps-1e-5",
        "np.sqrt(var + eps)",
        "np.sqrt(var + 1e-5)",
        "The argument eps is ignored: the result is the one for a fixed epsilon of 1e-5.",
    ),
    _train(
        "train-eps-1e-8",
        "np.sqrt(var + eps)",
        "np.sqrt(var + 1e-8)",
        "The argument eps is ignored: the result is the one for a fixed epsilon of 1e-8.",
    ),
    _train(
        "train-gamma-beta-ignored",
        _AFFINE,
        "x_hat",
        "Neither gamma nor beta reaches the result: you return the normalized x.",
    ),
    _train(
        "train-gamma-ignored",
        _AFFINE,
        "x_hat + beta[:, None, None]",
        "Gamma does not reach the result.",
    ),
    _train(
        "train-beta-ignored",
        _AFFINE,
        "gamma[:, None, None] * x_hat",
        "Beta does not reach the result.",
    ),
    _train(
        "train-beta-subtracted",
        "x_hat + beta[:, None, None]",
        "x_hat - beta[:, None, None]",
        "Beta is subtracted; it must be added.",
    ),
    _train(
        "train-beta-inside",
        _AFFINE,
        "gamma[:, None, None] * (x_hat + beta[:, None, None])",
        "Beta is added before the scaling, so it is multiplied by gamma too. First scale, then shift.",
    ),
    _train(
        "train-gamma-beta-swapped",
        _AFFINE,
        "beta[:, None, None] * x_hat + gamma[:, None, None]",
        "Gamma and beta have changed places: gamma scales and beta shifts.",
    ),
    _train(
        "train-one-gamma-for-all",
        _AFFINE,
        "gamma[0] * x_hat + beta[0]",
        "All channels are scaled and shifted by the first gamma and the first beta. Each channel has its own.",
    ),
    _train(
        "train-in-place",
        "centered = x - mean",
        "x -= mean\n    centered = x",
        "batchnorm2d_train changes the caller's array: an operator such as -= works in place on x.",
    ),
    _train(
        "train-single-precision",
        "mean = x.mean",
        "x = x.astype(np.float32)\n    mean = x.mean",
        "Something inside is computed in float32: half of the digits of a float64 input are lost.",
    ),
    _train(
        "train-returns-y-only",
        f"return y, {_CACHE}",
        "return y",
        "batchnorm2d_train returns y alone. The cache is the second result.",
    ),
    _train(
        "train-returns-swapped",
        f"return y, {_CACHE}",
        f"return {_CACHE}, y",
        "The cache comes first and y second; the order must be y, cache.",
    ),
    _train(
        "cache-keepdims",
        _CACHE,
        "(x_hat, gamma, inv_std)",
        "The cached inv_std does not have the shape (C,). With keepdims=True it has three axes of length 1 "
        "too many for the cache.",
    ),
    _train(
        "cache-std",
        _CACHE,
        "(x_hat, gamma, 1 / inv_std.ravel())",
        "The cache holds the standard deviation where its inverse is asked for.",
    ),
    _train(
        "cache-variance",
        _CACHE,
        "(x_hat, gamma, var.ravel())",
        "The cache holds the variance where the inverse standard deviation is asked for.",
    ),
    _train(
        "cache-inv-std-without-eps",
        _CACHE,
        "(x_hat, gamma, 1 / np.sqrt(var.ravel()))",
        "The cached inverse standard deviation lacks the epsilon that y was computed with.",
    ),
    _train(
        "cache-x",
        _CACHE,
        "(x, gamma, inv_std.ravel())",
        "The cache holds x where the normalized x_hat is asked for.",
    ),
    _train(
        "cache-centered",
        _CACHE,
        "(centered, gamma, inv_std.ravel())",
        "The cache holds x minus its mean where x_hat is asked for: it is not divided yet.",
    ),
    _train(
        "cache-y",
        _CACHE,
        "(y, gamma, inv_std.ravel())",
        "The cache holds y where x_hat is asked for: x_hat is the value before gamma and beta.",
    ),
    _train(
        "cache-matrix",
        _CACHE,
        "(np.moveaxis(x_hat, 1, 3).reshape(-1, len(gamma)), gamma, inv_std.ravel())",
        "The cached x_hat does not have the shape of x. The backward pass needs it at the same pixels as dy.",
    ),
    _train(
        "cache-beta",
        _CACHE,
        "(x_hat, beta, inv_std.ravel())",
        "The cache holds beta where gamma is asked for.",
    ),
    _train(
        "cache-order",
        _CACHE,
        "(x_hat, inv_std.ravel(), gamma)",
        "Gamma and inv_std have changed places in the cache.",
    ),
)
