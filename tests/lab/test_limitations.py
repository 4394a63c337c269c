"""The experiments of the chapter on limitations, on short runs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lab import accumulate, finetune, ghost, ghostconv, hyper, mates, moved, overhead
from lab.data import Digits, digits
from lab.nets import BatchNorm
from lab.parts import Normalization, norms_of


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits(standardized=True)


def test_groups_are_normalized_each_by_itself() -> None:
    rng = np.random.default_rng(0)
    x, upstream = rng.normal(3, 2, (6, 4)), rng.normal(size=(6, 4))
    layer, halves = ghost.GhostNorm(4, 3), [BatchNorm(4), BatchNorm(4)]
    parts = [half.forward(x[3 * k : 3 * k + 3], True) for k, half in enumerate(halves)]
    assert np.allclose(layer.forward(x, True), np.vstack(parts))
    back = [half.backward(upstream[3 * k : 3 * k + 3]) for k, half in enumerate(halves)]
    assert np.allclose(layer.backward(upstream), np.vstack(back))
    gamma = sum(half.grads["gamma"] for half in halves)
    assert np.allclose(layer.grads["gamma"], gamma)


def test_a_group_of_the_whole_batch_is_batch_norm() -> None:
    x = np.random.default_rng(0).normal(size=(6, 4))
    layer, whole = ghost.GhostNorm(4, 6), Normalization(4)
    assert np.allclose(layer.forward(x, True), whole.forward(x, True))
    assert np.allclose(layer.kept_var, whole.kept_var)
    assert np.allclose(layer.forward(x, False), whole.forward(x, False))


def test_layer_norm_has_the_value_and_the_gradient_of_pytorch() -> None:
    rng = np.random.default_rng(0)
    x, upstream = rng.normal(2, 3, (5, 4)), rng.normal(size=(5, 4))
    layer = ghost.LayerNorm(4)
    there = torch.tensor(x, requires_grad=True)
    out = torch.nn.functional.layer_norm(there, (4,))
    out.backward(torch.tensor(upstream))
    assert np.allclose(layer.forward(x, True), out.detach())
    assert np.allclose(layer.backward(upstream), there.grad)


def test_pairs_become_plus_and_minus_one() -> None:
    layer = ghost.GhostNorm(1, 2)
    out = layer.forward(np.array([[3.0], [500.0], [3.0], [3.5]]), training=True)
    assert np.allclose(out[:, 0], [-1, 1, -1, 1], atol=1e-3)


def test_groups_of_images_are_normalized_as_pytorch_does() -> None:
    x = torch.randn(4, 3, 5, 5)
    layer, whole = ghostconv.GhostNorm2d(3, 2), torch.nn.BatchNorm2d(3)
    apart = [torch.nn.BatchNorm2d(3)(part) for part in x.split(2)]
    assert torch.allclose(layer(x), torch.cat(apart), atol=1e-5)
    one = ghostconv.GhostNorm2d(3, 4)
    assert torch.allclose(one(x), whole(x), atol=1e-5)
    assert torch.allclose(one.running_mean, whole.running_mean, atol=1e-6)
    assert torch.allclose(one.running_var, whole.running_var, atol=1e-6)


def test_an_output_sways_more_in_small_company(data: Digits) -> None:
    net = hyper.trained(data, 0, steps=20)
    few, many = (mates.sway(net, data, size, 0, draws=10) for size in (2, 128))
    assert few > 2 * many > 0


def test_half_of_each_company_has_the_label_one() -> None:
    x, y = mates.company(np.random.default_rng(0))
    assert y.sum() == len(y) / 2
    assert x[y == 1].mean() - x[y == 0].mean() == pytest.approx(2, abs=0.3)


def test_what_the_company_leaks_is_gone_in_evaluation_mode() -> None:
    training, evaluation = mates.company_scores(True, 0, steps=60)
    assert training > 0.9 > 0.7 > evaluation


def test_batches_hold_the_number_of_classes_asked_for(data: Digits) -> None:
    _, y = next(mates.few_classes(data, 2, 32, np.random.default_rng(0)))
    assert len(np.unique(y)) == 2


@pytest.mark.parametrize("batch_norm, low, high", [(False, 0, 1e-12), (True, 0.1, 1)])
def test_parts_add_up_to_the_whole_only_without_batch_norm(
    data: Digits, batch_norm: bool, low: float, high: float
) -> None:
    assert low <= accumulate.mismatch(data, batch_norm, 2, 0) <= high


def test_mirroring_twice_changes_nothing(data: Digits) -> None:
    assert np.array_equal(finetune.turned(finetune.turned(data.test_x)), data.test_x)
    assert not np.array_equal(finetune.turned(data.test_x), data.test_x)


def test_frozen_steps_leave_the_statistics_and_move_the_scales(data: Digits) -> None:
    net = hyper.trained(data, 0, steps=5)
    norm = norms_of(net)[0]
    mean, gamma = norm.kept_mean.copy(), norm.params["gamma"].copy()
    finetune.step_in_mode(net, data.train_x[:4], data.train_y[:4], 0.1, training=False)
    assert np.array_equal(norm.kept_mean, mean)
    assert not np.array_equal(norm.params["gamma"], gamma)


def test_fine_tuning_leaves_the_old_network_alone(data: Digits) -> None:
    net = hyper.trained(data, 0, steps=5)
    before = net.layers[0].params["W"].copy()
    finetune.tuned_score(net, data, False, 0.1, 0, size=8, steps=3)
    assert np.array_equal(net.layers[0].params["W"], before)


def test_carrying_a_network_gives_its_epsilon_back(data: Digits) -> None:
    net = hyper.trained(data, 0, steps=5)
    home = net.accuracy(data.test_x, data.test_y)
    assert hyper.carried(net, data, 100.0) != home
    assert net.accuracy(data.test_x, data.test_y) == home


def test_batch_norm_keeps_its_input_and_two_numbers_a_feature() -> None:
    for case, size, features in (
        (overhead.dense_case(), 128 * 256, 256),
        (overhead.conv_case(), 16 * 32 * 256, 32),
    ):
        plain, normed, x = case
        assert overhead.kept_bytes(plain, x) == 4 * size
        assert overhead.kept_bytes(normed, x) == 4 * (2 * size + 2 * features)


def test_the_same_seed_gives_the_same_result(data: Digits) -> None:
    one, two = (ghost.dense_errors(data, 4, 1, steps=5) for _ in range(2))
    assert one == two
    assert one != ghost.dense_errors(data, 4, 2, steps=5)
    same = [ghostconv.conv_error(data, 4, 1, steps=2) for _ in range(2)]
    assert same[0] == same[1]


def test_no_shift_is_the_ordinary_test() -> None:
    raw = digits()
    net = moved.trained(raw, True, 0.1, 0)
    scores = moved.brighter_scores(net, raw)
    assert scores[0] == net.accuracy(raw.test_x, raw.test_y)
    assert scores[-1] < scores[0]
