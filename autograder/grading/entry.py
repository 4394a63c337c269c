"""What goes into the gradebook for one submission, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """The points of one submission, and what goes with them.

    ``points`` has a number for each grade cell, or None where only a person can give
    it. ``person`` asks for a person's look even where there are numbers; ``rewritten``
    names the answers that are not those which a person may have graded before.
    ``comments`` are for the solution cells, in Markdown.
    """

    student: str
    points: Mapping[str, float | None]
    person: bool = False
    comments: Mapping[str, str] = field(default_factory=dict)
    timestamp: datetime | None = None
    rewritten: frozenset[str] = frozenset()


@dataclass
class Row:
    """What the gradebook holds for one submission.

    ``pending`` names the cells that are marked for a person.
    """

    auto: dict[str, float | None] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    comments: dict[str, str] = field(default_factory=dict)
    person_wrote: bool = False
    penalty: float = 0.0
    timestamp: datetime | None = None

    @property
    def needs_person(self) -> bool:
        """Whether a person is to look at anything."""
        return bool(self.pending)

    @property
    def score(self) -> float:
        """The points with manual grading, extra credit and penalty."""
        return sum(self.scores.values()) - self.penalty
