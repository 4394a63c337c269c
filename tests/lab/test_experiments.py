"""The experiments of the chapters, on small runs: same seed, same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from lab import drift, outside
from lab.data import Digits, digits
from lab.nets import BatchNorm, sigmoid_net


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits(standardized=True)


@pytest.fixture(scope="module")
def short(data: Digits) -> drift.Drift:
    return drift.record(data, batch_norm=True, seed=1, steps=40, every=20)


def test_a_recording_is_the_same_for_the_same_seed(
    data: Digits, short: drift.Drift
) -> None:
    again = drift.record(data, batch_norm=True, seed=1, steps=40, every=20)
    other = drift.record(data, batch_norm=True, seed=2, steps=40, every=20)
    assert np.array_equal(short.mean, again.mean)
    assert np.array_equal(short.accuracy, again.accuracy)
    assert not np.array_equal(short.mean, other.mean)


def test_a_recording_has_one_entry_per_observation_layer_and_unit(
    short: drift.Drift,
) -> None:
    assert short.steps.tolist() == [0, 20, 40]
    assert short.mean.shape == short.std.shape == (3, 3, 100)
    assert short.bands.shape == (3, 3, 3)
    assert short.spread().shape == short.travel().shape == (3, 3)
    assert np.all(short.travel()[0] == 0)


def test_bands_are_percentiles_in_order(short: drift.Drift) -> None:
    assert np.all(np.diff(short.bands, axis=2) > 0)


def test_watching_does_not_change_the_training(data: Digits) -> None:
    seldom = drift.record(data, True, seed=1, steps=40, every=40)
    often = drift.record(data, True, seed=1, steps=40, every=5)
    assert np.array_equal(seldom.mean[-1], often.mean[-1])
    assert seldom.accuracy[-1] == often.accuracy[-1]


def test_both_networks_start_from_the_same_weights(data: Digits) -> None:
    plain = drift.record(data, False, seed=1, steps=0).net
    normed = drift.record(data, True, seed=1, steps=0).net
    assert np.array_equal(plain.layers[0].params["W"], normed.layers[0].params["W"])
    assert np.array_equal(plain.layers[-1].params["W"], normed.layers[-1].params["W"])


def test_normalized_inputs_have_the_mean_beta_and_the_spread_gamma(
    short: drift.Drift,
) -> None:
    gamma, beta = drift.scales(short.net)
    assert gamma.shape == beta.shape == (300,)
    assert np.allclose(short.mean[-1].ravel(), beta)
    assert np.allclose(short.std[-1].ravel(), np.abs(gamma), rtol=1e-3)


def test_single_images_in_training_mode_all_get_one_answer(
    data: Digits, short: drift.Drift
) -> None:
    shares = [np.mean(data.test_y == digit) for digit in range(10)]
    assert drift.accuracy_by_batch(short.net, data, 1, seed=0) in shares


def test_testing_in_training_mode_changes_no_running_average(data: Digits) -> None:
    net = sigmoid_net((64, 8, 10), np.random.default_rng(0), batch_norm=True)
    norm = next(layer for layer in net.layers if isinstance(layer, BatchNorm))
    drift.accuracy_by_batch(net, data, 50, seed=0)
    assert np.all(norm.kept_mean == 0)


@pytest.mark.parametrize("inside", [True, False])
def test_the_bias_alone_never_changes_the_loss(data: Digits, inside: bool) -> None:
    run = outside.bias_run(data, inside, only_bias=True, seed=0, steps=20)
    assert np.ptp(run.loss) < 1e-12


def test_outside_the_bias_grows_by_the_same_amount_at_every_step(data: Digits) -> None:
    run = outside.bias_run(data, inside=False, only_bias=True, seed=0, steps=20)
    assert np.allclose(np.diff(run.bias), run.bias[1], atol=1e-12)
    assert run.bias[1] > 1e-3


def test_inside_the_bias_stays_where_it_is(data: Digits) -> None:
    run = outside.bias_run(data, inside=True, only_bias=False, seed=0, steps=20)
    assert run.bias.max() < 1e-12
    assert run.loss[-1] < run.loss[0]


def test_standardizing_inside_has_the_gradient_of_batch_norm() -> None:
    rng = np.random.default_rng(0)
    x, upstream = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    ours, theirs = outside.Standardize(inside=True), BatchNorm(4)
    assert np.allclose(ours.forward(x, True), theirs.forward(x, True))
    assert np.allclose(ours.backward(upstream), theirs.backward(upstream))
