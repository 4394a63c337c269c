"""Find what a student handed in, and when, in the course's submitted folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.sandbox.inside.plain_data import printable

TIME_FILE = "timestamp.txt"
#: Bytes; reading a number of a million digits as a time takes a minute.
LONGEST_TIME = 100


def notebook(folder: Path, assignment: str) -> tuple[Path | None, list[str], list[str]]:
    """Return the notebook, what was put right, and what a person must see.

    A link is not followed: it could lead out of the folder.
    """
    path = folder / f"{assignment}.ipynb"
    if path.is_file() and not path.is_symlink():
        return path, [], []
    others = sorted(
        other
        for other in folder.glob("*.ipynb")
        if other.is_file() and not other.is_symlink()
    )
    if len(others) == 1:
        name = printable(others[0].name)
        told = f"The file was named {name} instead of {path.name}."
        return others[0], [told], []
    if others:
        names = printable(", ".join(other.name for other in others))
        reason = f"There are several notebooks and none is {path.name}: {names}."
        return None, [], [reason]
    return None, [], [f"There is no notebook in the folder; expected {path.name}."]


def time(folder: Path) -> tuple[datetime | None, list[str]]:
    """Return when the work came, as timestamp.txt says, or a reason for a person."""
    path = folder / TIME_FILE
    if not path.is_file() or path.is_symlink():
        return None, []
    try:
        if path.stat().st_size > LONGEST_TIME:
            raise ValueError
        return parse_utc(path.read_text("utf-8").strip()), []
    except (ValueError, OverflowError):
        return None, [
            "The file timestamp.txt holds no time that can be read, so the work counts "
            "as on time. See whether it came late."
        ]
