"""The known mistakes of the exercise ``bug-hunt``, each as one change of the reference.

Here are those that any test can have; a test that shares them is wrong before it has
looked at anything.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from autograder.exercise import Slip
from autograder.exercises import bug_hunt_matrix_slips, bug_hunt_sealed_slips
from autograder.exercises.bug_hunt_image_slips import CHANNELS, PIXELS
from autograder.reference import bug_hunt as reference

#: Where a test compares with numbers of its own, what else can be wrong with them.
_CHANGED = " Or the arrays have been changed between the two."
#: The parts, each with what else is often behind a test that rejects everything.
PARTS = {
    "pixels": _CHANGED,
    "channels": _CHANGED,
    "epsilon": _CHANGED,
    "running": _CHANGED,
    "gradient": " Or a numerical derivative is less exact than you ask for.",
    "mates": " The layer has a gamma and a beta that it does not tell, so its output "
    "need not have mean 0; and each number goes where its pixel went.",
    "evaluation": " In evaluation the output need not have mean 0 or variance 1: that "
    "depends on the batch.",
    "state": " After one batch the running statistics have only begun to move, so "
    "evaluation does not give what training gave.",
}


def _any_test(part: str) -> Iterator[Slip]:
    """Yield the mistakes that are the same in each part."""
    name = f"{part}_ok"
    source = inspect.getsource(getattr(reference, name))
    begins = re.findall(r"rng = np\.random\.default_rng\(\d\)", source)[0]
    returns = source[source.rindex("return ") :].strip()
    answer = returns.removeprefix("return ")
    compares = answer if "1e-3" in answer else "same(y, expected, 1e-3)"
    yield Slip(
        f"{part}-accepts-all",
        name,
        begins,
        f"return True\n    {begins}",
        f"{name} accepts every layer that it is shown, however wrong: it always says "
        "True, or compares the layer with itself, or looks at what no layer gets wrong.",
    )
    yield Slip(
        f"{part}-asserts",
        name,
        returns,
        f"assert {answer}",
        f"{name} asserts that the layer is right. That stops at a wrong layer, but "
        "for a right one it returns nothing, and True is asked for.",
    )
    yield Slip(
        f"{part}-upside-down",
        name,
        returns,
        f"return not ({answer})",
        f"{name} says the opposite of what is asked: True is for a layer that is "
        "right.",
    )
    yield Slip(
        f"{part}-rejects-all",
        name,
        compares,
        compares.replace("1e-3", "-1.0"),
        f"{name} rejects every layer that it is shown, the right ones, too: what it "
        "compares with is not what a right layer gives, or it allows for no rounding."
        + PARTS[part],
    )
    if PARTS[part] == _CHANGED:
        yield Slip(
            f"{part}-exact",
            name,
            compares,
            compares.replace("1e-3", "1e-12"),
            f"{name} allows for no rounding but that of double precision. A layer that "
            "computes in single precision is right, too.",
        )


SLIPS = (
    *PIXELS,
    *CHANNELS,
    *bug_hunt_matrix_slips.SLIPS,
    *bug_hunt_sealed_slips.SLIPS,
    *(slip for part in PARTS for slip in _any_test(part)),
)
