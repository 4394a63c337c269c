"""The backward pass of :mod:`.split`: two kernels that share a channel likewise.

Where ReLU was fused, its mask is computed again from x (and the residual): reading y
for it would cost one more pass over memory.
"""

# Triton's compiler reads these functions itself; their arguments have no Python types.
# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-decorators

import triton  # type: ignore[import-untyped]
import triton.language as tl  # type: ignore[import-untyped]

from autograder.gpu.split import channels, tile_at


@triton.jit
def loaded(
    x_ptr, residual_ptr, dy_ptr, place, exists, first, mean, inv_std, gamma, beta,
    RESIDUAL: tl.constexpr, RELU: tl.constexpr,
):  # fmt: skip
    """Return x_hat of a tile and the gradient that arrives at gamma * x_hat + beta."""
    kept = mean.dtype
    x = tl.load(x_ptr + place, mask=exists, other=0).to(kept)
    dz = tl.load(dy_ptr + place, mask=exists, other=0).to(kept)
    x_hat = (x - first - mean) * inv_std
    if RELU:
        z = gamma * x_hat + beta
        if RESIDUAL:
            z += tl.load(residual_ptr + place, mask=exists, other=0).to(kept)
        dz = tl.where(z > 0, dz, 0)
    return x_hat, dz


@triton.jit
def parameters(saved_ptr, gamma_ptr, beta_ptr, c, existing, C, eps):
    """Return first number, mean from there on, 1 / sqrt(var + eps), gamma, beta."""
    kept = saved_ptr.dtype.element_ty
    first = tl.load(saved_ptr + c, mask=existing, other=0)
    mean = tl.load(saved_ptr + C + c, mask=existing, other=0)
    var = tl.load(saved_ptr + 2 * C + c, mask=existing, other=0)
    gamma = tl.load(gamma_ptr + c, mask=existing, other=0).to(kept)
    beta = tl.load(beta_ptr + c, mask=existing, other=0).to(kept)
    return first, mean, 1 / tl.sqrt(var + eps), gamma, beta


@triton.jit
def partial_gradients(
    x_ptr, residual_ptr, dy_ptr, gamma_ptr, beta_ptr, saved_ptr, part_ptr,
    eps, N, C, S,
    BLOCK_N: tl.constexpr, BLOCK_C: tl.constexpr, BLOCK_S: tl.constexpr,
    RESIDUAL: tl.constexpr, RELU: tl.constexpr,
):  # fmt: skip
    """Store the sums of dz and of dz * x_hat over this program's tiles.

    x, residual, dy: (N, C, S); gamma, beta: (C,); saved: (3, C); part: (2, P, C).
    """
    c, existing = channels(C, BLOCK_C)
    p, P = tl.program_id(1), tl.num_programs(1)
    kept = saved_ptr.dtype.element_ty
    first, mean, inv_std, gamma, beta = parameters(
        saved_ptr, gamma_ptr, beta_ptr, c, existing, C, eps
    )
    sum_dz = tl.zeros((BLOCK_N, BLOCK_C, BLOCK_S), kept)
    sum_dz_x_hat = tl.zeros((BLOCK_N, BLOCK_C, BLOCK_S), kept)
    for number in range(p, tl.cdiv(N, BLOCK_N) * tl.cdiv(S, BLOCK_S), P):
        place, exists = tile_at(number, c, N, C, S, BLOCK_N, BLOCK_C, BLOCK_S)
        x_hat, dz = loaded(
            x_ptr, residual_ptr, dy_ptr, place, exists, first, mean, inv_std,
            gamma, beta, RESIDUAL, RELU,
        )  # fmt: skip
        sum_dz += dz
        sum_dz_x_hat += dz * x_hat
    dbeta = tl.sum(tl.sum(sum_dz, 2, keep_dims=True), 0, keep_dims=True)
    dgamma = tl.sum(tl.sum(sum_dz_x_hat, 2, keep_dims=True), 0, keep_dims=True)
    tl.store(part_ptr + p * C + c, dbeta, mask=existing)
    tl.store(part_ptr + (P + p) * C + c, dgamma, mask=existing)


@triton.jit
def input_gradient(
    x_ptr, residual_ptr, dy_ptr, gamma_ptr, beta_ptr, saved_ptr, part_ptr,
    dx_ptr, dresidual_ptr, dgamma_ptr, dbeta_ptr,
    eps, N, C, S,
    BLOCK_N: tl.constexpr, BLOCK_C: tl.constexpr, BLOCK_S: tl.constexpr,
    BLOCK_P: tl.constexpr, RESIDUAL: tl.constexpr, RELU: tl.constexpr,
):  # fmt: skip
    """Merge the sums; store dgamma, dbeta and
    dx = gamma / sqrt(var + eps) * (dz - dbeta / m - x_hat * dgamma / m), m = N * S.

    The gradient of the residual is dz itself. Shapes as in ``partial_gradients``;
    dx, dresidual: (N, C, S); dgamma, dbeta: (C,).
    """
    c, existing = channels(C, BLOCK_C)
    p, P = tl.program_id(1), tl.num_programs(1)
    first, mean, inv_std, gamma, beta = parameters(
        saved_ptr, gamma_ptr, beta_ptr, c, existing, C, eps
    )
    part = tl.arange(0, BLOCK_P)[:, None, None]
    there = (part < P) & existing
    dbetas = tl.load(part_ptr + part * C + c, mask=there, other=0)
    dgammas = tl.load(part_ptr + (P + part) * C + c, mask=there, other=0)
    dbeta = tl.sum(dbetas, 0, keep_dims=True)
    dgamma = tl.sum(dgammas, 0, keep_dims=True)
    if p == 0:
        tl.store(dbeta_ptr + c, dbeta, mask=existing)
        tl.store(dgamma_ptr + c, dgamma, mask=existing)
    scale = gamma * inv_std
    mean_dz, mean_dz_x_hat = dbeta / (N * S), dgamma / (N * S)
    tiles = tl.cdiv(N, BLOCK_N) * tl.cdiv(S, BLOCK_S)
    for number in range(p, tiles, P):
        place, exists = tile_at(
            tiles - 1 - number, c, N, C, S, BLOCK_N, BLOCK_C, BLOCK_S
        )
        x_hat, dz = loaded(
            x_ptr, residual_ptr, dy_ptr, place, exists, first, mean, inv_std,
            gamma, beta, RESIDUAL, RELU,
        )  # fmt: skip
        dx = scale * (dz - mean_dz - x_hat * mean_dz_x_hat)
        tl.store(dx_ptr + place, dx, mask=exists)
        if RESIDUAL:
            tl.store(dresidual_ptr + place, dz, mask=exists)
