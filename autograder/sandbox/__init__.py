"""Run student code where it can do no harm, and call its functions from outside.

``open_worker`` starts a worker for one submission; ``warm_pool`` keeps warm processes
that fork a worker per submission. Either gives an ``Implementation`` to the judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.sandbox.bubblewrap import level
    from autograder.sandbox.limits import CellRun, Limits, SandboxUnavailable
    from autograder.sandbox.pool import WarmPool, open_worker, warm_pool
    from autograder.sandbox.worker import Worker

__all__ = [
    "CellRun",
    "Limits",
    "SandboxUnavailable",
    "WarmPool",
    "Worker",
    "level",
    "open_worker",
    "warm_pool",
]

_HOMES = {
    "level": "bubblewrap",
    "CellRun": "limits",
    "Limits": "limits",
    "SandboxUnavailable": "limits",
    "Worker": "worker",
}


def __getattr__(name: str) -> Any:
    # On demand: the package must import where there are no processes (Pyodide), and
    # ``implementation`` imports ``inside.plain_data`` from here while ``worker``
    # imports it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = import_module(f"{__name__}.{_HOMES.get(name, 'pool')}")
    return getattr(home, name)
