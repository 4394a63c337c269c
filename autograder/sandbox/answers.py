"""What an answer of a worker must look like, and what the student is told of it."""

from __future__ import annotations

import signal
from typing import Any

from autograder.fault import FaultKind
from autograder.sandbox import channel
from autograder.sandbox.limits import Status

_CELL_STATUSES: tuple[Status, ...] = ("ran", "raised", "timed out")
_CALL_STATUSES: tuple[FaultKind, ...] = (
    "missing",
    "not implemented",
    "raised",
    "timed out",
    "refused",
)


def checked(request: dict[str, Any], answer: object) -> dict[str, Any]:
    """Return the answer, if it has the form that was asked for.

    Raises:
        Lost: if it has not, because then student code wrote it.
    """
    wrong = channel.Lost("sent something that is not an answer, and was stopped.")
    if type(answer) is not dict or type(answer.get("status")) is not str:
        raise wrong
    texts = [answer.get(key, "") for key in ("sentence", "output")]
    if not all(type(text) is str for text in texts):
        raise wrong
    for key in ("sentence", "output"):
        answer[key] = printable(answer.get(key, ""))
    if type(answer.get("number")) is int and answer["number"] < request["number"]:
        raise channel.Lost(channel.FORGED, earlier=True)
    status = answer["status"] if answer.get("number") == request["number"] else ""
    if request["do"] == "run" and status in _CELL_STATUSES and "output" in answer:
        return answer
    if request["do"] == "call" and status in _CALL_STATUSES:
        return answer
    if request["do"] == "call" and status == "returned" and "value" in answer:
        arguments = answer.get("arguments")
        if not request["after"]:
            return answer
        if type(arguments) is tuple and len(arguments) == len(request["arguments"]):
            return answer
    raise wrong


def printable(text: str) -> str:
    """Replace control characters, which would let a text take over a terminal."""
    kept = "\n\t"
    return "".join(c if c.isprintable() or c in kept else "\ufffd" for c in text)


TOO_LONG = "The cell has {:,} characters; a cell of more than {:,} is not run."
KEPT = "Its imports, functions and classes are kept; its other lines are not."


def endless(seconds: float) -> str:
    """Say that a cell did not come to its end."""
    return f"The cell was still running after {seconds:g} s and was stopped. {KEPT}"


def too_slow(name: str) -> str:
    """Say that a call did not come to its end.

    Not after how many seconds: a function that was slow once is given less time, and
    the sentence has to be the same when the work is graded again.
    """
    return f"{name} was still running when the time for one call was over."


def missing(name: str, found: str) -> str:
    """Say that there is no such function, or what has its name instead."""
    if found:
        return f"{name} is a {found}, but it must be a function."
    return f"No function named {name} is defined. Has its cell been run?"


def ending(status: int) -> str:
    """Say how a process ended, to continue "The cell" or the function's name."""
    if status == -signal.SIGXCPU:
        return "used more processor time than a submission may."
    if status == -signal.SIGKILL:
        return "stopped answering, or was killed by the system for its memory."
    if status < 0:
        try:
            return f"crashed Python itself ({signal.Signals(-status).name})."
        except ValueError:
            return f"crashed Python itself (signal {-status})."
    return f"ended Python itself (exit status {status})."
