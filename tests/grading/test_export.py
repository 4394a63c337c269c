"""Grades go back to the platform they came from, each to its student or to nobody."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.grading import intake
from autograder.grading.audit import load, save
from autograder.grading.course import Course, open_course
from autograder.grading.export import PLATFORMS, run_autograder
from autograder.grading.export.table import inert

from .conftest import new_course

#: Canvas's user id, name in the download, sample; the last one needs a person.
CLASS = {
    "101": ("doejane", "sample-right-plain"),
    "102": ("=roejohn", "sample-biased-running"),
    "103": ("poeann", "sample-not-json"),
}
HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (11),Forward pass (12),Final Score
,,,,,Manual Posting,,
    Points Possible,,,,,5,50,(read only)
"Doe, Jane",101,s1,jane,A,5,,90
"Röe ""=John"", Al",102,s2,john,A,4,40,80
=HYPERLINK(),103,s3,ann,A,3,7,70
"Moe, Max",104,s4,max,A,2,,60
"Noe, Nora",105,s5,nora,A,1,EX,50
"Student, Test",106,,test,A,,,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 7,Jane Doe,jane@example.org,Submitted,,100.00,Yes,today,-,<p>Well done
Participant 8,=John,john@example.org,Submitted,50.00,100.00,Yes,today,yesterday,
Participant 9,Ann Poe,ann@example.org,Submitted,,100.00,Yes,today,-,
Participant 10,Max Moe,max@example.org,No submission,,100.00,Yes,-,-,
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, samples, empty_gradebook) -> Path:
    """Return a course graded from a zip as Canvas makes it."""
    course = new_course(tmp_path_factory.mktemp("export") / "course")
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    source = course.root.parent / "submissions.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for number, (name, sample) in CLASS.items():
            data = samples[sample].file.read_bytes()
            archive.writestr(f"{name}_{number}_9{number}_forward-1.ipynb", data)
    options = ["--course", str(course.root), "--jobs", "1", "--from", str(source)]
    assert main(["grade", "forward", *options]) == 3
    return course.root


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Course:
    """Return a copy of the graded course."""
    return open_course(shutil.copytree(graded, tmp_path / "course"))


@pytest.fixture
def export(course: Course) -> Callable[..., int]:
    def run(*arguments: object) -> int:
        words = ["export", "forward", "--course", course.root, *arguments]
        return main([str(word) for word in words])

    return run


def lines(course: Course, name: str, **options: str) -> list[list[str]]:
    data = (course.records("forward") / "export" / name).read_bytes()
    text = io.StringIO(data.decode("utf-8"), newline="")
    return list(csv.reader(text, **options))


def zip_of(course: Course, name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(course.records("forward") / "export" / name)


def came_as(course: Course, platform: str, paths: dict[str, str]) -> None:
    """Let the work have come from another platform, by Canvas's user id."""
    said = intake.load(course, "forward")
    file = course.records("forward") / ".intake/collected.json"
    data = json.loads(file.read_text("utf-8"))
    for student, origin in said.origins.items():
        path = paths[student.rsplit("_", 1)[1]]
        data["origins"][student] = {"platform": platform, "name": origin.name}
        data["origins"][student] |= {"path": path}
    file.write_text(json.dumps(data), encoding="utf-8")


def test_canvas_gets_a_new_gradebook_by_its_own_ids(course, export, capsys):
    assert export("--to", "canvas") == 3
    said = capsys.readouterr().out
    assert "Exported 2 grades" in said
    assert "poeann_103: needs a person. " in said
    assert lines(course, "canvas.csv") == [
        ["Student", "ID", "SIS Login ID", "Section", "Batch normalization, forward"],
        ["    Points Possible", "", "", "", "100"],
        ["doejane", "101", "", "", "100"],
        ["poeann", "103", "", "", ""],
        ["'=roejohn", "102", "", "", "88"],
    ]


def test_canvas_takes_the_feedback_by_the_names_of_its_download(course, export):
    export("--to", "canvas")
    with zip_of(course, "canvas-feedback.zip") as feedback:
        assert sorted(feedback.namelist()) == [
            "=roejohn_102_9102_forward.html",
            "doejane_101_9101_forward.html",
        ]
        page = feedback.read("doejane_101_9101_forward.html").decode()
    assert "100 of 100" in page


@pytest.mark.parametrize("form", ["plain", "excel"])
def test_canvas_own_gradebook_is_filled_and_nothing_else_is_taken_back(
    course, export, capsys, tmp_path, form
):
    text = GRADEBOOK
    if form == "excel":
        rows = csv.reader(io.StringIO(GRADEBOOK))
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows(rows)
        text = "\ufeff" + out.getvalue()
    file = tmp_path / "gradebook.csv"
    file.write_text(text, encoding="utf-8")
    assert export("--to", "canvas", "--into", file, "--column", "12") == 3
    said = capsys.readouterr().out
    mark = "\ufeff" if form == "excel" else ""
    delimiter = ";" if form == "excel" else ","
    assert lines(course, "canvas.csv", delimiter=delimiter) == [
        [mark + HEADER[0], *HEADER[1:], "Forward pass (12)"],
        ["", "", "", "", "", ""],
        ["    Points Possible", "", "", "", "", "50"],
        ["Doe, Jane", "101", "s1", "jane", "A", "50"],
        ['Röe "=John", Al', "102", "s2", "john", "A", "44"],
        ["'=HYPERLINK()", "103", "s3", "ann", "A", "7"],
        ["Moe, Max", "104", "s4", "max", "A", ""],
        ["Noe, Nora", "105", "s5", "nora", "A", "EX"],
        ["Student, Test", "106", "", "test", "A", ""],
    ]
    assert "scaled from 100 to 50" in said
    assert "The 7 there stays." in said
    assert "Moe, Max: handed nothing in." in said
    assert "Noe" not in said
    assert "Test" not in said


def test_work_from_elsewhere_finds_its_row_by_the_login(course, export, tmp_path):
    came_as(course, "nbgrader", dict.fromkeys(CLASS, "x/forward/forward.ipynb"))
    file = tmp_path / "gradebook.csv"
    file.write_text(GRADEBOOK.replace(",jane,", ",Doejane_101,"), encoding="utf-8")
    assert export("--to", "canvas", "--into", file, "--column", "Forward pass") == 3
    grades = {row[1]: row[-1] for row in lines(course, "canvas.csv")}
    assert (grades["101"], grades["102"]) == ("50", "40")


MOODLE = {
    "101": "Doe Jane_7_assignsubmission_file_/forward.ipynb",
    "102": "CS 1/=John_8_assignsubmission_file_forward.ipynb",
    "103": "Ann Poe_9_assignsubmission_file/forward.ipynb",
}
READ_BACK = ["Identifier", "Full name", "Grade", "Maximum Grade"]
READ_BACK += ["Last modified (grade)"]


def test_moodle_gets_a_worksheet_and_feedback_by_participant(course, export):
    came_as(course, "Moodle", MOODLE)
    assert export("--to", "moodle") == 3
    assert lines(course, "moodle.csv") == [
        READ_BACK,
        ["Participant 7", "doejane", "100", "100", "-"],
        ["Participant 9", "poeann", "", "100", "-"],
        ["Participant 8", "'=roejohn", "88", "100", "-"],
    ]
    with zip_of(course, "moodle-feedback.zip") as feedback:
        names = feedback.namelist()
    assert names == [
        "Doe Jane_7_assignfeedback_file_forward.html",
        "=John_8_assignfeedback_file_forward.html",
    ]
    # As Moodle takes a name apart: at most five pieces, the second its number.
    assert [name.split("_", 4)[1:4] for name in names] == [
        ["7", "assignfeedback", "file"],
        ["8", "assignfeedback", "file"],
    ]


def test_moodles_worksheet_is_filled_and_comments_are_left_alone(
    course, export, capsys, tmp_path
):
    came_as(course, "Moodle", MOODLE)
    file = tmp_path / "worksheet.csv"
    file.write_text(WORKSHEET, encoding="utf-8")
    assert export("--to", "moodle", "--into", file) == 3
    assert lines(course, "moodle.csv") == [
        READ_BACK,
        ["Participant 7", "Jane Doe", "100", "100.00", "-"],
        ["Participant 8", "'=John", "88", "100.00", "yesterday"],
        ["Participant 9", "Ann Poe", "", "100.00", "-"],
        ["Participant 10", "Max Moe", "", "100.00", "-"],
    ]
    assert "Max Moe: handed nothing in." in capsys.readouterr().out


def test_gradescope_gets_an_autograder_that_hands_out_the_grades(
    course, export, tmp_path
):
    paths = {number: f"a/submission_{number}/f.ipynb" for number in CLASS}
    came_as(course, "Gradescope", paths)
    assert export("--to", "gradescope") == 3
    home = tmp_path / "autograder"
    with zip_of(course, "gradescope.zip") as packed:
        assert packed.namelist()[:2] == ["setup.sh", "run_autograder"]
        assert packed.getinfo("run_autograder").external_attr >> 16 == 0o755
        packed.extractall(home / "source")

    def ask(number: str) -> subprocess.CompletedProcess[str]:
        about = json.dumps({"id": int(number), "users": []})
        (home / "submission_metadata.json").write_text(about, encoding="utf-8")
        program = str(home / "source/run_autograder")
        return subprocess.run(
            [sys.executable, "-I", program, str(home)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert ask("102").returncode == 0
    result = json.loads((home / "results/results.json").read_text("utf-8"))
    assert result["score"] == 88
    assert sum(test["score"] for test in result["tests"]) == 88
    assert sum(test["max_score"] for test in result["tests"]) == 100
    assert result["visibility"] == "after_published"
    [wrong] = [test for test in result["tests"] if not test["score"]]
    assert "divides by N" in wrong["output"]
    (home / "results/results.json").unlink()
    for nobody in ("103", "999"):
        assert ask(nobody).returncode == 1
        assert not (home / "results/results.json").exists()
    with pytest.raises(SystemExit, match="no grade yet"):
        run_autograder.main(home)


def test_members_of_a_group_with_different_points_get_none(course, export, capsys):
    came_as(course, "Gradescope", dict.fromkeys(CLASS, "submission_1/f.ipynb"))
    assert export("--to", "gradescope") == 1
    said = capsys.readouterr().err
    assert "its members differ: doejane_101 100, roejohn_102 88." in said


def test_who_was_not_graded_or_handed_in_anew_gets_nothing(course, export, capsys):
    new = course.folder("submitted", "eve_104", "forward")
    new.mkdir(parents=True)
    work = course.folder("submitted", "doejane_101", "forward") / "forward.ipynb"
    work.write_bytes(work.read_bytes() + b"\n")
    path = course.record("roejohn_102", "forward")
    known = load(path)
    assert known is not None
    assert export("--to", "canvas") == 3
    said = capsys.readouterr().out
    assert "doejane_101: handed in other work after grading. Run `" in said
    assert "eve_104: not graded yet. Run `autograder grade forward`." in said
    save(path, type(known)(**{**vars(known), "state": "started"}))
    assert export("--to", "canvas") == 1
    assert "There is no grade to export" in capsys.readouterr().err


def no_record(course: Course) -> None:
    for path in course.records("forward").glob("*.json"):
        path.unlink()


def no_origin(course: Course) -> None:
    (course.records("forward") / ".intake/collected.json").unlink()


def into(text: str | bytes) -> Callable[[Course], None]:
    def write(course: Course) -> None:
        data = text if isinstance(text, bytes) else text.encode()
        (course.root / "in.csv").write_bytes(data)

    return write


@pytest.mark.parametrize(
    ("options", "damage", "status", "said"),
    [
        ("--to canvas", no_record, 1, "no grading records"),
        ("--to canvas", no_origin, 1, "name it with --into"),
        ("--to moodle", no_origin, 1, "name it with --into"),
        ("--to moodle", None, 1, "name it with --into"),
        ("--to gradescope", None, 1, "not collected from Gradescope"),
        ("--to gradescope --into in.csv", into("x"), 2, "Leave out --into"),
        ("--to canvas --into none.csv", None, 2, "no file none.csv"),
        ("--to canvas --into in.csv", into(b"\xff\xfe\xff"), 1, "cannot be read"),
        ("--to canvas --into in.csv", into(b"\x80PNG"), 1, "cannot be read"),
        ("--to canvas --into in.csv", into(""), 1, "is empty"),
        ("--to canvas --into in.csv", into("a,b\n1,2\n"), 1, "not a gradebook"),
        ("--to canvas --into in.csv", into(WORKSHEET), 1, "not a gradebook"),
        ("--to moodle --into in.csv", into(GRADEBOOK), 1, "in English"),
        (
            "--to canvas --into in.csv --column Essays",
            into(GRADEBOOK),
            2,
            "its assignments: Essay (11), Forward pass (12)",
        ),
        (
            "--to canvas --into in.csv",
            into(GRADEBOOK.replace(",50,(", ",0,(")),
            1,
            "maximum is '0'",
        ),
        (
            "--to canvas --into in.csv",
            into("\n".join(GRADEBOOK.splitlines()[:3])),
            1,
            "is not in the file of Canvas",
        ),
        ("--to canvas --output in.csv", into(""), 2, "is not a folder"),
        ("--to canvas --output in.csv/deep", into(""), 1, "in.csv"),
    ],
)
def test_bad_input_is_answered_and_writes_nothing(
    course, export, monkeypatch, capsys, options, damage, status, said
):
    if damage is not None:
        damage(course)
    monkeypatch.chdir(course.root)
    before = sorted(course.root.rglob("*"))
    assert export(*options.split()) == status
    errors = capsys.readouterr().err
    assert errors.startswith("autograder: ")
    assert said in errors
    assert sorted(course.root.rglob("*")) == before


def test_the_command_line_offers_every_platform(capsys):
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    assert f"{{{','.join(PLATFORMS)}}}" in capsys.readouterr().out


@pytest.mark.parametrize("cell", ["=1", "+a", "-a", "@a", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell):
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-", "-1.5", "+2,5", "50%", "", "Ada", "a=1"])
def test_what_is_no_formula_stays(cell):
    assert inert(cell) == cell


def test_collecting_an_older_download_again_keeps_the_newer_origin(
    course, tmp_path, samples
):
    said = {}
    for day in ("05", "03"):
        source = tmp_path / f"{day}.zip"
        with zipfile.ZipFile(source, "w") as archive:
            name = f"ann+forward+2024-01-{day} 10:00:00 UTC/forward.ipynb"
            archive.writestr(name, f"{{}}{day}")
        intake.take_in(course, "forward", source)
        said[day] = intake.load(course, "forward").origins["ann"]
    assert said["03"] == said["05"]
    assert "2024-01-05" in said["05"].path
