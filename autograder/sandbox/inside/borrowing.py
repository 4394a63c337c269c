"""Call functions of the trusted side, which a student's function was given."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .plain_data import Lent

#: Sends a question and waits for what comes back.
Exchange = Callable[[dict[str, Any]], Any]


class Borrowed:
    """The functions that came with the arguments of one call, while it lasts."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._lock = threading.Lock()
        self._over = False

    def arguments(self, sent: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the arguments with a function in the place of each number."""
        return tuple(
            self._function(one.number) if type(one) is Lent else one for one in sent
        )

    def give_back(self) -> None:
        """Let none of the functions be called any more."""
        self._over = True

    def _function(self, number: int) -> Callable[..., Any]:
        def borrowed(*arguments: Any, **named: Any) -> Any:
            if named:
                raise TypeError(
                    "The function that you were given takes its arguments by position"
                )
            return self._ask({"function": number, "arguments": arguments})

        return borrowed

    def _ask(self, question: dict[str, Any]) -> Any:
        with self._lock, _undisturbed():
            if self._over:
                raise RuntimeError(
                    "This function can be called only while the call lasts to which "
                    "it was given."
                )
            answer = self._exchange(question)
        if "error" in answer:
            raise ValueError(
                f"The function that you were given failed: {answer['error']}"
            )
        return answer["value"]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold the alarm back: interrupted, question and answer would lose their order."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
