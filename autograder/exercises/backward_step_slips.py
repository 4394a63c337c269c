"""The known mistakes in the four steps of the exercise ``backward``.

Most were sighted in public code or asked about in forums; the catalogue with its sources is in the
instructor's guide.
"""

from __future__ import annotations

from autograder.exercise import Slip

_RETURN_SUM = "return d_mean"
_WAYS = "direct + through_var + through_mean"


def _x_hat(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "grad_x_hat", before, after, sentence)


def _var(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "grad_var", before, after, sentence)


def _mean(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "grad_mean", before, after, sentence)


def _input(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "grad_input", before, after, sentence)


X_HAT = (
    _x_hat(
        "x-hat-without-gamma",
        "dy * gamma",
        "dy.copy()",
        "In grad_x_hat gamma is missing: y changes gamma times as much as x_hat does.",
    ),
    _x_hat(
        "x-hat-divided-by-gamma",
        "dy * gamma",
        "dy / gamma",
        "In grad_x_hat you divide by gamma. Going back through a multiplication is not undoing it: the "
        "gradient is multiplied by the same factor again.",
    ),
    _x_hat(
        "x-hat-gamma-twice",
        "dy * gamma",
        "dy * gamma**2",
        "In grad_x_hat gamma enters twice.",
    ),
    _x_hat(
        "x-hat-gamma-added",
        "dy * gamma",
        "dy + gamma",
        "In grad_x_hat gamma is added. The chain rule multiplies.",
    ),
    _x_hat(
        "x-hat-summed",
        "dy * gamma",
        "(dy * gamma).sum(axis=0)",
        "grad_x_hat sums over the batch. Only what all samples share (gamma, beta, the mean, the variance) "
        "collects a sum; each x_hat has its own gradient.",
    ),
    _x_hat(
        "x-hat-averaged",
        "dy * gamma",
        "dy * gamma / len(dy)",
        "In grad_x_hat you divide by N. Nothing is averaged between x_hat and y; if the loss is a mean over the "
        "batch, dy has that 1/N in it already.",
    ),
    _x_hat(
        "x-hat-sign",
        "dy * gamma",
        "-dy * gamma",
        "grad_x_hat has the wrong sign: y grows with x_hat where gamma is positive.",
    ),
    _x_hat(
        "x-hat-in-place",
        "d_x_hat: Array = dy * gamma",
        "dy *= gamma\n    d_x_hat = dy",
        "grad_x_hat changes the caller's dy: *= works in place. Whoever uses dy afterwards gets another array.",
    ),
)

VAR = (
    _var(
        "var-exponent-half",
        "inv_std**3",
        "inv_std",
        "In grad_var the power of (var + eps) is -1/2. Differentiating a power lowers the exponent by one: only "
        "the factor in front has been taken, the exponent stayed.",
    ),
    _var(
        "var-exponent-one",
        "inv_std**3",
        "inv_std**2",
        "In grad_var one factor inv_std is missing. Count the powers of (var + eps), the one inside x_hat too.",
    ),
    _var(
        "var-exponent-positive",
        "inv_std**3",
        "inv_std**-3",
        "In grad_var the power of (var + eps) is positive. inv_std falls when the variance grows, and the more slowly the "
        "larger the variance is.",
    ),
    _var(
        "var-exponent-plus-half",
        "inv_std**3",
        "inv_std**-1",
        "In grad_var you multiply by the square root of (var + eps), as if the derivative of a root were the root "
        "itself.",
    ),
    _var(
        "var-power-of-inv-std",
        "inv_std**3",
        "inv_std**-1.5",
        "In grad_var you raise inv_std to the power that belongs to (var + eps). inv_std is a power of (var + eps) already, with "
        "a negative exponent.",
    ),
    _var(
        "var-sign",
        "-0.5",
        "0.5",
        "grad_var has the wrong sign: a larger variance makes every |x_hat| smaller.",
    ),
    _var(
        "var-half-missing",
        "-0.5 *",
        "-",
        "In grad_var the factor one half is missing that comes down when a root is differentiated.",
    ),
    _var(
        "var-factor-two",
        "-0.5 *",
        "-2 *",
        "In grad_var a factor 2 stands where differentiating a root gives one half.",
    ),
    _var(
        "var-x-hat-for-deviation",
        "x_hat / inv_std",
        "x_hat",
        "In grad_var you use x_hat where the deviation x - mean belongs: x_hat is already divided by the standard "
        "deviation.",
    ),
    _var(
        "var-deviation-divided-twice",
        "x_hat / inv_std",
        "x_hat * inv_std",
        "In grad_var you multiply x_hat by inv_std. To get back from x_hat to the deviation x - mean, the division has to be "
        "undone, not repeated.",
    ),
    _var(
        "var-without-deviation",
        "d_x_hat * centered",
        "d_x_hat",
        "In grad_var each gradient must be weighted with that sample's deviation from the mean, before the sum is "
        "taken: the samples far out feel the variance most.",
    ),
    _var(
        "var-mean-for-sum",
        "(d_x_hat * centered).sum(axis=0)",
        "(d_x_hat * centered).mean(axis=0)",
        "In grad_var you take the mean over the batch. Every x_hat depends on the one variance, so its gradient is the sum.",
    ),
    _var(
        "var-one-sum-for-all",
        "(d_x_hat * centered).sum(axis=0)",
        "(d_x_hat * centered).sum()",
        "In grad_var the axis is missing: one sum over the whole matrix. Each feature has its own variance.",
    ),
    _var(
        "var-product-of-sums",
        "(d_x_hat * centered).sum(axis=0)",
        "d_x_hat.sum(axis=0) * centered.sum(axis=0)",
        "In grad_var you sum before you multiply. The deviations sum to 0, so nothing is left; multiply sample by sample, "
        "then sum.",
    ),
    _var(
        "var-keepdims",
        "(d_x_hat * centered).sum(axis=0)",
        "(d_x_hat * centered).sum(axis=0, keepdims=True)",
        "d_var keeps the batch axis (keepdims=True). The gradient has the shape of the variance, (D,).",
    ),
    _var(
        "var-not-summed",
        "(d_x_hat * centered).sum(axis=0)",
        "d_x_hat * centered",
        "grad_var does not sum over the batch: the variance is one number per feature, and all samples' gradients "
        "meet in it.",
    ),
    _var(
        "var-in-place",
        "d_inv_std = (d_x_hat * centered).sum(axis=0)",
        "d_x_hat *= centered\n    d_inv_std = d_x_hat.sum(axis=0)",
        "grad_var changes the caller's d_x_hat: *= works in place. The next steps need it as it was.",
    ),
    _var(
        "var-cache-in-place",
        "centered = x_hat / inv_std",
        "centered = np.divide(x_hat, inv_std, out=x_hat)",
        "grad_var changes the caller's x_hat: it is divided in place. The next steps need it as it was.",
    ),
)

MEAN = (
    _mean(
        "mean-sign",
        "-(d_x_hat * inv_std)",
        "(d_x_hat * inv_std)",
        "grad_mean has the wrong sign: the mean is subtracted, so a larger mean makes every x_hat smaller.",
    ),
    _mean(
        "mean-averaged",
        "(d_x_hat * inv_std).sum(axis=0)",
        "(d_x_hat * inv_std).mean(axis=0)",
        "In grad_mean you take the mean over the batch. Every x_hat depends on the one mean, so its gradient is the "
        "sum; the 1/N comes later, on the way from the mean to x.",
    ),
    _mean(
        "mean-without-inv-std",
        "-(d_x_hat * inv_std)",
        "-(d_x_hat)",
        "In grad_mean inv_std is missing: x_hat changes inv_std times as much as the mean does.",
    ),
    _mean(
        "mean-inv-std-squared",
        "-(d_x_hat * inv_std)",
        "-(d_x_hat * inv_std**2)",
        "In grad_mean inv_std enters twice: you divide by the variance where the standard deviation belongs.",
    ),
    _mean(
        "mean-divided-by-inv-std",
        "-(d_x_hat * inv_std)",
        "-(d_x_hat / inv_std)",
        "In grad_mean you divide by inv_std, which multiplies by the standard deviation.",
    ),
    _mean(
        "mean-one-sum-for-all",
        "(d_x_hat * inv_std).sum(axis=0)",
        "np.full(len(inv_std), (d_x_hat * inv_std).sum())",
        "In grad_mean the axis is missing: one sum over the whole matrix. Each feature has its own mean.",
    ),
    _mean(
        "mean-scalar",
        "(d_x_hat * inv_std).sum(axis=0)",
        "(d_x_hat * inv_std).sum()",
        "grad_mean returns one number: without an axis, sum() adds up the whole matrix. Each feature has its own mean.",
    ),
    _mean(
        "mean-zero",
        "-(d_x_hat * inv_std).sum(axis=0)",
        "np.zeros_like(inv_std)",
        "grad_mean returns zeros. What adds nothing is the way that leads through the variance; the direct way from the mean to "
        "x_hat does.",
    ),
    _mean(
        "mean-not-summed",
        "-(d_x_hat * inv_std).sum(axis=0)",
        "-(d_x_hat * inv_std)",
        "grad_mean does not sum over the batch: the mean is one number per feature, and all samples' gradients meet "
        "in it.",
    ),
    _mean(
        "mean-keepdims",
        _RETURN_SUM,
        "return d_mean[None, :]",
        "d_mean keeps the batch axis (keepdims=True). The gradient has the shape of the mean, (D,).",
    ),
    _mean(
        "mean-in-place",
        "d_mean: Array = -(d_x_hat * inv_std)",
        "d_x_hat *= inv_std\n    d_mean = -(d_x_hat)",
        "grad_mean changes the caller's d_x_hat: an operator such as *= works in place. grad_input still needs it.",
    ),
)

INPUT = (
    _input(
        "input-only-direct",
        _WAYS,
        "direct",
        "grad_input takes the direct way alone, as if the mean and the variance were constants. Both are computed from x, "
        "so x reaches the loss through them too.",
    ),
    _input(
        "input-mean-way-missing",
        _WAYS,
        "direct + through_var",
        "In grad_input the way through the mean is missing.",
    ),
    _input(
        "input-var-way-missing",
        _WAYS,
        "direct + through_mean",
        "In grad_input the way through the variance is missing, or a sum over the batch has made it 0.",
    ),
    _input(
        "input-direct-way-missing",
        _WAYS,
        "through_var + through_mean",
        "In grad_input the direct way, from x to its own x_hat, is missing.",
    ),
    _input(
        "input-only-mean-way",
        _WAYS,
        "np.zeros_like(x_hat) + through_mean",
        "grad_input takes only the way through the mean. The ways through x_hat and through the variance belong to it too.",
    ),
    _input(
        "input-mean-way-subtracted",
        _WAYS,
        "direct + through_var - through_mean",
        "In grad_input the way through the mean is subtracted. Ways are added; the minus sign is in d_mean already.",
    ),
    _input(
        "input-var-way-subtracted",
        _WAYS,
        "direct - through_var + through_mean",
        "In grad_input the way through the variance is subtracted. Ways are added; the minus sign is in d_var already.",
    ),
    _input(
        "input-both-subtracted",
        _WAYS,
        "direct - through_var - through_mean",
        "In grad_input the ways through the statistics are subtracted. Ways are added; the minus signs are in d_var and d_mean "
        "already.",
    ),
    _input(
        "input-two-missing",
        "d_var * 2 * centered / n",
        "d_var * centered / n",
        "In grad_input the way through the variance is half of what it must be: differentiating a square brings a factor down.",
    ),
    _input(
        "input-n-missing-in-var",
        "d_var * 2 * centered / n",
        "d_var * 2 * centered",
        "In grad_input the way through the variance is N times too large: the variance is a mean of squares, and one sample "
        "has a share of it.",
    ),
    _input(
        "input-n-minus-1-in-var",
        "2 * centered / n",
        "2 * centered / (n - 1)",
        "In grad_input the way through the variance divides by N - 1. The variance that normalized the batch divides by N, and "
        "its derivative does, too.",
    ),
    _input(
        "input-n-minus-1",
        "n = len(x_hat)",
        "n = len(x_hat) - 1",
        "In grad_input both ways through the statistics divide by N - 1. The mean and the variance that normalized the batch "
        "divide by N, and their derivatives do, too.",
    ),
    _input(
        "input-averaged",
        _WAYS,
        "direct / n + through_var + through_mean",
        "In grad_input the direct way is divided by N, too. On it a sample shares nothing with the others.",
    ),
    _input(
        "input-n-missing-in-mean",
        "d_mean / n",
        "d_mean",
        "In grad_input the way through the mean is N times too large: one sample moves the mean by a share only.",
    ),
    _input(
        "input-n-missing",
        "through_var = d_var * 2 * centered / n  # (N, D)\n    through_mean = d_mean / n",
        "through_var = d_var * 2 * centered\n    through_mean = d_mean",
        "In grad_input neither way through the statistics is divided by N: one sample moves a mean by a share only.",
    ),
    _input(
        "input-d-for-n",
        "len(x_hat)",
        "x_hat.shape[1]",
        "In grad_input you divide by the number of features. The mean and the variance are taken over the N samples.",
    ),
    _input(
        "input-x-hat-for-deviation",
        "x_hat / inv_std",
        "x_hat",
        "In grad_input you use x_hat where the deviation x - mean belongs, in the way through the variance.",
    ),
    _input(
        "input-deviation-divided-twice",
        "x_hat / inv_std",
        "x_hat * inv_std",
        "In grad_input you multiply x_hat by inv_std. To get back from x_hat to the deviation x - mean, the division has to be "
        "undone, not repeated.",
    ),
    _input(
        "input-direct-without-inv-std",
        "d_x_hat * inv_std",
        "d_x_hat",
        "In grad_input inv_std is missing on the direct way: x_hat changes inv_std times as much as x does.",
    ),
    _input(
        "input-direct-divided",
        "d_x_hat * inv_std",
        "d_x_hat / inv_std",
        "In grad_input the direct way is divided by inv_std, which multiplies by the standard deviation.",
    ),
    _input(
        "input-direct-squared",
        "d_x_hat * inv_std",
        "d_x_hat * inv_std**2",
        "In grad_input inv_std enters the direct way twice: it divides by the variance where the standard deviation belongs.",
    ),
    _input(
        "input-in-place",
        "direct = d_x_hat * inv_std",
        "d_x_hat *= inv_std\n    direct = d_x_hat",
        "grad_input changes the caller's d_x_hat: operators such as *= and += work in place.",
    ),
)

SLIPS = X_HAT + VAR + MEAN + INPUT
