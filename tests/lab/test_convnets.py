"""The small convolutional networks of the chapters, and what is measured on them."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from lab import convnets, counts, folding
from lab.stack import draw_stack
from torch import nn


@pytest.fixture(scope="module")
def data() -> convnets.Images:
    return convnets.images()


def build(norm: bool) -> convnets.Build:
    return lambda seed: convnets.residual(blocks=1, width=4, norm=norm, seed=seed)


@pytest.fixture(scope="module")
def trained(data: convnets.Images) -> nn.Module:
    return convnets.grid(build(True), data, [0.03], [0], steps=15)[0][0]


def weights(net: nn.Module) -> list[torch.Tensor]:
    kinds = nn.Conv2d | nn.Linear
    return [layer.weight for layer in net.modules() if isinstance(layer, kinds)]


def test_the_images_are_standardized_as_one_channel(data: convnets.Images) -> None:
    assert data.train_x.shape == (1297, 1, 8, 8) and data.test_x.shape == (500, 1, 8, 8)
    assert abs(float(data.train_x.mean())) < 1e-6
    assert abs(float(data.train_x.std()) - 1) < 1e-3


def test_with_and_without_normalization_the_weights_at_the_start_are_the_same() -> None:
    pairs = zip(weights(build(True)(3)), weights(build(False)(3)), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert not torch.equal(weights(build(True)(4))[0], weights(build(True)(3))[0])


def test_normalization_stands_in_the_place_of_the_bias() -> None:
    kinds = {
        norm: [type(layer) for layer in convnets.conv(2, 3, norm)] for norm in (0, 1)
    }
    assert kinds == {0: [nn.Conv2d], 1: [nn.Conv2d, nn.BatchNorm2d]}
    assert convnets.conv(2, 3, norm=True)[0].bias is None
    assert convnets.conv(2, 3, norm=False)[0].bias is not None


def test_training_is_the_same_for_the_same_seed(data: convnets.Images) -> None:
    losses = [
        convnets.train(build(True)(1), data, 5, 0.03, seed=seed) for seed in (1, 1, 2)
    ]
    assert np.array_equal(losses[0], losses[1])
    assert not np.array_equal(losses[0], losses[2])


def test_training_stops_when_the_loss_is_no_longer_finite(
    data: convnets.Images,
) -> None:
    losses = convnets.train(build(False)(0), data, 40, 1e6)
    assert np.isnan(losses[-1]) and np.isfinite(losses[0])


def test_networks_learn_within_a_few_steps(
    data: convnets.Images, trained: nn.Module
) -> None:
    assert convnets.scores([[trained]], data)[0, 0] > 0.3


def test_without_normalization_a_residual_sum_grows_by_a_factor_at_each_block(
    data: convnets.Images,
) -> None:
    net = convnets.residual(blocks=4, width=64, norm=False, seed=0)
    sizes = convnets.block_sizes(net, data.train_x[:64])
    assert sizes.shape == (5,)
    assert np.all(sizes[1:] > 1.2 * sizes[:-1])


def test_folding_leaves_no_normalization_and_changes_no_output(
    data: convnets.Images, trained: nn.Module
) -> None:
    net = copy.deepcopy(trained).double().eval()
    folded = folding.folded(net)
    assert not [m for m in folded.modules() if isinstance(m, nn.BatchNorm2d)]
    x = data.test_x[:20].double()
    with torch.no_grad():
        assert torch.allclose(folded(x), net(x), rtol=0, atol=1e-12)


def test_folding_leaves_the_network_it_was_given_as_it_was(trained: nn.Module) -> None:
    before = copy.deepcopy(trained.state_dict())
    folding.folded(trained)
    after = trained.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_time_ratios_are_one_for_each_round(
    data: convnets.Images, trained: nn.Module
) -> None:
    ratios = folding.time_ratios(trained, trained, data.test_x[:2], rounds=3)
    assert ratios.shape == (3,) and np.all(ratios > 0)


def test_an_image_of_independent_pixels_is_worth_as_many_numbers() -> None:
    x = np.random.default_rng(0).normal(size=(4000, 2, 4, 5))
    assert counts.worth(x) == pytest.approx(20, rel=0.1)


def test_an_image_of_one_value_is_worth_one_number() -> None:
    x = np.random.default_rng(0).normal(size=(50, 3, 1, 1)) * np.ones((4, 5))
    assert counts.worth(x) == pytest.approx(1)


def test_the_scatter_of_a_mean_falls_with_the_worth_of_the_batch() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 4, 3, 3))
    noise = counts.mean_noise(x, [1, 16], 2000, rng)
    assert noise == pytest.approx([1 / 3, 1 / 12], rel=0.1)


def test_what_enters_the_normalizations_is_found_in_order(
    data: convnets.Images, trained: nn.Module
) -> None:
    shapes = [a.shape for a in counts.norm_inputs(trained, data.test_x[:6])]
    assert shapes == [(6, 4, 8, 8)] + 3 * [(6, 4, 4, 4)]


def test_enlarging_multiplies_rows_and_columns(data: convnets.Images) -> None:
    assert counts.enlarged(data.test_x[:2], 2).shape == (2, 1, 16, 16)


def test_the_drawing_fills_one_feature_and_one_channel() -> None:
    top, bottom = draw_stack(images=3, channels=4).axes
    filled = [sum(p.get_facecolor()[3] > 0 for p in ax.patches) for ax in (top, bottom)]
    assert filled == [3, 60]
