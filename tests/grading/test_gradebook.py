"""nbgrader's gradebook: one transaction, a person's word stands, late work is late."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime

import pytest
from nbgrader.api import Gradebook

from autograder.exercises import load
from autograder.grading import notebooks
from autograder.grading.course import open_course
from autograder.grading.entry import Entry
from autograder.grading.failure import Failure
from autograder.grading.gradebook import open_gradebook

FULL = {c.name: float(c.points) for c in load("forward").criteria}


@pytest.fixture
def record(course):
    """Return a function that writes entries and returns the rows afterwards."""

    def write(*entries: Entry):
        with open_gradebook(course, "forward") as gradebook:
            gradebook.prepare(notebooks.read(course.release("forward")))
            gradebook.write(entries)
            return gradebook.rows()

    return write


def by_hand(course, student: str, criterion: str, score: float) -> None:
    with Gradebook(course.gradebook_url) as gradebook:
        grade = gradebook.find_grade(criterion, "forward", "forward", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def test_a_grade_is_what_was_written(record):
    rows = record(Entry("ada", FULL), Entry("bob", {**FULL, "epsilon": 0.0}))
    assert rows["ada"].score == 100
    assert rows["bob"].score == 90
    assert not rows["ada"].needs_person


def test_writing_twice_makes_no_second_submission(record, course):
    record(Entry("ada", FULL))
    assert record(Entry("ada", {**FULL, "cache": 0.0}))["ada"].score == 90
    with Gradebook(course.gradebook_url) as gradebook:
        assert len(gradebook.assignment_submissions("forward")) == 1
        assert len(gradebook.students) == 1


def test_without_points_a_person_is_asked_for(record):
    row = record(Entry("ada", dict.fromkeys(FULL), person=True))["ada"]
    assert row.needs_person
    assert set(row.auto.values()) == {None}
    assert row.score == 0


def test_a_persons_score_stays_and_is_asked_about_only_where_the_work_changed(
    record, course
):
    record(Entry("ada", {**FULL, "epsilon": 0.0}))
    by_hand(course, "ada", "epsilon", 7)
    same = record(Entry("ada", {**FULL, "epsilon": 0.0}))["ada"]
    assert (same.scores["epsilon"], same.needs_person) == (7, False)
    assert same.person_wrote
    changed = record(Entry("ada", FULL))["ada"]
    assert (changed.scores["epsilon"], changed.needs_person) == (7, True)


def test_comments_on_answers_come_and_go(record):
    entry = Entry("ada", FULL, comments={"batchnorm_eval": "No response."})
    assert record(entry)["ada"].comments == {"batchnorm_eval": "No response."}
    assert record(Entry("ada", FULL))["ada"].comments == {}


def test_late_work_is_late_as_nbgrader_has_it(course, tmp_path):
    config = course.root / "nbgrader_config.py"
    text = config.read_text("utf-8")
    text += '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    config.write_text(text, encoding="utf-8")
    course = open_course(course.root)
    with open_gradebook(course, "forward") as gradebook:
        gradebook.prepare(notebooks.read(course.release("forward")))
    with Gradebook(course.gradebook_url) as theirs:
        theirs.update_or_create_assignment("forward", duedate="2025-03-01 12:00 UTC")
    on_time, late = datetime(2025, 3, 1, 11), datetime(2025, 3, 1, 13)
    with open_gradebook(course, "forward") as gradebook:
        gradebook.write([Entry("ada", FULL, timestamp=on_time)])
        gradebook.write([Entry("bob", FULL, timestamp=late)])
        rows = gradebook.rows()
    assert (rows["ada"].score, rows["ada"].penalty) == (100, 0)
    assert (rows["bob"].score, rows["bob"].penalty) == (0, 100)
    assert rows["bob"].timestamp == late


def test_a_batch_is_written_whole_or_not_at_all(record, course):
    record(Entry("ada", FULL))
    broken = Entry("bob", {**FULL, "epsilon": object()})  # type: ignore[dict-item]
    with pytest.raises(Failure):
        record(Entry("carl", FULL), broken)
    assert set(record()) == {"ada"}


def test_another_release_is_refused_once_there_are_grades(record, course):
    record(Entry("ada", FULL))
    release = notebooks.read(course.release("forward"))
    marks = (cell.metadata.get("nbgrader", {}) for cell in release.cells)
    next(mark for mark in marks if mark.get("grade"))["grade_id"] = "renamed"
    with (
        pytest.raises(Failure, match="other cells"),
        open_gradebook(course, "forward") as gradebook,
    ):
        gradebook.prepare(release)
    assert record()["ada"].score == 100


def test_a_locked_gradebook_is_named_and_nothing_is_lost(record, course, monkeypatch):
    record(Entry("ada", FULL))
    with sqlite3.connect(course.root / "gradebook.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Failure, match="locked by another program"):
            record(Entry("bob", FULL))
    assert set(record()) == {"ada"}


@pytest.mark.parametrize("content", [b"not a database at all" * 99, os.urandom(4096)])
def test_a_damaged_gradebook_is_named_and_left_as_it_is(record, course, content):
    path = course.root / "gradebook.db"
    path.write_bytes(content)
    with pytest.raises(Failure, match="is damaged"):
        record(Entry("ada", FULL))
    assert path.read_bytes() == content
