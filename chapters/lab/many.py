"""Train many small networks side by side: one for each seed and each learning rate.

All have the same shape, and every tensor has the network as its first axis, so that
one product of stacked matrices serves all networks: several times faster than one
network after the other. They do not see each other. The gradient of the sum of their
losses is, in the parameters of one network, the gradient of its own loss.

Inside the networks a sample is a column: the batch is the last axis.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch.nn import functional

from lab.data import Digits, batches

torch.set_num_threads(1)

Act = Callable[[torch.Tensor], torch.Tensor]


class BatchNorm:
    """Hold gamma, beta (nets, width) and the running statistics of one layer each."""

    def __init__(self, nets: int, width: int) -> None:
        self.gamma = torch.ones(nets, width, requires_grad=True)
        self.beta = torch.zeros(nets, width, requires_grad=True)
        self.kept_mean = torch.zeros(nets * width)
        self.kept_var = torch.ones(nets * width)

    def __call__(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        """Return PyTorch's batch normalization of x (nets, width, m) over m."""
        flat = functional.batch_norm(
            x.reshape(1, -1, x.shape[-1]),
            self.kept_mean,
            self.kept_var,
            self.gamma.flatten(),
            self.beta.flatten(),
            training,
        )
        return flat.view(x.shape)


class Nets:
    """Hold fully connected networks of one shape, one for each of ``seeds``.

    ``widths`` runs from the input to the classes. A weight is normal with standard
    deviation ``gain / sqrt(inputs)``; ``gain`` is one number, or one for each
    network, and 1 in the last layer. The same seed gives the same weights with and
    without normalization.
    """

    def __init__(
        self,
        widths: Sequence[int],
        seeds: Sequence[int],
        batch_norm: bool,
        act: Act = torch.relu,
        gain: float | Sequence[float] = 2**0.5,
    ) -> None:
        self.act, self.seeds = act, [int(seed) for seed in seeds]
        gains = np.broadcast_to(gain, len(self.seeds))[:, None, None]
        self.weights = [
            torch.tensor(self._normal(layer, *shape)).float()
            for layer, shape in enumerate(pairwise(widths))
        ]
        for hidden in self.weights[:-1]:
            hidden *= torch.tensor(gains)
        self.biases = [torch.zeros(len(self.seeds), n, 1) for n in widths[1:]]
        for parameter in self.weights + self.biases:
            parameter.requires_grad_()
        normed = widths[1:-1] if batch_norm else []
        self.norms = [BatchNorm(len(self.seeds), n) for n in normed]

    def _normal(self, layer: int, fan_in: int, fan_out: int) -> np.ndarray:
        """Return weights (nets, fan_out, fan_in) with variance 1 / fan_in."""
        draws = {
            seed: np.random.default_rng([seed, layer]).normal(size=(fan_out, fan_in))
            for seed in set(self.seeds)
        }
        return np.stack([draws[seed] for seed in self.seeds]) / np.sqrt(fan_in)

    def parameters(self) -> list[torch.Tensor]:
        """Return all parameters; the first axis of each is the network."""
        scales = [part for norm in self.norms for part in (norm.gamma, norm.beta)]
        return self.weights + self.biases + scales

    def passes(
        self, x: torch.Tensor, training: bool = False
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield for each layer W x + b, and what enters its nonlinearity.

        ``x`` is (nets, m, features); what is yielded is (nets, width, m). The two
        differ where there is a normalization; the last are the logits.
        """
        x = x.transpose(1, 2)
        for layer, weight in enumerate(self.weights):
            raw = x = torch.baddbmm(self.biases[layer], weight, x)
            if layer < len(self.norms):
                x = self.norms[layer](raw, training)
            yield raw, x
            x = self.act(x)

    def logits(self, x: torch.Tensor, training: bool = False) -> torch.Tensor:
        """Return the logits (nets, classes, m) for ``x`` (nets, m, features)."""
        return [entering for _, entering in self.passes(x, training)][-1]

    @contextmanager
    def averages_kept(self) -> Iterator[None]:
        """Undo, on leaving, what passes in training mode do to running averages."""
        before = [(norm.kept_mean, norm.kept_var) for norm in self.norms]
        for norm in self.norms:
            norm.kept_mean, norm.kept_var = (
                norm.kept_mean.clone(),
                norm.kept_var.clone(),
            )
        yield
        for norm, (mean, var) in zip(self.norms, before, strict=True):
            norm.kept_mean, norm.kept_var = mean, var

    def losses(self, x: torch.Tensor, y: torch.Tensor, training: bool) -> torch.Tensor:
        """Return the cross-entropy of each network (nets,); ``y`` is (nets, m)."""
        logits = self.logits(x, training)
        return functional.cross_entropy(logits, y, reduction="none").mean(1)

    def gradients(self, x: torch.Tensor, y: torch.Tensor) -> list[torch.Tensor]:
        """Return the gradients of the losses in training mode, as ``parameters``."""
        return torch.autograd.grad(self.losses(x, y, True).sum(), self.parameters())

    @torch.no_grad()
    def accuracy(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return each network's share of right answers in evaluation mode (nets,)."""
        right = []
        # In pieces: what all networks make of all images does not fit the cache.
        for images, digit in zip(
            torch.tensor(x).float().split(100), torch.tensor(y).split(100), strict=True
        ):
            everybody = images.expand(len(self.seeds), *images.shape)
            right.append(self.logits(everybody).argmax(1) == digit)
        return torch.cat(right, dim=1).float().mean(1).numpy()


def along(values: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """Shape ``values`` (nets,) to multiply ``parameter`` network by network."""
    return values.view(-1, *[1] * (parameter.dim() - 1))


class Stream:
    """Serve shuffled batches of the training images: the same for the same seed."""

    def __init__(self, data: Digits, seeds: Sequence[int], size: int) -> None:
        self.x = torch.tensor(data.train_x).float()
        self.y = torch.tensor(data.train_y)
        rows = np.arange(len(self.y))
        self.seeds = list(seeds)
        self.rows = {
            seed: batches(rows, rows, size, np.random.default_rng([seed, 99]))
            for seed in set(self.seeds)
        }

    def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
        now = {seed: next(rows)[0] for seed, rows in self.rows.items()}
        rows = torch.tensor(np.stack([now[seed] for seed in self.seeds]))
        return self.x[rows], self.y[rows]


@contextmanager
def without_tiny_numbers() -> Iterator[None]:
    """Take numbers below 1e-38 for 0: dying networks make many, and they are slow."""
    torch.set_flush_denormal(True)
    yield
    torch.set_flush_denormal(False)


@without_tiny_numbers()
def train(
    nets: Nets,
    data: Digits,
    rates: Sequence[float],
    steps: int,
    size: int = 50,
    every: int = 10,
    watch: Callable[[int], None] = lambda step: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Take ``steps`` steps of plain gradient descent, each network at its own rate.

    Return the steps (T,) at which the networks were tested, every ``every`` steps
    and at the end, and the test accuracy in evaluation mode (T, nets). ``watch`` is
    called at the same steps.
    """
    stream, speeds = Stream(data, nets.seeds, size), torch.tensor(rates).float()
    parameters, tested, accuracy = nets.parameters(), [], []
    for step in range(steps + 1):
        if step % every == 0 or step == steps:
            tested.append(step)
            accuracy.append(nets.accuracy(data.test_x, data.test_y))
            watch(step)
        if step < steps:
            gradients = nets.gradients(*next(stream))
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter -= along(speeds, parameter) * gradient
    return np.array(tested), np.array(accuracy)


@dataclass(frozen=True)
class Sweep:
    """Hold the test accuracy (T, rates, seeds) at ``steps`` (T,) for each rate."""

    rates: np.ndarray
    steps: np.ndarray
    accuracy: np.ndarray
    nets: Nets

    def steps_to(self, target: float) -> np.ndarray:
        """Return when each network was first seen at ``target``; inf if never."""
        reached = self.accuracy >= target
        first = self.steps[reached.argmax(axis=0)].astype(float)
        return np.where(reached.any(axis=0), first, np.inf)

    def fastest(self, target: float) -> int:
        """Return the place of the rate whose median of ``steps_to`` is smallest."""
        return int(np.median(self.steps_to(target), axis=1).argmin())


def sweep(
    widths: Sequence[int],
    batch_norm: bool,
    data: Digits,
    rates: Sequence[float],
    seeds: Sequence[int],
    steps: int,
    act: Act = torch.relu,
    gain: float = 2**0.5,
    size: int = 50,
    every: int = 10,
) -> Sweep:
    """Train one network for every pair of a rate and a seed."""
    everyone = np.tile(seeds, len(rates))
    nets = Nets(widths, everyone, batch_norm, act, gain)
    own = np.repeat(rates, len(seeds))
    tested, accuracy = train(nets, data, own, steps, size, every)
    shape = (len(tested), len(rates), len(seeds))
    return Sweep(np.array(rates), tested, accuracy.reshape(shape), nets)
