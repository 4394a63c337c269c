"""The known mistakes in batch renormalization and with ghost batches."""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises.alternatives_families import AFFINE, ROOT, made

_VAR = "((x - mean) ** 2).mean(axis=0)  # (D,), divides by N"
_STD = "std = np.sqrt(var + eps)\n"
_RUNNING_STD = "np.sqrt(running_var + eps)"
_R = "r = np.clip(std / running_std, 1 / r_max, r_max)"
_D = "d = np.clip((mean - running_mean) / running_std, -d_max, d_max)"
_X_HAT = "x_hat = (x - mean) / std * r + d  # (N, D)"
_Y = "y = gamma * x_hat + beta"
_NEW_MEAN = "new_mean = (1 - momentum) * running_mean + momentum * mean"
_NEW_VAR = "new_var = (1 - momentum) * running_var + momentum * unbiased"
_UNBIASED = "unbiased = var * len(x) / (len(x) - 1)"


def _renorm(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"renorm-{name}", "batch_renorm_train", before, after, sentence)


RENORM = (
    _renorm(
        "r-inverted",
        _R,
        "r = np.clip(running_std / std, 1 / r_max, r_max)",
        "Your r is the wrong way up: the batch's deviation belongs above, the running one below. Unlimited, r takes the batch's "
        "deviation out again.",
    ),
    _renorm(
        "r-of-variances",
        _R,
        "r = np.clip((std / running_std) ** 2, 1 / r_max, r_max)",
        "Your r is a ratio of variances. It is one of standard deviations.",
    ),
    _renorm(
        "r-not-clipped",
        _R,
        "r = std / running_std",
        "Your r is not limited: the argument r_max has no effect on it.",
    ),
    _renorm(
        "r-clipped-above-only",
        _R,
        "r = np.minimum(std / running_std, r_max)",
        "Your r is limited above, but not below. A ratio has a limit on either side: a factor too small is as far off as a "
        "factor too large.",
    ),
    _renorm(
        "r-clipped-below-only",
        _R,
        "r = np.maximum(std / running_std, 1 / r_max)",
        "Your r is limited below, but not above.",
    ),
    _renorm(
        "r-clipped-at-2-minus",
        _R,
        "r = np.clip(std / running_std, 2 - r_max, r_max)",
        "Your r may go as far below 1 as above it. The limits belong to a ratio: at the lower one, the running deviation is r_max times the batch's.",
    ),
    _renorm(
        "d-sign",
        _D,
        "d = np.clip((running_mean - mean) / running_std, -d_max, d_max)",
        "The sign of your d is wrong: it must say how far the batch's mean lies above the running one.",
    ),
    _renorm(
        "d-over-batch-deviation",
        _D,
        "d = np.clip((mean - running_mean) / std, -d_max, d_max)",
        "Your d divides by the batch's deviation. It counts in running deviations: after the multiplication by r, x_hat does, too.",
    ),
    _renorm(
        "d-not-divided",
        _D,
        "d = np.clip(mean - running_mean, -d_max, d_max)",
        "Your d is the plain difference of the means; it is not divided by a standard deviation.",
    ),
    _renorm(
        "d-over-variance",
        _D,
        "d = np.clip((mean - running_mean) / running_std**2, -d_max, d_max)",
        "Your d divides by the running variance instead of the running standard deviation.",
    ),
    _renorm(
        "d-not-clipped",
        _D,
        "d = (mean - running_mean) / running_std",
        "Your d is not limited: the argument d_max has no effect on it.",
    ),
    _renorm(
        "d-clipped-above-only",
        _D,
        "d = np.minimum((mean - running_mean) / running_std, d_max)",
        "Your d is limited above, but not below.",
    ),
    _renorm(
        "d-clipped-at-zero",
        _D,
        "d = np.clip((mean - running_mean) / running_std, 0, d_max)",
        "Your d is never negative. The batch's mean may lie on either side of the running one.",
    ),
    _renorm(
        "neither-clipped",
        f"{_R}\n    {_D}",
        "r = std / running_std\n    d = (mean - running_mean) / running_std",
        "Neither r nor d is limited. Without limits, y is what evaluation mode computes.",
    ),
    _renorm(
        "r-and-d-swapped",
        _X_HAT,
        "x_hat = (x - mean) / std * d + r",
        "In y, r and d have changed places: r is the factor and d is what is added.",
    ),
    _renorm(
        "r-d-returned-swapped",
        "return y, r, d, new_mean, new_var",
        "return y, d, r, new_mean, new_var",
        "r and d have changed places in the result: it is y, r, d and then the running statistics.",
    ),
    _renorm(
        "statistics-returned-first",
        "return y, r, d, new_mean, new_var",
        "return y, new_mean, new_var, r, d",
        "The running statistics come before r and d in the result: it is y, r, d and then the running statistics.",
    ),
    _renorm(
        "d-inside",
        _X_HAT,
        "x_hat = ((x - mean) / std + d) * r",
        "d is added before r multiplies, so that it is multiplied, too.",
    ),
    _renorm(
        "d-subtracted",
        _X_HAT,
        "x_hat = (x - mean) / std * r - d",
        "In y, d is subtracted; it must be added.",
    ),
    _renorm(
        "divides-by-r",
        _X_HAT,
        "x_hat = (x - mean) / std / r + d",
        "In y, you divide by r; it is a factor.",
    ),
    _renorm(
        "not-applied",
        _X_HAT,
        "x_hat = (x - mean) / std",
        "r and d are computed, but they do not reach y: this is plain batch normalization.",
    ),
    _renorm(
        "r-not-applied",
        _X_HAT,
        "x_hat = (x - mean) / std + d",
        "r is computed, but it does not reach y.",
    ),
    _renorm(
        "d-not-applied",
        _X_HAT,
        "x_hat = (x - mean) / std * r",
        "d is computed, but it does not reach y.",
    ),
    _renorm(
        "not-divided",
        _X_HAT,
        "x_hat = (x - mean) * r + d",
        "In y, r multiplies x minus its mean without the division by the batch's deviation.",
    ),
    _renorm(
        "running-mean-subtracted",
        _X_HAT,
        "x_hat = (x - running_mean) / std * r + d",
        "In y, the running mean is subtracted. The batch's own mean is; d then accounts for the difference.",
    ),
    _renorm(
        "running-deviation-divides",
        _X_HAT,
        "x_hat = (x - mean) / running_std * r + d",
        "In y, you divide by the running deviation and multiply by r as well: what r does is done twice.",
    ),
    _renorm(
        "evaluation-mode",
        _X_HAT,
        "x_hat = (x - running_mean) / running_std",
        "Your y is what evaluation mode computes: the limits on r and d do not reach it.",
    ),
    _renorm(
        "gamma-beta-ignored",
        _Y,
        "y = x_hat",
        "In batch_renorm_train neither gamma nor beta reaches y. They come after r and d.",
    ),
    _renorm(
        "beta-ignored",
        _Y,
        "y = gamma * x_hat",
        "Beta does not reach the y of batch_renorm_train. d does not replace it.",
    ),
    _renorm(
        "gamma-ignored",
        _Y,
        "y = x_hat + beta",
        "Gamma does not reach the y of batch_renorm_train. r does not replace it.",
    ),
    _renorm(
        "gamma-before-r-d",
        f"{_X_HAT}\n    {_Y}",
        "y = (gamma * (x - mean) / std + beta) * r + d",
        "gamma and beta come before r and d. They come last: r and d correct the normalized value.",
    ),
    _renorm(
        "eps-missing",
        f"{_STD}    running_std = {_RUNNING_STD}",
        "std = np.sqrt(var)\n    running_std = np.sqrt(running_var)",
        "Epsilon reaches neither of the two deviations in batch_renorm_train.",
    ),
    _renorm(
        "eps-missing-in-the-running",
        _RUNNING_STD,
        "np.sqrt(running_var)",
        "Epsilon is in the batch's deviation, but not in the running one. Then r is not 1 where the two variances agree.",
    ),
    _renorm(
        "eps-missing-in-the-batch",
        _STD,
        "std = np.sqrt(var)\n",
        "Epsilon is in the running deviation, but not in the batch's. Then r is not 1 where the two variances agree.",
    ),
    _renorm(
        "eps-outside-root",
        f"{_STD}    running_std = {_RUNNING_STD}",
        "std = np.sqrt(var) + eps\n    running_std = np.sqrt(running_var) + eps",
        "In batch_renorm_train, epsilon is added after the roots are taken. It belongs to the variances, under the root.",
    ),
    _renorm(
        "running-root-missing",
        _RUNNING_STD,
        "running_var",
        "You take the running variance for a standard deviation. r and d need epsilon and a root first.",
    ),
    _renorm(
        "normalizes-with-n-minus-1",
        f"{_VAR}\n    {_STD}",
        "((x - mean) ** 2).mean(axis=0)\n    std = np.sqrt(var * len(x) / (len(x) - 1) + eps)\n",
        "In batch_renorm_train the batch is normalized with the variance that divides by N - 1. That one is for the running "
        "variance alone.",
    ),
    _renorm(
        "running-first",
        f"running_std = {_RUNNING_STD}\n    {_R}\n    {_D}",
        "moved_mean = (1 - momentum) * running_mean + momentum * mean\n"
        "    moved_var = (1 - momentum) * running_var + momentum * var * len(x) / (len(x) - 1)\n"
        "    running_std = np.sqrt(moved_var + eps)\n"
        f"    {_R}\n"
        "    d = np.clip((mean - moved_mean) / running_std, -d_max, d_max)",
        "You move the running statistics first and take r and d from the new ones. r and d come from those of before: the batch "
        "must not be compared with itself.",
    ),
    _renorm(
        "running-var-biased",
        _UNBIASED,
        "unbiased = var",
        "The batch variance with which the running one moves divides by N. Here, as in PyTorch, the running variance is "
        "unbiased.",
    ),
    _renorm(
        "keras-momentum",
        f"{_NEW_MEAN}\n    {_NEW_VAR}",
        "new_mean = momentum * running_mean + (1 - momentum) * mean\n"
        "    new_var = momentum * running_var + (1 - momentum) * unbiased",
        "In batch_renorm_train, momentum weighs the old value. Here, as in PyTorch and in the paper, it weighs the new one.",
    ),
    _renorm(
        "running-not-moved",
        "return y, r, d, new_mean, new_var",
        "return y, r, d, running_mean, running_var",
        "batch_renorm_train returns the running statistics as they were; they have to move a step.",
    ),
    _renorm(
        "batch-statistics-returned",
        "return y, r, d, new_mean, new_var",
        "return y, r, d, mean, unbiased",
        "batch_renorm_train returns the batch's statistics in the place of the running ones.",
    ),
    _renorm(
        "running-deviation-averaged",
        _NEW_VAR,
        "new_var = (1 - momentum) * running_std + momentum * std",
        "You move a running standard deviation, as the paper does. Here the running variance is kept, without epsilon.",
    ),
    _renorm(
        "running-var-with-std",
        _NEW_VAR,
        "new_var = (1 - momentum) * running_var + momentum * std",
        "The running variance is moved towards a standard deviation.",
    ),
    _renorm(
        "running-var-with-eps",
        _NEW_VAR,
        "new_var = (1 - momentum) * running_var + momentum * (unbiased + eps)",
        "Epsilon gets into the running variance. It is added when a root is taken, and not kept.",
    ),
    _renorm(
        "in-place",
        _NEW_MEAN,
        "running_mean += momentum * (mean - running_mean)\n    new_mean = running_mean",
        "batch_renorm_train changes an array of the caller's, x or the running statistics: an operator such as += works in place. "
        "Return new arrays.",
    ),
)

_ROWS = "rows = slice(start, start + ghost_size)"
_LOOP = "for start in range(0, len(x), ghost_size):"
_CENTERED = "centered = ghost - ghost.mean(axis=0)"
_GHOST_VAR = "(centered**2).mean(axis=0)"


def _ghost(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"ghost-{name}", "ghost_batchnorm", before, after, sentence)


GHOST = (
    _ghost(
        "whole-batch",
        _LOOP,
        "ghost_size = len(x)\n    for start in range(0, len(x), ghost_size):",
        "Your statistics run over the whole batch: this is plain batch normalization. Each ghost batch has its own.",
    ),
    _ghost(
        "interleaved",
        f"{_LOOP}\n        {_ROWS}",
        "count = len(x) // ghost_size\n    for start in range(count):\n        rows = slice(start, None, count)",
        "Your ghost batches are interleaved, like cards that are dealt out. A ghost batch consists of neighbouring rows.",
    ),
    _ghost(
        "size-is-number",
        f"{_LOOP}\n        {_ROWS}",
        "for place in np.array_split(np.arange(len(x)), ghost_size):\n        rows = slice(place[0], place[-1] + 1)",
        "You cut the batch into ghost_size pieces. It is the number of rows of a piece, not of pieces.",
    ),
    _ghost(
        "evenly",
        f"{_LOOP}\n        {_ROWS}",
        "count = -(-len(x) // ghost_size)\n"
        "    for place in np.array_split(np.arange(len(x)), count):\n"
        "        rows = slice(place[0], place[-1] + 1)",
        "You spread the rows evenly over the ghost batches. Here all but the last have exactly ghost_size rows, and the last "
        "one has what is left.",
    ),
    _ghost(
        "last-merged",
        f"{_LOOP}\n        {_ROWS}",
        "last = (len(x) // ghost_size - 1) * ghost_size\n"
        "    for start in range(0, last + 1, ghost_size):\n"
        "        rows = slice(start, start + ghost_size if start < last else len(x))",
        "The rows that are left over join the ghost batch before them. Here they form one of their own.",
    ),
    _ghost(
        "last-dropped",
        "return y",
        "return y[: len(x) // ghost_size * ghost_size]",
        "The rows that are left over at the end are missing in y. They form a last, smaller ghost batch.",
    ),
    _ghost(
        "last-untouched",
        f"y = np.empty_like(x)\n    {_LOOP}",
        "y = gamma * x + beta\n    for start in range(0, len(x) // ghost_size * ghost_size, ghost_size):",
        "The rows that are left over at the end are scaled and shifted, but not normalized.",
    ),
    _ghost(
        "last-zero",
        f"y = np.empty_like(x)\n    {_LOOP}",
        "y = np.zeros_like(x)\n    for start in range(0, len(x) // ghost_size * ghost_size, ghost_size):",
        "For the rows that are left over at the end, y is 0: no ghost batch reaches them.",
    ),
    _ghost(
        "last-with-earlier-statistics",
        f"centered = ghost - ghost.mean(axis=0)\n        var = {_GHOST_VAR}",
        "if len(ghost) == ghost_size:\n            mean, var = ghost.mean(axis=0), ghost.var(axis=0)\n"
        "        centered = ghost - mean",
        "The rows that are left over are normalized with the statistics of the ghost batch before them. They have their own.",
    ),
    _ghost(
        "last-with-earlier-rows",
        "ghost = x[rows]  # (ghost_size, D), the last one may be shorter\n        centered = ghost - ghost.mean(axis=0)\n"
        f"        var = {_GHOST_VAR}",
        "ghost = x[rows]\n        own = x[min(start, len(x) - ghost_size) : start + ghost_size]\n"
        "        centered = ghost - own.mean(axis=0)\n        var = own.var(axis=0)",
        "The last ghost batch is filled up with rows that belong to the one before. Its statistics are those of the rows that "
        "are left over, and of no others.",
    ),
    _ghost(
        "divides-by-ghost-size",
        _GHOST_VAR,
        "(centered**2).sum(axis=0) / ghost_size",
        "In a last, smaller ghost batch you divide the sum of squares by ghost_size. It has fewer rows.",
    ),
    _ghost(
        "n-minus-1",
        _GHOST_VAR,
        "centered.var(axis=0, ddof=1)",
        "The variance of your ghost batches divides by one less than their number of rows. What normalizes divides by the number.",
    ),
    _ghost(
        "one-statistic-for-all",
        f"{_CENTERED}\n        var = {_GHOST_VAR}",
        "centered = ghost - ghost.mean()\n        var = ghost.var()",
        "Your ghost batches have one mean and one variance for all features: the axis is missing.",
    ),
    _ghost(
        "mean-of-the-whole",
        _CENTERED,
        "centered = ghost - x.mean(axis=0)",
        "You subtract the mean of the whole batch. A ghost batch has its own mean.",
    ),
    _ghost(
        "variance-of-the-whole",
        _GHOST_VAR,
        "x.var(axis=0)",
        "The mean is the ghost batch's own, but the variance is that of the whole batch.",
    ),
    _ghost(
        "uncentered",
        _GHOST_VAR,
        "(ghost**2).mean(axis=0)",
        "The variance of your ghost batches is the mean square of x itself. A variance is measured from the mean.",
    ),
    _ghost(
        "into-x",
        "y = np.empty_like(x)",
        "y = x",
        "ghost_batchnorm writes its result into x, the caller's array. It needs room of its own.",
    ),
    *made("ghost_batchnorm", ROOT, divided="centered", square="var"),
    *made("ghost_batchnorm", AFFINE, gamma="gamma", beta="beta", noun="feature"),
)

SLIPS = RENORM + GHOST
