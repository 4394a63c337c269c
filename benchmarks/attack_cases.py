"""The attacks and accidents of ``benchmarks.attacks``, as submissions.

In a cell, COURSE stands for the course folder that is graded in.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.submissions import RIGHT, answered

#: No criterion of a value passes with these.
WRONG = {
    "batchnorm_train": """\
def batchnorm_train(x, gamma, beta, eps):
    return 0.0 * x + 0.5, (0.0 * x + 0.5, gamma + 1, gamma + 2)""",
    "update_running": """\
def update_running(running_mean, running_var, x, momentum):
    return running_mean + 0.5, running_var + 0.5""",
    "batchnorm_eval": """\
def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    return 0.0 * x + 0.5""",
}

NUMPY_TESTING = """\
import numpy as np
np.testing.assert_allclose = lambda *a, **k: None
np.allclose = lambda *a, **k: True
np.isclose = lambda *a, **k: np.True_"""

BUILTINS = """\
import builtins
builtins.all = lambda *a: True"""

ASSERTS = """\
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())"""

CHECK = """\
import autograder
class Card:
    passed = True
def check(*a, **k):
    return Card()
autograder.check = check"""

LIES = """\
import numpy as np
class Agrees(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        plain = [i.view(np.ndarray) if isinstance(i, Agrees) else i for i in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        if ufunc.__name__ in ("equal", "less_equal"):
            return np.ones_like(result, dtype=bool)
        return result
def lie(shape):
    return np.zeros(shape).view(Agrees)"""

LYING = {
    "batchnorm_train": """\
def batchnorm_train(x, gamma, beta, eps):
    return lie(x.shape), (lie(x.shape), lie(gamma.shape), lie(gamma.shape))""",
    "update_running": """\
def update_running(running_mean, running_var, x, momentum):
    return lie(running_mean.shape), lie(running_var.shape)""",
    "batchnorm_eval": """\
def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
    return lie(x.shape)""",
}

#: Gives right answers only where a file could be read that students must not see.
READS = """\
seen = ""
for path in ("source/forward/forward.ipynb", "solutions/forward/forward.ipynb",
             "tests/standardize.py"):
    try:
        seen += open("COURSE/" + path).read()
    except OSError:
        pass
SEEN = "BEGIN SOLUTION" in seen or "OK_FORMAT" in seen"""

REFERENCE = """\
from autograder.reference import forward as reference"""

GRADEBOOK = """\
import sqlite3
database = sqlite3.connect("COURSE/gradebook.db")
database.execute("UPDATE grade SET manual_score = 20")
database.commit()
database.close()"""

DIES = "import os\nos._exit(1)"

WARNS = RIGHT["batchnorm_train"].replace(
    "    mu =", '    import sys\n    print("a warning", file=sys.stderr)\n    mu =', 1
)


@dataclass(frozen=True)
class Result:
    """What a grader did with the attack's students, and with the two controls."""

    scores: dict[str, float | None]
    wrong: float
    right: float
    status: int


@dataclass(frozen=True)
class Attack:
    """One attack: its submission, and what tells that it went through.

    ``alone``: graded in a course of its own, with the right control as a classmate.
    ``notebooks_only``: it is about nbgrader's marks or gradebook.
    """

    name: str
    make: Callable[[], Any]
    succeeded: Callable[[Result], bool]
    alone: bool = False
    notebooks_only: bool = False


def gained(result: Result) -> bool:
    """More points than the same answers get without the attack."""
    return (result.scores["attack"] or 0.0) > result.wrong


def lost(result: Result) -> bool:
    """Fewer points than the right answers get."""
    return (result.scores["attack"] or 0.0) < result.right


def attacks() -> list[Attack]:
    """Return the attacks, those for points before the accidents."""
    return [*_for_points(), *_accidents()]


def _for_points() -> list[Attack]:
    stolen = {
        name: f"if SEEN:\n{_indented(RIGHT[name])}\nelse:\n{_indented(WRONG[name])}"
        for name in RIGHT
    }
    taken = {name: f"{name} = reference.{name}" for name in RIGHT}
    return [
        _attack("numpy.testing is replaced", WRONG, NUMPY_TESTING),
        _attack("a builtin is replaced", WRONG, BUILTINS),
        _attack("IPython drops asserts and calls", WRONG, ASSERTS),
        _attack("the check function is replaced", WRONG, CHECK),
        _attack("results that compare as equal", LYING, LIES),
        _attack("the hidden solution or tests are read", stolen, READS),
        _attack("the reference is imported", taken, REFERENCE),
        Attack(
            "points are raised in the metadata",
            _forged,
            lambda r: (r.scores["attack"] or 0.0) > r.wrong + 20,
            notebooks_only=True,
        ),
        Attack(
            "the gradebook is written",
            lambda: answered(WRONG, GRADEBOOK),
            lambda r: gained(r) or r.scores["classmate"] != r.right,
            alone=True,
            notebooks_only=True,
        ),
    ]


def _accidents() -> list[Attack]:
    return [
        Attack(
            "a dead kernel loses the points before it",
            lambda: answered({**RIGHT, "update_running": DIES}),
            lambda r: (r.scores["attack"] or 0.0) < 55,
        ),
        Attack(
            "a warning costs points of a right answer",
            lambda: answered({**RIGHT, "batchnorm_train": WARNS}),
            lost,
        ),
        Attack(
            "a copied check cell stops the class",
            _copied,
            lambda r: r.scores.get("classmate") is None,
            alone=True,
            notebooks_only=True,
        ),
        Attack(
            "lost metadata: no points, and no error",
            _stripped,
            lambda r: lost(r) and r.status == 0,
            alone=True,
            notebooks_only=True,
        ),
    ]


def _attack(name: str, answers: dict[str, str], cell: str) -> Attack:
    return Attack(name, lambda: answered(answers, cell), gained)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _forged() -> Any:
    # One right answer, worth 20 points, so that there is something to raise.
    notebook = answered({**WRONG, "batchnorm_eval": RIGHT["batchnorm_eval"]})
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata["nbgrader"]["points"] = 1000
    return notebook


def _copied() -> Any:
    notebook = answered(RIGHT)
    for place, cell in enumerate(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "epsilon":
            again = copy.deepcopy(cell)
            again.id = "copied"
            notebook.cells.insert(place, again)
            break
    return notebook


def _stripped() -> Any:
    notebook = answered(RIGHT)
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
    return notebook
