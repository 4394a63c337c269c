"""The verdict card: what a student sees, as HTML and as plain text.

The HTML is one fragment without script, links or colours of its own for text, so that
it reads the same in a notebook, in nbgrader's feedback, and in light and dark themes.
No meaning is carried by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from autograder.verdict import Status, Verdict

#: The mark and the words for each status; the colours are from Okabe and Ito's palette.
MARKS: dict[Status, tuple[str, str, str]] = {
    "passed": ("✓", "passed", "#009E73"),
    "failed": ("✗", "not yet", "#D55E00"),
    "not attempted": ("–", "not attempted", "#808080"),
    "crashed": ("!", "stopped with an error", "#D55E00"),
}


def as_text(title: str, verdicts: Sequence[Verdict]) -> str:
    """Return the card as plain text, one paragraph a criterion."""
    lines = [_headline(title, verdicts)]
    for verdict in verdicts:
        mark, words, _ = MARKS[verdict.status]
        lines.append(f"{mark} {verdict.title}: {words} ({_points(verdict)})")
        if verdict.message:
            lines.append(f"    {verdict.message}")
        if verdict.status == "failed" and verdict.read:
            lines.append(f"    Read on: {verdict.read}.")
    return "\n".join(lines)


def as_html(title: str, verdicts: Sequence[Verdict]) -> str:
    """Return the card as an HTML fragment."""
    rows = "".join(_row(verdict) for verdict in verdicts)
    return (
        '<section style="border:1px solid #808080;border-radius:6px;padding:.6em 1em;'
        'margin:.4em 0;max-width:46em;line-height:1.45">'
        f"<strong>{escape(_headline(title, verdicts))}</strong>{rows}</section>"
    )


def _row(verdict: Verdict) -> str:
    mark, words, colour = MARKS[verdict.status]
    parts = [f"<div>{escape(verdict.message)}</div>"] if verdict.message else []
    if verdict.status == "failed" and verdict.read:
        parts.append(f"<div>Read on: {escape(verdict.read)}.</div>")
    return (
        f'<div style="border-left:4px solid {colour};padding-left:.7em;margin:.6em 0">'
        f"<div><span aria-hidden='true'>{mark}</span> {escape(verdict.title)}: "
        f"<strong>{words}</strong> ({_points(verdict)})</div>{''.join(parts)}</div>"
    )


def _headline(title: str, verdicts: Sequence[Verdict]) -> str:
    earned = sum(verdict.points for verdict in verdicts)
    possible = sum(verdict.max_points for verdict in verdicts)
    return f"{title}: {earned:g} of {possible:g} points"


def _points(verdict: Verdict) -> str:
    return f"{verdict.points:g} of {verdict.max_points:g}"
