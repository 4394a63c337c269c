"""Run in Triton's interpreter, the kernels agree with PyTorch's autograd in float64."""

import subprocess
import sys

import pytest
import torch
from torch.nn.functional import batch_norm as torchs

from autograder.gpu import function
from autograder.gpu.plan import Plan, plan

#: Neither samples nor channels nor positions fill a block.
ODD = [(5, 2, 7, 3), (2, 3, 1, 1), (5, 3), (3, 70), (1, 1, 37)]
#: How far a result may be off, per type: a rounding of values up to 8, and a few.
CLOSE = {
    torch.float64: 1e-13,
    torch.float32: 5e-6,
    torch.float16: 8 * 2**-11,
    torch.bfloat16: 8 * 2**-8,
}
TYPES = sorted(CLOSE, key=str)
EPS = 1e-3


def drawn(shape, dtype=torch.float32, offset=3.0):
    """Return x, gamma, beta, residual and dy; the parameters are never half."""
    torch.manual_seed(0)
    x = (torch.randn(shape, dtype=torch.float64) * 2 + offset).to(dtype)
    own = torch.float64 if dtype == torch.float64 else torch.float32
    gamma, beta = torch.randn(2, shape[1], dtype=own)
    residual, dy = torch.randn(2, *shape, dtype=torch.float64).to(dtype)
    return x, gamma, beta, residual, dy


def passes(batch_norm, dy, *inputs):
    """Return y and the gradients of all inputs that are there."""
    leaves = [None if a is None else a.clone().requires_grad_() for a in inputs]
    y = batch_norm(*leaves)
    y.backward(dy)
    return [y.detach(), *(leaf.grad for leaf in leaves if leaf is not None)]


def exactly(x, gamma, beta, residual, dy, relu):
    def formula(x, gamma, beta, residual):
        y = torchs(x, None, None, gamma, beta, training=True, eps=EPS)
        y = y if residual is None else y + residual
        return y.relu() if relu else y

    inputs = [None if a is None else a.double() for a in (x, gamma, beta, residual)]
    return passes(formula, dy.double(), *inputs)


def ours(x, gamma, beta, residual, dy, relu):
    def batch_norm(*inputs):
        return function.batch_norm(*inputs[:3], EPS, inputs[3], relu)[0]

    return passes(batch_norm, dy, x, gamma, beta, residual)


def furthest(found, expected):
    """Return the largest error of each result, relative where numbers exceed 1."""
    return [
        float(((a.double() - b).abs() / b.abs().clamp(min=1)).max())
        for a, b in zip(found, expected, strict=True)
    ]


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("shape", ODD, ids=str)
def test_both_passes_agree_with_autograd_on_odd_shapes(shape, dtype):
    x, gamma, beta, _, dy = drawn(shape, dtype)
    if shape[0] == 1:
        dy = dy + 1  # a gradient that does not cancel over one sample
    found = ours(x, gamma, beta, None, dy, False)
    assert max(furthest(found, exactly(x, gamma, beta, None, dy, False))) < CLOSE[dtype]


@pytest.mark.parametrize("relu", [False, True], ids=["linear", "relu"])
@pytest.mark.parametrize("added", [False, True], ids=["alone", "residual"])
def test_fused_relu_and_residual_agree_with_the_sequence(added, relu):
    x, gamma, beta, residual, dy = drawn((5, 2, 7, 5))
    residual = residual if added else None
    found = ours(x, gamma, beta, residual, dy, relu)
    expected = exactly(x, gamma, beta, residual, dy, relu)
    assert len(found) == 4 + added
    assert max(furthest(found, expected)) < CLOSE[torch.float32]


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_any_number_of_parts_gives_the_same_result(parts):
    x, gamma, beta, _, dy = drawn((6, 2, 5, 7))
    cut = Plan(6, 2, 35, block_n=2, block_c=1, block_s=16, parts=parts)
    y, saved = function.forward(x, gamma, beta, None, EPS, False, cut)
    back = function.backward(x, gamma, beta, None, saved, dy, EPS, False, cut)
    expected = exactly(x, gamma, beta, None, dy, False)
    assert max(furthest([y, *back[:3]], expected)) < CLOSE[torch.float32]


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("shape", [(5, 2, 7, 3), (5, 3)], ids=str)
def test_one_program_per_channel_agrees_with_autograd(shape, dtype):
    x, gamma, beta, _, dy = drawn(shape, dtype)
    y, mean, var = function.forward_by_channel(x, gamma, beta, EPS, block=64)
    back = function.backward_by_channel(x, gamma, mean, var, dy, EPS, block=64)
    expected = exactly(x, gamma, beta, None, dy, False)
    assert max(furthest([y, *back], expected)) < CLOSE[dtype]


def test_channels_last_is_computed_in_place_of_its_numbers():
    x, gamma, beta, residual, dy = drawn((3, 5, 4, 7))
    last = x.to(memory_format=torch.channels_last)
    y, _, _ = function.batch_norm(last, gamma, beta, EPS)
    assert y.stride() == last.stride()
    found = ours(last, gamma, beta, residual, dy, True)
    expected = exactly(x, gamma, beta, residual, dy, True)
    assert max(furthest(found, expected)) < CLOSE[torch.float32]


@pytest.mark.parametrize("offset", [0, 6])
def test_ordinary_inputs_are_right_to_two_millionths(offset):
    """The spread is 2, so the mean is at most three times the spread."""
    x, gamma, beta, _, _ = drawn((8, 4, 28, 28), offset=offset)
    y, _, _ = function.batch_norm(x, gamma, beta, EPS)
    expected = exactly(x, gamma, beta, None, x, False)[0]
    assert furthest([y], [expected])[0] < 2e-6


@pytest.mark.parametrize("offset, close", [(1e3, 2e-6), (1e5, 2e-6)])
def test_a_large_mean_costs_no_digits(offset, close):
    x, gamma, beta, _, dy = drawn((16, 2, 8, 8), offset=offset)
    found = ours(x, gamma, beta, None, dy, False)
    assert furthest(found, exactly(x, gamma, beta, None, dy, False))[0] < close


def test_a_channel_that_does_not_vary_becomes_beta():
    x, gamma, beta, _, _ = drawn((3, 2, 5))
    x[:, 1] = 7
    y, _, var = function.batch_norm(x, gamma, beta, EPS)
    assert var[1] == 0
    assert (y[:, 1] == beta[1]).all()


def test_the_statistics_are_those_of_the_batch():
    x, gamma, beta, _, _ = drawn((5, 3, 4))
    _, mean, var = function.batch_norm(x, gamma, beta, EPS)
    exact = x.double().transpose(0, 1).flatten(1)
    assert torch.allclose(mean.double(), exact.mean(1), atol=1e-6)
    assert torch.allclose(var.double(), exact.var(1, correction=0), atol=1e-6)


@pytest.mark.parametrize("relu", [False, True], ids=["linear", "relu"])
def test_the_gradients_pass_gradcheck(relu):
    x, gamma, beta, residual, _ = drawn((3, 2, 3), torch.float64)
    inputs = [a.requires_grad_() for a in (x, gamma, beta, residual)]

    def y(x, gamma, beta, residual):
        return function.batch_norm(x, gamma, beta, EPS, residual, relu)[0]

    assert torch.autograd.gradcheck(y, inputs, fast_mode=True)


@pytest.mark.parametrize(
    "shape",
    [(128, 64, 12544), (256, 2048, 49), (131072, 1024, 1), (64, 6, 262144), (1, 1, 1)],
    ids=str,
)
def test_a_plan_fills_the_gpu_without_empty_programs(shape):
    cut = plan(*shape, processors=132)
    tiles = -(-cut.n // cut.block_n) * -(-cut.s // cut.block_s)
    assert 1 <= cut.parts <= tiles
    assert cut.block_n * cut.block_c * cut.block_s <= 2048
    if cut.n * cut.c * cut.s > 10**7:
        assert cut.grid[0] * cut.parts >= 4 * 132


def test_without_gpu_and_interpreter_the_kernels_say_what_they_need(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET")
    x, gamma, beta, _, _ = drawn((3, 2))
    with pytest.raises(ValueError, match="TRITON_INTERPRET=1 in the environment"):
        function.batch_norm(x, gamma, beta)


def test_the_package_is_no_part_of_what_the_judge_imports():
    program = (
        "import sys, autograder, autograder.exercises as e, autograder.gpu; "
        "[e.load(name) for name in e.names()]; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'triton')))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
