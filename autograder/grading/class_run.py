"""Grade a class: what needs it, in parallel, recorded so that nothing is lost."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder import sandbox
from autograder.grading import (
    audit,
    feedback,
    files,
    handed_in,
    intake,
    pool,
    submission,
)
from autograder.grading.audit import Record
from autograder.grading.course import Course
from autograder.grading.entry import Row
from autograder.grading.failure import Failure, UsageFailure
from autograder.grading.gradebook import Gradebook, open_gradebook
from autograder.grading.progress import Progress
from autograder.grading.ready import exercise_named, read_release, sandbox_level
from autograder.grading.submission import Outcome, Task
from autograder.grading.tasks import task_for

#: Where an error of the grader's own is kept, beside the records.
FAILURES = "failures.txt"
#: How long results wait to be written together.
SECONDS_BETWEEN_COMMITS = 1.0
#: Fewer pages of feedback than this are written sooner than processes start.
MANY_PAGES = 1_000
#: A grading process that takes this much longer than its submission may is stopped.
SLACK = 120.0


@dataclass
class Summary:
    """What a run did."""

    graded: list[Record] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def grade_class(
    course: Course,
    assignment: str,
    students: Sequence[str] = (),
    jobs: int | None = None,
    unsandboxed: bool = False,
    force: bool = False,
) -> Summary:
    """Grade what is new or changed (with ``force``: everything) and write the feedback.

    Raises :exc:`Failure` where there is nothing to grade, no release, no sandbox or no
    gradebook. What was recorded before stays in every case.
    """
    exercise = exercise_named(assignment)
    sandbox_level(unsandboxed)
    release = read_release(course, exercise)
    chosen = _chosen(course, assignment, students)
    said = intake.load(course, assignment)
    with (
        only_writer(course, assignment),
        open_gradebook(course, assignment) as gradebook,
    ):
        gradebook.prepare(release)
        rows = gradebook.rows()
        tasks = [task_for(course, assignment, s, unsandboxed, said) for s in chosen]
        todo = [t for t in tasks if force or not _is_recorded(course, t, rows)]
        summary = Summary(skipped=_names(t for t in tasks if t not in todo))
        run = _Run(course, gradebook, assignment, len(todo))
        jobs = jobs or pool.default_jobs()
        summary.graded = run.grade(todo, jobs)
        new = {record.student for record in summary.graded} | gradebook.penalize()
        write_feedback(course, assignment, chosen, gradebook.rows(), new, jobs)
    return summary


class _Run:
    """One writer: results come in from the processes and go out in batches."""

    def __init__(
        self, course: Course, gradebook: Gradebook, assignment: str, total: int
    ) -> None:
        self._course = course
        self._gradebook = gradebook
        self._assignment = assignment
        self._progress = Progress("Graded", total)
        self._batch: list[Outcome] = []
        self._written = time.monotonic()
        self._records: list[Record] = []

    def grade(self, tasks: Sequence[Task], jobs: int) -> list[Record]:
        for task in tasks:
            # The seed is on disk before it is used: after a kill it is the same.
            self._save(task.record)
        seconds = sandbox.Limits().submission_seconds + SLACK
        results = pool.each(submission.grade, tasks, min(jobs, len(tasks)), seconds)
        try:
            for task, result in results:
                self._batch.append(self._outcome(task, result))
                if time.monotonic() - self._written >= SECONDS_BETWEEN_COMMITS:
                    self._commit()
                self._progress.step()
        finally:
            results.close()
            self._commit()
        return self._records

    def _commit(self) -> None:
        batch, self._batch = self._batch, []
        for outcome in batch:
            path = self._course.autograded(outcome.record.student, self._assignment)
            files.write(path, outcome.notebook)
            self._copy_timestamp(outcome.record.student)
        self._gradebook.write([outcome.entry for outcome in batch])
        for outcome in batch:
            # Last, because a record that says "graded" makes the next run skip this
            # one.
            self._save(outcome.record)
            self._records.append(outcome.record)
        self._written = time.monotonic()

    def _outcome(self, task: Task, result: Outcome | pool.Lost) -> Outcome:
        if not isinstance(result, pool.Lost):
            return result
        reason = result.sentence
        if result.details:
            path = self._course.records(self._assignment) / FAILURES
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{task.record.student}\n{result.details}\n")
            reason += f" The details are in {path}."
        return submission.gave_up(task.record, task.release, reason, task.timestamp)

    def _save(self, record: Record) -> None:
        audit.save(self._course.record(record.student, self._assignment), record)

    def _copy_timestamp(self, student: str) -> None:
        name = handed_in.TIME_FILE
        came = self._course.folder("submitted", student, self._assignment) / name
        kept = self._course.autograded(student, self._assignment).parent / name
        if came.is_file() and not came.is_symlink():
            with came.open("rb") as file:
                said = file.read(handed_in.LONGEST_TIME)
            files.write(kept, said.decode("utf-8", "replace"))
        else:
            kept.unlink(missing_ok=True)


def write_feedback(
    course: Course,
    assignment: str,
    students: Sequence[str],
    rows: dict[str, Row],
    new: set[str],
    jobs: int,
) -> None:
    """Write the pages that are missing, ``new``, or touched by a person."""
    pages = [feedback.to_write(course, s, assignment, rows[s]) for s in students]
    todo = [
        page
        for page in pages
        if page.student in new or page.row.person_wrote or not page.path.is_file()
    ]
    if len(todo) < MANY_PAGES:
        for page in todo:
            feedback.write(page)
        return
    for page, result in pool.each(feedback.write, todo, jobs, SLACK):
        if isinstance(result, pool.Lost):
            raise Failure(
                f"The feedback page {page.path} was not written. {result.sentence} "
                "The grades are recorded; run the same command again."
            )


def write_what_a_person_wrote(course: Course, assignment: str) -> None:
    """Bring the feedback up to the points and comments that were given by hand."""
    audit.load_all(course.records(assignment))  # raises where nothing was graded yet
    with open_gradebook(course, assignment) as gradebook:
        rows = gradebook.rows()
    graded = [s for s in rows if course.autograded(s, assignment).is_file()]
    write_feedback(course, assignment, graded, rows, set(), pool.default_jobs())


def _chosen(course: Course, assignment: str, students: Sequence[str]) -> list[str]:
    present = course.students(assignment)
    folder = course.folder("submitted", "STUDENT", assignment)
    if not present:
        raise Failure(
            f"There is no submission for {assignment!r}. Put each student's notebook "
            f"into {folder}, or name the platform's zip or folder with --from."
        )
    if missing := [student for student in students if student not in present]:
        raise UsageFailure(
            f"There is no submission of {', '.join(missing)} for {assignment!r} "
            f"({len(present)} students have one)."
        )
    return [student for student in present if not students or student in students]


def _is_recorded(course: Course, task: Task, rows: dict[str, Row]) -> bool:
    """Tell whether this very notebook's grade is in all the places where it belongs."""
    student, assignment = task.record.student, task.record.assignment
    known = audit.load(course.record(student, assignment))
    row = rows.get(student)
    if known is None or known.state != "graded" or row is None:
        return False
    return (
        known.sha256 == task.record.sha256
        and row.auto == known.grades
        and row.timestamp == task.timestamp
        and course.autograded(student, assignment).is_file()
    )


def _names(tasks: Iterator[Task]) -> list[str]:
    return [task.record.student for task in tasks]


@contextmanager
def only_writer(course: Course, assignment: str) -> Iterator[None]:
    """Keep a second grading of the same assignment out while this one runs."""
    folder = course.records(assignment)
    folder.mkdir(parents=True, exist_ok=True)
    with open(Path(folder, ".lock"), "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"Another grading of {assignment!r} is running in {course.root}. "
                "Wait until it has ended."
            ) from None
        yield
