"""The known mistakes of the exercise ``gpu``: those in the autograd Function.

Those in the kernels are in gpu_kernel_slips.
"""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises.gpu_kernel_slips import SLIPS as KERNELS


def _of(function: str, name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, function, before, after, sentence)


def _forward(name: str, before: str, after: str, sentence: str) -> Slip:
    return _of("function_forward", f"function-{name}", before, after, sentence)


def _backward(name: str, before: str, after: str, sentence: str) -> Slip:
    return _of("function_backward", f"function-{name}", before, after, sentence)


FUNCTION = (
    _forward(
        "variance-n-minus-1",
        "(centered**2).mean(axis=0)",
        "centered.var(axis=0, ddof=1)",
        "Your Function normalizes with the variance that divides by N - 1. That is what torch.var gives "
        "unless it is told otherwise; the normalizing variance divides by N.",
    ),
    _forward(
        "one-mean-for-all",
        "rows.mean(axis=0)",
        "rows.mean()",
        "Your Function subtracts one mean of the whole matrix. Each column has its own, over the batch.",
    ),
    _forward(
        "wrong-axis",
        "centered = rows - rows.mean(axis=0)  # (N, D)\n    var = (centered**2).mean(axis=0)",
        "centered = rows - rows.mean(axis=1, keepdims=True)\n    var = (centered**2).mean(axis=0)",
        "Your Function subtracts the mean of each row. The mean is taken over the batch, dimension 0.",
    ),
    _forward(
        "root-twice",
        "inv_std = 1 / np.sqrt(var + eps)",
        "inv_std = 1 / np.sqrt(np.sqrt(var) + eps)",
        "Your Function takes the root twice: epsilon is added to a standard deviation, and of that the root is taken "
        "again.",
    ),
    _forward(
        "eps-outside-root",
        "1 / np.sqrt(var + eps)",
        "1 / (np.sqrt(var) + eps)",
        "Your Function adds epsilon to the standard deviation. It belongs to the variance, under the root.",
    ),
    _forward(
        "eps-missing",
        "1 / np.sqrt(var + eps)",
        "1 / np.sqrt(var)",
        "Your Function leaves epsilon out.",
    ),
    _forward(
        "beta-missing",
        "gamma * x_hat + beta",
        "gamma * x_hat",
        "Your Function scales by gamma but does not add beta.",
    ),
    _forward(
        "gamma-missing",
        "gamma * x_hat + beta",
        "x_hat + beta",
        "Your Function adds beta but does not scale by gamma.",
    ),
    _forward(
        "saves-centered",
        "return y, (x_hat, gamma, inv_std)",
        "return y, (centered, gamma, inv_std)",
        "Your Function saves x minus its mean where x_hat is asked for.",
    ),
    _forward(
        "saves-y",
        "return y, (x_hat, gamma, inv_std)",
        "return y, (y, gamma, inv_std)",
        "Your Function saves y where x_hat is asked for: gamma and beta are in it already.",
    ),
    _forward(
        "saves-x",
        "return y, (x_hat, gamma, inv_std)",
        "return y, (rows, gamma, inv_std)",
        "Your Function saves x itself where x_hat is asked for.",
    ),
    _forward(
        "saves-std",
        "return y, (x_hat, gamma, inv_std)",
        "return y, (x_hat, gamma, 1 / inv_std)",
        "Your Function saves the standard deviation; what is asked for is its inverse.",
    ),
    _forward(
        "saves-variance",
        "return y, (x_hat, gamma, inv_std)",
        "return y, (x_hat, gamma, var)",
        "Your Function saves the variance where the inverse of the standard deviation is asked for.",
    ),
    _backward(
        "mean-term-missing",
        "dy - dbeta / n - x_hat",
        "dy - x_hat",
        "The gradient through the mean is missing from the dx of your Function: every column of dx must "
        "sum to 0.",
    ),
    _backward(
        "variance-term-missing",
        "dy - dbeta / n - x_hat * (dgamma / n)",
        "dy - dbeta / n",
        "The gradient through the variance is missing from the dx of your Function.",
    ),
    _backward(
        "direct-term-only",
        "(dy - dbeta / n - x_hat * (dgamma / n))",
        "dy",
        "The dx of your Function treats mean and variance as constants. They depend on x too.",
    ),
    _backward(
        "sums-not-means",
        "(dy - dbeta / n - x_hat * (dgamma / n))",
        "(dy - dbeta - x_hat * dgamma)",
        "In the dx of your Function the sums over the batch still have to be divided by N.",
    ),
    _backward(
        "mean-term-sum",
        "dy - dbeta / n - x_hat * (dgamma / n)",
        "dy - dbeta - x_hat * (dgamma / n)",
        "In the dx of your Function the term of the mean holds a sum where a mean is needed; the other is right.",
    ),
    _backward(
        "variance-term-sum",
        "dy - dbeta / n - x_hat * (dgamma / n)",
        "dy - dbeta / n - x_hat * dgamma",
        "In the dx of your Function the term of the variance holds a sum where a mean is needed; the other is right.",
    ),
    _backward(
        "factor-on-the-first-term",
        "dx = gamma * inv_std * (dy - dbeta / n - x_hat * (dgamma / n))",
        "dx = gamma * inv_std * dy - dbeta / n - x_hat * (dgamma / n)",
        "In the dx of your Function the factor multiplies the first of the three terms only: look at the parentheses.",
    ),
    _backward(
        "factor-on-the-last-term",
        "dx = gamma * inv_std * (dy - dbeta / n - x_hat * (dgamma / n))",
        "dx = dy - dbeta / n - gamma * inv_std * x_hat * (dgamma / n)",
        "In the dx of your Function the factor multiplies the last of the three terms only: look at the parentheses.",
    ),
    _backward(
        "gamma-twice-in-dx",
        "dx = gamma * inv_std *",
        "dx = gamma**2 * inv_std *",
        "In the dx of your Function gamma enters twice.",
    ),
    _backward(
        "gamma-in-dgamma",
        "return dx, dgamma, dbeta",
        "return dx, gamma * dgamma, dbeta",
        "The dgamma of your Function contains gamma itself. y is linear in gamma, so its derivative does not.",
    ),
    _backward(
        "wrong-sign",
        "dy - dbeta / n - x_hat * (dgamma / n)",
        "dy - dbeta / n + x_hat * (dgamma / n)",
        "In the dx of your Function the term of the variance has the wrong sign.",
    ),
    _backward(
        "gamma-missing-in-dx",
        "dx = gamma * inv_std *",
        "dx = inv_std *",
        "Gamma is missing from the dx of your Function.",
    ),
    _backward(
        "inv-std-missing-in-dx",
        "dx = gamma * inv_std *",
        "dx = gamma *",
        "The dx of your Function is not divided by the standard deviation.",
    ),
    _backward(
        "divides-by-inv-std",
        "dx = gamma * inv_std *",
        "dx = gamma / inv_std *",
        "The dx of your Function is divided by the inverse of the standard deviation, which multiplies.",
    ),
    _backward(
        "parameters-swapped",
        "return dx, dgamma, dbeta",
        "return dx, dbeta, dgamma",
        "Your Function returns the gradients of gamma and beta in each other's place. They stand in the "
        "order of the arguments of forward.",
    ),
    _backward(
        "dgamma-without-x-hat",
        "dgamma = (dy * x_hat).sum(axis=0)  # (D,)\n    dbeta = dy.sum(axis=0)  # (D,)\n    n = x_hat.shape[0]",
        "dgamma = dbeta = dy.sum(axis=0)\n    n = x_hat.shape[0]\n    dgamma = dgamma + 0",
        "Your dgamma sums dy alone. Gamma multiplies x_hat, so x_hat is a factor of its gradient.",
    ),
    _backward(
        "parameters-averaged",
        "return dx, dgamma, dbeta",
        "return dx, dgamma / n, dbeta / n",
        "Your Function averages dgamma and dbeta over the batch. They are sums: dy holds whatever factor "
        "the loss brings.",
    ),
)
REPORT = (
    _of(
        "share_report",
        "share-passes-not-counted",
        "3 / 2 * copy_ms / own_ms",
        "copy_ms / own_ms",
        "The share in your report is the ratio of the two times alone. Your kernel passes the tensor three "
        "times and the copy twice; that has to be counted.",
    ),
    _of(
        "share_report",
        "share-copy-passes-once",
        "3 / 2 * copy_ms / own_ms",
        "3 * copy_ms / own_ms",
        "The share in your report counts one pass for the copy. It reads and it writes.",
    ),
)
SLIPS = (*FUNCTION, *KERNELS, *REPORT)
