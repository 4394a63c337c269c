"""Batch normalization as an autograd Function whose passes are the split kernels."""

from __future__ import annotations

from typing import Any

import torch
import triton  # type: ignore[import-untyped]

from autograder.gpu import by_channel, split, split_backward
from autograder.gpu.plan import WARPS, Plan, plan

#: Where the interpreter stands in for a GPU, programs run one after another.
INTERPRETED_PROCESSORS = 1
#: Numbers that a program of ``by_channel`` takes at a time.
BLOCK = 1024

NO_GPU = (
    "The Triton kernels were given a tensor on {device}. They need a CUDA device, or "
    "TRITON_INTERPRET=1 in the environment before triton is imported: then they run "
    "on the CPU, slowly and exactly."
)

Tensor = torch.Tensor


def batch_norm(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    eps: float = 1e-5,
    residual: Tensor | None = None,
    relu: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """Normalize x in training mode; return y, and the batch's mean and variance.

    y = gamma * (x - mean) / sqrt(var + eps) + beta, then + residual, then ReLU, where
    asked for. var divides by the N * H * W numbers of a channel. Autograd gets the
    gradients of x, gamma, beta and residual; mean and var are for running statistics
    and carry none.

    x, residual: (N, C, …), contiguous or channels last; gamma, beta: (C,).
    Raises ValueError where there is neither a GPU nor the interpreter.
    """
    y, saved = _BatchNorm.apply(x, gamma, beta, residual, eps, relu)  # type: ignore[no-untyped-call]
    return y, saved[0] + saved[1], saved[2]


class _BatchNorm(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        gamma: Tensor,
        beta: Tensor,
        residual: Tensor | None,
        eps: float,
        relu: bool,
    ) -> tuple[Tensor, Tensor]:
        x = dense(x)
        residual = None if residual is None else like(residual, x)
        y, saved = forward(x, gamma, beta, residual, eps, relu)
        ctx.save_for_backward(x, gamma, beta, residual, saved)
        ctx.mark_non_differentiable(saved)
        ctx.eps, ctx.relu = eps, relu
        return y, saved

    @staticmethod
    def backward(ctx: Any, dy: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:
        x, gamma, beta, residual, saved = ctx.saved_tensors
        dy = like(dy, x)
        dx, dgamma, dbeta, dresidual = backward(
            x, gamma, beta, residual, saved, dy, ctx.eps, ctx.relu
        )
        return dx, dgamma, dbeta, dresidual, None, None


def forward(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    residual: Tensor | None,
    eps: float,
    relu: bool,
    cut: Plan | None = None,
) -> tuple[Tensor, Tensor]:
    """Run the two kernels of the forward pass; return y and what backward needs.

    ``x`` is dense, ``residual`` has its strides; ``cut`` is the plan, if not the usual.
    """
    cut = cut or planned(x)
    part = x.new_empty((3, cut.parts, cut.c), dtype=kept(x))
    saved = x.new_empty((3, cut.c), dtype=kept(x))
    y = torch.empty_like(x)
    split.partial_statistics[cut.grid](x, part, *cut.sizes, num_warps=WARPS)
    split.normalize[cut.grid](
        x,
        x if residual is None else residual,
        gamma,
        beta,
        part,
        y,
        saved,
        eps,
        *cut.sizes,
        cut.block_parts,
        residual is not None,
        relu,
        num_warps=WARPS,
    )
    return y, saved


def backward(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    residual: Tensor | None,
    saved: Tensor,
    dy: Tensor,
    eps: float,
    relu: bool,
    cut: Plan | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """Run the two kernels of the backward pass; return the gradients.

    Arguments as for :func:`forward`; ``dy`` has the strides of ``x``.
    """
    cut = cut or planned(x)
    part = x.new_empty((2, cut.parts, cut.c), dtype=kept(x))
    dx = torch.empty_like(x)
    dresidual = None if residual is None else torch.empty_like(x)
    dgamma, dbeta = torch.empty_like(gamma), torch.empty_like(beta)
    inputs = (x, x if residual is None else residual, dy, gamma, beta, saved, part)
    flags = (residual is not None, relu)
    split_backward.partial_gradients[cut.grid](
        *inputs, eps, *cut.sizes, *flags, num_warps=WARPS
    )
    split_backward.input_gradient[cut.grid](
        *inputs,
        dx,
        dx if dresidual is None else dresidual,
        dgamma,
        dbeta,
        eps,
        *cut.sizes,
        cut.block_parts,
        *flags,
        num_warps=WARPS,
    )
    return dx, dgamma, dbeta, dresidual


def forward_by_channel(
    x: Tensor, gamma: Tensor, beta: Tensor, eps: float, block: int = BLOCK
) -> tuple[Tensor, Tensor, Tensor]:
    """Run the kernel with one program per channel; return y, mean and variance."""
    n, c, s = _sizes(x)
    y = torch.empty_like(x)
    mean, var = (x.new_empty((c,), dtype=kept(x)) for _ in range(2))
    by_channel.forward[(c,)](x, gamma, beta, y, mean, var, eps, n, c, s, block)
    return y, mean, var


def backward_by_channel(
    x: Tensor,
    gamma: Tensor,
    mean: Tensor,
    var: Tensor,
    dy: Tensor,
    eps: float,
    block: int = BLOCK,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run the kernel with one program per channel; return dx, dgamma and dbeta."""
    n, c, s = _sizes(x)
    dx, dgamma, dbeta = (torch.empty_like(a) for a in (x, gamma, gamma))
    arguments = (x, dy, gamma, mean, var, dx, dgamma, dbeta, eps, n, c, s, block)
    by_channel.backward[(c,)](*arguments)
    return dx, dgamma, dbeta


def dense(x: Tensor) -> Tensor:
    """Return x contiguous or channels last, as it is if it is one of them."""
    return x if x.is_contiguous() or _channels_last(x) else x.contiguous()


def like(x: Tensor, other: Tensor) -> Tensor:
    """Return x with the strides of ``other``."""
    return x if x.stride() == other.stride() else torch.empty_like(other).copy_(x)


def kept(x: Tensor) -> torch.dtype:
    """Return the type in which sums over x are kept: never less than float32."""
    return torch.float64 if x.dtype == torch.float64 else torch.float32


def planned(x: Tensor) -> Plan:
    """Return how x is cut on its device; x is dense."""
    if x.is_cuda:
        properties = torch.cuda.get_device_properties(x.device)
        return plan(*_sizes(x), properties.multi_processor_count)
    return plan(*_sizes(x), INTERPRETED_PROCESSORS)


def _sizes(x: Tensor) -> tuple[int, int, int]:
    """Return x's samples, channels and positions, as its numbers lie in memory."""
    if not x.is_cuda and not triton.knobs.runtime.interpret:
        raise ValueError(NO_GPU.format(device=x.device))
    n, c = x.shape[:2]
    if x.is_contiguous():
        return n, c, x[0, 0].numel() if n and c else 0
    return x.numel() // c, c, 1


def _channels_last(x: Tensor) -> bool:
    return x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last)
