"""Right solutions of the exercise `convolution`, in different styles. All must pass."""

import numpy as np


def loops_train(x, gamma, beta, eps):
    n, c, h, w = x.shape
    y, x_hat = np.zeros_like(x), np.zeros_like(x)
    inv_std = np.zeros(c)
    for k in range(c):
        values = [x[i, k, r, s] for i in range(n) for r in range(h) for s in range(w)]
        mean = sum(values) / len(values)
        var = sum((v - mean) ** 2 for v in values) / len(values)
        inv_std[k] = 1 / (var + eps) ** 0.5
        x_hat[:, k] = (x[:, k] - mean) * inv_std[k]
        y[:, k] = gamma[k] * x_hat[:, k] + beta[k]
    return y, (x_hat, gamma, inv_std)


def matrix_train(x, gamma, beta, eps):
    n, c, h, w = x.shape
    flat = x.transpose(0, 2, 3, 1).reshape(-1, c)
    inv_std = 1 / np.sqrt(flat.var(axis=0) + eps)
    flat_hat = (flat - flat.mean(axis=0)) * inv_std
    y = (gamma * flat_hat + beta).reshape(n, h, w, c).transpose(0, 3, 1, 2)
    return y, (flat_hat.reshape(n, h, w, c).transpose(0, 3, 1, 2), gamma, inv_std)


def channel_first_train(x, gamma, beta, eps):
    rows = np.swapaxes(x, 0, 1)
    shape = rows.shape
    rows = rows.reshape(shape[0], -1)
    inv_std = (rows.var(axis=1) + eps) ** -0.5
    x_hat = (rows - rows.mean(axis=1, keepdims=True)) * inv_std[:, np.newaxis]
    x_hat = x_hat.reshape(shape).swapaxes(0, 1)
    y = gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)
    return y, (x_hat, gamma.copy(), inv_std)


def einsum_train(x, gamma, beta, eps):
    count = x.size / x.shape[1]
    centered = x - np.einsum("nchw->c", x)[:, None, None] / count
    var = np.einsum("nchw,nchw->c", centered, centered) / count
    inv_std = 1.0 / np.sqrt(var + eps)
    x_hat = np.einsum("nchw,c->nchw", centered, inv_std)
    y = np.einsum("nchw,c->nchw", x_hat, gamma) + beta[:, None, None]
    return y, (x_hat, gamma, inv_std)


def mean_of_means_train(x, gamma, beta, eps):
    """Average the images' averages: the same, since all images have one size."""
    mean = x.mean(axis=(2, 3)).mean(axis=0)[None, :, None, None]
    var = ((x - mean) ** 2).mean(axis=3).mean(axis=2).mean(axis=0)
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inv_std[None, :, None, None]
    y = x_hat * gamma[None, :, None, None] + beta[None, :, None, None]
    return [y, [x_hat, gamma, inv_std]]


def stacked_train(x, gamma, beta, eps):
    maps = [x[:, k] for k in range(x.shape[1])]
    inv_std = np.array([1 / np.sqrt(m.var() + eps) for m in maps])
    hats = [(m - m.mean()) * s for m, s in zip(maps, inv_std, strict=True)]
    ys = [g * m + b for g, m, b in zip(gamma, hats, beta, strict=True)]
    return np.stack(ys, axis=1), (np.stack(hats, axis=1), gamma, inv_std)


def torch_train(x, gamma, beta, eps):
    import torch

    tensor = torch.from_numpy(x)
    var, mean = torch.var_mean(tensor, dim=(0, 2, 3), correction=0, keepdim=True)
    inv_std = torch.rsqrt(var + eps)
    x_hat = ((tensor - mean) * inv_std).numpy()
    y = gamma[:, None, None] * x_hat + beta[:, None, None]
    return y, (x_hat, gamma, inv_std.flatten().numpy())


TRAIN = [value for name, value in list(globals().items()) if name.endswith("_train")]


def numpy_statistics(x):
    return x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3), ddof=1)


def bessel_statistics(x):
    n, _, h, w = x.shape
    count = n * h * w
    var = x.var(axis=(0, 2, 3)) * count / (count - 1)
    return x.sum(axis=(0, 2, 3)) / count, var


def covariance_statistics(x):
    flat = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
    return flat.mean(axis=0), np.diag(np.cov(flat, rowvar=False))


STATISTICS = [numpy_statistics, bessel_statistics, covariance_statistics]


def staged_backward(dy, cache):
    """Walk back through the nodes of the graph, one after another."""
    x_hat, gamma, inv_std = cache
    n, _, h, w = dy.shape
    count = n * h * w
    axes = (0, 2, 3)
    over = (slice(None), None, None)
    dx_hat = dy * gamma[over]
    centered = x_hat / inv_std[over]
    dvar = (dx_hat * centered).sum(axes) * -0.5 * inv_std**3
    dmean = -(dx_hat.sum(axes)) * inv_std
    dx = (
        dx_hat * inv_std[over] + dvar[over] * 2 * centered / count + dmean[over] / count
    )
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)


def sums_backward(dy, cache):
    """Use dgamma and dbeta for dx."""
    x_hat, gamma, inv_std = cache
    count = dy.size // dy.shape[1]
    dgamma = np.einsum("nchw,nchw->c", dy, x_hat)
    dbeta = np.einsum("nchw->c", dy)
    scale = (gamma * inv_std / count)[:, None, None]
    inner = count * dy - dbeta[:, None, None] - x_hat * dgamma[:, None, None]
    return scale * inner, dgamma, dbeta


def matrix_backward(dy, cache):
    x_hat, gamma, inv_std = cache
    n, c, h, w = dy.shape
    flat = dy.transpose(0, 2, 3, 1).reshape(-1, c)
    hat = x_hat.transpose(0, 2, 3, 1).reshape(-1, c)
    dbeta, dgamma = flat.sum(axis=0), (flat * hat).sum(axis=0)
    inner = flat - dbeta / len(flat) - hat * dgamma / len(flat)
    dx = (gamma * inv_std * inner).reshape(n, h, w, c).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta


def torch_backward(dy, cache):
    """Let autograd differentiate the normalization of x_hat, whose mean is 0."""
    import torch

    x_hat, gamma, inv_std = (torch.from_numpy(np.array(a)) for a in cache)
    over = (slice(None), None, None)
    x = (x_hat / inv_std[over]).requires_grad_()
    eps = 1 / inv_std**2 - x.detach().var(dim=(0, 2, 3), correction=0)
    var, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
    gamma, beta = gamma.requires_grad_(), torch.zeros_like(gamma).requires_grad_()
    hat = (x - mean[over]) / torch.sqrt(var + eps)[over]
    y = gamma[over] * hat + beta[over]
    grads = torch.autograd.grad(y, (x, gamma, beta), torch.from_numpy(dy))
    return tuple(g.numpy() for g in grads)


BACKWARD = [staged_backward, sums_backward, matrix_backward, torch_backward]


def loop_fold(weight, bias, gamma, beta, mean, var, eps):
    new_weight, new_bias = np.zeros_like(weight), np.zeros_like(bias)
    for k in range(len(bias)):
        scale = gamma[k] / (var[k] + eps) ** 0.5
        new_weight[k] = weight[k] * scale
        new_bias[k] = beta[k] + scale * (bias[k] - mean[k])
    return new_weight, new_bias


def matrix_fold(weight, bias, gamma, beta, mean, var, eps):
    scale = np.diag(gamma / np.sqrt(var + eps))
    flat = scale @ weight.reshape(len(weight), -1)
    return flat.reshape(weight.shape), scale @ bias - scale @ mean + beta


def einsum_fold(weight, bias, gamma, beta, mean, var, eps):
    inv_std = (var + eps) ** -0.5
    new_bias = (bias - mean) * inv_std * gamma + beta
    return np.einsum("oikl,o,o->oikl", weight, gamma, inv_std), new_bias


FOLD = [loop_fold, matrix_fold, einsum_fold]


def matrix_sequence(sequence, gamma, beta, eps):
    flat = sequence.reshape(-1, sequence.shape[-1])
    flat_hat = (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps)
    return (flat_hat * gamma + beta).reshape(sequence.shape)


def image_sequence(sequence, gamma, beta, eps):
    image = sequence.transpose(0, 2, 1)[:, :, :, None]
    y, _ = matrix_train(image, gamma, beta, eps)
    return y[:, :, :, 0].transpose(0, 2, 1)


def loop_sequence(sequence, gamma, beta, eps):
    y = sequence.copy()
    for k in range(sequence.shape[2]):
        feature = sequence[:, :, k]
        y[:, :, k] = gamma[k] * (feature - feature.mean())
        y[:, :, k] /= np.sqrt(feature.var() + eps)
        y[:, :, k] += beta[k]
    return y


SEQUENCE = [matrix_sequence, image_sequence, loop_sequence]

ALL = TRAIN + STATISTICS + BACKWARD + FOLD + SEQUENCE
