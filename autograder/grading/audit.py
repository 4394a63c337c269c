"""The audit record: all that is needed to defend a grade, and to compute it again."""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from autograder.exercise import Exercise
from autograder.grading import files
from autograder.grading.failure import Failure
from autograder.verdict import Verdict

#: Raised when the meaning of a field changes.
FORMAT = 1

State = Literal["started", "graded", "failed"]


@dataclass(frozen=True)
class Record:
    """One graded submission.

    ``state`` is "started" from the moment the seed is drawn until the gradebook holds
    the grade, so that a grader that was killed draws the same inputs when it is started
    again. ``failed`` means that the grader, not the submission, gave up; the next run
    tries again. ``answers`` has the SHA-256 of each answer that a person grades, empty
    where nothing was written.
    """

    assignment: str
    student: str
    file: str
    sha256: str
    seed: int
    state: State = "started"
    graded_at: str = ""
    sandbox: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    repairs: Sequence[str] = ()
    person: Sequence[str] = ()
    cells: Sequence[Mapping[str, object]] = ()
    seconds: float = 0.0
    verdicts: Sequence[Verdict] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """The points earned."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def ungraded(self) -> bool:
        """Whether no points can be given until a person has looked."""
        return bool(self.person) and all(
            verdict.status == "not attempted" for verdict in self.verdicts
        )

    @property
    def grades(self) -> dict[str, float | None]:
        """The points of each criterion and answer, None where a person gives them."""
        judged: dict[str, float | None] = {
            verdict.criterion: None if self.ungraded else float(verdict.points)
            for verdict in self.verdicts
        }
        return judged | {
            name: None if digest or self.ungraded else 0.0
            for name, digest in self.answers.items()
        }

    @property
    def slips(self) -> list[str]:
        """The names of the known mistakes in the work, each once."""
        return list(dict.fromkeys(s for v in self.verdicts for s in v.slips))

    def to_json(self) -> str:
        """Return the record as JSON text, a line for each field."""
        data: dict[str, object] = {"format": FORMAT} | vars(self)
        data["verdicts"] = [verdict.to_dict() for verdict in self.verdicts]
        lines = (f" {_encode(name)}: {_encode(value)}" for name, value in data.items())
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Rebuild a record from its text; raise ValueError if it is none."""
        try:
            data = cast("dict[str, Any]", json.loads(text))
            if data.pop("format") != FORMAT:
                raise ValueError("of another format")
            verdicts = [Verdict.from_dict(verdict) for verdict in data.pop("verdicts")]
            return cls(**data, verdicts=verdicts)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not an audit record ({error})") from error


_encode = json.JSONEncoder(ensure_ascii=False).encode


def sha256(data: bytes) -> str:
    """Return the SHA-256 of a notebook file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def start(
    known: Record | None, assignment: str, student: str, path: Path | None
) -> Record:
    """Return the record with which grading begins.

    The seed is the known record's if the notebook is the same, else a new one: work
    that was changed after its feedback was read meets new inputs.
    """
    digest = sha256(b"")
    if path:
        with path.open("rb") as notebook:  # piece by piece: it may be of any size
            digest = hashlib.file_digest(notebook, "sha256").hexdigest()
    file = path.name if path else ""
    if known and known.sha256 == digest:
        return replace(known, state="started", file=file)
    answers = known.answers if known else {}
    return Record(
        assignment, student, file, digest, secrets.randbits(63), answers=answers
    )


def load(path: Path) -> Record | None:
    """Return the record in a file, or None if there is none that can be read."""
    try:
        return Record.from_json(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        # A record that was damaged is written anew when the submission is graded.
        return None


def load_all(folder: Path) -> list[Record]:
    """Return all records by student; raise Failure if there are none."""
    records = [
        record for path in sorted(folder.glob("*.json")) if (record := load(path))
    ]
    if not records:
        raise Failure(
            f"There are no grading records in {folder}. Run `autograder grade` first."
        )
    return records


def save(path: Path, record: Record) -> None:
    """Write the record in one step."""
    files.write(path, record.to_json())


@cache
def versions(exercise: Exercise | None = None) -> Mapping[str, str]:
    """Return what computed the grade: packages, and the reference by its hash."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    for package in ("autograder", "nbgrader"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    if exercise is not None:
        found["reference"] = _reference(exercise)
    return found


def _reference(exercise: Exercise) -> str:
    parts = [_source(exercise.reference)]
    parts += [repr((c.name, c.points, _source(c.probe))) for c in exercise.criteria]
    parts += [repr(slip) for slip in exercise.slips]
    return sha256("\n".join(parts).encode())


#: Finding a function's text takes longer than hashing it, for each grade of a class.
_source = cache(inspect.getsource)
