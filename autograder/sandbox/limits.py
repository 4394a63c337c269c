"""What a submission may use, and what is told about each of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ran", "raised", "timed out", "killed", "skipped"]

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Bound what one submission may use: seconds, bytes and counts.

    A cell or call that is over its seconds is first interrupted from within; one that
    resists is killed ``grace_seconds`` later. ``memory_bytes`` holds for each process
    and for all processes of the submission together.
    """

    cell_seconds: float = 10.0
    call_seconds: float = 5.0
    submission_seconds: float = 120.0
    grace_seconds: float = 1.0
    memory_bytes: int = 4096 * MEBIBYTE
    processes: int = 64
    open_files: int = 256
    file_bytes: int = 64 * MEBIBYTE
    tmp_bytes: int = 256 * MEBIBYTE
    output_bytes: int = 64 * 1024
    message_bytes: int = 64 * MEBIBYTE


@dataclass(frozen=True)
class CellRun:
    """Tell how one cell went; ``sentence`` is for the student, empty where it ran.

    ``sentence`` and ``output`` hold text that the student controls: escape it where it
    is shown.
    """

    index: int
    status: Status
    sentence: str
    output: str
    seconds: float


class SandboxUnavailable(Exception):
    """Student code cannot be shut in on this machine; the text says what to do."""
