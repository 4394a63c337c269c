"""The sample class is made up, always the same, and right about its outcomes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.exercises import load
from autograder.grading.collect import collect
from autograder.grading.grade import student_cells
from autograder.grading.repair import repair
from autograder.grading.sample_class import (
    Sample,
    make_sample_class,
    write_canvas_zip,
)
from autograder.implementation import LocalImplementation
from autograder.judge import judge

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions/forward/forward.ipynb"
RELEASE = ROOT / "chapters/exercises/forward/forward.ipynb"
#: These do harm when they are run outside of the sandbox.
HARMFUL = {"sample-never-ends", "sample-dies", "sample-kills-its-kernel"}
FUNCTIONS = ("batchnorm_train", "update_running", "batchnorm_eval")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    return make_sample_class(
        load("forward"), SOLUTION, RELEASE, tmp_path_factory.mktemp("class")
    )


def test_every_shape_of_submission_is_there(samples: list[Sample]) -> None:
    names = {sample.student for sample in samples}
    assert len(names) == len(samples) >= 24
    assert all(name.startswith("sample-") for name in names)
    assert sum("right" in name for name in names) >= 5
    assert names >= {
        "sample-not-attempted",
        "sample-syntax-error",
        "sample-raises",
        "sample-never-ends",
        "sample-kills-its-kernel",
        "sample-floods",
        "sample-warns",
        "sample-deleted-check",
        "sample-copied-check",
        "sample-edited-check",
        "sample-stripped",
        "sample-colab",
        "sample-renamed",
        "sample-not-json",
    }
    assert len({s.points for s in samples}) >= 8


def test_the_same_class_is_made_each_time(
    samples: list[Sample], tmp_path: Path
) -> None:
    again = make_sample_class(load("forward"), SOLUTION, RELEASE, tmp_path)
    assert [s.student for s in again] == [s.student for s in samples]
    for one, other in zip(samples, again, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()
        assert one.file.name == other.file.name
    archives = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for archive, some in zip(archives, (samples, again), strict=True):
        write_canvas_zip(some, archive)
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_the_folders_are_nbgrader_s(samples: list[Sample]) -> None:
    for sample in samples:
        assert sample.file.parent.name == "forward"
        assert sample.file.parent.parent.name == sample.student
        assert (sample.file.parent / "timestamp.txt").is_file()
    renamed = [s.student for s in samples if s.file.name != "forward.ipynb"]
    assert renamed == ["sample-renamed"]


def test_a_person_is_needed_exactly_where_the_samples_say(
    samples: list[Sample],
) -> None:
    release = nbformat.read(RELEASE, as_version=4)
    for sample in samples:
        result = repair(sample.file.read_bytes(), release)
        nbformat.validate(result.notebook)
        assert bool(result.needs_person) == sample.needs_person, sample.student
        assert (sample.points is None) <= sample.needs_person


def test_the_judge_gives_the_points_that_the_samples_say(
    samples: list[Sample],
) -> None:
    release = nbformat.read(RELEASE, as_version=4)
    released = {cell.source for cell in release.cells}
    for sample in samples:
        if sample.student in HARMFUL:
            continue
        notebook = repair(sample.file.read_bytes(), release).notebook
        cells = [notebook.cells[place].source for place in student_cells(notebook)]
        own = [text for text in cells if text not in released and _is_work(text)]
        verdicts = judge(load("forward"), LocalImplementation(_run(own)), seed=11)
        lost = [v.criterion for v in verdicts if v.status != "passed"]
        assert sorted(lost) == sorted(sample.lost), sample.student
        points = sum(v.points for v in verdicts)
        assert points == (sample.points or 0), sample.student


def _is_work(text: str) -> bool:
    return "def " in text


def _run(sources: list[str]) -> dict[str, Any]:
    namespace: dict[str, Any] = {"np": np}
    for source in sources:
        try:
            exec(source, namespace)
        except SyntaxError:
            continue
    return namespace


def test_the_points_are_those_of_the_criteria(samples: list[Sample]) -> None:
    points = {c.name: c.points for c in load("forward").criteria}
    for sample in samples:
        assert set(sample.lost) <= set(points)
        if sample.points is not None:
            kept = sum(v for name, v in points.items() if name not in sample.lost)
            assert sample.points == kept


def test_a_canvas_download_of_the_class_is_collected(
    samples: list[Sample], tmp_path: Path
) -> None:
    write_canvas_zip(samples, tmp_path / "submissions.zip")
    found = collect(tmp_path / "submissions.zip", tmp_path, "forward")
    by_name = {result.name: result for result in found}
    assert set(by_name) == {sample.student for sample in samples}
    for sample in samples:
        path = by_name[sample.student].path
        assert path is not None
        assert path.read_bytes() == sample.file.read_bytes()
    notes = Counter(note for result in found for note in result.notes if "late" in note)
    assert sum(notes.values()) == 1


def test_the_class_as_nbgrader_folders_is_collected(
    samples: list[Sample], tmp_path: Path
) -> None:
    folder = samples[0].file.parents[2]
    found = collect(folder, tmp_path, "forward")
    assert {result.student for result in found} == {s.student for s in samples}
    assert all(result.problem is None for result in found)


def test_other_students_in_the_folder_stay(tmp_path: Path) -> None:
    other = tmp_path / "ann/forward/forward.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text("hers")
    make_sample_class(load("forward"), SOLUTION, RELEASE, tmp_path)
    assert other.read_text() == "hers"
