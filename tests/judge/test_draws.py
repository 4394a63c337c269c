"""Draws are the same for every implementation, and what NumPy would draw."""

import zlib

import numpy as np
import pytest

from autograder import compare
from autograder.exercise import slipped
from autograder.exercises import draw, load
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.trial import Reference, results

FORWARD = load("forward")


@pytest.mark.parametrize("seed", [0, 1, 2**63])
def test_a_draw_is_that_of_numpys_generator(seed):
    criterion = FORWARD.criterion("running_mean")
    rng = np.random.default_rng([seed, zlib.crc32(b"running_mean")])
    mean, _ = draw.statistics(rng)
    x, momentum = draw.batch(rng), draw.momentum(rng)
    found = results(FORWARD, criterion, Reference(FORWARD), seed)
    expected = (1 - momentum) * mean + momentum * x.mean(axis=0)
    assert found["running mean"] == pytest.approx(expected, rel=1e-12)


def test_signs_are_those_of_choice():
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    for d in range(1, 40):
        assert np.array_equal(draw.signs(one, d), other.choice([-1.0, 1.0], d))


def test_what_rounding_can_do_is_not_asked_where_all_is_right(monkeypatch):
    nudged = []
    real = compare.Nudged

    def counted(*arguments):
        nudged.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(compare, "Nudged", counted)
    right = {name: getattr(FORWARD.reference, name) for name in FORWARD.functions}
    assert [verdict.status for verdict in _judged(right, seed=91)] == ["passed"]
    assert not nudged
    wrong = slipped(FORWARD, [FORWARD.slips[0]])
    assert [verdict.status for verdict in _judged(wrong, seed=92)] == ["failed"]
    assert nudged


def _judged(functions, seed):
    return judge(FORWARD, LocalImplementation(functions), seed, only=["standardize"])
