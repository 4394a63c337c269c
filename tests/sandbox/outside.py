"""What lies outside the sandbox and must stay as it is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECRET = "canary-5f1c02"


class Outside:
    """A secret file and listening sockets that no submission may touch."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "secret.txt"
        self.file.write_text(SECRET)
        self.abstract = f"canary-{os.getpid()}"
        self.socket_path = str(folder / "socket")
        self.listeners = [
            _listen(socket.AF_INET, ("127.0.0.1", 0)),
            _listen(socket.AF_UNIX, self.socket_path),
            _listen(socket.AF_UNIX, f"\0{self.abstract}"),
        ]

    @property
    def port(self) -> int:
        """The TCP port that listens on this machine."""
        return int(self.listeners[0].getsockname()[1])

    def assert_untouched(self) -> None:
        """Fail if a file here changed or anyone connected."""
        assert self.file.read_text() == SECRET
        names = sorted(path.name for path in self.file.parent.iterdir())
        assert names == ["secret.txt", "socket"]
        for listener in self.listeners:
            with suppress(BlockingIOError):
                listener.accept()
                raise AssertionError("a submission connected to the outside")


def _listen(family: socket.AddressFamily, address: object) -> socket.socket:
    listener = socket.socket(family)
    listener.bind(address)
    listener.listen()
    listener.setblocking(False)
    return listener


@contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    """Lay out what must stay untouched in ``folder``."""
    laid = Outside(folder)
    try:
        yield laid
    finally:
        for listener in laid.listeners:
            listener.close()
