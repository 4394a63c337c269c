"""The known mistakes of the exercise ``forward``, each as one change of the reference.

Most were sighted in public code or asked about in forums; the catalogue with its sources is in the
instructor's guide.
"""

from __future__ import annotations

from autograder.exercise import Slip

_STATISTICS = """mean = x.mean(axis=0)  # (D,)
    centered = x - mean  # (N, D)
    var = (centered**2).mean(axis=0)  # (D,), divides by N"""
_UPDATE = """new_mean = (1 - momentum) * running_mean + momentum * batch_mean
    new_var = (1 - momentum) * running_var + momentum * batch_var"""
_MEAN_STEP = "new_mean = (1 - momentum) * running_mean + momentum * batch_mean"
_VAR_STEP = "new_var = (1 - momentum) * running_var + momentum * batch_var"


def _train(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batchnorm_train", before, after, sentence)


def _running(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "update_running", before, after, sentence)


def _eval(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batchnorm_eval", before, after, sentence)


TRAIN = (
    _train(
        "train-variance-n-minus-1",
        "(centered**2).mean(axis=0)",
        "centered.var(axis=0, ddof=1)",
        "You normalize with the variance that divides by N - 1. In training the batch is the whole "
        "population, so the normalizing variance divides by N; N - 1 belongs to the running variance.",
    ),
    _train(
        "train-variance-sum",
        "(centered**2).mean(axis=0)",
        "(centered**2).sum(axis=0)",
        "Your variance is a sum of squares: it still has to be divided by the number of samples.",
    ),
    _train(
        "train-variance-uncentered",
        "(centered**2).mean(axis=0)",
        "(x**2).mean(axis=0)",
        "Your variance is the mean square of x itself. A variance is measured from the mean.",
    ),
    _train(
        "train-variance-difference",
        "(centered**2).mean(axis=0)",
        "(x**2).mean(axis=0) - mean**2",
        "You compute the variance as the mean of the squares minus the square of the mean. That is true on "
        "paper, but for a large mean two nearly equal numbers are subtracted and the digits are lost.",
    ),
    _train(
        "train-absolute-deviation",
        "(centered**2).mean(axis=0)",
        "np.abs(centered).mean(axis=0) ** 2",
        "You divide by the mean absolute deviation; batch normalization divides by the standard deviation.",
    ),
    _train(
        "train-range",
        "(centered**2).mean(axis=0)",
        "np.ptp(x, axis=0) ** 2",
        "You divide by the range, maximum minus minimum. That is min-max scaling; batch normalization "
        "divides by the standard deviation.",
    ),
    _train(
        "train-median",
        "x.mean(axis=0)",
        "np.median(x, axis=0)",
        "You subtract the median; batch normalization subtracts the mean.",
    ),
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
        "train-one-mean-for-all",
        "mean = x.mean(axis=0)",
        "mean = x.mean()",
        "You subtract one mean taken over the whole matrix. Each feature has its own mean, over the batch.",
    ),
    _train(
        "train-one-variance-for-all",
        "(centered**2).mean(axis=0)",
        "np.full(x.shape[1], (centered**2).mean())",
        "You divide all features by one common variance. Each feature has its own, over the batch.",
    ),
    _train(
        "train-one-statistic-for-all",
        _STATISTICS,
        "centered = x - x.mean()\n    var = x.var()",
        "Your mean and variance are single numbers, taken over the whole matrix: the axis is missing. Each "
        "feature has its own, over the batch.",
    ),
    _train(
        "train-wrong-axis",
        _STATISTICS,
        "centered = x - x.mean(axis=1, keepdims=True)\n"
        "    var = (centered**2).mean(axis=1, keepdims=True)",
        "You standardize each row. That is layer normalization; batch normalization takes its statistics "
        "over the batch, one per column.",
    ),
    _train(
        "train-eps-outside-root",
        "1 / np.sqrt(var + eps)",
        "1 / (np.sqrt(var) + eps)",
        "You add epsilon to the standard deviation, outside the root. It belongs to the variance.",
    ),
    _train(
        "train-eps-missing",
        "1 / np.sqrt(var + eps)",
        "1 / np.sqrt(var)",
        "Epsilon is missing: a feature that does not vary is divided by zero.",
    ),
    _train(
        "train-eps-precedence",
        "centered * inv_std",
        "centered / np.sqrt(var) + eps",
        "Epsilon is added after the division: the order of operations lacks a parenthesis.",
    ),
    _train(
        "train-eps-twice",
        "np.sqrt(var + eps)",
        "np.sqrt(var + eps + eps)",
        "Epsilon is added twice, once to the variance and again under the root.",
    ),
    _train(
        "train-eps-squared",
        "np.sqrt(var + eps)",
        "np.sqrt(var + eps**2)",
        "Epsilon enters squared. It is added to the variance as it is.",
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
        "train-divides-by-variance",
        "1 / np.sqrt(var + eps)",
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
        "1 / np.sqrt(var + eps)",
        "np.sqrt(var + eps)",
        "The standard deviation stands where its inverse belongs: you multiply by it, and the cache holds it, too.",
    ),
    _train(
        "train-root-twice",
        "1 / np.sqrt(var + eps)",
        "1 / np.sqrt(np.sqrt(var) + eps)",
        "The root is taken twice: epsilon is added to a standard deviation, and of that the root is taken again.",
    ),
    _train(
        "train-eps-floor",
        "1 / np.sqrt(var + eps)",
        "1 / np.maximum(np.sqrt(var), eps)",
        "Epsilon is a lower limit for the standard deviation. Here it is added to the variance.",
    ),
    _train(
        "train-single-precision",
        "mean = x.mean(axis=0)",
        "x = x.astype(np.float32)\n    mean = x.mean(axis=0)",
        "Something inside is computed in float32: half of the digits of a float64 input are lost.",
    ),
    _train(
        "train-integers",
        "mean = x.mean(axis=0)",
        "x = x.astype(int)\n    mean = x.mean(axis=0)",
        "x is cut to whole numbers before it is normalized.",
    ),
    _train(
        "train-in-place",
        "centered = x - mean",
        "x -= mean\n    centered = x",
        "batchnorm_train changes the caller's array: an operator such as -= or *= works in place on x.",
    ),
    _train(
        "train-gamma-ignored",
        "y = gamma * x_hat + beta",
        "y = x_hat + beta",
        "Gamma does not reach the result.",
    ),
    _train(
        "train-beta-ignored",
        "y = gamma * x_hat + beta",
        "y = gamma * x_hat",
        "Beta does not reach the result.",
    ),
    _train(
        "train-gamma-beta-ignored",
        "y = gamma * x_hat + beta",
        "y = x_hat",
        "Neither gamma nor beta reaches the result: you return the normalized x.",
    ),
    _train(
        "train-beta-inside",
        "gamma * x_hat + beta",
        "gamma * (x_hat + beta)",
        "Beta is added before the scaling, so it is multiplied by gamma too. First scale, then shift.",
    ),
    _train(
        "train-beta-subtracted",
        "gamma * x_hat + beta",
        "gamma * x_hat - beta",
        "Beta is subtracted; it must be added.",
    ),
    _train(
        "train-gamma-divides",
        "gamma * x_hat + beta",
        "x_hat / gamma + beta",
        "You divide by gamma; the normalized x is multiplied by it.",
    ),
    _train(
        "train-gamma-beta-swapped",
        "gamma * x_hat + beta",
        "beta * x_hat + gamma",
        "Gamma and beta have changed places: gamma scales and beta shifts.",
    ),
    _train(
        "train-gamma-scales-x",
        "gamma * x_hat + beta",
        "gamma * x + beta",
        "Gamma and beta are applied to x itself, not to the normalized x.",
    ),
    _train(
        "train-normalized-again",
        "y = gamma * x_hat + beta",
        "z = gamma * x_hat + beta\n    y = (z - z.mean(axis=0)) / z.std(axis=0)",
        "The result is normalized once more after gamma and beta, which undoes them.",
    ),
    _train(
        "train-returns-y-only",
        "return y, (x_hat, gamma, inv_std)",
        "return y",
        "batchnorm_train returns y alone. The cache is the second result.",
    ),
    _train(
        "train-returns-swapped",
        "return y, (x_hat, gamma, inv_std)",
        "return (x_hat, gamma, inv_std), y",
        "The cache comes first and y second; the order must be y, cache.",
    ),
    _train(
        "cache-std",
        "(x_hat, gamma, inv_std)",
        "(x_hat, gamma, 1 / inv_std)",
        "The cache holds the standard deviation where its inverse is asked for.",
    ),
    _train(
        "cache-variance",
        "(x_hat, gamma, inv_std)",
        "(x_hat, gamma, var)",
        "The cache holds the variance where the inverse standard deviation is asked for.",
    ),
    _train(
        "cache-variance-plus-eps",
        "(x_hat, gamma, inv_std)",
        "(x_hat, gamma, var + eps)",
        "The cache holds the variance plus epsilon where the inverse standard deviation is asked for.",
    ),
    _train(
        "cache-inv-std-without-eps",
        "(x_hat, gamma, inv_std)",
        "(x_hat, gamma, 1 / np.sqrt(var))",
        "The cached inverse standard deviation lacks the epsilon that y was computed with.",
    ),
    _train(
        "cache-x",
        "(x_hat, gamma, inv_std)",
        "(x, gamma, inv_std)",
        "The cache holds x where the normalized x_hat is asked for.",
    ),
    _train(
        "cache-centered",
        "(x_hat, gamma, inv_std)",
        "(centered, gamma, inv_std)",
        "The cache holds x minus its mean where the normalized x_hat is asked for: it is not divided yet.",
    ),
    _train(
        "cache-y",
        "(x_hat, gamma, inv_std)",
        "(y, gamma, inv_std)",
        "The cache holds y where x_hat is asked for: x_hat is the value before gamma and beta.",
    ),
    _train(
        "cache-beta",
        "(x_hat, gamma, inv_std)",
        "(x_hat, beta, inv_std)",
        "The cache holds beta where gamma is asked for.",
    ),
    _train(
        "cache-order",
        "(x_hat, gamma, inv_std)",
        "(x_hat, inv_std, gamma)",
        "Gamma and inv_std have changed places in the cache.",
    ),
    _train(
        "cache-keepdims",
        "(x_hat, gamma, inv_std)",
        "(x_hat, gamma, inv_std[None, :])",
        "inv_std keeps the batch axis (keepdims=True). The parameters and statistics have shape (D,).",
    ),
)

RUNNING = (
    _running(
        "running-momentum-swapped",
        _UPDATE,
        "new_mean = momentum * running_mean + (1 - momentum) * batch_mean\n"
        "    new_var = momentum * running_var + (1 - momentum) * batch_var",
        "Momentum weights the old value here. In this exercise, as in PyTorch, it weights the new one (CS231n "
        "and Keras do it the other way round).",
    ),
    _running(
        "running-momentum-swapped-in-mean",
        _MEAN_STEP,
        "new_mean = momentum * running_mean + (1 - momentum) * batch_mean",
        "In the running mean, momentum weights the old value; it must weight the new one.",
    ),
    _running(
        "running-momentum-swapped-in-variance",
        _VAR_STEP,
        "new_var = momentum * running_var + (1 - momentum) * batch_var",
        "In the running variance, momentum weights the old value; it must weight the new one.",
    ),
    _running(
        "running-momentum-fixed",
        "batch_mean = x.mean(axis=0)",
        "momentum = 0.1\n    batch_mean = x.mean(axis=0)",
        "The argument momentum is ignored: the result is the one for a fixed 0.1.",
    ),
    _running(
        "running-momentum-fixed-old-weight",
        "batch_mean = x.mean(axis=0)",
        "momentum = 0.9\n    batch_mean = x.mean(axis=0)",
        "The argument momentum is ignored: the result is the one for a fixed 0.9.",
    ),
    _running(
        "running-variance-biased",
        "x.var(axis=0, ddof=1)",
        "x.var(axis=0)",
        "Your batch variance divides by N. The running variance is an estimate for all data, and here, as in "
        "PyTorch, it divides by N - 1.",
    ),
    _running(
        "running-bessel-inverted",
        "x.var(axis=0, ddof=1)",
        "x.var(axis=0) * (len(x) - 1) / len(x)",
        "The correction from N to N - 1 goes the wrong way: it must make the variance larger.",
    ),
    _running(
        "running-bessel-on-old-value",
        _VAR_STEP,
        "new_var = ((1 - momentum) * running_var + momentum * x.var(axis=0)) * (\n"
        "        len(x) / (len(x) - 1)\n    )",
        "The correction N / (N - 1) is applied to the whole running variance at every step, so it grows "
        "again and again. It belongs to the batch variance alone.",
    ),
    _running(
        "running-bessel-on-mean",
        "x.mean(axis=0)",
        "x.sum(axis=0) / (len(x) - 1)",
        "The mean divides by N - 1. The correction is for the variance only; a mean divides by N.",
    ),
    _running(
        "running-std",
        "x.var(axis=0, ddof=1)",
        "x.std(axis=0, ddof=1)",
        "You average the standard deviation. What is kept is the variance.",
    ),
    _running(
        "running-std-biased",
        "x.var(axis=0, ddof=1)",
        "x.std(axis=0)",
        "You average the standard deviation (with N). What is kept is the variance (with N - 1).",
    ),
    _running(
        "running-std-averaged-then-squared",
        _VAR_STEP,
        "new_var = (\n        (1 - momentum) * np.sqrt(running_var) + momentum * np.sqrt(batch_var)\n"
        "    ) ** 2",
        "You average standard deviations and square the average. The variances themselves are averaged.",
    ),
    _running(
        "running-variance-uncentered",
        "x.var(axis=0, ddof=1)",
        "(x**2).sum(axis=0) / (len(x) - 1)",
        "Your batch variance is the mean square of x itself. A variance is measured from the mean.",
    ),
    _running(
        "running-variance-around-running-mean",
        "x.var(axis=0, ddof=1)",
        "((x - running_mean) ** 2).sum(axis=0) / (len(x) - 1)",
        "The batch variance is measured from the running mean. It is measured from the batch's own mean.",
    ),
    _running(
        "running-one-statistic-for-all",
        "batch_mean = x.mean(axis=0)  # (D,)\n    batch_var = x.var(axis=0, ddof=1)",
        "batch_mean = x.mean()\n    batch_var = x.var(ddof=1)",
        "The batch statistics are single numbers, taken over the whole matrix: the axis is missing.",
    ),
    _running(
        "running-batch-statistics-returned",
        "return new_mean, new_var",
        "return batch_mean, batch_var",
        "You return the statistics of this batch. The old running values have to be blended in.",
    ),
    _running(
        "running-unchanged",
        "return new_mean, new_var",
        "return running_mean, running_var",
        "The running statistics come back unchanged: the update is not returned.",
    ),
    _running(
        "running-old-value-not-decayed",
        _UPDATE,
        "new_mean = running_mean + momentum * batch_mean\n"
        "    new_var = running_var + momentum * batch_var",
        "The old value keeps its full weight, so the statistics grow without bound. The two weights must "
        "sum to 1.",
    ),
    _running(
        "running-plain-average",
        _UPDATE,
        "new_mean = (running_mean + batch_mean) / 2\n    new_var = (running_var + batch_var) / 2",
        "You take the plain average of old and new. Momentum says how much weight the new value gets.",
    ),
    _running(
        "running-order-swapped",
        "return new_mean, new_var",
        "return new_var, new_mean",
        "The variance is returned first and the mean second; the order must be mean, variance.",
    ),
    _running(
        "running-mean-only",
        "return new_mean, new_var",
        "return new_mean",
        "Only the running mean is returned; the running variance is the second result.",
    ),
    _running(
        "running-in-place",
        _MEAN_STEP,
        "running_mean *= 1 - momentum\n    running_mean += momentum * batch_mean\n"
        "    new_mean = running_mean",
        "update_running changes the caller's arrays: operators such as *= and += work in place. Return new "
        "arrays.",
    ),
    _running(
        "running-keepdims",
        "return new_mean, new_var",
        "return new_mean[None, :], new_var[None, :]",
        "The running statistics keep the batch axis (keepdims=True). Their shape is (D,).",
    ),
)

EVAL = (
    _eval(
        "eval-batch-statistics",
        "inv_std = 1 / np.sqrt(running_var + eps)",
        "running_mean, running_var = x.mean(axis=0), x.var(axis=0)\n"
        "    inv_std = (running_var + eps) ** -0.5",
        "You normalize with the statistics of the batch at hand. In evaluation mode the running statistics "
        "take their place, so that a row's result does not depend on the other rows.",
    ),
    _eval(
        "eval-batch-statistics-n-minus-1",
        "inv_std = 1 / np.sqrt(running_var + eps)",
        "running_mean = x.mean(axis=0)\n"
        "    running_var = ((x - running_mean) ** 2).sum(axis=0) / (len(x) - 1)\n"
        "    inv_std = (running_var + eps) ** -0.5",
        "You normalize with the statistics of the batch at hand, and with the variance that divides by N - 1. In "
        "evaluation mode the running statistics take their place.",
    ),
    _eval(
        "eval-batch-mean",
        "x_hat: Array = (x - running_mean)",
        "x_hat = (x - x.mean(axis=0))",
        "You subtract the mean of the batch at hand. In evaluation mode the running mean takes its place.",
    ),
    _eval(
        "eval-batch-variance",
        "np.sqrt(running_var + eps)",
        "np.sqrt(x.var(axis=0) + eps)",
        "You divide by the spread of the batch at hand. In evaluation mode the running variance is used.",
    ),
    _eval(
        "eval-gamma-beta-ignored",
        "y: Array = gamma * x_hat + beta",
        "y = x_hat",
        "Gamma and beta do not reach the result. They apply in evaluation mode too.",
    ),
    _eval(
        "eval-gamma-ignored",
        "y: Array = gamma * x_hat + beta",
        "y = x_hat + beta",
        "Gamma does not reach the result in evaluation mode.",
    ),
    _eval(
        "eval-beta-ignored",
        "y: Array = gamma * x_hat + beta",
        "y = gamma * x_hat",
        "Beta does not reach the result in evaluation mode.",
    ),
    _eval(
        "eval-beta-inside",
        "y: Array = gamma * x_hat + beta",
        "y = gamma * (x_hat + beta)",
        "In evaluation mode beta is added before the scaling, so it is multiplied by gamma too.",
    ),
    _eval(
        "eval-gamma-beta-swapped",
        "y: Array = gamma * x_hat + beta",
        "y = beta * x_hat + gamma",
        "Gamma and beta have changed places in evaluation mode: gamma scales and beta shifts.",
    ),
    _eval(
        "eval-eps-outside-root",
        "1 / np.sqrt(running_var + eps)",
        "1 / (np.sqrt(running_var) + eps)",
        "In evaluation mode epsilon is added outside the root. It belongs to the variance.",
    ),
    _eval(
        "eval-eps-missing",
        "np.sqrt(running_var + eps)",
        "np.sqrt(running_var)",
        "Epsilon is missing in evaluation mode; training and evaluation must use the same formula.",
    ),
    _eval(
        "eval-eps-1e-5",
        "np.sqrt(running_var + eps)",
        "np.sqrt(running_var + 1e-5)",
        "The argument eps is ignored in evaluation mode: a fixed 1e-5 stands in its place.",
    ),
    _eval(
        "eval-eps-1e-8",
        "np.sqrt(running_var + eps)",
        "np.sqrt(running_var + 1e-8)",
        "The argument eps is ignored in evaluation mode: a fixed 1e-8 stands in its place.",
    ),
    _eval(
        "eval-divides-by-variance",
        "1 / np.sqrt(running_var + eps)",
        "1 / (running_var + eps)",
        "In evaluation mode you divide by the running variance. The square root is missing: what is kept is "
        "a variance.",
    ),
    _eval(
        "eval-variance-squared",
        "np.sqrt(running_var + eps)",
        "np.sqrt(running_var**2 + eps)",
        "You square the running variance, as if it were a standard deviation.",
    ),
    _eval(
        "eval-not-centered",
        "x_hat: Array = (x - running_mean)",
        "x_hat = x",
        "In evaluation mode the running mean is not subtracted.",
    ),
    _eval(
        "eval-sign",
        "x_hat: Array = (x - running_mean)",
        "x_hat = (running_mean - x)",
        "The sign is turned around: x comes first and the running mean is subtracted from it.",
    ),
    _eval(
        "eval-mean-added",
        "x_hat: Array = (x - running_mean)",
        "x_hat = (x + running_mean)",
        "In evaluation mode the running mean is added; it must be subtracted.",
    ),
    _eval(
        "eval-multiplies-by-std",
        "x_hat: Array = (x - running_mean) * inv_std",
        "x_hat = (x - running_mean) / inv_std",
        "In evaluation mode you multiply by the running standard deviation; it has to divide.",
    ),
    _eval(
        "eval-beta-subtracted",
        "gamma * x_hat + beta",
        "gamma * x_hat - beta",
        "In evaluation mode beta is subtracted; it must be added.",
    ),
    _eval(
        "eval-corrected-again",
        "inv_std = 1 / np.sqrt(running_var + eps)",
        "unbiased = running_var * len(x) / (len(x) - 1)\n    inv_std = 1 / np.sqrt(unbiased + eps)",
        "In evaluation mode you correct the running variance by N / (N - 1). It has been corrected when it was "
        "updated, and does not depend on the rows at hand.",
    ),
    _eval(
        "eval-in-place",
        "x_hat: Array = (x - running_mean) * inv_std",
        "x -= running_mean\n    x_hat = x * inv_std",
        "batchnorm_eval changes the caller's array: an operator such as -= works in place on x.",
    ),
)

SLIPS = TRAIN + RUNNING + EVAL
