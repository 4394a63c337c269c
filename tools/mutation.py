"""Measure the judge by mutation: how many mistakes does it reject, and name?

    python -m tools.mutation [--save] [EXERCISE ...]

Mutants are made of the reference and of right solutions in other styles. A mutant that
computes the same as the reference on random inputs is no mistake and is left out. Exits
with 1 if a mutant that computes something else passes, or a right solution does not.
Looking for the name of a mistake takes longest, so it is done for two thousand of each
exercise, evenly chosen. With ``--save`` the scores are kept in
benchmarks/results/mutation.json, beside those of other exercises that are there.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from autograder.exercise import Exercise
from autograder.exercises import in_python, load, names
from autograder.fault import Fault
from autograder.form import examine
from autograder.implementation import (
    CallFailed,
    Implementation,
    LocalImplementation,
)
from autograder.judge import judge, passes
from autograder.trial import Reference, each_array
from benchmarks import machine
from tools.mutants import Mutant, mutants

T = TypeVar("T")

#: Independent draws on which a mutant has to differ to count as a mistake.
DRAWS = 4
SEED = 1
#: Of how many rejected mutants of an exercise it is asked whether they are named.
LOOKED_AT = 2000


@dataclass
class Score:
    """What became of the mutants of one exercise."""

    rejected: int = 0
    looked_at: int = 0
    named: int = 0
    equivalent: int = 0
    right: int = 0
    escaped: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return the score as JSON-ready data."""
        mistakes = self.rejected + len(self.escaped)
        return {
            "mistakes": mistakes,
            "rejected": self.rejected,
            "looked at for a name": self.looked_at,
            "named": self.named,
            "equivalent": self.equivalent,
            "right solutions": self.right,
            "right solutions refused": len(self.refused),
        }


def score(
    exercise: Exercise,
    originals: Sequence[Callable[..., object]],
    looked_at: int = LOOKED_AT,
    each: int | None = None,
) -> Score:
    """Judge the originals, which are right, and all their mutants.

    Of the rejected ones, up to ``looked_at`` are searched for the slip that they are.
    With ``each``, no more than that many mutants of each original are tried.
    Functions without inputs, of which more than one result is right, are left out.
    """
    result = Score()
    inputs = import_module(f"tools.inputs_{in_python(exercise.name)}").INPUTS
    rejected = []
    for original in originals:
        function = function_of(exercise, original)
        if function not in inputs:
            continue
        result.right += 1
        if not passes(exercise, _with(exercise, function, original), SEED):
            result.refused.append(original.__name__)
        made = list(mutants(original))
        for mutant in made if each is None else evenly(made, each):
            changed = _compiled(mutant, original)
            if not _differs(exercise, function, changed, inputs[function]):
                result.equivalent += 1
            elif passes(exercise, _with(exercise, function, changed), SEED, function):
                result.escaped.append(f"{mutant.function}, {mutant.change}")
            else:
                rejected.append((function, changed))
    chosen = evenly(rejected, looked_at)
    result.rejected, result.looked_at = len(rejected), len(chosen)
    result.named = sum(_named(exercise, *one) for one in chosen)
    return result


def evenly(items: Sequence[T], count: int) -> list[T]:
    """Return ``count`` of the items, or all if they are fewer, evenly spread."""
    count = min(count, len(items))
    return [items[i * len(items) // count] for i in range(count)]


def function_of(exercise: Exercise, original: Callable[..., object]) -> str:
    """Return which function of the exercise an original is written for.

    That is the one its name ends with, or else the one with the same parameters.
    """
    ending = [n for n in exercise.functions if original.__name__.endswith(n)]
    if ending:
        return max(ending, key=len)
    parameters = original.__code__.co_varnames[: original.__code__.co_argcount]
    for name in exercise.functions:
        code = getattr(exercise.reference, name).__code__
        if code.co_varnames[: code.co_argcount] == parameters:
            return name
    raise LookupError(f"{original.__name__} has the parameters of no function")


def _compiled(mutant: Mutant, original: Callable[..., object]) -> Callable[..., object]:
    namespace = dict(original.__globals__)
    source = "from __future__ import annotations\n" + mutant.source
    exec(compile(source, "<mutant>", "exec"), namespace)
    made: Callable[..., object] = namespace[mutant.function]
    return made


def _differs(
    exercise: Exercise, name: str, changed: Callable[..., object], draw: Any
) -> bool:
    """Tell whether a mutant computes something else than the reference, or nothing."""
    for seed in range(DRAWS):
        arguments = draw(np.random.default_rng(seed))
        expected = Reference(exercise).call(name, arguments).value
        given = each_array(arguments, np.copy)
        try:
            reply = LocalImplementation({name: changed}).call(name, given)
        except CallFailed:
            return True
        labels = exercise.returns[name]
        found = examine(name, labels, reply.value, expected)
        if not all(_same(a, b) for a, b in _pairs(found, expected)):
            return True
        if not all(np.array_equal(a, b) for a, b in _pairs(given, arguments)):
            return True
    return False


def _pairs(found: Any, expected: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(expected, tuple) and not isinstance(found, Fault):
        for one, other in zip(found, expected, strict=True):
            yield from _pairs(one, other)
    else:
        yield found, expected


def _same(found: Any, expected: np.ndarray) -> bool:
    if isinstance(found, Fault):
        return False
    largest = 1e-9 * float(np.abs(expected).max())
    return np.allclose(found, expected, 1e-9, largest, equal_nan=True)


def _with(
    exercise: Exercise, name: str, function: Callable[..., object]
) -> Implementation:
    """Return the reference with one function replaced."""
    reference = {n: getattr(exercise.reference, n) for n in exercise.functions}
    return LocalImplementation({**reference, name: function})


def _named(exercise: Exercise, name: str, function: Callable[..., object]) -> bool:
    verdicts = judge(exercise, _with(exercise, name, function), SEED)
    return any(verdict.slips for verdict in verdicts)


def originals(exercise: Exercise) -> list[Callable[..., object]]:
    """Return the reference's functions and the right variants of the tests."""
    variants = import_module(f"tests.judge.variants_{in_python(exercise.name)}")
    return [getattr(exercise.reference, n) for n in exercise.functions] + variants.ALL


def main(arguments: Sequence[str]) -> int:
    """Print the score of each exercise as JSON; return the exit status."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    failed = False
    for name in [a for a in arguments if a != "--save"] or names():
        exercise = load(name)
        result = score(exercise, originals(exercise))
        print(json.dumps({name: result.as_dict()}))
        if "--save" in arguments:
            scores = machine.load("mutation")
            scores[name] = {**machine.facts(), **result.as_dict()}
            machine.save("mutation", scores)
        for escaped in result.escaped:
            print(f"escaped: {escaped}")
        for refused in result.refused:
            print(f"right, but refused: {refused}")
        failed = failed or bool(result.escaped or result.refused)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
