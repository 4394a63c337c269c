"""Ask how many numbers enter a statistic, and for how many independent ones they count.

A channel's batch mean is taken over N images of H x W pixels, which are not
independent. The mean of N independent numbers of the channel would have the variance
of all pixels, divided by N. The batch mean, if the images are independent, has that of
the images' own means, divided by N. The quotient of the two says for how many
independent numbers one image counts.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


@torch.no_grad()
def norm_inputs(net: nn.Module, x: Tensor) -> list[np.ndarray]:
    """Return what enters each batch normalization in evaluation mode, (N, C, H, W)."""
    found: list[np.ndarray] = []
    hooks = [
        layer.register_forward_pre_hook(lambda _, args: found.append(args[0].numpy()))
        for layer in net.modules()
        if isinstance(layer, nn.BatchNorm2d)
    ]
    net.eval()
    net(x)
    for hook in hooks:
        hook.remove()
    return found


def worth(x: np.ndarray) -> float:
    """Return for how many independent numbers one image counts in a channel's mean.

    x: (N, C, H, W); the median over the channels that vary. It is 1 if all pixels of an
    image are the same and near H * W if they are independent. It is more than that if
    all images share a pattern, which adds to the variance of the pixels but not to that
    of the means.
    """
    between = x.mean(axis=(2, 3)).var(axis=0)
    total = x.var(axis=(0, 2, 3))
    varies = between > 0
    return float(np.median(total[varies] / between[varies]))


def mean_noise(
    x: np.ndarray, sizes: Sequence[int], draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return how much batch means scatter, in deviations of the channel: (sizes,).

    For each size, ``draws`` batches are drawn with replacement; the median over the
    channels that vary.
    """
    per_image, spread = x.mean(axis=(2, 3)), x.std(axis=(0, 2, 3))
    varies = spread > 0
    found = []
    for size in sizes:
        rows = rng.integers(0, len(x), (draws, size))
        scatter = per_image[rows].mean(axis=1).std(axis=0)  # (C,)
        found.append(np.median(scatter[varies] / spread[varies]))
    return np.array(found)


def enlarged(x: Tensor, factor: int) -> np.ndarray:
    """Return images with ``factor`` times as many rows and columns, interpolated."""
    mode = {"mode": "bilinear", "align_corners": False}
    return nn.functional.interpolate(x, scale_factor=factor, **mode).numpy()
