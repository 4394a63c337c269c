"""The NumPy network against PyTorch, and against its own finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lab.nets import BatchNorm, Linear, Net, Sigmoid, cross_entropy, sigmoid_net, train

WIDTHS = (6, 5, 4, 3)


def example(batch_norm: bool) -> tuple[Net, np.ndarray, np.ndarray]:
    """Return a small network with no parameter at its start value, and a batch."""
    rng = np.random.default_rng(3)
    net = sigmoid_net(WIDTHS, rng, batch_norm)
    for layer in net.layers:
        for name, value in layer.params.items():
            layer.params[name] = value + rng.normal(0, 0.5, value.shape)
    return net, rng.normal(2, 3, (7, 6)), rng.integers(0, 3, 7)


def in_torch(net: Net) -> torch.nn.Sequential:
    """Return the same network, with the same parameters, in PyTorch."""
    modules: list[torch.nn.Module] = []
    for layer in net.layers:
        if isinstance(layer, Linear):
            module = torch.nn.Linear(*layer.params["W"].shape, dtype=torch.float64)
            weight, bias = layer.params["W"].T, layer.params["b"]
        elif isinstance(layer, BatchNorm):
            module = torch.nn.BatchNorm1d(len(layer.kept_mean), dtype=torch.float64)
            weight, bias = layer.params["gamma"], layer.params["beta"]
        else:
            modules.append(torch.nn.Sigmoid())
            continue
        with torch.no_grad():
            module.weight.copy_(torch.tensor(weight))
            module.bias.copy_(torch.tensor(bias))
        modules.append(module)
    return torch.nn.Sequential(*modules)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_loss_and_gradients_are_those_of_pytorch(batch_norm: bool) -> None:
    net, x, y = example(batch_norm)
    twin = in_torch(net)
    loss = torch.nn.functional.cross_entropy(twin(torch.tensor(x)), torch.tensor(y))
    loss.backward()
    assert net.gradients(x, y) == pytest.approx(loss.item(), abs=1e-12)
    for layer, module in zip(net.layers, twin, strict=True):
        if isinstance(layer, Linear):
            assert np.allclose(layer.grads["W"], module.weight.grad.numpy().T)
            assert np.allclose(layer.grads["b"], module.bias.grad.numpy(), atol=1e-12)
        elif isinstance(layer, BatchNorm):
            assert np.allclose(layer.grads["gamma"], module.weight.grad.numpy())
            assert np.allclose(layer.grads["beta"], module.bias.grad.numpy())


def test_running_averages_and_evaluation_are_those_of_pytorch() -> None:
    net, x, _ = example(batch_norm=True)
    twin = in_torch(net)
    for batch in (x, 2 * x + 1, x[:3]):
        net.forward(batch, training=True)
        twin(torch.tensor(batch))
    for layer, module in zip(net.layers, twin, strict=True):
        if isinstance(layer, BatchNorm):
            assert np.allclose(layer.kept_mean, module.running_mean.numpy())
            assert np.allclose(layer.kept_var, module.running_var.numpy())
    twin.eval()
    assert np.allclose(net.forward(x), twin(torch.tensor(x)).detach().numpy())


def test_gradient_with_respect_to_the_input_matches_finite_differences() -> None:
    rng = np.random.default_rng(5)
    layer, x, upstream = BatchNorm(3), rng.normal(4, 2, (5, 3)), rng.normal(size=(5, 3))
    layer.params["gamma"] = rng.normal(size=3)
    layer.forward(x, training=True)
    exact = layer.backward(upstream)
    step = 1e-5
    for place in np.ndindex(*x.shape):
        bump = np.zeros_like(x)
        bump[place] = step
        change = layer.forward(x + bump, True) - layer.forward(x - bump, True)
        slope = (change * upstream).sum() / (2 * step)
        assert exact[place] == pytest.approx(slope, abs=1e-7)


def test_evaluation_mode_has_its_own_backward() -> None:
    layer = BatchNorm(2)
    layer.kept_var = np.array([4.0, 9.0])
    layer.forward(np.ones((3, 2)), training=False)
    expected = 1 / np.sqrt(layer.kept_var + layer.eps)
    assert np.allclose(layer.backward(np.ones((3, 2))), expected)


def test_sigmoid_does_not_overflow() -> None:
    out = Sigmoid().forward(np.array([-1e4, 0.0, 1e4]), training=True)
    assert np.allclose(out, [0, 0.5, 1])


def test_cross_entropy_does_not_overflow() -> None:
    loss, grad = cross_entropy(np.array([[1e4, 0.0], [0.0, 1e4]]), np.array([0, 0]))
    assert loss == pytest.approx(5e3)
    assert np.isfinite(grad).all()


def test_looking_leaves_the_running_averages_alone() -> None:
    net, x, _ = example(batch_norm=True)
    norm = next(layer for layer in net.layers if isinstance(layer, BatchNorm))
    before = norm.kept_mean
    with net.averages_kept():
        net.forward(x, training=True)
        assert not np.array_equal(norm.kept_mean, before)
    assert np.array_equal(norm.kept_mean, before)


def test_training_watches_before_each_step_and_at_the_end_and_learns() -> None:
    net, x, y = example(batch_norm=True)
    before, seen = net.loss(x, y), []
    train(net, x, y, 50, 0.5, 7, np.random.default_rng(0), seen.append)
    assert seen == list(range(51))
    assert net.loss(x, y) < 0.5 * before
