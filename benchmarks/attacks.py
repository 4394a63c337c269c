"""Which attacks and accidents get through: ours, stock nbgrader, otter-grader?

    python -m benchmarks.attacks [--otter-python PYTHON] [--save]

Every attack is one submission, graded next to two controls without it: the same wrong
answers, and right ones. It got through when it changes a score that it must not change.
The others check as their manuals teach: one criterion by an assertion in the notebook
(`numpy.testing.assert_allclose`), the rest by this course's installed ``check``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from benchmarks import machine
from benchmarks.attack_cases import WRONG, Attack, Result, attacks
from benchmarks.graders import Grader, Otter, Ours, Stock, Timing
from benchmarks.submissions import RIGHT, SOURCE, answered

#: How an assertion for the criterion "standardize" is written by hand.
BY_HAND = """\
x = 9 + 4 * np.random.default_rng(7).standard_normal((8, 3))
want = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
got = batchnorm_train(x, np.ones(3), np.zeros(3), 1e-5)[0]
np.testing.assert_allclose(got, want, atol=1e-7)"""


def source_by_hand(folder: Path) -> Path:
    """Write the exercise's source with the assertion in it; return its path."""
    notebook = nbformat.read(SOURCE, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "standardize":
            cell.source = BY_HAND
    path = folder / "by-hand.ipynb"
    nbformat.write(notebook, path)
    return path


def doctest(code: str) -> str:
    """Return code as a doctest that prints nothing where it passes."""
    return "\n".join(
        f">>> {line}" for line in ["import numpy as np", *code.split("\n")]
    )


def results(grader: Grader, chosen: Sequence[Attack], scratch: Path) -> dict[str, bool]:
    """Run the attacks on a grader; return which got through."""
    together = [attack for attack in chosen if not attack.alone]
    folder = scratch / f"{grader.name}-together"
    made = {"wrong": answered(WRONG), "right": answered(RIGHT)}
    made |= {f"attack-{i:02d}": a.make() for i, a in enumerate(together)}
    graded = grader.grade(_in(made, folder), folder)
    status = grader.status
    wrong, right = _controls(grader, graded)
    through = {}
    for number, attack in enumerate(together):
        scores = {"attack": graded.scores.get(f"attack-{number:02d}")}
        through[attack.name] = attack.succeeded(Result(scores, wrong, right, status))
        print(f"{grader.name}: {attack.name}: {scores} of {wrong} or {right}")
    for number, attack in enumerate(a for a in chosen if a.alone):
        folder = scratch / f"{grader.name}-{number}"
        made = {"attack": attack.make(), "classmate": answered(RIGHT)}
        scores = grader.grade(_in(made, folder), folder).scores
        result = Result({"attack": None, **scores}, wrong, right, grader.status)
        through[attack.name] = attack.succeeded(result)
        print(f"{grader.name}: {attack.name}: {scores}, status {grader.status}")
    return through


def _in(made: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Tell the attacks where the course is; guessing is not what they are about."""
    for notebook in made.values():
        for cell in notebook.cells:
            cell.source = cell.source.replace("COURSE", str(folder))
    return made


def _controls(grader: Grader, graded: Timing) -> tuple[float, float]:
    wrong, right = graded.scores.get("wrong"), graded.scores.get("right")
    if wrong is None or right is None or wrong >= right:
        raise SystemExit(
            f"{grader.name} gave {wrong} to the wrong answers and {right} to the right "
            f"ones, so nothing can be compared. It said:\n{grader.output[-3000:]}"
        )
    return wrong, right


def table(through: dict[str, dict[str, bool | None]]) -> str:
    """Return a Markdown table: a row for an attack, a column for a grader."""
    words = {True: "**yes**", False: "no", None: "–"}
    graders = list(through)
    lines = ["| got through? | " + " | ".join(graders) + " |"]
    lines.append("|---" * (len(graders) + 1) + "|")
    for attack in attacks():
        cells = [words[through[grader].get(attack.name)] for grader in graders]
        lines.append(f"| {attack.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run all attacks on all graders and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--otter-python", type=Path, metavar="PYTHON")
    parser.add_argument("--save", action="store_true", help="to benchmarks/results/")
    options = parser.parse_args()
    through: dict[str, dict[str, bool | None]] = {}
    with tempfile.TemporaryDirectory(prefix="attacks-") as name:
        scratch = Path(name)
        graders: list[Grader] = [Ours(scratch, machine.cores())]
        graders.append(Stock(scratch, source_by_hand(scratch)))
        if options.otter_python:
            tests = {"standardize": doctest(BY_HAND)}
            graders.append(Otter(options.otter_python, tests))
        else:
            print("Without otter-grader: name a Python that has it: --otter-python")
        for grader in graders:
            chosen = attacks()
            if isinstance(grader, Otter):
                chosen = [a for a in chosen if not a.notebooks_only]
            through[grader.name] = dict(results(grader, chosen, scratch))
    print("\n" + table(through))
    if options.save:
        machine.save("attacks", {**machine.facts(), "got_through": through})


if __name__ == "__main__":
    main()
