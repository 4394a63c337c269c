"""The exercise `backward`: its reference, and what its checks let through."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import autograder
from autograder.diagnosis import failed_by
from autograder.exercise import slipped
from autograder.exercises import load
from autograder.reference import backward as reference
from autograder.reference.forward import batchnorm_train
from tests.judge import variants_backward as variants
from tests.judge.support import SEEDS, lost, verdicts

BACKWARD = load("backward")
SHAPES = [(2, 1), (7, 4), (64, 3)]
STEPS = ("grad_x_hat", "grad_var", "grad_mean", "grad_input")


def draw(shape, seed=0):
    rng = np.random.default_rng(seed)
    _, d = shape
    x = rng.normal(rng.uniform(-5, 5, d), rng.uniform(0.1, 5, d), shape)
    gamma, beta = rng.normal(size=(2, d))
    return x, gamma, beta, rng.normal(0.5, 1, shape)


def pytorch_gradients(x, gamma, beta, dy, eps, statistics=None):
    """Let PyTorch's own layer and autograd compute dx, dgamma and dbeta."""
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    mean, var = [torch.tensor(a) for a in statistics or ()] or (None, None)
    y = torch.nn.functional.batch_norm(
        leaves[0], mean, var, *leaves[1:], statistics is None, 0, eps
    )
    y.backward(torch.tensor(dy))
    return [leaf.grad.numpy() for leaf in leaves]


@pytest.mark.parametrize("name", ["batchnorm_backward_staged", "batchnorm_backward"])
@pytest.mark.parametrize("shape", SHAPES)
def test_both_training_gradients_equal_those_of_pytorch(shape, name):
    x, gamma, beta, dy = draw(shape)
    _, cache = batchnorm_train(x, gamma, beta, 0.2)
    found = getattr(reference, name)(dy, cache)
    expected = pytorch_gradients(x, gamma, beta, dy, 0.2)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_evaluation_gradient_equals_that_of_pytorch(shape):
    x, gamma, beta, dy = draw(shape)
    kept = x.mean(axis=0) + 1, x.var(axis=0) * 2
    found = reference.batchnorm_eval_backward(dy, x, gamma, *kept, 0.2)
    expected = pytorch_gradients(x, gamma, beta, dy, 0.2, kept)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_every_step_equals_what_autograd_leaves_at_that_node():
    x, gamma, beta, dy = draw((7, 4))
    leaf = torch.tensor(x, requires_grad=True)
    mean = leaf.mean(0)
    var = ((leaf - mean) ** 2).mean(0)
    x_hat = (leaf - mean) / torch.sqrt(var + 0.2)
    nodes = (x_hat, var, mean)
    for node in nodes:
        node.retain_grad()
    (torch.tensor(gamma) * x_hat + torch.tensor(beta)).backward(torch.tensor(dy))
    normalized, _, inv_std = batchnorm_train(x, gamma, beta, 0.2)[1]
    d_x_hat = reference.grad_x_hat(dy, gamma)
    d_var = reference.grad_var(d_x_hat, normalized, inv_std)
    d_mean = reference.grad_mean(d_x_hat, inv_std)
    dx = reference.grad_input(d_x_hat, d_var, d_mean, normalized, inv_std)
    expected = [node.grad for node in (*nodes, leaf)]
    for one, other in zip((d_x_hat, d_var, d_mean, dx), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_the_numerical_gradient_of_a_cube_is_off_by_the_square_of_the_step():
    x = np.random.default_rng(0).normal(size=(2, 3))
    found = reference.numerical_gradient(lambda t: float((t**3).sum()), x, 0.5)
    np.testing.assert_allclose(found, 3 * x**2 + 0.25, rtol=1e-12)


def test_the_paper_example_of_the_notebook_is_right():
    x, dy = np.array([[1.0], [1.0], [5.0], [5.0]]), np.eye(4)[:, :1]
    _, cache = batchnorm_train(x, np.array([3.0]), np.array([0.0]), 0.0)
    np.testing.assert_array_equal(cache[0][:, 0], [-1, -1, 1, 1])
    np.testing.assert_array_equal(cache[2], [0.5])
    dx, dgamma, dbeta = reference.batchnorm_backward_staged(dy, cache)
    np.testing.assert_allclose(dx[:, 0], [0.75, -0.75, 0, 0], atol=1e-15)
    assert (dgamma[0], dbeta[0]) == (-1, 1)
    d_x_hat = reference.grad_x_hat(dy, cache[1])
    assert reference.grad_var(d_x_hat, cache[0], cache[2])[0] == 0.375
    assert reference.grad_mean(d_x_hat, cache[2])[0] == -1.5


@pytest.mark.parametrize("function", variants.STAGED, ids=lambda f: f.__name__)
def test_the_one_expression_may_be_written_in_steps(function):
    for seed in SEEDS:
        assert not lost(verdicts(BACKWARD, {"batchnorm_backward": function}, seed))


def test_a_numerical_gradient_may_move_x_and_move_it_back():
    for seed in SEEDS:
        functions = {"numerical_gradient": variants.moving_back_numeric}
        assert not lost(verdicts(BACKWARD, functions, seed))


def put_together(steps):
    """Return a staged function that is made of the steps given."""

    def batchnorm_backward_staged(dy, cache):
        x_hat, gamma, inv_std = cache
        d_x_hat = steps["grad_x_hat"](dy, gamma)
        d_var = steps["grad_var"](d_x_hat, x_hat, inv_std)
        d_mean = steps["grad_mean"](d_x_hat, inv_std)
        dx = steps["grad_input"](d_x_hat, d_var, d_mean, x_hat, inv_std)
        return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)

    return batchnorm_backward_staged


#: Slips of the steps that give a wrong number, not a wrong shape or a changed argument.
WRONG_NUMBERS = [
    slip
    for slip in BACKWARD.slips
    if slip.function in STEPS and "pure" not in failed_by(BACKWARD, slip)
]


@pytest.mark.parametrize("slip", WRONG_NUMBERS[::3], ids=lambda slip: slip.name)
def test_a_mistake_in_a_step_costs_that_step_and_not_the_whole_walk(slip):
    steps = dict(slipped(BACKWARD, [slip]))
    steps["batchnorm_backward_staged"] = put_together(steps)
    failed = lost(verdicts(BACKWARD, steps))
    assert len(failed) == 1 and "staged" not in failed


def test_a_staged_walk_that_is_right_passes_beside_wrong_or_missing_steps():
    def grad_var(d_x_hat, x_hat, inv_std):
        return inv_std * 0

    def grad_mean(d_x_hat, inv_std):
        raise NotImplementedError

    found = verdicts(BACKWARD, {"grad_var": grad_var, "grad_mean": grad_mean})
    assert lost(found) == {"step_var", "step_mean", "pure"}


def test_a_gradient_of_zeros_does_not_pass_for_invariant():
    def batchnorm_backward(dy, cache):
        return dy * 0, dy.sum(axis=0), dy.sum(axis=0)

    found = verdicts(BACKWARD, {"batchnorm_backward": batchnorm_backward})
    assert {"compact", "invariants"} == lost(found)


def test_the_notebook_shows_the_rubric_by_which_the_derivation_is_graded():
    root = Path(autograder.__file__).parents[1]
    path = root / "chapters/exercises/backward/backward.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    for written in BACKWARD.written:
        for points, line in written.rubric:
            assert any(f"| {points} | {line} |" in text for text in texts), line


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_of_slips_are_not_reported_as_a_third(seed):
    rng = np.random.default_rng(seed)
    own = [s for s in BACKWARD.slips if s.function == "batchnorm_backward_staged"]
    other = [s for s in BACKWARD.slips if s.function == "batchnorm_eval_backward"]
    for one, two in zip(rng.choice(own, 4), rng.choice(other, 4), strict=True):
        found = verdicts(BACKWARD, dict(slipped(BACKWARD, [one, two])), seed)
        named = {name for v in found.values() for name in v.slips}
        assert named == {one.name, two.name}


def test_what_rounding_leaves_of_a_zero_is_not_told_as_the_difference():
    """x_hat sums to 0 but for rounding, also where it is multiplied by too much."""

    def much(dy, cache):
        x_hat, gamma, inv_std = cache
        dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
        dx = gamma * inv_std * (dy - dy.mean(axis=0) - 3 * x_hat * dgamma)
        return dx, dgamma, dbeta

    for seed in SEEDS:
        found = verdicts(BACKWARD, {"batchnorm_backward": much}, seed, {"invariants"})
        assert "sum of dx * x_hat over the batch" in found["invariants"].message


def test_a_mean_returned_beside_a_right_dx_is_not_taken_for_two_mistakes():
    def averaged(dy, cache):
        x_hat, gamma, inv_std = cache
        dgamma = (dy * x_hat).mean(axis=0)
        return (
            gamma * inv_std * (dy - dy.mean(axis=0) - x_hat * dgamma),
            dgamma,
            dy.sum(axis=0),
        )

    found = verdicts(BACKWARD, {"batchnorm_backward": averaged})
    assert found["compact"].slips == ("compact-dgamma-average-returned",)


def test_an_array_unlike_x_is_told_in_the_words_of_the_exercise():
    def by_entry(f, x, h):
        return np.array([(f(v + h) - f(v - h)) / (2 * h) for v in x.flat])

    found = verdicts(BACKWARD, {"numerical_gradient": by_entry})["numeric"]
    assert "f takes an array like x, and was given 1 number." in found.message
    assert "@" not in found.message


def test_a_more_exact_formula_is_not_said_to_ignore_its_step():
    def five_points(f, x, h):
        grad = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            step = np.zeros(x.shape)
            step[index] = h
            near, far = f(x + step) - f(x - step), f(x + 2 * step) - f(x - 2 * step)
            grad[index] = (8 * near - far) / (12 * h)
        return grad

    found = verdicts(BACKWARD, {"numerical_gradient": five_points})["numeric"]
    assert "or another formula is used" in found.message
