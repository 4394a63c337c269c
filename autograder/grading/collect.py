"""Collect a class's notebooks from the learning platform's download."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from autograder.grading.asked import refuse_another_exercise
from autograder.grading.delivery import CollectError, Unusable, open_delivery
from autograder.grading.platforms import (
    Owner,
    Sighting,
    is_notebook,
    sort_by_owner,
)
from autograder.grading.submitted import place
from autograder.grading.which_notebook import ARCHIVE, Unclear, choose

__all__ = ["CollectError", "Collected", "collect"]
#: Beside the notebook, more than this of one student is not copied, in bytes.
LARGEST_WORK = 100_000_000


@dataclass(frozen=True)
class Collected:
    """What became of one student's work, or of one file that is nobody's.

    ``path`` is the notebook in the course's submitted folder, or None with a
    ``problem``, a sentence. ``student`` is "" where nothing says whose the file is;
    ``name`` is what the platform calls the student or the file. ``notes`` say, in
    sentences, what was decided on the way. ``platform`` is where the work is from, and
    ``delivered`` the path that the platform gave it: grades find back by them.
    """

    student: str
    name: str
    path: Path | None
    notes: tuple[str, ...] = ()
    problem: str | None = None
    platform: str = ""
    delivered: str = ""


def collect(source: Path, course: Path, assignment: str) -> list[Collected]:
    """Collect an assignment from a zip or folder into ``course/submitted``.

    Each student's notebook becomes ``submitted/<student>/<assignment>/
    <assignment>.ipynb``, byte for byte as handed in, with ``timestamp.txt`` where the
    time is known and every delivered file, under its own name, in ``original/``.
    Downloads of Canvas, Moodle, Gradescope and nbgrader are understood, and folders
    with a notebook or a folder for each student.

    :raises CollectError: when the source is missing, holds no files, is refused as
        hostile, or holds another exercise; nothing is written then. Also when the
        course folder cannot be written; each student's folder holds the old work or
        the new.
    """
    submitted = course / "submitted"
    if source.resolve().is_relative_to(submitted.resolve()):
        raise CollectError(
            f"{source} is already in the course's submitted folder; grade it as it is."
        )
    with open_delivery(source) as entries:
        if not entries:
            raise CollectError(
                f"{source} holds no files. Name the zip or folder with the notebooks."
            )
        found = sort_by_owner(entries, assignment)
        refuse_another_exercise(found.sightings, assignment)
        work = _by_owner(found.sightings)
        names = _folder_names(list(work))
        results = [
            _take(names[owner], owner, sightings, submitted, assignment)
            for owner, sightings in work.items()
        ]
    for entry in found.unknown:
        results.append(Collected("", str(entry.path), None, (), _nobody(entry.path)))
    return sorted(results, key=lambda r: (r.student == "", r.student, r.name))


def _by_owner(sightings: list[Sighting]) -> dict[Owner, list[Sighting]]:
    work: dict[Owner, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        work[sighting.owner].append(sighting)
    return work


def _folder_names(owners: list[Owner]) -> dict[Owner, str]:
    """Give each identity its own folder name, on every file system."""
    plain = {owner: _folder_name(owner) for owner in owners}
    shared: dict[str, list[Owner]] = defaultdict(list)
    for owner, name in plain.items():
        shared[name.casefold()].append(owner)
    return {
        owner: name
        if len(shared[name.casefold()]) == 1
        else f"{name}-{hashlib.sha256(repr(owner).encode()).hexdigest()[:6]}"
        for owner, name in plain.items()
    }


def _folder_name(owner: Owner) -> str:
    by_path = owner.platform in ("folder", "nbgrader")
    text = owner.name if by_path else owner.identity
    return re.sub(r"[^\w.@-]+", "-", text).strip("-.")[:80] or "student"


def _nobody(path: PurePosixPath) -> str:
    if is_notebook(path):
        return (
            f"Nothing says whose {path} is. Rename it to the student's name, or put it"
            " into a folder of that name, and collect again."
        )
    if ARCHIVE.search(path.name):
        return f"{path} is an archive inside the delivery. Collect it by itself."
    return f"{path} is not a notebook and was left where it is."


def _take(
    student: str,
    owner: Owner,
    sightings: list[Sighting],
    submitted: Path,
    assignment: str,
) -> Collected:
    mine = [s for s in sightings if not s.elsewhere]
    notes = [_late(s) for s in mine if s.late]
    path = str(sightings[0].entry.path)
    came = Collected(student, owner.name, None, (), None, owner.platform, path)
    try:
        chosen, chose = choose(mine, sightings, assignment)
        files = _read_all(mine, chosen, chose)
    except Unclear as reason:
        return replace(came, notes=_once(notes), problem=f"{owner.name}: {reason}")
    home = submitted / student / assignment
    notes += chose + place(
        home, assignment, files[chosen.inside], files, _timestamp(chosen, files)
    )
    path = str(chosen.entry.path)
    notebook = home / f"{assignment}.ipynb"
    return replace(came, path=notebook, notes=_once(notes), delivered=path)


def _once(notes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))


def _late(sighting: Sighting) -> str:
    return f"{sighting.owner.platform} marks the work as late."


def _read_all(
    mine: list[Sighting], chosen: Sighting, notes: list[str]
) -> dict[PurePosixPath, bytes]:
    """Read the student's files, the chosen one first, which has to be readable."""
    files: dict[PurePosixPath, bytes] = {}
    newest_first = sorted(mine, key=lambda s: s.order, reverse=True)
    for sighting in sorted(newest_first, key=lambda s: s is not chosen):
        if sighting.inside in files:
            continue
        try:
            if sighting.entry.problem is not None:
                raise Unusable(sighting.entry.problem)
            if sum(map(len, files.values())) > LARGEST_WORK:
                raise Unusable("is more than is kept of one student's files")
            files[sighting.inside] = sighting.entry.read()
        except Unusable as reason:
            sentence = f"{sighting.inside} {reason}"
            if sighting is chosen:
                raise Unclear(f"{sentence}. Ask for the file again.") from None
            notes.append(f"{sentence}; it was left where it is.")
    return files


def _timestamp(chosen: Sighting, files: dict[PurePosixPath, bytes]) -> str | None:
    written = files.get(PurePosixPath("timestamp.txt"))
    if chosen.timestamp is None and written is not None:
        return written.decode("utf-8", errors="replace").strip()[:80] or None
    return chosen.timestamp
