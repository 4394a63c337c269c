"""The trusted end of a worker's channel: ask, wait, and believe nothing."""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import Any

from autograder.sandbox.inside import wire

_LENGTH = struct.Struct(">Q")
FORGED = "wrote to the grader's own channel, and was stopped."


class Lost(Exception):
    """No answer came, and the process cannot be used any more.

    ``sentence`` continues "The cell …" or "name …"; it is empty where only the exit
    status of the process can tell what happened.
    """

    def __init__(
        self, sentence: str, timed_out: bool = False, earlier: bool = False
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.timed_out = timed_out
        #: True where the fault is that of the request before this one.
        self.earlier = earlier


class Channel:
    """Exchange one request for one answer at a time."""

    def __init__(self, connection: socket.socket, limit: int) -> None:
        self._connection = connection
        self._limit = limit

    def ask(self, request: dict[str, Any], deadline: float) -> Any:
        """Send ``request`` and return the answer.

        Raises:
            Lost: if the process ended, was too slow, or sent what is no answer.
        """
        if select.select([self._connection], [], [], 0)[0] and self._peek():
            raise Lost(FORGED, earlier=True)
        try:
            body = wire.encode(request, self._limit)
        except wire.WireError:
            raise Lost("asked for more than can be sent.") from None
        try:
            self._send(_LENGTH.pack(len(body)) + body, deadline)
            (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, deadline))
            if length > self._limit:
                raise Lost(FORGED)
            return wire.decode(self._receive(length, deadline), self._limit)
        except wire.WireError:
            raise Lost(FORGED) from None
        except TimeoutError:
            raise Lost("was too slow.", timed_out=True) from None
        except OSError:
            raise Lost("") from None

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _peek(self) -> bool:
        try:
            return bool(self._connection.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _send(self, data: bytes, deadline: float) -> None:
        self._connection.settimeout(_left(deadline))
        self._connection.sendall(data)

    def _receive(self, count: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            self._connection.settimeout(_left(deadline))
            part = self._connection.recv(min(count - len(parts), 2**20))
            if not part:
                raise ConnectionResetError
            parts += part
        return bytes(parts)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
