"""The re-created visible checks accept the right solution, and ours misses nothing."""

import numpy as np

from autograder.exercises import load
from benchmarks.visible_checks import arena, cs231n, measure


def test_the_recreated_checks_accept_the_reference_and_reject_a_plain_mistake():
    functions = dict(vars(load("forward").reference))
    assert cs231n(functions) and arena(functions)
    functions["batchnorm_train"] = lambda x, gamma, beta, eps: (x, None)
    assert not cs231n(functions) and not arena(functions)


def test_no_slip_passes_this_courses_checks():
    with np.errstate(all="ignore"):
        found = measure()
    assert found["this course"]["unnoticed"] == 0
    assert all(row["reference accepted"] for row in found.values())
    assert all(row["slips"] > 50 for row in found.values())
