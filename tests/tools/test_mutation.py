"""Machine-made mistakes in the reference are all rejected."""

import numpy as np
import pytest

from autograder.exercises import load, names
from tools.mutants import mutants
from tools.mutation import score

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def sample(x, axis):
    """Return something to make mutants of."""
    total = x.sum(axis=0) + 1
    return total, axis


def test_mutants_change_operators_constants_names_and_order():
    changes = {mutant.change.partition(": ")[2] for mutant in mutants(sample)}
    assert {
        "Add becomes Sub",
        "0 becomes 1",
        "axis is dropped",
        "sum becomes mean",
        "x becomes axis",
        "parts 0 and 1 are swapped",
        "part 1 is dropped",
    } <= changes


def test_no_two_mutants_are_alike():
    sources = [mutant.source for mutant in mutants(sample)]
    assert len(sources) == len(set(sources)) > 15


@pytest.mark.parametrize("name", names())
def test_every_mutant_of_the_reference_is_rejected(name):
    exercise = load(name)
    originals = [getattr(exercise.reference, f) for f in exercise.functions]
    with np.errstate(all="ignore"):
        result = score(exercise, originals, naming=False)
    assert result.escaped == [] and result.refused == []
    assert result.rejected > 100
