"""Look at the arguments of a student's function after the call."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.fault import through


def unchanged(impl: Any, name: str, arguments: tuple[Any, ...]) -> Any:
    """Tell whether a call of ``name`` leaves all its arguments as they were."""
    after = impl.arguments_after(name, arguments)
    return through(lambda after: np.array(equal(arguments, after)), after)


def equal(before: Any, after: Any) -> bool:
    """Tell whether two arguments are equal, part by part where they have parts."""
    if isinstance(before, tuple):
        # What comes back was in the student's hands and need not be a tuple still.
        same = isinstance(after, tuple) and len(after) == len(before)
        return same and all(map(equal, before, after))
    return bool(np.array_equal(before, after))
