"""The exercise `alternatives`: its reference against PyTorch, right styles, limits."""

import numpy as np
import pytest
import torch

from autograder.exercises.alternatives import EXERCISE
from autograder.reference import alternatives as reference
from tests.judge.support import SEEDS, lost, verdicts

F = torch.nn.functional


def close(found, expected):
    np.testing.assert_allclose(found, np.asarray(expected), rtol=0, atol=1e-12)


def draw(shape, parameters, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(2, 3, shape), *rng.normal(size=(2, parameters))


def gradients(forward, x, gamma, beta, dy):
    """Return what PyTorch's autograd says of dx, dgamma and dbeta."""
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    forward(*tensors).backward(torch.tensor(dy))
    return [tensor.grad for tensor in tensors]


@pytest.mark.parametrize("shape", [(1, 4), (5, 1), (7, 3)])
def test_layer_normalization_and_its_gradients_equal_pytorch(shape):
    x, gamma, beta = draw(shape, shape[1])
    y, cache = reference.layernorm(x, gamma, beta, 0.2)

    def forward(x, gamma, beta):
        return F.layer_norm(x, shape[1:], gamma, beta, 0.2)

    close(y, forward(*map(torch.tensor, (x, gamma, beta))))
    dy = np.random.default_rng(1).normal(size=shape)
    found = reference.layernorm_backward(dy, cache)
    for one, other in zip(found, gradients(forward, x, gamma, beta, dy), strict=True):
        close(one, other)


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_normalization_and_its_gradients_equal_pytorch(groups):
    x, gamma, beta = draw((3, 6, 4, 5), 6)
    y, cache = reference.groupnorm(x, gamma, beta, groups, 0.2)

    def forward(x, gamma, beta):
        return F.group_norm(x, groups, gamma, beta, 0.2)

    close(y, forward(*map(torch.tensor, (x, gamma, beta))))
    dy = np.random.default_rng(1).normal(size=x.shape)
    found = reference.groupnorm_backward(dy, cache, groups)
    for one, other in zip(found, gradients(forward, x, gamma, beta, dy), strict=True):
        close(one, other)


def test_instance_normalization_equals_pytorch():
    x, gamma, beta = draw((3, 6, 4, 5), 6)
    arrays = [torch.tensor(a) for a in (x, gamma, beta)]
    expected = F.instance_norm(arrays[0], weight=arrays[1], bias=arrays[2], eps=0.2)
    close(reference.instancenorm(x, gamma, beta, 0.2), expected)


def test_rms_normalization_equals_pytorch():
    x, gamma, _ = draw((5, 4), 4)
    expected = F.rms_norm(torch.tensor(x), (4,), torch.tensor(gamma), 0.2)
    close(reference.rmsnorm(x, gamma, 0.2), expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_group_is_layer_norm_and_a_group_each_is_instance_norm(seed):
    x, gamma, beta = draw((3, 6, 4, 5), 6, seed)
    one, (one_hat, _, _) = reference.groupnorm(x, gamma, beta, 1, 0.2)
    _, (flat_hat, _, _) = reference.layernorm(
        x.reshape(3, -1), np.ones(120), np.zeros(120), 0.2
    )
    close(one_hat, flat_hat.reshape(x.shape))
    close(one, gamma[:, None, None] * one_hat + beta[:, None, None])
    each, _ = reference.groupnorm(x, gamma, beta, 6, 0.2)
    close(each, reference.instancenorm(x, gamma, beta, 0.2))


def test_rms_norm_of_a_centered_row_is_layer_norm_without_beta():
    x, gamma, _ = draw((5, 4), 4)
    x = x - x.mean(axis=1, keepdims=True)
    y, _ = reference.layernorm(x, gamma, np.zeros(4), 0.2)
    close(reference.rmsnorm(x, gamma, 0.2), y)


def test_channels_that_cannot_be_split_evenly_are_refused():
    x, gamma, beta = draw((2, 6, 3, 3), 6)
    with pytest.raises(ValueError, match="6 channels cannot be split into 4 groups"):
        reference.groupnorm(x, gamma, beta, 4, 0.2)


def test_batch_normalization_is_told_from_every_alternative_by_a_sample_alone():
    def over_the_batch(x, gamma, beta, *rest):
        axes = (0, *range(2, x.ndim))
        wide = (slice(None), *[None] * (x.ndim - 2))
        z = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1)
        return gamma[wide] * z + beta[wide]

    with_cache = ("layernorm", "groupnorm")
    for name in ("layernorm", "groupnorm", "instancenorm", "rmsnorm"):

        def wrong(x, gamma, *rest, name=name):
            y = over_the_batch(x, gamma, *(rest if name != "rmsnorm" else (0 * gamma,)))
            return (y, (y, gamma, gamma)) if name in with_cache else y

        assert "alone" in lost(verdicts(EXERCISE, {name: wrong}, only={"alone"}))
