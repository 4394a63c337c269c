"""Right solutions in other styles pass, and each function can be written alone."""

from __future__ import annotations

from importlib import import_module

import pytest

from autograder.exercises import in_python, load, names
from tests.judge.support import SEEDS, lost, verdicts
from tools.mutation import function_of

EXERCISES = [load(name) for name in names()]


def styles(exercise):
    """Return the right functions in other styles that are kept for an exercise."""
    return import_module(f"tests.judge.variants_{in_python(exercise.name)}").ALL


STYLES = [
    pytest.param(exercise, style, id=f"{exercise.name}-{style.__name__}")
    for exercise in EXERCISES
    for style in styles(exercise)
]
FUNCTIONS = [
    pytest.param(exercise, name, id=f"{exercise.name}-{name}")
    for exercise in EXERCISES
    for name in exercise.functions
]


@pytest.mark.parametrize(("exercise", "style"), STYLES)
@pytest.mark.filterwarnings("ignore:about to normalize")
def test_right_styles_are_accepted(exercise, style):
    name = function_of(exercise, style)
    only = {c.name for c in exercise.criteria if name in c.functions}
    for seed in SEEDS:
        found = verdicts(exercise, {name: style}, seed, only)
        assert not lost(found), [v.message for v in found.values() if v.message]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_there_are_styles_of_several_functions(exercise):
    written = {function_of(exercise, style) for style in styles(exercise)}
    assert len(written) >= 3


@pytest.mark.parametrize(("exercise", "name"), FUNCTIONS)
def test_a_function_can_be_written_without_the_others(exercise, name):
    functions = dict.fromkeys(exercise.functions)
    functions[name] = getattr(exercise.reference, name)
    own = {c.name for c in exercise.criteria if c.functions == (name,)}
    assert not own & lost(verdicts(exercise, functions, only=own))
