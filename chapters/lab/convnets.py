"""Build and train small convolutional networks in PyTorch: one thread, fixed seeds.

Every network draws the weights of its convolutions in the same order from one seed, so
that networks with and without batch normalization start from the same weights.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lab.data import digits

torch.set_num_threads(1)

#: Build a network from a seed.
Build = Callable[[int], nn.Module]


@dataclass(frozen=True)
class Images:
    """Hold the digits as images (N, 1, 8, 8) with their labels (N,)."""

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor


def images() -> Images:
    """Load the digits, all pixels standardized by one mean and one deviation."""
    data = digits()
    centre, spread = data.train_x.mean(), data.train_x.std()
    pictures = [
        torch.tensor((x - centre) / spread, dtype=torch.float32).reshape(-1, 1, 8, 8)
        for x in (data.train_x, data.test_x)
    ]
    labels = [torch.tensor(y) for y in (data.train_y, data.test_y)]
    return Images(pictures[0], labels[0], pictures[1], labels[1])


def conv(fan_in: int, fan_out: int, norm: bool, stride: int = 1) -> nn.Sequential:
    """Return a 3 x 3 convolution, with batch normalization in the place of its bias."""
    layers: list[nn.Module] = [
        nn.Conv2d(fan_in, fan_out, 3, stride, padding=1, bias=not norm)
    ]
    return nn.Sequential(*layers, *([nn.BatchNorm2d(fan_out)] if norm else []))


class Residual(nn.Module):
    """Add two convolutions to what came in: relu(x + conv(relu(conv(x))))."""

    def __init__(self, width: int, norm: bool) -> None:
        super().__init__()
        first, second = conv(width, width, norm), conv(width, width, norm)
        self.branch = nn.Sequential(first, nn.ReLU(), second)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output, of the same shape as ``x``."""
        return torch.relu(x + self.branch(x))


def plain(depth: int, width: int, norm: bool, seed: int) -> nn.Sequential:
    """Stack ``depth`` convolutions with ReLU; the second halves height and width."""
    layers: list[nn.Module] = [conv(1, width, norm), nn.ReLU()]
    for level in range(1, depth):
        layers += [conv(width, width, norm, 2 if level == 1 else 1), nn.ReLU()]
    return _with_head(layers, width, seed)


def residual(blocks: int, width: int, norm: bool, seed: int) -> nn.Sequential:
    """Stack two convolutions and ``blocks`` residual blocks of two more each."""
    layers: list[nn.Module] = [conv(1, width, norm), nn.ReLU()]
    layers += [conv(width, width, norm, 2), nn.ReLU()]
    layers += [Residual(width, norm) for _ in range(blocks)]
    return _with_head(layers, width, seed)


def _with_head(layers: Sequence[nn.Module], width: int, seed: int) -> nn.Sequential:
    net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(width * 16, 10))
    initialize(net, seed)
    return net


def initialize(net: nn.Module, seed: int) -> None:
    """Draw all weights afresh with He's deviation, sqrt(2 / inputs); biases are 0.

    The last layer, which no ReLU follows, gets sqrt(1 / inputs). Source: He et al.
    (2015), section 2.2.
    """
    generator = torch.Generator().manual_seed(seed)
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            gain = 2 if isinstance(layer, nn.Conv2d) else 1
            spread = (gain / layer.weight[0].numel()) ** 0.5
            nn.init.normal_(layer.weight, 0, spread, generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def shuffled(data: Images, size: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield shuffled batches of exactly ``size`` training images, without end."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(data.train_y), generator=generator)
        for start in range(0, len(order) - size + 1, size):
            rows = order[start : start + size]
            yield data.train_x[rows], data.train_y[rows]


def train(
    net: nn.Module,
    data: Images,
    steps: int,
    rate: float,
    size: int = 64,
    seed: int = 0,
    momentum: float = 0.9,
) -> np.ndarray:
    """Train with gradient descent and momentum; return the loss before each step.

    Training stops early when the loss is no longer finite; what is left of the
    result is NaN.
    """
    optimizer = torch.optim.SGD(net.parameters(), rate, momentum)
    losses = np.full(steps, np.nan)
    net.train()
    stream = shuffled(data, size, seed)
    for step in range(steps):
        x, y = next(stream)
        loss = nn.functional.cross_entropy(net(x), y)
        losses[step] = loss.item()
        if not np.isfinite(losses[step]):
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


@torch.no_grad()
def accuracy(net: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of images classified right in evaluation mode."""
    net.eval()
    return float((net(x).argmax(dim=1) == y).double().mean())


def grid(
    build: Build,
    data: Images,
    rates: Sequence[float],
    seeds: Sequence[int],
    steps: int,
    size: int = 32,
) -> list[list[nn.Module]]:
    """Return trained networks, a row for each rate with one network for each seed.

    The seed decides the weights at the start and the order of the images.
    """
    nets = [[build(seed) for seed in seeds] for _ in rates]
    for rate, row in zip(rates, nets, strict=True):
        for seed, net in zip(seeds, row, strict=True):
            train(net, data, steps, rate, size, seed)
    return nets


def scores(nets: Sequence[Sequence[nn.Module]], data: Images) -> np.ndarray:
    """Return the share of the test images that each network gets right."""
    x, y = data.test_x, data.test_y
    return np.array([[accuracy(net, x, y) for net in row] for row in nets])


@torch.no_grad()
def block_sizes(net: nn.Module, x: Tensor) -> np.ndarray:
    """Return the mean square of what leaves each residual block, in training mode.

    The first entry is what enters the first block. The running statistics of ``net``
    are changed.
    """
    found: list[float] = []

    def keep(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        found.extend([float(inputs[0].square().mean())] if not found else [])
        found.append(float(output.square().mean()))

    blocks = [layer for layer in net.modules() if isinstance(layer, Residual)]
    hooks = [block.register_forward_hook(keep) for block in blocks]
    net.train()
    net(x)
    for hook in hooks:
        hook.remove()
    return np.array(found)
