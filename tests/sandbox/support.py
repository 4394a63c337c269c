"""What the tests of the sandbox share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from autograder.implementation import CallFailed
from autograder.sandbox import Limits, Worker

LIMITS = Limits(cell_seconds=1.0, call_seconds=1.0, grace_seconds=0.3)
X = np.arange(6.0).reshape(2, 3)
DOUBLE = "def double(x):\n    return x * 2"


def failure(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(CallFailed) as caught:
        call()
    return caught.value.kind, caught.value.sentence


def statuses(worker: Worker, cells: list[str]) -> list[str]:
    return [run.status for run in worker.run(cells)]
