"""Right solutions of the exercise `backward`, in different styles. All must pass."""

import numpy as np


def einsum_grad_x_hat(dy, gamma):
    return np.einsum("nd,d->nd", dy, gamma)


def matrix_grad_x_hat(dy, gamma):
    return dy @ np.diag(gamma)


def std_grad_var(d_x_hat, x_hat, inv_std):
    std = 1 / inv_std
    return -(d_x_hat * x_hat * std).sum(0) / (2 * std**3)


def short_grad_var(d_x_hat, x_hat, inv_std):
    return -0.5 * inv_std**2 * np.sum(d_x_hat * x_hat, axis=0)


def power_grad_var(d_x_hat, x_hat, inv_std):
    var_eps = inv_std**-2
    deviation = x_hat * var_eps**0.5
    return np.einsum("nd,nd->d", d_x_hat, deviation) * (-1 / 2) * var_eps ** (-3 / 2)


def loop_grad_var(d_x_hat, x_hat, inv_std):
    result = np.zeros(len(inv_std))
    for d, inverse in enumerate(inv_std):
        for above, value in zip(d_x_hat[:, d], x_hat[:, d], strict=True):
            result[d] += above * (value / inverse) * -0.5 * inverse**3
    return result


def factored_grad_mean(d_x_hat, inv_std):
    return -inv_std * d_x_hat.sum(axis=0)


def matrix_grad_mean(d_x_hat, inv_std):
    return np.ones(len(d_x_hat)) @ (d_x_hat * -inv_std)


def divided_grad_mean(d_x_hat, inv_std):
    return np.sum(-d_x_hat / (1 / inv_std)[None], axis=0)


def whole_grad_input(d_x_hat, d_var, d_mean, x_hat, inv_std):
    n = x_hat.shape[0]
    return d_x_hat * inv_std + (2 * d_var * x_hat / inv_std + d_mean) / n


def added_grad_input(d_x_hat, d_var, d_mean, x_hat, inv_std):
    dx = d_x_hat * inv_std
    dx += d_var * (2.0 / len(dx)) * (x_hat * (1 / inv_std))
    dx += np.full(dx.shape, 1 / len(dx)) * d_mean
    return dx


def rows_grad_input(d_x_hat, d_var, d_mean, x_hat, inv_std):
    n = len(x_hat)
    rows = zip(d_x_hat, x_hat, strict=True)
    return np.stack(
        [
            above * inv_std + d_var * 2 * (value / inv_std) / n + d_mean / n
            for above, value in rows
        ]
    )


def centering_staged(dy, cache):
    """Keep the deviation as a node of the graph, with its own two ways back."""
    x_hat, gamma, inv_std = cache
    n = dy.shape[0]
    deviation = x_hat / inv_std
    d_x_hat = gamma * dy
    d_inv_std = np.sum(d_x_hat * deviation, axis=0)
    d_std = -d_inv_std * inv_std**2
    d_var = 0.5 * d_std * inv_std
    d_square = np.ones_like(dy) * d_var / n
    d_deviation = d_x_hat * inv_std + 2 * deviation * d_square
    d_mean = -np.sum(d_deviation, axis=0)
    dx = d_deviation + np.ones_like(dy) * d_mean / n
    return dx, np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)


def steps_staged(dy, cache):
    x_hat, gamma, inv_std = cache
    d_x_hat = einsum_grad_x_hat(dy, gamma)
    d_var = std_grad_var(d_x_hat, x_hat, inv_std)
    d_mean = factored_grad_mean(d_x_hat, inv_std)
    dx = whole_grad_input(d_x_hat, d_var, d_mean, x_hat, inv_std)
    return dx, (dy * x_hat).sum(0), dy.sum(0)


def loops_staged(dy, cache):
    x_hat, gamma, inv_std = cache
    n, d = dy.shape
    dx, dgamma, dbeta = np.zeros((n, d)), np.zeros(d), np.zeros(d)
    for j in range(d):
        for i in range(n):
            dbeta[j] += dy[i, j]
            dgamma[j] += dy[i, j] * x_hat[i, j]
        for i in range(n):
            rest = dy[i, j] - dbeta[j] / n - x_hat[i, j] * dgamma[j] / n
            dx[i, j] = gamma[j] * inv_std[j] * rest
    return dx, dgamma, dbeta


def means_backward(dy, cache):
    x_hat, gamma, inv_std = cache
    g = dy * gamma
    dx = inv_std * (g - g.mean(0) - x_hat * (g * x_hat).mean(0))
    return dx, np.einsum("nd,nd->d", dy, x_hat), dy.sum(0)


def matrix_backward(dy, cache):
    """Multiply each column by its Jacobian."""
    x_hat, gamma, inv_std = cache
    n = len(dy)
    columns = []
    for g, z, scale in zip(dy.T, x_hat.T, gamma * inv_std, strict=True):
        columns.append(scale * (np.eye(n) - (1 + np.outer(z, z)) / n) @ g)
    return np.stack(columns, axis=1), np.diag(dy.T @ x_hat).copy(), np.ones(n) @ dy


def list_backward(dy, cache):
    x_hat, gamma, inv_std = list(cache)
    dbeta, dgamma = dy.sum(axis=0), np.sum(x_hat * dy, axis=0)
    return [
        (gamma * inv_std) * (dy - (dbeta + x_hat * dgamma) / dy.shape[0]),
        dgamma,
        dbeta,
    ]


def transposed_backward(dy, cache):
    x_hat, gamma, inv_std = cache
    g, z = dy.T, x_hat.T
    dbeta, dgamma = g.sum(axis=1), (g * z).sum(axis=1)
    centered = g - dbeta[:, None] / len(dy) - z * (dgamma / len(dy))[:, None]
    return ((gamma * inv_std)[:, None] * centered).T, dgamma, dbeta


def torch_backward(dy, cache):
    import torch

    x_hat, gamma, inv_std = (torch.from_numpy(a) for a in cache)
    g = torch.from_numpy(dy)
    dbeta, dgamma = g.sum(0), (g * x_hat).sum(0)
    dx = gamma * inv_std * (g - dbeta / len(g) - x_hat * dgamma / len(g))
    return dx.numpy(), dgamma.numpy(), dbeta.numpy()


def extended_backward(dy, cache):
    x_hat, gamma, inv_std = (a.astype(np.longdouble) for a in cache)
    found = means_backward(dy.astype(np.longdouble), (x_hat, gamma, inv_std))
    return tuple(a.astype(float) for a in found)


def in_place_on_a_copy_backward(dy, cache):
    x_hat, gamma, inv_std = cache
    dgamma = (dy * x_hat).sum(axis=0)
    dx = dy.copy()
    dx -= dx.mean(axis=0)
    dx -= x_hat * dgamma / len(dx)
    dx *= gamma * inv_std
    return dx, dgamma, dy.sum(axis=0)


def scaled_eval(dy, x, gamma, running_mean, running_var, eps):
    std = np.sqrt(running_var + eps)
    dgamma = ((x - running_mean) / std * dy).sum(axis=0)
    return dy * (gamma / std), dgamma, dy.sum(axis=0)


def rows_eval(dy, x, gamma, running_mean, running_var, eps):
    std = (running_var + eps) ** 0.5
    dx = np.stack([row * gamma / std for row in dy])
    pairs = zip(dy, x, strict=True)
    dgamma = sum(above * (row - running_mean) / std for above, row in pairs)
    return dx, dgamma, sum(dy)


def expanded_eval(dy, x, gamma, running_mean, running_var, eps):
    inv_std = np.reciprocal(np.sqrt(running_var + eps))
    dbeta = np.einsum("nd->d", dy)
    dgamma = (np.einsum("nd,nd->d", dy, x) - running_mean * dbeta) * inv_std
    return np.einsum("nd,d,d->nd", dy, gamma, inv_std), dgamma, dbeta


def moving_numeric(f, x, h):
    """Move each entry of x itself, and put its old value back."""
    gradient = np.zeros_like(x)
    entries = np.nditer(x, flags=["multi_index"])
    for _ in entries:
        place = entries.multi_index
        old = x[place]
        x[place] = old + h
        above = f(x)
        x[place] = old - h
        below = f(x)
        x[place] = old
        gradient[place] = (above - below) / (2 * h)
    return gradient


def moving_back_numeric(f, x, h):
    """Move each entry there and back again, which may cost a last digit."""
    gradient = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        x[place] += h
        above = f(x)
        x[place] -= 2 * h
        below = f(x)
        x[place] += h
        gradient[place] = (above - below) / 2 / h
    return gradient


def basis_numeric(f, x, h):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + step) - f(x - step)) / (2 * h) for step in steps]
    return np.array(slopes).reshape(x.shape)


def flat_numeric(f, x, h):
    flat, slopes = x.ravel().copy(), []
    for i, old in enumerate(flat):
        values = []
        for sign in (1, -1):
            flat[i] = old + sign * h
            values.append(f(flat.reshape(x.shape)))
        flat[i] = old
        slopes.append((values[0] - values[1]) / (2 * h))
    return np.reshape(slopes, x.shape)


STEPS = [value for name, value in list(globals().items()) if "_grad_" in name]
STAGED = [value for name, value in list(globals().items()) if name.endswith("_staged")]


def projected_batchnorm_backward(dy, cache):
    """One matrix for each feature: what it takes away from dy are two directions."""
    x_hat, gamma, inv_std = cache
    n, columns = len(dy), []
    for g, z, column, scale in zip(dy.T, x_hat.T, gamma, inv_std, strict=True):
        left = np.eye(n) - 1 / n - np.outer(z, z) / n
        columns.append(column * scale * (left @ g))
    return np.stack(columns, axis=1), np.einsum("nd,nd->d", dy, x_hat), dy.sum(axis=0)


COMPACT = [
    value for name, value in list(globals().items()) if name.endswith("_backward")
]
EVAL = [value for name, value in list(globals().items()) if name.endswith("_eval")]
NUMERIC = [
    value for name, value in list(globals().items()) if name.endswith("_numeric")
]

#: The last digit that moving back may cost would make every mutant of this differ.
ALL = [f for f in STEPS + STAGED + COMPACT + EVAL + NUMERIC if f != moving_back_numeric]
