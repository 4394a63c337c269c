"""The audit record: it comes back as it was written, and its seed stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from autograder.exercises import load
from autograder.grading import audit, class_report, handed_in
from autograder.grading.audit import Record
from autograder.grading.failure import Failure
from autograder.verdict import Verdict

VERDICTS = (
    Verdict("a", "A", "passed", 20, 20, ""),
    Verdict("b", "B", "failed", 0, 10, "Wrong: “ä” ≠ \\x", ("slip",), "Definition"),
)
RECORD = Record("forward", "ada", "forward.ipynb", "0" * 64, 2**63 - 1, "graded")


def test_a_record_comes_back_as_it_was_saved(tmp_path: Path):
    record = Record(
        **{**vars(RECORD), "verdicts": list(VERDICTS), "person": ["See the end."]},
    )
    audit.save(tmp_path / "ada.json", record)
    assert audit.load(tmp_path / "ada.json").to_json() == record.to_json()
    assert tuple(audit.load(tmp_path / "ada.json").verdicts) == VERDICTS
    assert record.points == 20
    assert record.slips == ["slip"]


@pytest.mark.parametrize(
    "damage", ["", "{", '{"format": 99}', "[]", "\x00", '{"a": 1}']
)
def test_a_damaged_record_counts_as_none(tmp_path: Path, damage: str):
    path = tmp_path / "ada.json"
    path.write_text(damage, encoding="utf-8")
    assert audit.load(path) is None


def test_the_seed_is_kept_for_the_same_notebook_and_drawn_anew_for_another(tmp_path):
    path = tmp_path / "forward.ipynb"
    path.write_bytes(b"one")
    first = audit.start(None, "forward", "ada", path)
    assert audit.start(first, "forward", "ada", path).seed == first.seed
    path.write_bytes(b"two")
    second = audit.start(first, "forward", "ada", path)
    assert second.seed != first.seed
    assert second.sha256 != first.sha256


def test_where_a_person_is_needed_and_nothing_was_attempted_there_are_no_points():
    nothing = [Verdict("a", "A", "not attempted", 0, 20, "Nothing there.")]
    unread = Record(**{**vars(RECORD), "verdicts": nothing, "person": ["Not JSON."]})
    assert unread.grades == {"a": None}
    lazy = Record(**{**vars(RECORD), "verdicts": nothing})
    assert lazy.grades == {"a": 0.0}


def test_the_reference_is_named_by_its_content():
    versions = audit.versions(load("forward"))
    assert versions == audit.versions(load("forward"))
    assert len(versions["reference"]) == 64


def test_an_assignment_without_records_says_what_to_do(tmp_path: Path):
    with pytest.raises(Failure, match="autograder grade"):
        audit.load_all(tmp_path)


def test_a_file_of_any_name_can_be_graded_and_named(tmp_path: Path) -> None:
    names = [b"\xff\x1b[31m.ipynb", b"2.ipynb"]
    folder = tmp_path / "ada"
    folder.mkdir()
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + names[0]))
    path.write_bytes(b"{}")
    found, repairs, _ = handed_in.notebook(folder, "forward")
    assert found == path and "\x1b" not in repairs[0]
    audit.save(tmp_path / "ada.json", audit.start(None, "forward", "ada", path))
    assert audit.load_all(tmp_path)
    (folder / "2.ipynb").write_bytes(b"{}")
    _, _, (reason,) = handed_in.notebook(folder, "forward")
    assert "\x1b" not in reason and reason.encode()


@pytest.mark.parametrize("text", [b"9" * 10**6, b"\xff\xfe", b"9" * 90, b""])
def test_what_is_no_time_is_told_soon(text: bytes, tmp_path: Path) -> None:
    (tmp_path / handed_in.TIME_FILE).write_bytes(text)
    began = time.monotonic()
    when, reasons = handed_in.time(tmp_path)
    assert when is None and "no time that can be read" in reasons[0]
    assert time.monotonic() - began < 2


def test_the_summary_commands_no_terminal() -> None:
    told = ["for\x1b[31mward.ipynb \udcff has a name with control characters."]
    text = class_report.Seen(load("forward"), (), tuple(told)).text()
    assert "control characters" in text
    assert "\x1b" not in text and text.encode()
