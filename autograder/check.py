"""``check("forward")``: judge the functions of the notebook that calls it."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.card import as_html, as_text
from autograder.exercises import load
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from autograder.verdict import Verdict

#: The seed of the checks in a notebook: running a cell again shows the same numbers.
#: Grading draws its own.
PRACTICE_SEED = 20150211


@dataclass(frozen=True)
class Card:
    """The verdicts on some criteria; Jupyter shows it as HTML, a terminal as text."""

    title: str
    verdicts: Sequence[Verdict]

    @property
    def passed(self) -> bool:
        """Tell whether every criterion passed."""
        return all(verdict.status == "passed" for verdict in self.verdicts)

    def __repr__(self) -> str:
        return as_text(self.title, self.verdicts)

    def _repr_html_(self) -> str:
        return as_html(self.title, self.verdicts)


class CheckFailed(Exception):
    """Raised under nbgrader's own commands, which take an error for a wrong answer."""

    def _render_traceback_(self) -> list[str]:
        """Show IPython the sentences without a traceback."""
        return [str(self)]


def check(what: str, seed: int = PRACTICE_SEED) -> Card:
    """Judge the caller's functions for an exercise or for one criterion of it.

    ``what`` is ``"forward"`` or ``"forward.standardize"``. Returns a card that Jupyter
    displays. Raises LookupError for a name that is not known, and :exc:`CheckFailed`
    for work that does not pass when nbgrader runs the notebook (``nbgrader validate``),
    because nbgrader looks for an error.
    """
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    card = check_namespace(what, caller.f_globals if caller else {}, seed)
    if "NBGRADER_EXECUTION" in os.environ and not card.passed:
        raise CheckFailed(repr(card))
    return card


def check_namespace(
    what: str, namespace: Mapping[str, object], seed: int = PRACTICE_SEED
) -> Card:
    """Judge the functions in ``namespace``; see :func:`check`."""
    name, _, criterion = what.partition(".")
    exercise = load(name)
    only = {exercise.criterion(criterion).name} if criterion else None
    verdicts = judge(exercise, LocalImplementation(namespace), seed, only)
    return Card(exercise.title, verdicts)
