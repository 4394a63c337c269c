"""A trial: what an implementation's functions return when a probe calls them.

The wrappers here give a probe something it can call by name and that never raises:
whatever goes wrong becomes a :class:`~autograder.fault.Fault` in the place of the
value.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from autograder.exercise import Criterion, Exercise
from autograder.fault import Fault, find_fault, through
from autograder.form import examine, spread
from autograder.implementation import CallFailed, Implementation, Reply


class Reference:
    """The reference as an implementation, computing in float64 whatever it is given."""

    def __init__(self, exercise: Exercise) -> None:
        self._module = exercise.reference

    def call(
        self, name: str, arguments: tuple[object, ...], after: bool = True
    ) -> Reply:
        """Call the reference function ``name``."""
        return Reply(self._value(name, arguments, _key(arguments)), arguments)

    def expected(self, name: str, arguments: tuple[object, ...]) -> object:
        """Return what :meth:`call` gives, without a lent function noticing it."""
        key = _key(arguments)
        return self._value(name, deepcopy(arguments) if key is None else arguments, key)

    def _value(self, name: str, arguments: tuple[object, ...], key: object) -> object:
        function = getattr(self._module, name)
        if key is None:
            return _precise(function, arguments)
        return _once(_Call(function, key, arguments))


#: Calls with larger arrays, in bytes, are not remembered.
LARGEST = 2**18


@dataclass(frozen=True)
class _Call:
    """A call of a function, equal to another one with equal arguments.

    A draw is tried with the student's functions and with many slips; what the reference
    gives for it is computed once, and nobody changes it.
    """

    function: Callable[..., object]
    key: object
    arguments: tuple[object, ...] = field(compare=False)


@lru_cache(maxsize=256)
def _once(call: _Call) -> object:
    return _precise(call.function, call.arguments)


def _precise(function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Call a function with copies in float64 of the arrays."""
    return function(
        *(each_array(a, lambda array: array.astype(float)) for a in arguments)
    )


def _key(value: object) -> object:
    """Return what tells a value from others, None where only itself can.

    Sums depend on how an array lies in memory, in the last digit.
    """
    if isinstance(value, np.ndarray):
        known = value.dtype.str, value.shape, value.strides
        return (*known, value.tobytes()) if value.nbytes <= LARGEST else None
    if isinstance(value, tuple):
        parts = tuple(_key(part) for part in value)
        return None if None in parts else parts
    # 1, 1.0 and True are equal, and not the same.
    return repr(value) if type(value) in (bool, int, float, str) else None


class Nudged:
    """The reference, with every number it is given moved by at most one rounding.

    What this changes in the results is what rounding alone can change: the measure of
    how well the drawn problem is conditioned.
    """

    def __init__(self, exercise: Exercise, rng: np.random.Generator) -> None:
        self._module = exercise.reference
        self._rng = rng

    def call(
        self, name: str, arguments: tuple[object, ...], after: bool = True
    ) -> Reply:
        """Call the reference function ``name`` with nudged arguments."""
        nudged = tuple(each_array(argument, self._nudge) for argument in arguments)
        return Reply(_precise(getattr(self._module, name), nudged), arguments)

    def _nudge(self, array: np.ndarray) -> np.ndarray:
        if array.dtype.kind != "f":
            return array
        unit = np.finfo(array.dtype).eps
        up = self._rng.random(array.shape) < 0.5
        nudged: np.ndarray = array.astype(float) * np.where(up, 1 + unit, 1 - unit)
        return nudged


def each_array(value: object, change: Callable[[np.ndarray], np.ndarray]) -> object:
    """Apply ``change`` to the arrays in a value or a tuple of values."""
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, tuple):
        return tuple(each_array(part, change) for part in value)
    return value


class Examined:
    """An implementation as a probe sees it: its functions are attributes, and never
    raise."""

    def __init__(self, exercise: Exercise, implementation: Implementation) -> None:
        self._exercise = exercise
        self._implementation = implementation
        self._reference = Reference(exercise)
        #: What computes as the reference does has the right form.
        self._formal = isinstance(implementation, Reference | Nudged)

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name not in self._exercise.functions:
            raise AttributeError(name)
        return lambda *arguments: self._call(name, arguments, after=False)[0]

    def arguments_after(self, name: str, arguments: tuple[object, ...]) -> object:
        """Return the arguments as the call of ``name`` leaves them.

        The caller's own arrays are never changed. An array that comes back in another
        shape, or as something else, is all NaN. A call without a first result gives
        its fault instead.
        """
        value, after = self._call(name, arguments, after=True)
        while isinstance(value, tuple):
            value = value[0]
        return value if isinstance(value, Fault) else _in_form(arguments, after)

    def _call(
        self, name: str, arguments: tuple[object, ...], after: bool
    ) -> tuple[object, object]:
        labels = self._exercise.returns[name]
        if (fault := find_fault(arguments)) is not None:
            return spread(labels, fault), arguments
        formal = self._formal
        expected = None if formal else self._reference.expected(name, arguments)
        try:
            own = arguments if formal else _copied(arguments)
            reply = self._implementation.call(name, own, after)
        except CallFailed as failure:
            return spread(labels, Fault(failure.kind, failure.sentence)), arguments
        expected = reply.value if formal else expected
        return examine(name, labels, reply.value, expected), reply.arguments


def _in_form(before: object, after: object) -> object:
    """Return arguments as they came back, in the form in which they were given."""
    if isinstance(before, np.ndarray):
        same = isinstance(after, np.ndarray) and after.shape == before.shape
        return after if same else np.full(before.shape, np.nan)
    if isinstance(before, tuple):
        same = isinstance(after, tuple) and len(after) == len(before)
        parts: Any = after if same else (None,) * len(before)
        return tuple(map(_in_form, before, parts))
    return after


def _copied(arguments: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(each_array(argument, np.copy) for argument in arguments)


def results(
    exercise: Exercise, criterion: Criterion, implementation: Implementation, seed: int
) -> dict[str, Any]:
    """Run a criterion's probe; the same seed draws the same inputs for every
    implementation."""
    entropy: Any = _entropy(seed, criterion.name)
    rng = np.random.Generator(np.random.PCG64(entropy))
    with np.errstate(all="ignore"):
        found = criterion.probe(Examined(exercise, implementation), rng)
        return {key: through(_numbers, value) for key, value in found.items()}


class _Entropy(ISeedSequence):
    """What a generator starts from, computed once for all that are given the draw."""

    def __init__(self, seed: int, name: str) -> None:
        sequence = np.random.SeedSequence([seed, zlib.crc32(name.encode())])
        self._words = sequence.generate_state(4, np.uint64)

    def generate_state(self, n_words: int, dtype: object = np.uint64) -> np.ndarray:
        """Return the words that PCG64 asks for."""
        assert (n_words, dtype) == (4, np.uint64)
        return self._words


_entropy = lru_cache(maxsize=256)(_Entropy)


def _numbers(value: object) -> np.ndarray:
    return np.asarray(value, dtype=float)
