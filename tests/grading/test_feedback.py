"""Feedback pages: what students write is shown, and can do nothing."""

from __future__ import annotations

import html
import re
import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grading import class_run, feedback
from autograder.grading.entry import Row
from autograder.grading.feedback import page, points
from autograder.grading.markdown import to_html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[press](javascript:alert(1))",
        "![seen](https://tracker.example/pixel.png)",
        "$\\text{<script>alert(1)</script>}$",
        "$\\foo{<img src=x>}$",
        "$\\href{javascript:alert(1)}{x}$",
        "`<script>`",
        "\ue0007\ue001 and $x$",
    ],
)
def test_nothing_that_a_student_writes_is_run_or_loaded(source: str):
    shown = to_html(source)
    assert not re.search(r"<script|<img|<[^>]*\son\w+=|href=\"javascript", shown)


def test_raw_html_of_the_release_is_kept():
    source = "<details><summary>Hint</summary>Use <code>axis</code>.</details>"
    assert "<details>" in to_html(source, trusted=True)
    assert "<details>" not in to_html(source)


def test_formulas_become_mathml_and_markdown_leaves_them_alone():
    shown = to_html("With $a_1 * b_1 * c_1$ and\n\n$$\\frac{x}{\\sigma}$$\n\n`$5`")
    assert shown.count("<math") == 2
    assert "<em>" not in shown
    assert "<mfrac>" in shown
    assert "<code>$5</code>" in shown


def test_prices_are_no_formulas():
    assert "<math" not in to_html("It costs $5 and then $6.")


def test_a_page_shows_scores_comments_and_output_as_text():
    answer = new_code_cell("def f(): ...")
    answer.metadata["nbgrader"] = {"solution": True, "grade_id": "f", "grade": False}
    answer.outputs = [new_output("stream", text="<b>printed</b>\x1b[31mred\x1b[0m")]
    check = new_code_cell("check()")
    check.metadata["nbgrader"] = {"grade": True, "grade_id": "epsilon", "points": 10}
    check.outputs = [new_output("error", ename="E", evalue="<i>why</i>", traceback=[])]
    said = new_markdown_cell("<script>alert(1)</script>")
    row = Row(scores={"epsilon": 2.5}, comments={"f": "Well *done*"}, penalty=1.0)
    shown = page(new_notebook(cells=[answer, check, said]), "ada", "forward", row)
    assert "1.5 of 10 points" in shown
    assert "1 points were taken off because the work came late" in shown
    assert "<em>done</em>" in shown
    assert "&lt;b&gt;printed&lt;/b&gt;red" in shown
    assert "&lt;i&gt;why&lt;/i&gt;" in shown
    assert "<script" not in shown


def test_html_that_a_cell_displayed_is_not_shown():
    cell = new_code_cell("display(html)")
    cell.outputs = [new_output("display_data", data={"text/html": "<b>forged</b>"})]
    shown = page(new_notebook(cells=[cell]), "ada", "forward", Row())
    assert "forged" not in shown


@pytest.mark.parametrize(("value", "text"), [(7.0, "7"), (2.5, "2.5"), (None, "0")])
def test_points_have_no_needless_decimals(value, text):
    assert points(value) == text


def test_many_pages_are_written_by_several_processes_and_are_the_same(
    course, hand_in, autograder, monkeypatch, capsys
):
    students = tuple(hand_in("sample-right-plain", "sample-biased-running"))
    assert autograder("grade", "forward", "--jobs", "1") == 0
    pages = [course.feedback(student, "forward") for student in students]
    before = [path.read_bytes() for path in pages]
    monkeypatch.setattr(class_run, "MANY_PAGES", 2)
    for path in pages:
        path.unlink()
    assert autograder("grade", "forward", "--jobs", "1") == 0
    assert [path.read_bytes() for path in pages] == before
    for path in pages:
        path.unlink()
    course.autograded(students[0], "forward").write_text("{", "utf-8")
    capsys.readouterr()
    assert autograder("grade", "forward", "--jobs", "1") == 1
    said = capsys.readouterr().err
    assert "The grades are recorded" in said
    assert str(pages[0]) in said


BAD = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "shown",
    [
        lambda: to_html("$" + r"\text{" * 50_000 + "$" + BAD),
        lambda: to_html("$" + r"\text{" * 3_000 + "$" + BAD),
        lambda: feedback.code("'" + r"\N{" * 50_000 + BAD),
    ],
    ids=["text", "formula", "code"],
)
def test_what_would_take_minutes_to_show_is_shown_plainly(shown):
    began = time.monotonic()
    assert html.escape(BAD) in shown()
    assert time.monotonic() - began < 2
