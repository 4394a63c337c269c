"""Right tests of layers, in other styles than the reference's."""

import numpy as np


def batchnorm_of_torch(x, gamma, beta, eps):
    """Let PyTorch do the sums, not the normalization."""
    import torch

    t = torch.tensor(x)
    axes = [0, *range(2, x.ndim)]
    var, mean = torch.var_mean(t, axes, correction=0, keepdim=True)
    wide = [1, -1, *[1] * (x.ndim - 2)]
    gamma, beta = (torch.tensor(v).reshape(wide) for v in (gamma, beta))
    return (gamma * (t - mean) / (var + eps).sqrt() + beta).numpy()


def alike(one, other):
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-3, atol=1e-3)


def torch_arithmetic_pixels_ok(layer):
    x = np.random.default_rng(31).normal(5, 2, (2, 3, 5, 4))
    gamma, beta = np.array([1.0, -2.0, 3.0]), np.array([0.0, 1.0, -1.0])
    y = layer(x, gamma, beta, 1e-5)
    return alike(y, batchnorm_of_torch(x, gamma, beta, 1e-5))


def marked_pixels_ok(layer):
    """Mark one pixel at a time; it must stand out where it was marked."""
    still = np.random.default_rng(32).normal(0, 1, (2, 2, 2, 3))
    for index in np.ndindex(still.shape):
        x = still.copy()
        x[index] += 1000
        y = layer(x, np.ones(2), np.zeros(2), 1e-5)
        if y.shape != x.shape or np.isnan(y).any():
            return False
        if np.unravel_index(np.abs(y).argmax(), y.shape) != index or y[index] < 0:
            return False
        if abs(y[:, index[1]].mean()) > 1e-2 or np.abs(y).max() > 1e2:
            return False
    return True


def tried_often_channels_ok(layer):
    """Try sizes at random; some coincide."""
    rng = np.random.default_rng(33)
    for _ in range(40):
        shape = rng.integers(2, 4, 4)
        x = rng.standard_normal(shape)
        gamma, beta = rng.standard_normal((2, shape[1]))
        y = layer(x, gamma, beta, 0.3)
        if not np.allclose(y, batchnorm_of_torch(x, gamma, beta, 0.3), atol=1e-3):
            return False
    return True


def permuted_channels_ok(layer):
    """Permute the channels, and their parameters: the output must be permuted."""
    rng = np.random.default_rng(34)
    order = [2, 0, 1]
    for shape in [(2, 3, 4, 3), (2, 3, 3, 5), (3, 3, 2, 4)]:
        x = rng.uniform(-2, 2, shape)
        gamma, beta = np.array([1.0, 2.0, 4.0]), np.array([-10.0, 0.0, 10.0])
        y = layer(x, gamma, beta, 1e-5)
        moved = layer(x[:, order], gamma[order], beta[order], 1e-5)
        means = np.abs(y.mean(axis=(0, 2, 3)) - beta) < 1e-3
        if not (np.allclose(moved, y[:, order], atol=1e-3) and means.all()):
            return False
    return True


def solved_epsilon_ok(layer):
    """Solve for the epsilon that the layer has used, feature by feature."""
    x = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0]])
    for eps in (0.5, 5.0):
        y = layer(x, np.ones(2), np.zeros(2), eps)
        used = ((x - x.mean(0))[0] / y[0]) ** 2 - x.var(0)
        if np.any(np.abs(used - eps) > 1e-2):
            return False
    return True


def single_precision_epsilon_ok(layer):
    x = np.random.default_rng(35).normal(0, 1, (9, 4)).astype(np.float32)
    one, zero = np.ones(4, np.float32), np.zeros(4, np.float32)
    y = layer(x, one, zero, 0.25)
    wanted = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.25)
    return bool(abs(y - wanted).max() < 1e-4)


def two_steps_running_ok(layer):
    rng = np.random.default_rng(36)
    mean, var = np.zeros(2), np.ones(2)
    kept = mean.copy(), var.copy()
    for _ in range(2):
        x = rng.normal(9, 3, (3, 2))
        mean, var = layer(mean, var, x, 0.2)
        unbiased = ((x - x.mean(0)) ** 2).sum(0) / (len(x) - 1)
        kept = 0.8 * kept[0] + 0.2 * x.mean(0), 0.8 * kept[1] + 0.2 * unbiased
    pairs = zip((mean, var), kept, strict=True)
    return all(np.allclose(a, b, rtol=1e-4) for a, b in pairs)


def whole_steps_running_ok(layer):
    """Momentum 1 forgets the past, momentum 0 the present; a third is between."""
    x = np.array([[1.0, 7.0], [3.0, -1.0], [8.0, 0.0]])
    old = np.array([-5.0, 4.0]), np.array([3.0, 1.0])
    new = x.mean(axis=0), x.var(axis=0, ddof=1)
    for momentum in (0, 1 / 3, 1):
        found = layer(*old, x, momentum)
        for a, b, c in zip(old, new, found, strict=True):
            if np.abs(a + momentum * (b - a) - c).max() > 1e-3:
                return False
    return True


def formula_gradient_ok(layer):
    rng = np.random.default_rng(37)
    x, dy, gamma = rng.normal(0, 1, (6, 2)), rng.uniform(0, 2, (6, 2)), [3.0, 0.5]
    gamma = np.array(gamma)
    inv_std = (x.var(0) + 0.2) ** -0.5
    x_hat = (x - x.mean(0)) * inv_std
    wanted_dx = dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0)
    wanted = (gamma * inv_std * wanted_dx, (dy * x_hat).sum(0), dy.sum(0))
    found = layer(dy, x, gamma, 0.2)
    pairs = zip(found, wanted, strict=True)
    return all(np.allclose(a, b, atol=1e-4) for a, b in pairs)


def autograd_gradient_ok(layer):
    import torch

    rng = np.random.default_rng(38)
    x, dy, gamma = rng.normal(2, 3, (5, 4)), rng.normal(1, 1, (5, 4)), np.arange(4.0)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, gamma, 0 * gamma)]
    t = leaves[0]
    z = (t - t.mean(0)) / (t.var(0, correction=0) + 2).sqrt()
    (leaves[1] * z + leaves[2]).backward(torch.tensor(dy))
    found = layer(dy, x, gamma, 2)
    return all(
        np.allclose(a, leaf.grad.numpy(), atol=1e-3)
        for a, leaf in zip(found, leaves, strict=True)
    )


def pairs_mates_ok(layer):
    """Exchange two pixels of different images at a time; stretch the batch."""
    rng = np.random.default_rng(39)
    x = rng.normal(0, 1, (4, 3, 2, 2)) * np.array([1, 3, 9, 27.0])[:, None, None, None]
    y = layer(x)
    for _ in range(6):
        (n, m), (i, j, k, q) = rng.permutation(4)[:2], rng.integers(0, 2, 4)
        swapped, wanted = x.copy(), y.copy()
        for a, b in ((swapped, x), (wanted, y)):
            a[n, :, i, j], a[m, :, k, q] = b[m, :, k, q], b[n, :, i, j]
        if np.abs(layer(swapped) - wanted).max() > 1e-3:
            return False
    return bool(np.abs(layer(2 * x - 1) - y).max() < 1e-3)


def correlation_mates_ok(layer):
    """Each output channel is a line over its input, with the same ends in any batch."""
    rng = np.random.default_rng(40)
    ends = []
    for k in (1, 100):
        x = rng.normal(0, k, (3, 3, 3, 4)) + rng.normal(0, 3 * k, (3, 3, 1, 4))
        y = layer(x)
        for c in range(3):
            r = np.corrcoef(x[:, c].ravel(), y[:, c].ravel())[0, 1]
            if abs(abs(r) - 1) > 1e-6:
                return False
        ends.append([y.mean(axis=(0, 2, 3)), y.std(axis=(0, 2, 3))])
    return np.allclose(*ends, atol=1e-3)


def other_company_evaluation_ok(layer):
    rng = np.random.default_rng(41)
    asked = rng.normal(0, 2, (5, 3))
    answers = [
        layer(np.concatenate([rng.normal(k, k, (k, 3)), asked]))[k:] for k in (1, 4, 9)
    ]
    return all(np.allclose(a, answers[0], atol=1e-3) for a in answers)


def straight_line_evaluation_ok(layer):
    """Explain all that comes out by a fixed scale and shift for each feature."""
    low, high = layer(np.zeros((1, 3))), layer(np.ones((1, 3)))
    x = np.random.default_rng(42).normal(3, 3, (7, 3))
    return np.allclose(layer(x), low + (high - low) * x, atol=1e-3)


def computed_state_ok(layer):
    """Keep the running statistics here, too, and compare each evaluation."""
    rng = np.random.default_rng(43)
    modes = ["eval", "train", "eval", "eval", "train", "train", "eval"]
    steps = [(m, rng.normal(3 * k, k + 1, (4, 2))) for k, m in enumerate(modes)]
    mean, var = np.zeros(2), np.ones(2)
    for (mode, x), y in zip(steps, layer(steps), strict=True):
        if mode == "train":
            mean = 0.9 * mean + 0.1 * x.mean(0)
            var = 0.9 * var + 0.1 * x.var(0, ddof=1)
        elif not np.allclose(y, (x - mean) / np.sqrt(var + 1e-5), atol=1e-3):
            return False
    return True


def many_looks_state_ok(layer):
    a, b, c = np.random.default_rng(44).normal(1, 2, (3, 6, 2))
    train = [("train", a), ("train", b)]
    outputs = layer([*train, ("eval", c), *[("eval", 30 + 9 * b)] * 20, ("eval", c)])
    return np.allclose(outputs[2], outputs[-1], atol=1e-3)


ALL = [value for name, value in list(globals().items()) if name.endswith("_ok")]
