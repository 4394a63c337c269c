"""Right solutions of the exercise `forward`, in different styles. All must pass."""

import warnings

import numpy as np


def loops_train(x, gamma, beta, eps):
    n, d = x.shape
    y = np.zeros((n, d))
    x_hat = np.zeros((n, d))
    inv_std = np.zeros(d)
    for j in range(d):
        mean = sum(x[i, j] for i in range(n)) / n
        var = sum((x[i, j] - mean) ** 2 for i in range(n)) / n
        inv_std[j] = 1 / (var + eps) ** 0.5
        for i in range(n):
            x_hat[i, j] = (x[i, j] - mean) * inv_std[j]
            y[i, j] = gamma[j] * x_hat[i, j] + beta[j]
    return y, (x_hat, gamma, inv_std)


def einsum_train(x, gamma, beta, eps):
    centered = x - np.einsum("nd->d", x) / len(x)
    var = np.einsum("nd,nd->d", centered, centered) / len(x)
    inv_std = (var + eps) ** -0.5
    x_hat = np.einsum("nd,d->nd", centered, inv_std)
    return np.einsum("nd,d->nd", x_hat, gamma) + beta, (x_hat, gamma, inv_std)


def numpy_var_train(x, gamma, beta, eps):
    inv_std = 1.0 / np.sqrt(np.var(x, axis=0) + eps)
    x_hat = (x - np.mean(x, axis=0)) * inv_std
    return x_hat * gamma + beta, (x_hat, gamma, inv_std)


def keepdims_train(x, gamma, beta, eps):
    mean = x.mean(0, keepdims=True)
    var = ((x - mean) ** 2).mean(0, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma[None] * x_hat + beta[None], (x_hat, gamma, 1 / np.sqrt(var + eps)[0])


def transposed_train(x, gamma, beta, eps):
    rows = x.T
    centered = rows - rows.mean(axis=1)[:, None]
    inv_std = 1 / np.sqrt((centered**2).mean(axis=1) + eps)
    x_hat = (centered * inv_std[:, None]).T
    return (x_hat * gamma + beta), (x_hat, gamma.copy(), inv_std)


def welford_train(x, gamma, beta, eps):
    mean, m2 = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for count, row in enumerate(x, start=1):
        delta = row - mean
        mean = mean + delta / count
        m2 = m2 + delta * (row - mean)
    inv_std = 1 / np.sqrt(m2 / len(x) + eps)
    x_hat = (x - mean) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)


def corrected_two_pass_train(x, gamma, beta, eps):
    mean = x.mean(axis=0)
    mean = mean + (x - mean).mean(axis=0)
    centered = x - mean
    var = (centered**2).mean(axis=0) - centered.mean(axis=0) ** 2
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = centered * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)


def matrix_train(x, gamma, beta, eps):
    n = x.shape[0]
    centering = np.eye(n) - np.ones((n, n)) / n
    # Taking the first row off keeps the product exact for a large offset.
    centered = centering @ (x - x[0])
    inv_std = np.diag(centered.T @ centered / n + eps * np.eye(x.shape[1])) ** -0.5
    x_hat = centered @ np.diag(inv_std)
    return x_hat @ np.diag(gamma) + beta, (x_hat, gamma, inv_std)


def std_train(x, gamma, beta, eps):
    std = np.sqrt(x.std(axis=0) ** 2 + eps)
    x_hat = (x - x.mean(axis=0)) / std
    return np.add(np.multiply(x_hat, gamma), beta), (x_hat, gamma, np.reciprocal(std))


def torch_train(x, gamma, beta, eps):
    import torch

    x, gamma_t, beta_t = (torch.from_numpy(a) for a in (x, gamma, beta))
    var, mean = torch.var_mean(x, dim=0, correction=0)
    inv_std = torch.rsqrt(var + eps)
    x_hat = (x - mean) * inv_std
    y = gamma_t * x_hat + beta_t
    return y.numpy(), (x_hat.numpy(), gamma, inv_std.numpy())


def own_precision_train(x, gamma, beta, eps):
    """Compute in float32 when given float32."""
    eps = x.dtype.type(eps)
    n = x.dtype.type(len(x))
    centered = x - x.sum(axis=0, dtype=x.dtype) / n
    inv_std = 1 / np.sqrt((centered * centered).sum(axis=0, dtype=x.dtype) / n + eps)
    x_hat = centered * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)


def extended_train(x, gamma, beta, eps):
    wide = x.astype(np.longdouble)
    centered = wide - wide.mean(axis=0)
    inv_std = 1 / np.sqrt((centered**2).mean(axis=0) + eps)
    x_hat = (centered * inv_std).astype(float)
    return gamma * x_hat + beta, (x_hat, gamma, inv_std.astype(float))


def warning_train(x, gamma, beta, eps):
    warnings.warn("about to normalize", RuntimeWarning, stacklevel=1)
    return numpy_var_train(x, gamma, beta, eps)


def list_cache_train(x, gamma, beta, eps):
    y, cache = numpy_var_train(x, gamma, beta, eps)
    return [y, list(cache)]


def in_place_on_a_copy_train(x, gamma, beta, eps):
    x_hat = x.copy()
    x_hat -= x_hat.mean(axis=0)
    inv_std = 1 / np.sqrt((x_hat**2).mean(axis=0) + eps)
    x_hat *= inv_std
    y = x_hat * gamma
    y += beta
    return y, (x_hat, gamma, inv_std)


def row_by_row_train(x, gamma, beta, eps):
    """Welford's way: one row after the other, without a second look."""
    mean, squares = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for count, row in enumerate(x, 1):
        step = row - mean
        mean = mean + step / count
        squares = squares + step * (row - mean)
    inv_std = (squares / len(x) + eps) ** -0.5
    x_hat = (x - mean) * inv_std
    return x_hat * gamma + beta, (x_hat, gamma, inv_std)


TRAIN = [value for name, value in list(globals().items()) if name.endswith("_train")]


def lerp_running(running_mean, running_var, x, momentum):
    return (
        running_mean + momentum * (x.mean(0) - running_mean),
        running_var + momentum * (x.var(0, ddof=1) - running_var),
    )


def bessel_running(running_mean, running_var, x, momentum):
    n = len(x)
    var = x.var(axis=0) * n / (n - 1)
    keep = 1 - momentum
    return (
        keep * running_mean + momentum * x.mean(0),
        keep * running_var + momentum * var,
    )


def covariance_running(running_mean, running_var, x, momentum):
    var = np.diag(np.cov(x, rowvar=False))
    return tuple(
        np.average([old, new], axis=0, weights=[1 - momentum, momentum])
        for old, new in [(running_mean, x.mean(axis=0)), (running_var, var)]
    )


def torch_running(running_mean, running_var, x, momentum):
    import torch

    var, mean = torch.var_mean(torch.from_numpy(x), dim=0)
    pairs = [(running_mean, mean), (running_var, var)]
    return tuple(
        torch.lerp(torch.from_numpy(old), new, momentum).numpy() for old, new in pairs
    )


RUNNING = [lerp_running, bessel_running, covariance_running, torch_running]


def affine_eval(x, gamma, beta, running_mean, running_var, eps):
    scale = gamma / np.sqrt(running_var + eps)
    return x * scale + (beta - running_mean * scale)


def loop_eval(x, gamma, beta, running_mean, running_var, eps):
    rows = [
        gamma * (row - running_mean) / (running_var + eps) ** 0.5 + beta for row in x
    ]
    return np.stack(rows)


def torch_eval(x, gamma, beta, running_mean, running_var, eps):
    import torch

    arrays = [torch.from_numpy(a) for a in (x, running_mean, gamma, running_var, beta)]
    x, running_mean, gamma, running_var, beta = arrays
    y = torch.addcmul(beta, x - running_mean, gamma * torch.rsqrt(running_var + eps))
    return y.numpy()


EVAL = [affine_eval, loop_eval, torch_eval]

ALL = TRAIN + RUNNING + EVAL
