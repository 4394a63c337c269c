"""What a process and those it started use, as Linux tells it under ``/proc``."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: The memory a process holds, shared pages divided by how many share them.
_HELD = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def cpu_seconds(process: int) -> float:
    """Return the processor time of a process and of the children it waited for."""
    fields = _stat(str(process))
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def held(process: int) -> float:
    """Return the megabytes a process holds, 0 where it has ended meanwhile."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8")
    except OSError:
        return 0.0
    found = _HELD.search(text)
    return int(found[1]) / 1024 if found else 0.0


def descendants(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        if fields := _stat(name):
            children.setdefault(int(fields[1]), []).append(int(name))
    found: list[int] = []
    waiting = [process]
    while waiting:
        more = children.get(waiting.pop(), [])
        found += more
        waiting += more
    return found


def _stat(process: str) -> list[str]:
    """Return the fields after the name; none where the process has ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return []
    return stat.rpartition(")")[2].split()
