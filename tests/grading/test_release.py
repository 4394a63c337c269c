"""The release: what students get, made from the source and from nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml

from autograder.exercises import load
from autograder.grading import release
from autograder.grading.course import Course, open_course
from autograder.grading.failure import Failure, UsageFailure

ROOT = Path(__file__).parents[2]


def notebook(path: Path):
    return nbformat.read(path, as_version=4)


def test_the_committed_releases_are_what_the_sources_give():
    assert release.drift(open_course(ROOT)) == []


def test_a_second_release_is_the_same_bytes(course: Course):
    path = course.release("forward")
    path.unlink()
    release.release(course)
    first = path.read_bytes()
    path.unlink()
    assert release.release(course) == [path]
    assert path.read_bytes() == first
    assert release.release(course) == []


def test_check_says_what_has_drifted_and_writes_nothing(course, autograder, capsys):
    path = course.release("forward")
    path.write_text("{}", encoding="utf-8")
    assert autograder("release", "--check") == 1
    assert str(path) in capsys.readouterr().out
    assert path.read_text("utf-8") == "{}"
    assert autograder("release") == 0
    assert autograder("release", "--check") == 0


def test_a_file_that_the_source_does_not_have_is_drift(course: Course):
    stray = course.release("forward").with_name("stray.txt")
    stray.write_text("left over", encoding="utf-8")
    assert release.drift(course) == [stray]
    release.release(course)
    assert not stray.exists()


def test_no_line_of_a_solution_is_in_the_release(course: Course):
    released = course.release("forward").read_text("utf-8")
    text = "\n".join(cell.source for cell in notebook(course.source("forward")).cells)
    regions = re.findall("### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)
    lines = {line.strip() for region in regions for line in region.splitlines()}
    assert len(regions) == 3
    assert [line for line in lines if len(line) > 12 and line in released] == []
    assert "SOLUTION" not in released


def test_the_release_is_clean_and_each_cell_keeps_its_id(course: Course):
    source, released = (
        notebook(path) for path in (course.source("forward"), course.release("forward"))
    )
    assert [c.id for c in released.cells] == [c.id for c in source.cells]
    for cell in released.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert "raise NotImplementedError" in cell.source or not cell.metadata.get(
                "nbgrader", {}
            ).get("solution")


def test_each_criterion_has_its_cell_with_its_points(course: Course):
    marks = [
        (cell.metadata["nbgrader"], cell.source)
        for cell in notebook(course.release("forward")).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    found = {mark["grade_id"]: (mark["points"], source) for mark, source in marks}
    assert found == {
        criterion.name: (criterion.points, f'check("forward.{criterion.name}")')
        for criterion in load("forward").criteria
    }
    assert all(mark["locked"] for mark, _ in marks)


def test_the_install_line_has_the_address_from_the_books_configuration(course: Course):
    address = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]
    released = course.release("forward").read_text("utf-8")
    assert address["url"] in released
    assert "{{" not in released


def test_a_book_without_an_address_is_refused(course: Course):
    (course.root / "_config.yml").write_text("title: no address\n", encoding="utf-8")
    with pytest.raises(Failure, match=r"repository.*url"):
        release.release(course)


def test_an_unclosed_solution_is_refused_with_nbgraders_reason(course: Course):
    path = course.source("forward")
    text = path.read_text("utf-8").replace("### END SOLUTION", "# end", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Failure, match="forward"):
        release.release(course)


def test_an_unknown_exercise_is_refused_with_the_known_ones(course: Course):
    with pytest.raises(UsageFailure, match="Exercises with a source: forward"):
        release.release(course, ["backwards"])


def test_plain_nbgrader_gives_the_same_bytes(course: Course, nbgrader: Callable):
    path = course.release("forward")
    before = path.read_bytes()
    done = nbgrader("generate_assignment", "forward", "--force")
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == before
    assert json.loads(before)["cells"]
