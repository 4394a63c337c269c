"""Choose which of a student's delivered files is the notebook to grade."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from autograder.grading.delivery import Unusable
from autograder.grading.platforms import Sighting, is_notebook

ARCHIVE = re.compile(r"\.(zip|tar|gz|tgz|bz2|xz|7z|rar)$", re.IGNORECASE)


class Unclear(Exception):
    """The student's files hold no notebook that can be taken; the text says why."""


def choose(
    mine: list[Sighting], everything: list[Sighting], assignment: str
) -> tuple[Sighting, list[str]]:
    """Return the notebook to grade and, as sentences, why; raise :exc:`Unclear`.

    ``mine`` are the student's files for the assignment, among ``everything``.
    """
    notebooks = [s for s in mine if is_notebook(s.inside)]
    if not notebooks:
        raise Unclear(_no_notebook(mine, everything, assignment))
    if len(notebooks) > 1:
        notebooks = _different(notebooks, assignment)
    if len(notebooks) == 1:
        return notebooks[0], _renamed(notebooks[0], assignment)
    named = [s for s in notebooks if _stem(s).casefold() == assignment.casefold()]
    bases = {_stem(s).casefold() for s in notebooks}
    pool = named or (notebooks if len(bases) == 1 else [])
    if not pool:
        raise Unclear(
            f"{len(notebooks)} notebooks were handed in and none is named"
            f" {assignment}.ipynb: {_list(notebooks)}. Keep the right one and collect"
            " again."
        )
    chosen = max(pool, key=lambda s: s.order)
    rivals = [s for s in pool if s is not chosen and s.order == chosen.order]
    if rivals:
        raise Unclear(
            f"several notebooks could be the one to grade: {_list(pool)}. Keep one and"
            " collect again."
        )
    others = [s for s in notebooks if s is not chosen]
    why = "the newest" if len(pool) > 1 else "named like the assignment"
    note = f"Of {len(notebooks)} notebooks {chosen.inside} was taken, {why}; not taken:"
    return chosen, [f"{note} {_list(others)}.", *_renamed(chosen, assignment)]


def _different(notebooks: list[Sighting], assignment: str) -> list[Sighting]:
    """Keep one of those that are the same byte for byte: by name, else the newest."""

    def rank(sighting: Sighting) -> tuple[bool, tuple[Any, ...], int]:
        named = sighting.inside.stem.casefold() == assignment.casefold()
        return named, sighting.order, -len(sighting.inside.parts)

    kept: dict[object, Sighting] = {}
    for sighting in sorted(notebooks, key=rank, reverse=True):
        kept.setdefault(_content(sighting), sighting)
    return list(kept.values())


def _content(sighting: Sighting) -> object:
    """Return what the file holds, or what no other equals if it cannot be read."""
    if sighting.entry.problem is not None:
        return id(sighting)
    # In a folder of folders, these could be two students who handed in the same.
    by_path = sighting.owner.platform in ("folder", "nbgrader")
    place = sighting.inside.parent if by_path else None
    try:
        return place, hashlib.sha256(sighting.entry.read()).digest()
    except Unusable:
        return id(sighting)


def _stem(sighting: Sighting) -> str:
    stem = re.split(r"\.ipynb", sighting.inside.name, flags=re.IGNORECASE)[0]
    # Canvas numbers what is handed in again; elsewhere the number is the student's.
    return re.sub(r"-\d+$", "", stem) if sighting.owner.platform == "Canvas" else stem


def _renamed(chosen: Sighting, assignment: str) -> list[str]:
    # Where each student is one file, its name is the student's and no mistake.
    flat = chosen.owner.identity == str(chosen.entry.path)
    if flat or _stem(chosen) == assignment:
        return []
    return [f"The notebook was handed in as {chosen.inside.name}."]


def _list(sightings: list[Sighting]) -> str:
    names = sorted(str(s.inside) for s in sightings)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _no_notebook(
    mine: list[Sighting], everything: list[Sighting], assignment: str
) -> str:
    if not mine:
        return (
            f"nothing was handed in for {assignment}; there is only"
            f" {_list(everything)}, which belongs to another assignment."
        )
    archives = [s for s in mine if ARCHIVE.search(s.inside.name)]
    if archives:
        return (
            f"an archive was handed in, {_list(archives)}, and archives inside the"
            " delivery are not unpacked. Take the notebook out by hand and collect it."
        )
    return f"no notebook was handed in, only {_list(mine)}. Ask for the .ipynb file."
