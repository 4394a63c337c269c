"""Run ``autograder grade`` and tell, last, what feedback and report took of it.

python -m benchmarks.timed_grade COURSE ASSIGNMENT JOBS
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from autograder.cli import main
from autograder.grading import class_run, commands


def timed(module: Any, name: str, parts: dict[str, float]) -> None:
    """Replace a module's function by one that adds its seconds to ``parts``."""
    function: Callable[..., Any] = getattr(module, name)

    def wrapped(*arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            seconds = time.perf_counter() - began
            parts[name.strip("_")] = parts.get(name.strip("_"), 0.0) + seconds

    setattr(module, name, wrapped)


if __name__ == "__main__":
    course, assignment, jobs = sys.argv[1:]
    spent: dict[str, float] = {}
    timed(class_run, "write_feedback", spent)
    timed(commands, "_finish", spent)
    status = main(["grade", assignment, "--course", course, "--jobs", jobs])
    print(json.dumps(spent))
    sys.exit(status)
