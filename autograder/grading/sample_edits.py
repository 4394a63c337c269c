"""Mistakes in the made-up classes of exercises whose judged functions are given.

There the student writes a class or a kernel, and what the judge calls stands in cells
that are given. A slip, which is the reference changed, cannot be handed in; these are
the solution changed, each so that it gives the results of the slip it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One change of a solution: the text ``before`` replaced, and the slip it makes."""

    slip: str
    before: str
    after: str


EDITS: Mapping[str, tuple[Edit, ...]] = {
    "training": (
        Edit("remembered-momentum-fixed", ", self.momentum)\n", ", 0.1)\n"),
        Edit(
            "remembered-biased-running-variance",
            " * (x.shape[0] / (x.shape[0] - 1))",
            "",
        ),
        Edit(
            "modes-mode-from-gradients",
            "if self.training",
            "if torch.is_grad_enabled()",
        ),
        Edit(
            "start-variance-zero",
            'running_var", torch.ones',
            'running_var", torch.zeros',
        ),
        Edit("backward-mean-constant", "(x - mu)", "(x - mu.detach())"),
    ),
    "gpu": (
        Edit(
            "kernel-masked-lanes-are-centered",
            "tl.where(i < m, values - mu, 0.0)",
            "values - mu",
        ),
        Edit("kernel-mean-of-the-last-block", "sums +=", "sums ="),
        Edit(
            "kernel-backward-sums-not-means",
            "(beta_sum + normal * gamma_sum) / m",
            "(beta_sum + normal * gamma_sum)",
        ),
    ),
}
