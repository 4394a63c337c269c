"""The experiment of ``ghost`` with a convolutional network, in PyTorch."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from lab.data import Digits, batches

torch.set_num_threads(1)


class GhostNorm2d(nn.BatchNorm2d):
    """Normalize groups of ``size`` images, each channel by the group's statistics.

    Running statistics: averages of the groups' means and unbiased variances.
    """

    def __init__(self, channels: int, size: int) -> None:
        super().__init__(channels)
        self.size = size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return super().forward(x)
        groups = x.reshape(-1, self.size, *x.shape[1:])  # (groups, size, C, H, W)
        var, mean = torch.var_mean(groups, (1, 3, 4), correction=0, keepdim=True)
        self._keep(mean.detach(), var.detach(), groups[0, :, 0].numel())
        z = ((groups - mean) / (var + self.eps).sqrt()).reshape(x.shape)
        return z * self.weight[:, None, None] + self.bias[:, None, None]

    def _keep(self, mean: torch.Tensor, var: torch.Tensor, count: int) -> None:
        unbiased = var * count / (count - 1)
        self.running_mean.lerp_(mean.mean(0).flatten(), self.momentum)
        self.running_var.lerp_(unbiased.mean(0).flatten(), self.momentum)


def conv_net(size: int, seed: int) -> nn.Sequential:
    """Build two convolutions with groups of ``size`` images, pooling, a classifier."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1, bias=False),
        GhostNorm2d(6, size),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 12, 3, padding=1, bias=False),
        GhostNorm2d(12, size),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(192, 10),
    )


def conv_error(
    data: Digits, size: int, seed: int, steps: int = 70, rate: float = 0.3
) -> float:
    """Return the test error in evaluation mode after training in batches of 32."""
    net = conv_net(size, seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate)
    stream = batches(data.train_x, data.train_y, 32, np.random.default_rng([seed, 1]))
    for _ in range(steps):
        x, y = next(stream)
        loss = functional.cross_entropy(net(as_images(x)), torch.from_numpy(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        guess = net(as_images(data.test_x)).argmax(1).numpy()
    return float((guess != data.test_y).mean())


def as_images(x: np.ndarray) -> torch.Tensor:
    """Return rows of 64 pixels as images (n, 1, 8, 8) in single precision."""
    return torch.from_numpy(x.reshape(-1, 1, 8, 8).astype(np.float32))
