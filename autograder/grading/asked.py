"""Tell which exercise a notebook is of, by the checks that it asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from autograder import exercises
from autograder.grading.delivery import CollectError, Unusable
from autograder.grading.platforms import Sighting, is_notebook

#: In a notebook's file the quotes stand behind backslashes.
_ASKS = re.compile(rb"""check\(\\*["']([\w-]+)""")
#: A class is refused if at least so many notebooks are of another exercise...
FEWEST = 3
#: ... and for each that is of this one there are more than so many of the other.
MANY_TIMES = 9


def exercise_asked(notebook: bytes) -> str | None:
    """Return the exercise whose checks the notebook's text names most often."""
    known = exercises.names()
    asked = Counter(name.decode() for name in _ASKS.findall(notebook))
    found = [name for name, _ in asked.most_common() if name in known]
    return found[0] if found else None


def refuse_another_exercise(sightings: Iterable[Sighting], assignment: str) -> None:
    """Raise :exc:`CollectError` if a whole class's work is of another exercise."""
    found = Counter(
        asked
        for sighting in sightings
        if not sighting.elsewhere and is_notebook(sighting.inside)
        if (asked := _asked(sighting)) is not None
    )
    here = found.pop(assignment, 0)
    for other, count in found.most_common(1):
        if count >= FEWEST and count > MANY_TIMES * here:
            raise CollectError(
                f"{count} notebooks are of {other!r} and {here or 'none'} of "
                f"{assignment!r}. Nothing was collected. Name the exercise "
                f"{other!r}, or the download of {assignment!r}."
            )


def _asked(sighting: Sighting) -> str | None:
    if sighting.entry.problem is not None:
        return None
    try:
        return exercise_asked(sighting.entry.read())
    except Unusable:
        return None
