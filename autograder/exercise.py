"""An exercise: what is asked, for how many points, and the slips that are known."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from autograder.form import Labels

#: Draws inputs, calls an implementation's functions, and returns what came out.
Probe = Callable[[Any, np.random.Generator], dict[str, Any]]


@dataclass(frozen=True)
class Criterion:
    """One thing that is asked, with its points.

    ``functions`` are those that the probe calls. ``hint`` is said when the work fails
    in a way no slip explains. ``read`` is the place in the book. Where the probe calls
    several functions, each key of its result starts with the name of the function that
    it is about, and a colon.
    """

    name: str
    title: str
    points: float
    functions: tuple[str, ...]
    probe: Probe
    read: str
    hint: str = ""


@dataclass(frozen=True)
class Slip:
    """One known mistake: the reference with the text ``before`` replaced by ``after``.

    ``sentence`` tells the student what they did, without giving the right line away.
    """

    name: str
    function: str
    before: str
    after: str
    sentence: str


@dataclass(frozen=True)
class Written:
    """One thing that is answered in words and graded by a person.

    The answer is a cell of the notebook whose grade id is ``name``. ``rubric`` says, a
    line for each, what earns how many points; the lines add up to ``points``.
    """

    name: str
    title: str
    points: float
    rubric: tuple[tuple[float, str], ...]


@dataclass(frozen=True, eq=False)
class Exercise:
    """What the student writes, and how it is judged.

    ``returns`` names the functions in the order in which they are asked, with the names
    of their results. ``written`` is what a person grades. ``call_seconds`` bounds one
    call of one of the functions.
    """

    name: str
    title: str
    reference: ModuleType
    returns: Mapping[str, Labels]
    criteria: tuple[Criterion, ...]
    slips: tuple[Slip, ...]
    written: tuple[Written, ...] = ()
    call_seconds: float = 5.0

    @property
    def functions(self) -> tuple[str, ...]:
        """The names that the student defines."""
        return tuple(self.returns)

    @property
    def points(self) -> float:
        """The points of everything together, judged or graded by a person."""
        judged = sum(criterion.points for criterion in self.criteria)
        return judged + sum(written.points for written in self.written)

    def criterion(self, name: str) -> Criterion:
        """Return the criterion of that name, or raise LookupError with the known
        names."""
        for criterion in self.criteria:
            if criterion.name == name:
                return criterion
        known = ", ".join(criterion.name for criterion in self.criteria)
        raise LookupError(
            f"The exercise {self.name} has no criterion {name!r}; it has {known}."
        )


class SlipDoesNotApply(Exception):
    """The text that a slip replaces is not there exactly once."""


def slipped(
    exercise: Exercise, slips: Sequence[Slip]
) -> Mapping[str, Callable[..., object]]:
    """Return the reference's functions with the slips in them.

    Raises :exc:`SlipDoesNotApply` if a slip's text is missing or ambiguous, as it can
    be when another slip has changed it first.
    """
    return _slipped(exercise, tuple(slips))


@lru_cache(maxsize=1024)
def _slipped(
    exercise: Exercise, slips: tuple[Slip, ...]
) -> Mapping[str, Callable[..., object]]:
    namespace = dict(vars(exercise.reference))
    with warnings.catch_warnings():
        if len(slips) > 1:  # Two slips together can make a line that Python wonders at.
            warnings.simplefilter("ignore", SyntaxWarning)
        for function in {slip.function for slip in slips}:
            own = [slip for slip in slips if slip.function == function]
            exec(_compiled(slipped_source(exercise, function, own)), namespace)
    return {name: namespace[name] for name in exercise.functions}


def slipped_source(exercise: Exercise, function: str, slips: Sequence[Slip]) -> str:
    """Return the text of one of the reference's functions with the slips in it.

    Raises :exc:`SlipDoesNotApply` as :func:`slipped` does.
    """
    source = _source(getattr(exercise.reference, function))
    for slip in slips:
        found = source.count(slip.before)
        if found != 1:
            raise SlipDoesNotApply(
                f"Slip {slip.name}: {slip.before!r} is found {found} times in "
                f"{function}, expected once."
            )
        source = source.replace(slip.before, slip.after)
    return source


@cache
def _source(function: Callable[..., object]) -> str:
    return inspect.getsource(function)


@cache
def _compiled(source: str) -> Any:
    return compile("from __future__ import annotations\n" + source, "<slip>", "exec")
