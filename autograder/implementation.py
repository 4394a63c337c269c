"""An implementation: something that answers "call this function with these arrays".

A student's notebook, the reference, and the reference with a slip in it are all
implementations. So is a worker in the sandbox, where the functions live in another
process.
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.fault import FaultKind
from autograder.sandbox.inside import shortcuts
from autograder.sandbox.inside.plain_data import plain
from autograder.sandbox.inside.sentences import at_line

#: How much of a student's own error text is repeated to them.
LONGEST_ERROR = 300


@dataclass(frozen=True)
class Reply:
    """What came back from one call.

    ``value`` is plain data (see :func:`autograder.sandbox.inside.plain_data.plain`);
    ``arguments`` are the arguments, where it was asked for as they were after the
    call, so that a change in place can be seen.
    """

    value: object
    arguments: tuple[object, ...]


class CallFailed(Exception):
    """A call that gave no value, with the sentence to tell the student.

    ``kind`` is one of ``"missing"``, ``"not implemented"``, ``"raised"``, ``"timed
    out"``, ``"killed"`` and ``"refused"``.
    """

    def __init__(self, kind: FaultKind, sentence: str) -> None:
        super().__init__(kind, sentence)
        self.kind = kind
        self.sentence = sentence


class Implementation(Protocol):
    """Answer calls by name with arrays; raise :exc:`CallFailed` when there is no
    answer."""

    def call(
        self, name: str, arguments: tuple[object, ...], after: bool = True
    ) -> Reply:
        """Call the function ``name`` with ``arguments``.

        ``after`` asks for the arguments as they are after the call.
        """
        ...


class LocalImplementation:
    """The functions of a namespace in this process, such as a notebook's globals.

    ``watched`` is for a student's functions: ready-made normalizations are refused.
    """

    def __init__(self, namespace: Mapping[str, object], watched: bool = True) -> None:
        self._namespace = namespace
        self._call = shortcuts.call if watched else _unwatched

    def call(
        self, name: str, arguments: tuple[object, ...], after: bool = True
    ) -> Reply:
        """Call ``name``; turn every way to fail into a sentence."""
        function = self._namespace.get(name)
        if not callable(function):
            raise CallFailed("missing", missing(name, function))
        try:
            value, used = self._call(function, arguments)
        except NotImplementedError:
            raise CallFailed("not implemented", not_implemented(name)) from None
        except Exception as error:
            raise CallFailed("raised", raised(name, error)) from None
        if used:
            raise CallFailed("refused", shortcuts.refusal(name, used))
        return Reply(plain(value), arguments)


def _unwatched(
    function: Callable[..., object], arguments: tuple[Any, ...]
) -> tuple[object, list[str]]:
    return function(*arguments), []


def missing(name: str, found: object) -> str:
    """Say that there is no such function."""
    if found is None:
        return f"No function named {name} is defined. Has its cell been run?"
    return f"{name} is a {type(found).__name__}, but it must be a function."


def not_implemented(name: str) -> str:
    """Say that the stub is still in place."""
    return f"{name} has not been written yet: it raises NotImplementedError."


def raised(name: str, error: Exception) -> str:
    """Name the error and the student's line that raised it."""
    text = " ".join(str(error).split())[:LONGEST_ERROR]
    sentence = f"{name} raised {type(error).__name__}" + (f": {text}" if text else "")
    frames = traceback.extract_tb(error.__traceback__)[2:]
    # PyTorch's functions are called through the watch for its own normalizations.
    watch = shortcuts.__file__
    own = [
        f for f in frames if "site-packages" not in f.filename and f.filename != watch
    ]
    line = (own[-1].line if own else "") or ""
    if own and not line:
        line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    return at_line(sentence, line)
