"""Tolerances leave room on both sides: for right solutions and before the slips."""

import numpy as np
import pytest

from autograder.compare import standard
from autograder.exercise import slipped
from autograder.exercises import load
from autograder.fault import Fault
from autograder.implementation import LocalImplementation
from autograder.trial import results
from tests.judge import variants_forward as variants
from tests.judge.support import SEEDS

FORWARD = load("forward")


def distance(functions, seed):
    """Return the largest error in units of the tolerance, faults counting as huge."""
    namespace = {
        name: getattr(FORWARD.reference, name) for name in FORWARD.functions
    } | functions
    largest = 0.0
    for criterion in FORWARD.criteria:
        expected = standard(FORWARD, criterion, seed)
        found = results(FORWARD, criterion, LocalImplementation(namespace), seed)
        for key, value in found.items():
            if isinstance(value, Fault):
                return np.inf
            error = np.nan_to_num(np.abs(value - expected.expected[key]), nan=np.inf)
            largest = max(largest, error.max(initial=0) / expected.tolerance[key])
    return largest


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.filterwarnings("ignore:about to normalize")
def test_right_solutions_stay_far_inside_the_tolerance(seed):
    worst = max(distance({"batchnorm_train": f}, seed) for f in variants.TRAIN)
    assert worst < 1 / 10


@pytest.mark.parametrize("seed", SEEDS)
def test_slips_stay_far_outside_the_tolerance(seed):
    nearest = min(
        distance(dict(slipped(FORWARD, [slip])), seed) for slip in FORWARD.slips
    )
    assert nearest > 10
