"""The exercises, by name."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from autograder.exercise import Exercise

#: In the order in which the book asks them.
NAMES = (
    "forward",
    "backward",
    "training",
    "convolution",
    "alternatives",
    "bug-hunt",
    "frontier",
    "gpu",
)


class UnknownExercise(LookupError):
    """There is no exercise of that name; the text lists those that exist."""


def names() -> list[str]:
    """Return the names of all exercises."""
    return list(NAMES)


def in_python(name: str) -> str:
    """Return an exercise's name as its modules spell it, such as ``bug_hunt``."""
    return name.replace("-", "_")


def load(name: str) -> Exercise:
    """Return the exercise ``name``, or raise :exc:`UnknownExercise`."""
    if name not in NAMES:
        raise UnknownExercise(
            f"There is no exercise {name!r}. Known exercises: {', '.join(NAMES)}."
        )
    module = import_module(f"autograder.exercises.{in_python(name)}")
    return cast(Exercise, module.EXERCISE)
