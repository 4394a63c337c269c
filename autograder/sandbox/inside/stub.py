"""What the student's notebook finds in place of grader, shell and keyboard."""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import io
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

PACKAGE = "autograder"


class Transcript(io.TextIOBase):
    """Keep what a cell prints up to ``limit`` characters; count what is beyond."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.parts: list[str] = []
        self.kept = 0
        self.dropped = 0

    encoding = "utf-8"

    def writable(self) -> bool:
        """Say that one can print here."""
        return True

    def write(self, text: str) -> int:
        """Keep ``text`` as far as there is room."""
        if not isinstance(text, str):
            raise TypeError(f"write() needs a string, not {type(text).__name__}")
        taken = text[: max(self.limit - self.kept, 0)]
        if taken:
            self.parts.append(str(taken))
            self.kept += len(taken)
        self.dropped += len(text) - len(taken)
        if len(self.parts) > 1000:
            self.parts = ["".join(self.parts)]
        return len(text)

    def text(self) -> str:
        """Return what was printed, with a note on what was left out."""
        text = "".join(self.parts)
        if self.dropped:
            text += f"\n[{self.dropped:,} further characters were left out]"
        return text


class Shell:
    """Answer ``get_ipython()``: magics and shell escapes do nothing, save timing."""

    def __init__(self, execute: Callable[[str], None]) -> None:
        self._execute = execute

    def run_line_magic(self, name: str, line: str, *rest: object) -> None:
        """Run the statement of ``%time``; leave every other line magic out."""
        if name in ("time", "prun"):
            self._execute(line)
        else:
            print(f"[%{name} is left out in grading]")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run the cell under a magic that only watches it; leave out the others."""
        if name in ("time", "capture", "prun"):
            self._execute(cell)
        else:
            print(f"[%%{name} is left out in grading, with its cell]")

    def system(self, command: str) -> None:
        """Leave a shell command out."""
        print("[shell commands are left out in grading]")

    def getoutput(self, command: str, *rest: object, **more: object) -> list[str]:
        """Leave a shell command out; its output is empty."""
        self.system(command)
        return []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Inert()


class _Inert:
    """Take any call and have any attribute, to no effect."""

    def __call__(self, *args: object, **more: object) -> None:
        return None

    def __getattr__(self, name: str) -> _Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class _Closed(importlib.abc.MetaPathFinder):
    """Refuse the grader's submodules with a sentence."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.startswith(PACKAGE + "."):
            raise ImportError(
                f"{fullname} cannot be imported while a submission is graded: "
                "only `from autograder import check` is available to it."
            )
        return None


def install() -> None:
    """Put the stand-ins for the package ``autograder``, input() and exit() in place."""
    package = ModuleType(PACKAGE, "Stand in for the grader while a submission runs.")
    package.__path__ = []
    package.check = _check  # type: ignore[attr-defined]
    sys.modules[PACKAGE] = package
    sys.meta_path.insert(0, _Closed())
    builtins.input = _input
    builtins.exit = builtins.quit = _exit  # type: ignore[assignment]
    sys.stdin = io.StringIO()


def _check(*what: object, **options: object) -> None:
    """Do nothing: the judge asks from outside the sandbox."""


def _input(prompt: object = "", /) -> str:
    print(f"{prompt}[nobody answers input() in grading; it gives an empty line]")
    return ""


def _exit(code: object = None) -> None:
    raise SystemExit(code)
