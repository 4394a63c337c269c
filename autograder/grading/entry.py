"""What the gradebook is to hold for one submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """The points of one submission, and what goes with them.

    ``points`` has a number for each grade cell, or None where only a person can give
    it. ``person`` asks for a person's look even where there are numbers. ``comments``
    are for the solution cells, in Markdown.
    """

    student: str
    points: Mapping[str, float | None]
    person: bool = False
    comments: Mapping[str, str] = field(default_factory=dict)
    timestamp: datetime | None = None
