"""Right solutions of the exercise `alternatives`, in different styles. All must pass.

Each is named after its style and its function: `loops_layernorm`.
"""

import numpy as np


def loops_layernorm(x, gamma, beta, eps):
    n, d = x.shape
    y, x_hat, inv_std = np.zeros((n, d)), np.zeros((n, d)), np.zeros((n, 1))
    for i in range(n):
        mean = sum(x[i]) / d
        var = sum((value - mean) ** 2 for value in x[i]) / d
        inv_std[i, 0] = 1 / (var + eps) ** 0.5
        for j in range(d):
            x_hat[i, j] = (x[i, j] - mean) * inv_std[i, 0]
            y[i, j] = gamma[j] * x_hat[i, j] + beta[j]
    return y, (x_hat, gamma, inv_std)


def numpy_var_layernorm(x, gamma, beta, eps):
    inv_std = 1.0 / np.sqrt(np.var(x, axis=-1, keepdims=True) + eps)
    x_hat = (x - np.mean(x, axis=-1, keepdims=True)) * inv_std
    return x_hat * gamma + beta, (x_hat, gamma, inv_std)


def transposed_layernorm(x, gamma, beta, eps):
    """Batch normalization of the transposed matrix, parameters left for last."""
    columns = x.T
    centered = columns - columns.mean(axis=0)
    inv_std = (centered.var(axis=0) + eps) ** -0.5
    x_hat = (centered * inv_std).T
    return x_hat * gamma + beta, (x_hat, gamma.copy(), inv_std.reshape(-1, 1))


def einsum_layernorm(x, gamma, beta, eps):
    d = x.shape[1]
    centered = x - np.einsum("nd->n", x)[:, None] / d
    var = np.einsum("nd,nd->n", centered, centered) / d
    inv_std = (var[:, np.newaxis] + eps) ** -0.5
    x_hat = np.einsum("nd,nk->nd", centered, inv_std)
    return np.einsum("nd,d->nd", x_hat, gamma) + beta, [x_hat, gamma, inv_std]


def torch_layernorm(x, gamma, beta, eps):
    import torch

    rows = torch.from_numpy(x)
    var, mean = torch.var_mean(rows, dim=1, correction=0, keepdim=True)
    inv_std = torch.rsqrt(var + eps)
    x_hat = (rows - mean) * inv_std
    y = x_hat * torch.from_numpy(gamma) + torch.from_numpy(beta)
    return y.numpy(), (x_hat.numpy(), gamma, inv_std.numpy())


def mean_of_squares_layernorm(x, gamma, beta, eps):
    """Less stable, but right for rows of ordinary size."""
    mean = x.mean(axis=1, keepdims=True)
    centered = x - mean
    var = (centered**2).mean(axis=1, keepdims=True) - centered.mean(
        axis=1, keepdims=True
    ) ** 2
    inv_std = 1 / np.sqrt(var + eps)
    return gamma * centered * inv_std + beta, (centered * inv_std, gamma, inv_std)


LAYER = [f for n, f in list(globals().items()) if n.endswith("_layernorm")]


def loops_layernorm_backward(dy, cache):
    x_hat, gamma, inv_std = cache
    n, d = dy.shape
    dx, dgamma, dbeta = np.zeros((n, d)), np.zeros(d), np.zeros(d)
    for i in range(n):
        g = [dy[i, j] * gamma[j] for j in range(d)]
        mean = sum(g) / d
        along = sum(g[j] * x_hat[i, j] for j in range(d)) / d
        for j in range(d):
            dx[i, j] = (g[j] - mean - x_hat[i, j] * along) * inv_std[i, 0]
            dgamma[j] += dy[i, j] * x_hat[i, j]
            dbeta[j] += dy[i, j]
    return dx, dgamma, dbeta


def one_expression_layernorm_backward(dy, cache):
    x_hat, gamma, inv_std = cache
    d = dy.shape[1]
    g = dy * gamma
    sums = g.sum(1, keepdims=True), (g * x_hat).sum(1, keepdims=True)
    dx = inv_std / d * (d * g - sums[0] - x_hat * sums[1])
    return [dx, np.einsum("nd,nd->d", dy, x_hat), np.sum(dy, 0)]


def staged_layernorm_backward(dy, cache):
    """Through the graph: y, x_hat, var, mean."""
    x_hat, gamma, inv_std = cache
    d = dy.shape[1]
    dx_hat = dy * gamma
    centered = x_hat / inv_std
    dinv_std = (dx_hat * centered).sum(axis=1, keepdims=True)
    dvar = -0.5 * dinv_std * inv_std**3
    dcentered = dx_hat * inv_std + 2 * dvar * centered / d
    dmean = -dcentered.sum(axis=1, keepdims=True)
    return dcentered + dmean / d, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


def jacobian_layernorm_backward(dy, cache):
    """One row at a time, by the matrix of its derivatives."""
    x_hat, gamma, inv_std = cache
    d = dy.shape[1]
    dx = np.zeros_like(dy)
    for i, z in enumerate(x_hat):
        jacobian = np.eye(d) - np.ones((d, d)) / d - np.outer(z, z) / d
        dx[i] = inv_std[i] * (jacobian @ (gamma * dy[i]))
    return dx, np.diag(dy.T @ x_hat).copy(), np.ones(len(dy)) @ dy


def torch_layernorm_backward(dy, cache):
    import torch

    x_hat, gamma, inv_std = (torch.from_numpy(a) for a in cache)
    upstream = torch.from_numpy(dy)
    g = upstream * gamma
    dx = inv_std * (
        g - g.mean(1, keepdim=True) - x_hat * (g * x_hat).mean(1, keepdim=True)
    )
    return dx.numpy(), (upstream * x_hat).sum(0).numpy(), upstream.sum(0).numpy()


LAYER_BACK = [
    f for n, f in list(globals().items()) if n.endswith("_layernorm_backward")
]


def loops_groupnorm(x, gamma, beta, groups, eps):
    n, c = x.shape[:2]
    size = c // groups
    x_hat, inv_std = np.empty_like(x), np.empty((n, groups))
    for i in range(n):
        for g in range(groups):
            part = slice(g * size, (g + 1) * size)
            block = x[i, part]
            inv_std[i, g] = 1 / np.sqrt(((block - block.mean()) ** 2).mean() + eps)
            x_hat[i, part] = (block - block.mean()) * inv_std[i, g]
    y = np.stack([gamma[j] * x_hat[:, j] + beta[j] for j in range(c)], axis=1)
    return y, (x_hat, gamma, inv_std)


def five_axes_groupnorm(x, gamma, beta, groups, eps):
    n, c, h, w = x.shape
    parts = x.reshape(n, groups, c // groups, h, w)
    centered = parts - parts.mean(axis=(2, 3, 4), keepdims=True)
    inv_std = 1 / np.sqrt((centered**2).mean(axis=(2, 3, 4), keepdims=True) + eps)
    x_hat = (centered * inv_std).reshape(n, c, h, w)
    y = x_hat * gamma.reshape(1, c, 1, 1) + beta.reshape(1, c, 1, 1)
    return y, (x_hat, gamma, inv_std.reshape(n, groups))


def rows_groupnorm(x, gamma, beta, groups, eps):
    """Every group of every image is a row."""
    rows = x.reshape(x.shape[0] * groups, -1)
    inv_std = (rows.var(axis=1) + eps) ** -0.5
    x_hat = ((rows - rows.mean(axis=1)[:, None]) * inv_std[:, None]).reshape(x.shape)
    y = np.einsum("nchw,c->nchw", x_hat, gamma) + beta[None, :, None, None]
    return y, (x_hat, gamma, inv_std.reshape(-1, groups))


def split_groupnorm(x, gamma, beta, groups, eps):
    parts = np.split(x, groups, axis=1)
    means = [p.mean(axis=(1, 2, 3), keepdims=True) for p in parts]
    inverse = [1 / np.sqrt(p.var(axis=(1, 2, 3), keepdims=True) + eps) for p in parts]
    x_hat = np.concatenate(
        [(p - m) * i for p, m, i in zip(parts, means, inverse, strict=True)], axis=1
    )
    inv_std = np.concatenate([i[:, :, 0, 0] for i in inverse], axis=1)
    y = np.moveaxis(np.moveaxis(x_hat, 1, -1) * gamma + beta, -1, 1)
    return y, (x_hat, gamma, inv_std)


def torch_groupnorm(x, gamma, beta, groups, eps):
    import torch

    n, c, h, w = x.shape
    parts = torch.from_numpy(x).view(n, groups, -1)
    var, mean = torch.var_mean(parts, dim=2, correction=0, keepdim=True)
    inv_std = torch.rsqrt(var + eps)
    x_hat = ((parts - mean) * inv_std).view(n, c, h, w)
    y = x_hat * torch.from_numpy(gamma)[:, None, None]
    y = y + torch.from_numpy(beta)[:, None, None]
    return y.numpy(), (x_hat.numpy(), gamma, inv_std.squeeze(2).numpy())


GROUP = [f for n, f in list(globals().items()) if n.endswith("_groupnorm")]


def loops_groupnorm_backward(dy, cache, groups):
    x_hat, gamma, inv_std = cache
    n, c = dy.shape[:2]
    size = c // groups
    dx = np.empty_like(dy)
    for i in range(n):
        for g in range(groups):
            part = slice(g * size, (g + 1) * size)
            d = dy[i, part] * gamma[part][:, None, None]
            z = x_hat[i, part]
            dx[i, part] = inv_std[i, g] * (d - d.mean() - z * (d * z).mean())
    dgamma = np.array([(dy[:, j] * x_hat[:, j]).sum() for j in range(c)])
    return dx, dgamma, np.array([dy[:, j].sum() for j in range(c)])


def five_axes_groupnorm_backward(dy, cache, groups):
    x_hat, gamma, inv_std = cache
    n, c, h, w = dy.shape
    axes, shape = (2, 3, 4), (n, groups, c // groups, h, w)
    g = (dy * gamma[None, :, None, None]).reshape(shape)
    z = x_hat.reshape(shape)
    bracket = g - g.mean(axes, keepdims=True) - z * (g * z).mean(axes, keepdims=True)
    dx = inv_std[:, :, None, None, None] * bracket
    return (
        dx.reshape(n, c, h, w),
        np.einsum("nchw,nchw->c", dy, x_hat),
        np.einsum("nchw->c", dy),
    )


def rows_groupnorm_backward(dy, cache, groups):
    x_hat, gamma, inv_std = cache
    rows = (dy * gamma[:, None, None]).reshape(inv_std.size, -1)
    z = x_hat.reshape(inv_std.size, -1)
    m = rows.shape[1]
    along = (rows * z).sum(1)[:, None]
    dx = m * rows - rows.sum(1)[:, None] - z * along
    dx = (dx * inv_std.reshape(-1, 1) / m).reshape(dy.shape)
    return dx, (dy * x_hat).sum(3).sum(2).sum(0), dy.sum(3).sum(2).sum(0)


GROUP_BACK = [
    f for n, f in list(globals().items()) if n.endswith("_groupnorm_backward")
]


def loops_instancenorm(images, gamma, beta, eps):
    y = np.empty_like(images)
    for i, image in enumerate(images):
        for j, channel in enumerate(image):
            z = (channel - channel.mean()) / np.sqrt(channel.var() + eps)
            y[i, j] = gamma[j] * z + beta[j]
    return y


def flat_instancenorm(images, gamma, beta, eps):
    flat = images.reshape(*images.shape[:2], -1)
    mean, std = flat.mean(-1)[..., None], np.sqrt(flat.var(-1) + eps)[..., None]
    return ((flat - mean) / std * gamma[:, None] + beta[:, None]).reshape(images.shape)


def affine_instancenorm(images, gamma, beta, eps):
    scale = gamma / np.sqrt(images.var(axis=(2, 3)) + eps)  # (N, C)
    centered = images - images.mean(axis=(-2, -1), keepdims=True)
    return centered * scale[:, :, None, None] + beta[None, :, None, None]


INSTANCE = [f for n, f in list(globals().items()) if n.endswith("_instancenorm")]


def loops_rmsnorm(x, gamma, eps):
    y = np.zeros_like(x)
    for i, row in enumerate(x):
        rms = (sum(value * value for value in row) / len(row) + eps) ** 0.5
        y[i] = [g * value / rms for g, value in zip(gamma, row, strict=True)]
    return y


def length_rmsnorm(x, gamma, eps):
    length = np.linalg.norm(x, axis=1)
    return gamma * x / np.sqrt(length**2 / x.shape[1] + eps)[:, None]


def einsum_rmsnorm(x, gamma, eps):
    mean_square = np.einsum("nd,nd->n", x, x) / x.shape[-1]
    return np.einsum("nd,n,d->nd", x, (mean_square + eps) ** -0.5, gamma)


def torch_rmsnorm(x, gamma, eps):
    import torch

    rows = torch.from_numpy(x)
    inverse = torch.rsqrt(rows.pow(2).mean(-1, keepdim=True) + eps)
    return (rows * inverse * torch.from_numpy(gamma)).numpy()


RMS = [f for n, f in list(globals().items()) if n.endswith("_rmsnorm")]

ALL = LAYER + LAYER_BACK + GROUP + GROUP_BACK + INSTANCE + RMS
