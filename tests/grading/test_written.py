"""Answers in words: nobody has points for them until a person has given some."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.exercises import load
from autograder.grading import course_folder
from autograder.grading.course import Course, open_course
from autograder.grading.gradebook import open_gradebook

ROOT = Path(__file__).parents[2]
EXERCISE = load("backward")
ANSWER = EXERCISE.written[0]
JUDGED = EXERCISE.points - ANSWER.points
ANSWERED, SILENT = "sample-right-as-in-the-solution", "sample-raises"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = course_folder.make(
        open_course(ROOT), tmp_path_factory.mktemp("written") / "course"
    )
    course_folder.fill(course, "backward")
    for folder in (course.root / "submitted").iterdir():
        if folder.name not in (ANSWERED, SILENT):
            shutil.rmtree(folder)
    change_answer(course, SILENT, "")
    return course


@pytest.fixture
def graded(
    made: Course, tmp_path: Path, empty_gradebook: Path, grade: Callable[..., int]
) -> Course:
    shutil.copytree(made.root, tmp_path / "course")
    course = open_course(tmp_path / "course")
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    assert grade("backward", course) == 0
    return course


def change_answer(course: Course, student: str, text: str) -> None:
    path = course.folder("submitted", student, "backward") / "backward.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == ANSWER.name:
            cell["source"] = text
    path.write_text(json.dumps(notebook), encoding="utf-8")


def a_person_gives(course: Course, student: str, points: float) -> None:
    with Gradebook(course.gradebook_url) as gradebook:
        grade = gradebook.find_grade(ANSWER.name, "backward", "backward", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def row(course: Course, student: str):
    with open_gradebook(course, "backward") as gradebook:
        return gradebook.rows()[student]


def page(course: Course, student: str) -> str:
    return course.feedback(student, "backward").read_text("utf-8")


def test_an_answer_waits_for_a_person_and_says_so(graded: Course) -> None:
    found = row(graded, ANSWERED)
    assert found.pending == {ANSWER.name}
    assert found.score == JUDGED
    assert f"{ANSWER.points:g} of these points" in page(graded, ANSWERED)
    assert "waits for a person" in page(graded, ANSWERED)
    report = graded.report("backward").read_text("utf-8")
    assert f"1 answers to “{ANSWER.title}”" in report
    assert "Nobody." in report


def test_no_answer_is_no_points_and_needs_nobody(graded: Course) -> None:
    found = row(graded, SILENT)
    assert found.pending == set()
    assert found.auto[ANSWER.name] == 0
    assert "waits for a person" not in page(graded, SILENT)


def test_what_a_person_gave_stays_until_the_answer_changes(
    graded: Course, grade: Callable[..., int]
) -> None:
    a_person_gives(graded, ANSWERED, 12)
    assert grade("backward", graded) == 0
    assert row(graded, ANSWERED).score == JUDGED + 12
    assert "graded by a person" in page(graded, ANSWERED)
    assert grade("backward", graded, "--force") == 0
    assert row(graded, ANSWERED).pending == set()

    change_answer(graded, ANSWERED, "On second thought: the sum over the batch is 0.")
    assert grade("backward", graded) == 0
    assert row(graded, ANSWERED).pending == {ANSWER.name}
    assert row(graded, ANSWERED).score == JUDGED + 12
