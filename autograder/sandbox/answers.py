"""What an answer of a worker must look like, and what the student is told of it."""

from __future__ import annotations

import json
import signal
from typing import Any

from autograder.fault import FaultKind
from autograder.sandbox import channel
from autograder.sandbox.inside.plain_data import MAX_TEXT, printable
from autograder.sandbox.inside.wire import MAX_HEADER
from autograder.sandbox.limits import Status

_CELL_STATUSES: tuple[Status, ...] = ("ran", "raised", "timed out")
_CALL_STATUSES: tuple[FaultKind, ...] = (
    "missing",
    "not implemented",
    "raised",
    "timed out",
    "refused",
)


#: The sandbox writes no longer sentence, and no longer note below an output.
_LONGEST_SENTENCE = 4096
_LONGEST_NOTE = 100
#: A character takes up to 12 bytes in a message's header, which holds more than a cell.
_LARGEST_CELL = MAX_HEADER - 1024
_SURE = _LARGEST_CELL // 12


def checked(
    request: dict[str, Any], answer: object, output_limit: int
) -> dict[str, Any]:
    """Return the answer, if it has the form that was asked for.

    Raises:
        Lost: if it has not, because then student code wrote it.
    """
    wrong = channel.Lost("sent something that is not an answer, and was stopped.")
    if type(answer) is not dict or type(answer.get("status")) is not str:
        raise wrong
    longest = {"sentence": _LONGEST_SENTENCE, "output": output_limit + _LONGEST_NOTE}
    for key, most in longest.items():
        text = answer.get(key, "")
        if type(text) is not str or len(text) > most:
            raise wrong
        answer[key] = printable(text)
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


def too_long(source: str) -> str:
    """Say that a cell cannot be sent to the sandbox; "" if it can."""
    if len(source) > MAX_TEXT:
        return (
            f"The cell has {len(source):,} characters; a cell of more than "
            f"{MAX_TEXT:,} is not run."
        )
    if len(source) > _SURE and len(json.dumps(source)) > _LARGEST_CELL:
        return "The cell has more characters beyond ASCII than can be run."
    return ""


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
