"""The exercise `gpu`: its reference, and what its checks say to real Triton kernels."""

import linecache
import os
import sys
from pathlib import Path

os.environ["TRITON_INTERPRET"] = "1"  # before anything imports Triton

import nbformat
import numpy as np
import pytest
import torch

import autograder
from autograder.exercises.gpu import EXERCISE as GPU
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.reference import gpu as reference
from tests.judge.support import SEEDS, lost

ROOT = Path(autograder.__file__).parents[1]
SHAPES = [(2, 1, 1), (3, 2, 7), (5, 4, 3)]


def exactly(x, gamma, beta, dy, eps):
    """Let PyTorch compute y, dx, dgamma and dbeta in float64."""
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    y = torch.nn.functional.batch_norm(leaves[0], None, None, *leaves[1:], True, 0, eps)
    y.backward(torch.tensor(dy))
    return [y.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


def same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_reference_of_the_kernels_equals_pytorch(shape):
    rng = np.random.default_rng(0)
    x, dy = rng.normal(3, 2, shape), rng.normal(0.5, 1, shape)
    gamma, beta = rng.normal(size=(2, shape[1]))
    y, mean, var = reference.kernel_forward(x, gamma, beta, 0.2)
    gradients = reference.kernel_backward(x, gamma, mean, var, 0.2, dy)
    same([y, *gradients], exactly(x, gamma, beta, dy, 0.2))


def test_the_reference_of_the_function_equals_pytorch():
    rng = np.random.default_rng(0)
    x, dy, (gamma, beta) = (
        rng.normal(3, 2, (7, 4)),
        rng.normal(1, 1, (7, 4)),
        np.eye(2, 4),
    )
    y, saved = reference.function_forward(x, gamma, beta, 0.2)
    gradients = reference.function_backward(*saved, dy)
    same([y, *gradients], exactly(x, gamma, beta, dy, 0.2))


def notebook(path, changes=()):
    """Run a notebook's cells, but the checks, with some text changed."""
    namespace = {"__name__": "__main__", "np": np, "sys": sys}
    for cell in nbformat.read(ROOT / path, as_version=4).cells:
        graded = cell.source.startswith("check(") or cell.id.startswith("try_")
        if cell.cell_type == "code" and cell.id != "set_up" and not graded:
            source = cell.source
            for before, after in changes:
                source = source.replace(before, after)
            name = f"<{cell.id} {hash(source)}>"
            linecache.cache[name] = (1, None, source.splitlines(True), name)
            exec(compile(source, name, "exec"), namespace)
    return namespace


def judged(changes=(), seed=0, path="solutions/gpu/gpu.ipynb"):
    """Judge the kernels of a notebook; compiling and the report are tested apart."""
    namespace = notebook(path, changes)
    only = {c.name for c in GPU.criteria} - {"compiled", "share"}
    found = judge(GPU, LocalImplementation(namespace), seed, only)
    return {verdict.criterion: verdict for verdict in found}


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_the_solution_passes(seed, capsys):
    found = judged(seed=seed)
    assert not lost(found), [v.message for v in found.values() if v.message]
    assert "nothing to measure" in capsys.readouterr().out or torch.cuda.is_available()


#: What is changed in the solution, and the slips that are to be named for it.
WRONG = [
    (
        [("axis=0) / m\n    factor", "axis=0) / (m - 1)\n    factor")],
        {"kernel-variance-m-minus-1"},
    ),
    (
        [("(i // S) * C * S + channel * S", "(i // S) * C * S")],
        {"kernel-channel-missing", "kernel-backward-channel-missing"},
    ),
    ([("(i // S) * C * S", "(i // S) * S")], {"kernel-sample-step-without-channels"}),
    (
        [("(i // S) * C * S + channel * S", "(i // S) * S + channel * m")],
        {"kernel-channels-in-runs"},
    ),
    (
        [(", mask=i < m, other=0.0)", ")")],
        {"kernel-no-mask-in-the-mean", "kernel-backward-no-mask"},
    ),
    (
        [("tl.where(i < m, values - mu, 0.0)", "values - mu")],
        {"kernel-masked-lanes-are-centered"},
    ),
    ([("sums +=", "sums =")], {"kernel-mean-of-the-last-block"}),
    (
        [
            ("(BLOCK,), tl.float32", "(BLOCK,), x_ptr.dtype.element_ty"),
            (".to(tl.float32)", ""),
        ],
        {"kernel-half-sums"},
    ),
    (
        [("(beta_sum + normal * gamma_sum) / m", "(beta_sum + normal * gamma_sum)")],
        {"kernel-backward-sums-not-means"},
    ),
    ([("gamma_ptr + channel) / tl", "gamma_ptr) / tl")], {"kernel-one-gamma-for-all"}),
    ([("along.mean(0)) *", "along.sum(0)) *")], {"function-variance-term-sum"}),
    ([("torch.rsqrt(var", "torch.rsqrt(var.sqrt()")], {"function-root-twice"}),
]


@pytest.mark.parametrize(("changes", "slips"), WRONG)
def test_a_wrong_kernel_is_told_its_mistake(changes, slips):
    found = judged(changes)
    assert {name for verdict in found.values() for name in verdict.slips} == slips


def test_a_store_without_mask_is_told_by_what_it_hits():
    with pytest.raises(RuntimeError, match="numbers outside of dx"):
        namespace = notebook(
            "solutions/gpu/gpu.ipynb", [("result, mask=i < m", "result")]
        )
        x, one = np.ones((3, 2, 37), np.float32), np.ones(2, np.float32)
        namespace["kernel_backward"](x, one, one, one, 0.1, x)


def test_a_function_that_returns_too_few_gradients_is_told_by_pytorch():
    found = judged([("dy.sum(0), None", "dy.sum(0)")])
    assert lost(found) == {"function_parameters", "function_input"}
    assert "expected 4, got 3" in found["function_input"].message


def test_a_function_that_returns_more_than_y_is_told_so():
    found = judged([("return torch.addcmul(", "return x_hat, torch.addcmul(")])
    said = "BatchNorm.forward returned a tuple; expected y."
    assert said in found["function_output"].message


def test_an_empty_notebook_is_not_attempted():
    found = judged(path="chapters/exercises/gpu/gpu.ipynb")
    assert {verdict.status for verdict in found.values()} == {"not attempted"}


def test_kernels_compile_and_the_compiler_is_quoted():
    namespace = notebook("solutions/gpu/gpu.ipynb")
    assert namespace["kernels_compiled"](75) == 1
    wrong = notebook("solutions/gpu/gpu.ipynb", [("range(0, m, BLOCK)", "[0, 64]")])
    with pytest.raises(RuntimeError, match=r"the compiler says: .*\[0, 64\]"):
        wrong["kernels_compiled"](75)


@pytest.mark.parametrize(
    ("report", "status", "said"),
    [
        ("None", "not attempted", ""),
        ("dict(gpu='T4', copy_ms=2.0, own_ms=4.0, share=0.75)", "passed", ""),
        ("dict(gpu='T4', copy_ms=2.0, own_ms=4.0, share=0.5)", "failed", "three times"),
        ("dict(gpu='T4', copy_ms=2.0, own_ms=1.0, share=3.0)", "failed", "share below"),
        ("dict(copy_ms=2.0)", "crashed", "KeyError: 'own_ms'"),
    ],
)
def test_a_report_of_speed_is_held_against_itself(report, status, said):
    changes = [("REPORT = None", f"REPORT = {report}")]
    implementation = LocalImplementation(notebook("solutions/gpu/gpu.ipynb", changes))
    (verdict,) = judge(GPU, implementation, 0, {"share"})
    assert (verdict.status, verdict.points, verdict.max_points) == (status, 0, 0)
    assert said in verdict.message
