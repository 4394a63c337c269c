"""The experiments on why batch normalization works, on short runs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lab import causes, signal
from lab.data import Digits, digits
from lab.many import BatchNorm, Nets, Stream, train

WIDTHS = (64, 12, 8, 10)


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits(standardized=True)


def test_shaking_of_strength_zero_is_none(data: Digits) -> None:
    x, y = next(Stream(data, [1, 2], 20))
    still = causes.shaken(WIDTHS, [1, 2], [0, 1]).losses(x, y, True)
    plain = Nets(WIDTHS, [1, 2], True).losses(x, y, True)
    assert still[0] == plain[0]
    assert still[1] != plain[1]


def test_shaking_differs_from_step_to_step_but_not_from_run_to_run(
    data: Digits,
) -> None:
    x, y = next(Stream(data, [1], 20))
    one, two = (causes.shaken(WIDTHS, [1], [0.5]) for _ in range(2))
    first, again = one.losses(x, y, True), two.losses(x, y, True)
    assert first == again
    assert one.losses(x, y, True) != first


def test_shaken_units_have_moved_means_and_other_spreads() -> None:
    layer = causes.ShakenBatchNorm(1, 500, torch.tensor([[[0.5]]]))
    x = torch.randn(1, 500, 40, generator=torch.Generator().manual_seed(0))
    y = layer(x, True)
    assert y.mean(2).std().item() == pytest.approx(0.5, abs=0.06)
    assert y.std(2, correction=0).log().std().item() == pytest.approx(0.25, abs=0.03)
    assert torch.equal(layer(x, False), BatchNorm.__call__(layer, x, False))


def test_groups_are_normalized_by_themselves_and_evaluated_together() -> None:
    layer = causes.GroupedBatchNorm(1, 3, size=4, batch=8)
    x = torch.randn(1, 3, 8, generator=torch.Generator().manual_seed(0))
    halves = layer(x, True).view(3, 2, 4)
    assert torch.allclose(halves.mean(2), torch.zeros(3, 2), atol=1e-6)
    assert torch.allclose(halves.var(2, correction=0), torch.ones(3, 2), atol=1e-3)
    mean = 0.1 * x[0].mean(1)
    var = 0.9 + 0.1 * x[0].view(3, 2, 4).var(2).mean(1)
    expected = (x[0] - mean[:, None]) / (var[:, None] + 1e-5).sqrt()
    assert torch.allclose(layer(x, False)[0], expected, atol=1e-6)


def test_a_part_of_the_normalization_leaves_the_other_alone() -> None:
    x = 3 + 2 * torch.randn(1, 4, 50, generator=torch.Generator().manual_seed(0))
    spread = x.std(2, correction=0)
    centered = causes.PartialBatchNorm(1, 4, center=True, scale=False)(x, True)
    assert torch.allclose(centered.mean(2), torch.zeros(1, 4), atol=1e-5)
    assert torch.allclose(centered.std(2, correction=0), spread)
    scaled = causes.PartialBatchNorm(1, 4, center=False, scale=True)(x, True)
    assert torch.allclose(scaled.std(2, correction=0), torch.ones(1, 4), atol=1e-4)
    assert torch.allclose(scaled.mean(2), x.mean(2) / spread, atol=1e-4)
    assert torch.equal(causes.PartialBatchNorm(1, 4, False, False)(x, True), x)


def test_both_parts_are_batch_normalization_in_both_modes(data: Digits) -> None:
    x, y = next(Stream(data, [1, 2], 20))
    whole = Nets(WIDTHS, [1, 2], True)
    parts = causes.partial(WIDTHS, [1, 2], center=True, scale=True)
    for training in (True, False):
        expected = whole.losses(x, y, training)
        assert torch.allclose(parts.losses(x, y, training), expected, atol=1e-5)


def test_one_group_is_plain_batch_normalization(data: Digits) -> None:
    grouped = causes.grouped(WIDTHS, [1], size=20, batch=20)
    _, ours = train(grouped, data, [0.3], 10, size=20)
    _, theirs = train(Nets(WIDTHS, [1], True), data, [0.3], 10, size=20)
    assert np.array_equal(ours, theirs)


def test_trial_steps_are_undone(data: Digits) -> None:
    looked, plain = Nets(WIDTHS, [1, 2], True), Nets(WIDTHS, [1, 2], True)
    seen = causes.lookahead(data, looked, 0.3, (0.01, 1.0), steps=20, every=5)
    train(plain, data, [0.3, 0.3], 20)
    assert seen.loss.shape == seen.turn.shape == (5, 2, 2)
    assert all(map(torch.equal, looked.parameters(), plain.parameters()))
    assert torch.equal(looked.norms[0].kept_mean, plain.norms[0].kept_mean)


def test_short_steps_lower_the_loss_and_keep_the_gradient(data: Digits) -> None:
    nets = Nets(WIDTHS, [1, 2], True)
    seen = causes.lookahead(data, nets, 0.3, (0.001, 0.01), steps=5, every=5)
    assert np.all(seen.loss < 1)
    assert np.all(seen.turn[:, 0] < seen.turn[:, 1])


def test_weights_grow_by_the_squares_of_the_steps(data: Digits) -> None:
    found = causes.growth(data, WIDTHS, (1, 2), rate=1.0, steps=20)
    assert found.predicted == pytest.approx(found.squared, rel=1e-4)
    assert np.all(found.squared[-1] > 1.01 * found.squared[0])
    assert found.turned.shape == (20, 2)


def test_gradients_grow_with_batch_norm_and_not_without() -> None:
    grown = {
        batch_norm: np.exp(
            np.log(signal.gradient_growth(batch_norm, 0, width=128, depth=8)).mean()
        )
        for batch_norm in (False, True)
    }
    assert grown[False] == pytest.approx(1.0, abs=0.2)
    assert grown[True] == pytest.approx(np.pi / (np.pi - 1), abs=0.2)


def test_the_backward_pass_of_the_normalization_is_pytorchs() -> None:
    rng = np.random.default_rng(0)
    x, grad = rng.normal(2, 3, (9, 4)), rng.normal(size=(9, 4))
    z, spread = signal.normalize(x)
    leaf = torch.tensor(x, requires_grad=True)
    out = torch.nn.functional.batch_norm(leaf, None, None, training=True)
    out.backward(torch.tensor(grad))
    assert z == pytest.approx(out.detach().numpy())
    ours = signal.normalize_backward(grad, z, spread)
    assert ours == pytest.approx(leaf.grad.numpy(), abs=1e-6)


def test_branches_shrink_with_batch_norm_and_do_not_without() -> None:
    shares, squared = signal.residual(True, 0, blocks=20, width=128)
    assert shares == pytest.approx(1 / (np.arange(20) + 2), rel=0.15)
    plain, plain_squared = signal.residual(False, 0, blocks=20, width=128)
    assert plain == pytest.approx(np.full(20, 0.5), abs=0.15)
    assert squared[0] / squared[-1] < plain_squared[0] / plain_squared[-1] / 100


def test_the_noise_of_a_large_batch_follows_the_theory() -> None:
    found = signal.batch_noise(1.0, (64,), seed=0)
    assert found == pytest.approx(signal.batch_noise_theory(1.0, (64,)), rel=0.05)


def test_in_a_batch_of_two_the_noise_is_below_the_theory() -> None:
    found = signal.batch_noise(1.0, (2,), seed=0)
    assert found[0] < 0.9 * signal.batch_noise_theory(1.0, (2,))[0]
