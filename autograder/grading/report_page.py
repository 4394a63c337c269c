"""The class report as one HTML page that loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.grading.feedback import TEMPLATES, in_words, points, style

if TYPE_CHECKING:
    from autograder.grading.class_report import Seen

#: Bars of the distribution of points.
BARS = 10


@dataclass(frozen=True)
class Bar:
    """How many students have points from ``low`` up to ``high``."""

    low: float
    high: float
    count: int

    @property
    def label(self) -> str:
        """The range in words; the last bar includes its upper end."""
        return f"{self.low:g} to {self.high:g}"


def page(seen: Seen) -> str:
    """Return the class report."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": points, "in_words": in_words}
    bars = distribution(seen.scores(), seen.exercise.points)
    statuses = {
        student.record.student: {
            verdict.criterion: verdict.status for verdict in student.record.verdicts
        }
        for student in seen.students
        if not student.record.ungraded
    }
    levels = sorted({s.record.sandbox or "not run" for s in seen.students})
    return environment.get_template("class_report.html.j2").render(
        seen=seen,
        # The style sheet is this package's own; quotes in it must stay quotes.
        style=Markup(style()),
        bars=bars,
        highest=max((bar.count for bar in bars), default=1) or 1,
        statuses=statuses,
        levels=levels,
        unsandboxed=[
            s.record.student for s in seen.students if s.record.sandbox == "unsandboxed"
        ],
    )


def distribution(scores: Sequence[float], maximum: float) -> list[Bar]:
    """Count students in equal ranges of points; extra credit is in the last."""
    width = maximum / BARS
    counts = [0] * BARS
    for score in scores:
        counts[min(max(int(score / width), 0), BARS - 1)] += 1
    return [
        Bar(round(width * i, 2), round(width * (i + 1), 2), count)
        for i, count in enumerate(counts)
    ]
