"""What the judge's tests share."""

from autograder.exercise import Exercise
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.verdict import Verdict

SEEDS = (0, 1, 20241124)


def verdicts(
    exercise: Exercise, functions: dict, seed: int = 0, only: set | None = None
) -> dict[str, Verdict]:
    """Judge the reference with some functions replaced; return verdicts by name."""
    namespace = {
        name: getattr(exercise.reference, name) for name in exercise.functions
    } | functions
    found = judge(exercise, LocalImplementation(namespace), seed, only)
    return {verdict.criterion: verdict for verdict in found}


def lost(found: dict[str, Verdict]) -> set[str]:
    """Return the names of the criteria that did not pass."""
    return {name for name, verdict in found.items() if verdict.status != "passed"}
