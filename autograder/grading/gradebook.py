"""nbgrader's gradebook: one writer, many grades in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from nbgrader import api
from nbgrader.preprocessors import SaveCells
from sqlalchemy.exc import SQLAlchemyError

from autograder.grading import gradebook_fault
from autograder.grading.course import Course
from autograder.grading.entry import Entry, Row
from autograder.grading.failure import Failure
from autograder.grading.late import Late


class Gradebook:
    """The grades of one assignment; see :func:`open_gradebook`."""

    def __init__(self, gradebook: Any, course: Course, assignment: str) -> None:
        self._gradebook = gradebook
        self._db = gradebook.db
        self._course = course
        self._assignment = assignment
        self._late = Late(course)

    def prepare(self, release: Any) -> None:
        """Make sure that the gradebook knows the released cells."""
        self._gradebook.update_or_create_assignment(self._assignment)
        if self._cells() == _marked(release):
            return
        resources = {
            "nbgrader": {
                "notebook": self._assignment,
                "assignment": self._assignment,
                "db_url": self._course.gradebook_url,
            }
        }
        self._db.commit()
        try:
            SaveCells(config=self._course.config).preprocess(release, resources)
        except RuntimeError as error:
            raise Failure(
                f"The gradebook has grades for other cells of {self._assignment!r} "
                f"than the release has ({error}). Grade with the release that the "
                "class was given, or start with a new gradebook."
            ) from error
        self._db.expire_all()

    def rows(self) -> dict[str, Row]:
        """Return what the gradebook holds, by student."""
        rows: dict[str, Row] = {}
        grade, notebook = api.Grade, api.SubmittedNotebook
        for (
            student,
            time,
            penalty,
            name,
            auto,
            manual,
            extra,
            score,
            needs,
        ) in self._select(
            grade,
            api.SubmittedAssignment.timestamp,
            notebook.late_submission_penalty,
            api.BaseCell.name,
            grade.auto_score,
            grade.manual_score,
            grade.extra_credit,
            grade.score,
            grade.needs_manual_grade,
        ):
            row = rows.setdefault(student, Row(timestamp=time, penalty=penalty or 0.0))
            row.auto[name], row.scores[name] = auto, score
            row.pending |= {name} if needs else set()
            row.person_wrote |= manual is not None or bool(extra)
        comment = api.Comment
        for student, name, text, manual in self._select(
            comment, api.BaseCell.name, comment.comment, comment.manual_comment
        ):
            row = rows.setdefault(student, Row())
            row.person_wrote |= bool(manual)
            if text:
                row.comments[name] = text
        return rows

    def write(self, entries: Sequence[Entry]) -> None:
        """Write the grades in one transaction; a person's scores and comments stay."""
        with self._db.no_autoflush:
            assignment = self._gradebook.find_assignment(self._assignment)
            names = _cell_names(assignment)
            found = self._submissions(assignment, [entry.student for entry in entries])
            for entry in entries:
                _fill(found[entry.student], entry, names)
            # All at once: the database takes many rows with one statement.
            self._db.flush()
            for entry in entries:
                self._late.penalize(self._db, found[entry.student])
        self._db.commit()

    def penalize(self) -> set[str]:
        """Compute all penalties anew; return the students whose penalty changed."""
        return self._late.renew(self._db, self._assignment)

    def _submissions(self, assignment: Any, students: list[str]) -> dict[str, Any]:
        """Return each student's submission, made where there was none."""
        student, submission = api.Student, api.SubmittedAssignment
        known = self._db.query(student.id).filter(student.id.in_(students))
        for name in set(students) - {name for (name,) in known}:
            self._db.add(student(id=name))
        found = {
            one.student_id: one
            for one in self._db.query(submission)
            .filter_by(assignment_id=assignment.id)
            .filter(submission.student_id.in_(students))
        }
        for name in students:
            if name not in found:
                found[name] = submission(assignment=assignment, student_id=name)
                for notebook in assignment.notebooks:
                    _add_notebook(found[name], notebook)
                self._db.add(found[name])
        return found

    def _cells(self) -> set[tuple[str, float | None]]:
        try:
            notebook = self._gradebook.find_notebook(self._assignment, self._assignment)
        except api.MissingEntry:
            return set()
        points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
        return {(cell.name, points.get(cell.name)) for cell in notebook.source_cells}

    def _select(self, kind: Any, *columns: Any) -> Any:
        submission, notebook = api.SubmittedAssignment, api.SubmittedNotebook
        return (
            self._db.query(submission.student_id, *columns)
            .select_from(kind)
            .join(api.BaseCell, api.BaseCell.id == kind.cell_id)
            .join(notebook, notebook.id == kind.notebook_id)
            .join(submission, submission.id == notebook.assignment_id)
            .join(api.Assignment, api.Assignment.id == submission.assignment_id)
            .filter(api.Assignment.name == self._assignment)
        )


def _fill(submission: Any, entry: Entry, names: Mapping[str, str]) -> None:
    submission.timestamp = entry.timestamp
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            if names[grade.cell_id] in entry.points:
                _set_grade(grade, names[grade.cell_id], entry)
        for comment in notebook.comments:
            comment.auto_comment = entry.comments.get(names[comment.cell_id])


def _set_grade(grade: Any, name: str, entry: Entry) -> None:
    points = entry.points[name]
    changed = grade.auto_score != points or name in entry.rewritten
    grade.auto_score = points
    if grade.manual_score is None:
        grade.needs_manual_grade = points is None or entry.person
    elif changed:
        # A person has graded other work than this: they must look again.
        grade.needs_manual_grade = True


def _cell_names(assignment: Any) -> dict[str, str]:
    """Return the names of the assignment's cells by their ids in the database."""
    return {
        cell.id: cell.name
        for notebook in assignment.notebooks
        for cell in [
            *notebook.grade_cells,
            *notebook.solution_cells,
            *notebook.task_cells,
        ]
    }


def _add_notebook(submission: Any, notebook: Any) -> None:
    added = api.SubmittedNotebook(notebook_id=notebook.id, assignment=submission)
    for cell in [*notebook.grade_cells, *notebook.task_cells]:
        added.grades.append(api.Grade(cell_id=cell.id))
    for cell in [*notebook.solution_cells, *notebook.task_cells]:
        added.comments.append(api.Comment(cell_id=cell.id))


def _marked(release: Any) -> set[tuple[str, float | None]]:
    found = set()
    for cell in release.cells:
        marks = cell.metadata.get("nbgrader", {})
        if any(marks.get(key) for key in ("grade", "solution", "locked", "task")):
            points = float(marks["points"]) if marks.get("grade") else None
            found.add((marks["grade_id"], points))
    return found


@contextmanager
def open_gradebook(course: Course, assignment: str) -> Iterator[Gradebook]:
    """Open nbgrader's gradebook; turn its database's errors into sentences.

    Raises :exc:`Failure` if the gradebook is locked, damaged, or cannot be written.
    """
    url, name = course.gradebook_url, course.directory.course_id
    if not name and not gradebook_fault.is_sqlite(url):
        raise Failure(gradebook_fault.NO_NAME)
    opened = None
    # nbgrader prints the traceback of an error that is told in a sentence here.
    printed, api.app_log.disabled = api.app_log.disabled, True
    try:
        opened = api.Gradebook(url, name)
        yield Gradebook(opened, course, assignment)
    except (SQLAlchemyError, api.InvalidEntry, ImportError) as error:
        raise Failure(gradebook_fault.sentence(url, error)) from error
    finally:
        api.app_log.disabled = printed
        if opened is not None:
            opened.close()
