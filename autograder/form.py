"""The form of a result: does a returned value have the parts, types and shapes it
should have?"""

from __future__ import annotations

import numpy as np

from autograder.fault import Fault
from autograder.sandbox.inside.plain_data import Opaque

#: The names of a function's results: ``"y"``, or ``("y", ("x_hat", "gamma"))``.
Labels = str | tuple["Labels", ...]


def spread(labels: Labels, fault: Fault) -> object:
    """Put the same fault in every part of a result."""
    if isinstance(labels, str):
        return fault
    return tuple(spread(label, fault) for label in labels)


def examine(function: str, labels: Labels, value: object, expected: object) -> object:
    """Return ``value`` with every part of the wrong form replaced by a :class:`Fault`.

    ``expected`` is what the reference returns for the same arguments: its structure and
    shapes are the contract, its numbers are not looked at.
    """
    if value is None:
        sentence = (
            f"{function} returned nothing (None); expected {show(labels)}. "
            "Is the return statement missing?"
        )
        return spread(labels, Fault("form", sentence))
    return _examine(function, labels, value, expected)


def _examine(
    function: str,
    labels: Labels,
    value: object,
    expected: object,
    place: tuple[int, int] | None = None,
) -> object:
    """Examine a part, which is in this place of so many, or the whole."""
    if isinstance(labels, str):
        return _examine_array(function, labels, value, np.asarray(expected))
    assert isinstance(expected, tuple)
    return _examine_tuple(function, labels, value, expected, place)


def _examine_tuple(
    function: str,
    labels: tuple[Labels, ...],
    value: object,
    expected: tuple[object, ...],
    place: tuple[int, int] | None,
) -> object:
    count = len(labels)
    if isinstance(value, (tuple, list)) and len(value) == count:
        return tuple(
            _examine(function, *one, (number, count))
            for number, one in enumerate(zip(labels, value, expected, strict=True), 1)
        )
    part = ": result {} of {} is".format(*place) if place else " returned"
    found = f"{part} {describe(value)}"
    sentence = f"{function}{found}; expected {show(labels)}."
    fault = Fault("form", sentence)
    first = expected[0]
    if _shape(value) is not None and _shape(value) == _shape(first):
        one = _examine(function, labels[0], value, first)
        return (one, *(spread(label, fault) for label in labels[1:]))
    return spread(labels, fault)


def _shape(value: object) -> tuple[int, ...] | None:
    return value.shape if isinstance(value, np.ndarray) else None


def _examine_array(
    function: str, label: str, value: object, expected: np.ndarray
) -> object:
    if isinstance(value, (bool, int, float)):
        value = np.asarray(value, dtype=float)
    if not isinstance(value, np.ndarray):
        wanted = f"a NumPy array of shape {expected.shape}"
        sentence = f"{function}: {label} is {describe(value)}; expected {wanted}."
        return Fault("form", sentence)
    if value.shape != expected.shape:
        sentence = (
            f"{function}: {label} has shape {value.shape}; expected {expected.shape}."
        )
        return Fault("form", sentence)
    return value.astype(float)


def describe(value: object) -> str:
    """Name a value in words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, Opaque):
        return f"a {value.type_name}"
    if isinstance(value, tuple | list):
        noun = "value" if len(value) == 1 else "values"
        return f"a {type(value).__name__} of {len(value)} {noun}"
    return "None" if value is None else f"a {type(value).__name__}"


def show(labels: Labels) -> str:
    """Write the names of a function's results as Python would."""
    if isinstance(labels, str):
        return labels
    return "(" + ", ".join(show(label) for label in labels) + ")"
