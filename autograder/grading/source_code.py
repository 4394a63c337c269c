"""Look at the source of a cell without running it."""

from __future__ import annotations

import ast
import functools
import itertools
import re
import warnings
from collections.abc import Collection

#: Longer sources are not parsed: the tree takes a hundred times their size.
_LONGEST = 200_000
_BEGINS = re.compile(r"^(?:async def|def|class)\s+(\w+)", re.MULTILINE)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@functools.lru_cache(maxsize=2048)
def tidy(source: str) -> str:
    """Return the source without trailing blanks and blank lines at its ends."""
    return "\n".join(line.rstrip() for line in source.split("\n")).strip("\n")


@functools.lru_cache(maxsize=512)
def parse(source: str) -> ast.Module | None:
    """Return the syntax tree, with IPython's magics read as ``pass``, or None."""
    if len(source) > _LONGEST:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(_without_magics(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _without_magics(source: str) -> str:
    # Each line keeps its number, so that positions in the tree fit the source.
    lines = source.split("\n")
    return "\n".join(re.sub(r"^(\s*)[%!?].*", r"\1pass", line) for line in lines)


def defined(source: str, names: Collection[str]) -> list[str]:
    """Return which of the names a ``def`` or ``class`` of the source defines.

    A source that does not parse is searched by its lines.
    """
    tree = parse(source)
    if tree is not None:
        found = [node.name for node in tree.body if isinstance(node, _DEFINITION)]
    else:
        found = _BEGINS.findall(source)
    return list(dict.fromkeys(name for name in found if name in names))


def bound(source: str, names: Collection[str] | None = None) -> list[str]:
    """Return the names, all or those asked for, that the source gives a meaning.

    That is what it defines, assigns, imports or deletes at its top level. In a source
    that does not parse these are the ones its lines define.
    """
    found = _bound(source)
    wanted = found if names is None else names
    return [name for name in found if name in wanted]


@functools.lru_cache(maxsize=2048)
def _bound(source: str) -> tuple[str, ...]:
    tree = parse(source)
    if tree is None:
        return tuple(dict.fromkeys(_BEGINS.findall(source)))
    found = [name for node in tree.body for name in _bound_by(node)]
    return tuple(dict.fromkeys(found))


def _bound_by(statement: ast.stmt) -> list[str]:
    if isinstance(statement, _DEFINITION):
        return [statement.name]
    found: list[str] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.append(node.id)
        elif isinstance(node, _DEFINITION):
            found.append(node.name)
        elif isinstance(node, ast.alias):
            found.append(node.asname or node.name.split(".")[0])
    return found


@functools.lru_cache(maxsize=2048)
def definition(source: str, name: str) -> str:
    """Return a text that is equal for equal definitions of the name; "" if none.

    Comments, layout and docstrings do not count, and of several definitions the last
    does. A source that does not parse stands for itself.
    """
    if parse(source) is None:
        return tidy(source)
    node = _last(source, name)
    return _shape(node) if node else ""


def _last(source: str, name: str) -> _Definition | None:
    """Return the last definition of the name, None where there is none."""
    tree = parse(source)
    body = tree.body if tree else []
    nodes = [n for n in body if isinstance(n, _DEFINITION) and n.name == name]
    return nodes[-1] if nodes else None


def _shape(node: ast.AST) -> str:
    shape = ast.dump(node)
    if isinstance(node, _DEFINITION) and ast.get_docstring(node) is not None:
        return shape.replace(ast.dump(node.body[0]), "", 1)
    return shape


def is_stub(source: str, name: str, release: str) -> bool:
    """Tell whether the definition of the name is the release's or an empty one."""
    node, known = _last(source, name), _last(release, name)
    if node and _does_nothing(node.body):
        return True
    if node and known and _outline(node) != _outline(known):
        # Most are told apart so, which takes less time than to compare all of them.
        return False
    return definition(source, name) == definition(release, name)


def _outline(node: _Definition) -> list[type[ast.AST]]:
    """Return the kinds of a definition and of its statements, docstring apart."""
    text = ast.get_docstring(node, clean=False) is not None
    return [type(node), *map(type, node.body[text:])]


def _does_nothing(body: list[ast.stmt]) -> bool:
    for statement in body:
        if isinstance(statement, ast.Raise):
            # What follows it is never reached.
            return "NotImplementedError" in ast.dump(statement)
        is_text = isinstance(statement, ast.Expr) and isinstance(
            statement.value, ast.Constant
        )
        if not isinstance(statement, ast.Pass) and not is_text:
            return False
    return True


def same(one: str, other: str) -> bool:
    """Tell whether two sources are the same code, comments and layout aside."""
    if tidy(one) == tidy(other):
        return True
    trees = parse(one), parse(other)
    if trees[0] is None or trees[1] is None:
        return False
    return ast.dump(trees[0]) == ast.dump(trees[1])


def extra(source: str, release: str, without: Collection[str] = ()) -> str:
    """Return the statements of the source that the release's cell does not have.

    Definitions of the names in ``without`` are left out.
    """
    tree, known = parse(source), parse(release)
    if tree is None or known is None:
        return "" if tidy(source) == tidy(release) else tidy(source)
    dumps = {ast.dump(node) for node in known.body}
    lines = source.split("\n")
    kept = [
        "\n".join(lines[first_line(node) - 1 : node.end_lineno])
        for node in tree.body
        if ast.dump(node) not in dumps
        and not (isinstance(node, _DEFINITION) and node.name in without)
    ]
    return "\n".join(dict.fromkeys(kept))


def first_line(node: ast.stmt) -> int:
    """Return the line on which a statement begins, its decorators included."""
    decorators = node.decorator_list if isinstance(node, _DEFINITION) else []
    return min([node.lineno, *(item.lineno for item in decorators)])


def cut_at(
    source: str, groups: Collection[Collection[str]], apart: bool = False
) -> list[str]:
    """Cut the source so that each piece defines names of one group at most.

    A piece begins at its definition with the comments right above it. With ``apart``
    each definition of a group's name begins one. A source that does not parse is
    returned whole.
    """
    tree = parse(source)
    if tree is None:
        return [source]
    lines = source.split("\n")
    starts: list[int] = []
    current: Collection[str] | None = None
    for node in tree.body:
        if not isinstance(node, _DEFINITION):
            continue
        group = next((g for g in groups if node.name in g), None)
        if group is None or (group is current and not apart):
            continue
        if current is not None:
            starts.append(_with_comments(lines, first_line(node) - 1))
        current = group
    bounds = [0, *starts, len(lines)]
    return [tidy("\n".join(lines[a:b])) for a, b in itertools.pairwise(bounds)]


def _with_comments(lines: list[str], start: int) -> int:
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    return start


def begins_indented(source: str) -> bool:
    """Tell whether the first line of code is indented: a piece of something."""
    for line in source.split("\n"):
        if line.strip() and not line.strip().startswith("#"):
            return line[0] in " \t"
    return False
