"""A fault: a value that is not there, with the sentence that says why.

Faults stand in for the parts of a student's results that cannot be compared. They pass
through the arithmetic of a probe unharmed, so that one missing part does not take the
others with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

FaultKind = Literal[
    "missing", "not implemented", "raised", "timed out", "killed", "refused", "form"
]


@dataclass(frozen=True)
class Fault:
    """Why a value is not there; ``kind`` "form" means wrong type, shape or
    structure."""

    kind: FaultKind
    sentence: str

    #: NumPy arrays leave arithmetic with a fault to the methods below.
    __array_ufunc__ = None

    def _absorb(self, *_: object) -> Fault:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = _absorb
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _absorb
    __neg__ = __abs__ = __getitem__ = __gt__ = __lt__ = _absorb


def find_fault(value: object) -> Fault | None:
    """Return the first fault in a value or in a tuple of values."""
    if isinstance(value, Fault):
        return value
    if isinstance(value, tuple):
        for part in value:
            if (fault := find_fault(part)) is not None:
                return fault
    return None


def through(function: Callable[[Any], Any], value: Any) -> Any:
    """Apply a function to a value, and to a fault nothing."""
    return value if isinstance(value, Fault) else function(value)
