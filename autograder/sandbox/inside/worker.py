"""Answer requests of the trusted side: run this cell, call this function."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import sys
from typing import Any

import numpy as np

from . import alarm, plain_data, sentences, shortcuts, stub, wire
from .borrowing import Borrowed, Exchange
from .cells import Cells

LENGTH = struct.Struct(">Q")


def send(channel: socket.socket, message: object, limit: int) -> None:
    """Send one message, its length first."""
    body = wire.encode(message, limit)
    channel.sendall(LENGTH.pack(len(body)) + body)


def receive(channel: socket.socket, limit: int) -> Any:
    """Receive one message; raise ``EOFError`` when the other side is gone."""
    (length,) = LENGTH.unpack(_exactly(channel, LENGTH.size))
    if length > limit:
        raise wire.WireError("the request is too long")
    return wire.decode(_exactly(channel, length), limit, lent=True)


def _exactly(channel: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = channel.recv(min(count - len(parts), 2**20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


class Desk:
    """Hold one student's cells and answer what is asked about them."""

    def __init__(self, output_limit: int) -> None:
        stub.install()
        random.seed(0)
        np.random.seed(0)
        self.cells = Cells(output_limit)

    def answer(self, request: dict[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Answer one request of the trusted side, which ``exchange`` reaches."""
        if request["do"] == "run":
            return dict(
                self.cells.run(
                    request["source"],
                    request["index"],
                    request["seconds"],
                    request["definitions"],
                )
            )
        borrowed = Borrowed(exchange)
        arguments = borrowed.arguments(request["arguments"])
        try:
            return self._call(request, arguments)
        finally:
            borrowed.give_back()

    def _call(
        self, request: dict[str, Any], arguments: tuple[Any, ...]
    ) -> dict[str, Any]:
        name = request["name"]
        function = self.cells.namespace.get(name)
        if function is None:
            return {"status": "missing", "sentence": ""}
        if not callable(function):
            return {"status": "missing", "sentence": plain_data.type_name(function)}

        def work() -> dict[str, Any]:
            try:
                value, used = shortcuts.call(function, arguments)
            except NotImplementedError:
                return {"status": "not implemented", "sentence": ""}
            except alarm.TimedOut:
                raise
            except BaseException as error:
                sentence = sentences.about(error, self.cells.sources)
                return {"status": "raised", "sentence": sentence}
            if used:
                sentence = shortcuts.refusal(name, used)
                return {"status": "refused", "sentence": sentence}
            answer = {"status": "returned", "value": value}
            if request["after"]:
                answer["arguments"] = tuple(arguments)
            return answer

        sink = stub.Transcript(0)
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
            try:
                return alarm.within(request["seconds"], work)
            except alarm.TimedOut:
                alarm.disarm()
                return {"status": "timed out", "sentence": ""}


def serve(channel: socket.socket, output_limit: int, limit: int) -> None:
    """Answer requests until the trusted side hangs up."""
    desk = Desk(output_limit)
    while True:
        try:
            request = receive(channel, limit)
        except EOFError:
            sys.exit()
        number = {"number": request["number"]}

        def exchange(question: dict[str, Any], number: dict[str, Any] = number) -> Any:
            send(channel, {"status": "asks", **question, **number}, limit)
            return receive(channel, limit)

        answer = desk.answer(request, exchange)
        try:
            send(channel, answer | number, limit)
        except wire.WireError as error:
            what = f"{request.get('name')} returned what cannot be looked at"
            refusal = {"status": "refused", "sentence": f"{what}: {error}."}
            send(channel, refusal | number, limit)
