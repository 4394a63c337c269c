"""The known mistakes of statistics over several processes, on the way forward and back."""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises.alternatives_families import AFFINE, ROOT, made

_TOTAL = "total = all_reduce(np.concatenate([[len(x)], x.sum(axis=0)]))  # (1 + D,)"
_COUNT = "count = total[0]"
_MEAN = "mean = total[1:] / count  # (D,)"
_SQUARES = "squares = all_reduce(((x - mean) ** 2).sum(axis=0))  # (D,)"
_ROOT = "np.sqrt(squares / count + eps)"
_CACHE = "(x_hat, gamma, inv_std, count)"


def _forward(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"sync-{name}", "sync_batchnorm", before, after, sentence)


FORWARD = (
    _forward(
        "own-rows",
        f"{_TOTAL}\n    {_COUNT}\n    {_MEAN}\n    {_SQUARES}",
        "count = float(len(x))\n    mean = x.mean(axis=0)\n    squares = ((x - mean) ** 2).sum(axis=0)",
        "Your statistics are those of the process's own rows: no sum over the processes reaches them. all_reduce leaves the array "
        "that it is given alone; the sum is what it returns.",
    ),
    _forward(
        "own-rows-but-count",
        f"{_MEAN}\n    {_SQUARES}",
        "mean = x.mean(axis=0)\n    squares = ((x - mean) ** 2).mean(axis=0) * count",
        "You know the number of rows of all processes, but mean and variance are those of the process's own rows.",
    ),
    _forward(
        "averages",
        f"{_MEAN}\n    {_SQUARES}",
        "world = all_reduce(np.ones(1))\n"
        "    mean = all_reduce(x.mean(axis=0)) / world\n"
        "    squares = all_reduce(x.var(axis=0)) / world * count",
        "You average the means and the variances of the processes. A process with one row counts as much as one with six, and what "
        "lies between the means of the processes is in none of their variances.",
    ),
    _forward(
        "as-if-equal",
        f"{_MEAN}\n    {_SQUARES}",
        "world = all_reduce(np.ones(1))\n"
        "    mean = all_reduce(x.mean(axis=0)) / world\n"
        "    squares = all_reduce(((x - mean) ** 2).mean(axis=0)) / world * count",
        "You average the means of the processes, and then their mean squared distances from it. That would be right if all had "
        "equally many rows.",
    ),
    _forward(
        "means-added-up",
        f"{_MEAN}\n    {_SQUARES}",
        "mean = all_reduce(x.mean(axis=0))\n    squares = all_reduce(x.var(axis=0)) * count",
        "You add up the means of the processes, and their variances. What can be added up are sums over rows.",
    ),
    _forward(
        "count-as-if-equal",
        _CACHE,
        "(x_hat, gamma, inv_std, len(x) * all_reduce(np.ones(1))[0])",
        "The count in your cache is the number of this process's rows times the number of processes. The processes do not have "
        "equally many.",
    ),
    _forward(
        "mean-of-means",
        _MEAN,
        "mean = all_reduce(x.mean(axis=0)) / all_reduce(np.ones(1))",
        "Your mean is the average of the means of the processes, in which one with few rows counts as much as one with many.",
    ),
    _forward(
        "within-only",
        _SQUARES,
        "squares = all_reduce(((x - x.mean(axis=0)) ** 2).sum(axis=0))",
        "Your mean is right, but each process measures its squares from its own mean. What lies between those means is lost.",
    ),
    _forward(
        "variances-averaged",
        _SQUARES,
        "squares = all_reduce(x.var(axis=0)) / all_reduce(np.ones(1)) * count",
        "Your mean is right, but your variance is the plain average of the variances of the processes.",
    ),
    _forward(
        "squares-averaged",
        _SQUARES,
        "squares = all_reduce(((x - mean) ** 2).mean(axis=0)) / all_reduce(np.ones(1)) * count",
        "Your squared distances are measured from the right mean, but then averaged process by process, so that one with few rows "
        "counts as much as one with many.",
    ),
    _forward(
        "own-variance",
        _SQUARES,
        "squares = x.var(axis=0) * count",
        "Your mean is that of all rows, but your variance is that of the process's own.",
    ),
    _forward(
        "own-squares",
        _SQUARES,
        "squares = ((x - mean) ** 2).mean(axis=0) * count",
        "Your squared distances are measured from the right mean, but only those of the process's own rows are taken.",
    ),
    _forward(
        "count-in-the-cache",
        _CACHE,
        "(x_hat, gamma, inv_std, float(len(x)))",
        "y is right, but the count in your cache is the number of this process's rows. The way back needs that of all.",
    ),
    _forward(
        "count-not-reduced",
        _COUNT,
        "count = float(len(x))",
        "You add up the rows of all processes and divide by the number of your own. The number of rows has to be added up, too.",
    ),
    _forward(
        "variance-over-own-count",
        "squares / count",
        "squares / len(x)",
        "Your mean is right, but in the variance the squares of all processes are divided by the number of this process's rows.",
    ),
    _forward(
        "mean-over-own-count",
        "total[1:] / count",
        "total[1:] / len(x)",
        "In the mean, the sum over all processes is divided by the number of this process's rows.",
    ),
    _forward(
        "mean-of-own-rows-subtracted",
        "x_hat = (x - mean) * inv_std",
        "x_hat = (x - x.mean(axis=0)) * inv_std",
        "Your variance is that of all rows, but what you subtract is the mean of the process's own.",
    ),
    _forward(
        "n-minus-1",
        "squares / count",
        "squares / (count - 1)",
        "In sync_batchnorm, your variance divides by one less than the number of rows. What normalizes divides by the number.",
    ),
    _forward(
        "uncentered",
        _SQUARES,
        "squares = all_reduce((x**2).sum(axis=0))",
        "In sync_batchnorm, your variance is the mean square of x itself. A variance is measured from the mean.",
    ),
    _forward(
        "equal-parts",
        _COUNT,
        "count = len(x) * all_reduce(np.ones(1))[0]",
        "You take the number of your own rows times the number of processes for the number of all rows. The processes do not have "
        "equally many.",
    ),
    _forward(
        "sends-rows",
        f"{_TOTAL}\n    {_COUNT}\n    {_MEAN}\n    {_SQUARES}",
        "rows = all_reduce(x)\n    count = float(len(rows))\n    mean = rows.mean(axis=0)\n    squares = ((rows - mean) ** 2).sum(axis=0)",
        "You hand the rows themselves to all_reduce. It adds arrays up, entry by entry, and does not collect them.",
    ),
    _forward(
        "sends-each-row",
        f"{_TOTAL}\n    {_COUNT}\n    {_MEAN}",
        "count, mean = 0.0, np.zeros(x.shape[1])\n"
        "    for row in x:\n        count, mean = count + all_reduce(np.ones(1))[0], mean + all_reduce(row)\n"
        "    mean = mean / count",
        "You send a message for each row. Add up the process's own rows first, then send one message.",
    ),
    _forward(
        "cache-count-in-an-array",
        _CACHE,
        "(x_hat, gamma, inv_std, np.array([count]))",
        "The count in your cache is an array that holds a number. The number itself is asked for.",
    ),
    _forward(
        "cache-std",
        _CACHE,
        "(x_hat, gamma, 1 / inv_std, count)",
        "The cache of sync_batchnorm holds the standard deviation where its inverse is asked for.",
    ),
    _forward(
        "cache-x",
        _CACHE,
        "(x, gamma, inv_std, count)",
        "The cache of sync_batchnorm holds x where the normalized x_hat is asked for.",
    ),
    _forward(
        "cache-y",
        _CACHE,
        "(y, gamma, inv_std, count)",
        "The cache of sync_batchnorm holds y where x_hat, the value before gamma and beta, is asked for.",
    ),
    _forward(
        "cache-order",
        _CACHE,
        "(x_hat, inv_std, gamma, count)",
        "Gamma and inv_std have changed places in the cache of sync_batchnorm.",
    ),
    _forward(
        "returns-y-only",
        "return y, (x_hat, gamma, inv_std, count)",
        "return y",
        "sync_batchnorm returns y alone. The cache is the second result.",
    ),
    _forward(
        "in-place",
        "x_hat = (x - mean) * inv_std",
        "x -= mean\n    x_hat = x * inv_std",
        "sync_batchnorm changes the caller's array: an operator such as -= works in place on x.",
    ),
    *made("sync_batchnorm", ROOT, divided="1", square="squares / count"),
    *made("sync_batchnorm", AFFINE, gamma="gamma", beta="beta", noun="feature"),
)

_DGAMMA = "dgamma = (dy * x_hat).sum(axis=0)  # (D,)"
_DBETA = "dbeta = dy.sum(axis=0)  # (D,)"
_SUMS = "along, plain = all_reduce(np.stack([dgamma, dbeta]))  # (D,) each"
_INNER = "inner = dy - plain / count - x_hat * along / count  # (m, D)"
_DX = "dx = gamma * inv_std * inner"
_RESULT = "return dx, dgamma, dbeta"


def _back(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"sync-back-{name}", "sync_batchnorm_backward", before, after, sentence)


BACKWARD = (
    _back(
        "own-means",
        f"{_SUMS}\n    {_INNER}",
        "inner = dy - dbeta / len(dy) - x_hat * dgamma / len(dy)",
        "The two means in your dx run over the process's own rows. The statistics depend on the rows of all processes, and so do "
        "the means.",
    ),
    _back(
        "own-sums-over-all",
        f"{_SUMS}\n",
        "along, plain = dgamma, dbeta\n",
        "The two sums in your dx are those of the process's own rows, divided by the number of all rows. The sums have to be "
        "added up over the processes, too.",
    ),
    _back(
        "over-own-count",
        _INNER,
        "inner = dy - plain / len(dy) - x_hat * along / len(dy)",
        "The two sums in your dx are those of all processes, but they are divided by the number of this process's rows.",
    ),
    _back(
        "means-averaged",
        f"{_SUMS}\n    {_INNER}",
        "world = all_reduce(np.ones(1))\n"
        "    along = all_reduce((dy * x_hat).mean(axis=0)) / world\n"
        "    plain = all_reduce(dy.mean(axis=0)) / world\n"
        "    inner = dy - plain - x_hat * along",
        "You average the means of the processes. One with few rows counts as much as one with many.",
    ),
    _back(
        "equal-parts",
        "cache\n",
        "cache\n    count = len(dy) * all_reduce(np.ones(1))[0]\n",
        "You take the number of your own rows times the number of processes for the number of all rows. The cache has the right "
        "one.",
    ),
    _back(
        "own-mean-of-dy",
        "dy - plain / count",
        "dy - dy.mean(axis=0)",
        "In your dx, the mean of dy runs over the process's own rows. The other mean is right.",
    ),
    _back(
        "own-mean-along",
        "x_hat * along / count",
        "x_hat * (dy * x_hat).mean(axis=0)",
        "In your dx, the mean of dy times x_hat runs over the process's own rows. The other mean is right.",
    ),
    _back(
        "parameters-added-up",
        _RESULT,
        "return dx, along, plain",
        "Your dgamma and dbeta are those of all processes together. Here each process returns its own part; they are added up "
        "with the gradients of all other parameters, and would count twice.",
    ),
    _back(
        "dgamma-added-up",
        _RESULT,
        "return dx, along, dbeta",
        "Your dgamma is that of all processes together, while dbeta is the process's own. Here both are its own.",
    ),
    _back(
        "dbeta-added-up",
        _RESULT,
        "return dx, dgamma, plain",
        "Your dbeta is that of all processes together, while dgamma is the process's own. Here both are its own.",
    ),
    _back(
        "parameters-averaged",
        _RESULT,
        "return dx, along / all_reduce(np.ones(1)), plain / all_reduce(np.ones(1))",
        "Your dgamma and dbeta are averages over the processes. Here each process returns its own part.",
    ),
    _back(
        "parameters-are-means",
        _RESULT,
        "return dx, dgamma / len(dy), dbeta / len(dy)",
        "In sync_batchnorm_backward, dgamma and dbeta are means. They are sums over the process's rows.",
    ),
    _back(
        "parameters-over-count",
        _RESULT,
        "return dx, dgamma / count, dbeta / count",
        "In sync_batchnorm_backward, dgamma and dbeta are divided by the number of all rows. They are sums.",
    ),
    _back(
        "parameters-are-those-of-dx",
        _RESULT,
        "return dx, along / count, plain / count",
        "You return the two means over all rows that dx needs. dgamma and dbeta are sums, and of the process's own rows.",
    ),
    _back(
        "dgamma-without-x-hat",
        _RESULT,
        "return dx, dbeta, dbeta",
        "In sync_batchnorm_backward, your dgamma is the sum of dy. gamma multiplies x_hat, so x_hat belongs into its gradient.",
    ),
    _back(
        "swapped",
        _RESULT,
        "return dx, dbeta, dgamma",
        "dgamma and dbeta have changed places in the result of sync_batchnorm_backward.",
    ),
    _back(
        "sums-for-means",
        _INNER,
        "inner = dy - plain - x_hat * along",
        "In the dx of sync_batchnorm_backward, sums stand where means are needed.",
    ),
    _back(
        "averaged-again",
        "dx = gamma * inv_std * inner",
        "dx = gamma * inv_std * inner / count",
        "The dx of sync_batchnorm_backward is divided by the number of all rows as a whole. If the loss is a mean, that factor "
        "is in dy already.",
    ),
    _back(
        "factor-on-one-term",
        f"{_INNER}\n    dx = gamma * inv_std * inner",
        "dx = gamma * inv_std * dy - plain / count - x_hat * along / count",
        "In the dx of sync_batchnorm_backward, the factor in front multiplies one of the three terms only: look at the "
        "parentheses.",
    ),
    _back(
        "mean-term-missing",
        _INNER,
        "inner = dy - x_hat * along / count",
        "In the dx of sync_batchnorm_backward, the way through the mean is missing.",
    ),
    _back(
        "variance-term-missing",
        _INNER,
        "inner = dy - plain / count",
        "In the dx of sync_batchnorm_backward, the way through the variance is missing.",
    ),
    _back(
        "evaluation-mode",
        _INNER,
        "inner = dy",
        "Your dx treats the statistics as constants, as evaluation mode does. They depend on x.",
    ),
    _back(
        "plus-mean",
        _INNER,
        "inner = dy + plain / count - x_hat * along / count",
        "In the dx of sync_batchnorm_backward, the mean of dy has the wrong sign.",
    ),
    _back(
        "plus-along",
        _INNER,
        "inner = dy - plain / count + x_hat * along / count",
        "In the dx of sync_batchnorm_backward, the term along x_hat has the wrong sign.",
    ),
    _back(
        "x-hat-missing",
        _INNER,
        "inner = dy - plain / count - along / count",
        "In the dx of sync_batchnorm_backward, the term of the variance lacks the factor x_hat.",
    ),
    _back(
        "n-minus-1",
        _INNER,
        "inner = dy - plain / count - x_hat * along / (count - 1)",
        "In the dx of sync_batchnorm_backward, the term of the variance divides by one less than the number of rows; the forward "
        "variance divides by the number.",
    ),
    _back(
        "gamma-missing",
        _DX,
        "dx = inv_std * inner",
        "Gamma is missing in the dx of sync_batchnorm_backward.",
    ),
    _back(
        "inv-std-missing",
        _DX,
        "dx = gamma * inner",
        "The division by the standard deviation is missing in the dx of sync_batchnorm_backward.",
    ),
    _back(
        "inv-std-divides",
        _DX,
        "dx = gamma / inv_std * inner",
        "The dx of sync_batchnorm_backward is multiplied by the standard deviation; it must be divided.",
    ),
    _back(
        "gamma-in-dgamma",
        _DGAMMA,
        "dgamma = (dy * gamma * x_hat).sum(axis=0)",
        "Gamma gets into the dgamma of sync_batchnorm_backward, and from there into dx. Gamma's gradient does not depend on gamma.",
    ),
    _back(
        "sends-rows",
        f"{_SUMS}\n    {_INNER}",
        "plain, along = all_reduce(dy), all_reduce(dy * x_hat)\n"
        "    inner = dy - plain.sum(axis=0) / count - x_hat * along.sum(axis=0) / count",
        "You hand whole arrays of rows to all_reduce. It adds arrays up, entry by entry; add up the process's own rows first.",
    ),
    _back(
        "dx-added-up",
        _DX,
        "dx = all_reduce(gamma * inv_std * inner)",
        "You add up the dx of the processes. The rows of one process are not those of another.",
    ),
    _back(
        "in-place",
        _INNER,
        "dy -= plain / count\n    inner = dy - x_hat * along / count",
        "sync_batchnorm_backward changes dy: an operator such as -= works in place on the caller's array.",
    ),
)

SLIPS = FORWARD + BACKWARD
