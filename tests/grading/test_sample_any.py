"""Every exercise has a class, and grading it gives what the class says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.exercises import load, names
from autograder.grading import audit, course_folder, sample_any
from autograder.grading.course import Course, open_course
from autograder.grading.gradebook import open_gradebook

ROOT = Path(__file__).parents[2]
OTHERS = [name for name in names() if name != "forward"]


@pytest.fixture
def whole_course(tmp_path: Path, empty_gradebook: Path) -> Course:
    course = course_folder.make(open_course(ROOT), tmp_path / "course")
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    return course


@pytest.mark.parametrize("name", OTHERS)
def test_a_class_is_graded_as_it_deserves(
    name: str, whole_course: Course, grade: Callable[..., int]
) -> None:
    exercise = load(name)
    worth = {c.name for c in exercise.criteria if c.points}  # the rest is optional
    samples = course_folder.fill(whole_course, name)
    assert len({sample.student for sample in samples}) == len(samples)
    assert grade(name, whole_course) == 3
    with open_gradebook(whole_course, name) as gradebook:
        rows = gradebook.rows()
    for sample in samples:
        record = audit.load(whole_course.record(sample.student, name))
        lost = {v.criterion for v in record.verdicts if v.status != "passed"}
        told = [(v.criterion, v.status, v.message) for v in record.verdicts]
        assert lost & worth == set(sample.lost) & worth, (sample.student, told)
        assert bool(record.person) == sample.needs_person, sample.student
        answered = "as-in-the-solution" in sample.student
        for written in exercise.written if answered else ():
            assert record.grades[written.name] is None
            assert written.name in rows[sample.student].pending
        if sample.student == "sample-not-attempted":
            assert set(record.grades.values()) == {0.0}


def test_the_class_of_an_exercise_has_every_kind_of_student() -> None:
    solved = nbformat.read(ROOT / "solutions/forward/forward.ipynb", as_version=4)
    made = {s.name for s in sample_any.students(load("forward"), solved)}
    slips = {slip.name for slip in load("forward").slips}
    assert len({name for name in made if name.removeprefix("sample-") in slips}) == 6
    assert made >= {
        "sample-right-as-in-the-solution",
        "sample-not-attempted",
        "sample-raises",
        "sample-syntax-error",
        "sample-never-ends",
        "sample-dies",
        "sample-deleted-check",
        "sample-colab",
        "sample-empty",
    }


def test_a_class_with_given_cells_of_another_version_is_not_graded(
    whole_course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    course_folder.fill(whole_course, "gpu")
    path = whole_course.release("gpu")
    text = path.read_text("utf-8")
    assert text.count("def kernel_forward(x,") == 1
    path.write_text(text.replace("def kernel_forward(x,", "def kernel_forward(rows,"))
    assert main(["grade", "gpu", "--course", str(whole_course.root)]) == 1
    said = capsys.readouterr().err
    assert "is of another version than this program" in said
    assert "Grade with the version that the class was given." in said
