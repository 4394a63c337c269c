"""What a tired teacher does wrong is said in a sentence, and costs nothing."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.grading import audit, class_report
from autograder.grading.class_run import grade_class, only_writer
from autograder.grading.collect import CollectError, collect
from autograder.grading.course import Course
from tests.grading.conftest import ROOT


def notebook(exercise: str) -> bytes:
    return (ROOT / f"chapters/exercises/{exercise}/{exercise}.ipynb").read_bytes()


def delivery(folder: Path, **counts: int) -> Path:
    """Write a folder with so many notebooks of each exercise."""
    for exercise, count in counts.items():
        for number in range(count):
            home = folder / f"{exercise}-{number}"
            home.mkdir(parents=True)
            (home / "work.ipynb").write_bytes(notebook(exercise))
    return folder


def test_a_class_of_another_exercise_is_refused_before_anything_is_written(tmp_path):
    source = delivery(tmp_path / "download", backward=11, forward=1)
    with pytest.raises(CollectError) as told:
        collect(source, tmp_path / "course", "forward")
    assert "11 notebooks are of 'backward' and 1 of 'forward'" in str(told.value)
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize("counts", [{"backward": 2}, {"backward": 9, "forward": 1}])
def test_a_few_students_with_another_exercise_are_not_the_whole_class(tmp_path, counts):
    source = delivery(tmp_path / "download", **counts)
    assert len(collect(source, tmp_path / "course", "forward")) == sum(counts.values())


def test_nothing_is_collected_while_the_class_is_graded(tmp_path, course, capsys):
    source = delivery(tmp_path / "download", forward=1)
    arguments = ["grade", "forward", "--course", str(course.root)]
    with only_writer(course, "forward"):
        assert main([*arguments, "--from", str(source)]) == 1
    assert "Another grading of 'forward' is running" in capsys.readouterr().err
    assert not (course.root / "submitted").exists()


@pytest.fixture
def one_graded(course: Course, hand_in) -> Course:
    hand_in("sample-syntax-error")
    grade_class(course, "forward", jobs=1)
    return course


def test_a_report_says_whose_grade_is_missing(one_graded, empty_gradebook, capsys):
    course = one_graded
    page = course.feedback("sample-syntax-error", "forward").read_text("utf-8")
    assert "stopped with an error" in page
    assert not re.search(r"\bcrashed\b", page)
    arguments = ["report", "forward", "--course", str(course.root)]
    assert main(arguments) == 0
    assert "not in the gradebook" not in capsys.readouterr().out

    path = course.record("sample-syntax-error", "forward")
    record = audit.load(path)
    assert record is not None
    audit.save(path, audit.start(record, "forward", record.student, None))
    assert main(arguments) == 3
    assert "of sample-syntax-error is not in the gradebook" in capsys.readouterr().out

    audit.save(path, record)
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    assert main(arguments) == 3
    assert "of sample-syntax-error is not in the gradebook" in capsys.readouterr().out
    assert "not in the gradebook" in course.report("forward").read_text("utf-8")


def test_who_has_left_the_course_is_not_missed(one_graded, empty_gradebook):
    shutil.rmtree(one_graded.folder("submitted", "sample-syntax-error", "."))
    shutil.copyfile(empty_gradebook, one_graded.root / "gradebook.db")
    assert class_report.look(one_graded, "forward").unfinished == ()


RULE = """
from nbgrader.plugins import BasePlugin

class ADay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return TAKEN
"""


def test_a_rule_for_late_work_counts_whenever_it_is_given(
    one_graded, capsys, monkeypatch
):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    course, student = one_graded, "sample-syntax-error"
    came = course.folder("submitted", student, "forward") / "timestamp.txt"
    came.write_text("2026-11-05 10:00:00 UTC", "utf-8")
    arguments = ["grade", "forward", "--course", str(course.root)]
    config = course.root / "nbgrader_config.py"
    config.write_text(
        config.read_text("utf-8")
        + '\nc.AssignLatePenalties.plugin_class = "rule_for_late.ADay"\n',
        "utf-8",
    )
    assert main(arguments) == 1
    assert "nbgrader_config.py has a setting that nbgrader does not take" in (
        capsys.readouterr().err
    )

    rule = course.root / "rule_for_late.py"
    rule.write_text(RULE.replace("TAKEN", "10"), "utf-8")
    assert main(arguments) == 0
    with Gradebook(course.gradebook_url) as gradebook:
        gradebook.update_or_create_assignment("forward", duedate="2026-11-04 10:00 UTC")
    assert main(arguments) == 0
    assert "Graded 0; skipped 1" in capsys.readouterr().out
    assert "65 of 100 points" in course.feedback(student, "forward").read_text("utf-8")
    del sys.modules["rule_for_late"]
    rule.write_text(RULE.replace("TAKEN", "1 / 0"), "utf-8")
    assert main(arguments) == 1
    assert "ADay fails with ZeroDivisionError" in capsys.readouterr().err
    del sys.modules["rule_for_late"]


def test_a_report_and_an_export_bring_what_a_person_wrote(one_graded, capsys):
    course, student = one_graded, "sample-syntax-error"
    with Gradebook(course.gradebook_url) as gradebook:
        found = gradebook.find_submission("forward", student)
        found.notebooks[0].comments[0].manual_comment = "Well tried"
        gradebook.db.commit()
    page = course.feedback(student, "forward")
    assert "Well tried" not in page.read_text("utf-8")
    assert main(["report", "forward", "--course", str(course.root)]) == 0
    assert "Well tried" in page.read_text("utf-8")


def test_a_notebook_put_one_folder_too_high_is_seen(one_graded, capsys):
    folder = one_graded.folder("submitted", "karl", ".")
    folder.mkdir()
    (folder / "forward.ipynb").write_bytes(notebook("forward"))
    assert main(["grade", "forward", "--course", str(one_graded.root)]) == 0
    assert "submitted/karl/forward.ipynb lies in no" in capsys.readouterr().out


def test_grades_of_two_versions_are_told_apart(one_graded, capsys):
    path = one_graded.record("sample-syntax-error", "forward")
    record = audit.load(path)
    assert record is not None
    versions = {**record.versions, "reference": "of last year"}
    audit.save(path, replace(record, versions=versions))
    assert main(["report", "forward", "--course", str(one_graded.root)]) == 0
    said = capsys.readouterr().out
    assert "Graded by another version of the checks: 1." in said
