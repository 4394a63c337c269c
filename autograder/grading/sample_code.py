"""What the made-up students of the sample class wrote, by the function they wrote.

Right answers come in several styles; each wrong one holds one mistake that students
make. The texts stand as students would write them.
"""

from __future__ import annotations

RIGHT_TRAIN = {
    "plain": """\
def batchnorm_train(x, gamma, beta, eps):
    mu = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    inv_std = 1.0 / np.sqrt(var + eps)
    x_hat = (x - mu) * inv_std
    y = gamma * x_hat + beta
    return y, (x_hat, gamma, inv_std)""",
    "loops": """\
def batchnorm_train(x, gamma, beta, eps):
    n, d = x.shape
    x_hat = np.zeros((n, d))
    y = np.zeros((n, d))
    inv_std = np.zeros(d)
    for j in range(d):
        total = 0.0
        for i in range(n):
            total += x[i, j]
        mu = total / n
        squares = 0.0
        for i in range(n):
            squares += (x[i, j] - mu) ** 2
        inv_std[j] = 1 / (squares / n + eps) ** 0.5
        for i in range(n):
            x_hat[i, j] = (x[i, j] - mu) * inv_std[j]
            y[i, j] = gamma[j] * x_hat[i, j] + beta[j]
    return y, (x_hat, gamma, inv_std)""",
    "einsum": """\
def batchnorm_train(x, gamma, beta, eps):
    n = x.shape[0]
    centered = x - np.einsum("nd->d", x) / n
    var = np.einsum("nd,nd->d", centered, centered) / n
    inv_std = (var + eps) ** -0.5
    x_hat = np.einsum("nd,d->nd", centered, inv_std)
    return np.einsum("nd,d->nd", x_hat, gamma) + beta, (x_hat, gamma, inv_std)""",
    "columns": """\
def batchnorm_train(x, gamma, beta, eps):
    # one column at a time, then put together again
    parts = [standardized(column, eps) for column in x.T]
    x_hat = np.stack([part for part, _ in parts], axis=1)
    inv_std = np.array([scale for _, scale in parts])
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)""",
    "divides": """\
def batchnorm_train(x, gamma, beta, eps):
    sigma = np.sqrt(x.var(axis=0, keepdims=True) + eps)
    normed = np.divide(np.subtract(x, x.mean(axis=0, keepdims=True)), sigma)
    out = np.add(np.multiply(gamma, normed), beta)
    return out, (normed, gamma, (1 / sigma).reshape(-1))""",
}

RIGHT_RUNNING = {
    "plain": """\
def update_running(running_mean, running_var, x, momentum):
    mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
    var = (1 - momentum) * running_var + momentum * x.var(axis=0, ddof=1)
    return mean, var""",
    "loops": """\
def update_running(running_mean, running_var, x, momentum):
    n, d = x.shape
    new_mean, new_var = np.zeros(d), np.zeros(d)
    for j in range(d):
        mu = sum(x[:, j]) / n
        v = sum((value - mu) ** 2 for value in x[:, j]) / (n - 1)
        new_mean[j] = (1 - momentum) * running_mean[j] + momentum * mu
        new_var[j] = (1 - momentum) * running_var[j] + momentum * v
    return new_mean, new_var""",
    "step": """\
def update_running(running_mean, running_var, x, momentum):
    n = len(x)
    mu = x.mean(axis=0)
    v = x.var(axis=0) * n / (n - 1)   # Bessel
    return (
        running_mean + momentum * (mu - running_mean),
        running_var + momentum * (v - running_var),
    )""",
}

RIGHT_EVAL = {
    "plain": """\
def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    x_hat = (x - running_mean) / np.sqrt(running_var + eps)
    return gamma * x_hat + beta""",
    "loops": """\
def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    out = np.empty(x.shape)
    for i, row in enumerate(x):
        for j, value in enumerate(row):
            z = (value - running_mean[j]) / (running_var[j] + eps) ** 0.5
            out[i, j] = gamma[j] * z + beta[j]
    return out""",
    "folded": """\
def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    scale = gamma / np.sqrt(running_var + eps)
    shift = beta - scale * running_mean
    return x * scale + shift""",
}

HELPER = '''\
def standardized(column, eps):
    """(column - mean) / sqrt(var + eps), and the factor"""
    factor = 1 / np.sqrt(column.var() + eps)
    return (column - column.mean()) * factor, factor'''

_PLAIN_TRAIN = RIGHT_TRAIN["plain"]

WRONG_TRAIN = {
    "n-minus-one": _PLAIN_TRAIN.replace("axis=0)\n    inv", "axis=0, ddof=1)\n    inv"),
    "wrong-axis": """\
def batchnorm_train(x, gamma, beta, eps):
    mu = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mu) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)""",
    "epsilon-outside": _PLAIN_TRAIN.replace(
        "np.sqrt(var + eps)", "(np.sqrt(var) + eps)"
    ),
    "epsilon-ignored": _PLAIN_TRAIN.replace("var + eps", "var + 1e-5"),
    "gamma-beta-swapped": _PLAIN_TRAIN.replace(
        "gamma * x_hat + beta", "beta * x_hat + gamma"
    ),
    "in-place": """\
def batchnorm_train(x, gamma, beta, eps):
    x -= x.mean(axis=0)
    inv_std = 1 / np.sqrt((x ** 2).mean(axis=0) + eps)
    x_hat = x * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)""",
    "returns-nothing": _PLAIN_TRAIN.replace(
        "return y, (x_hat, gamma, inv_std)", "cache = (x_hat, gamma, inv_std)"
    ),
    "raises": _PLAIN_TRAIN.replace("np.var(x, axis=0)", "np.variance(x, axis=0)"),
}

WRONG_RUNNING = {
    "keras-momentum": """\
def update_running(running_mean, running_var, x, momentum):
    mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
    var = momentum * running_var + (1 - momentum) * x.var(axis=0, ddof=1)
    return mean, var""",
    "biased": RIGHT_RUNNING["plain"].replace(", ddof=1", ""),
    "syntax-error": """\
def update_running(running_mean, running_var, x, momentum)
    mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
    var = (1 - momentum) * running_var + momentum * x.var(axis=0, ddof=1)
    return mean, var""",
    "never-ends": """\
def update_running(running_mean, running_var, x, momentum):
    n = 0
    while n != len(x) / 2 + 0.25:   # average the halves
        n += 1
    mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
    var = (1 - momentum) * running_var + momentum * x.var(axis=0, ddof=1)
    return mean, var""",
}

WRONG_EVAL = {
    "batch-statistics": """\
def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    mu, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta""",
    "dies": """\
def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    import ctypes
    return ctypes.string_at(0)   # read through a null pointer""",
}

WARNS = """\
import sys
import warnings
warnings.warn("overflow encountered in my own experiments")
print("starting", file=sys.stderr)
np.float64(1) / np.float64(0)"""

FLOODS = """\
for i in range(50_000):
    print("epoch", i, "loss", 1 / (i + 1), "." * 40)"""

KILLS = """\
import os, signal
os.kill(os.getpid(), signal.SIGKILL)   # restart the kernel"""

ANOTHER = """\
def knn_predict(train, labels, queries, k):
    distances = ((queries[:, None] - train) ** 2).sum(-1)
    nearest = distances.argsort(axis=1)[:, :k]
    return (labels[nearest].mean(axis=1) > 0.5).astype(int)"""
