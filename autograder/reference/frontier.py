"""Statistics of a batch in other places: another domain, other batches, other machines.

Adaptive batch normalization (Li et al. 2016), batch renormalization (Ioffe 2017), ghost
batches (Hoffer et al. 2017) and synchronized statistics (Peng et al. 2018). Variances
that normalize divide by the number of rows, and epsilon is added under the root.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Statistics = tuple[Array, Array]
Layer = tuple[Array, Array, Array, Array, Array]
Cache = tuple[Array, Array, Array, float]
AllReduce = Callable[[Array], Array]


def adapt_statistics(batches: Sequence[Array]) -> Statistics:
    """Return the mean and the variance of all rows of all batches.

    mean = (sum of all rows) / n and var = (sum of all (x - mean)**2) / n, where n is
    the number of rows of all batches together.

    batches: arrays (m, D), m may differ; returns mean, var: (D,).
    Source: Li et al. (2016).
    """
    count = sum(len(x) for x in batches)
    mean = np.sum([x.sum(axis=0) for x in batches], axis=0) / count  # (D,)
    squares = np.sum([((x - mean) ** 2).sum(axis=0) for x in batches], axis=0)  # (D,)
    var = squares / count
    return mean, var


def adapt_network(
    batches: Sequence[Array],
    layers: Sequence[Layer],
    eps: float,
    statistics: Callable[[Sequence[Array]], Statistics],
) -> tuple[Statistics, ...]:
    """Return new statistics for every layer of a network, from rows of a new domain.

    A layer computes relu(gamma * (h @ weight - mean) / sqrt(var + eps) + beta). What
    enters a layer has gone through the layers before it with *their* new statistics.

    batches: arrays (m, D_0); layers: (weight (D_in, D_out), gamma, beta, running_mean,
    running_var (D_out,)) for each; statistics: what :func:`adapt_statistics` does;
    returns (mean, var) for each layer, (D_out,).
    Source: Li et al. (2016).
    """
    found = []
    for weight, gamma, beta, _, _ in layers:
        sums = [h @ weight for h in batches]  # (m, D_out) each
        mean, var = statistics(sums)  # (D_out,)
        found.append((mean, var))
        scale = gamma / np.sqrt(var + eps)  # (D_out,)
        batches = [np.maximum(scale * (z - mean) + beta, 0) for z in sums]
    return tuple(found)


def batch_renorm_train(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    eps: float,
    momentum: float,
    r_max: float,
    d_max: float,
) -> tuple[Array, Array, Array, Array, Array]:
    """Normalize a batch and correct it towards the running statistics, within limits.

    y = gamma * ((x - mean) / std * r + d) + beta with std = sqrt(var + eps),
    r = std / running_std clipped to [1 / r_max, r_max] and
    d = (mean - running_mean) / running_std clipped to [-d_max, d_max], all from the
    running statistics as they were before. Then these move a step towards the batch.

    x: (N, D); gamma, beta, running_mean, running_var: (D,); returns y: (N, D), r, d and
    the new running_mean and running_var: (D,).
    Source: Ioffe (2017), algorithm 1; here the running variance is kept, divided by
    N - 1 as in PyTorch, where the paper keeps a running standard deviation.
    """
    mean = x.mean(axis=0)  # (D,)
    var = ((x - mean) ** 2).mean(axis=0)  # (D,), divides by N
    std = np.sqrt(var + eps)
    running_std = np.sqrt(running_var + eps)
    r = np.clip(std / running_std, 1 / r_max, r_max)
    d = np.clip((mean - running_mean) / running_std, -d_max, d_max)
    x_hat = (x - mean) / std * r + d  # (N, D)
    y = gamma * x_hat + beta
    unbiased = var * len(x) / (len(x) - 1)
    new_mean = (1 - momentum) * running_mean + momentum * mean
    new_var = (1 - momentum) * running_var + momentum * unbiased
    return y, r, d, new_mean, new_var


def ghost_batchnorm(
    x: Array, gamma: Array, beta: Array, eps: float, ghost_size: int
) -> Array:
    """Normalize each run of ``ghost_size`` rows by its own statistics.

    The rows that are left over at the end form a last, smaller ghost batch.

    x: (N, D); gamma, beta: (D,); returns y: (N, D).
    Source: Hoffer et al. (2017).
    """
    y = np.empty_like(x)
    for start in range(0, len(x), ghost_size):
        rows = slice(start, start + ghost_size)
        ghost = x[rows]  # (ghost_size, D), the last one may be shorter
        centered = ghost - ghost.mean(axis=0)
        var = (centered**2).mean(axis=0)  # (D,)
        x_hat = centered / np.sqrt(var + eps)
        y[rows] = gamma * x_hat + beta
    return y


def sync_batchnorm(
    x: Array, gamma: Array, beta: Array, eps: float, all_reduce: AllReduce
) -> tuple[Array, Cache]:
    """Normalize this process's rows with the statistics of the rows of all processes.

    Two messages: the number of rows with their sum, then the sum of the squared
    distances from the common mean.

    x: (m, D), m may differ from process to process; gamma, beta: (D,); all_reduce
    returns the sum, over the processes, of the arrays that they call it with; returns
    y: (m, D) and cache = (x_hat (m, D), gamma (D,), inv_std (D,), count), where count
    is the number of rows of all processes.
    Source: Peng et al. (2018); torch.nn.SyncBatchNorm.
    """
    total = all_reduce(np.concatenate([[len(x)], x.sum(axis=0)]))  # (1 + D,)
    count = total[0]
    mean = total[1:] / count  # (D,)
    squares = all_reduce(((x - mean) ** 2).sum(axis=0))  # (D,)
    inv_std = 1 / np.sqrt(squares / count + eps)
    x_hat = (x - mean) * inv_std  # (m, D)
    y = gamma * x_hat + beta
    return y, (x_hat, gamma, inv_std, count)


def sync_batchnorm_backward(
    dy: Array, cache: Cache, all_reduce: AllReduce
) -> tuple[Array, Array, Array]:
    """Return this process's gradients of the sum of the losses of all processes.

    dx = gamma * inv_std * (dy - mean(dy) - x_hat * mean(dy * x_hat)) with means over
    the rows of all processes: one message. dgamma and dbeta are sums over this
    process's own rows; whoever adds up the processes' gradients adds up these, too.

    dy: (m, D); cache as :func:`sync_batchnorm` returns it; returns dx: (m, D), dgamma
    and dbeta: (D,).
    Source: torch.nn.SyncBatchNorm.
    """
    x_hat, gamma, inv_std, count = cache
    dgamma = (dy * x_hat).sum(axis=0)  # (D,)
    dbeta = dy.sum(axis=0)  # (D,)
    along, plain = all_reduce(np.stack([dgamma, dbeta]))  # (D,) each
    inner = dy - plain / count - x_hat * along / count  # (m, D)
    dx = gamma * inv_std * inner
    return dx, dgamma, dbeta
