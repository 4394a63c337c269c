"""Notice when PyTorch's own normalization is called in place of the student's.

PyTorch's dispatcher is asked, not the text of the notebook: a call counts when it is
made, by whatever name, and a mention in a comment does not.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

READY_MADE = re.compile(r"(batch|layer|group|instance|rms)_?norm", re.IGNORECASE)


def call(
    function: Callable[..., object], arguments: tuple[Any, ...]
) -> tuple[object, list[str]]:
    """Call ``function``; return its value and the ready-made normalizations it used.

    A function that is the first to import PyTorch is called a second time, on the same
    arguments, because nothing could be watched before.
    """
    unwatched = "torch" not in sys.modules
    again = copy.deepcopy(arguments) if unwatched else ()
    with watched() as used:
        value = function(*arguments)
    if unwatched and "torch" in sys.modules:
        with watched() as used:
            function(*again)
    return value, sorted(set(used))


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect the normalizations that PyTorch is asked for meanwhile."""
    used: list[str] = []
    if "torch" not in sys.modules:
        yield used
        return
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if READY_MADE.search(str(func)):
                used.append(str(func).removeprefix("aten.").partition(".")[0])
            return func(*args, **(kwargs or {}))

    with Watch():  # type: ignore[no-untyped-call]
        yield used


def refusal(name: str, used: list[str]) -> str:
    """Say what was used, and what is asked instead."""
    return (
        f"{name} calls a ready-made normalization of PyTorch ({', '.join(used)}). The "
        "exercise asks for the steps themselves; PyTorch's arithmetic may be used."
    )
