"""The known mistakes of the exercise ``backward``, each as one change of the reference.

Here are those of evaluation mode and of the numerical gradient. Most were sighted in public code or
asked about in forums; the catalogue with its sources is in the instructor's guide.
"""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises import backward_step_slips, backward_whole_slips

_RETURN = "return dx, dgamma, dbeta"
_DGAMMA = "(dy * x_hat).sum(axis=0)"
_BOTH = "dbeta = dy.sum(axis=0)  # (D,)\n    dgamma = (dy * x_hat).sum(axis=0)"
_DX = "dx = dy * gamma * inv_std"
_COPIES = "above, below = x.copy(), x.copy()"
_QUOTIENT = "(f(above) - f(below)) / (2 * h)"


def _eval(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"eval-{name}", "batchnorm_eval_backward", before, after, sentence)


def _numeric(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"numeric-{name}", "numerical_gradient", before, after, sentence)


EVAL = (
    _eval(
        "training-formula",
        _DX,
        "dx = dy * gamma * inv_std - gamma * inv_std / len(dy) * (dbeta + x_hat * dgamma)",
        "You use the gradient of training mode. In evaluation mode the statistics are constants: x reaches the loss on one way "
        "only.",
    ),
    _eval(
        "mean-way",
        _DX,
        "dx = dy * gamma * inv_std - gamma * inv_std / len(dy) * dbeta",
        "Your gradient of evaluation mode contains a way through the mean, which is a constant there.",
    ),
    _eval(
        "batch-statistics",
        "inv_std = 1 / np.sqrt(running_var + eps)",
        "running_mean, running_var = x.mean(axis=0), x.var(axis=0)\n    inv_std = 1 / np.sqrt(running_var + eps)",
        "In the backward pass of evaluation mode you use the statistics of the batch at hand. The running statistics take their "
        "place.",
    ),
    _eval(
        "batch-variance",
        "np.sqrt(running_var + eps)",
        "np.sqrt(x.var(axis=0) + eps)",
        "In the backward pass of evaluation mode you divide by the spread of the batch at hand, not by the running one.",
    ),
    _eval(
        "batch-mean",
        "(x - running_mean)",
        "(x - x.mean(axis=0))",
        "In the dgamma of evaluation mode the mean of the batch is subtracted, not the running mean.",
    ),
    _eval(
        "gamma-missing",
        _DX,
        "dx = dy * inv_std",
        "The dx of evaluation mode does not contain gamma.",
    ),
    _eval(
        "inv-std-missing",
        _DX,
        "dx = dy * gamma",
        "The dx of evaluation mode is not divided by the running standard deviation.",
    ),
    _eval(
        "only-dy",
        _DX,
        "dx = dy.copy()",
        "The dx of evaluation mode is dy unchanged. The layer still scales: by gamma, and by one over the standard deviation.",
    ),
    _eval(
        "inv-std-divides",
        _DX,
        "dx = dy * gamma / inv_std",
        "The dx of evaluation mode is multiplied by the running standard deviation; it must be divided.",
    ),
    _eval(
        "eps-missing",
        "np.sqrt(running_var + eps)",
        "np.sqrt(running_var)",
        "Epsilon is missing in the backward pass of evaluation mode.",
    ),
    _eval(
        "eps-1e-5",
        "np.sqrt(running_var + eps)",
        "np.sqrt(running_var + 1e-5)",
        "The argument eps is ignored in the backward pass of evaluation mode: a fixed 1e-5 stands in its place.",
    ),
    _eval(
        "eps-outside-root",
        "np.sqrt(running_var + eps)",
        "(np.sqrt(running_var) + eps)",
        "In the backward pass of evaluation mode epsilon is added outside the root. It belongs to the variance.",
    ),
    _eval(
        "divides-by-variance",
        "1 / np.sqrt(running_var + eps)",
        "1 / (running_var + eps)",
        "In the backward pass of evaluation mode you divide by the running variance: the square root is missing.",
    ),
    _eval(
        "dgamma-of-x",
        _DGAMMA,
        "(dy * x).sum(axis=0)",
        "The dgamma of evaluation mode is computed with x. What gamma multiplies in the forward pass is the normalized value.",
    ),
    _eval(
        "dgamma-of-deviation",
        "(x - running_mean) * inv_std",
        "x - running_mean",
        "In the dgamma of evaluation mode x is centered but not divided by the running standard deviation.",
    ),
    _eval(
        "dgamma-not-centered",
        "(x - running_mean) * inv_std",
        "x * inv_std",
        "In the dgamma of evaluation mode the running mean is not subtracted from x.",
    ),
    _eval(
        "dgamma-of-scaled-dy",
        _DGAMMA,
        "(dy * gamma * x_hat).sum(axis=0)",
        "The dgamma of evaluation mode contains gamma as a factor.",
    ),
    _eval(
        "dgamma-zero",
        _RETURN,
        "return dx, np.zeros_like(gamma), np.zeros_like(gamma)",
        "dgamma and dbeta are zero in evaluation mode. What is frozen are the statistics; gamma and beta still reach the output.",
    ),
    _eval(
        "both-averaged",
        _BOTH,
        "dbeta = dy.mean(axis=0)\n    dgamma = (dy * x_hat).mean(axis=0)",
        "dgamma and dbeta are means over the batch in evaluation mode. They are sums, as in training mode.",
    ),
    _eval(
        "dx-averaged",
        _DX,
        "dx = dy * gamma * inv_std / len(dy)",
        "The dx of evaluation mode is divided by N. Nothing in the layer averages over the outputs; if the loss is a mean, its "
        "1/N is in dy already.",
    ),
    _eval(
        "not-summed",
        _BOTH,
        "dbeta = dy.copy()\n    dgamma = dy * x_hat",
        "dgamma and dbeta are not summed over the batch in evaluation mode: gamma and beta have one number per feature.",
    ),
    _eval(
        "dgamma-averaged",
        _DGAMMA,
        "(dy * x_hat).mean(axis=0)",
        "dgamma is a mean over the batch in evaluation mode; it is a sum.",
    ),
    _eval(
        "dbeta-averaged",
        "dy.sum(axis=0)",
        "dy.mean(axis=0)",
        "dbeta is a mean over the batch in evaluation mode; it is a sum.",
    ),
    _eval(
        "order",
        _RETURN,
        "return dx, dbeta, dgamma",
        "dgamma and dbeta have changed places among the results of batchnorm_eval_backward.",
    ),
    _eval(
        "keepdims",
        _RETURN,
        "return dx, dgamma[None, :], dbeta[None, :]",
        "The dgamma and dbeta of batchnorm_eval_backward keep the batch axis (keepdims=True). Their shape is (D,).",
    ),
    _eval(
        "only-dx",
        _RETURN,
        "return dx",
        "batchnorm_eval_backward returns dx alone. Gamma and beta have gradients in evaluation mode too.",
    ),
    _eval(
        "dy-in-place",
        _DX,
        "dy *= gamma * inv_std\n    dx = dy",
        "batchnorm_eval_backward multiplies dy in place, and so changes the caller's array.",
    ),
    _eval(
        "x-in-place",
        "x_hat = (x - running_mean) * inv_std",
        "x -= running_mean\n    x_hat = x * inv_std",
        "batchnorm_eval_backward changes the caller's x: an operator such as -= works in place.",
    ),
)

NUMERIC = (
    _numeric(
        "forward-difference",
        _QUOTIENT,
        "(f(above) - f(x)) / h",
        "You take the forward difference: from x to one side only. Its error falls like h; the central difference, asked "
        "for here, looks to both sides, and its error falls like the square of h.",
    ),
    _numeric(
        "backward-difference",
        _QUOTIENT,
        "(f(x) - f(below)) / h",
        "You take the backward difference: from one side up to x. The central difference, asked for here, looks to both sides.",
    ),
    _numeric(
        "forward-over-two-h",
        _QUOTIENT,
        "(f(above) - f(x)) / (2 * h)",
        "You look to one side only, but divide by the distance of a step to both sides.",
    ),
    _numeric(
        "divides-by-h",
        _QUOTIENT,
        "(f(above) - f(below)) / h",
        "You divide by h, but the two points at which f is taken are farther apart: your gradient is twice too large.",
    ),
    _numeric(
        "not-divided",
        _QUOTIENT,
        "f(above) - f(below)",
        "You return the difference of the two values of f. It still has to be divided by the distance between the two points.",
    ),
    _numeric(
        "precedence",
        _QUOTIENT,
        "(f(above) - f(below)) / 2 * h",
        "You divide by 2 and multiply by h: the parentheses in the denominator are missing.",
    ),
    _numeric(
        "half-steps",
        _QUOTIENT,
        "(f((x + above) / 2) - f((x + below) / 2)) / h",
        "You move by half of h to either side. Here h is the distance from x to each of the two points.",
    ),
    _numeric(
        "sign",
        _QUOTIENT,
        "(f(below) - f(above)) / (2 * h)",
        "The two values of f have changed places: the gradient has the wrong sign.",
    ),
    _numeric(
        "fixed-1e-5",
        "grad = np.zeros(x.shape)",
        "h = 1e-5\n    grad = np.zeros(x.shape)",
        "The result is the derivative itself, nearly: a fixed step such as 1e-5 stands in the place of the argument h, or "
        "another formula is used. The central difference with the step h is asked for, and it errs as it must.",
    ),
    _numeric(
        "fixed-1e-3",
        "grad = np.zeros(x.shape)",
        "h = 1e-3\n    grad = np.zeros(x.shape)",
        "The argument h is ignored: the result is the one for a fixed step of 1e-3.",
    ),
    _numeric(
        "all-at-once",
        "above[index] += h\n        below[index] -= h",
        "above += h\n        below -= h",
        "You move all entries at once, so every entry of the gradient is the same number. The derivative with respect to one "
        "entry moves that entry alone.",
    ),
    _numeric(
        "returns-in-the-loop",
        "\n    return grad",
        "\n        return grad",
        "Your function returns after the first entry: the return statement stands inside the loop.",
    ),
    _numeric(
        "one-array-twice",
        _COPIES,
        "above = below = x.copy()",
        "The two points at which you take f are one and the same array: a second name is not a copy. The step up and the step "
        "down cancel, so every difference is 0.",
    ),
    _numeric(
        "steps-accumulate",
        "grad = np.zeros(x.shape)\n    for index in np.ndindex(x.shape):\n        "
        + _COPIES,
        "grad = np.zeros(x.shape)\n    "
        + _COPIES
        + "\n    for index in np.ndindex(x.shape):",
        "An entry that has been moved stays moved while the next ones are examined. It must be back in its place first.",
    ),
    _numeric(
        "row-at-once",
        "above[index] += h\n        below[index] -= h",
        "above[index[0]] += h\n        below[index[0]] -= h",
        "You move a whole row at once. An index with one number takes a row of a matrix; every entry is moved by itself.",
    ),
    _numeric(
        "relative-step",
        "above[index] += h\n        below[index] -= h",
        "step = h * abs(x[index])\n        above[index] += step\n        below[index] -= step",
        "Your step is in proportion to the entry, but the difference is divided by h. Here h itself is the step.",
    ),
    _numeric(
        "flat-result",
        "return grad",
        "return grad.ravel()",
        "The gradient comes back as one long row. It has the shape of x: one derivative for each entry, in its place.",
    ),
    _numeric(
        "summed",
        "return grad",
        "return grad.sum()",
        "You return one number. A gradient has one derivative for each entry of x.",
    ),
    _numeric(
        "x-moved",
        _COPIES,
        "above, below = x, x.copy()",
        "numerical_gradient moves the caller's x and does not move it back: a second name for an array is not a copy of it. "
        "The entries moved before are still moved when the next ones are examined.",
    ),
    _numeric(
        "x-left-below",
        "above, below = x.copy(), x.copy()\n        above[index] += h\n        below[index] -= h\n"
        "        grad[index] = (f(above) - f(below)) / (2 * h)",
        "x[index] += h\n        upper = f(x)\n        x[index] -= 2 * h\n        grad[index] = (upper - f(x)) / (2 * h)",
        "numerical_gradient leaves each entry of x below its old value: the last move back is missing, and the entries moved "
        "before are wrong when the next ones are examined.",
    ),
    _numeric(
        "x-zeroed-result",
        "grad = np.zeros(x.shape)\n",
        "grad = x\n    x = x.copy()\n",
        "numerical_gradient writes the gradient into the caller's x: a second name for an array is not a new array.",
    ),
    _numeric(
        "single-precision",
        "grad = np.zeros(x.shape)",
        "grad = np.zeros(x.shape, np.float32)",
        "The gradient is kept in float32: half of the digits are lost.",
    ),
)

SLIPS = backward_step_slips.SLIPS + backward_whole_slips.SLIPS + EVAL + NUMERIC
