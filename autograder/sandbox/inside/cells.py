"""Run a notebook's code cells in one namespace, as a notebook would."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import linecache
import sys
import types
import warnings
from typing import Any

from . import alarm, sentences, stub

#: Statements that define something and rarely do harm: kept from a cell that did.
DEFINITIONS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
)
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class Cells:
    """The student's namespace and the cells that filled it."""

    def __init__(self, output_limit: int) -> None:
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        self.namespace = main.__dict__
        self.sources: dict[str, str] = {}
        self._output_limit = output_limit
        shell = stub.Shell(lambda code: self._execute(code, "<magic>", False))
        self.namespace["get_ipython"] = lambda: shell
        self.namespace["display"] = print

    def run(
        self, source: str, index: int, seconds: float, definitions: bool = False
    ) -> dict[str, str]:
        """Run one cell; say how it went in ``status``, ``sentence`` and ``output``.

        With ``definitions`` only the cell's imports, functions and classes run: what is
        kept of a cell that does not end or kills its process.
        """
        name = sentences.cell_file(index)
        self.sources[name] = source
        # As in a notebook, a function can be asked for its source; Triton does.
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)
        transcript = stub.Transcript(self._output_limit)
        with (
            contextlib.redirect_stdout(transcript),
            contextlib.redirect_stderr(transcript),
        ):
            status, sentence = self._attempt(source, name, seconds, definitions)
        return {"status": status, "sentence": sentence, "output": transcript.text()}

    def _attempt(
        self, source: str, name: str, seconds: float, definitions: bool
    ) -> tuple[str, str]:
        def work() -> tuple[str, str]:
            try:
                self._execute(source, name, definitions)
            except SystemExit:
                return "raised", "The cell asked Python to exit; its rest did not run."
            except alarm.TimedOut:
                raise
            except BaseException as error:
                return "raised", sentences.about(error, self.sources)
            return "ran", ""

        try:
            return alarm.within(seconds, work)
        except alarm.TimedOut:
            alarm.disarm()
            return "timed out", ""

    def _execute(self, source: str, name: str, definitions: bool) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = _parse(source, name)
        if "await" in source:
            _leave_out_other_platforms(tree)
        quiet = source.rstrip().endswith(";")
        if definitions:
            tree.body = [node for node in tree.body if isinstance(node, DEFINITIONS)]
        last: list[ast.stmt] = []
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not quiet:
            last = [tree.body.pop()]
        self._run_code(compile(tree, name, "exec", _FLAGS, dont_inherit=True))
        if last:
            shown = ast.Interactive(last)
            self._run_code(compile(shown, name, "single", _FLAGS, dont_inherit=True))

    def _run_code(self, code: types.CodeType) -> None:
        result = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(result)


def _leave_out_other_platforms(tree: ast.Module) -> None:
    """Replace ``if sys.platform == "another":`` by its ``else``.

    The released notebooks await their packages in the browser. A cell with an ``await``
    needs an event loop, which takes longer to make than most notebooks to run.
    """
    for node in ast.walk(tree):  # not a visitor, which recurses: cells can be deep
        match node:
            case ast.If(
                test=ast.Compare(
                    left=ast.Attribute(value=ast.Name(id="sys"), attr="platform"),
                    ops=[ast.Eq()],
                    comparators=[ast.Constant(value=str(platform))],
                )
            ) if platform != sys.platform:
                here = node.orelse or [ast.copy_location(ast.Pass(), node)]
                always = ast.copy_location(ast.Constant(True), node.test)
                node.test, node.body, node.orelse = always, here, []


def _parse(source: str, name: str) -> ast.Module:
    try:
        return _tree(source, name)
    except SyntaxError:
        translated = translate(source)
        if translated is None:
            raise
    return _tree(translated, name)


def _tree(source: str, name: str) -> ast.Module:
    flags = _FLAGS | ast.PyCF_ONLY_AST
    tree: ast.Module = compile(source, name, "exec", flags, dont_inherit=True)
    return tree


def translate(source: str) -> str | None:
    """Turn magics, shell escapes and help into calls; ``None`` where there are none."""
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        return _without_magics(source)
    translated: Any = TransformerManager().transform_cell(source)
    return str(translated)


def _without_magics(source: str) -> str | None:
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        watched = lines[0].split()[0] in ("%%time", "%%capture")
        return "\n".join(["", *lines[1:]]) if watched else ""
    kept = [_left_out(line) for line in lines]
    return "\n".join(kept) if kept != lines else None


def _left_out(line: str) -> str:
    bare = line.lstrip()
    if bare.startswith(("%", "!", "?")) or bare.endswith("?"):
        return line[: len(line) - len(bare)] + "pass"
    return line
