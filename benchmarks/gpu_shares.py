"""The arithmetic of the GPU benchmark: medians, bytes, shares of what a copy reaches.

Batch normalization computes little and moves much: its speed is that of memory. The
roofline is therefore a copy of the same tensor, timed in the same rounds: it reads and
writes n numbers of b bytes, 2 n b in all. A pass that must move k n b bytes is at its
bound when it moves them at the copy's speed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

#: Times that x's numbers must pass: forward reads x twice and writes y, backward reads
#: x and dy twice and writes dx; ReLU costs nothing more, a residual is read once.
PASSES = {"forward": 3, "backward": 5, "forward, ReLU": 3, "forward, add, ReLU": 4}
#: The same where x (and dy) stay in the cache between the two readings.
CACHED_PASSES = {
    "forward": 2,
    "backward": 3,
    "forward, ReLU": 2,
    "forward, add, ReLU": 3,
}


@dataclass(frozen=True)
class Times:
    """Milliseconds of the rounds: the median, and where the middle 60 % lie."""

    median: float
    p20: float
    p80: float


def summary(milliseconds: Sequence[float]) -> Times:
    """Return median, 20th and 80th percentile of at least two rounds."""
    fifths = quantiles(milliseconds, n=5, method="inclusive")
    return Times(median(milliseconds), fifths[0], fifths[3])


def passes(kind: str, tensor_bytes: int, cache_bytes: int) -> int:
    """Return how often a tensor of that size must pass for a pass of that kind."""
    cached = tensor_bytes <= cache_bytes
    return CACHED_PASSES[kind] if cached else PASSES[kind]


def gigabytes_a_second(times_through: int, tensor_bytes: int, ms: float) -> float:
    """Return the speed at which ``times_through`` times the tensor was moved."""
    return times_through * tensor_bytes / ms / 1e6


def share(times_through: int, ms: float, copy_ms: float) -> float:
    """Return the speed as a part of the copy's, which moves the tensor twice."""
    return times_through / 2 * copy_ms / ms


def losses(own: str, kind: str, times: Mapping[str, Times]) -> list[str]:
    """Say which of the others was faster than ``own`` in a case."""
    mine = times[own].median
    return [
        f"{kind}: {name} is {mine / other.median:.2f} times as fast as {own}"
        for name, other in times.items()
        if name not in (own, "copy") and other.median < mine
    ]
