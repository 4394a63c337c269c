"""The exercise `convolution`: the reference against PyTorch, and the judge's words."""

import numpy as np
import pytest
import torch

from autograder.exercises.convolution import EXERCISE
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.reference import convolution as reference
from tests.judge.support import lost, verdicts

SHAPES = [(2, 3, 4, 5), (1, 2, 3, 1), (6, 1, 2, 2)]
AXES = (0, 2, 3)


def draw(shape, seed=0):
    rng = np.random.default_rng(seed)
    c = shape[1]
    x = rng.normal(size=shape) * rng.uniform(0.1, 5, c)[:, None, None]
    x += np.linspace(-20, 20, c)[:, None, None]
    return x, *rng.normal(size=(2, c)), rng.normal(size=shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_training_and_its_gradient_equal_pytorch(shape):
    x, gamma, beta, dy = draw(shape)
    y, cache = reference.batchnorm2d_train(x, gamma, beta, 0.2)
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    image, weight, bias = tensors
    expected = torch.nn.functional.batch_norm(
        image, None, None, weight, bias, True, 0, 0.2
    )
    gradients = torch.autograd.grad(expected, tensors, torch.tensor(dy))
    np.testing.assert_allclose(y, expected.detach(), atol=1e-12)
    found = reference.batchnorm2d_backward(dy, cache)
    for ours, theirs in zip(found, gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-11)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_cache_is_made_of_the_batchs_own_statistics(shape):
    x, gamma, beta, _ = draw(shape)
    y, (x_hat, kept, inv_std) = reference.batchnorm2d_train(x, gamma, beta, 0.2)
    over = (slice(None), None, None)
    np.testing.assert_allclose(gamma[over] * x_hat + beta[over], y, atol=1e-12)
    np.testing.assert_array_equal(kept, gamma)
    np.testing.assert_allclose(inv_std, (x.var(axis=AXES) + 0.2) ** -0.5)


def test_the_gradient_of_x_has_no_mean_and_without_epsilon_no_part_along_x_hat():
    x, gamma, beta, dy = draw((3, 4, 2, 5))
    _, cache = reference.batchnorm2d_train(x, gamma, beta, 0.0)
    dx, _, _ = reference.batchnorm2d_backward(dy, cache)
    np.testing.assert_allclose(dx.sum(axis=AXES), 0, atol=1e-12)
    np.testing.assert_allclose((dx * cache[0]).sum(axis=AXES), 0, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_statistics_are_those_that_pytorch_keeps(shape):
    x, *_ = draw(shape)
    layer = torch.nn.BatchNorm2d(shape[1], momentum=1.0).double()
    layer(torch.tensor(x))
    mean, var = reference.batch_statistics(x)
    np.testing.assert_allclose(mean, layer.running_mean, rtol=1e-12)
    np.testing.assert_allclose(var, layer.running_var, rtol=1e-12)


@pytest.mark.parametrize("padding", [0, 1])
def test_the_folded_convolution_equals_convolution_and_evaluation_mode(padding):
    rng = np.random.default_rng(3)
    conv = torch.nn.Conv2d(3, 5, (2, 4), padding=padding).double()
    norm = torch.nn.BatchNorm2d(5, eps=0.3).double().eval()
    arrays = rng.normal(size=(4, 5))
    arrays[3] = np.exp(arrays[3])
    kept = (norm.weight, norm.bias, norm.running_mean, norm.running_var)
    with torch.no_grad():
        for tensor, array in zip(kept, arrays, strict=True):
            tensor.copy_(torch.tensor(array))
        x = torch.tensor(rng.normal(size=(2, 3, 6, 7)))
        expected = norm(conv(x))
        layers = (a.detach().numpy() for a in (conv.weight, conv.bias))
        weight, bias = reference.fold_into_conv(*layers, *arrays, 0.3)
        found = torch.nn.functional.conv2d(
            x, torch.tensor(weight), torch.tensor(bias), padding=padding
        )
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_sequences_equal_pytorch_with_the_features_moved_and_moved_back():
    rng = np.random.default_rng(0)
    x, (gamma, beta) = rng.normal(3, 2, (3, 5, 4)), rng.normal(size=(2, 4))
    expected = torch.nn.functional.batch_norm(
        torch.tensor(x).transpose(1, 2),
        None,
        None,
        torch.tensor(gamma),
        torch.tensor(beta),
        True,
        0,
        0.1,
    ).transpose(1, 2)
    found = reference.batchnorm_sequence(x, gamma, beta, 0.1)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def gamma_along_the_width(x, gamma, beta, eps):
    mean, var = x.mean(axis=AXES, keepdims=True), x.var(axis=AXES, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, gamma, 1 / np.sqrt(var + eps).ravel())


def test_gamma_lined_up_with_the_width_is_an_error_that_names_both_shapes():
    """It would pass unseen where the image is as wide as it has channels."""
    found = verdicts(EXERCISE, {"batchnorm2d_train": gamma_along_the_width})
    message = found["scale_shift"].message
    assert "(4,)" in message and "(3,4,2,5)" in message
    assert "gamma * x_hat + beta" in message


def instance_norm(x, gamma, beta, eps):
    mean, var = x.mean((2, 3), keepdims=True), x.var((2, 3), keepdims=True)
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inv_std
    y = gamma[None, :, None, None] * x_hat + beta[None, :, None, None]
    return y, (x_hat, gamma, inv_std)


def test_instance_normalization_is_named_whatever_shape_its_cache_has():
    def squeezed(*arguments):
        y, (x_hat, gamma, inv_std) = instance_norm(*arguments)
        return y, (x_hat, gamma, inv_std.squeeze())

    for function in (instance_norm, squeezed):
        found = verdicts(EXERCISE, {"batchnorm2d_train": function})
        assert found["per_channel"].slips == ("train-per-image",)
        assert lost(found) == {"per_channel", "cache"}


def plain_reshape(x, gamma, beta, eps):
    flat = x.reshape(-1, x.shape[1])
    inv_std = 1 / np.sqrt(flat.var(axis=0) + eps)
    x_hat = (flat - flat.mean(axis=0)) * inv_std
    return (gamma * x_hat + beta).reshape(x.shape), (x_hat, gamma, inv_std)


def test_a_cache_left_a_matrix_is_named_beside_the_wrong_reshape():
    found = verdicts(EXERCISE, {"batchnorm2d_train": plain_reshape})
    assert found["place"].slips == ("layout-plain-reshape",)
    assert found["cache"].slips == ("layout-plain-reshape", "cache-matrix")


def test_what_is_averaged_and_epsilon_are_judged_apart():
    def wrong_twice(x, gamma, beta, eps):
        return instance_norm(x, gamma, beta, 2 * eps)

    found = verdicts(EXERCISE, {"batchnorm2d_train": wrong_twice})
    assert {"per_channel", "epsilon"} <= lost(found)
    assert not {"place", "scale_shift"} & lost(found)


def test_a_notebook_with_one_function_gets_the_points_of_that_function():
    notebook = LocalImplementation({"fold_into_conv": reference.fold_into_conv})
    found = judge(EXERCISE, notebook, seed=0)
    passed = {v.criterion for v in found if v.status == "passed"}
    assert passed == {"fold_weight", "fold_bias"}
