"""The experiments on the benefits, and the networks side by side, on short runs."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
import torch
from lab import benefits
from lab.data import Digits, digits
from lab.many import Nets, Stream, sweep, train

WIDTHS = (64, 12, 8, 10)


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits(standardized=True)


def alone(nets: Nets, place: int) -> torch.nn.Sequential:
    """Return one of the networks as PyTorch's own layers."""
    modules: OrderedDict[str, torch.nn.Module] = OrderedDict()
    for layer, (weight, bias) in enumerate(zip(nets.weights, nets.biases, strict=True)):
        linear = torch.nn.Linear(weight.shape[2], weight.shape[1])
        with torch.no_grad():
            linear.weight.copy_(weight[place])
            linear.bias.copy_(bias[place, :, 0])
        modules[f"linear{layer}"] = linear
        if layer < len(nets.norms):
            modules[f"norm{layer}"] = torch.nn.BatchNorm1d(weight.shape[1])
        if layer < len(nets.weights) - 1:
            modules[f"relu{layer}"] = torch.nn.ReLU()
    return torch.nn.Sequential(modules)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_each_network_computes_what_it_would_compute_alone(
    data: Digits, batch_norm: bool
) -> None:
    nets = Nets(WIDTHS, [3, 4, 5], batch_norm)
    x, y = next(Stream(data, nets.seeds, 20))
    gradients = nets.gradients(x, y)
    one = alone(nets, 1)
    loss = torch.nn.functional.cross_entropy(one(x[1]), y[1])
    loss.backward()
    assert nets.losses(x, y, True)[1].item() == pytest.approx(loss.item(), rel=1e-5)
    for layer in range(len(WIDTHS) - 1):
        expected = one.get_submodule(f"linear{layer}").weight.grad
        assert torch.allclose(gradients[layer][1], expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_training_side_by_side_is_training_alone(
    data: Digits, batch_norm: bool
) -> None:
    _, together = train(Nets(WIDTHS, [1, 2], batch_norm), data, [0.1, 0.3], 20)
    _, apart = train(Nets(WIDTHS, [2], batch_norm), data, [0.3], 20)
    assert together[:, 1] == pytest.approx(apart[:, 0], abs=0.005)


def test_the_same_seed_gives_the_same_weights_and_batches_with_and_without(
    data: Digits,
) -> None:
    plain, normed = Nets(WIDTHS, [7], False), Nets(WIDTHS, [7], True)
    assert all(map(torch.equal, plain.weights, normed.weights))
    first, second = (next(Stream(data, net.seeds, 20)) for net in (plain, normed))
    assert torch.equal(first[0], second[0])
    assert not torch.equal(Nets(WIDTHS, [8], False).weights[0], plain.weights[0])


def test_looking_leaves_the_running_averages_alone(data: Digits) -> None:
    nets = Nets(WIDTHS, [1], True)
    x, _ = next(Stream(data, nets.seeds, 20))
    before = nets.norms[0].kept_mean.clone()
    with nets.averages_kept():
        nets.logits(x, training=True)
        assert not torch.equal(nets.norms[0].kept_mean, before)
    assert torch.equal(nets.norms[0].kept_mean, before)


def test_a_sweep_trains_every_pair_and_counts_the_steps(data: Digits) -> None:
    result = sweep(WIDTHS, True, data, (0.001, 0.3), (1, 2, 3), 40)
    assert result.accuracy.shape == (5, 2, 3)
    assert result.steps.tolist() == [0, 10, 20, 30, 40]
    counted = result.steps_to(0.6)
    assert np.all(counted[1] <= 40)
    assert np.all(counted[0] == np.inf)
    assert result.fastest(0.6) == 1
    again = sweep(WIDTHS, True, data, (0.001, 0.3), (1, 2, 3), 40)
    assert np.array_equal(result.accuracy, again.accuracy)


def test_few_images_leave_the_others_for_choosing(data: Digits) -> None:
    few = benefits.subset(data, 100)
    assert len(few.train_y) == 100
    result = sweep(WIDTHS, False, few, (0.1,), (1, 2), 5, every=5)
    assert benefits.held_out(data, 100, result).shape == (1, 2)


def test_normalized_inputs_hardly_move(data: Digits) -> None:
    plain, normed = (
        benefits.motion(data, Nets(WIDTHS, (1, 2), batch_norm), 0.3, 2, steps=20)
        for batch_norm in (False, True)
    )
    assert normed.entering.shape == (2, 2)
    assert np.array_equal(plain.raw, plain.entering)
    assert np.all(normed.entering < plain.entering)


def test_the_size_of_hidden_weights_is_invisible_behind_batch_norm(
    data: Digits,
) -> None:
    lengths = [
        benefits.gradient_lengths(data, 5, True, torch.relu, gain, (1,), width=20)
        for gain in (1.0, 3.0)
    ]
    assert lengths[0] == pytest.approx(lengths[1], rel=1e-3)
    plain = [
        benefits.gradient_lengths(data, 5, False, torch.relu, gain, (1,), width=20)
        for gain in (1.0, 3.0)
    ]
    assert np.all(plain[1][0] / plain[1][-1] > 10 * plain[0][0] / plain[0][-1])


def test_starts_and_depths_have_one_entry_per_setting_rate_and_seed(
    data: Digits,
) -> None:
    begun = benefits.starts(data, True, (0.5, 1), (0.1,), (1, 2), (8,), steps=3)
    assert begun.shape == (2, 1, 2)
    deep = benefits.depths(data, True, (1, 2), (0.1,), (1, 2), width=8, steps=3)
    assert deep.shape == (2, 1, 2)
