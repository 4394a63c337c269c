"""A disk that is full: a sentence, and once there is room the grades are all there."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading.gradebook import open_gradebook

DISK = 3_000_000
#: Fill the disk but for so many bytes, grade, make room, grade again.
PROGRAM = """
cp -r "$1" /mnt/course && cd /mnt/course || exit 90
head -c $((`df -B1 --output=avail /mnt | tail -1` - $2)) /dev/zero > /mnt/filler
"$3" -m autograder grade forward > first.out 2> "$1/first.err"
echo $? > "$1/first"
cp -r records "$1/early"
rm /mnt/filler
"$3" -m autograder grade forward > "$1/second.out" 2>&1
echo $? > "$1/second"
cp -r records gradebook.db "$1"
"""
STUDENTS = 8


def points(course):
    with open_gradebook(course, "forward") as opened:
        return {student: row.auto for student, row in opened.rows().items()}


def seeds(records):
    """Return the seeds that are on record; what was cut short is none."""
    found = {}
    for path in records.glob("forward/*.json"):
        with contextlib.suppress(ValueError):
            found[path.stem] = json.loads(path.read_text("utf-8"))["seed"]
    return found


@pytest.mark.parametrize("room", [20_000, 150_000, 300_000])
def test_nothing_is_lost(course, hand_in, samples, grade, room, empty_gradebook):
    hand_in(*list(samples)[:STUDENTS])
    status = grade("forward", course)
    expected = points(course)
    for folder in ("records", "autograded", "feedback"):
        shutil.rmtree(course.root / folder)
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    disk = ["--dev-bind", "/", "/", "--size", str(DISK), "--tmpfs", "/mnt"]
    words = [str(course.root), str(room), sys.executable]
    subprocess.run(["bwrap", *disk, "sh", "-c", PROGRAM, "sh", *words], check=True)
    said = Path(course.root, "first.err").read_text("utf-8")
    assert Path(course.root, "first").read_text("utf-8") == "1\n"
    assert "No space left" in said or "full" in said
    assert "Traceback" not in said
    assert Path(course.root, "second").read_text("utf-8") == f"{status}\n"
    assert points(course) == expected
    drawn = seeds(course.root / "early")
    assert drawn.items() <= seeds(course.records("forward").parent).items()
