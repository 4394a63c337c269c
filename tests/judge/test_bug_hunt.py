"""The exercise `bug-hunt`: its layers, its tests of layers, and what they are told."""

import numpy as np
import pytest
import torch

from autograder import suspects
from autograder.exercises.bug_hunt import EXERCISE
from autograder.exercises.bug_hunt_lineup import MOST_NUMBERS, Shown
from autograder.exercises.bug_hunt_probes import LINEUPS
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.reference import bug_hunt as reference
from autograder.sandbox import Limits, warm_pool
from tests.judge.support import SEEDS, lost, verdicts

F = torch.nn.functional


def right_layers(part, seed=0):
    """Return all right layers of a line-up, with the same parameters of their own."""
    lineup = LINEUPS[part]
    for candidate in (lineup.plain, *lineup.right):
        yield Shown(lineup, candidate.make(np.random.default_rng(seed)))


def wrong_layers(part, seed=0):
    lineup = LINEUPS[part]
    for candidate in (lineup.suspect, *lineup.relatives, *lineup.wrong):
        yield Shown(lineup, candidate.make(np.random.default_rng(seed)))


def tensors(*arrays):
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("part", ["pixels", "channels", "epsilon"])
def test_right_layers_equal_pytorch(part):
    rng = np.random.default_rng(0)
    x = rng.normal(3, 2, (5, 4) if part == "epsilon" else (2, 4, 3, 4))
    gamma, beta = rng.normal(size=(2, 4))
    arrays = map(torch.tensor, (x, gamma, beta))
    expected = F.batch_norm(next(arrays), None, None, *arrays, True, 0, 0.2)
    for layer in right_layers(part):
        close(layer(x, gamma, beta, 0.2), expected)


def test_right_steps_of_the_running_statistics_equal_pytorch():
    rng = np.random.default_rng(0)
    x, mean, var = rng.normal(3, 2, (5, 3)), rng.normal(size=3), rng.uniform(1, 2, 3)
    kept = torch.tensor(mean), torch.tensor(var)
    F.batch_norm(torch.tensor(x), *kept, None, None, True, 0.3, 1)
    for layer in right_layers("running"):
        for found, expected in zip(layer(mean, var, x, 0.3), kept, strict=True):
            close(found, expected)


def test_right_gradients_equal_autograd():
    rng = np.random.default_rng(0)
    x, dy, gamma = rng.normal(3, 2, (5, 3)), rng.normal(1, 1, (5, 3)), np.arange(3.0)
    leaves = tensors(x, gamma, 0 * gamma)
    F.batch_norm(leaves[0], None, None, *leaves[1:], True, 0, 0.2).backward(
        torch.tensor(dy)
    )
    for layer in right_layers("gradient"):
        for found, leaf in zip(layer(dy, x, gamma, 0.2), leaves, strict=True):
            close(found, leaf.grad)


def test_right_layers_with_a_state_equal_pytorchs_module():
    rng = np.random.default_rng(0)
    module = torch.nn.BatchNorm1d(3).double()
    modes = ("eval", "train", "train", "eval", "train", "eval")
    steps = [(mode, rng.normal(k, 2, (4, 3))) for k, mode in enumerate(modes)]
    expected = [module.train(m == "train")(torch.tensor(x)) for m, x in steps]
    for layer in right_layers("state"):
        for found, output in zip(layer(steps), expected, strict=True):
            close(found, output.detach())


@pytest.mark.parametrize("part", ["mates", "evaluation"])
def test_right_sealed_layers_are_pytorchs_but_for_the_parameters_that_they_keep(part):
    rng = np.random.default_rng(0)
    x = rng.normal(3, 2, (4, 3, 2, 2) if part == "mates" else (9, 3))
    plain = torch.tensor(x)
    if part == "mates":
        plain = F.batch_norm(plain, None, None, None, None, True, 0, 1e-5)
    plain = np.moveaxis(plain.numpy(), 1, 0).reshape(3, -1)
    outputs = [layer(x) for layer in right_layers(part)]
    for feature, y in zip(plain, np.moveaxis(outputs[0], 1, 0), strict=True):
        line = np.polyfit(feature, y.ravel(), 1)
        assert abs(line[0]) > 0.2
        close(np.polyval(line, feature), y.ravel())
    for output in outputs[1:]:
        close(output, outputs[0])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("part", LINEUPS)
def test_the_reference_tells_right_from_wrong(part, seed):
    test = getattr(reference, f"{part}_ok")
    assert all(test(layer) for layer in right_layers(part, seed))
    assert not any(test(layer) for layer in wrong_layers(part, seed))


def random_call(part, rng):
    """Return arguments for a layer: numbers up to about 10 that spread by 1 or more."""
    offset, spread = rng.uniform(-5, 5), rng.uniform(1, 2)
    gamma, beta = rng.uniform(-2, 2, (2, 3))
    images = rng.normal(offset, spread, (4, 3, 4, 5))
    table, other = rng.normal(offset, spread, (2, 6, 3))
    return {
        "epsilon": (table, gamma, beta, 0.1),
        "running": (beta, gamma**2, table, 0.3),
        "gradient": (other, table, gamma, 0.1),
        "mates": (images,),
        "evaluation": (table,),
        "state": ([("train", table), ("eval", other)],),
    }.get(part, (images, gamma, beta, 0.1))


@pytest.mark.parametrize("part", LINEUPS)
def test_rounding_is_less_than_the_notebook_says(part):
    rng = np.random.default_rng(0)
    for seed in range(20):
        arguments = random_call(part, rng)
        for layer in right_layers(part, seed):
            found = layer(*arguments)
            expected = next(right_layers(part, seed))(*arguments)
            for a, b in zip(found, expected, strict=True):
                assert np.abs(a - b).max() < 1e-4


def test_the_statistics_of_the_suspects_look_right():
    rng = np.random.default_rng(0)
    x = rng.normal(5, 2, (4, 3, 5, 3))
    gamma, beta = np.array([2.0, 0.5, 1.0]), np.array([0.0, 1.0, -1.0])
    for part, arguments in {"pixels": (x, gamma, beta, 1e-5), "mates": (x,)}.items():
        y = suspects.suspect(part)(*arguments)
        expected = next(right_layers(part, suspects.SEED))(*arguments)
        for statistic in (np.mean, np.std):
            close(statistic(y, (0, 2, 3)), statistic(expected, (0, 2, 3)))
        assert np.abs(y - expected).max() > 0.1
    table = x.reshape(-1, 3)
    close(suspects.suspect("epsilon")(table, gamma, beta, 1e-5).mean(0), beta)
    mean, _ = suspects.suspect("running")(beta, gamma, table, 0.5)
    close(mean, (beta + table.mean(0)) / 2)
    trained = suspects.suspect("state")([("train", table)])[0]
    close(trained.std(0), np.ones(3))


def told(name, function, criterion=None):
    found = verdicts(EXERCISE, {name: function})
    return found[criterion or name.removesuffix("_ok")]


def test_a_verdict_names_the_wrong_layers_that_pass_and_how_they_were_called():
    def gradient_ok(layer):
        rng = np.random.default_rng(0)
        x, dy = rng.normal(size=(2, 4, 4))
        gamma = np.array([1.0, 2.0, 3.0, 4.0])
        found = zip(
            layer(dy, x, gamma, 1.0), by_formula(dy, x, gamma, 1.0), strict=True
        )
        return all(np.allclose(a, b, atol=1e-4) for a, b in found)

    verdict = told("gradient_ok", gradient_ok)
    assert "one that divides by D in the place of N" in verdict.message
    assert "In every call N equals D." in verdict.message
    assert verdict.slips == ("gradient-square",)


def by_formula(*arguments):
    return next(right_layers("gradient"))(*arguments)


def test_a_verdict_names_the_right_layers_that_are_rejected():
    def epsilon_ok(layer):
        x = np.array([[0.1], [0.3], [0.7]])
        y = layer(x, np.ones(1), np.zeros(1), 0.5)
        return np.array_equal(y, (x - x.mean()) / np.sqrt(x.var() + 0.5))

    message = told("epsilon_ok", epsilon_ok, "epsilon_fair").message
    assert "says False of" in message and "single precision" in message


def test_a_test_that_stops_at_a_wrong_layer_has_not_accepted_it():
    def evaluation_ok(layer):
        if not reference.evaluation_ok(layer):
            raise ValueError("no")
        return True

    assert not lost(verdicts(EXERCISE, {"evaluation_ok": evaluation_ok}))


def test_a_test_that_stops_at_a_right_layer_is_told_at_which_and_why():
    def state_ok(layer):
        return layer("train", np.ones((2, 2)))

    verdict = told("state_ok", state_ok)
    assert verdict.status == "crashed"
    shown = "Shown a right layer (a plain one), state_ok raised"
    assert verdict.message.startswith(shown)
    assert "takes (steps), by position; 2 arguments were given" in verdict.message


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "returned nothing"),
        (0.25, "The answer was 0.25; expected True or False."),
        ("yes", "the answer is a str; expected True or False."),
        (np.array([True, True]), "the answer has shape (2,); expected True or False."),
    ],
)
def test_an_answer_that_is_neither_true_nor_false_is_told_so(answer, sentence):
    assert sentence in told("mates_ok", lambda layer: answer).message


def test_a_test_that_only_counts_the_layers_fails():
    right = len(LINEUPS["pixels"].right)

    def pixels_ok(layer):
        pixels_ok.shown += 1
        return pixels_ok.shown <= right

    for seed in SEEDS:
        pixels_ok.shown = 0
        found = verdicts(EXERCISE, {"pixels_ok": pixels_ok}, seed, {"pixels_fair"})
        assert lost(found)


def test_a_test_that_is_not_written_yet_is_not_attempted():
    def pixels_ok(layer):
        raise NotImplementedError

    assert told("pixels_ok", pixels_ok).status == "not attempted"


def test_a_layer_does_not_see_and_does_not_make_changes_of_arrays():
    x = np.random.default_rng(0).normal(size=(4, 3))
    before, layer = x.copy(), suspects.suspect("evaluation")
    y = layer(x)
    y[:] = 0
    assert np.array_equal(x, before) and np.abs(layer(x)).max() > 0


@pytest.mark.parametrize(
    ("part", "arguments", "sentence"),
    [
        ("pixels", (np.ones((2, 3)), 1, 1, 1), "x has 2 dimensions, not 4"),
        ("epsilon", (np.ones((2, 3)), [1, 1], 1, 1), "gamma has 2 entries for 3"),
        ("epsilon", (np.ones((2, 1)), [1], [1], "a"), "eps is not a number"),
        ("evaluation", (np.ones((2, 4)),), "4 features; this layer has 3"),
        ("mates", (np.ones((2, 4, 1, 1)),), "4 channels; this layer has 3"),
        ("running", ([1], [1], [[1]], 0.1), "one row"),
        ("state", ([("test", [[1]])],), '"train" or "eval"'),
        ("state", ([1],), "a pair"),
        ("evaluation", (np.ones((MOST_NUMBERS, 3)),), "300,000 numbers"),
        ("evaluation", ("abc",), "not an array of numbers"),
    ],
)
def test_what_does_not_fit_the_contract_is_refused_in_words(part, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        suspects.suspect(part)(*arguments)


def test_an_unknown_suspect_is_refused_with_those_that_are_known():
    with pytest.raises(LookupError, match="pixels, channels"):
        suspects.suspect("pixel")


SUSPECTS = """
try:
    from autograder.suspects import suspect
except ImportError:
    suspect = None
"""


NAMED = """
def epsilon_ok(layer):
    return layer(np.eye(2), np.ones(2), np.zeros(2), eps=1.0)
"""


def test_in_the_sandbox_a_test_gets_the_layers_and_nothing_of_the_judge():
    prying = """
def pixels_ok(layer):
    assert suspect is None
    names = {type(cell.cell_contents).__name__ for cell in layer.__closure__}
    assert names == {"Borrowed", "int"}, names
    x = np.random.default_rng(3).normal(2, 3, (2, 3, 4, 5))
    y = layer(x, np.ones(3), np.zeros(3), 0.1)
    mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    expected = (x - mean) / np.sqrt(var + 0.1)
    return y.shape == x.shape and np.allclose(y, expected, atol=1e-3)
"""
    limits = Limits(call_seconds=EXERCISE.call_seconds)
    with warm_pool(limits=limits) as pool, pool.worker() as worker:
        worker.run(["import numpy as np", SUSPECTS, prying, NAMED])
        found = judge(EXERCISE, worker, 0, {"pixels", "pixels_fair", "epsilon"})
    *passed, named = found
    assert [v.status for v in passed] == ["passed"] * 2, [v.message for v in passed]
    assert (
        "The function that you were given takes its arguments by position"
        in named.message
    )


def test_by_name_a_layer_takes_nothing_here_either():
    with pytest.raises(TypeError, match="takes its arguments by position"):
        suspects.suspect("evaluation")(x=np.ones((2, 3)))


def test_a_grading_takes_few_calls():
    counted = {"calls": 0}

    def counting(name):
        def test(layer):
            def lent(*arguments):
                counted["calls"] += 1
                return layer(*arguments)

            return getattr(reference, name)(lent)

        return test

    functions = {name: counting(name) for name in EXERCISE.functions}
    found = judge(EXERCISE, LocalImplementation(functions), 0)
    assert all(v.status == "passed" for v in found)
    assert counted["calls"] <= 300


def test_a_test_that_asks_pytorch_is_told_what_a_test_may_use():
    def asks(layer):
        x, one, zero = np.ones((2, 3, 4, 5)), torch.ones(3), torch.zeros(3)
        y = F.batch_norm(torch.tensor(x).float(), None, None, one, zero, True)
        return bool((layer(x, one.numpy(), zero.numpy(), 1e-5) == y.numpy()).all())

    found = verdicts(EXERCISE, {"pixels_ok": asks}, only={"pixels", "pixels_fair"})
    for verdict in found.values():
        assert "calls a ready-made normalization of PyTorch" in verdict.message
        assert "A test may use NumPy, and what you write here" in verdict.message
        assert "the steps themselves" not in verdict.message
