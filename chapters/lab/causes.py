"""Test the explanations of batch normalization by training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lab.data import Digits
from lab.many import BatchNorm, Nets, Stream, along, train


class ShakenBatchNorm(BatchNorm):
    """Normalize, and then move and stretch every unit at random, anew at each step.

    In training mode the output is multiplied by exp(a s / 2) and a t is added, with s
    and t standard normal, drawn for each unit and each step, and a the strength of
    the shaking in each network. Evaluation mode leaves the output alone.
    """

    def __init__(self, nets: int, width: int, strength: torch.Tensor) -> None:
        super().__init__(nets, width)
        self.strength = strength
        self.generator = torch.Generator().manual_seed(width)

    def __call__(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        """Return the shaken normalization of x (nets, width, m)."""
        y = super().__call__(x, training)
        if not training:
            return y
        s, t = torch.randn(2, *y.shape[:2], 1, generator=self.generator)
        return y * (self.strength * s / 2).exp() + self.strength * t


def shaken(
    widths: Sequence[int], seeds: Sequence[int], strength: Sequence[float]
) -> Nets:
    """Return networks whose normalizations are followed by random shifts."""
    nets = Nets(widths, seeds, batch_norm=True)
    own = torch.tensor(strength).float()[:, None, None]
    nets.norms = [ShakenBatchNorm(len(own), width, own) for width in widths[1:-1]]
    return nets


class GroupedBatchNorm(BatchNorm):
    """Normalize over groups of ``size`` samples of the batch: noisier statistics."""

    def __init__(self, nets: int, width: int, size: int, batch: int) -> None:
        super().__init__(nets, width)
        self.groups = batch // size
        self.kept_mean = self.kept_mean.repeat_interleave(self.groups)
        self.kept_var = self.kept_var.repeat_interleave(self.groups)

    def __call__(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        """Return the normalization of x (nets, width, m); evaluation is as usual."""
        count = self.groups if training else 1
        mean, var = self.kept_mean, self.kept_var
        if not training:
            mean, var = (part.view(-1, self.groups).mean(1) for part in (mean, var))
        flat = torch.nn.functional.batch_norm(
            x.reshape(1, self.gamma.numel() * count, -1),
            mean,
            var,
            self.gamma.flatten().repeat_interleave(count),
            self.beta.flatten().repeat_interleave(count),
            training,
        )
        return flat.view(x.shape)


def grouped(widths: Sequence[int], seeds: Sequence[int], size: int, batch: int) -> Nets:
    """Return networks that normalize over groups of ``size`` samples of a batch."""
    nets = Nets(widths, seeds, batch_norm=True)
    nets.norms = [
        GroupedBatchNorm(len(nets.seeds), width, size, batch) for width in widths[1:-1]
    ]
    return nets


class PartialBatchNorm(BatchNorm):
    """Do only a part: subtract the mean, or divide by the standard deviation.

    The deviation is measured from the mean even where the mean is not subtracted.
    With both parts it is batch normalization, with neither only gamma and beta.
    """

    def __init__(self, nets: int, width: int, center: bool, scale: bool) -> None:
        super().__init__(nets, width)
        self.center, self.scale = center, scale

    def __call__(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        """Return the partial normalization of x (nets, width, m)."""
        shape, factor = (*x.shape[:2], 1), self.gamma.unsqueeze(2)
        mean = x.mean(2, keepdim=True) if training else self.kept_mean.view(shape)
        centered = x - mean
        if training:
            self.kept_mean = self.kept_mean.lerp(mean.detach().flatten(), 0.1)
        if self.scale:
            var = self.kept_var.view(shape)
            if training:
                var = centered.square().mean(2, keepdim=True)
                unbiased = var.detach().flatten() * x.shape[2] / (x.shape[2] - 1)
                self.kept_var = self.kept_var.lerp(unbiased, 0.1)
            factor = factor * (var + 1e-5).rsqrt()
        return (centered if self.center else x) * factor + self.beta.unsqueeze(2)


def partial(
    widths: Sequence[int],
    seeds: Sequence[int],
    center: bool,
    scale: bool,
    gain: float | Sequence[float] = 2**0.5,
) -> Nets:
    """Return ReLU networks with one part of batch normalization, both or neither."""
    nets = Nets(widths, seeds, batch_norm=True, gain=gain)
    nets.norms = [
        PartialBatchNorm(len(nets.seeds), width, center, scale)
        for width in widths[1:-1]
    ]
    return nets


@dataclass(frozen=True)
class Lookahead:
    """Hold what a gradient is worth after a step: arrays (times, sizes, seeds).

    ``loss`` is the loss after the step over the loss before; ``turn`` the length of
    the change of the gradient over the length of the gradient.
    """

    sizes: np.ndarray
    loss: np.ndarray
    turn: np.ndarray


def lookahead(
    data: Digits,
    nets: Nets,
    rate: float,
    sizes: Sequence[float],
    steps: int = 100,
    every: int = 10,
) -> Lookahead:
    """Train, and try steps of several ``sizes`` along the gradient of a fresh batch.

    The trial steps are taken from the same point, on the same batch, and undone.
    """
    stream, seen = Stream(data, [seed + 1000 for seed in nets.seeds], 50), []

    def watch(step: int) -> None:
        with nets.averages_kept():
            seen.append(_trials(nets, next(stream), sizes))

    train(nets, data, [rate] * len(nets.seeds), steps, every=every, watch=watch)
    loss, turn = (np.stack(part) for part in zip(*seen, strict=True))
    return Lookahead(np.array(sizes), loss, turn)


def _trials(
    nets: Nets, batch: tuple[torch.Tensor, torch.Tensor], sizes: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the relative loss and the relative change of gradient (sizes, nets)."""
    x, y = batch
    before, gradient = nets.losses(x, y, True).detach(), nets.gradients(x, y)
    norm, losses, turns = _length(gradient), [], []
    start = [parameter.detach().clone() for parameter in nets.parameters()]
    for size in sizes:
        _move(nets, [w - size * g for w, g in zip(start, gradient, strict=True)])
        losses.append(nets.losses(x, y, True).detach() / before)
        after = nets.gradients(x, y)
        turned = _length([a - g for a, g in zip(after, gradient, strict=True)])
        turns.append(turned / norm)
    _move(nets, start)
    return torch.stack(losses).numpy(), torch.stack(turns).numpy()


@torch.no_grad()
def _move(nets: Nets, values: list[torch.Tensor]) -> None:
    for parameter, value in zip(nets.parameters(), values, strict=True):
        parameter.copy_(value)


def _length(parts: list[torch.Tensor]) -> torch.Tensor:
    """Return the length of each network's vector (nets,)."""
    return (
        torch.stack([part.flatten(1).square().sum(1) for part in parts]).sum(0).sqrt()
    )


@dataclass(frozen=True)
class Growth:
    """Hold squared weight lengths (T, seeds), and what Pythagoras predicts for them."""

    steps: np.ndarray
    squared: np.ndarray
    predicted: np.ndarray
    turned: np.ndarray


def growth(
    data: Digits,
    widths: Sequence[int],
    seeds: Sequence[int],
    rate: float,
    steps: int,
    layer: int = 1,
    gain: float = 2**0.5,
) -> Growth:
    """Train, and compare the growth of one layer's weights with the sum of squares.

    The gradient is perpendicular to the weights, so each step should add the square
    of its own length. ``turned`` (steps, seeds) is the angle of each step in degrees.
    """
    nets = Nets(widths, seeds, True, gain=gain)
    stream, weight = Stream(data, nets.seeds, 50), nets.weights[layer]
    rates = torch.full((len(nets.seeds),), rate)
    squared, added, turned = [_squared(weight)], [], []
    for _ in range(steps):
        gradients = nets.gradients(*next(stream))
        added.append(rate**2 * _squared(gradients[layer]))
        old = weight.detach().clone()
        with torch.no_grad():
            for parameter, gradient in zip(nets.parameters(), gradients, strict=True):
                parameter -= along(rates, parameter) * gradient
        cosine = torch.cosine_similarity(old.flatten(1), weight.detach().flatten(1))
        turned.append(np.degrees(np.arccos(np.clip(cosine.numpy(), -1, 1))))
        squared.append(_squared(weight))
    predicted = squared[0] + np.cumsum([np.zeros_like(squared[0]), *added], axis=0)
    return Growth(np.arange(steps + 1), np.array(squared), predicted, np.array(turned))


def _squared(weight: torch.Tensor) -> np.ndarray:
    return weight.detach().double().flatten(1).square().sum(1).numpy()
