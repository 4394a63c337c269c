"""Every slip is rejected with its own sentence, alone and in pairs."""

from itertools import combinations

import pytest

from autograder.exercise import SlipDoesNotApply, slipped
from autograder.exercises import load, names
from tests.judge.support import SEEDS, lost, verdicts
from tools.mutation import evenly

EXERCISES = [load(name) for name in names()]
SLIPS = [
    pytest.param(exercise, slip, id=f"{exercise.name}-{slip.name}")
    for exercise in EXERCISES
    for slip in exercise.slips
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("exercise", "slip"), SLIPS)
def test_a_slip_is_rejected_with_its_own_sentence_and_no_other(exercise, slip, seed):
    found = verdicts(exercise, dict(slipped(exercise, [slip])), seed)
    failed = lost(found)
    assert failed
    for name in failed:
        assert found[name].slips == (slip.name,), found[name].message
        assert found[name].message.startswith(slip.sentence)


@pytest.mark.parametrize(("exercise", "slip"), SLIPS)
def test_a_slip_costs_only_the_criteria_of_its_function(exercise, slip):
    found = verdicts(exercise, dict(slipped(exercise, [slip])))
    for name in lost(found):
        assert slip.function in exercise.criterion(name).functions


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_slips_have_distinct_names_and_sentences(exercise):
    for attribute in ("name", "sentence"):
        values = [getattr(slip, attribute) for slip in exercise.slips]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize(("exercise", "slip"), SLIPS)
def test_a_sentence_does_not_give_the_line_away(exercise, slip):
    assert slip.before not in slip.sentence
    assert slip.sentence.endswith((".", ").")) and len(slip.sentence) > 25


def test_two_slips_that_make_a_strange_line_warn_nobody_who_grades():
    exercise = load("training")
    strange = "predict-column", "predict-counts-from-one"
    assert slipped(exercise, [slip for slip in exercise.slips if slip.name in strange])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_points_sum_to_100(exercise):
    assert exercise.points == 100


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_the_lines_of_a_rubric_add_up_to_its_points(exercise):
    for written in exercise.written:
        assert sum(points for points, _ in written.rubric) == written.points


@pytest.mark.parametrize("name", names())
def test_most_pairs_of_slips_are_named_as_two(name):
    """Some pairs equal a third slip or hide each other; the share is what counts."""
    exercise = load(name)
    pairs = evenly(list(combinations(exercise.slips, 2)), 50)
    tried = named = wrong = 0
    for pair in pairs:
        try:
            functions = dict(slipped(exercise, pair))
        except SlipDoesNotApply:
            continue
        found = verdicts(exercise, functions)
        slips = {slip for verdict in found.values() for slip in verdict.slips}
        tried += 1
        named += slips == {slip.name for slip in pair}
        wrong += not lost(found)
    assert tried > 25
    assert wrong == 0
    assert named / tried > 0.75
