"""From a submitted file to everything that is kept about its grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import compute_checksum, parse_utc

from autograder import exercises
from autograder.exercise import Exercise
from autograder.grading import audit, autograded
from autograder.grading.audit import Record
from autograder.grading.grade import grade_notebook
from autograder.grading.gradebook import Entry
from autograder.grading.repair import Repaired, repair
from autograder.sandbox import Limits, WarmPool, warm_pool


@dataclass(frozen=True)
class Task:
    """One submission to grade; ``path`` is None where no notebook was found."""

    record: Record
    path: Path | None
    release: Path
    unsandboxed: bool = False
    repairs: Sequence[str] = ()
    person: Sequence[str] = ()
    timestamp: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What is kept: the audit record, the autograded notebook's text, the gradebook's entry."""

    record: Record
    notebook: str
    entry: Entry


def grade(task: Task) -> Outcome:
    """Repair, run and judge one submission."""
    release = _read(task.release)
    repaired = repair(task.path.read_bytes() if task.path else b"", release)
    repaired = replace(
        repaired,
        repairs=[*task.repairs, *repaired.repairs],
        needs_person=[*task.person, *(repaired.needs_person if task.path else ())],
    )
    record, notebook = grade_repaired(task.record, repaired, task.unsandboxed)
    text = autograded.to_text(notebook)
    return Outcome(record, text, entry(record, notebook, task.timestamp))


def grade_repaired(
    record: Record, repaired: Repaired, unsandboxed: bool
) -> tuple[Record, Any]:
    """Run and judge a repaired notebook; return the complete record and the graded notebook."""
    exercise = exercises.load(record.assignment)
    limits = Limits()
    with _warm(limits, unsandboxed).worker() as worker:
        graded = grade_notebook(exercise, repaired.notebook, worker, record.seed)
    record = replace(
        record,
        state="graded",
        graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        sandbox=worker.level,
        limits=asdict(limits),
        versions=audit.versions(exercise),
        repairs=repaired.repairs,
        person=repaired.needs_person,
        cells=[_cell(asdict(run)) for run in graded.cells],
        seconds=round(graded.seconds, 4),
        verdicts=graded.verdicts,
    )
    notebook = autograded.autograded(
        exercise,
        repaired.notebook,
        () if record.ungraded else graded.verdicts,
        graded.cells,
        notes(exercise, record),
    )
    return record, notebook


def gave_up(
    record: Record, release: Path, reason: str, when: datetime | None
) -> Outcome:
    """Return what is kept where the grader itself failed: no points, and a person to look."""
    exercise = exercises.load(record.assignment)
    failed = replace(record, state="failed", person=[reason], verdicts=(), cells=())
    notebook = autograded.autograded(
        exercise, _read(release), (), (), notes(exercise, failed)
    )
    return Outcome(failed, autograded.to_text(notebook), entry(failed, notebook, when))


def notes(exercise: Exercise, record: Record) -> Mapping[str, object]:
    """Return what the autograded notebook carries about its grading."""
    return {
        "title": exercise.title,
        "sandbox": record.sandbox,
        "repairs": list(record.repairs),
        "person": list(record.person),
        "verdicts": {
            verdict.criterion: {"title": verdict.title, "status": verdict.status}
            for verdict in record.verdicts
            if not record.ungraded
        },
    }


def entry(record: Record, notebook: Any, timestamp: datetime | None) -> Entry:
    """Return what the gradebook is to hold: points, and a comment on each answer that needs one."""
    exercise = exercises.load(record.assignment)
    points: dict[str, float | None] = {c.name: None for c in exercise.criteria}
    if not record.ungraded:
        points |= {v.criterion: float(v.points) for v in record.verdicts}
    told = {run["index"]: str(run["sentence"]) for run in record.cells}
    comments = {}
    for place, cell in enumerate(notebook.cells):
        marks = cell.metadata.get("nbgrader", {})
        if not marks.get("solution"):
            continue
        if marks.get("checksum") == compute_checksum(cell):
            comments[marks["grade_id"]] = "No response."
        elif sentence := told.get(place):
            comments[marks["grade_id"]] = _as_text(sentence)
    return Entry(record.student, points, bool(record.person), comments, timestamp)


def find(folder: Path, assignment: str) -> tuple[Path | None, list[str], list[str]]:
    """Return a student's notebook, with what was put right and what a person must see."""
    path = folder / f"{assignment}.ipynb"
    if path.is_file() and not path.is_symlink():
        return path, [], []
    others = sorted(
        other
        for other in folder.glob("*.ipynb")
        if other.is_file() and not other.is_symlink()
    )
    if len(others) == 1:
        told = f"The file was named {others[0].name} instead of {path.name}."
        return others[0], [told], []
    if others:
        names = ", ".join(other.name for other in others)
        return (
            None,
            [],
            [f"There are several notebooks and none is {path.name}: {names}."],
        )
    return None, [], [f"There is no notebook in the folder; expected {path.name}."]


def time_of(folder: Path) -> tuple[datetime | None, list[str]]:
    """Return when the work came, as nbgrader's timestamp.txt says, or a reason for a person."""
    path = folder / "timestamp.txt"
    if not path.is_file() or path.is_symlink():
        return None, []
    try:
        return parse_utc(path.read_text("utf-8").strip()), []
    except (ValueError, OverflowError):
        return None, [
            "The file timestamp.txt holds no time that can be read, so the work counts "
            "as on time. See whether it came late."
        ]


def _as_text(sentence: str) -> str:
    # Comments are Markdown; what a student's code says is not.
    return "".join("\\" + c if c in r"\`*_{}[]()#+-.!<>|$~" else c for c in sentence)


def _cell(run: dict[str, Any]) -> dict[str, object]:
    # The output is in the autograded notebook; the record keeps how the cell went.
    return {key: run[key] for key in ("index", "status", "sentence")} | {
        "seconds": round(run["seconds"], 4)
    }


@cache
def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


@cache
def _warm(limits: Limits, unsandboxed: bool) -> WarmPool:
    """Return this process's warm sandbox; it ends with the process."""
    return warm_pool(1, limits=limits, unsandboxed=unsandboxed)
