"""Every command, given what it cannot use: a sentence, a status, and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from autograder import sandbox
from autograder.cli import main
from autograder.grading import class_run, files
from autograder.sandbox import SandboxUnavailable


def state(root: Path) -> dict[Path, bytes]:
    """Return all files that are there, but for the lock."""
    return {
        path: path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def no_submission(root: Path) -> None:
    pass


def empty_submitted(root: Path) -> None:
    (root / "submitted").mkdir()


def no_release(root: Path) -> None:
    shutil.rmtree(root / "chapters")


def damaged_release(root: Path) -> None:
    (root / "chapters/exercises/forward/forward.ipynb").write_text("{", "utf-8")


def other_points(root: Path) -> None:
    path = root / "chapters/exercises/forward/forward.ipynb"
    path.write_text(path.read_text("utf-8").replace('"points": 20', '"points": 99'))


def folder_of_no_name(root: Path) -> None:
    hand_in(root)
    os.rename(root / "submitted" / "ada", os.fsencode(root / "submitted") + b"/a\xff")


def no_config(root: Path) -> None:
    (root / "nbgrader_config.py").unlink()


def broken_config(root: Path) -> None:
    (root / "nbgrader_config.py").write_text("c = get_config(\n", encoding="utf-8")


def damaged_gradebook(root: Path) -> None:
    hand_in(root)
    (root / "gradebook.db").write_bytes(b"this is no database" * 200)


def gradebook_is_a_folder(root: Path) -> None:
    hand_in(root)
    (root / "gradebook.db").unlink()
    (root / "gradebook.db").mkdir()


def hostile_zip(root: Path) -> None:
    with zipfile.ZipFile(root / "class.zip", "w") as archive:
        archive.writestr("../../outside.ipynb", "{}")


def not_a_zip(root: Path) -> None:
    (root / "class.zip").write_bytes(b"PK but not really")


def hand_in(root: Path) -> None:
    folder = root / "submitted/ada/forward"
    folder.mkdir(parents=True)
    source = root / "solutions/forward/forward.ipynb"
    shutil.copyfile(source, folder / "forward.ipynb")


@pytest.mark.parametrize(
    ("command", "damage", "status", "said"),
    [
        ("grade forward", no_submission, 1, "no submission for 'forward'"),
        ("grade forward", empty_submitted, 1, "no submission for 'forward'"),
        ("grade forward", no_release, 1, "autograder release forward"),
        ("grade forward", damaged_release, 1, "cannot be read"),
        ("grade forward", other_points, 1, "points"),
        ("grade forward", no_config, 2, "not a course folder"),
        ("grade forward", broken_config, 1, "does not load"),
        ("grade forward", damaged_gradebook, 1, "is damaged"),
        ("grade forward", folder_of_no_name, 1, "has a name that is no text"),
        ("grade forward", gradebook_is_a_folder, 1, "cannot be used"),
        ("grade backwards", no_submission, 2, "Known exercises: forward"),
        ("grade forward --student eve", hand_in, 2, "no submission of eve"),
        ("grade forward --course nowhere", no_submission, 2, "no folder nowhere"),
        ("grade forward --from nowhere.zip", no_submission, 2, "nowhere.zip"),
        ("grade forward --from class.zip", hostile_zip, 1, "outside.ipynb"),
        ("grade forward --from class.zip", not_a_zip, 1, "class.zip"),
        ("regrade forward", no_submission, 1, "no grading records"),
        ("regrade backwards", no_submission, 2, "Known exercises: forward"),
        ("report forward", no_submission, 1, "no grading records"),
        ("report forward", no_config, 2, "not a course folder"),
        ("report backwards", no_submission, 2, "Known exercises: forward"),
        ("check nothing.ipynb", no_submission, 2, "no file nothing.ipynb"),
        ("check _config.yml --exercise x", no_submission, 2, "Known exercises"),
        ("check _config.yml", no_submission, 2, "Say so with --exercise"),
        (
            "check _config.yml --exercise forward",
            no_release,
            1,
            "autograder release forward",
        ),
        ("release backwards", no_submission, 2, "Exercises with a source: forward"),
        ("release", no_config, 2, "not a course folder"),
        ("sample-class chapters", no_submission, 2, "not an empty folder"),
        ("sample-class new", no_release, 1, "autograder release"),
    ],
)
def test_bad_input_is_answered_and_changes_nothing(
    course, monkeypatch, capsys, command, damage, status, said
):
    damage(course.root)
    before = state(course.root)
    monkeypatch.chdir(course.root)
    assert main(command.split()) == status
    errors = capsys.readouterr().err.strip()
    assert said in errors
    assert errors.startswith("autograder: ")
    assert "Traceback" not in errors
    after = state(course.root)
    assert {path: after.get(path) for path in before} == before
    assert not (course.root.parent / "outside.ipynb").exists()


@pytest.mark.parametrize(
    "arguments",
    ["", "grade", "grade forward --jobs 0", "grade forward --jobs x", "paint", "check"],
)
def test_arguments_that_make_no_sense_are_usage_errors(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments.split())
    assert stopped.value.code == 2
    assert "usage: autograder" in capsys.readouterr().err


def test_help_documents_every_exit_status(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert all(f"\n  {status}  " in said for status in range(4))


def test_without_a_sandbox_grading_refuses(course, autograder, monkeypatch, capsys):
    hand_in(course.root)

    def unavailable(unsandboxed: bool = False) -> str:
        raise SandboxUnavailable("There is no bubblewrap. Install it.")

    monkeypatch.setattr(sandbox, "level", unavailable, raising=False)
    before = state(course.root)
    for command in ("grade forward", "check submitted/ada/forward/forward.ipynb"):
        assert autograder(*command.split()) == 1
        assert "Install it." in capsys.readouterr().err
    assert state(course.root) == before


def test_no_permission_names_the_file_and_what_to_do(
    course, autograder, monkeypatch, capsys
):
    hand_in(course.root)

    def refuse(path: Path, text: str) -> None:
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr(files, "write", refuse)
    assert autograder("grade", "forward") == 1
    said = capsys.readouterr().err
    assert "Permission denied" in said
    assert "ada.json" in said


def test_a_gradebook_locked_while_grading_is_named_and_the_next_run_goes_on(
    course, autograder, monkeypatch, capsys
):
    hand_in(course.root)
    other = sqlite3.connect(course.root / "gradebook.db")
    grade = class_run._Run.grade

    def lock_first(self, tasks, jobs):
        other.execute("BEGIN EXCLUSIVE")
        return grade(self, tasks, jobs)

    with monkeypatch.context() as patched:
        patched.setattr(class_run._Run, "grade", lock_first)
        assert autograder("grade", "forward") == 1
    assert "locked by another program" in capsys.readouterr().err
    other.rollback()
    other.close()
    assert autograder("grade", "forward") == 0


def test_a_notebook_that_stops_the_grader_itself_goes_to_a_person(
    course, autograder, capsys
):
    hand_in(course.root)
    release = course.release("forward")
    # A folder by the notebook's name cannot be read by anything.
    (course.root / "submitted/eve/forward/forward.ipynb").mkdir(parents=True)
    assert release.is_file()
    assert autograder("grade", "forward") == 3
    said = capsys.readouterr().out
    assert "1 needs a person" in said
    assert "eve: There is no notebook in the folder" in said


def test_check_prints_the_verdicts_and_touches_no_gradebook(
    course, autograder, samples, capsys
):
    (course.root / "gradebook.db").unlink()
    file = samples["sample-biased-running"].file
    assert autograder("check", file, "--seed", 7) == 0
    first = capsys.readouterr().out
    assert "88 of 100 points" in first
    assert "seed 7" in first
    assert autograder("check", file, "--seed", 7) == 0
    assert capsys.readouterr().out == first
    assert not (course.root / "gradebook.db").exists()
    assert not (course.root / "records").exists()
    renamed = course.root / "homework.ipynb"
    renamed.write_bytes(file.read_bytes())
    assert autograder("check", renamed, "--seed", 7) == 0
    assert capsys.readouterr().out == first
    assert autograder("check", samples["sample-not-json"].file) == 3
    unread = capsys.readouterr().out
    assert "Needs a person: The file is not a notebook" in unread
    assert "NotImplementedError" not in unread
    assert "0 of 100" not in unread
