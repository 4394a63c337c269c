"""Make mutants of a function: its source with one small change, as slips make them.

The changes are those of mutation testing (operators, constants, axes, names, dropped
statements and arguments), applied wherever they fit; see DeMillo, Lipton and Sayward
(1978), "Hints on test data selection".
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (),
}
#: NumPy would unfold a list that holds itself for minutes.
HOLDS_ITSELF = re.compile(r"\b(\w+)\.append\(\1\)")


@dataclass(frozen=True)
class Mutant:
    """A function's source with one change, and the change in words."""

    function: str
    change: str
    source: str


def mutants(function: Callable[..., object]) -> Iterator[Mutant]:
    """Yield every mutant of ``function`` that still compiles, no two of them alike."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = tree.body[0]
    assert isinstance(body, ast.FunctionDef)
    if ast.get_docstring(body):
        del body.body[0]
    seen = {ast.unparse(tree)}
    for index, node in enumerate(ast.walk(tree)):
        for change, edit in _edits(node, _names(body)):
            changed = copy.deepcopy(tree)
            edit(list(ast.walk(changed))[index])
            source = ast.unparse(ast.fix_missing_locations(changed))
            if source not in seen and not HOLDS_ITSELF.search(source):
                seen.add(source)
                line = getattr(node, "lineno", 0)
                yield Mutant(function.__name__, f"line {line}: {change}", source)


Edit = Callable[[ast.AST], None]


def _names(function: ast.FunctionDef) -> list[str]:
    stored = [
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return sorted({argument.arg for argument in function.args.args} | set(stored))


def _edits(node: ast.AST, names: list[str]) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, ast.BinOp):
        yield from _binary(node)
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        yield from _tuple(node)
    elif isinstance(node, ast.FunctionDef):
        yield from _dropped(node)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for name in names if node.id in names else []:
            if name != node.id:
                yield f"{node.id} becomes {name}", _setting("id", name)


def _setting(attribute: str, value: object) -> Edit:
    return lambda node: setattr(node, attribute, value)


def _binary(node: ast.BinOp) -> Iterator[tuple[str, Edit]]:
    old = type(node.op)
    for new in OPERATORS.get(old, ()):
        yield f"{old.__name__} becomes {new.__name__}", _setting("op", new())

    def swap(other: ast.AST) -> None:
        assert isinstance(other, ast.BinOp)
        other.left, other.right = other.right, other.left

    yield f"the sides of {old.__name__} are swapped", swap
    for side in ("left", "right"):
        yield f"only the {side} of {old.__name__} stays", _only(side)


def _only(side: str) -> Edit:
    def edit(node: ast.AST) -> None:
        kept = getattr(node, side)
        # The other side becomes neutral: x + 0, or x * 1.
        assert isinstance(node, ast.BinOp)
        additive = isinstance(node.op, ast.Add | ast.Sub)
        node.left, node.op = kept, ast.Add() if additive else ast.Mult()
        node.right = ast.Constant(0 if additive else 1)

    return edit


def _constant(node: ast.Constant) -> Iterator[tuple[str, Edit]]:
    if isinstance(node.value, bool):
        other = not node.value
        yield f"{node.value} becomes {other}", _setting("value", other)
    elif isinstance(node.value, int | float):
        for value in (node.value + 1, node.value - 1, -node.value, node.value / 2):
            if value != node.value:
                yield f"{node.value} becomes {value}", _setting("value", value)
        yield f"{node.value} becomes None", _setting("value", None)


def _call(node: ast.Call) -> Iterator[tuple[str, Edit]]:
    for index, keyword in enumerate(node.keywords):
        yield f"{keyword.arg} is dropped", _dropping("keywords", index)
    if isinstance(node.func, ast.Attribute):
        for old, new in (("mean", "sum"), ("sum", "mean"), ("sqrt", "square")):
            if node.func.attr == old:
                yield f"{old} becomes {new}", _renaming(new)


def _dropping(attribute: str, index: int) -> Edit:
    def edit(node: ast.AST) -> None:
        del getattr(node, attribute)[index]

    return edit


def _renaming(new: str) -> Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        node.func.attr = new

    return edit


def _tuple(node: ast.Tuple) -> Iterator[tuple[str, Edit]]:
    for index in range(len(node.elts) - 1):

        def swap(other: ast.AST, i: int = index) -> None:
            assert isinstance(other, ast.Tuple)
            other.elts[i], other.elts[i + 1] = other.elts[i + 1], other.elts[i]

        yield f"parts {index} and {index + 1} are swapped", swap
    for index in range(len(node.elts)):
        yield f"part {index} is dropped", _dropping("elts", index)


def _dropped(node: ast.FunctionDef) -> Iterator[tuple[str, Edit]]:
    for index, statement in enumerate(node.body):
        if len(node.body) > 1:
            yield f"{ast.unparse(statement)!r} is dropped", _dropping("body", index)
