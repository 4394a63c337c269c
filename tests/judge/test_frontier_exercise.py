"""The exercise `frontier`: its reference against PyTorch, right styles, processes."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

import autograder
from autograder.exercises import frontier_probes as probes
from autograder.exercises.frontier import EXERCISE
from autograder.exercises.frontier_ranks import MOST_SUMS, AllReduce, together
from autograder.fault import Fault
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.reference import frontier as reference
from tests.judge.support import SEEDS, lost, verdicts

ROOT = Path(autograder.__file__).parents[1]
PARTS = [(10,), (3, 7), (1, 8, 1), (2, 1, 4, 2, 1)]
F = torch.nn.functional


def close(found, expected):
    expected = np.asarray(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def cut(rows, sizes):
    return tuple(np.split(rows, np.cumsum(sizes)[:-1]))


def draw(seed=0, n=10, d=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(2, 3, (n, d)).cumsum(axis=0)  # the parts' means lie apart
    return x, *rng.normal(size=(2, d)), rng.normal(0.5, 1, (n, d))


def whole(x, gamma, beta, dy):
    """Let PyTorch compute y, dx, dgamma and dbeta of the whole batch."""
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    y = F.batch_norm(leaves[0], None, None, *leaves[1:], training=True, eps=0.2)
    y.backward(torch.tensor(dy))
    return [y.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


@pytest.mark.parametrize("sizes", PARTS)
def test_statistics_of_uneven_batches_are_those_that_pytorch_takes_of_all(sizes):
    x = draw()[0]
    var, mean = torch.var_mean(torch.tensor(x), dim=0, correction=0)
    found = reference.adapt_statistics(cut(x, sizes))
    close(found[0], mean)
    close(found[1], var)


def test_an_adapted_network_is_one_that_pytorch_ran_once_with_momentum_one():
    torch.manual_seed(0)
    layers, modules = [], []
    for before, after in ((3, 6), (6, 5)):
        linear = torch.nn.Linear(before, after, bias=False).double()
        norm = torch.nn.BatchNorm1d(after, eps=0.2, momentum=1.0).double()
        torch.nn.init.normal_(norm.weight)
        torch.nn.init.normal_(norm.bias)
        modules += [linear, norm, torch.nn.ReLU()]
        tensors = (linear.weight.T, norm.weight, norm.bias, *norm.buffers())
        layers.append(tuple(t.detach().numpy().copy() for t in tensors)[:5])
    x = draw()[0]
    torch.nn.Sequential(*modules)(torch.tensor(x))
    given = (cut(x, (3, 7)), tuple(layers), 0.2, reference.adapt_statistics)
    for (mean, var), norm in zip(
        reference.adapt_network(*given), modules[1::3], strict=True
    ):
        close(mean, norm.running_mean)
        close(var * 10 / 9, norm.running_var)  # PyTorch keeps the unbiased variance


def test_renormalization_lies_between_pytorchs_two_modes():
    x, gamma, beta, _ = draw()
    kept = np.array([0.5, -1, 2]), np.array([2.0, 9, 30])
    given = (x, gamma, beta, *kept, 0.2, 0.3)
    tensors = [torch.tensor(a) for a in (*kept, gamma, beta)]
    evaluated = F.batch_norm(torch.tensor(x), *tensors, training=False, eps=0.2)
    close(reference.batch_renorm_train(*given, 1e9, 1e9)[0], evaluated)
    trained = F.batch_norm(torch.tensor(x), *tensors, True, 0.3, 0.2)  # moves tensors
    for limits in ((1.0, 0.0), (1.5, 0.7)):
        y, r, d, *moved = reference.batch_renorm_train(*given, *limits)
        close(moved[0], tensors[0])
        close(moved[1], tensors[1])
        assert np.all((r >= 1 / limits[0]) & (r <= limits[0]))
        assert np.all(np.abs(d) <= limits[1])
        close((y - beta) / gamma, ((trained.numpy() - beta) / gamma) * r + d)


def test_each_draw_has_r_and_d_beyond_both_limits_and_within():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        arguments, (r_max, d_max) = probes._renorm(rng), probes._limits(rng)
        _, r, d, _, _ = reference.batch_renorm_train(*arguments, r_max, d_max)
        for value, low, high in ((r, 1 / r_max, r_max), (d, -d_max, d_max)):
            within = (value > low) & (value < high)
            counts = (value == low).sum(), (value == high).sum(), within.sum()
            assert counts == (2, 2, 2)


@pytest.mark.parametrize("size", [1, 3, 5, 10, 99])
def test_each_ghost_batch_is_what_pytorch_makes_of_its_rows(size):
    x, gamma, beta, _ = draw()
    ghosts = torch.split(torch.tensor(x), size)  # the last one may be smaller
    parameters = torch.tensor(gamma), torch.tensor(beta)
    expected = [
        F.batch_norm(ghost, None, None, *parameters, training=True, eps=0.2).numpy()
        if len(ghost) > 1
        else np.broadcast_to(beta, ghost.shape)  # which PyTorch refuses
        for ghost in ghosts
    ]
    found = reference.ghost_batchnorm(x, gamma, beta, 0.2, size)
    close(found, np.concatenate(expected))


@pytest.mark.parametrize("sizes", PARTS)
def test_processes_together_give_what_pytorch_makes_of_the_whole_batch(sizes):
    x, gamma, beta, dy = draw()
    processes = [(part, gamma, beta, 0.2) for part in cut(x, sizes)]
    found = together("f", probes.FORWARD, reference.sync_batchnorm, processes)
    back = together(
        "g",
        probes.GRADIENTS,
        reference.sync_batchnorm_backward,
        [(part, cache) for part, (_, cache) in zip(cut(dy, sizes), found, strict=True)],
    )
    expected = whole(x, gamma, beta, dy)
    close(np.concatenate([y for y, _ in found]), expected[0])
    close(np.concatenate([dx for dx, _, _ in back]), expected[1])
    close(sum(dgamma for _, dgamma, _ in back), expected[2])
    close(sum(dbeta for _, _, dbeta in back), expected[3])
    assert {float(cache[3]) for _, cache in found} == {10}


def test_the_examples_on_paper_of_the_notebook_are_right():
    mean, var = reference.adapt_statistics((np.array([[1.0], [3]]), np.array([[8.0]])))
    close((mean[0], var[0]), (4, 26 / 3))
    one, zero = np.ones(1), np.zeros(1)
    given = (np.array([[1.0], [3]]), one, zero, zero, 4 * one, 0.0, 0.1)
    for limits, expected in (
        ((3, 5), (0.5, 1.5, 0.5, 1)),
        ((1.25, 0.5), (-0.3, 1.3, 0.8, 0.5)),
    ):
        y, r, d, _, _ = reference.batch_renorm_train(*given, *limits)
        close((*y[:, 0], r[0], d[0]), expected)
    rows = np.array([[1.0], [3], [10], [20], [7]])
    y = reference.ghost_batchnorm(rows, one, zero, 1e-15, 2)
    close(y[:, 0], (-1, 1, -1, 1, 0))


def sentences(function, name="sync_batchnorm", seed=0):
    """Return what is said of a wrong function, without repetition."""
    found = verdicts(EXERCISE, {name: function}, seed)
    said = [found[c].message for c in lost(found)]
    assert not any(found[c].slips for c in lost(found)), said
    return " ".join(dict.fromkeys(said))


def test_processes_that_would_wait_for_ever_are_told_so():
    def impatient(x, gamma, beta, eps, all_reduce):
        if len(x) == 1:  # "one row has no variance"
            return reference.sync_batchnorm(x, gamma, beta, eps, np.array)
        return reference.sync_batchnorm(x, gamma, beta, eps, all_reduce)

    said = sentences(impatient)
    assert "calls all_reduce not at all in process" in said
    assert "would wait for ever" in said

    def not_for_few(x, gamma, beta, eps, all_reduce):
        count = all_reduce(len(x))
        mean = all_reduce(x.sum(axis=0)) / count if len(x) > 1 else x.mean(axis=0)
        var = all_reduce(((x - mean) ** 2).sum(axis=0)) / count
        inv_std = 1 / np.sqrt(var + eps)
        x_hat = (x - mean) * inv_std
        return gamma * x_hat + beta, (x_hat, gamma, inv_std, count)

    said = sentences(not_for_few)
    assert "calls all_reduce twice in process" in said
    assert "and 3 times in process" in said

    def one_more(x, gamma, beta, eps, all_reduce):
        if len(x) > 1:
            all_reduce(x.sum(axis=0))
        return reference.sync_batchnorm(x, gamma, beta, eps, all_reduce)

    said = sentences(one_more)
    assert "process 0 sends an array of shape (4,)" in said or "shape (5,)" in said


def test_an_error_in_one_process_is_what_is_told():
    def strict(x, gamma, beta, eps, all_reduce):
        if len(x) == 1:
            raise ValueError("one row is not enough")
        return reference.sync_batchnorm(x, gamma, beta, eps, all_reduce)

    said = sentences(strict)
    assert "raised ValueError: one row is not enough" in said
    assert "wait for ever" not in said


def test_messages_without_end_are_stopped():
    def chatty(x, gamma, beta, eps, all_reduce):
        while True:
            all_reduce(1.0)
            if all_reduce.calls > MOST_SUMS + 1:  # the test itself must end
                return reference.sync_batchnorm(x, gamma, beta, eps, np.array)

    assert f"calls all_reduce more than {MOST_SUMS} times" in sentences(chatty)


@pytest.mark.parametrize("sent", ["rows", None, {"n": 3}, [[1.0], [1.0, 2.0]]])
def test_what_cannot_be_added_up_is_refused_with_its_type(sent):
    with pytest.raises(TypeError, match="all_reduce takes one array of numbers, not"):
        AllReduce(())(sent)


def test_a_message_cannot_fill_the_judges_memory():
    with pytest.raises(ValueError, match="at most 10,000 numbers"):
        AllReduce(())(np.zeros((101, 100)))


def test_a_process_that_does_not_end_is_not_waited_for_again():
    runs = []

    def endless(*given):
        runs.append(given)
        fault = Fault("timed out", "It was still running.")
        return fault, (fault,) * 4

    found = together("f", probes.FORWARD, endless, [(1,), (2,), (3,)])
    assert len(runs) == 1 and found[2][0].kind == "timed out"


def test_a_sum_is_the_callers_own_and_what_was_sent_stays():
    known, sent = np.array([5.0]), np.array([2.0])
    sums = AllReduce([known])
    sums(sent)[:] = 0
    sums(sent)[:] = 0
    assert (known, sent, sums.asked) == ([5.0], [2.0], [2.0])


def test_a_right_function_notices_nothing_of_being_run_again():
    runs = []

    def watched(x, gamma, beta, eps, all_reduce):
        runs.append(len(x))
        return reference.sync_batchnorm(x, gamma, beta, eps, all_reduce)

    x, gamma, beta, _ = draw()
    given = [(part, gamma, beta, 0.2) for part in cut(x, (3, 7))]
    together("f", probes.FORWARD, watched, given)
    assert runs == [3, 7] * 3  # two sums are unknown at first


def cells(path, names=None):
    """Return the code of a notebook's cells that define functions."""
    found = nbformat.read(ROOT / path, as_version=4).cells
    wanted = (*EXERCISE.functions, "digits_network", "processes")
    return "\n\n".join(c.source for c in found if c.id in (names or wanted))


def test_an_empty_notebook_is_not_attempted():
    namespace = {"np": np}
    exec(cells("chapters/exercises/frontier/frontier.ipynb"), namespace)
    found = judge(EXERCISE, LocalImplementation(namespace), 0)
    assert {verdict.status for verdict in found} == {"not attempted"}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_solution_passes(seed):
    namespace = {"np": np}
    exec(cells("solutions/frontier/frontier.ipynb"), namespace)
    found = judge(EXERCISE, LocalImplementation(namespace), seed)
    assert not [v.message for v in found if v.status != "passed"]


def test_the_solution_brings_faded_digits_home_but_not_inverted_ones(capsys):
    namespace = {"np": np}
    exec(cells("solutions/frontier/frontier.ipynb"), namespace)
    adapt = namespace["adapt_network"], namespace["adapt_statistics"]
    namespace["rescued_digits"](*adapt)
    lines = capsys.readouterr().out.splitlines()[1:]
    scores = {line[:15].strip(): [*map(float, line[15:].split())] for line in lines}
    assert scores["unchanged"][0] > 0.95
    for name in ("less contrast", "faded"):
        old, new = scores[name]
        assert old < 0.7 and abs(new - scores["unchanged"][0]) < 0.005
    assert 0 <= scores["noisy"][1] - scores["noisy"][0] < 0.1
    assert scores["inverted"][1] < 0.15


PROCESSES = """
import json, sys
import numpy as np
exec(sys.stdin.read())
found = two_processes(sync_batchnorm, sync_batchnorm_backward)
print(json.dumps(found))
"""


def test_the_solution_in_two_real_processes_equals_the_whole_batch():
    names = ("sync_batchnorm", "sync_batchnorm_backward", "processes")
    ran = subprocess.run(
        [sys.executable, "-c", PROCESSES],
        input=cells("solutions/frontier/frontier.ipynb", names),
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert set(found) == {"0", "1"}
    for shared, apart in found.values():
        assert max(shared) < 1e-12  # y, dx, dgamma, dbeta
        assert min(apart[:2]) > 0.1
    assert "3 rows" in ran.stdout and "7 rows" in ran.stdout
