"""What a line-up is: the layers that a student's test is shown, and how it meets them.

The layers run where the judge runs. A test can call them; it cannot read them, and what
it does to an array that it passes or receives does not reach them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox.inside.plain_data import plain

Layer = Callable[..., Any]
#: Draws what a layer keeps to itself, and returns the layer.
Maker = Callable[[np.random.Generator], Layer]

#: A layer refuses more numbers than this: nothing here needs a large batch.
MOST_NUMBERS = 100_000
#: Calls of one layer of which the arguments are kept.
MOST_NOTED = 20


@dataclass(frozen=True)
class Candidate:
    """One layer of a line-up; ``about`` completes "a layer is shown: …"."""

    about: str
    make: Maker


def always(about: str, layer: Layer) -> Candidate:
    """Return a candidate that keeps nothing to itself."""
    return Candidate(about, lambda rng: layer)


@dataclass(frozen=True)
class LineUp:
    """The layers of one contract.

    ``takes`` names the arguments. ``read`` checks them, says in a ValueError what does
    not fit, and returns them as float64 arrays. ``remarks`` returns what is true of one
    call and may be why a bug does not show in it. ``plain`` is right; ``suspect`` is
    the layer that students hunt, and the relatives err in the same way. Then there are
    right layers in other styles, and plainly wrong ones.
    """

    takes: tuple[str, ...]
    read: Callable[..., tuple[Any, ...]]
    remarks: Callable[..., set[str]]
    plain: Candidate
    suspect: Candidate
    relatives: tuple[Candidate, ...]
    right: tuple[Candidate, ...]
    wrong: tuple[Candidate, ...]


class Shown:
    """A layer as a test meets it: it is called by position and notes its calls."""

    def __init__(self, lineup: LineUp, layer: Layer) -> None:
        self._lineup = lineup
        self._layer = layer
        self.calls = 0
        self._noted: list[tuple[Any, ...]] = []

    def __repr__(self) -> str:
        return f"<layer({', '.join(self._lineup.takes)})>"

    def remarks(self) -> set[str]:
        """Return what is true of every call; nothing, if not all of them are known."""
        if self.calls != len(self._noted):
            return set()
        return set.intersection(*(self._lineup.remarks(*read) for read in self._noted))

    def __deepcopy__(self, memo: object) -> Shown:
        """Return the layer with no calls noted: the reference's are not the test's."""
        return Shown(self._lineup, self._layer)

    def __call__(self, *arguments: object, **named: object) -> Any:
        """Call the layer with copies of the arguments; return a copy of its result."""
        takes = self._lineup.takes
        if named:
            raise TypeError("a layer takes its arguments by position")
        if len(arguments) != len(takes):
            raise TypeError(
                f"a layer of this part takes ({', '.join(takes)}), by position; "
                f"{len(arguments)} arguments were given"
            )
        with np.errstate(all="ignore"):
            read = self._lineup.read(*plain(arguments))
            self.calls += 1
            if self.calls <= MOST_NOTED:
                self._noted.append(read)
            return plain(self._layer(*read))


def array(name: str, value: object, dimensions: int) -> np.ndarray:
    """Return a value as an array of floats, or raise ValueError."""
    try:
        found = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is not an array of numbers") from None
    if found.ndim != dimensions:
        raise ValueError(f"{name} has {found.ndim} dimensions, not {dimensions}")
    if not 0 < found.size <= MOST_NUMBERS:
        most = f"{MOST_NUMBERS:,}"
        raise ValueError(f"{name} has {found.size:,} numbers; 1 to {most} are taken")
    return found


def vector(name: str, value: object, size: int, of: str) -> np.ndarray:
    """Return a value as an array with one number for each feature or channel."""
    found = array(name, value, 1)
    if found.size != size:
        raise ValueError(f"{name} has {found.size} entries for {size} {of}")
    return found


def number(name: str, value: object) -> float:
    """Return a value as a float, or raise ValueError."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is not a number")
    return float(value)
