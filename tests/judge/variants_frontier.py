"""Right solutions of the exercise `frontier`, in different styles. All must pass.

Each is named after its style and its function: `chan_adapt_statistics`.
"""

import numpy as np


def stacked_adapt_statistics(batches):
    rows = np.concatenate(batches)
    return rows.mean(axis=0), rows.var(axis=0)


def chan_adapt_statistics(batches):
    """Merge count, mean and squares, batch after batch."""
    n, mean, squares = 0, 0.0, 0.0
    for x in batches:
        m = len(x)
        apart = x.mean(axis=0) - mean
        squares = squares + m * x.var(axis=0) + apart**2 * n * m / (n + m)
        mean = mean + apart * m / (n + m)
        n += m
    return mean, squares / n


def total_variance_adapt_statistics(batches):
    """Add the variance of the means to the mean of the variances, both weighted."""
    weights = np.array([len(x) for x in batches], dtype=float)
    means = np.array([x.mean(axis=0) for x in batches])
    mean = np.average(means, axis=0, weights=weights)
    within = np.average([x.var(axis=0) for x in batches], axis=0, weights=weights)
    return mean, within + np.average((means - mean) ** 2, axis=0, weights=weights)


def sums_of_squares_adapt_statistics(batches):
    """Less stable, but right for rows of ordinary size."""
    n = sum(x.shape[0] for x in batches)
    mean = sum(x.sum(axis=0) for x in batches) / n
    return mean, sum((x * x).sum(axis=0) for x in batches) / n - mean * mean


def welford_adapt_statistics(batches):
    """Row by row."""
    n, mean = 0, np.zeros(batches[0].shape[1])
    squares = np.zeros_like(mean)
    for batch in batches:
        for row in batch:
            n += 1
            before = row - mean
            mean = mean + before / n
            squares = squares + before * (row - mean)
    return [mean, squares / n]


MERGE = [f for n, f in list(globals().items()) if n.endswith("_adapt_statistics")]


def stacked_adapt_network(batches, layers, eps, statistics):
    """All rows as one array; the lent function is not needed."""
    h = np.vstack(batches)
    out = []
    for weight, gamma, beta, _, _ in layers:
        z = np.dot(h, weight)
        mean, var = z.mean(axis=0), z.var(axis=0)
        h = np.maximum(0, (z - mean) * (var + eps) ** -0.5 * gamma + beta)
        out.append([mean, var])
    return out


def again_from_the_start_adapt_network(batches, layers, eps, statistics):
    """For each layer, go through those before it once more."""
    known = []
    for depth in range(len(layers)):
        sums = []
        for h in batches:
            for (weight, gamma, beta, *_), (mean, var) in zip(
                layers, known, strict=False
            ):
                z = (h @ weight - mean) / np.sqrt(var + eps)
                h = gamma * z + beta
                h = h * (h > 0)
            sums.append(h @ layers[depth][0])
        known.append(statistics(tuple(sums)))
    return tuple(known)


def comprehensions_adapt_network(batches, layers, eps, statistics):
    result = ()
    for layer in layers:
        batches = [np.einsum("md,de->me", h, layer[0]) for h in batches]
        mean, var = statistics(batches)
        std = np.sqrt(np.add(var, eps))
        batches = [layer[1] * ((z - mean) / std) + layer[2] for z in batches]
        batches = [np.where(z > 0, z, 0.0) for z in batches]
        result += ((mean, var),)
    return result


NETWORK = [f for n, f in list(globals().items()) if n.endswith("_adapt_network")]


def minmax_batch_renorm_train(
    x, gamma, beta, running_mean, running_var, eps, momentum, r_max, d_max
):
    mu, sigma = x.mean(0), np.sqrt(x.var(0) + eps)
    sigma_run = np.sqrt(running_var + eps)
    r = np.maximum(np.minimum(sigma / sigma_run, r_max), 1.0 / r_max)
    d = np.minimum(np.maximum((mu - running_mean) / sigma_run, -d_max), d_max)
    y = ((x - mu) * r / sigma + d) * gamma + beta
    new_mean = running_mean + momentum * (mu - running_mean)
    new_var = running_var + momentum * (x.var(0, ddof=1) - running_var)
    return [y, r, d, new_mean, new_var]


def loops_batch_renorm_train(
    x, gamma, beta, running_mean, running_var, eps, momentum, r_max, d_max
):
    n, width = x.shape
    y, r, d = np.zeros((n, width)), np.zeros(width), np.zeros(width)
    new_mean, new_var = running_mean.copy(), running_var.copy()
    for j in range(width):
        mu = sum(x[:, j]) / n
        squares = sum((value - mu) ** 2 for value in x[:, j])
        sigma = (squares / n + eps) ** 0.5
        old = (running_var[j] + eps) ** 0.5
        r[j] = min(max(sigma / old, 1 / r_max), r_max)
        d[j] = min(max((mu - running_mean[j]) / old, -d_max), d_max)
        for i in range(n):
            y[i, j] = gamma[j] * ((x[i, j] - mu) / sigma * r[j] + d[j]) + beta[j]
        new_mean[j] += momentum * (mu - new_mean[j])
        new_var[j] += momentum * (squares / (n - 1) - new_var[j])
    return y, r, d, new_mean, new_var


def affine_batch_renorm_train(
    x, gamma, beta, running_mean, running_var, eps, momentum, r_max, d_max
):
    """Scale and shift x once."""
    mu, var = np.mean(x, axis=0), np.var(x, axis=0)
    inv, inv_run = (var + eps) ** -0.5, (running_var + eps) ** -0.5
    r = np.clip(inv_run / inv, 1 / r_max, r_max)
    d = np.clip((mu - running_mean) * inv_run, -d_max, d_max)
    scale = gamma * inv * r
    y = x * scale + (beta + gamma * d - mu * scale)
    keep = 1 - momentum
    bessel = x.shape[0] / (x.shape[0] - 1.0)
    return (
        y,
        r,
        d,
        keep * running_mean + momentum * mu,
        keep * running_var + momentum * bessel * var,
    )


RENORM = [f for n, f in list(globals().items()) if n.endswith("_batch_renorm_train")]


def pieces_ghost_batchnorm(x, gamma, beta, eps, ghost_size):
    pieces = np.split(x, range(ghost_size, len(x), ghost_size))
    normal = [(p - p.mean(0)) / np.sqrt(p.var(0) + eps) for p in pieces]
    return np.concatenate(normal) * gamma + beta


def reshaped_ghost_batchnorm(x, gamma, beta, eps, ghost_size):
    """Take the full ghost batches at once, then what is left."""

    def normal(a):
        centered = a - a.mean(axis=-2, keepdims=True)
        var = (centered**2).mean(axis=-2, keepdims=True)
        return gamma * centered / np.sqrt(var + eps) + beta

    full = len(x) // ghost_size * ghost_size
    y = normal(x[:full].reshape(-1, ghost_size, x.shape[1])).reshape(full, -1)
    return np.vstack([y, normal(x[full:])]) if full < len(x) else y


def labelled_ghost_batchnorm(x, gamma, beta, eps, ghost_size):
    """Add up by the number of the ghost batch."""
    ghost = np.arange(len(x)) // ghost_size
    member = (ghost == np.arange(ghost[-1] + 1)[:, None]).astype(float)
    member /= member.sum(axis=1, keepdims=True)
    centered = x - (member @ x)[ghost]
    return gamma * centered * (((member @ centered**2) + eps) ** -0.5)[ghost] + beta


def rows_ghost_batchnorm(x, gamma, beta, eps, ghost_size):
    y = []
    for i in range(len(x)):
        start = i - i % ghost_size
        own = x[start : start + ghost_size]
        y.append(gamma * (x[i] - own.mean(0)) / np.sqrt(own.var(0) + eps) + beta)
    return np.array(y)


GHOST = [f for n, f in list(globals().items()) if n.endswith("_ghost_batchnorm")]


def three_messages_sync_batchnorm(x, gamma, beta, eps, all_reduce):
    n = all_reduce(len(x))
    mu = all_reduce(x.sum(axis=0)) / n
    var = all_reduce(np.square(x - mu).sum(axis=0)) / n
    inv_std = (var + eps) ** -0.5
    x_hat = (x - mu) * inv_std
    return x_hat * gamma + beta, [x_hat, gamma, inv_std, n]


def one_message_sync_batchnorm(x, gamma, beta, eps, all_reduce):
    """Less stable, but right for rows of ordinary size."""
    m, d = x.shape
    total = all_reduce(np.concatenate([x.sum(0), (x * x).sum(0), [m]]))
    n = total[-1]
    mu, var = total[:d] / n, total[d:-1] / n - (total[:d] / n) ** 2
    inv_std = 1.0 / np.sqrt(var + eps)
    x_hat = (x - mu) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std, n)


def within_and_between_sync_batchnorm(x, gamma, beta, eps, all_reduce):
    """Each process's own squares, and the distance of its mean from the common one."""
    m, own = len(x), x.mean(axis=0)
    n = float(all_reduce(np.array([m]))[0])
    mu = all_reduce(m * own) / n
    squares = all_reduce(m * x.var(axis=0) + m * (own - mu) ** 2)
    inv_std = 1 / np.sqrt(squares / n + eps)
    x_hat = (x - mu) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std, n)


def weights_sync_batchnorm(x, gamma, beta, eps, all_reduce):
    """Every row weighs one over the number of all rows."""
    n = all_reduce(np.float64(x.shape[0]))
    weight = np.full(len(x), 1 / n)
    mu = all_reduce(weight @ x)
    var = all_reduce(weight @ (x - mu) ** 2)
    x_hat = (x - mu) / np.sqrt(var + eps)
    y = np.multiply(x_hat, gamma) + beta
    return y, (x_hat, gamma.copy(), 1 / np.sqrt(var + eps), n)


def feature_by_feature_sync_batchnorm(x, gamma, beta, eps, all_reduce):
    """Many small messages, as many in each process."""
    count = all_reduce([len(x)])[0]
    x_hat, inv_std = np.zeros_like(x), np.zeros(x.shape[1])
    for j, column in enumerate(x.T):
        mu = all_reduce([column.sum()])[0] / count
        squares = all_reduce([((column - mu) ** 2).sum()])[0]
        inv_std[j] = 1 / np.sqrt(squares / count + eps)
        x_hat[:, j] = (column - mu) * inv_std[j]
    return gamma * x_hat + beta, (x_hat, gamma, inv_std, count)


def in_place_on_the_sum_sync_batchnorm(x, gamma, beta, eps, all_reduce):
    """Change what all_reduce returns: it is the function's own."""
    total = all_reduce(np.append(x.sum(axis=0), len(x)))
    total[:-1] /= total[-1]
    var = all_reduce(((x - total[:-1]) ** 2).sum(axis=0))
    var /= total[-1]
    var += eps
    inv_std = 1 / np.sqrt(var)
    x_hat = (x - total[:-1]) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std, total[-1])


SYNC = [f for n, f in list(globals().items()) if n.endswith("_sync_batchnorm")]


def two_messages_sync_batchnorm_backward(dy, cache, all_reduce):
    x_hat, gamma, inv_std, n = cache
    dgamma, dbeta = np.einsum("md,md->d", dy, x_hat), dy.sum(0)
    mean_dy = all_reduce(dbeta) / n
    mean_along = all_reduce(dgamma) / n
    dx = inv_std * gamma * (dy - mean_dy - x_hat * mean_along)
    return dx, dgamma, dbeta


def counted_again_sync_batchnorm_backward(dy, cache, all_reduce):
    """Add up the number of rows once more, with the sums."""
    x_hat, gamma, inv_std, _ = cache
    g = dy * gamma
    own = np.concatenate([(g * x_hat).sum(0), g.sum(0), [len(dy)]])
    total = all_reduce(own)
    d, n = dy.shape[1], total[-1]
    dx = inv_std / n * (n * g - total[d:-1] - x_hat * total[:d])
    return [dx, (dy * x_hat).sum(0), np.ones(len(dy)) @ dy]


def staged_sync_batchnorm_backward(dy, cache, all_reduce):
    """Through the graph: x_hat, variance, mean."""
    x_hat, gamma, inv_std, n = cache
    g = gamma * dy
    centered = x_hat / inv_std
    dvar = all_reduce((g * centered).sum(axis=0)) * -0.5 * inv_std**3
    dmean = -inv_std * all_reduce(g.sum(axis=0))
    dx = g * inv_std + 2 * dvar * centered / n + dmean / n
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


def loops_sync_batchnorm_backward(dy, cache, all_reduce):
    x_hat, gamma, inv_std, n = cache
    m, d = dy.shape
    dgamma, dbeta = np.zeros(d), np.zeros(d)
    for i in range(m):
        for j in range(d):
            dgamma[j] += dy[i, j] * x_hat[i, j]
            dbeta[j] += dy[i, j]
    sums = all_reduce([dgamma, dbeta])
    dx = np.zeros((m, d))
    for i in range(m):
        for j in range(d):
            inner = n * dy[i, j] - sums[1, j] - x_hat[i, j] * sums[0, j]
            dx[i, j] = gamma[j] * inv_std[j] * inner / n
    return dx, dgamma, dbeta


SYNC_BACK = [
    f for n, f in list(globals().items()) if n.endswith("_sync_batchnorm_backward")
]

ALL = MERGE + NETWORK + RENORM + GHOST + SYNC + SYNC_BACK
