"""Choose among several submitted cells that stand for the same cell of the release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from autograder.grading.matching import Match
from autograder.grading.notebook_file import Cell
from autograder.grading.release_cells import ReleaseCell
from autograder.grading.source_code import (
    bound,
    defined,
    definition,
    extra,
    is_stub,
    parse,
    same,
    tidy,
)


@dataclass
class Choice:
    """The match that is kept, its new content, and what becomes of the others.

    ``own`` maps the id of a match to the student's own cells that stay in its place.
    """

    kept: Match
    cell: Cell
    own: dict[int, list[Cell]] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


def choose(of: ReleaseCell, group: list[Match], order: list[Match]) -> Choice:
    """Return which match of the group stands for the cell; the group is not empty."""
    deciders: dict[str, Callable[[ReleaseCell, list[Match], list[Match]], Choice]] = {
        "locked": _fixed,
        "plain": _plain,
        "answer": _answer,
        "function": _function,
    }
    return deciders[of.role](of, group, order)


def _own(cell: Cell, source: str | None = None, kind: str | None = None) -> Cell:
    return replace(
        cell,
        ids=(),
        grade_id=None,
        source=cell.source if source is None else source,
        kind=kind or cell.kind,
    )


def _in_place(of: ReleaseCell, group: list[Match], order: list[Match]) -> Match:
    """Prefer the copy behind the cell it follows in the release, else the last."""
    for m in group:
        at = next(i for i, other in enumerate(order) if other is m)
        before = [o.of.index for o in order[:at] if o.of is not None and o.of is not of]
        if before and before[-1] == of.index - 1:
            return m
    return group[-1]


def _fixed(of: ReleaseCell, group: list[Match], order: list[Match]) -> Choice:
    exact = [m for m in group if tidy(m.cell.source) == tidy(of.source)]
    kept = _in_place(of, exact or group, order)
    choice = Choice(kept, Cell(of.kind, of.source))
    if not exact:
        choice.repairs.append(
            f"The text of {of.name} had been changed; the release's was restored."
        )
    if len(group) > 1:
        choice.repairs.append(f"There were copies of {of.name}; one was kept.")
    for m in group:
        rest = _worth_keeping(m.cell, of)
        if rest:
            choice.own[id(m)] = [_own(m.cell, rest, "code")]
            choice.repairs.append(
                f"Code that had been written into {of.name} was kept in a cell of its"
                " own."
            )
    return choice


def _worth_keeping(cell: Cell, of: ReleaseCell) -> str:
    """Return the student's statements in a fixed cell that later cells may need."""
    if cell.kind != "code" or tidy(cell.source) == tidy(of.source):
        return ""
    rest = extra(cell.source, of.source)
    tree = parse(rest)
    if tree is None:
        return rest
    return rest if bound(rest) else ""


def _plain(of: ReleaseCell, group: list[Match], order: list[Match]) -> Choice:
    kept = _in_place(of, group, order)
    others = {id(m): [_own(m.cell)] for m in group if m is not kept}
    return Choice(kept, replace(kept.cell, kind=of.kind), others)


def _answer(of: ReleaseCell, group: list[Match], order: list[Match]) -> Choice:
    written = [m for m in group if tidy(m.cell.source) not in ("", tidy(of.source))]
    texts = list(dict.fromkeys(tidy(m.cell.source) for m in written))
    kept = (written or group)[-1]
    choice = Choice(kept, replace(kept.cell, kind=of.kind))
    if not written:
        choice.cell = Cell(of.kind, of.source)
    if len(group) > 1:
        choice.repairs.append(f"There were copies of {of.name}; the last was kept.")
    if len(texts) > 1:
        choice.own = {
            id(m): [_own(m.cell)]
            for m in written
            if tidy(m.cell.source) != tidy(kept.cell.source)
        }
        choice.people.append(
            f"{of.title} is there {len(texts)} times with different text. The"
            " last counts; see whether it is the one the student meant."
        )
    return choice


def _function(of: ReleaseCell, group: list[Match], order: list[Match]) -> Choice:
    writers = [m for m in group if defined(m.cell.source, of.functions)]
    if not writers:
        return _without_definition(of, group)
    real = [m for m in writers if not _untouched(m.cell, of)]
    kept = _winner(of, real or writers)
    choice = Choice(kept, replace(kept.cell, kind="code"))
    for m in group:
        if m is not kept:
            choice.own[id(m)] = _remains(m, kept, of, group, choice)
    if len(writers) > 1:
        _report_copies(of, kept, real, group, choice)
    return choice


def _without_definition(of: ReleaseCell, group: list[Match]) -> Choice:
    written = [m for m in group if m.cell.source.strip()]
    kept = (written or group)[-1]
    choice = Choice(kept, replace(kept.cell, kind="code"))
    choice.own = {id(m): [_own(m.cell)] for m in written if m is not kept}
    if not written:
        choice.cell = Cell("code", of.source)
        choice.people.append(
            f"{of.title} is empty. The release's text was put back; ask the"
            " student whether it was cleared by mistake."
        )
    else:
        choice.people.append(
            f"{of.title} holds code that does not define it. See whether the"
            " function has another name or is missing."
        )
    return choice


def _untouched(cell: Cell, of: ReleaseCell) -> bool:
    names = defined(cell.source, of.functions)
    return all(is_stub(cell.source, name, of.source) for name in names)


def _meaning(cell: Cell, of: ReleaseCell) -> str:
    return "\n".join(definition(cell.source, name) for name in of.functions)


def _winner(of: ReleaseCell, writers: list[Match]) -> Match:
    marked = [m for m in writers if m.how == "mark"]
    if marked:
        return marked[-1]
    known = [m for m in writers if m.how == "id"]
    if known and len({_meaning(m.cell, of) for m in writers}) == 1:
        return known[-1]
    return writers[-1]


def _remains(
    m: Match, kept: Match, of: ReleaseCell, group: list[Match], choice: Choice
) -> list[Cell]:
    """Return what stays of a cell that lost: the student's other code, in its place."""
    cell = m.cell
    if not cell.source.strip() or same(cell.source, kept.cell.source):
        return []
    if not defined(cell.source, of.functions):
        return [_own(cell)]
    if _untouched(cell, of):
        rest = extra(cell.source, of.source, of.functions)
        return [_own(cell, rest)] if bound(rest) else []
    above = next(o for o in group if o is m or o is kept) is m
    if above or _meaning(cell, of) == _meaning(kept.cell, of):
        return [_own(cell)]
    # It would replace the definition that counts when the notebook runs.
    return [_own(cell, f"```python\n{tidy(cell.source)}\n```", "markdown")]


def _report_copies(
    of: ReleaseCell,
    kept: Match,
    real: list[Match],
    group: list[Match],
    choice: Choice,
) -> None:
    meanings = {_meaning(m.cell, of) for m in real}
    if len(meanings) < 2:
        choice.repairs.append(
            f"There were copies of {of.name}; the one with the student's code was kept."
        )
        return
    choice.repairs.append(
        f"{of.title} is there {len(meanings)} times with different code; the one"
        f" that {_why(kept)} counts."
    )
    first_tries = kept is group[-1] or all(
        m is kept or _position(group, m) < _position(group, kept) for m in real
    )
    others_unmarked = all(m is kept or m.how == "name" for m in real)
    if not (kept.how == "mark" and first_tries and others_unmarked):
        choice.people.append(
            f"{of.title} is there {len(meanings)} times with different code. See"
            " which one the student meant."
        )


def _why(kept: Match) -> str:
    return "carries the marks" if kept.how == "mark" else "comes last"


def _position(group: list[Match], m: Match) -> int:
    return next(i for i, other in enumerate(group) if other is m)
