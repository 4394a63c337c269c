"""Batch normalization in Triton with one program for each channel.

The first version anyone writes. It is right, and slow where there are fewer channels
than the GPU has multiprocessors, because the others have nothing to do; :mod:`.split`
says how to do better.

x is (N, C, S), contiguous, S being all positions of an image. The m = N * S numbers of
channel c are counted by ``i``: sample i // S, position i % S.
"""

# Triton's compiler reads these functions itself; their arguments have no Python types.
# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-decorators

import triton  # type: ignore[import-untyped]
import triton.language as tl  # type: ignore[import-untyped]


@triton.jit
def places(start, c, C, S, m, BLOCK: tl.constexpr):
    """Return where the numbers start, start + 1, … of channel c lie, and which exist.

    Sample i // S begins C * S numbers after the one before; 64 bits, because a large
    batch has more numbers than 32 bits count.
    """
    i = start + tl.arange(0, BLOCK)
    sample = (i // S).to(tl.int64)
    return (sample * C + c) * S + i % S, i < m


@triton.jit
def forward(
    x_ptr, gamma_ptr, beta_ptr, y_ptr, mean_ptr, var_ptr, eps, N, C, S,
    BLOCK: tl.constexpr,
):  # fmt: skip
    """Store y = gamma * (x - mean) / sqrt(var + eps) + beta, and mean and var.

    x is read three times: for the mean, for the variance, for y. Sums are kept in the
    type of ``mean_ptr``, not in that of x.

    x, y: (N, C, S); gamma, beta, mean, var: (C,).
    Source: Ioffe and Szegedy (2015), Algorithm 1.
    """
    c = tl.program_id(0)
    m = N * S
    kept = mean_ptr.dtype.element_ty
    total = tl.zeros((BLOCK,), kept)
    for start in range(0, m, BLOCK):
        place, exists = places(start, c, C, S, m, BLOCK)
        total += tl.load(x_ptr + place, mask=exists, other=0).to(kept)
    mean = tl.sum(total) / m

    total = tl.zeros((BLOCK,), kept)
    for start in range(0, m, BLOCK):
        place, exists = places(start, c, C, S, m, BLOCK)
        x = tl.load(x_ptr + place, mask=exists, other=0).to(kept)
        centered = tl.where(exists, x - mean, 0)
        total += centered * centered
    var = tl.sum(total) / m

    scale = tl.load(gamma_ptr + c) / tl.sqrt(var + eps)
    shift = tl.load(beta_ptr + c)
    for start in range(0, m, BLOCK):
        place, exists = places(start, c, C, S, m, BLOCK)
        x = tl.load(x_ptr + place, mask=exists, other=0).to(kept)
        tl.store(y_ptr + place, scale * (x - mean) + shift, mask=exists)
    tl.store(mean_ptr + c, mean)
    tl.store(var_ptr + c, var)


@triton.jit
def backward(
    x_ptr, dy_ptr, gamma_ptr, mean_ptr, var_ptr, dx_ptr, dgamma_ptr, dbeta_ptr,
    eps, N, C, S, BLOCK: tl.constexpr,
):  # fmt: skip
    """Store the gradients: dbeta = sum dy, dgamma = sum dy * x_hat, and
    dx = gamma / sqrt(var + eps) * (dy - dbeta / m - x_hat * dgamma / m).

    x, dy, dx: (N, C, S); all others (C,).
    Source: Ioffe and Szegedy (2015), section 3, collected into one expression.
    """
    c = tl.program_id(0)
    m = N * S
    kept = mean_ptr.dtype.element_ty
    mean = tl.load(mean_ptr + c)
    inv_std = 1 / tl.sqrt(tl.load(var_ptr + c) + eps)
    sum_dy = tl.zeros((BLOCK,), kept)
    sum_dy_x_hat = tl.zeros((BLOCK,), kept)
    for start in range(0, m, BLOCK):
        place, exists = places(start, c, C, S, m, BLOCK)
        x = tl.load(x_ptr + place, mask=exists, other=0).to(kept)
        dy = tl.load(dy_ptr + place, mask=exists, other=0).to(kept)
        sum_dy += dy
        sum_dy_x_hat += dy * (x - mean) * inv_std
    dbeta = tl.sum(sum_dy)
    dgamma = tl.sum(sum_dy_x_hat)

    scale = tl.load(gamma_ptr + c) * inv_std
    mean_dy, mean_dy_x_hat = dbeta / m, dgamma / m
    for start in range(0, m, BLOCK):
        place, exists = places(start, c, C, S, m, BLOCK)
        x = tl.load(x_ptr + place, mask=exists, other=0).to(kept)
        dy = tl.load(dy_ptr + place, mask=exists, other=0).to(kept)
        x_hat = (x - mean) * inv_std
        dx = scale * (dy - mean_dy - x_hat * mean_dy_x_hat)
        tl.store(dx_ptr + place, dx, mask=exists)
    tl.store(dgamma_ptr + c, dgamma)
    tl.store(dbeta_ptr + c, dbeta)
