"""Follow gradients back through a recurrent network with batch normalization."""

import numpy as np
import torch

torch.set_num_threads(1)


def expect(values: np.ndarray) -> np.ndarray:
    """Return the expectation of values (..., 201), given at the ``nodes()``."""
    weight = np.polynomial.hermite_e.hermegauss(201)[1]
    return values @ weight / weight.sum()


def nodes(gamma: np.ndarray) -> np.ndarray:
    """Return gamma z at Gauss and Hermite's points z for a standard normal."""
    return np.multiply.outer(gamma, np.polynomial.hermite_e.hermegauss(201)[0])


def mean_slope(gamma: np.ndarray) -> np.ndarray:
    """Return E[tanh'(gamma z)] for a standard normal z, for each gamma."""
    return expect(1 - np.tanh(nodes(gamma)) ** 2)


def step_factor(gamma: float, inputs: float) -> float:
    """Return by how much one step back should change the length of a gradient.

    It is gamma * rms(tanh') / spread of what enters the normalization, with the state
    and the inputs independent of each other and normal before the tanh.
    """
    state = np.tanh(nodes(np.array(gamma)))
    entering = expect(state**2) + inputs**2
    return float(gamma * np.sqrt(expect((1 - state**2) ** 2) / entering))


def gradient_lengths(
    gamma: float, inputs: float, seed: int, steps: int = 30, width: int = 100
) -> np.ndarray:
    """Return |dL/dh_t| for t = 0 ... steps, as a share of its value at the end.

    h_t = tanh(gamma * normalized(W h_{t-1} + x_t)), with an orthogonal W, statistics
    of the batch at each step, and normal x_t of standard deviation ``inputs``; L is a
    random linear function of the last state.
    """
    generator = torch.Generator().manual_seed(seed)

    def draw(rows: int) -> torch.Tensor:
        return torch.randn(rows, width, generator=generator)

    weight, states = torch.linalg.qr(draw(width))[0], [torch.tanh(gamma * draw(128))]
    states[0].requires_grad_()
    for _ in range(steps):
        raw = states[-1] @ weight + inputs * draw(128)
        normed = torch.nn.functional.batch_norm(raw, None, None, training=True)
        states.append(torch.tanh(gamma * normed))
    loss = (states[-1] * draw(128)).sum()
    lengths = [float(g.norm()) for g in torch.autograd.grad(loss, states)]
    return np.array(lengths) / lengths[-1]
