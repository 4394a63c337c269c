"""Measure the four benefits that are claimed for batch normalization, and depth.

The networks are fully connected, trained on the digits with plain gradient descent.
Every comparison gives both sides the same weights, batches and grid of learning rates.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from lab.data import Digits
from lab.many import Act, Nets, Stream, Sweep, sweep, train

HE = 2**0.5


def subset(data: Digits, images: int) -> Digits:
    """Return ``data`` with only its first ``images`` training images."""
    return replace(data, train_x=data.train_x[:images], train_y=data.train_y[:images])


def held_out(data: Digits, images: int, result: Sweep) -> np.ndarray:
    """Return the accuracy (rates, seeds) on training images that were not used."""
    rest = result.nets.accuracy(data.train_x[images:], data.train_y[images:])
    return rest.reshape(len(result.rates), -1)


def step_seconds(
    widths: Sequence[int], batch_norm: bool, data: Digits, steps: int = 60
) -> float:
    """Return the processor seconds of one training step of five networks, median."""
    nets, taken = Nets(widths, range(5), batch_norm), []
    stream = Stream(data, nets.seeds, size=50)
    for _ in range(steps):
        x, y = next(stream)
        start = time.process_time()
        nets.gradients(x, y)
        taken.append(time.process_time() - start)
    return float(np.median(taken))


@dataclass(frozen=True)
class Motion:
    """Hold how the inputs of one layer's nonlinearities move; S seeds, T times.

    ``raw`` is W x + b and ``entering`` what enters the nonlinearity, which differs
    from it where there is a normalization. Each is (T - 1, S): by how much a unit's
    mean over fixed images moves between two observations, in units of its standard
    deviation over these images; the median over the units.
    """

    steps: np.ndarray
    raw: np.ndarray
    entering: np.ndarray
    accuracy: np.ndarray


def motion(
    data: Digits,
    nets: Nets,
    rate: float,
    layer: int,
    steps: int = 200,
    every: int = 10,
) -> Motion:
    """Train, and watch the inputs of hidden layer ``layer`` (from 1) in training mode.

    The observations are over all test images and leave the running averages alone.
    """
    count, seen = len(nets.seeds), []
    images = torch.tensor(data.test_x).float().expand(count, *data.test_x.shape)

    def watch(step: int) -> None:
        with torch.no_grad(), nets.averages_kept():
            pair = list(nets.passes(images, training=True))[layer - 1]
        seen.append([(part.mean(2).numpy(), part.std(2).numpy()) for part in pair])

    tested, accuracy = train(
        nets, data, [rate] * count, steps, every=every, watch=watch
    )
    raw, entering = (_moved([one[part] for one in seen]) for part in (0, 1))
    return Motion(tested, raw, entering, accuracy[-1])


def _moved(seen: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    mean, std = (np.stack(column) for column in zip(*seen, strict=True))
    return np.median(np.abs(np.diff(mean, axis=0)) / std[:-1], axis=2)


def starts(
    data: Digits,
    batch_norm: bool,
    scales: Sequence[float],
    rates: Sequence[float],
    seeds: Sequence[int],
    hidden: Sequence[int] = (32,) * 6,
    steps: int = 80,
) -> np.ndarray:
    """Return the test accuracy (scales, rates, seeds) from weights of other sizes.

    A scale multiplies the hidden layers' weights, which are He's at scale 1.
    """
    shape = (len(scales), len(rates), len(seeds))
    scale, rate, seed = (
        grid.ravel() for grid in np.meshgrid(scales, rates, seeds, indexing="ij")
    )
    nets = Nets((64, *hidden, 10), seed, batch_norm, torch.relu, HE * scale)
    _, accuracy = train(nets, data, rate, steps, every=steps)
    return accuracy[-1].reshape(shape)


def gradient_lengths(
    data: Digits,
    depth: int,
    batch_norm: bool,
    act: Act,
    gain: float,
    seeds: Sequence[int],
    width: int = 100,
    size: int = 256,
) -> np.ndarray:
    """Return the gradient's length at each hidden layer before training (depth, S).

    It is the gradient of the loss of one batch with respect to what enters the
    layer's nonlinearities.
    """
    nets = Nets((64, *[width] * depth, 10), seeds, batch_norm, act, gain)
    x, y = next(Stream(data, nets.seeds, size))
    entering = [part for _, part in nets.passes(x, training=True)]
    loss = torch.nn.functional.cross_entropy(entering[-1], y, reduction="sum") / size
    found = torch.autograd.grad(loss, entering[:-1])
    # In double precision: the squares of the smallest would vanish in single.
    return torch.stack([part.double().flatten(1).norm(dim=1) for part in found]).numpy()


def depths(
    data: Digits,
    batch_norm: bool,
    layers: Sequence[int],
    rates: Sequence[float],
    seeds: Sequence[int],
    width: int = 32,
    steps: int = 100,
) -> np.ndarray:
    """Return the test accuracy (depths, rates, seeds) of plain nets of ReLU layers."""
    return np.stack(
        [
            sweep(
                (64, *[width] * depth, 10),
                batch_norm,
                data,
                rates,
                seeds,
                steps,
                every=steps,
            ).accuracy[-1]
            for depth in layers
        ]
    )
