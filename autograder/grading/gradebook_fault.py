"""Say what is the matter with a gradebook, and what to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

SQLITE = "sqlite:///"
NO_NAME = (
    "A gradebook that is not a file of SQLite may hold several courses, and this one "
    "has no name. Give it one in nbgrader_config.py, such as "
    '`c.CourseDirectory.course_id = "batchnorm"`.'
)


def is_sqlite(url: str) -> bool:
    """Tell whether the gradebook is a file."""
    return url.startswith(SQLITE)


def sentence(url: str, error: Exception) -> str:
    """Say in words what went wrong with the gradebook at ``url``."""
    where = _shown(url)
    if isinstance(error, ImportError):
        return (
            f"The gradebook {where} needs the Python package {error.name}, which is "
            "not installed here. Install it, then run the command again."
        )
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    if "locked" in reason:
        return (
            f"The gradebook {where} is locked by another program. Close what uses it "
            "(formgrader, another grading) and run the command again; what was "
            "recorded so far is kept."
        )
    if "not a database" in reason or "malformed" in reason:
        return (
            f"The gradebook {where} is damaged ({reason}). Put it back from a backup, "
            "or move it away and grade again: the audit records give the same grades."
        )
    return f"The gradebook {where} cannot be used ({reason}). {_advice(url, error)}"


def _advice(url: str, error: Exception) -> str:
    if isinstance(error, ArgumentError):
        return "Correct `c.CourseDirectory.db_url` in nbgrader_config.py."
    if not is_sqlite(url):
        return (
            "Make sure that its server runs and lets you in, then run the command "
            "again; what was recorded so far is kept."
        )
    if isinstance(error, OperationalError) and "no such column" in str(error):
        return (
            "It may be of an older nbgrader: back it up and run `nbgrader db upgrade`."
        )
    folder = Path(url.removeprefix(SQLITE)).parent
    if isinstance(error, DatabaseError) and not folder.is_dir():
        return f"The folder {folder} does not exist."
    return "Make sure that it exists and can be written, then run the command again."


def _shown(url: str) -> str:
    """Return a file's path, or an address without its password."""
    if is_sqlite(url):
        return url.removeprefix(SQLITE)
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "whose address cannot be read"
