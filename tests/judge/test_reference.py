"""The reference against PyTorch, which was written by other people."""

import numpy as np
import pytest
import torch

from autograder.reference import forward as reference

SHAPES = [(2, 1), (7, 4), (64, 3)]


def draw(shape, seed=0):
    rng = np.random.default_rng(seed)
    _, d = shape
    x = rng.normal(rng.uniform(-5, 5, d), rng.uniform(0.1, 5, d), shape)
    gamma, beta = rng.normal(size=(2, d))
    return x, gamma, beta


@pytest.mark.parametrize("shape", SHAPES)
def test_training_forward_equals_pytorch(shape):
    x, gamma, beta = draw(shape)
    y, (x_hat, cached_gamma, inv_std) = reference.batchnorm_train(x, gamma, beta, 0.2)
    expected = torch.nn.functional.batch_norm(
        torch.tensor(x),
        None,
        None,
        torch.tensor(gamma),
        torch.tensor(beta),
        True,
        0,
        0.2,
    )
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(gamma * x_hat + beta, y, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(cached_gamma, gamma)
    np.testing.assert_allclose(inv_std, (x.var(axis=0) + 0.2) ** -0.5, rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_running_statistics_equal_those_of_pytorch_over_three_steps(shape):
    layer = torch.nn.BatchNorm1d(shape[1], momentum=0.3).double()
    mean, var = np.zeros(shape[1]), np.ones(shape[1])
    for seed in range(3):
        x, *_ = draw(shape, seed)
        layer(torch.tensor(x))
        mean, var = reference.update_running(mean, var, x, 0.3)
    np.testing.assert_allclose(mean, layer.running_mean, rtol=1e-12)
    np.testing.assert_allclose(var, layer.running_var, rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_evaluation_equals_pytorch(shape):
    x, gamma, beta = draw(shape)
    mean, var = x.mean(axis=0) + 1, x.var(axis=0) * 2
    y = reference.batchnorm_eval(x, gamma, beta, mean, var, 0.2)
    arrays = [torch.tensor(a) for a in (x, mean, var, gamma, beta)]
    expected = torch.nn.functional.batch_norm(*arrays, training=False, eps=0.2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


def exact_normalized(x):
    """Normalize in extended precision."""
    wide = x.astype(np.longdouble)
    centered = wide - wide.mean(axis=0)
    return (centered / np.sqrt((centered**2).mean(axis=0))).astype(float)


@pytest.mark.parametrize("offset", [0, 1e4, 1e7])
def test_a_large_mean_costs_the_reference_less_than_a_millionth(offset):
    x = np.random.default_rng(0).normal(offset, 1, (256, 3))
    y, _ = reference.batchnorm_train(x, np.ones(3), np.zeros(3), 0)
    assert np.abs(y - exact_normalized(x)).max() < 1e-6


def test_a_large_mean_costs_pytorch_in_single_precision_more_than_a_millionth():
    x = np.random.default_rng(0).normal(1e4, 1, (256, 3)).astype(np.float32)
    y = torch.nn.functional.batch_norm(
        torch.tensor(x), None, None, training=True, eps=1e-30
    )
    reference_y, _ = reference.batchnorm_train(
        x.astype(float), np.ones(3), np.zeros(3), 0
    )
    assert np.abs(y.numpy() - exact_normalized(x)).max() > 1e-6
    assert np.abs(reference_y - exact_normalized(x)).max() < 1e-6
