"""Layers that stand where batch normalization stands, for the networks of ``nets``.

Layer, group and RMS normalization take their statistics along a row; batch
renormalization corrects those of the batch; dynamic tanh takes none.
"""

import numpy as np

from lab.nets import BatchNorm, Layer


class RowNorm(Layer):
    """Standardize each row in ``groups`` runs of neighbouring features.

    One group is layer normalization. Without ``centre`` nothing is subtracted and the
    root mean square divides: RMS normalization. Sources: Ba et al. (2016), Wu and He
    (2018), Zhang and Sennrich (2019).
    """

    def __init__(
        self, width: int, groups: int = 1, centre: bool = True, eps: float = 1e-5
    ) -> None:
        super().__init__()
        self.groups, self.centre, self.eps = groups, centre, eps
        self.params = {"gamma": np.ones(width), "beta": np.zeros(width)}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        parts = x.reshape(len(x), self.groups, -1)
        if self.centre:
            parts = parts - parts.mean(axis=2, keepdims=True)
        square = (parts**2).mean(axis=2, keepdims=True)
        self.spread = np.sqrt(square + self.eps)
        self.z = parts / self.spread
        return self.params["gamma"] * self.z.reshape(x.shape) + self.params["beta"]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        flat = self.z.reshape(grad.shape)
        self.grads = {"gamma": (grad * flat).sum(0), "beta": grad.sum(0)}
        g = (grad * self.params["gamma"]).reshape(self.z.shape)
        out = g - self.z * (g * self.z).mean(axis=2, keepdims=True)
        if self.centre:
            out = out - g.mean(axis=2, keepdims=True)
        return (out / self.spread).reshape(grad.shape)


class Renorm(BatchNorm):
    """Correct the batch's statistics towards the running ones, as far as a limit.

    y = gamma * (x_hat * r + d) + beta with r = spread / kept spread, clipped to
    [1 / r_max, r_max], and d = (centre - kept mean) / kept spread, clipped to
    [-d_max, d_max]; r and d count as constants. The first ``plain`` steps are batch
    normalization. Source: Ioffe (2017), algorithm 1, with limits that open at once.
    """

    def __init__(self, width: int, plain: int, eps: float = 1e-5) -> None:
        super().__init__(width, eps)
        self.left, self.r_max, self.d_max = plain, 3.0, 5.0

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        if not training:
            return super().forward(x, training)
        kept_spread = np.sqrt(self.kept_var + self.eps)
        centre, spread = x.mean(0), np.sqrt(x.var(0) + self.eps)
        self.r, d = np.ones_like(spread), np.zeros_like(spread)
        if self.left <= 0:
            self.r = np.clip(spread / kept_spread, 1 / self.r_max, self.r_max)
            d = np.clip(
                (centre - self.kept_mean) / kept_spread, -self.d_max, self.d_max
            )
        self.left -= 1
        super().forward(x, training)
        self.corrected = self.z * self.r + d
        return self.params["gamma"] * self.corrected + self.params["beta"]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        gamma_grad = (grad * self.corrected).sum(0)
        dx = super().backward(grad * self.r)
        self.grads = {"gamma": gamma_grad, "beta": grad.sum(0)}
        return dx


class DynamicTanh(Layer):
    """Compute gamma * tanh(alpha * x) + beta with one learned alpha for the layer.

    No statistic is taken. Source: Zhu et al. (2025).
    """

    def __init__(self, width: int, alpha: float = 0.5) -> None:
        super().__init__()
        self.params = {
            "alpha": np.array(alpha),
            "gamma": np.ones(width),
            "beta": np.zeros(width),
        }

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.x, self.out = x, np.tanh(self.params["alpha"] * x)
        return self.params["gamma"] * self.out + self.params["beta"]

    def backward(self, grad: np.ndarray) -> np.ndarray:
        inner = grad * self.params["gamma"] * (1 - self.out**2)
        self.grads = {
            "alpha": (inner * self.x).sum(),
            "gamma": (grad * self.out).sum(0),
            "beta": grad.sum(0),
        }
        return inner * self.params["alpha"]


class Scale(Layer):
    """Multiply by one learned number; it starts at ``start``.

    At the end of a residual branch with start 0 it is SkipInit: De and Smith (2020).
    """

    def __init__(self, start: float) -> None:
        super().__init__()
        self.params = {"scale": np.array(start)}

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.x = x
        return self.params["scale"] * x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.grads = {"scale": (grad * self.x).sum()}
        return grad * self.params["scale"]
