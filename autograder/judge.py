"""The judge: compare an implementation with the reference, and say what is wrong.

``judge(exercise, implementation, seed)`` is pure: the same implementation and seed give
the same verdicts. It does not know whether the implementation lives in this process or
in a sandbox.
"""

from __future__ import annotations

from collections.abc import Collection

from autograder.compare import Difference, Standard, standard
from autograder.diagnosis import Diagnosis, Results
from autograder.exercise import Criterion, Exercise, Slip
from autograder.fault import Fault
from autograder.implementation import Implementation
from autograder.trial import results
from autograder.verdict import Status, Verdict

#: Faults that mean that there is nothing to judge yet.
NOT_ATTEMPTED = ("missing", "not implemented")
#: Faults that mean that a call ended without a value.
CRASHED = ("raised", "timed out", "killed")


def judge(
    exercise: Exercise,
    implementation: Implementation,
    seed: int,
    only: Collection[str] | None = None,
) -> list[Verdict]:
    """Return a verdict for each criterion (or for those named in ``only``), in
    order."""
    case = _Case(exercise, implementation, seed)
    return [
        case.verdict(criterion)
        for criterion in exercise.criteria
        if only is None or criterion.name in only
    ]


def passes(
    exercise: Exercise,
    implementation: Implementation,
    seed: int,
    function: str | None = None,
) -> bool:
    """Tell whether every criterion (or each that calls ``function``) passes, without
    looking for slips."""
    case = _Case(exercise, implementation, seed)
    return all(
        case.passes(criterion)
        for criterion in exercise.criteria
        if function is None or function in criterion.functions
    )


class _Case:
    """One implementation before the judge; nothing is run twice."""

    def __init__(
        self, exercise: Exercise, implementation: Implementation, seed: int
    ) -> None:
        self._exercise = exercise
        self._implementation = implementation
        self._seed = seed
        self._student: dict[str, Results] = {}
        self._standards: dict[str, Standard] = {}
        self._diagnoses: dict[str, tuple[Diagnosis, tuple[Slip, ...]]] = {}

    def verdict(self, criterion: Criterion) -> Verdict:
        """Judge one criterion."""
        self._try(criterion)
        faults, differences = self._wrong(criterion)
        slips = self._slips(criterion) if faults or differences else ()
        status = _status(faults, differences)
        lines = [slip.sentence for slip in slips]
        astray = any(not difference.single for difference in differences)
        if not lines and status == "failed" and astray and criterion.hint:
            lines.append(criterion.hint)
        lines += list(dict.fromkeys(faults.values()))[:2] or [
            difference.sentence for difference in differences[:1]
        ]
        return Verdict(
            criterion=criterion.name,
            title=criterion.title,
            status=status,
            points=criterion.points if status == "passed" else 0,
            max_points=criterion.points,
            message=" ".join(lines),
            slips=tuple(slip.name for slip in slips),
            read=criterion.read,
        )

    def passes(self, criterion: Criterion) -> bool:
        """Tell whether one criterion passes."""
        self._try(criterion)
        faults, differences = self._wrong(criterion)
        return not faults and not differences

    def _try(self, criterion: Criterion) -> None:
        if criterion.name not in self._student:
            case = (self._exercise, criterion)
            self._standards[criterion.name] = standard(*case, self._seed)
            self._student[criterion.name] = results(
                *case, self._implementation, self._seed
            )

    def _wrong(self, criterion: Criterion) -> tuple[dict[Fault, str], list[Difference]]:
        """Return the faults, and what is said about the numbers that differ."""
        expected = self._standards[criterion.name]
        faults: dict[Fault, str] = {}
        differences: list[Difference] = []
        for key, value in self._student[criterion.name].items():
            if isinstance(value, Fault):
                faults[value] = value.sentence
                continue
            if found := expected.difference(key, value):
                differences.append(found)
        return faults, differences

    def _slips(self, criterion: Criterion) -> tuple[Slip, ...]:
        found: list[Slip] = []
        for function in criterion.functions:
            diagnosis, slips = self._diagnose(function)
            found += diagnosis.slips_at(criterion, slips)
        return tuple(found)

    def _diagnose(self, function: str) -> tuple[Diagnosis, tuple[Slip, ...]]:
        if function not in self._diagnoses:
            for criterion in self._exercise.criteria:
                if function in criterion.functions:
                    self._try(criterion)
            diagnosis = Diagnosis(
                self._exercise, function, self._seed, self._student, self._standards
            )
            self._diagnoses[function] = diagnosis, diagnosis.slips()
        return self._diagnoses[function]


def _status(faults: Collection[Fault], differences: Collection[Difference]) -> Status:
    if not faults and not differences:
        return "passed"
    if any(fault.kind in CRASHED for fault in faults):
        return "crashed"
    if not differences and all(fault.kind in NOT_ATTEMPTED for fault in faults):
        return "not attempted"
    return "failed"
