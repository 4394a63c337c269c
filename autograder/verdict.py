"""A verdict: what the judge says about one criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

Status = Literal["passed", "failed", "not attempted", "crashed"]


@dataclass(frozen=True)
class Verdict:
    """The judge's answer for one criterion.

    ``points`` is what the work earned out of ``max_points``. ``slips`` names the known
    mistakes (none, one or two) whose results equal the student's. ``read`` says where
    in the book to read on.
    """

    criterion: str
    title: str
    status: Status
    points: float
    max_points: float
    message: str
    slips: tuple[str, ...] = ()
    read: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return the verdict as JSON-ready data."""
        return vars(self) | {"slips": list(self.slips)}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Verdict:
        """Rebuild a verdict from :meth:`to_dict`'s data."""
        slips = cast("list[str]", data["slips"])
        return cls(**{**data, "slips": tuple(slips)})  # type: ignore[arg-type]
