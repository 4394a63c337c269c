"""Put an error of student code into one sentence, with the student's own line."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

from .plain_data import type_name

LONGEST = 300


def cell_file(index: int) -> str:
    """Return the file name under which the cell's lines are known."""
    return f"<cell {index + 1}>"


def about(error: BaseException, sources: Mapping[str, str]) -> str:
    """Say what ``error`` is and at which line of the student's cells it was raised."""
    text = _message(error)
    sentence = type_name(error).removeprefix("builtins.")
    if text:
        sentence += f": {text}"
    return at_line(sentence, _line(error, sources))


def at_line(sentence: str, line: str) -> str:
    """End a sentence about an error with the line it was raised at, if that is known.

    A line that raises is left out: it says what the error has said already.
    """
    told = line and not line.startswith("raise ")
    return f"{sentence} (at the line `{line}`)." if told else f"{sentence}."


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)[:LONGEST]
    try:
        return " ".join(str(error).split())[:LONGEST]
    except Exception:
        return "(its message cannot be shown)"


def _line(error: BaseException, sources: Mapping[str, str]) -> str:
    if isinstance(error, SyntaxError):
        return _source_line(sources, str(error.filename), error.lineno or 0)
    found = ""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        found = _source_line(sources, name, step.tb_lineno) or found
        step = step.tb_next
    return found


def _source_line(sources: Mapping[str, str], name: str, number: int) -> str:
    lines = sources.get(name, "").splitlines()
    return lines[number - 1].strip()[:LONGEST] if 0 < number <= len(lines) else ""
