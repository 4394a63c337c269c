"""Measure what a batch normalization layer costs in PyTorch: bytes kept, and time."""

import time

import torch
from torch import nn

torch.set_num_threads(1)

Case = tuple[nn.Module, nn.Module, torch.Tensor]


def dense_case() -> Case:
    """Return Linear, ReLU without and with BatchNorm, and a batch for them."""
    x = torch.randn(128, 256)
    plain = nn.Sequential(nn.Linear(256, 256), nn.ReLU())
    normed = nn.Sequential(nn.Linear(256, 256), nn.BatchNorm1d(256), nn.ReLU())
    return plain, normed, x


def conv_case() -> Case:
    """Return Conv2d, ReLU without and with BatchNorm, and a batch for them."""
    x = torch.randn(16, 32, 16, 16)
    plain = nn.Sequential(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU())
    normed = nn.Sequential(
        nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()
    )
    return plain, normed, x


def kept_bytes(block: nn.Module, x: torch.Tensor) -> int:
    """Return the bytes of activations that autograd keeps for the backward pass.

    Each piece of memory counts once; parameters and the input do not count, because
    they exist anyway.
    """
    there = {x.data_ptr()} | {p.data_ptr() for p in block.parameters()}
    there |= {buffer.data_ptr() for buffer in block.buffers()}
    kept: dict[int, int] = {}

    def pack(saved: torch.Tensor) -> torch.Tensor:
        if saved.data_ptr() not in there:
            kept[saved.data_ptr()] = saved.numel() * saved.element_size()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        out = block(x)
    del out
    return sum(kept.values())


def step_seconds(block: nn.Module, x: torch.Tensor, repeats: int) -> float:
    """Return the processor seconds of one forward and backward pass.

    Processor time, because other programs on the machine cost wall time only.
    """
    start = time.process_time()
    for _ in range(repeats):
        block(x).sum().backward()
    return (time.process_time() - start) / repeats


def time_ratios(case: Case, rounds: int = 15, repeats: int = 10) -> list[float]:
    """Return (time with) / (time without), measured in turn, round after round."""
    plain, normed, x = case
    x = x.clone().requires_grad_(True)
    step_seconds(plain, x, 3), step_seconds(normed, x, 3)
    return [
        step_seconds(normed, x, repeats) / step_seconds(plain, x, repeats)
        for _ in range(rounds)
    ]
