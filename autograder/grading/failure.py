"""Failures that a command reports in one sentence, with the exit status they end in."""

from __future__ import annotations

#: Everything was graded.
ALL_GRADED = 0
#: The command failed; what was there is intact.
FAILED = 1
#: The arguments make no sense.
USAGE = 2
#: Everything that could be graded was, and some submissions need a person.
NEEDS_A_PERSON = 3


class Failure(Exception):
    """What was found and what to do, in a sentence for the instructor."""

    status = FAILED


class UsageFailure(Failure):
    """An argument that names nothing, such as an unknown exercise."""

    status = USAGE
