"""What a measurement was made on, and with what."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from autograder.sandbox import level

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("nbgrader", "nbconvert", "nbclient", "ipykernel", "numpy", "torch")


def facts() -> dict[str, Any]:
    """Return date, processor, cores, load and versions."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": processor(),
        "cores": cores(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "python": platform.python_version(),
        "sandbox": level(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def cores() -> int:
    """Return how many cores this machine has."""
    return os.cpu_count() or 1


def processor() -> str:
    """Return the processor's name as Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def save(name: str, content: dict[str, Any]) -> None:
    """Write a result to ``benchmarks/results/``."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"Saved benchmarks/results/{path.name}")


def load(name: str) -> dict[str, Any]:
    """Read a result from ``benchmarks/results/``; empty if there is none."""
    path = RESULTS / f"{name}.json"
    content: dict[str, Any] = (
        json.loads(path.read_text("utf-8")) if path.is_file() else {}
    )
    return content


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
