"""The experiments of the chapter on the frontier, in short runs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lab import adapt, critic, recurrent, workers
from lab.convnets import accuracy, images


@pytest.fixture(scope="module")
def home() -> adapt.Images:
    return images()


@pytest.fixture(scope="module")
def net(home: adapt.Images) -> torch.nn.Module:
    return adapt.trained(home, seed=0, steps=40)


def test_new_statistics_undo_a_change_of_contrast(
    net: torch.nn.Module, home: adapt.Images
) -> None:
    adapt.adapt(net, home.train_x)
    before = net(home.test_x)
    adapt.adapt(net, adapt.moved(home, "less contrast").train_x)
    after = net(adapt.moved(home, "less contrast").test_x)
    torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-2)


def test_new_statistics_do_not_undo_an_inversion(
    net: torch.nn.Module, home: adapt.Images
) -> None:
    there = adapt.moved(home, "inverted")
    score = adapt.adapted_score(net, there, torch.arange(len(there.train_y)))
    assert score < 0.1


def test_faded_images_with_a_faded_frame_are_repaired_completely(
    net: torch.nn.Sequential, home: adapt.Images
) -> None:
    adapt.adapt(net, home.train_x)
    before = accuracy(net, home.test_x, home.test_y)
    assert adapt.framed_score(net, home) == pytest.approx(before, abs=0.0041)
    assert net(home.test_x[:1]).shape == (1, 10)


def test_adapting_leaves_weights_and_momentum_alone(
    net: torch.nn.Module, home: adapt.Images
) -> None:
    before = [parameter.clone() for parameter in net.parameters()]
    adapt.adapt(net, home.train_x[:32] + 1)
    for old, new in zip(before, net.parameters(), strict=True):
        assert torch.equal(old, new)
    norms = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert [layer.momentum for layer in norms] == [0.1] * 3


def test_the_same_seed_adapts_to_the_same_accuracy(home: adapt.Images) -> None:
    first, second = (adapt.trained(home, seed=3, steps=5) for _ in range(2))
    there = adapt.moved(home, "noisy")
    assert accuracy(first, there.test_x, there.test_y) == accuracy(
        second, there.test_x, there.test_y
    )
    assert torch.equal(adapt.some(there, 8, 1), adapt.some(there, 8, 1))


def uneven(rows: np.ndarray) -> list[np.ndarray]:
    return np.split(rows, (1, 14))


def test_moments_of_uneven_workers_merge_to_those_of_all_rows() -> None:
    rows = np.random.default_rng(0).normal(3, 2, size=(20, 4)).cumsum(0)
    for way in (workers.merged, workers.from_sums):
        mean, var = way(uneven(rows))
        np.testing.assert_allclose(mean, rows.mean(0), rtol=1e-12)
        np.testing.assert_allclose(var, rows.var(0), rtol=1e-9)


def test_averaged_variances_lack_what_lies_between_the_workers() -> None:
    low, high = np.array([[-2.0], [0.0]]), np.array([[0.0], [2.0]])
    assert workers.merged([low, high])[1] == 2
    assert workers.averaged([low, high], weighted=True)[1] == 1


def test_the_gradient_over_workers_is_the_one_that_pytorch_finds() -> None:
    rng = np.random.default_rng(1)
    rows, grads = rng.normal(size=(2, 20, 4))
    x = torch.tensor(rows, requires_grad=True)
    torch.nn.functional.batch_norm(x, None, None, training=True, eps=1e-12).backward(
        torch.tensor(grads)
    )
    found = workers.input_gradients(uneven(rows), uneven(grads), shared=True)
    np.testing.assert_allclose(np.concatenate(found), x.grad, rtol=1e-9, atol=1e-9)


def test_only_separate_statistics_give_one_pair_two_values() -> None:
    seen = critic.views(seed=0)
    assert seen.disagreement[0] > 0.1
    assert list(seen.disagreement[1:]) == [0, 0]
    assert seen.offset[0] < 1e-12 < seen.offset[2] < seen.offset[1]


def test_the_mean_slope_of_tanh_agrees_with_a_large_sample() -> None:
    z = np.random.default_rng(0).normal(size=200_000)
    sampled = (1 - np.tanh(z) ** 2).mean()
    assert recurrent.mean_slope(np.array([1.0]))[0] == pytest.approx(sampled, abs=3e-3)


@pytest.mark.parametrize("gamma", [0.1, 1.0])
@pytest.mark.parametrize("inputs", [0.0, 0.3])
def test_the_factor_per_step_is_the_one_that_gradients_show(
    gamma: float, inputs: float
) -> None:
    length = recurrent.gradient_lengths(gamma, inputs, seed=0, steps=12)
    measured = length[0] ** (1 / 12)
    assert measured == pytest.approx(recurrent.step_factor(gamma, inputs), rel=0.05)
