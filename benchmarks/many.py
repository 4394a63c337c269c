"""Grade a large class in one run and watch the rate and the memory meanwhile."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks import machine, submissions
from benchmarks.graders import Ours
from benchmarks.processes import descendants, held

SECONDS_BETWEEN_LOOKS = 1.0


def measure(count: int, jobs: int, scratch: Path) -> dict[str, Any]:
    """Grade ``count`` submissions; return rate and memory over time."""
    ours = Ours(scratch, jobs)
    made = submissions.make(count)
    command = ours.prepare(made, scratch / "class")
    facts = machine.facts()
    log = scratch / "log.txt"
    looks: list[dict[str, float]] = []
    with open(log, "w", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=submissions.ROOT, stdout=output, stderr=output
        )
        while process.poll() is None:
            looks.append(_look(process.pid, time.perf_counter() - began, log))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        seconds = time.perf_counter() - began
    print(log.read_text("utf-8"))
    result = {
        **facts,
        "submissions": count,
        "jobs": jobs,
        "exit_status": process.returncode,
        "seconds_with_feedback_and_report": round(seconds, 1),
        "per_hour_with_feedback_and_report": round(3600 * count / seconds),
        "memory": thinned(looks),
        "peak_grader_mb": round(max(look["grader_mb"] for look in looks)),
        "peak_workers_mb": round(max(look["workers_mb"] for look in looks)),
    }
    for look in result["memory"]:
        print(look)
    return result


def thinned(looks: list[dict[str, float]], most: int = 40) -> list[dict[str, float]]:
    """Return at most ``most`` of the looks, evenly spread."""
    step = -(-len(looks) // most) or 1
    return looks[::step]


def _look(grader: int, seconds: float, log: Path) -> dict[str, float]:
    said = re.findall(r"Graded: (\d+) of", log.read_text("utf-8"))
    return {
        "seconds": round(seconds, 1),
        "graded": int(said[-1]) if said else 0,
        "grader_mb": round(held(grader), 1),
        "workers_mb": round(sum(map(held, descendants(grader))), 1),
    }
