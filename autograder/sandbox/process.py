"""The warm process behind the workers, as the trusted side holds it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
from typing import Any

from autograder.sandbox import bubblewrap
from autograder.sandbox.limits import Limits, SandboxUnavailable

#: Seconds that importing the exercise's modules or ending a submission may take.
PATIENCE = 120.0

_START = (
    "import os, sys; sys.path[:] = sys.argv[1].split(os.pathsep); "
    "from inside.nursery import main; main(int(sys.argv[2]))"
)


class WarmProcess:
    """Hold one warm process, sandboxed or not, that forks submissions."""

    def __init__(
        self, modules: tuple[str, ...], limits: Limits, unsandboxed: bool
    ) -> None:
        self.level = bubblewrap.level(unsandboxed)
        self._unsandboxed = unsandboxed
        self._modules = modules
        self._limits = limits
        #: False where the machine forbids namespaces within the sandbox's own; then
        #: a warm process serves one submission only.
        self.nested = not unsandboxed
        self._used = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close())
        self._start()

    @property
    def process_id(self) -> int:
        """The outermost process, on this machine."""
        return self._process.pid

    def fork(self) -> socket.socket:
        """Fork a submission; return the trusted end of its channel."""
        if self._used and not self.nested and not self._unsandboxed:
            self.restart()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                answer = self._ask(b"fork", theirs)
            except OSError:
                self.restart()
                answer = self._ask(b"fork", theirs)
        self._used = True
        if "error" not in answer:
            return ours
        ours.close()
        if not self.nested:
            raise SandboxUnavailable(f"no worker could be started: {answer['error']}")
        self.nested = False
        self.restart()
        return self.fork()

    def end(self) -> tuple[int, bool]:
        """Kill the submission and all that it started.

        Return its exit status (negative for a signal) and whether it was over its
        memory.
        """
        try:
            answer = self._ask(b"end")
        except OSError:
            self.restart()
            return -9, False
        return int(answer["status"]), bool(answer["over_memory"])

    def restart(self) -> None:
        """Start anew, with everything that was in the old process ended."""
        self._stop()
        self._start()

    def close(self) -> None:
        """End the warm process and all that it started."""
        self._stop()
        self._errors.close()

    def _stop(self) -> None:
        self._control.close()
        if self._unsandboxed:
            # It ends its children itself once the control socket closes.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        limits = self._limits
        self._control, theirs = socket.socketpair()
        self._control.settimeout(PATIENCE)
        command: list[str] = []
        folder = str(bubblewrap.INSIDE.parent)
        if not self._unsandboxed:
            command, folder = bubblewrap.command(limits), bubblewrap.MOUNTED
        descriptor = theirs.fileno()
        path = os.pathsep.join([folder, *bubblewrap.import_path()])
        python = [sys.executable, "-I", "-S", "-B", "-c", _START, path]
        with theirs:
            self._process = subprocess.Popen(
                [*command, *python, str(descriptor)],
                env=bubblewrap.environment(self._unsandboxed),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(descriptor,),
            )
        self._used = False
        try:
            self._control.sendall(json.dumps(self._settings()).encode())
            ready = self._receive()
        except OSError as error:
            self._stop()
            self._errors.seek(0)
            words = " ".join(self._errors.read().decode().split())[-500:]
            self._errors.close()
            message = f"the sandbox's Python did not start: {words or error}"
            raise SandboxUnavailable(message) from error
        if ready["missing"]:
            self.close()
            missing = "; ".join(ready["missing"])
            raise SandboxUnavailable(
                f"the exercise needs what is not installed here: {missing}"
            )

    def _settings(self) -> dict[str, Any]:
        limits = self._limits
        return {
            "modules": list(self._modules),
            "bubblewrap": not self._unsandboxed,
            "namespaces": self.nested,
            "output_bytes": limits.output_bytes,
            "message_bytes": limits.message_bytes,
            "bounds": {
                "memory_bytes": limits.memory_bytes,
                "processes": limits.processes,
                "open_files": limits.open_files,
                "file_bytes": limits.file_bytes,
                "tmp_bytes": limits.tmp_bytes,
                "cpu_seconds": math.ceil(limits.submission_seconds) + 1,
            },
        }

    def _ask(self, order: bytes, passed: socket.socket | None = None) -> dict[str, Any]:
        descriptors = [passed.fileno()] if passed else []
        socket.send_fds(self._control, [order], descriptors)
        return self._receive()

    def _receive(self) -> dict[str, Any]:
        data = self._control.recv(2**16)
        if not data:
            raise ConnectionResetError("the warm process has ended")
        answer: dict[str, Any] = json.loads(data)
        return answer
