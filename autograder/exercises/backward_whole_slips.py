"""The known mistakes in the two whole backward passes of the exercise ``backward``.

Most were sighted in public code or asked about in forums; the catalogue with its sources is in the
instructor's guide.
"""

from __future__ import annotations

from autograder.exercise import Slip

_WAYS = "direct + through_var + through_mean"
_RETURN = "return dx, dgamma, dbeta"
_DGAMMA = "(dy * x_hat).sum(axis=0)"
_DBETA = "dy.sum(axis=0)"
_BOTH = "dbeta = dy.sum(axis=0)  # (D,)\n    dgamma = (dy * x_hat).sum(axis=0)"
_BRACKET = "(n * dy - dbeta - x_hat * dgamma)"


def _staged(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"staged-{name}", "batchnorm_backward_staged", before, after, sentence)


def _compact(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"compact-{name}", "batchnorm_backward", before, after, sentence)


STAGED = (
    _staged(
        "dgamma-averaged",
        _DGAMMA,
        "(dy * x_hat).mean(axis=0)",
        "dgamma is a mean over the batch. Every sample uses the one gamma, and the contributions to a gradient add up; if the "
        "loss is a mean, its 1/N is in dy already.",
    ),
    _staged(
        "dbeta-averaged",
        _DBETA,
        "dy.mean(axis=0)",
        "dbeta is a mean over the batch. Every sample uses the one beta, and the contributions to a gradient add up.",
    ),
    _staged(
        "both-averaged",
        _BOTH,
        "dbeta = dy.mean(axis=0)\n    dgamma = (dy * x_hat).mean(axis=0)",
        "dgamma and dbeta are means over the batch. All samples use the one gamma and the one beta, and the contributions to a "
        "gradient add up.",
    ),
    _staged(
        "dgamma-of-deviation",
        _DGAMMA,
        "(dy * x_hat / inv_std).sum(axis=0)",
        "dgamma is computed with the deviation x - mean. What gamma multiplies in the forward pass is the normalized value.",
    ),
    _staged(
        "dgamma-without-x-hat",
        _DGAMMA,
        "dy.sum(axis=0).copy()",
        "dgamma equals dbeta: it does not ask what gamma is multiplied with in the forward pass.",
    ),
    _staged(
        "dgamma-of-scaled-dy",
        _DGAMMA,
        "(dy * gamma * x_hat).sum(axis=0)",
        "dgamma contains gamma as a factor: you use the gradient behind gamma, d_x_hat, where the one in front of it, "
        "dy, belongs.",
    ),
    _staged(
        "dbeta-of-scaled-dy",
        _DBETA,
        "(dy * gamma).sum(axis=0)",
        "dbeta contains gamma as a factor: beta is added after the scaling.",
    ),
    _staged(
        "dy-scaled-first",
        _BOTH + "  # (D,)\n    d_x_hat = dy * gamma",
        "dy *= gamma\n    " + _BOTH + "\n    d_x_hat = dy",
        "dy is multiplied by gamma in place before dgamma and dbeta are computed: both contain gamma, and the caller's array is "
        "changed.",
    ),
    _staged(
        "dy-scaled-in-place",
        "d_x_hat = dy * gamma",
        "dy *= gamma\n    d_x_hat = dy",
        "batchnorm_backward_staged multiplies dy in place: the caller's array is changed, and a second call gives something else.",
    ),
    _staged(
        "cache-in-place",
        "centered = x_hat / inv_std",
        "x_hat /= inv_std\n    centered = x_hat",
        "batchnorm_backward_staged divides x_hat in place, and so changes the cache: a second call gives something else.",
    ),
    _staged(
        "order",
        _RETURN,
        "return dx, dbeta, dgamma",
        "dgamma and dbeta have changed places among the results of batchnorm_backward_staged.",
    ),
    _staged(
        "keepdims",
        _RETURN,
        "return dx, dgamma[None, :], dbeta[None, :]",
        "dgamma and dbeta keep the batch axis (keepdims=True). They have the shape of gamma and beta, (D,).",
    ),
    _staged(
        "dgamma-keepdims",
        _RETURN,
        "return dx, dgamma[None, :], dbeta",
        "dgamma keeps the batch axis (keepdims=True). It has the shape of gamma, (D,).",
    ),
    _staged(
        "dbeta-keepdims",
        _RETURN,
        "return dx, dgamma, dbeta[None, :]",
        "dbeta keeps the batch axis (keepdims=True). It has the shape of beta, (D,).",
    ),
    _staged(
        "one-sum-for-all",
        _RETURN,
        "return dx, (dy * x_hat).sum(), dy.sum()",
        "dgamma and dbeta are single numbers: without an axis, sum() adds up the whole matrix. Each feature has its own.",
    ),
    _staged(
        "not-summed",
        _RETURN,
        "return dx, dy * x_hat, dy.copy()",
        "dgamma and dbeta are not summed over the batch: they have one number per sample and feature, but gamma and beta have "
        "one per feature.",
    ),
    _staged(
        "only-dx",
        _RETURN,
        "return dx",
        "batchnorm_backward_staged returns dx alone; dgamma and dbeta are asked for too.",
    ),
    _staged(
        "only-direct",
        _WAYS,
        "direct",
        "The staged dx takes the mean and the variance for constants. They are computed from x, so x reaches the loss through "
        "them too. As it stands, dx does not sum to 0 over the batch.",
    ),
    _staged(
        "mean-way-missing",
        _WAYS,
        "direct + through_var",
        "In the staged dx the way through the mean is missing: dx does not sum to 0 over the batch.",
    ),
    _staged(
        "var-way-missing",
        _WAYS,
        "direct + through_mean",
        "In the staged dx the way through the variance is missing: dx sums to 0 over the batch, but it still points along x_hat.",
    ),
    _staged(
        "direct-way-missing",
        _WAYS,
        "through_var + through_mean",
        "In the staged dx the direct way, from x to its own x_hat, is missing.",
    ),
    _staged(
        "gamma-missing",
        "d_x_hat = dy * gamma",
        "d_x_hat = dy",
        "The staged dx does not contain gamma: dy has not been taken back through the scaling.",
    ),
    _staged(
        "gamma-twice",
        "d_x_hat = dy * gamma",
        "d_x_hat = dy * gamma**2",
        "The staged dx contains gamma twice.",
    ),
    _staged(
        "averaged-again",
        "d_x_hat = dy * gamma",
        "d_x_hat = dy * gamma / n",
        "The staged dx is divided by N as a whole. Nothing in the layer averages over the outputs; if the loss is a mean, its 1/N "
        "is in dy already.",
    ),
    _staged(
        "var-sign",
        "-0.5 * inv_std**3",
        "0.5 * inv_std**3",
        "In the staged dx the gradient of the variance has the wrong sign: a larger variance makes every |x_hat| smaller.",
    ),
    _staged(
        "var-half-missing",
        "-0.5 * inv_std**3",
        "-(inv_std**3)",
        "In the staged dx the way through the variance is twice what it must be: a one half comes down when a root is "
        "differentiated.",
    ),
    _staged(
        "var-two-missing",
        "d_var * 2 * centered / n",
        "d_var * centered / n",
        "In the staged dx the way through the variance is half of what it must be: a factor comes down when a square is "
        "differentiated.",
    ),
    _staged(
        "var-exponent-half",
        "inv_std**3",
        "inv_std",
        "In the staged d_var the power of (var + eps) is -1/2: the exponent has not been lowered by one.",
    ),
    _staged(
        "var-exponent-one",
        "inv_std**3",
        "inv_std**2",
        "In the staged dx one factor inv_std is missing on the way through the variance.",
    ),
    _staged(
        "var-power-of-inv-std",
        "inv_std**3",
        "inv_std**-1.5",
        "In the staged d_var inv_std is raised to the power that belongs to (var + eps). It is a power of (var + eps) already, with "
        "a negative exponent.",
    ),
    _staged(
        "var-x-hat-for-deviation",
        "centered = x_hat / inv_std",
        "centered = x_hat",
        "In the staged dx x_hat stands where the deviation x - mean belongs, both times: on the way to the variance and back "
        "from it.",
    ),
    _staged(
        "var-x-hat-once",
        "d_var * 2 * centered / n",
        "d_var * 2 * x_hat / n",
        "In the staged dx the way through the variance has a factor inv_std too many: once, x_hat stands where the deviation "
        "x - mean belongs.",
    ),
    _staged(
        "var-averaged",
        "(d_x_hat * centered).sum(axis=0)",
        "(d_x_hat * centered).mean(axis=0)",
        "In the staged dx the way through the variance is N times too small: what arrives at the one variance is a sum over the "
        "batch, not a mean.",
    ),
    _staged(
        "var-one-sum-for-all",
        "(d_x_hat * centered).sum(axis=0)",
        "(d_x_hat * centered).sum()",
        "In the staged d_var the axis is missing: one sum over the whole matrix. Each feature has its own variance.",
    ),
    _staged(
        "var-n-missing",
        "2 * centered / n",
        "2 * centered",
        "In the staged dx the way through the variance is N times too large: the variance is a mean of squares, and one sample has "
        "a share of it.",
    ),
    _staged(
        "var-n-minus-1",
        "2 * centered / n",
        "2 * centered / (n - 1)",
        "In the staged dx the way through the variance divides by N - 1. The variance that normalized the batch divides by N.",
    ),
    _staged(
        "mean-sign",
        "d_mean = -(d_x_hat * inv_std)",
        "d_mean = (d_x_hat * inv_std)",
        "In the staged dx the gradient of the mean has the wrong sign: the mean is subtracted.",
    ),
    _staged(
        "mean-averaged",
        "(d_x_hat * inv_std).sum(axis=0)",
        "(d_x_hat * inv_std).mean(axis=0)",
        "In the staged dx the way through the mean is N times too small: what arrives at the one mean is a sum over the batch, "
        "not a mean.",
    ),
    _staged(
        "mean-one-sum-for-all",
        "(d_x_hat * inv_std).sum(axis=0)",
        "(d_x_hat * inv_std).sum()",
        "In the staged d_mean the axis is missing: one sum over the whole matrix. Each feature has its own mean.",
    ),
    _staged(
        "mean-without-inv-std",
        "-(d_x_hat * inv_std)",
        "-(d_x_hat)",
        "In the staged d_mean inv_std is missing: x_hat changes inv_std times as much as the mean does.",
    ),
    _staged(
        "mean-n-missing",
        "d_mean / n",
        "d_mean",
        "In the staged dx the way through the mean is N times too large: one sample moves the mean by a share only.",
    ),
    _staged(
        "direct-without-inv-std",
        "direct = d_x_hat * inv_std",
        "direct = d_x_hat",
        "In the staged dx inv_std is missing on the direct way.",
    ),
    _staged(
        "d-for-n",
        "len(dy)",
        "dy.shape[1]",
        "In the staged dx you divide by the number of features. The mean and the variance are taken over the N samples.",
    ),
    _staged(
        "n-minus-1",
        "len(dy)",
        "len(dy) - 1",
        "In the staged dx both statistics are taken for sums divided by N - 1; they divide by N.",
    ),
    _staged(
        "single-precision",
        "x_hat, gamma, inv_std = cache",
        "x_hat, gamma, inv_std = (a.astype(np.float32) for a in cache)",
        "Something in batchnorm_backward_staged is computed in float32: half of the digits are lost.",
    ),
)

COMPACT = (
    _compact(
        "only-direct",
        _BRACKET,
        "(n * dy)",
        "Your expression takes the mean and the variance for constants: dx does not sum to 0 over the batch. That is the gradient of "
        "evaluation mode.",
    ),
    _compact(
        "mean-way-missing",
        _BRACKET,
        "(n * dy - x_hat * dgamma)",
        "In your expression the part that comes through the mean is missing: dx does not sum to 0 over the batch.",
    ),
    _compact(
        "var-way-missing",
        _BRACKET,
        "(n * dy - dbeta)",
        "In your expression the part that comes through the variance is missing: dx sums to 0 over the batch, but it still points "
        "along x_hat.",
    ),
    _compact(
        "direct-way-missing",
        _BRACKET,
        "(-dbeta - x_hat * dgamma)",
        "In your expression dy itself is missing; what is left are the corrections through the statistics.",
    ),
    _compact(
        "mean-way-added",
        _BRACKET,
        "(n * dy + dbeta - x_hat * dgamma)",
        "In your expression the part through the mean has the wrong sign: it must take something away from dy.",
    ),
    _compact(
        "var-way-added",
        _BRACKET,
        "(n * dy - dbeta + x_hat * dgamma)",
        "In your expression the part through the variance has the wrong sign: it must take away what points along x_hat.",
    ),
    _compact(
        "both-added",
        _BRACKET,
        "(n * dy + dbeta + x_hat * dgamma)",
        "In your expression both corrections have the wrong sign: they must take something away from dy.",
    ),
    _compact(
        "var-way-halved",
        _BRACKET,
        "(n * dy - dbeta - x_hat * dgamma / 2)",
        "In your expression the part through the variance is half of what it must be: the factor of differentiating the square "
        "has been lost.",
    ),
    _compact(
        "var-way-doubled",
        _BRACKET,
        "(n * dy - dbeta - 2 * x_hat * dgamma)",
        "In your expression the part through the variance is twice what it must be: the one half of differentiating the root has "
        "been lost.",
    ),
    _compact(
        "x-hat-missing",
        _BRACKET,
        "(n * dy - dbeta - dgamma)",
        "In your expression the part through the variance is the same for all samples. Each sample moves the variance in "
        "proportion to its own x_hat.",
    ),
    _compact(
        "one-mean-for-all",
        _BRACKET,
        "(n * dy - dy.mean() * n - x_hat * (dy * x_hat).mean() * n)",
        "In your expression the means are taken over the whole matrix: the axis is missing. Each feature has its own.",
    ),
    _compact(
        "corrections-swapped",
        _BRACKET,
        "(n * dy - dgamma - x_hat * dbeta)",
        "In your expression dgamma and dbeta have changed places.",
    ),
    _compact(
        "deviation-for-x-hat",
        "x_hat * dgamma)",
        "x_hat / inv_std * dgamma)",
        "In your expression the part through the variance contains the deviation x - mean where the normalized value belongs.",
    ),
    _compact(
        "inv-std-twice-in-var",
        "x_hat * dgamma)",
        "x_hat * inv_std**2 * dgamma)",
        "In your expression the part through the variance is divided by the variance once too often: x_hat and dgamma have "
        "brought both divisions by the standard deviation with them.",
    ),
    _compact(
        "precedence",
        f"gamma * inv_std / n * {_BRACKET}",
        f"gamma * inv_std / n * {_BRACKET[1:-1]}",
        "In your expression the factor in front multiplies dy alone, and not the two corrections: look at the parentheses.",
    ),
    _compact(
        "wrong-axis",
        _BRACKET,
        "(n * dy - n * dy.mean(axis=1, keepdims=True) - n * x_hat * (dy * x_hat).mean(axis=1, keepdims=True))",
        "In your expression the means are taken along each row. The rows shared a mean and a variance feature by feature, over "
        "the batch.",
    ),
    _compact(
        "n-missing-in-mean",
        f"{_BOTH}  # (D,)\n    dx = gamma * inv_std / n * {_BRACKET}",
        "dbeta, dgamma = np.sum(dy, axis=0), np.sum(dy * x_hat, axis=0)\n"
        "    dx = gamma * inv_std / n * (n * dy - n * dbeta - x_hat * dgamma)",
        "In your expression the part through the mean is N times too large: it holds a sum where a mean is needed.",
    ),
    _compact(
        "n-missing-in-var",
        f"{_BOTH}  # (D,)\n    dx = gamma * inv_std / n * {_BRACKET}",
        "dbeta, dgamma = np.sum(dy, axis=0), np.sum(dy * x_hat, axis=0)\n"
        "    dx = gamma * inv_std / n * (n * dy - dbeta - n * x_hat * dgamma)",
        "In your expression the part through the variance is N times too large: it holds a sum where a mean is needed.",
    ),
    _compact(
        "n-missing",
        _BRACKET,
        "(dy - dbeta - x_hat * dgamma)",
        "In your expression sums are subtracted from dy itself. What is subtracted are means over the batch, so the corrections "
        "are N times too large against dy.",
    ),
    _compact(
        "n-kept",
        "gamma * inv_std / n * ",
        "gamma * inv_std * ",
        "Your dx is N times too large as a whole.",
    ),
    _compact(
        "n-twice",
        "gamma * inv_std / n * ",
        "gamma * inv_std / n**2 * ",
        "Your dx is N times too small as a whole: something has been averaged twice. If the loss is a mean, its 1/N is in dy already.",
    ),
    _compact(
        "gamma-missing",
        "dx = gamma * inv_std",
        "dx = inv_std",
        "Your expression does not contain gamma.",
    ),
    _compact(
        "gamma-twice",
        "dx = gamma * inv_std",
        "dx = gamma**2 * inv_std",
        "Your expression contains gamma twice.",
    ),
    _compact(
        "gamma-divides",
        "dx = gamma * inv_std",
        "dx = 1 / gamma * inv_std",
        "Your expression divides by gamma; going back through a multiplication multiplies by the same factor again.",
    ),
    _compact(
        "gamma-only-on-dy",
        _BRACKET,
        "(n * dy - (dbeta + x_hat * dgamma) / gamma)",
        "In your expression only dy is multiplied by gamma. The corrections are made of the same gradient, behind gamma.",
    ),
    _compact(
        "inv-std-missing",
        "gamma * inv_std / n",
        "gamma / n",
        "Your expression does not contain inv_std: x_hat changes inv_std times as much as x does.",
    ),
    _compact(
        "inv-std-squared",
        "gamma * inv_std / n",
        "gamma * inv_std**2 / n",
        "Your expression contains inv_std twice: it divides by the variance where the standard deviation belongs.",
    ),
    _compact(
        "inv-std-divides",
        "gamma * inv_std / n",
        "gamma / inv_std / n",
        "Your expression divides by inv_std, which multiplies by the standard deviation.",
    ),
    _compact(
        "sign",
        "dx = gamma",
        "dx = -gamma",
        "Your dx has the wrong sign as a whole.",
    ),
    _compact(
        "d-for-n",
        "len(dy)",
        "dy.shape[1]",
        "In your expression N is the number of features. The mean and the variance are taken over the samples.",
    ),
    _compact(
        "n-minus-1",
        "len(dy)",
        "len(dy) - 1",
        "Your expression has N - 1 for N everywhere. In training mode both statistics divide by N.",
    ),
    _compact(
        "var-n-minus-1",
        "x_hat * dgamma)",
        "x_hat * dgamma * n / (n - 1))",
        "In your expression the part through the variance divides by N - 1. The variance that normalized the batch divides by N.",
    ),
    _compact(
        "length-of-x-hat",
        "x_hat * dgamma)",
        "x_hat * dgamma * n / (x_hat**2).sum(axis=0))",
        "You divide by the sum of the squares of x_hat, which is N only where epsilon is 0. The exact gradient has N there, whatever "
        "epsilon is.",
    ),
    _compact(
        "dgamma-averaged",
        _DGAMMA,
        "(dy * x_hat).mean(axis=0)",
        "dgamma is a mean over the batch where the sum belongs, and dx, which is made of it, is wrong too.",
    ),
    _compact(
        "dbeta-averaged",
        _DBETA,
        "dy.mean(axis=0)",
        "dbeta is a mean over the batch where the sum belongs, and dx, which is made of it, is wrong too.",
    ),
    _compact(
        "dgamma-average-returned",
        _RETURN,
        "return dx, dgamma / n, dbeta",
        "The dgamma that batchnorm_backward returns is a mean over the batch. It is a sum.",
    ),
    _compact(
        "dbeta-average-returned",
        _RETURN,
        "return dx, dgamma, dbeta / n",
        "The dbeta that batchnorm_backward returns is a mean over the batch. It is a sum.",
    ),
    _compact(
        "averages-returned",
        _RETURN,
        "return dx, dgamma / n, dbeta / n",
        "The dgamma and dbeta that batchnorm_backward returns are means over the batch. They are sums.",
    ),
    _compact(
        "dgamma-of-scaled-dy",
        _DGAMMA,
        "(dy * gamma * x_hat).sum(axis=0)",
        "In batchnorm_backward dgamma contains gamma as a factor, and so dx contains it twice on the way through the variance.",
    ),
    _compact(
        "dgamma-without-x-hat",
        _DGAMMA,
        "dy.sum(axis=0).copy()",
        "In batchnorm_backward dgamma equals dbeta: it does not ask what gamma is multiplied with in the forward pass.",
    ),
    _compact(
        "one-sum-for-all",
        _BOTH,
        "dbeta = dy.sum()\n    dgamma = (dy * x_hat).sum()",
        "In batchnorm_backward the sums have no axis: they run over the whole matrix. Each feature has its own.",
    ),
    _compact(
        "keepdims",
        _RETURN,
        "return dx, dgamma[None, :], dbeta[None, :]",
        "The dgamma and dbeta of batchnorm_backward keep the batch axis (keepdims=True). Their shape is (D,).",
    ),
    _compact(
        "order",
        _RETURN,
        "return dx, dbeta, dgamma",
        "dgamma and dbeta have changed places among the results of batchnorm_backward.",
    ),
    _compact(
        "only-dx",
        _RETURN,
        "return dx",
        "batchnorm_backward returns dx alone; dgamma and dbeta are asked for too.",
    ),
    _compact(
        "dy-in-place",
        "dx = gamma * inv_std / n * (n * dy -",
        "dy *= n\n    dx = gamma * inv_std / n * (dy -",
        "batchnorm_backward multiplies dy in place: the caller's array is changed, and a second call gives something else.",
    ),
    _compact(
        "cache-in-place",
        "dx = gamma * inv_std / n * (n * dy - dbeta - x_hat * dgamma)",
        "x_hat *= dgamma\n    dx = gamma * inv_std / n * (n * dy - dbeta - x_hat)",
        "batchnorm_backward multiplies x_hat in place, and so changes the cache.",
    ),
    _compact(
        "single-precision",
        "x_hat, gamma, inv_std = cache",
        "x_hat, gamma, inv_std = (a.astype(np.float32) for a in cache)",
        "Something in batchnorm_backward is computed in float32: half of the digits are lost.",
    ),
)

SLIPS = STAGED + COMPACT
