"""The gradient chapter: every numbered step is right, and the text numbers them all."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from lab import blind_checks, gradcheck, steps, two_gradients
from lab.data import digits
from lab.graph import NODES, draw_graph
from lab.heat import draw_heat
from lab.steps import Pass

CHAPTER = Path(steps.__file__).parents[1] / "derivation.md"
PASSES = {
    "a large epsilon": steps.drawn(m=6, n=3, eps=0.3, seed=0),
    "no epsilon": steps.drawn(m=5, n=2, eps=0.0, seed=1),
    "the example": steps.example(),
}


def torch_nodes(p: Pass) -> dict[int, np.ndarray]:
    """Return by step what PyTorch's autograd leaves at the nodes."""
    x, gamma, beta = (
        torch.tensor(a, requires_grad=True) for a in (p.x, p.gamma, p.beta)
    )
    mean = x.mean(0)
    var = ((x - mean) ** 2).mean(0)
    x_hat = (x - mean) / torch.sqrt(var + p.eps)
    for node in (mean, var, x_hat):
        node.retain_grad()
    (gamma * x_hat + beta).backward(torch.tensor(p.dy))
    nodes = {1: beta, 2: gamma, 3: x_hat, 4: var, 6: mean, 7: x, 9: x}
    return {number: node.grad.numpy() for number, node in nodes.items()}


@pytest.mark.parametrize("p", PASSES.values(), ids=PASSES)
@pytest.mark.parametrize("number", steps.STEPS)
def test_every_step_equals_central_differences(number: int, p: Pass) -> None:
    claimed, seen = steps.STEPS[number](p), steps.measured(p, number)
    assert claimed.shape == seen.shape
    np.testing.assert_allclose(claimed, seen, rtol=0, atol=1e-7)


@pytest.mark.parametrize("p", PASSES.values(), ids=PASSES)
def test_the_steps_at_the_nodes_equal_autograd(p: Pass) -> None:
    for number, expected in torch_nodes(p).items():
        np.testing.assert_allclose(steps.STEPS[number](p), expected, atol=1e-12)


def test_the_jacobian_equals_that_of_autograd() -> None:
    p = PASSES["a large epsilon"]
    found = torch.autograd.functional.jacobian(
        lambda x: torch.nn.functional.batch_norm(
            x,
            None,
            None,
            torch.tensor(p.gamma),
            torch.tensor(p.beta),
            training=True,
            eps=p.eps,
        ),
        torch.tensor(p.x),
    )
    expected = np.einsum("injn->nij", found.numpy())
    np.testing.assert_allclose(steps.step_11(p), expected, atol=1e-12)


def test_scaling_x_divides_the_gradient_as_step_15_says() -> None:
    p = PASSES["a large epsilon"]
    scaled = Pass(3 * p.x, p.gamma, p.beta, 9 * p.eps, p.dy)
    np.testing.assert_allclose(steps.step_9(scaled), steps.step_15(p, 3), atol=1e-12)


def test_the_gradient_of_evaluation_mode_is_that_of_pytorch() -> None:
    p = PASSES["a large epsilon"]
    x = torch.tensor(p.x, requires_grad=True)
    mean, var, gamma, beta = (
        torch.tensor(a) for a in (p.mean + 1, 2 * p.var, p.gamma, p.beta)
    )
    y = torch.nn.functional.batch_norm(x, mean, var, gamma, beta, False, eps=p.eps)
    y.backward(torch.tensor(p.dy))
    found = steps.eval_step_16(p.dy, p.gamma, 2 * p.var, p.eps)
    np.testing.assert_allclose(found, x.grad, atol=1e-12)


def test_a_step_with_a_mistake_in_it_is_noticed() -> None:
    p = PASSES["a large epsilon"]
    without_a_half = 2 * steps.step_4(p)
    assert np.abs(without_a_half - steps.measured(p, 4)).max() > 0.1


def test_the_chapter_numbers_exactly_the_steps_that_are_tested() -> None:
    text = CHAPTER.read_text("utf-8")
    numbers = [int(n) for n in re.findall(r"\*\*Step (\d+)[.:]", text)]
    assert numbers == [*steps.STEPS, 15, 16]


def test_the_graph_shows_the_steps_that_arrive_at_nodes() -> None:
    assert {step for _, _, step in NODES.values() if step} == set("123467")
    texts = {text.get_text() for text in draw_graph().axes[0].texts}
    assert {"step 4", "μ", "L"} <= texts


def test_the_matrix_shows_its_numbers_and_their_signs() -> None:
    ax = draw_heat(np.array([[1.0, -0.5], [0.25, 0.0]]), ["a", "b"]).axes[0]
    assert [t.get_text() for t in ax.texts] == ["1.00", "-0.50", "0.25", "0.00"]
    colours = [patch.get_facecolor()[:3] for patch in ax.patches]
    assert colours[0] != colours[1] and colours[0] == colours[2]


def test_the_example_of_the_text_has_the_numbers_of_the_text() -> None:
    p = steps.example()
    assert (p.mean[0], p.var[0], p.s[0]) == (3, 4, 0.5)
    assert p.x_hat[:, 0].tolist() == [-1, -1, 1, 1]
    assert (steps.step_4(p)[0], steps.step_6(p)[0]) == (0.375, -1.5)
    assert steps.step_7(p)[:, 0].tolist() == [0.75, -0.75, 0, 0]


def test_the_best_step_of_a_difference_is_larger_in_single_precision() -> None:
    p, sizes = steps.drawn(4, 2, 1e-5, 1), 10.0 ** np.arange(-9, 0)
    double = gradcheck.difference_errors(p, sizes, np.float64, True)
    single = gradcheck.difference_errors(p, sizes, np.float32, True)
    assert double.min() < 1e-8 < 1e-6 < single.min()
    assert sizes[double.argmin()] < sizes[single.argmin()]
    assert double[0] > 10 * double.min() < double[-1]


def test_a_random_loss_notices_what_the_sum_of_the_outputs_does_not() -> None:
    p = steps.drawn(6, 2, 1e-5, 3)
    wrong = blind_checks.wrong_gradients(p)
    missed = blind_checks.unnoticed(p, wrong)
    assert missed["random"] == []
    assert "compact-var-way-missing" in missed["sum of y"]
    assert "compact-mean-way-missing" not in missed["sum of y"]


def test_two_modes_with_the_same_outputs_have_different_gradients() -> None:
    data = digits(standardized=True)
    net = two_gradients.trained(data, seed=0, steps=5)
    batch = data.train_x[:60], data.train_y[:60]
    first = two_gradients.compare(net, *batch)
    assert first == two_gradients.compare(net, *batch)
    assert 0.5 < first.cosine < 0.99
    with net.averages_kept():
        training = net.forward(batch[0], training=True)
    evaluation = net.forward(batch[0], training=False)
    np.testing.assert_allclose(training, evaluation, atol=1e-12)
