"""Tell from a delivered file's path whose it is.

The shapes are those of the platforms' own downloads:

* Canvas: ``lastfirst_12345_67890_forward.ipynb``, with ``_LATE`` after the name and
  ``-1``, ``-2`` before the suffix when it was handed in again;
* Moodle: ``Full Name_12345_assignsubmission_file_/forward.ipynb``, or the same joined
  by an underscore when the download has no folders;
* Gradescope: ``submission_12345/forward.ipynb`` with ``submission_metadata.yml``;
* nbgrader: ``student/assignment/forward.ipynb``, or its exchange's
  ``student+assignment+time/forward.ipynb``;
* a folder with a notebook or a folder for each student.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from autograder.grading.delivery import Entry
from autograder.grading.gradescope import Submitter, read_submitters

_MOODLE = re.compile(r"^(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>\w+?)_?$")
_MOODLE_FLAT = re.compile(
    r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)_(?P<file>.+)$"
)
CANVAS = re.compile(
    r"^(?P<name>.+?)(?P<late>_LATE)?_(?P<id>\d{2,}|anon_\w+)_(?P<file_id>\d{4,})_"
    r"(?P<file>.+)$"
)
_GRADESCOPE = re.compile(r"^submission_\d+$")


@dataclass(frozen=True)
class Owner:
    """Whose a file is: an identity on its platform, and the name to call it by."""

    platform: str
    identity: str
    name: str


@dataclass(frozen=True)
class Sighting:
    """One delivered file with its owner; ``inside`` is its path within the work.

    ``elsewhere`` marks a file that belongs to another assignment; of several notebooks
    of one name the one with the highest ``order`` is the newest.
    """

    entry: Entry
    owner: Owner
    inside: PurePosixPath
    late: bool = False
    elsewhere: bool = False
    order: tuple[Any, ...] = ()
    timestamp: str | None = None


@dataclass
class Sorted:
    """The delivered files with an owner, and the ones that have none."""

    sightings: list[Sighting] = field(default_factory=list)
    unknown: list[Entry] = field(default_factory=list)


def sort_by_owner(entries: list[Entry], assignment: str) -> Sorted:
    """Find each file's owner by the platform's naming, then by the folders."""
    submitters, entries = read_submitters(entries)
    found = Sorted()
    rest: list[Entry] = []
    for entry in entries:
        seen = _named(entry, assignment, submitters)
        found.sightings += seen
        if not seen:
            rest.append(entry)
    rest = _nbgrader(rest, assignment, found)
    _plain(rest, assignment, found)
    return found


def _named(
    entry: Entry, assignment: str, submitters: dict[str, list[Submitter]]
) -> list[Sighting]:
    parts = entry.path.parts
    for at, part in enumerate(parts[:-1]):
        inside = PurePosixPath(*parts[at + 1 :])
        if match := _MOODLE.match(part):
            owner = Owner("Moodle", f"{match['name']}_{match['id']}", match["name"])
            return [Sighting(entry, owner, inside)]
        if _GRADESCOPE.match(part):
            return [
                Sighting(
                    entry,
                    Owner("Gradescope", person.identity, person.name),
                    inside,
                    order=(person.time or "",),
                    timestamp=person.time,
                )
                for person in submitters.get(part, [Submitter(part, part, None)])
            ]
        fields = part.split("+")
        if len(fields) >= 3 and fields[2][:2] == "20":
            owner = Owner("nbgrader", fields[0], fields[0])
            other = fields[1] != assignment
            return [
                Sighting(entry, owner, inside, False, other, (fields[2],), fields[2])
            ]
    return _by_file_name(entry)


def _by_file_name(entry: Entry) -> list[Sighting]:
    if match := _MOODLE_FLAT.match(entry.path.name):
        owner = Owner("Moodle", f"{match['name']}_{match['id']}", match["name"])
        return [Sighting(entry, owner, PurePosixPath(match["file"]))]
    if match := CANVAS.match(entry.path.name):
        owner = Owner("Canvas", f"{match['name']}_{match['id']}", match["name"])
        file = PurePosixPath(match["file"])
        order = (_again(file), int(match["file_id"]))
        return [Sighting(entry, owner, file, bool(match["late"]), order=order)]
    return []


def _again(file: PurePosixPath) -> int:
    match = re.search(r"-(\d+)$", file.stem)
    return int(match[1]) if match else 0


def is_notebook(path: PurePosixPath) -> bool:
    """Tell whether the name is a notebook's; browsers add .txt and .json to it."""
    return re.search(r"\.ipynb(\.txt|\.json)?$", path.name, re.IGNORECASE) is not None


def _nbgrader(entries: list[Entry], assignment: str, found: Sorted) -> list[Entry]:
    """Take the files of student/assignment/ folders; return the others."""
    paths = {entry.path for entry in entries}
    homes = {
        entry.path.parent
        for entry in entries
        if is_notebook(entry.path)
        and len(entry.path.parts) >= 3
        and entry.path.parts[-2] == assignment
    }
    # A folder named like the assignment that holds one file per student looks alike.
    if len(homes) < 2 and not any(
        home / f"{assignment}.ipynb" in paths for home in homes
    ):
        return entries
    roots = sorted({home.parent.parent for home in homes}, key=lambda r: -len(r.parts))
    rest: list[Entry] = []
    for entry in entries:
        root = next((r for r in roots if entry.path.is_relative_to(r)), None)
        below = entry.path.relative_to(root).parts if root is not None else ()
        if root is None or len(below) < 2:
            rest.append(entry)
            continue
        owner = Owner("nbgrader", str(root / below[0]), below[0])
        home = len(below) == 2 or below[1] == assignment
        inside = PurePosixPath(*below[2:] if home and len(below) > 2 else below[1:])
        found.sightings.append(Sighting(entry, owner, inside, elsewhere=not home))
    return rest


def _plain(entries: list[Entry], assignment: str, found: Sorted) -> None:
    notebooks = [entry for entry in entries if is_notebook(entry.path)]
    parents = [entry.path.parent.parts for entry in notebooks]
    root = _common(parents)
    for entry in entries:
        below = entry.path.parts[len(root) :]
        inside = entry.path.parts[: len(root)] == root
        if inside and len(below) > 1:
            owner = Owner("folder", "/".join((*root, below[0])), below[0])
            found.sightings.append(Sighting(entry, owner, PurePosixPath(*below[1:])))
        elif inside and is_notebook(entry.path):
            owner_or_none = _flat_owner(entry, assignment, root, len(notebooks) == 1)
            if owner_or_none is None:
                found.unknown.append(entry)
            else:
                file = PurePosixPath(entry.path.name)
                found.sightings.append(Sighting(entry, owner_or_none, file))
        else:
            found.unknown.append(entry)


def _flat_owner(
    entry: Entry, assignment: str, root: tuple[str, ...], alone: bool
) -> Owner | None:
    stem = entry.path.name.split(".ipynb")[0]
    if stem != assignment:
        return Owner("folder", str(entry.path), stem)
    # The assignment's own name says nothing about whose it is; its folder may.
    return Owner("folder", str(entry.path.parent), root[-1]) if alone and root else None


def _common(parents: list[tuple[str, ...]]) -> tuple[str, ...]:
    if not parents:
        return ()
    shared = parents[0]
    for parent in parents[1:]:
        size = 0
        while size < min(len(shared), len(parent)) and shared[size] == parent[size]:
            size += 1
        shared = shared[:size]
    return shared
