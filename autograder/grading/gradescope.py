"""Read the list of submitters in Gradescope's download."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import yaml

from autograder.grading.delivery import Entry, Unusable

LIST = "submission_metadata.yml"


@dataclass(frozen=True)
class Submitter:
    """One person of a submission: what tells them apart, their name, and when."""

    identity: str
    name: str
    time: str | None


def read_submitters(
    entries: list[Entry],
) -> tuple[dict[str, list[Submitter]], list[Entry]]:
    """Return the submitters by submission folder, and the entries without the list.

    A group's submission counts for each of its members. A list that cannot be read
    stays among the entries.
    """
    found: dict[str, list[Submitter]] = {}
    rest: list[Entry] = []
    for entry in entries:
        people = _people(entry) if entry.path.name == LIST else {}
        found |= people
        if not people:
            rest.append(entry)
    return found, rest


def _people(entry: Entry) -> dict[str, list[Submitter]]:
    if entry.problem is not None:
        return {}
    try:
        content = yaml.load(entry.read(), Loader=_loader())
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, Unusable):
        return {}
    if not isinstance(content, dict):
        return {}
    found = {str(folder): _submitters(str(folder), r) for folder, r in content.items()}
    return {folder: people for folder, people in found.items() if people}


def _loader() -> Any:
    """Return a safe loader that reads Ruby's tagged hashes as plain data."""
    loader: Any = type("RubyLoader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", _plain)
    return loader


def _plain(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return None


def _submitters(folder: str, record: Any) -> list[Submitter]:
    people = record.get(":submitters") if isinstance(record, dict) else None
    found = []
    for person in people if isinstance(people, list) else []:
        if not isinstance(person, dict):
            continue
        name = str(person.get(":name") or "")
        known = str(person.get(":sid") or person.get(":email") or "")
        if known or name:
            # A name alone may be two students'; the submission keeps them apart.
            identity = known or f"{name}_{folder}"
            time = _time(record.get(":created_at"))
            found.append(Submitter(identity, name or known, time))
    return found


def _time(value: Any) -> str | None:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d 00:00:00 UTC")
    return value if isinstance(value, str) else None
