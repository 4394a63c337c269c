"""Batch normalization in Triton with each channel shared among several programs.

A GPU hides the time that memory takes by having many programs in flight. One program
per channel gives a layer of 64 channels 64 programs, and half of the 132
multiprocessors of an H100 nothing to do. So the work on a channel is split: each of
P programs reduces its part, and stores it; a second kernel, which starts when all parts
are there, merges them and makes y.

x is (N, C, S), contiguous, and is cut into tiles of BLOCK_N samples, BLOCK_C channels
and BLOCK_S positions. With S = 1 the same kernels serve a matrix (N, C) and an image
whose channels lie side by side ("channels last", N * H * W rows).

The mean is kept in two parts, the channel's first number and the rest: x minus the
first part is exact where x has a large mean, and no digits are lost.
"""

# Triton's compiler reads these functions itself; their arguments have no Python types.
# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-decorators

import triton  # type: ignore[import-untyped]
import triton.language as tl  # type: ignore[import-untyped]


@triton.jit
def channels(C, BLOCK_C: tl.constexpr):
    """Return the channels of this program, (1, BLOCK_C, 1), and which exist."""
    c = tl.program_id(0) * BLOCK_C + tl.arange(0, BLOCK_C)[None, :, None]
    return c, c < C


@triton.jit
def tile_at(
    number, c, N, C, S,
    BLOCK_N: tl.constexpr, BLOCK_C: tl.constexpr, BLOCK_S: tl.constexpr,
):  # fmt: skip
    """Return where the numbers of a tile lie, and which exist; (N, C, S)-shaped."""
    across = tl.cdiv(S, BLOCK_S)
    n = number // across * BLOCK_N + tl.arange(0, BLOCK_N)[:, None, None]
    s = number % across * BLOCK_S + tl.arange(0, BLOCK_S)[None, None, :]
    return (n.to(tl.int64) * C + c) * S + s, (n < N) & (c < C) & (s < S)


@triton.jit
def merged(count, mean, m2, axis: tl.constexpr):
    """Merge counts, means and sums of squared deviations along an axis.

    Source: Chan, Golub and LeVeque (1983), for any number of parts at once.
    """
    total = tl.sum(count, axis, keep_dims=True)
    middle = tl.sum(count * mean, axis, keep_dims=True) / tl.maximum(total, 1)
    apart = mean - middle
    return total, middle, tl.sum(m2 + count * apart * apart, axis, keep_dims=True)


@triton.jit
def partial_statistics(
    x_ptr, part_ptr, N, C, S,
    BLOCK_N: tl.constexpr, BLOCK_C: tl.constexpr, BLOCK_S: tl.constexpr,
):  # fmt: skip
    """Store count, mean (from the first number on) and m2 of this program's tiles.

    Each place of the tile follows its own numbers by Welford's (1962) recursion; the
    places are merged at the end. Program p takes the tiles p, p + P, p + 2 P, …

    x: (N, C, S); part: (3, P, C), in the type that sums are kept in.
    """
    c, existing = channels(C, BLOCK_C)
    p, P = tl.program_id(1), tl.num_programs(1)
    kept = part_ptr.dtype.element_ty
    first = tl.load(x_ptr + c * S, mask=existing, other=0).to(kept)
    count = tl.zeros((BLOCK_N, BLOCK_C, BLOCK_S), kept)
    mean = tl.zeros((BLOCK_N, BLOCK_C, BLOCK_S), kept)
    m2 = tl.zeros((BLOCK_N, BLOCK_C, BLOCK_S), kept)
    for number in range(p, tl.cdiv(N, BLOCK_N) * tl.cdiv(S, BLOCK_S), P):
        place, exists = tile_at(number, c, N, C, S, BLOCK_N, BLOCK_C, BLOCK_S)
        x = tl.load(x_ptr + place, mask=exists, other=0).to(kept) - first
        count += exists.to(kept)
        step = tl.where(exists, x - mean, 0)
        mean += step / tl.maximum(count, 1)
        m2 += step * (x - mean)
    count, mean, m2 = merged(count, mean, m2, 2)
    count, mean, m2 = merged(count, mean, m2, 0)
    tl.store(part_ptr + p * C + c, count, mask=existing)
    tl.store(part_ptr + (P + p) * C + c, mean, mask=existing)
    tl.store(part_ptr + (2 * P + p) * C + c, m2, mask=existing)


@triton.jit
def normalize(
    x_ptr, residual_ptr, gamma_ptr, beta_ptr, part_ptr, y_ptr, saved_ptr,
    eps, N, C, S,
    BLOCK_N: tl.constexpr, BLOCK_C: tl.constexpr, BLOCK_S: tl.constexpr,
    BLOCK_P: tl.constexpr, RESIDUAL: tl.constexpr, RELU: tl.constexpr,
):  # fmt: skip
    """Store y = gamma * x_hat + beta, then + residual, then ReLU, where asked for.

    Every program merges the P parts of its channels for itself: that is cheaper than a
    third kernel. The tiles are walked backwards, because the last ones that
    ``partial_statistics`` has read may still be in the cache.

    x, residual, y: (N, C, S); gamma, beta: (C,); part: (3, P, C), P <= BLOCK_P;
    saved: (3, C) for first number, mean from there on, and variance (divides by N * S).
    """
    c, existing = channels(C, BLOCK_C)
    p, P = tl.program_id(1), tl.num_programs(1)
    kept = part_ptr.dtype.element_ty
    first = tl.load(x_ptr + c * S, mask=existing, other=0).to(kept)
    part = tl.arange(0, BLOCK_P)[:, None, None]
    there = (part < P) & existing
    count = tl.load(part_ptr + part * C + c, mask=there, other=0)
    means = tl.load(part_ptr + (P + part) * C + c, mask=there, other=0)
    m2 = tl.load(part_ptr + (2 * P + part) * C + c, mask=there, other=0)
    count, mean, m2 = merged(count, means, m2, 0)
    var = m2 / (N * S)
    if p == 0:
        tl.store(saved_ptr + c, first, mask=existing)
        tl.store(saved_ptr + C + c, mean, mask=existing)
        tl.store(saved_ptr + 2 * C + c, var, mask=existing)
    scale = tl.load(gamma_ptr + c, mask=existing, other=0) / tl.sqrt(var + eps)
    shift = tl.load(beta_ptr + c, mask=existing, other=0)
    tiles = tl.cdiv(N, BLOCK_N) * tl.cdiv(S, BLOCK_S)
    for number in range(p, tiles, P):
        place, exists = tile_at(
            tiles - 1 - number, c, N, C, S, BLOCK_N, BLOCK_C, BLOCK_S
        )
        x = tl.load(x_ptr + place, mask=exists, other=0).to(kept)
        y = scale * (x - first - mean) + shift
        if RESIDUAL:
            y += tl.load(residual_ptr + place, mask=exists, other=0).to(kept)
        if RELU:
            y = tl.maximum(y, 0)
        tl.store(y_ptr + place, y, mask=exists)
