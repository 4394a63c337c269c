"""Grade again from the audit records, and say what came out differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder import sandbox
from autograder.grading import audit, pool, submission
from autograder.grading.audit import Record
from autograder.grading.class_run import SLACK
from autograder.grading.course import Course
from autograder.grading.failure import UsageFailure
from autograder.grading.progress import Progress
from autograder.grading.submission import Outcome, Task
from autograder.grading.tasks import task_for
from autograder.verdict import Verdict


@dataclass
class Regraded:
    """How many were graded again, how many came out the same, and the differences."""

    compared: int = 0
    same: int = 0
    differences: list[str] = field(default_factory=list)


def regrade(
    course: Course,
    assignment: str,
    students: Sequence[str] = (),
    jobs: int | None = None,
    unsandboxed: bool = False,
) -> Regraded:
    """Grade recorded notebooks with their seeds and compare; write nothing."""
    records = audit.load_all(course.records(assignment))
    known = {record.student: record for record in records}
    if missing := [student for student in students if student not in known]:
        raise UsageFailure(f"There is no grading record of {', '.join(missing)}.")
    result = Regraded()
    tasks = []
    for student in students or list(known):
        record = known[student]
        task = _task(course, record, unsandboxed)
        if task is None:
            result.compared += 1
            result.differences.append(
                f"{student}: the notebook that was graded is no longer in the "
                "submitted folder; it cannot be graded again."
            )
        else:
            tasks.append(task)
    progress = Progress("Graded again", len(tasks))
    seconds = sandbox.Limits().submission_seconds + SLACK
    hands = min(jobs or pool.default_jobs(), len(tasks))
    for task, outcome in pool.each(submission.grade, tasks, hands, seconds):
        found = _differences(known[task.record.student], outcome)
        result.compared += 1
        result.same += not found
        result.differences += found
        progress.step()
    return result


def _task(course: Course, record: Record, unsandboxed: bool) -> Task | None:
    task = task_for(course, record.assignment, record.student, unsandboxed)
    if task.record.sha256 != record.sha256:
        return None
    return task


def _differences(before: Record, outcome: Outcome | pool.Lost) -> list[str]:
    """Return a sentence for each criterion that came out differently."""
    if isinstance(outcome, pool.Lost):
        return [f"{before.student}: {outcome.sentence}"]
    was = {verdict.criterion: verdict for verdict in before.verdicts}
    found = []
    for verdict in outcome.record.verdicts:
        old = was.get(verdict.criterion)
        if old == verdict:
            continue
        earlier = f"{old.status}, {old.points:g} points" if old else "not there"
        found.append(
            f"{before.student}, {verdict.title}: was {earlier}; "
            f"is {verdict.status}, {verdict.points:g} points. {_why(old, verdict)}"
        )
    if found and dict(before.versions) != dict(outcome.record.versions):
        found.append(f"{before.student}: {_versions(before, outcome.record)}")
    return found


def _why(old: Verdict | None, new: Verdict) -> str:
    if old is not None and (old.status, old.points) == (new.status, new.points):
        return f"Only the message differs, now: {new.message}"
    return new.message


def _versions(before: Record, after: Record) -> str:
    changed = [
        f"{name} {before.versions.get(name, 'unknown')[:12]} → {value[:12]}"
        for name, value in after.versions.items()
        if before.versions.get(name) != value
    ]
    return f"graded with other versions: {', '.join(changed)}."
