"""The experiments of the chapter on training, on short runs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lab import dead, decay, lag, peek, placement, shift, starts, tuning
from lab.data import Digits, digits
from lab.nets import BatchNorm, Linear, Net
from lab.parts import Dropout, Normalization, ReLU, Residual, norms_of, relu_net


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits(standardized=True)


def test_relu_passes_what_is_positive_and_its_gradient() -> None:
    layer = ReLU()
    assert layer.forward(np.array([[-1.0, 0.0, 2.0]]), True).tolist() == [[0, 0, 2]]
    assert layer.backward(np.ones((1, 3))).tolist() == [[0, 0, 1]]


def test_dropout_keeps_the_mean_in_training_and_does_nothing_else() -> None:
    layer = Dropout(0.25, np.random.default_rng(0))
    x = np.ones((1000, 100))
    assert layer.forward(x, training=True).mean() == pytest.approx(1, abs=0.01)
    assert np.array_equal(layer.forward(x, training=False), x)


def test_the_chosen_momentum_weighs_the_new_value() -> None:
    layer, usual = Normalization(2, momentum=0.1), BatchNorm(2)
    whole = Normalization(2, momentum=1.0)
    x = np.array([[1.0, 2.0], [3.0, 8.0]])
    for each in (layer, usual, whole):
        each.forward(x, training=True)
    assert np.allclose(layer.kept_var, usual.kept_var)
    assert np.allclose(whole.kept_mean, [2, 5]) and np.allclose(whole.kept_var, [2, 18])


def test_a_residual_has_the_gradient_of_its_finite_differences() -> None:
    rng = np.random.default_rng(0)
    layer = Residual([Linear(3, 3, rng), Normalization(3), ReLU(), Linear(3, 3, rng)])
    x, upstream = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    layer.forward(x, True)
    grad, h = layer.backward(upstream), 1e-6
    for place in ((0, 0), (4, 2)):
        bump = np.zeros_like(x)
        bump[place] = h
        high, low = (layer.forward(x + s * bump, True) for s in (1, -1))
        slope = ((high - low) * upstream).sum() / (2 * h)
        assert grad[place] == pytest.approx(slope, rel=1e-5)


def test_exact_statistics_are_those_of_the_images_and_do_not_stay(data: Digits) -> None:
    net = relu_net(lag.WIDTHS, np.random.default_rng(0))
    with lag.precise(net, data.train_x):
        whole = net.forward(data.train_x)
        first = norms_of(net)[0].kept_mean
        entering = net.inputs(data.train_x, Normalization)[0]
        assert np.allclose(first, entering.mean(0))
        assert np.allclose(whole, net.forward(data.train_x, True), atol=0.02)
    assert np.all(norms_of(net)[0].kept_mean == 0)
    assert norms_of(net)[0].momentum == 0.1


def test_testing_on_the_way_does_not_change_the_training(data: Digits) -> None:
    often = lag.lag_run(data, 0, times=(0, 2, 4, 6))
    seldom = lag.lag_run(data, 0, times=(6,))
    assert often.running[-1] == seldom.running[-1]
    assert often.exact[-1] == seldom.exact[-1]


def test_a_bias_in_front_of_batch_norm_changes_no_loss(data: Digits) -> None:
    one, two = (dead.twin(data, biased, 0, steps=5) for biased in (True, False))
    assert np.abs(one.loss - two.loss).max() < 1e-12
    assert one.largest < 1e-12
    assert dead.live_gradient(one.net, data.train_x, data.train_y) > 1e-4


def test_passes_in_training_mode_change_the_statistics_only() -> None:
    raw = digits()
    net = peek.trained(raw, 0, steps=2)
    weights = net.layers[0].params["W"].copy()
    kept = norms_of(net)[0].kept_mean.copy()
    peek.wrong_pass(net, peek.greyed(raw.test_x))
    assert np.array_equal(weights, net.layers[0].params["W"])
    assert not np.allclose(kept, norms_of(net)[0].kept_mean)


def test_zero_gammas_everywhere_stop_a_plain_network(data: Digits) -> None:
    score = starts.started_accuracy(data, "0", 0.3, 0, steps=10)
    assert score < 0.2 < starts.started_accuracy(data, "1", 0.3, 0, steps=10)


@pytest.mark.parametrize("gamma, last", [(1.0, 11.0), (0.0, 1.0)])
def test_each_branch_adds_its_variance_to_the_trunk(
    data: Digits, gamma: float, last: float
) -> None:
    net = starts.residual_net(10, 24, gamma, np.random.default_rng(0))
    assert starts.trunk_variance(net, data.train_x)[-1] == pytest.approx(last, rel=0.25)


def test_a_silent_branch_wakes_at_the_first_step(data: Digits) -> None:
    quiet = starts.residual_run(data, 0.0, 0.3, 0, steps=6)
    assert quiet.loss[-1] < quiet.loss[0]


@pytest.mark.parametrize("place, kinds", [("before", [1, 2]), ("after", [2, 1])])
def test_the_place_of_the_normalization_is_the_one_asked_for(
    place: str, kinds: list[int]
) -> None:
    net = placement.placed_net(place, "ReLU", np.random.default_rng(0))
    found = [1 if isinstance(layer, BatchNorm) else 2 for layer in net.layers[1:3]]
    assert found == kinds


def test_weights_only_grow_without_decay_and_are_perpendicular(data: Digits) -> None:
    run = decay.decay_run(data, 1.0, 0.0, 0, steps=20)
    assert np.all(np.diff(run.length) > -1e-5)
    assert np.abs(run.product).max() < 1e-3


def test_ten_times_the_weights_need_a_hundred_times_the_rate(data: Digits) -> None:
    usual, same, other = (
        decay.rescaled_losses(data, factor, boost, 0, steps=10)
        for factor, boost in ((1, 1), (10, 100), (10, 10))
    )
    assert np.abs(usual - same).max() < 1e-4 < np.abs(usual - other).max()


def test_with_adam_ten_times_the_weights_need_ten_times_the_rate(data: Digits) -> None:
    usual, same, other = (
        decay.adam_losses(data, factor, boost, 0, steps=10)
        for factor, boost in ((1, 1), (10, 10), (10, 1))
    )
    assert np.abs(usual - same).max() < 1e-2 < np.abs(usual - other).max()


def test_adams_steps_are_pytorchs() -> None:
    rng, adam = np.random.default_rng(0), decay.Adam()
    weight = rng.normal(size=5)
    theirs = torch.tensor(weight, requires_grad=True)
    optimizer = torch.optim.Adam([theirs], lr=0.01, eps=1e-10)
    for grad in rng.normal(size=(4, 5)):
        theirs.grad = torch.tensor(grad)
        optimizer.step()
        weight = weight - 0.01 * adam.direction(grad)
    assert np.allclose(theirs.detach().numpy(), weight, atol=1e-9)


def test_the_variance_behind_dropout_is_the_one_foreseen() -> None:
    rng = np.random.default_rng(0)
    x, weights = rng.random((50, 30)), rng.normal(size=(30, 4))
    layer = Dropout(0.5, rng)
    seen = np.concatenate([layer.forward(x, True) @ weights for _ in range(400)])
    foreseen = shift.foreseen_variance(x, weights, 0.5)
    assert np.allclose(seen.var(0), foreseen, rtol=0.05)


def test_dropout_last_shifts_no_normalization(data: Digits) -> None:
    run = shift.shift_run(data, 0.5, "last", 0, steps=60)
    assert np.median(run.kept / run.faced) == pytest.approx(1, abs=0.1)


def test_momentum_moves_no_curve_in_training_mode(data: Digits) -> None:
    short, long = (
        tuning.curves(data, 0, momentum=a, steps=20, every=10) for a in (1.0, 0.01)
    )
    assert np.array_equal(short.batch_mode, long.batch_mode)
    assert not np.allclose(short.train, long.train)


def _weights(net: Net) -> np.ndarray:
    return np.concatenate(
        [layer.params["W"].ravel() for layer in dead.dead_biases(net)]
    )


def test_the_same_seed_gives_the_same_run(data: Digits) -> None:
    one, two, other = (
        tuning.curves(data, seed, steps=10, every=10) for seed in (3, 3, 4)
    )
    assert np.array_equal(_weights(one.net), _weights(two.net))
    assert not np.array_equal(_weights(one.net), _weights(other.net))
