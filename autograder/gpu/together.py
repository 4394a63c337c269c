"""Batch normalization over a batch that is spread over several processes.

``torchrun --nproc-per-node=2 -m autograder.gpu.together`` gives two processes unequal
parts of one batch and compares them with the whole batch in one process. It needs no
GPU; with GPUs, ``torch.nn.SyncBatchNorm`` does the same by its own kernels.
"""

from __future__ import annotations

import os
from typing import Any

import torch
import torch.distributed as dist

Tensor = torch.Tensor
EPS = 1e-5
#: Rows of each process: unequal on purpose.
ROWS = (3, 7)
CHANNELS = 4


class SyncedBatchNorm(torch.autograd.Function):
    """Normalize this process's rows x (m, C) with the statistics of all rows.

    Every process must take part in both passes. dgamma and dbeta are those of the own
    rows: whoever sums the gradients of the processes sums these, too.
    Source: torch.nn.SyncBatchNorm; the merge is that of Chan et al. (1983).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        """Share count and mean, then the squares from the common mean: two messages."""
        count_and_sum = torch.cat([x.new_tensor([len(x)]), x.sum(0)])
        dist.all_reduce(count_and_sum)
        count, mean = count_and_sum[0], count_and_sum[1:] / count_and_sum[0]
        squares = ((x - mean) ** 2).sum(0)
        dist.all_reduce(squares)
        inv_std = 1 / torch.sqrt(squares / count + EPS)
        x_hat = (x - mean) * inv_std
        ctx.save_for_backward(x_hat, gamma, inv_std, count)
        return gamma * x_hat + beta

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Share the two sums of the backward pass: one message."""
        x_hat, gamma, inv_std, count = ctx.saved_tensors
        dgamma, dbeta = (dy * x_hat).sum(0), dy.sum(0)
        sums = torch.stack([dgamma, dbeta])
        dist.all_reduce(sums)
        mean_along, mean_dy = sums / count
        return gamma * inv_std * (dy - mean_dy - x_hat * mean_along), dgamma, dbeta


def whole() -> tuple[Tensor, ...]:
    """Draw the whole batch: x and dy (m, C), gamma and beta (C,)."""
    generator = torch.Generator().manual_seed(0)
    rows = sum(ROWS)
    x, dy = torch.randn(2, rows, CHANNELS, generator=generator, dtype=torch.float64)
    gamma, beta = torch.randn(2, CHANNELS, generator=generator, dtype=torch.float64)
    return 3 + 2 * x, dy, gamma, beta


def alone() -> list[Tensor]:
    """Return y, dx, dgamma and dbeta as one process gets them from PyTorch."""
    x, dy, *parameters = whole()
    leaves = [a.requires_grad_() for a in (x, *parameters)]
    y = torch.nn.functional.batch_norm(
        leaves[0], None, None, leaves[1], leaves[2], training=True, eps=EPS
    )
    return [y.detach(), *torch.autograd.grad(y, leaves, dy)]


def errors(rank: int) -> dict[str, float]:
    """Run this process's part; return how far it is from the whole batch alone."""
    x, dy, *parameters = whole()
    own = slice(sum(ROWS[:rank]), sum(ROWS[: rank + 1]))
    leaves = [a.requires_grad_() for a in (x[own].clone(), *parameters)]
    y = SyncedBatchNorm.apply(*leaves)  # type: ignore[no-untyped-call]
    dx, dgamma, dbeta = torch.autograd.grad(y, leaves, dy[own])
    for gradient in (dgamma, dbeta):
        dist.all_reduce(gradient)  # what DistributedDataParallel does, but for 1/world
    expected = alone()
    found = {"y": y - expected[0][own], "dx": dx - expected[1][own]}
    found |= {"dgamma": dgamma - expected[2], "dbeta": dbeta - expected[3]}
    x_alone = leaves[0].detach()
    plain = (x_alone - x_alone.mean(0)) / torch.sqrt(x_alone.var(0, correction=0) + EPS)
    found["y without sharing"] = plain * leaves[1] + leaves[2] - expected[0][own]
    return {name: float(error.abs().max()) for name, error in found.items()}


def main() -> None:
    """Join the other process, compare, and print a line for each result."""
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    if world != len(ROWS):
        raise SystemExit(f"Start {len(ROWS)} processes; there are {world}.")
    dist.init_process_group("gloo")
    try:
        found = errors(rank)
    finally:
        dist.destroy_process_group()
    for name, error in found.items():
        print(f"process {rank}, {ROWS[rank]} rows: {name} is off by {error:.1e}")


if __name__ == "__main__":
    main()
