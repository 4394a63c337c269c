"""What is timed against each other: the course's kernels and PyTorch's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch.nn import functional

from autograder.gpu import function

OWN = "ours"
EPS = 1e-5

Work = Callable[[], Any]


@dataclass(frozen=True)
class Batch:
    """The tensors of one case; ``y`` is what a copy writes to."""

    x: torch.Tensor
    gamma: torch.Tensor
    beta: torch.Tensor
    residual: torch.Tensor
    dy: torch.Tensor
    y: torch.Tensor


def drawn(shape: tuple[int, ...], dtype: torch.dtype, device: str) -> Batch:
    """Draw a batch with mean 3 and standard deviation 1; parameters in float32."""
    torch.manual_seed(0)
    x = torch.randn(shape, device=device).add_(3).to(dtype)
    gamma, beta = torch.randn(2, shape[1], device=device)
    residual, dy = (torch.randn(shape, device=device).to(dtype) for _ in range(2))
    return Batch(x, gamma, beta, residual, dy, torch.empty_like(x))


def torch_forward(b: Batch, add: bool = False, relu: bool = False) -> torch.Tensor:
    """Run PyTorch's operations in sequence, in place where that is usual."""
    y = functional.batch_norm(b.x, None, None, b.gamma, b.beta, True, 0.0, EPS)
    y = y.add_(b.residual) if add else y
    return y.relu_() if relu else y


def our_forward(b: Batch, add: bool = False, relu: bool = False) -> torch.Tensor:
    """Run the course's fused kernels."""
    residual = b.residual if add else None
    return function.batch_norm(b.x, b.gamma, b.beta, EPS, residual, relu)[0]


def by_channel_forward(b: Batch) -> torch.Tensor:
    """Run the course's kernel with one program per channel."""
    return function.forward_by_channel(b.x, b.gamma, b.beta, EPS)[0]


def by_channel_backward(b: Batch) -> Work:
    """Return the backward pass with one program per channel."""
    _, mean, var = function.forward_by_channel(b.x, b.gamma, b.beta, EPS)
    return lambda: function.backward_by_channel(b.x, b.gamma, mean, var, b.dy, EPS)


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``torch.compile`` of a function."""
    made: Callable[..., Any] = torch.compile(function)
    return made


@contextmanager
def native() -> Iterator[None]:
    """Have PyTorch take its own kernels instead of cuDNN's."""
    with torch.backends.cudnn.flags(enabled=False):
        yield


def works(b: Batch, kind: str, with_compile: bool = True) -> dict[str, Work]:
    """Return the candidates for a kind of pass, by name; ``copy`` is the roofline."""
    found: dict[str, Work] = {"copy": lambda: b.y.copy_(b.x)}
    if kind == "backward":
        return found | _backwards(b, with_compile)
    add, relu = "add" in kind, "ReLU" in kind
    found[OWN] = lambda: our_forward(b, add, relu)
    if kind == "forward":
        found["one program a channel"] = lambda: by_channel_forward(b)
    found["eager"] = lambda: torch_forward(b, add, relu)
    found["eager without cuDNN"] = lambda: _natively(b, add, relu)
    if with_compile:
        found["torch.compile"] = lambda: compiled(torch_forward)(b, add, relu)
    return found


def _natively(b: Batch, add: bool, relu: bool) -> torch.Tensor:
    with native():
        return torch_forward(b, add, relu)


def _backwards(b: Batch, with_compile: bool) -> dict[str, Work]:
    made = {
        OWN: _gradient(b, our_forward),
        "one program a channel": by_channel_backward(b),
        "eager": _gradient(b, torch_forward),
        "eager without cuDNN": _gradient(b, torch_forward, native()),
    }
    if with_compile:
        made["torch.compile"] = _gradient(b, compiled(torch_forward))
    return made


def _gradient(b: Batch, forward: Callable[..., Any], within: Any = None) -> Work:
    """Run ``forward`` once; return the work of its backward pass alone."""
    inputs = [a.clone().requires_grad_() for a in (b.x, b.gamma, b.beta)]
    leaves = Batch(*inputs, b.residual, b.dy, b.y)
    with torch.enable_grad(), within or nullcontext():
        y = forward(leaves)
    return lambda: torch.autograd.grad(y, inputs, b.dy, retain_graph=True)


def exact(b: Batch, kind: str, channels: int) -> torch.Tensor:
    """Return y, or dx, of the first channels, computed in float64."""
    x, residual, dy = (a[:, :channels].double() for a in (b.x, b.residual, b.dy))
    gamma, beta = (a[:channels].double() for a in (b.gamma, b.beta))
    part = Batch(x.requires_grad_(), gamma, beta, residual, dy, x)
    y = torch_forward(part, "add" in kind, "ReLU" in kind)
    if kind == "backward":
        return torch.autograd.grad(y, x, dy)[0]
    return y.detach()
