"""Diagnosis: which known slip, or which two, give exactly the student's results?

A slip explains a function only if it gives the student's result in *every* part of
every criterion that calls the function, right parts included. One that explains only
some of them is not named: silence is better than a wrong sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from autograder.compare import Standard, standard
from autograder.exercise import (
    Criterion,
    Exercise,
    Slip,
    SlipDoesNotApply,
    slipped,
)
from autograder.fault import Fault
from autograder.implementation import LocalImplementation
from autograder.trial import results

Results = dict[str, Any]


class Diagnosis:
    """Find the slips of one function, given the student's results for all its
    criteria."""

    def __init__(
        self,
        exercise: Exercise,
        function: str,
        seed: int,
        student: dict[str, Results],
        standards: dict[str, Standard],
    ) -> None:
        self._exercise = exercise
        self._function = function
        self._seed = seed
        self._student = student
        self._standards = standards
        self._criteria = [
            c
            for c in exercise.criteria
            if function in c.functions and c.name in student
        ]
        # What is wrong tells the candidates apart soonest.
        self._criteria.sort(key=lambda criterion: not self._telling(criterion))
        self._found: dict[tuple[str, Sequence[Slip]], Results] = {}

    def slips(self) -> tuple[Slip, ...]:
        """Return the one slip or the two that explain the results, or nothing."""
        if not any(self._telling(criterion) for criterion in self._criteria):
            return ()
        for candidate in self._candidates():
            if self._explains(candidate):
                return candidate
        return ()

    def slips_at(self, criterion: Criterion, slips: Sequence[Slip]) -> tuple[Slip, ...]:
        """Return those of ``slips`` that by themselves change the results of a
        criterion."""
        own = tuple(slip for slip in slips if self._changes(criterion, slip))
        return own if own or len(criterion.functions) > 1 else tuple(slips)

    def _candidates(self) -> Iterator[tuple[Slip, ...]]:
        """Yield every slip, then the pairs that touch just the criteria that failed."""
        own = [s for s in self._exercise.slips if s.function == self._function]
        failed = frozenset(c.name for c in self._criteria if self._fails(c))

        def fails(slip: Slip) -> frozenset[str]:
            return failed_by(self._exercise, slip)

        first = own
        if len(self._criteria) > 1:
            # Mostly it is one of those that fail just what failed.
            first = sorted(own, key=lambda slip: fails(slip) != failed)
        yield from ((slip,) for slip in first)
        if self._only_raised():
            return
        within = [slip for slip in own if fails(slip) <= failed]
        for one, other in combinations(within, 2):
            if fails(one) | fails(other) == failed:
                yield one, other

    def _only_raised(self) -> bool:
        """Tell whether errors are all that is wrong: too little to name two slips."""
        return all(
            isinstance(value, Fault) and value.kind == "raised"
            for criterion in self._criteria
            for value in self._wrong_values(criterion)
        )

    def _explains(self, slips: tuple[Slip, ...]) -> bool:
        try:
            return all(
                self._same(criterion, self._run(criterion, slips))
                for criterion in self._criteria
            )
        except SlipDoesNotApply:
            return False

    def _changes(self, criterion: Criterion, slip: Slip) -> bool:
        found = self._run(criterion, (slip,))
        return _wrong(found, self._standards[criterion.name], self._keys(criterion))

    def _run(self, criterion: Criterion, slips: tuple[Slip, ...]) -> Results:
        case = criterion.name, slips
        if case not in self._found:
            self._found[case] = _results(self._exercise, criterion, slips, self._seed)
        return self._found[case]

    def _same(self, criterion: Criterion, found: Results) -> bool:
        right = self._standards[criterion.name]
        student = self._student[criterion.name]
        return all(
            right.alike(key, student[key], found[key])
            for key in self._keys(criterion)
            if not _silent(student[key])
        )

    def _keys(self, criterion: Criterion) -> list[str]:
        keys = list(self._standards[criterion.name].expected)
        if len(criterion.functions) == 1:
            return keys
        return [key for key in keys if key.startswith(f"{self._function}:")]

    def _fails(self, criterion: Criterion) -> bool:
        found = self._student[criterion.name]
        return _wrong(found, self._standards[criterion.name], self._keys(criterion))

    def _telling(self, criterion: Criterion) -> bool:
        """Tell whether something is wrong here in a way that can identify a slip."""
        return any(
            isinstance(value, Fault) or np.isfinite(value).any()
            for value in self._wrong_values(criterion)
        )

    def _wrong_values(self, criterion: Criterion) -> Iterator[Any]:
        """Yield the faults that say something, and the numbers that differ."""
        right = self._standards[criterion.name]
        for key in self._keys(criterion):
            value = self._student[criterion.name][key]
            if isinstance(value, Fault):
                if not _silent(value):
                    yield value
            elif right.difference(key, value):
                yield value


def _results(
    exercise: Exercise, criterion: Criterion, slips: tuple[Slip, ...], seed: int
) -> Results:
    functions = LocalImplementation(slipped(exercise, slips), watched=False)
    return results(exercise, criterion, functions, seed)


def _wrong(found: Results, right: Standard, keys: Sequence[str]) -> bool:
    return any(not right.alike(key, found[key], right.expected[key]) for key in keys)


#: Which criteria a slip fails does not depend on the draw: any seed will do.
_ANY_SEED = 0
_FAILED: dict[tuple[str, str], frozenset[str]] = {}


def failed_by(exercise: Exercise, slip: Slip) -> frozenset[str]:
    """Return the names of the criteria that a slip alone fails."""
    key = exercise.name, slip.name
    if key not in _FAILED:
        _FAILED[key] = frozenset(
            criterion.name
            for criterion in exercise.criteria
            if slip.function in criterion.functions
            and _fails_at(exercise, criterion, slip)
        )
    return _FAILED[key]


def _fails_at(exercise: Exercise, criterion: Criterion, slip: Slip) -> bool:
    right = standard(exercise, criterion, _ANY_SEED)
    found = _results(exercise, criterion, (slip,), _ANY_SEED)
    return _wrong(found, right, list(right.expected))


def _silent(value: object) -> bool:
    """Faults that say nothing about which mistake was made."""
    kinds = ("missing", "not implemented", "timed out", "killed")
    return isinstance(value, Fault) and value.kind in kinds
