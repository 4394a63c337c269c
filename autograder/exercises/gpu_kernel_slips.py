"""The known mistakes in the two Triton kernels of the exercise ``gpu``.

A mistake in a kernel changes which numbers it reads or writes; here it is written as what
becomes of the arrays. The notebook's launchers make that the same on every run: blocks hold 64
numbers, around every array lie numbers of value 8, and results are NaN until they are stored.
"""

from __future__ import annotations

from autograder.exercise import Slip

_COUNT = "m = x.shape[0] * x.shape[2]"
_WHOLE = "return y, mean, var"
_WHOLE_BACKWARD = "return dx, dgamma, dbeta"


def _forward(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"kernel-{name}", "kernel_forward", before, after, sentence)


def _backward(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"kernel-backward-{name}", "kernel_backward", before, after, sentence)


FORWARD = (
    _forward(
        "variance-m-minus-1",
        "(centered**2).sum(axis=(0, 2)) / m",
        "(centered**2).sum(axis=(0, 2)) / (m - 1)",
        "The variance of your kernel divides by one less than the number of values. In training the batch is "
        "the whole population: it divides by N * S.",
    ),
    _forward(
        "counts-positions-only",
        _COUNT,
        "m = x.shape[2]",
        "Your kernel divides its sums by the number of positions. A channel's values come from all samples, too.",
    ),
    _forward(
        "counts-samples-only",
        _COUNT,
        "m = x.shape[0]",
        "Your kernel divides its sums by the number of samples. Each sample brings all its positions.",
    ),
    _forward(
        "counts-lanes",
        _COUNT,
        "m = x.shape[0] * x.shape[2]\n    m = m + -m % 64",
        "Your kernel divides by the number of lanes that its blocks have. Where the last block is not full there "
        "are fewer values than lanes.",
    ),
    _forward(
        "no-mask",
        "mean = x.sum(axis=(0, 2)) / m  # (C,)\n    centered = x - mean[:, None]  # (N, C, S)\n"
        "    var = (centered**2).sum(axis=(0, 2)) / m",
        "beyond = -m % 64\n    mean = (x.sum(axis=(0, 2)) + beyond * 8) / m\n"
        "    centered = x - mean[:, None]\n"
        "    var = ((centered**2).sum(axis=(0, 2)) + beyond * (8 - mean) ** 2) / m",
        "Your kernel loads beyond the end of the channel and sums what it finds there: the mask is missing "
        "where the last block is not full.",
    ),
    _forward(
        "no-mask-in-the-mean",
        "x.sum(axis=(0, 2)) / m",
        "(x.sum(axis=(0, 2)) + -m % 64 * 8) / m",
        "For the mean your kernel loads beyond the end of the channel and sums what it finds there: that load "
        "has no mask.",
    ),
    _forward(
        "no-mask-in-the-variance",
        "(centered**2).sum(axis=(0, 2)) / m",
        "((centered**2).sum(axis=(0, 2)) + -m % 64 * (8 - mean) ** 2) / m",
        "For the variance your kernel loads beyond the end of the channel and sums what it finds there: that "
        "load has no mask.",
    ),
    _forward(
        "masked-lanes-are-centered",
        "(centered**2).sum(axis=(0, 2)) / m",
        "((centered**2).sum(axis=(0, 2)) + -m % 64 * mean**2) / m",
        "Lanes without a value load 0, and 0 minus the mean is not 0: your variance has one squared mean too many "
        "for each such lane.",
    ),
    _forward(
        "only-the-first-block",
        _COUNT,
        "m = x.shape[0] * x.shape[2]\n    first = (np.arange(m) < 64).reshape(x.shape[0], 1, x.shape[2])\n"
        "    x = np.where(first, x, np.nan)\n    mean = np.nansum(x, axis=(0, 2)) / m\n"
        "    centered = x - mean[:, None]\n    var = np.nansum(centered**2, axis=(0, 2)) / m\n"
        "    y = gamma[:, None] / np.sqrt(var + eps)[:, None] * centered + beta[:, None]\n"
        "    return y, mean, var",
        "Your kernel handles only the first block of each channel. A program has to go on, block after block, "
        "until the channel ends.",
    ),
    _forward(
        "mean-of-the-last-block",
        "x.sum(axis=(0, 2)) / m",
        "np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)[:, (m - 1) // 64 * 64 :].sum(axis=1) / m",
        "The sum for your mean holds the last block only: each block replaces the ones before instead of adding "
        "to them.",
    ),
    _forward(
        "variance-of-the-last-block",
        "(centered**2).sum(axis=(0, 2)) / m",
        "(np.moveaxis(centered, 1, 0).reshape(x.shape[1], -1)[:, (m - 1) // 64 * 64 :] ** 2).sum(axis=1) / m",
        "The sum for your variance holds the last block only: each block replaces the ones before instead of adding "
        "to them.",
    ),
    _forward(
        "channel-missing",
        _WHOLE,
        "y = np.where(np.arange(len(gamma))[:, None] == 0, scale[0] / gamma[0] * gamma[-1] * centered + beta[-1], np.nan)\n"
        "    return y, np.full_like(mean, mean[0]), np.full_like(var, var[0])",
        "Every program of your kernel works on the first channel: the number of the channel does not enter the place "
        "of its values.",
    ),
    _forward(
        "channels-in-runs",
        _COUNT,
        "m = x.shape[0] * x.shape[2]\n    runs = x.reshape(x.shape[1], m)\n"
        "    mean, var = runs.mean(axis=1), runs.var(axis=1)\n"
        "    scale = gamma / np.sqrt(var + eps)\n"
        "    y = scale[:, None] * (runs - mean[:, None]) + beta[:, None]\n"
        "    return y.reshape(x.shape), mean, var",
        "Your kernel takes the values of a channel for one run of N * S numbers. In memory the channels of the first "
        "sample come first, then those of the second.",
    ),
    _forward(
        "sample-step-without-channels",
        _COUNT,
        "m = x.shape[0] * x.shape[2]\n    flat, y = x.ravel(), np.full(x.size, np.nan)\n"
        "    begins = np.arange(x.shape[1]) * x.shape[2]\n"
        "    runs = np.stack([flat[b : b + m] for b in begins])\n"
        "    mean, var = runs.mean(axis=1), runs.var(axis=1)\n"
        "    for c, b in enumerate(begins):\n"
        "        y[b : b + m] = gamma[c] / np.sqrt(var[c] + eps) * (runs[c] - mean[c]) + beta[c]\n"
        "    return y.reshape(x.shape), mean, var",
        "In your kernel the next sample begins S numbers further on. Between two samples of a channel lie all the "
        "other channels, too.",
    ),
    _forward(
        "eps-missing",
        "np.sqrt(var + eps)",
        "np.sqrt(var)",
        "Your kernel leaves epsilon out.",
    ),
    _forward(
        "eps-outside-root",
        "np.sqrt(var + eps)",
        "(np.sqrt(var) + eps)",
        "Your kernel adds epsilon to the standard deviation. It belongs to the variance, under the root.",
    ),
    _forward(
        "root-missing",
        "np.sqrt(var + eps)",
        "(var + eps)",
        "Your kernel divides by the variance; the root of it is missing.",
    ),
    _forward(
        "gamma-missing",
        "scale = gamma / np",
        "scale = 1 / np",
        "Your kernel does not scale by gamma.",
    ),
    _forward(
        "beta-missing",
        "scale[:, None] * centered + beta[:, None]",
        "scale[:, None] * centered",
        "Your kernel does not add beta.",
    ),
    _forward(
        "not-centered",
        "scale[:, None] * centered",
        "scale[:, None] * x",
        "The y of your kernel is scaled, but the mean was not subtracted.",
    ),
    _forward(
        "variance-uncentered",
        "(centered**2).sum(axis=(0, 2))",
        "(x**2).sum(axis=(0, 2))",
        "The variance of your kernel is the mean square of x. It is measured from the mean.",
    ),
    _forward(
        "stores-inv-std",
        _WHOLE,
        "return y, mean, 1 / np.sqrt(var + eps)",
        "Your kernel stores the inverse standard deviation where the variance is asked for.",
    ),
    _forward(
        "stores-swapped",
        _WHOLE,
        "return y, var, mean",
        "Your kernel stores mean and variance in each other's place.",
    ),
    _forward(
        "one-gamma-for-all",
        "scale = gamma / np.sqrt(var + eps)",
        "scale = gamma[0] / np.sqrt(var + eps)",
        "Every program of your kernel scales by the gamma of the first channel.",
    ),
    _forward(
        "stores-std",
        _WHOLE,
        "return y, mean, np.sqrt(var + eps)",
        "Your kernel stores the standard deviation where the variance is asked for.",
    ),
)
HALF = (
    Slip(
        "kernel-half-sums",
        "kernel_forward_half",
        "sums = half.sum(axis=(0, 2))",
        "sums = half.astype(np.float16).sum(axis=(0, 2), dtype=np.float16)",
        "Your kernel sums in float16, the type that it loads. The largest float16 is 65504, and its three digits are "
        "soon used up: sums need float32.",
    ),
)
BACKWARD = (
    _backward(
        "mean-term-missing",
        "dy - dbeta[:, None] / m - x_hat",
        "dy - x_hat",
        "The gradient through the mean is missing from the dx of your kernel: over each channel dx must sum to 0.",
    ),
    _backward(
        "variance-term-missing",
        "dy - dbeta[:, None] / m - x_hat * (dgamma[:, None] / m)",
        "dy - dbeta[:, None] / m",
        "The gradient through the variance is missing from the dx of your kernel.",
    ),
    _backward(
        "direct-term-only",
        "(dy - dbeta[:, None] / m - x_hat * (dgamma[:, None] / m))",
        "dy",
        "The dx of your kernel treats mean and variance as constants. They depend on x, too.",
    ),
    _backward(
        "sums-not-means",
        "(dy - dbeta[:, None] / m - x_hat * (dgamma[:, None] / m))",
        "(dy - dbeta[:, None] - x_hat * dgamma[:, None])",
        "In the dx of your kernel the two sums still have to be divided by the number of values.",
    ),
    _backward(
        "mean-term-sum",
        "(dy - dbeta[:, None] / m - x_hat * (dgamma[:, None] / m))",
        "(dy - dbeta[:, None] - x_hat * (dgamma[:, None] / m))",
        "In the dx of your kernel the sum of dy still has to be divided by the number of values.",
    ),
    _backward(
        "variance-term-sum",
        "(dy - dbeta[:, None] / m - x_hat * (dgamma[:, None] / m))",
        "(dy - dbeta[:, None] / m - x_hat * dgamma[:, None])",
        "In the dx of your kernel the sum of dy times x_hat still has to be divided by the number of values.",
    ),
    _backward(
        "wrong-sign",
        "dbeta[:, None] / m - x_hat",
        "dbeta[:, None] / m + x_hat",
        "In the dx of your kernel the term of the variance has the wrong sign.",
    ),
    _backward(
        "counts-positions-only",
        _COUNT,
        "m = x.shape[2]",
        "The dx of your kernel divides the sums by the number of positions. A channel's values come from all samples.",
    ),
    _backward(
        "counts-lanes",
        _COUNT,
        "m = x.shape[0] * x.shape[2]\n    m = m + -m % 64",
        "The dx of your kernel divides by the number of lanes that its blocks have. Where the last block is not full "
        "there are fewer values than lanes.",
    ),
    _backward(
        "gamma-missing",
        "(gamma * inv_std)",
        "(inv_std)",
        "Gamma is missing from the dx of your kernel.",
    ),
    _backward(
        "inv-std-missing",
        "(gamma * inv_std)",
        "(gamma)",
        "The dx of your kernel is not divided by the standard deviation.",
    ),
    _backward(
        "eps-missing",
        "np.sqrt(var + eps)",
        "np.sqrt(var)",
        "Your backward kernel leaves epsilon out.",
    ),
    _backward(
        "root-missing",
        "np.sqrt(var + eps)",
        "(var + eps)",
        "Your backward kernel divides by the variance; the root of it is missing.",
    ),
    _backward(
        "x-hat-not-scaled",
        "(x - mean[:, None]) * inv_std[:, None]",
        "x - mean[:, None]",
        "Your backward kernel takes x minus its mean for x_hat: the division by the standard deviation is missing.",
    ),
    _backward(
        "x-hat-not-centered",
        "(x - mean[:, None]) * inv_std[:, None]",
        "x * inv_std[:, None]",
        "Your backward kernel takes x over its standard deviation for x_hat: the mean was not subtracted.",
    ),
    _backward(
        "sums-swapped",
        _WHOLE_BACKWARD,
        "return dx, dbeta, dgamma",
        "Your kernel stores the gradients of gamma and beta in each other's place.",
    ),
    _backward(
        "sums-averaged",
        _WHOLE_BACKWARD,
        "return dx, dgamma / m, dbeta / m",
        "Your kernel averages dgamma and dbeta over the channel. They are sums.",
    ),
    _backward(
        "no-mask",
        "dgamma = (dy * x_hat).sum(axis=(0, 2))  # (C,)\n    dbeta = dy.sum(axis=(0, 2))",
        "dgamma = (dy * x_hat).sum(axis=(0, 2)) + -m % 64 * 8 * (8 - mean) * inv_std\n"
        "    dbeta = dy.sum(axis=(0, 2)) + -m % 64 * 8",
        "Your backward kernel loads beyond the end of the channel and sums what it finds there: the mask is missing "
        "where the last block is not full.",
    ),
    _backward(
        "dy-without-mask",
        "dgamma = (dy * x_hat).sum(axis=(0, 2))  # (C,)\n    dbeta = dy.sum(axis=(0, 2))",
        "dgamma = (dy * x_hat).sum(axis=(0, 2)) - -m % 64 * 8 * mean * inv_std\n"
        "    dbeta = dy.sum(axis=(0, 2)) + -m % 64 * 8",
        "Your backward kernel loads dy beyond the end of the channel and sums what it finds there: that load has no mask.",
    ),
    _backward(
        "sums-of-the-last-block",
        "dgamma = (dy * x_hat).sum(axis=(0, 2))  # (C,)\n    dbeta = dy.sum(axis=(0, 2))",
        "last = (np.arange(m) >= (m - 1) // 64 * 64).reshape(x.shape[0], 1, x.shape[2])\n"
        "    dgamma = (dy * x_hat * last).sum(axis=(0, 2))\n    dbeta = (dy * last).sum(axis=(0, 2))",
        "The two sums of your backward kernel hold the last block only: each block replaces the ones before instead of "
        "adding to them.",
    ),
    _backward(
        "only-the-first-block",
        "dgamma = (dy * x_hat).sum(axis=(0, 2))  # (C,)\n    dbeta = dy.sum(axis=(0, 2))",
        "first = (np.arange(m) < 64).reshape(x.shape[0], 1, x.shape[2])\n"
        "    dgamma = (dy * x_hat * first).sum(axis=(0, 2))\n    dbeta = (dy * first).sum(axis=(0, 2))\n"
        "    dy = np.where(first, dy, np.nan)",
        "Your backward kernel handles only the first block of each channel. A program has to go on, block after block, "
        "until the channel ends.",
    ),
    _backward(
        "channel-missing",
        _WHOLE_BACKWARD,
        "x_hat = (x[:, :1] - mean[:, None]) * inv_std[:, None]\n"
        "    dgamma = (dy[:, :1] * x_hat).sum(axis=(0, 2))\n"
        "    dbeta = np.repeat(dbeta[:1], len(gamma))\n"
        "    last = scale[-1] * (dy[:, 0] - dbeta[-1] / m - x_hat[:, -1] * (dgamma[-1] / m))\n"
        "    dx = np.full_like(dx, np.nan)\n    dx[:, 0] = last\n    return dx, dgamma, dbeta",
        "Every program of your backward kernel works on the first channel: the number of the channel does not enter the "
        "place of its values.",
    ),
)
SLIPS = (*FORWARD, *HALF, *BACKWARD)
