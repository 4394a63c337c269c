"""Plain nbgrader commands in the course folder: the same scores, the same sentences."""

from __future__ import annotations

import html
import re

from autograder.exercises import load
from autograder.grading import audit
from autograder.grading.gradebook import open_gradebook

CHOSEN = (
    "sample-right-plain",
    "sample-two-mistakes",
    "sample-copied-check",
    "sample-not-json",
)


def rows(course):
    with open_gradebook(course, "forward") as gradebook:
        return gradebook.rows()


def test_nbgrader_and_the_command_line_give_the_same_grades_and_feedback(
    course, hand_in, nbgrader, autograder
):
    chosen = hand_in(*CHOSEN)
    for arguments in (
        ("generate_assignment", "forward", "--force"),
        ("autograde", "forward"),
        ("generate_feedback", "forward"),
    ):
        done = nbgrader(*arguments)
        assert done.returncode == 0, done.stderr
    theirs = rows(course)
    records = {s: audit.load(course.record(s, "forward")) for s in chosen}
    pages = {s: course.feedback(s, "forward").read_text("utf-8") for s in chosen}
    for student, sample in chosen.items():
        assert theirs[student].score == (sample.points or 0), student
        assert theirs[student].needs_person == sample.needs_person, student
    assert_the_sentence_is_there(pages["sample-two-mistakes"])

    assert autograder("grade", "forward") == 3
    assert rows(course) == theirs, "what nbgrader recorded is skipped, not replaced"
    assert autograder("grade", "forward", "--force") == 3
    assert rows(course) == theirs
    for student, before in records.items():
        after = audit.load(course.record(student, "forward"))
        assert after.seed == before.seed
        assert tuple(after.verdicts) == tuple(before.verdicts)
        assert list(after.repairs) == list(before.repairs)
        page = course.feedback(student, "forward").read_text("utf-8")
        assert page == pages[student]


def assert_the_sentence_is_there(page: str) -> None:
    slips = {slip.name: slip.sentence for slip in load("forward").slips}
    assert slips["running-variance-biased"] in html.unescape(page)
    assert not re.search(r"<script|<link|<img", page)
