"""Keep a warm process that has imported what the exercise needs, and fork submissions.

The trusted side sends ``fork`` with one end of a fresh socket, then ``end``. The warm
process never runs student code: each submission is a child in namespaces of its own,
and ending it ends everything it started.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from typing import Any

import numpy as np

from . import cells, confine, memory, syscalls, worker

#: Seconds between two looks at the memory that a submission's processes use together.
WATCH = 0.1

#: No descriptor of a warm process is as high; some systems name no other bound.
MOST_FILES = 2**16

#: Imported while warm, where it is installed: it knows magics and shell escapes.
TRANSLATOR = "IPython.core.inputtransformer2"


class Nursery:
    """Fork one submission at a time on behalf of the trusted side."""

    def __init__(
        self, control: socket.socket, settings: dict[str, Any], home: int | OSError
    ) -> None:
        self.control = control
        #: The own PID namespace, or why there is none.
        self.home = home
        self.settings = settings
        self.bounds = confine.Bounds(**settings["bounds"])
        self.child = 0
        self.over_memory = False
        self.status: int | None = None
        self.baseline = 0

    def serve(self) -> None:
        """Answer until the trusted side hangs up."""
        while True:
            if not self._wait_for_order():
                continue
            order, descriptors, _, _ = socket.recv_fds(self.control, 64, 1)
            if order == b"fork" and descriptors:
                self._reply(self._fork(socket.socket(fileno=descriptors[0])))
            elif order == b"end":
                self._reply(self._end())
            else:
                self._end()
                return

    def _wait_for_order(self) -> bool:
        timeout = WATCH if self.child and self.settings["bubblewrap"] else None
        if select.select([self.control], [], [], timeout)[0]:
            return True
        if self._used_memory() - self.baseline > self.bounds.memory_bytes:
            self.over_memory = True
            self._kill()
        return False

    def _reply(self, message: dict[str, Any]) -> None:
        self.control.sendall(json.dumps(message).encode())

    def _fork(self, channel: socket.socket) -> dict[str, Any]:
        self._end()
        self.over_memory = False
        self.baseline = self._used_memory() if self.settings["bubblewrap"] else 0
        report, writer = os.pipe()
        try:
            if self.settings["namespaces"]:
                confine.children_in_new_pid_namespace(self._own_namespace())
            self.child = os.fork()
            if self.child == 0:
                self._be_submission(channel, writer)
        except OSError as error:
            os.write(writer, str(error).encode())
        os.close(writer)
        channel.close()
        with os.fdopen(report) as lines:
            trouble = lines.read()
        if trouble:
            self._end()
            return {"error": trouble}
        return {"child": self.child}

    def _own_namespace(self) -> int:
        if isinstance(self.home, OSError):
            raise self.home
        return self.home

    def _be_submission(self, channel: socket.socket, report: int) -> None:
        code = 70
        try:
            self._shut_in()
            _keep_only(channel)
            limits = self.settings["output_bytes"], self.settings["message_bytes"]
            worker.serve(channel, *limits)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.write(report, str(error).encode())
        except SystemExit:
            code = 0
        finally:
            os._exit(code)

    def _shut_in(self) -> None:
        self.control.close()
        os.setsid()
        if self.settings["namespaces"]:
            confine.enter_namespaces()
        confine.set_limits(self.bounds, self.settings["bubblewrap"])
        if self.settings["namespaces"]:
            confine.cover_filesystem(self.bounds.tmp_bytes)
        if self.settings["bubblewrap"]:
            syscalls.refuse_dangerous()

    def _end(self) -> dict[str, Any]:
        if not self.child:
            return {"status": 0, "over_memory": False}
        self._kill()
        child, self.child = self.child, 0
        status = self.status if self.status is not None else os.waitpid(child, 0)[1]
        self.status = None
        self._reap()
        return {
            "status": os.waitstatus_to_exitcode(status),
            "over_memory": self.over_memory,
        }

    def _kill(self) -> None:
        """Kill the submission, keeping how it ended where it had ended by itself."""
        if self.status is None and (ended := os.waitpid(self.child, os.WNOHANG))[0]:
            self.status = ended[1]
        if self.status is not None:
            return
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.child, signal.SIGKILL)

    def _reap(self) -> None:
        """End what the submission left running outside its own PID namespace."""
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0] or _kill_all(_children()):
                pass

    def _used_memory(self) -> int:
        pages = 0
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError), open(f"/proc/{name}/statm") as file:
                    pages += int(file.read().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def _children() -> list[int]:
    """List the children of this process, where the system tells them."""
    try:
        with open("/proc/thread-self/children") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return []


def _kill_all(processes: list[int]) -> bool:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return bool(processes)


def _keep_only(channel: socket.socket) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    number = channel.fileno()
    os.closerange(3, number)
    os.closerange(number + 1, min(os.sysconf("SC_OPEN_MAX"), MOST_FILES))


def _home(wanted: bool) -> int | OSError:
    try:
        return confine.enter_own_pid_namespace() if wanted else -1
    except OSError as error:
        return error


def main(descriptor: int) -> None:
    """Read the settings, import what the exercise needs, say so, and serve."""
    control = socket.socket(fileno=descriptor)
    settings = json.loads(control.recv(2**16))
    del sys.path[0]  # the folder of this code, which students have no use for
    if settings["bubblewrap"]:
        confine.become_nobody()
    confine.adopt_orphans()
    home = _home(settings["namespaces"])
    np.random.seed(0)  # NumPy loads its generators on first use
    with contextlib.suppress(ImportError):
        importlib.import_module(TRANSLATOR)
        cells.translate("!warm")  # it compiles its patterns on first use
    missing = []
    for name in settings["modules"]:
        try:
            importlib.import_module(name)
        except ImportError as error:
            missing.append(f"{name}: {error}")
    memory.merge_pages()
    gc.freeze()  # the submissions' collections need not touch, and copy, these pages
    control.sendall(json.dumps({"missing": missing}).encode())
    Nursery(control, settings, home).serve()
