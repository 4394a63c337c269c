"""Collecting takes what learning platforms deliver, and nothing that harms."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading import delivery
from autograder.grading.collect import Collected, CollectError, collect


def notebook(code: str) -> bytes:
    """Return a notebook file that can be told from others by its code."""
    return nbformat.writes(new_notebook(cells=[new_code_cell(code, id="a")])).encode()


def pack(path: Path, files: dict[str, bytes]) -> Path:
    """Write a zip archive of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def unpack(folder: Path, files: dict[str, bytes]) -> Path:
    """Write these files below a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def collected(tmp_path: Path, files: dict[str, bytes]) -> dict[str, Collected]:
    """Collect the files as a zip and as a folder; both must agree."""
    archive = pack(tmp_path / "delivery.zip", files)
    folder = unpack(tmp_path / "delivery", files)
    one = collect(archive, tmp_path / "course", "forward")
    other = collect(folder, tmp_path / "course-2", "forward")
    assert [r.student for r in one] == [r.student for r in other]
    assert [r.problem for r in one] == [r.problem for r in other]
    assert len({r.student for r in one if r.student}) == sum(
        bool(r.student) for r in one
    )
    for result in one:
        if result.path is not None:
            assert result.path == (
                tmp_path / f"course/submitted/{result.student}/forward/forward.ipynb"
            )
    return {r.student or r.name: r for r in one}


def content(result: Collected) -> bytes:
    assert result.path is not None, result.problem
    return result.path.read_bytes()


def problem(result: Collected) -> str:
    assert result.path is None
    assert result.problem is not None
    assert result.problem.endswith(".")
    return result.problem


class TestPlatforms:
    def test_canvas_takes_the_newest_and_notes_what_is_late(
        self, tmp_path: Path
    ) -> None:
        found = collected(
            tmp_path,
            {
                "doejane_12345_67890_forward.ipynb": notebook("first"),
                "doejane_12345_67999_forward-1.ipynb": notebook("second"),
                "doejane_12345_68001_forward-10.ipynb": notebook("eleventh"),
                "doejane_12345_68000_forward-9.ipynb": notebook("tenth"),
                "roejohn_LATE_777_70001_my work (2).ipynb": notebook("late"),
            },
        )
        assert set(found) == {"doejane_12345", "roejohn_777"}
        assert content(found["doejane_12345"]) == notebook("eleventh")
        assert content(found["roejohn_777"]) == notebook("late")
        assert any("late" in note for note in found["roejohn_777"].notes)
        assert any("my work (2).ipynb" in note for note in found["roejohn_777"].notes)
        assert any("forward-9.ipynb" in note for note in found["doejane_12345"].notes)

    def test_canvas_students_of_one_name_stay_two(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "smithann_12345_67890_forward.ipynb": notebook("one"),
                "smithann_54321_67891_forward.ipynb": notebook("other"),
            },
        )
        assert content(found["smithann_12345"]) == notebook("one")
        assert content(found["smithann_54321"]) == notebook("other")

    @pytest.mark.parametrize(
        "form",
        [
            "{}_assignsubmission_file_/forward.ipynb",
            "{}_assignsubmission_file/forward.ipynb",
            "{}_assignsubmission_file_forward.ipynb",
            "CS 101 forward/{}_assignsubmission_file_/deep/er/forward.ipynb",
        ],
    )
    def test_moodle(self, tmp_path: Path, form: str) -> None:
        found = collected(
            tmp_path,
            {
                form.format("José Núñez_12345"): notebook("jose"),
                form.format("Ann-Marie O'Neil_12346"): notebook("ann"),
                form.format("Ann-Marie O'Neil_99999"): notebook("another ann"),
            },
        )
        assert content(found["José-Núñez_12345"]) == notebook("jose")
        assert content(found["Ann-Marie-O-Neil_12346"]) == notebook("ann")
        assert content(found["Ann-Marie-O-Neil_99999"]) == notebook("another ann")

    def test_moodle_student_who_wrote_only_text_is_named(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "A B_1_assignsubmission_file_/forward.ipynb": notebook("a"),
                "C D_2_assignsubmission_onlinetext_/onlinetext.html": b"<p>Hi",
            },
        )
        assert "no notebook was handed in" in problem(found["C-D_2"])

    def test_gradescope_names_students_and_times_by_its_list(
        self, tmp_path: Path
    ) -> None:
        listing = b"""---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '100200'
    :email: jane@example.org
  - :name: John Roe
    :sid: '100201'
    :email: john@example.org
  :created_at: 2024-03-01 12:30:00.123456000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
submission_12:
  :submitters:
  - :name: Ann Poe
    :email: ann@example.org
  :created_at: 2024-03-02 09:00:00 Z
"""
        found = collected(
            tmp_path,
            {
                "assignment_9_export/submission_metadata.yml": listing,
                "assignment_9_export/submission_11/forward.ipynb": notebook("pair"),
                "assignment_9_export/submission_12/hw1.ipynb": notebook("ann"),
                "assignment_9_export/submission_13/forward.ipynb": notebook("new"),
            },
        )
        assert content(found["100200"]) == content(found["100201"]) == notebook("pair")
        assert content(found["ann@example.org"]) == notebook("ann")
        assert content(found["submission_13"]) == notebook("new")
        path = found["100200"].path
        assert path is not None
        time = (path.parent / "timestamp.txt").read_text(encoding="utf-8")
        assert time == "2024-03-01 12:30:00 UTC"

    def test_gradescope_list_with_python_objects_runs_nothing(
        self, tmp_path: Path
    ) -> None:
        canary = tmp_path / "canary"
        attack = f'a: !!python/object/apply:os.system ["touch {canary}"]'.encode()
        found = collected(
            tmp_path,
            {
                "submission_metadata.yml": attack,
                "submission_1/forward.ipynb": notebook("a"),
            },
        )
        assert content(found["submission_1"]) == notebook("a")
        assert not canary.exists()

    @pytest.mark.parametrize("wrapper", ["", "submitted/", "a/b/"])
    def test_nbgrader(self, tmp_path: Path, wrapper: str) -> None:
        found = collected(
            tmp_path,
            {
                f"{wrapper}ann/forward/forward.ipynb": notebook("ann"),
                f"{wrapper}ann/forward/timestamp.txt": b"2024-01-02 03:04:05 UTC\n",
                f"{wrapper}ann/backward/backward.ipynb": notebook("other"),
                f"{wrapper}bob/forward/renamed.ipynb": notebook("bob"),
                f"{wrapper}eve/backward/backward.ipynb": notebook("eve"),
            },
        )
        assert set(found) == {"ann", "bob", "eve"}
        assert content(found["ann"]) == notebook("ann")
        assert content(found["bob"]) == notebook("bob")
        assert "belongs to another assignment" in problem(found["eve"])
        path = found["ann"].path
        assert path is not None
        assert (path.parent / "timestamp.txt").read_text() == "2024-01-02 03:04:05 UTC"
        assert not (path.parent / "original/backward.ipynb").exists()

    def test_nbgrader_exchange_counts_the_newest(self, tmp_path: Path) -> None:
        old, new = "2024-01-01 10:00:00.5 UTC", "2024-01-03 10:00:00.1 UTC"
        found = collected(
            tmp_path,
            {
                f"ann+forward+{new}+ab12/forward.ipynb": notebook("new"),
                f"ann+forward+{old}+cd34/forward.ipynb": notebook("old"),
                f"bob+backward+{old}+ef56/backward.ipynb": notebook("bob"),
            },
        )
        assert content(found["ann"]) == notebook("new")
        assert "another assignment" in problem(found["bob"])

    @pytest.mark.parametrize("wrapper", ["", "forward/", "Section 1/forward/"])
    def test_a_notebook_or_a_folder_for_each_student(
        self, tmp_path: Path, wrapper: str
    ) -> None:
        found = collected(
            tmp_path,
            {
                f"{wrapper}ann.ipynb": notebook("ann"),
                f"{wrapper}bob.ipynb": notebook("bob"),
                f"{wrapper}carol/anything at all.ipynb": notebook("carol"),
                f"{wrapper}dave/src/forward.ipynb": notebook("dave"),
            },
        )
        assert {s: content(r) for s, r in found.items()} == {
            name: notebook(name) for name in ("ann", "bob", "carol", "dave")
        }
        assert found["ann"].notes == ()
        assert any("anything at all" in note for note in found["carol"].notes)

    def test_one_student_alone(self, tmp_path: Path) -> None:
        found = collected(tmp_path, {"ann/forward.ipynb": notebook("ann")})
        assert content(found["ann"]) == notebook("ann")

    def test_system_files_are_no_students(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "__MACOSX/ann/._forward.ipynb": b"\0\5\x16\7",
                "ann/.DS_Store": b"x",
                "ann/forward.ipynb": notebook("ann"),
                "ann/.ipynb_checkpoints/forward-checkpoint.ipynb": notebook("old"),
                "bob/forward.ipynb": notebook("bob"),
            },
        )
        assert set(found) == {"ann", "bob"}
        assert content(found["ann"]) == notebook("ann")

    def test_a_browser_s_extra_suffix_is_still_a_notebook(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "ann/forward.ipynb.txt": notebook("ann"),
                "bob/forward.ipynb.json": notebook("bob"),
            },
        )
        assert content(found["ann"]) == notebook("ann")
        assert content(found["bob"]) == notebook("bob")


class TestNobodyIsLostOrMerged:
    def test_several_notebooks_and_no_right_name(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "ann/a.ipynb": notebook("a"),
                "ann/b.ipynb": notebook("b"),
                "bob/forward.ipynb": notebook("bob"),
                "bob/scratch.ipynb": notebook("scratch"),
            },
        )
        assert "a.ipynb, b.ipynb" in problem(found["ann"])
        assert content(found["bob"]) == notebook("bob")
        assert any("scratch.ipynb" in note for note in found["bob"].notes)

    def test_two_sections_are_not_two_students(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "one/ann/forward.ipynb": notebook("ann"),
                "one/bob/forward.ipynb": notebook("bob"),
                "two/carol/forward.ipynb": notebook("carol"),
            },
        )
        assert "several notebooks" in problem(found["one"])

    def test_two_sections_with_the_same_work_are_not_one_student(
        self, tmp_path: Path
    ) -> None:
        found = collected(
            tmp_path,
            {
                "one/ann/forward.ipynb": notebook("both"),
                "one/bob/forward.ipynb": notebook("both"),
                "two/carol/forward.ipynb": notebook("carol"),
            },
        )
        assert "several notebooks" in problem(found["one"])

    def test_one_students_identical_files_are_one(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "Jo Ng_11_assignsubmission_file/a/forward.ipynb": notebook("jo"),
                "Jo Ng_11_assignsubmission_file/b/forward.ipynb": notebook("jo"),
                "Al Ng_12_assignsubmission_file/copy.ipynb": notebook("al"),
                "Al Ng_12_assignsubmission_file/work.ipynb": notebook("al"),
                "Di Ng_13_assignsubmission_file/a/forward.ipynb": notebook("di"),
                "Di Ng_13_assignsubmission_file/b/forward.ipynb": notebook("other"),
            },
        )
        assert content(found["Jo-Ng_11"]) == notebook("jo")
        assert content(found["Al-Ng_12"]) == notebook("al")
        assert "several notebooks" in problem(found["Di-Ng_13"])

    def test_names_that_differ_in_signs_or_case_get_two_folders(
        self, tmp_path: Path
    ) -> None:
        found = collected(
            tmp_path,
            {
                "a b/forward.ipynb": notebook("1"),
                "a?b/forward.ipynb": notebook("2"),
                "A-B/forward.ipynb": notebook("3"),
            },
        )
        assert sorted(content(r) for r in found.values()) == [
            notebook("1"),
            notebook("2"),
            notebook("3"),
        ]
        assert len({name.casefold() for name in found}) == 3

    def test_an_accent_written_in_two_ways_is_one_student(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "Zoe\u0308/forward.ipynb": notebook("zoe"),
                "ann/forward.ipynb": notebook("ann"),
            },
        )
        assert set(found) == {"Zo\u00eb", "ann"}

    def test_what_is_not_understood_is_returned(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "class/ann.ipynb": notebook("ann"),
                "class/forward.ipynb": notebook("whose?"),
                "class/essay.pdf": b"%PDF",
                "class/more.zip": b"PK",
                "class/bob/essay.pdf": b"%PDF",
                "class/carol/work.zip": b"PK",
            },
        )
        assert "Nothing says whose" in problem(found["class/forward.ipynb"])
        assert "is not a notebook" in problem(found["class/essay.pdf"])
        assert "Collect it by itself" in problem(found["class/more.zip"])
        assert "no notebook was handed in" in problem(found["bob"])
        assert "archives inside the delivery are not unpacked" in problem(
            found["carol"]
        )

    def test_the_original_is_kept_under_its_name(self, tmp_path: Path) -> None:
        found = collected(
            tmp_path,
            {
                "ann/My Work.ipynb": notebook("ann"),
                "ann/data/x.csv": b"1,2",
                "bob/forward.ipynb": notebook("bob"),
            },
        )
        path = found["ann"].path
        assert path is not None
        original = path.parent / "original"
        assert (original / "My Work.ipynb").read_bytes() == notebook("ann")
        assert (original / "data/x.csv").read_bytes() == b"1,2"


class TestAgain:
    def test_collecting_twice_changes_nothing(self, tmp_path: Path) -> None:
        source = pack(tmp_path / "a.zip", {"ann/forward.ipynb": notebook("ann")})
        (first,) = collect(source, tmp_path, "forward")
        before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
        (second,) = collect(source, tmp_path, "forward")
        assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before
        assert first.path == second.path
        assert any("collected before" in note for note in second.notes)

    def test_new_work_replaces_old_work_and_keeps_it(self, tmp_path: Path) -> None:
        for version in ("1", "2", "3"):
            files = {"ann/forward.ipynb": notebook(version)}
            source = pack(tmp_path / "a.zip", files)
            (result,) = collect(source, tmp_path, "forward")
        assert content(result) == notebook("3")
        assert result.path is not None
        earlier = result.path.parent / "earlier"
        assert (earlier / "1.ipynb").read_bytes() == notebook("1")
        assert (earlier / "2.ipynb").read_bytes() == notebook("2")

    def test_older_work_does_not_replace_newer_work(self, tmp_path: Path) -> None:
        for day in ("05", "03"):
            files = {
                f"ann+forward+2024-01-{day} 10:00:00 UTC/forward.ipynb": notebook(day)
            }
            (result,) = collect(pack(tmp_path / "a.zip", files), tmp_path, "forward")
        assert content(result) == notebook("05")
        assert any("newer" in note for note in result.notes)

    def test_a_kill_between_the_renames_loses_nothing(self, tmp_path: Path) -> None:
        source = pack(tmp_path / "a.zip", {"ann/forward.ipynb": notebook("1")})
        collect(source, tmp_path, "forward")
        home = tmp_path / "submitted/ann/forward"
        home.rename(home.with_name(".forward.old"))
        pack(source, {"ann/forward.ipynb": notebook("2")})
        (result,) = collect(source, tmp_path, "forward")
        assert content(result) == notebook("2")
        assert (home / "earlier/1.ipynb").read_bytes() == notebook("1")

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "submitted").write_text("a file where the folder should be")
        source = pack(tmp_path / "a.zip", {"ann/forward.ipynb": notebook("ann")})
        with pytest.raises(CollectError, match="cannot be written"):
            collect(source, tmp_path, "forward")


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.create_system = 3
    return info


class TestHostile:
    """Nothing is written, and a sentence says why."""

    def refused(self, source: Path, reason: str) -> None:
        course = source.parent / "course"
        with pytest.raises(CollectError, match=reason) as caught:
            collect(source, course, "forward")
        assert str(caught.value).endswith(".")
        assert not course.exists()

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("../../evil.ipynb", "leads out of the archive"),
            ("ann/../../../evil.ipynb", "leads out of the archive"),
            ("..\\..\\evil.ipynb", "leads out of the archive"),
            ("/etc/evil.ipynb", "absolute path"),
            ("C:\\evil.ipynb", "absolute path"),
            ("\\\\server\\evil.ipynb", "absolute path"),
        ],
    )
    def test_paths_that_lead_out(self, tmp_path: Path, name: str, reason: str) -> None:
        source = pack(
            tmp_path / "a.zip", {"ann/forward.ipynb": notebook("a"), name: b"{}"}
        )
        self.refused(source, reason)

    @pytest.mark.parametrize(
        ("mode", "reason"),
        [
            (stat.S_IFLNK | 0o777, "symbolic link"),
            (stat.S_IFIFO | 0o666, "device or pipe"),
            (stat.S_IFCHR | 0o666, "device or pipe"),
        ],
    )
    def test_links_and_devices(self, tmp_path: Path, mode: int, reason: str) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(entry("ann/forward.ipynb", mode), b"/etc/passwd")
        self.refused(tmp_path / "a.zip", reason)

    def test_a_bomb(self, tmp_path: Path) -> None:
        zeros = bytes(delivery.LARGEST_FILE - 1)
        source = pack(tmp_path / "a.zip", {f"s{i}/forward.ipynb": zeros for i in "abc"})
        self.refused(source, "fill the disk")

    def test_too_much_in_total(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "LARGEST_TOTAL", 1_000)
        data = os.urandom(600)
        source = pack(tmp_path / "a.zip", {f"s{i}/a.ipynb": data for i in "ab"})
        self.refused(source, "unpacked it would take")

    def test_too_many_files(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "MOST_FILES", 3)
        files = {f"s{i}/forward.ipynb": b"{}" for i in range(4)}
        self.refused(pack(tmp_path / "a.zip", files), "more than 3 files")
        self.refused(unpack(tmp_path / "folder", files), "more than 3 files")

    @pytest.mark.parametrize("data", [b"", b"PK\3\4 but no zip", b"Rar!\x1a\7\0"])
    def test_what_is_no_zip(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "a.zip").write_bytes(data)
        self.refused(tmp_path / "a.zip", "neither a folder nor a zip")

    def test_missing_and_empty_sources(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "none.zip", "There is no")
        (tmp_path / "empty").mkdir()
        self.refused(tmp_path / "empty", "holds no files")
        self.refused(pack(tmp_path / "a.zip", {}), "holds no files")

    def test_the_submitted_folder_itself(self, tmp_path: Path) -> None:
        unpack(tmp_path / "submitted", {"ann/forward/forward.ipynb": b"{}"})
        with pytest.raises(CollectError, match="already in the course"):
            collect(tmp_path / "submitted", tmp_path, "forward")


class TestOneStudentsFaultIsNotTheClasss:
    def both(self, tmp_path: Path, source: Path, reason: str) -> None:
        found = {r.student: r for r in collect(source, tmp_path / "course", "forward")}
        assert content(found["bob"]) == notebook("bob")
        bad = [r for student, r in found.items() if student != "bob"]
        assert any(reason in problem(r) for r in bad)

    def test_a_huge_file(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(
            tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as archive:
            archive.writestr("bob/forward.ipynb", notebook("bob"))
            with archive.open("ann/forward.ipynb", "w") as file:
                for _ in range(60):
                    file.write(bytes(1_000_000))
        self.both(tmp_path, tmp_path / "a.zip", "60 MB large")

    def test_a_huge_name(self, tmp_path: Path) -> None:
        files = {
            "bob/forward.ipynb": notebook("bob"),
            f"ann/{'x' * 250}.ipynb": notebook("ann"),
        }
        self.both(tmp_path, pack(tmp_path / "a.zip", files), "name longer than")

    def test_a_very_deep_path(self, tmp_path: Path) -> None:
        files = {
            "bob/forward.ipynb": notebook("bob"),
            f"ann/{'deep/' * 300}a.ipynb": notebook("ann"),
        }
        self.both(tmp_path, pack(tmp_path / "a.zip", files), "path longer than")

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_duplicate_name(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("bob/forward.ipynb", notebook("bob"))
            archive.writestr("ann/forward.ipynb", notebook("one"))
            archive.writestr("ann/forward.ipynb", notebook("two"))
        found = collect(tmp_path / "a.zip", tmp_path / "course", "forward")
        assert [r.student for r in found] == ["ann", "bob"]
        assert found[0].problem is not None

    def test_a_file_named_like_a_folder(self, tmp_path: Path) -> None:
        files = {
            "bob/forward.ipynb": notebook("bob"),
            "ann/forward.ipynb": notebook("ann"),
            "ann/forward.ipynb/inner.ipynb": notebook("inner"),
        }
        source = pack(tmp_path / "a.zip", files)
        self.both(tmp_path, source, "")

    def test_damaged_bytes(self, tmp_path: Path) -> None:
        data = os.urandom(500)
        source = pack(
            tmp_path / "a.zip",
            {"ann/forward.ipynb": data, "bob/forward.ipynb": notebook("bob")},
        )
        whole = bytearray(source.read_bytes())
        whole[whole.index(data[100:150])] ^= 255
        source.write_bytes(bytes(whole))
        self.both(tmp_path, source, "damaged inside the archive")

    def test_an_encrypted_file(self, tmp_path: Path) -> None:
        source = pack(
            tmp_path / "a.zip",
            {"ann/forward.ipynb": b"{}", "bob/forward.ipynb": notebook("bob")},
        )
        whole = bytearray(source.read_bytes())
        # The flag "encrypted" of the first entry, in its header and in the directory.
        whole[6] |= 1
        whole[whole.index(b"PK\1\2") + 8] |= 1
        source.write_bytes(bytes(whole))
        self.both(tmp_path, source, "is encrypted")

    def test_links_in_a_folder_are_not_followed(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.ipynb"
        secret.write_bytes(notebook("secret"))
        folder = unpack(tmp_path / "in", {"bob/forward.ipynb": notebook("bob")})
        (folder / "ann").mkdir()
        (folder / "ann/forward.ipynb").symlink_to(secret)
        self.both(tmp_path, folder, "symbolic link")
        for path in (tmp_path / "course").rglob("*"):
            assert path.is_dir() or path.read_bytes() != secret.read_bytes()

    def test_pipes_in_a_folder_are_not_read(self, tmp_path: Path) -> None:
        folder = unpack(tmp_path / "in", {"bob/forward.ipynb": notebook("bob")})
        (folder / "ann").mkdir()
        os.mkfifo(folder / "ann/forward.ipynb")
        self.both(tmp_path, folder, "not a regular file")

    def test_names_that_try_to_leave_the_submitted_folder(self, tmp_path: Path) -> None:
        files = {
            "bob/forward.ipynb": notebook("bob"),
            "..._1_assignsubmission_file_/forward.ipynb": notebook("dots"),
            "~root/forward.ipynb": notebook("home"),
            "-rf/forward.ipynb": notebook("option"),
        }
        source = pack(tmp_path / "a.zip", files)
        found = collect(source, tmp_path / "course", "forward")
        submitted = tmp_path / "course/submitted"
        for result in found:
            assert result.path is not None
            assert result.path.parent.parent.parent == submitted
            assert result.student[0] not in ".-~/"
