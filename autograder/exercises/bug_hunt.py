"""The exercise ``bug-hunt``: tests that tell right layers from plausible wrong ones."""

from __future__ import annotations

from autograder.exercise import Criterion, Exercise
from autograder.exercises import bug_hunt_probes as probes
from autograder.exercises.bug_hunt_slips import SLIPS
from autograder.reference import bug_hunt as reference

DEFINITION = "What batch normalization computes"
GRADIENT = "The gradient"
TRAINING = "Training with batch normalization"
CONVOLUTION = "Batch normalization in convolutional networks"


def _part(
    part: str, thing: str, points: float, page: str, section: str
) -> tuple[Criterion, Criterion]:
    """Return the two criteria of a part: wrong layers are caught, right ones pass."""
    function, read = (f"{part}_ok",), f"{page}, section “{section}”"
    caught = f"{thing}: the suspect and its relatives are caught"
    passed = f"{thing}: right layers pass, in whatever style"
    return (
        Criterion(part, caught, points, function, probes.catches(part), read),
        Criterion(f"{part}_fair", passed, 4, function, probes.fair(part), read),
    )


EXERCISE = Exercise(
    name="bug-hunt",
    title="Bug hunt",
    reference=reference,
    returns={f"{part}_ok": "the answer" for part in probes.LINEUPS},
    criteria=(
        *_part("pixels", "Pixels", 8, CONVOLUTION, "A stack of images as a matrix"),
        *_part("channels", "Channels", 8, CONVOLUTION, "Common slips"),
        *_part("epsilon", "Epsilon", 8, DEFINITION, "ε: when a feature does not vary"),
        *_part("running", "Running statistics", 8, DEFINITION, "Four conventions"),
        *_part("gradient", "Gradient", 9, GRADIENT, "Checking a gradient"),
        *_part("mates", "Mates", 9, CONVOLUTION, "One mean for each channel"),
        *_part("evaluation", "Evaluation", 9, TRAINING, "Training and evaluation mode"),
        *_part(
            "state",
            "State",
            9,
            TRAINING,
            "Running statistics: an average with a memory",
        ),
    ),
    slips=SLIPS,
)
