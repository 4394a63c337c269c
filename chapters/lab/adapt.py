"""Move images to another domain, and give a network that domain's statistics."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor, nn

from lab.convnets import Images, accuracy, plain, train

#: What happens to standardized images (N, 1, 8, 8) in each domain.
DOMAINS: dict[str, Callable[[Tensor], Tensor]] = {
    "less contrast": lambda x: 0.4 * x,
    "faded": lambda x: 0.4 * x + 1,
    "blurred": lambda x: nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
    "noisy": lambda x: x + 0.8 * _noise(x),
    "inverted": lambda x: -x,
}


def _noise(x: Tensor) -> Tensor:
    return torch.randn(x.shape, generator=torch.Generator().manual_seed(len(x)))


def moved(home: Images, name: str) -> Images:
    """Return the images of ``home`` as they look in the domain ``name``."""
    change = DOMAINS[name]
    return Images(change(home.train_x), home.train_y, change(home.test_x), home.test_y)


def trained(home: Images, seed: int, steps: int = 150) -> nn.Sequential:
    """Return a network of three normalized convolutions, trained at ``home``."""
    net = plain(3, 12, True, seed)
    train(net, home, steps, 0.1, 32, seed)
    adapt(net, home.train_x)
    return net


@torch.no_grad()
def adapt(net: nn.Module, x: Tensor) -> None:
    """Replace all running statistics of ``net`` by those of the images ``x``.

    In training mode each layer sees what the layers before it make of ``x`` with
    their own new statistics. Weights, gamma and beta stay. Source: Li et al. (2016).
    """
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    before = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 1.0
    net.train()
    net(x)
    for layer, momentum in zip(norms, before, strict=True):
        layer.momentum = momentum
    net.eval()


def adapted_score(net: nn.Module, there: Images, rows: Tensor) -> float:
    """Return the test accuracy with the statistics of some training images there."""
    adapt(net, there.train_x[rows])
    return accuracy(net, there.test_x, there.test_y)


def some(there: Images, count: int, seed: int) -> Tensor:
    """Return the places of ``count`` training images drawn without their labels."""
    rng = np.random.default_rng([seed, count])
    return torch.tensor(rng.choice(len(there.train_y), count, replace=False))


def rescued(net: nn.Module, home: Images) -> np.ndarray:
    """Return accuracies before and after adapting, a row for each domain, (D, 2)."""
    found, everything = [], torch.arange(len(home.train_y))
    for name in DOMAINS:
        there = moved(home, name)
        adapt(net, home.train_x)
        before = accuracy(net, there.test_x, there.test_y)
        found.append((before, adapted_score(net, there, everything)))
    return np.array(found)


def alike(net: nn.Module, home: Images) -> np.ndarray:
    """Return accuracies on test images of one digit with that digit's statistics.

    It is what a stream of images gets that comes sorted by digit: (10,).
    """
    found = []
    for digit in range(10):
        adapt(net, home.train_x[home.train_y == digit])
        own = home.test_y == digit
        found.append(accuracy(net, home.test_x[own], home.test_y[own]))
    return np.array(found)


def framed_score(net: nn.Sequential, home: Images) -> float:
    """Return the adapted accuracy on faded images that are surrounded by ones.

    The first convolution surrounds its images with zeros, which do not fade.
    """
    copied, there = deepcopy(net), moved(home, "faded")
    first = next(layer for layer in copied.modules() if isinstance(layer, nn.Conv2d))
    first.padding = (0, 0)
    framed = nn.Sequential(nn.ConstantPad2d(1, 1.0), copied)
    return adapted_score(framed, there, torch.arange(len(there.train_y)))
