"""`check(...)` as a student meets it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograder
from autograder import check
from autograder.check import CheckFailed, check_namespace
from autograder.exercises import UnknownExercise, load, names
from autograder.reference import forward as reference

SOLUTION = {
    name: getattr(reference, name)
    for name in ("batchnorm_train", "update_running", "batchnorm_eval")
}


def test_check_judges_the_functions_of_the_calling_notebook():
    notebook = dict(SOLUTION, check=check)
    exec('card = check("forward")', notebook)
    assert notebook["card"].passed
    assert repr(notebook["card"]).startswith(
        "Batch normalization, forward: 100 of 100 points"
    )


def test_one_criterion_can_be_checked_alone():
    card = check_namespace("forward.epsilon", SOLUTION)
    assert [verdict.criterion for verdict in card.verdicts] == ["epsilon"]


def test_an_unknown_exercise_is_told_with_the_known_ones():
    with pytest.raises(UnknownExercise, match="Known exercises: forward"):
        check_namespace("backwards", SOLUTION)


def test_an_unknown_criterion_is_told_with_the_known_ones():
    with pytest.raises(LookupError, match="it has standardize, epsilon"):
        check_namespace("forward.esp", SOLUTION)


def wrong_train(x, gamma, beta, eps):
    return x, (x, gamma, gamma)


def test_the_card_says_the_verdict_in_words_and_marks_not_in_colour_alone():
    card = check_namespace("forward", dict(SOLUTION, batchnorm_train=wrong_train))
    text = repr(card)
    assert "✗ Each feature is standardized over the batch: not yet (0 of 20)" in text
    assert "✓ The running mean moves a step towards the batch: passed (8 of 8)" in text
    assert "Read on: What batch normalization computes, section" in text
    html = card._repr_html_()
    assert "not yet" in html and "passed" in html and "<script" not in html


def test_the_card_escapes_what_the_student_wrote():
    def batchnorm_eval(*arguments):
        raise ValueError("<script>alert(1)</script>")

    card = check_namespace("forward", dict(SOLUTION, batchnorm_eval=batchnorm_eval))
    assert "<script>" not in card._repr_html_()
    assert "&lt;script&gt;" in card._repr_html_()


def test_nbgraders_own_commands_see_an_error_without_a_traceback(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    notebook = dict(SOLUTION, batchnorm_train=wrong_train, check=check)
    with pytest.raises(CheckFailed) as failure:
        exec('check("forward.standardize")', notebook)
    assert "not yet" in failure.value._render_traceback_()[0]
    exec('check("forward.running_mean")', notebook)


def test_the_package_imports_with_numpy_alone():
    """As in the browser: nothing but NumPy and the standard library is there."""
    code = (
        "import sys, json; before = set(sys.modules); import autograder;"
        "names = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(json.dumps(sorted(names - set(sys.stdlib_module_names))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    cython = {n for n in json.loads(ran.stdout) if "cython" in n}  # NumPy's own
    assert set(json.loads(ran.stdout)) - cython == {"autograder", "numpy"}


def _markdown(path):
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join(
        "".join(c["source"]) for c in cells if c["cell_type"] == "markdown"
    )


@pytest.mark.parametrize("exercise", names())
def test_where_to_read_on_is_a_section_of_the_book(exercise):
    root = Path(autograder.__file__).parents[1]
    chapters = {}
    for path in (root / "chapters").glob("*.*"):
        lines = _markdown(path).splitlines()
        headings = [line.lstrip("# ") for line in lines if line[:1] == "#"]
        chapters[headings[0]] = set(headings)
    for criterion in load(exercise).criteria:
        chapter, _, section = criterion.read.partition(", section ")
        assert section.strip("“”") in chapters[chapter], criterion.read


@pytest.mark.parametrize("exercise", names())
def test_the_released_notebook_asks_for_exactly_what_is_graded(exercise):
    root = Path(autograder.__file__).parents[1]
    path = root / f"chapters/exercises/{exercise}/{exercise}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    judged, written = {}, {}
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade"):
            kind = written if marks["solution"] else judged
            kind[marks["grade_id"]] = ("".join(cell["source"]), marks["points"])
    asked = load(exercise)
    assert judged == {
        c.name: (f'check("{exercise}.{c.name}")', c.points) for c in asked.criteria
    }
    assert {name: points for name, (_, points) in written.items()} == {
        w.name: w.points for w in asked.written
    }


def test_the_paper_example_of_the_notebook_is_right():
    y, _ = reference.batchnorm_train(
        np.array([[1.0], [2.0], [3.0]]), np.array([2.0]), np.array([10.0]), 0.0
    )
    np.testing.assert_allclose(y[:, 0], [7.5505, 10, 12.4495], atol=5e-5)
