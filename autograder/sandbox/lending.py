"""Lend functions to a submission: it calls them, and they run on the trusted side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.sandbox.inside import wire
from autograder.sandbox.inside.plain_data import Lent

#: More calls than this within one call of the student's function are an endless loop.
MOST_CALLS = 10_000
#: More bytes than this in a call, or in what it gives, would only fill our own memory.
MOST_BYTES = 2**20


class Lending:
    """The functions among the arguments of one call of a student's function."""

    def __init__(self, arguments: tuple[object, ...]) -> None:
        self._arguments = arguments
        self._functions: list[Callable[..., object]] = []
        self._calls = 0
        #: What is sent: the arguments with a number in the place of each function.
        self.sent = tuple(self._lend(argument) for argument in arguments)

    def returned(self, arguments: tuple[object, ...]) -> tuple[object, ...]:
        """Put the functions back among the arguments as the call left them."""
        pairs = zip(self._arguments, self.sent, arguments, strict=True)
        return tuple(own if sent is not own else back for own, sent, back in pairs)

    def asked(self, answer: object) -> bool:
        """Tell whether an answer asks for a call of one of the functions."""
        return (
            type(answer) is dict
            and answer.get("status") == "asks"
            and type(answer.get("function")) is int
            and 0 <= answer["function"] < len(self._functions)
            and type(answer.get("arguments")) is tuple
        )

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Call the function that was asked for; its error is a sentence, not ours."""
        self._calls += 1
        if self._calls > MOST_CALLS:
            return {"error": f"it was called more than {MOST_CALLS:,} times"}
        try:
            wire.encode(question["arguments"], MOST_BYTES)
            value = self._functions[question["function"]](*question["arguments"])
            wire.encode(value, MOST_BYTES)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
        return {"value": value}

    def _lend(self, argument: object) -> object:
        if not callable(argument):
            return argument
        self._functions.append(argument)
        return Lent(len(self._functions) - 1)
