"""Machine-made mistakes in the reference are all rejected."""

import numpy as np
import pytest

from autograder.exercises import load, names
from tools.mutants import mutants
from tools.mutation import evenly, function_of, score

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


def collect(values):
    """Return a list of something."""
    found = []
    for value in values:
        found.append(value)
    return found


def test_no_mutant_puts_a_list_into_itself():
    made = [mutant.source for mutant in mutants(collect)]
    assert any("found.append(values)" in source for source in made)
    assert not any("found.append(found)" in source for source in made)


def test_no_two_mutants_are_alike():
    sources = [mutant.source for mutant in mutants(sample)]
    assert len(sources) == len(set(sources)) > 15


def test_the_looked_at_are_spread_over_all():
    assert evenly(range(10), 5) == [0, 2, 4, 6, 8]
    assert evenly(range(3), 5) == [0, 1, 2]
    assert evenly([], 5) == []


def test_an_original_is_known_by_its_name_before_its_parameters():
    exercise = load("alternatives")

    def looped_groupnorm(x, gamma, beta, eps):
        """Take the parameters of another function."""

    def anything(x, gamma, eps):
        """Take those of RMS normalization."""

    assert function_of(exercise, looped_groupnorm) == "groupnorm"
    assert function_of(exercise, anything) == "rmsnorm"


@pytest.mark.parametrize("name", names())
def test_mutants_of_the_reference_are_rejected(name):
    """Try a part of them; `make mutation` tries all."""
    exercise = load(name)
    originals = [getattr(exercise.reference, f) for f in exercise.functions]
    with np.errstate(all="ignore"):
        result = score(exercise, originals, looked_at=0, each=120)
    assert result.escaped == [] and result.refused == []
    assert result.rejected > 100
