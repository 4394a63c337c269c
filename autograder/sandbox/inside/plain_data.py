"""Reduce what a student's function returns to plain data, by exact type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_BYTES = 64 * 2**20
MAX_NODES = 50_000
MAX_DEPTH = 16
MAX_TEXT = 2**20
LARGEST_INTEGER = 2**63


@dataclass(frozen=True)
class Opaque:
    """Stand for an object that is not plain data and therefore stays where it is."""

    type_name: str


@dataclass(frozen=True)
class Lent:
    """Stand for a function of the trusted side, which the sandbox may call."""

    number: int


def plain(value: object) -> Any:
    """Reduce ``value`` to plain data, by exact type; all else becomes ``Opaque``.

    NumPy scalars become 0-d arrays, arrays are copied in native byte order. Subclasses,
    object arrays, tensors, integers beyond 64 bits and containers that are too deep or
    too large are not plain. No method of an object that is not plain is ever called.
    """
    return _Reducer().reduce(value, 0)


class _Reducer:
    def __init__(self) -> None:
        self.nodes = 0

    def reduce(self, value: object, depth: int) -> Any:
        kind = type(value)
        self.nodes += 1
        if kind is np.ndarray or issubclass(kind, np.generic):
            return _plain_array(value)
        if kind is tuple or kind is list or kind is dict:
            if depth >= MAX_DEPTH or self.nodes + len(value) > MAX_NODES:  # type: ignore[arg-type]
                return Opaque(f"{kind.__name__} that is nested too deeply or too long")
            return self._container(value, depth + 1)
        if value is None or kind in (bool, float, Opaque, Lent):
            return value
        if kind is int and -LARGEST_INTEGER <= value < LARGEST_INTEGER:  # type: ignore[operator]
            return value
        if kind is str and len(value) <= MAX_TEXT:  # type: ignore[arg-type]
            return value.encode("utf-8", "replace").decode()  # type: ignore[attr-defined]
        return Opaque(type_name(value))

    def _container(self, value: Any, depth: int) -> Any:
        if type(value) is not dict:
            return type(value)([self.reduce(item, depth) for item in list(value)])
        scalars = (str, int, float, bool, type(None))
        # Not a NaN either, which is no key equal to itself.
        if not all(type(key) in scalars and key == key for key in value):
            return Opaque("dict with keys that are not plain")
        pairs = list(value.items())
        return {self.reduce(k, depth): self.reduce(v, depth) for k, v in pairs}


def printable(text: str) -> str:
    """Replace control characters, which would let a text take over a terminal."""
    kept = "\n\t"
    return "".join(c if c.isprintable() or c in kept else "\ufffd" for c in text)


def type_name(value: object) -> str:
    """Name the type of ``value`` as a reader would write it, at most 100 characters."""
    kind = type(value)
    name = type.__dict__["__qualname__"].__get__(kind)
    module = type.__dict__["__module__"].__get__(kind)
    if type(module) is not str or module in ("builtins", "__main__"):
        return str(name)[:100]
    return f"{module}.{name}"[:100]


def _plain_array(value: Any) -> Any:
    array = np.asarray(value) if type(value) is not np.ndarray else value
    if array.dtype.kind not in "biuf":
        return Opaque(f"array of dtype {array.dtype.kind!r}")
    if array.nbytes > MAX_BYTES:
        return Opaque(f"array of {array.nbytes:,} bytes")
    if array.dtype.isnative:
        return array.copy()
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C", copy=True)
