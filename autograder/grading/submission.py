"""From a submitted file to everything that is kept about its grade."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from autograder import exercises
from autograder.exercise import Exercise
from autograder.grading import audit, notebooks
from autograder.grading.audit import Record
from autograder.grading.autograded import autograded, mark
from autograder.grading.entry import Entry
from autograder.grading.grade import grade_notebook
from autograder.grading.notebook_file import read_file
from autograder.grading.repair import Repaired, repair
from autograder.sandbox import Limits, WarmPool, warm_pool

_IMPORTS_TORCH = re.compile(r"^\s*(import|from)\s+torch\b", re.MULTILINE)


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
    """What is kept of a grade; ``notebook`` is the autograded notebook's text."""

    record: Record
    notebook: str
    entry: Entry


def grade(task: Task) -> Outcome:
    """Repair, run and judge one submission."""
    release = _read(task.release)
    repaired = repair(read_file(task.path) if task.path else b"", release)
    repaired = replace(
        repaired,
        repairs=[*task.repairs, *repaired.repairs],
        needs_person=[*task.person, *(repaired.needs_person if task.path else ())],
    )
    record, notebook = grade_repaired(task.record, repaired, release, task.unsandboxed)
    text = notebooks.to_lines(notebook)
    kept = entry(record, notebook, release, task.timestamp, task.record.answers)
    return Outcome(record, text, kept)


def grade_repaired(
    record: Record, repaired: Repaired, release: Any, unsandboxed: bool
) -> tuple[Record, Any]:
    """Run and judge a repaired notebook; return its record and itself, graded."""
    exercise = exercises.load(record.assignment)
    limits = Limits(call_seconds=exercise.call_seconds)
    modules = preloaded(repaired.notebook)
    with warm(limits, unsandboxed, modules).worker() as worker:
        graded = grade_notebook(exercise, repaired.notebook, worker, record.seed)
    record = replace(
        record,
        state="graded",
        graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        sandbox=worker.level,
        limits=asdict(limits),
        versions=audit.versions(exercise),
        repairs=[*repaired.repairs, *graded.notes],
        person=repaired.needs_person,
        cells=[_cell(asdict(run)) for run in graded.cells],
        seconds=round(graded.seconds, 4),
        verdicts=graded.verdicts,
        answers=_answers(exercise, repaired.notebook, release),
    )
    notebook = autograded(
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
    """Return what is kept where the grader failed: no points, and a reason."""
    exercise = exercises.load(record.assignment)
    failed = replace(record, state="failed", person=[reason], verdicts=(), cells=())
    form = _read(release)
    notebook = autograded(exercise, form, (), (), notes(exercise, failed))
    text = notebooks.to_lines(notebook)
    return Outcome(failed, text, entry(failed, notebook, form, when))


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
        "titles": {one.name: one.title for one in exercise.criteria}
        | {one.name: one.title for one in exercise.written},
    }


def entry(
    record: Record,
    notebook: Any,
    release: Any,
    timestamp: datetime | None,
    earlier: Mapping[str, str] | None = None,
) -> Entry:
    """Return what the gradebook is to hold, with comments on answers.

    ``earlier`` are the answers, as in a record, that were there before.
    """
    exercise = exercises.load(record.assignment)
    asked = [criterion.name for criterion in exercise.criteria]
    asked += [written.name for written in exercise.written]
    points: dict[str, float | None] = dict.fromkeys(asked)
    if not record.ungraded:
        points |= record.grades
    told = {run["index"]: str(run["sentence"]) for run in record.cells}
    released = {mark(cell, "grade_id"): cell.source for cell in release.cells}
    comments = {}
    for place, cell in enumerate(notebook.cells):
        name = mark(cell, "grade_id")
        if mark(cell, "solution") and cell.source == released.get(name):
            comments[name] = "No response."
        elif mark(cell, "solution") and told.get(place):
            comments[name] = _as_text(told[place])
    return Entry(
        student=record.student,
        points=points,
        person=bool(record.person),
        comments=comments,
        timestamp=timestamp,
        rewritten=frozenset(
            name
            for name, digest in (earlier or {}).items()
            if record.answers.get(name, digest) != digest
        ),
    )


def _answers(exercise: Exercise, notebook: Any, release: Any) -> dict[str, str]:
    """Return the SHA-256 of each answer in words, empty where there is none."""
    released = {mark(cell, "grade_id"): cell.source for cell in release.cells}
    found = {written.name: "" for written in exercise.written}
    for cell in notebook.cells:
        name = mark(cell, "grade_id")
        if name in found and cell.source.strip() not in ("", released.get(name)):
            found[name] = audit.sha256(cell.source.encode())
    return found


def _as_text(sentence: str) -> str:
    # Comments are Markdown; what a student's code says is not.
    return "".join("\\" + c if c in r"\`*_{}[]()#+-.!<>|$~" else c for c in sentence)


def _cell(run: dict[str, Any]) -> dict[str, object]:
    # The output is in the autograded notebook; the record keeps how the cell went.
    return {key: run[key] for key in ("index", "status", "sentence")} | {
        "seconds": round(run["seconds"], 4)
    }


_read = cache(notebooks.read)


def preloaded(notebook: Any) -> tuple[str, ...]:
    """Return what the sandbox is to have imported before the notebook runs.

    PyTorch takes seconds to import and memory to hold, so only notebooks that name it
    get a sandbox with it.
    """
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    named = any(_IMPORTS_TORCH.search(source) for source in cells)
    return ("numpy", "torch") if named and find_spec("torch") else ("numpy",)


@cache
def warm(
    limits: Limits, unsandboxed: bool, modules: tuple[str, ...] = ("numpy",)
) -> WarmPool:
    """Return this process's warm sandbox with ``modules`` in it; it ends with us."""
    return warm_pool(1, modules, limits, unsandboxed)
