"""Hundreds of damaged notebooks: restored as they were, or shown to a person."""

from __future__ import annotations

import ast
import copy
import json
import random
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import nbformat
import pytest
from nbgrader.preprocessors import CheckCellMetadata

from autograder.grading import sample_code
from autograder.grading.repair import Repaired, repair
from autograder.grading.source_code import defined, definition, parse, tidy
from tests.grading.damages import DAMAGES, LATE, Raw, code_cell, marks_of
from tests.grading.release_notebook import release_notebook, solved

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "chapters/exercises/forward/forward.ipynb"
FUNCTIONS = ("batchnorm_train", "update_running", "batchnorm_eval")
#: Damage after which nobody can know what the student wrote.
LOST = {"delete_solution", "clear_solution", "cut_the_file_off", "write_an_old_format"}
#: Damage after which two answers stand side by side.
AMBIGUOUS = {"copy_solution_and_change_it"}
SINGLE, DOUBLE = 3, 500


@dataclass
class Case:
    """An undamaged submission, what was done to it, and what repair made of it."""

    names: tuple[str, ...]
    base: Raw
    release: nbformat.NotebookNode
    result: Repaired

    @cached_property
    def fault(self) -> str:
        return wrong(self)

    @property
    def restored(self) -> bool:
        return not self.result.needs_person and not self.fault


def written(release: nbformat.NotebookNode, texts: dict[str, str], own: str) -> Raw:
    """Return a submission with these functions and one cell of the student's own."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = texts.get(name, cell.source)
    raw: Raw = json.loads(nbformat.writes(notebook))
    for cell in raw["cells"]:
        cell["source"] = "".join(cell["source"])
    at = next(i for i, c in enumerate(raw["cells"]) if c.get("id") == "batchnorm_train")
    if own:
        raw["cells"].insert(at, code_cell(own))
    return raw


def bases() -> list[tuple[Raw, nbformat.NotebookNode]]:
    """Return undamaged submissions in several styles, each with its release."""
    real = nbformat.read(RELEASE, as_version=4)
    styles = [
        ("plain", "plain", "plain", ""),
        ("columns", "step", "folded", sample_code.HELPER),
        ("loops", "loops", "loops", "import math\nN = 4"),
        ("wrong-axis", "keras-momentum", "batch-statistics", "# scratch"),
    ]
    train = sample_code.RIGHT_TRAIN | sample_code.WRONG_TRAIN
    running = sample_code.RIGHT_RUNNING | sample_code.WRONG_RUNNING
    evaluate = sample_code.RIGHT_EVAL | sample_code.WRONG_EVAL
    found = [
        (
            written(
                real,
                {
                    "batchnorm_train": f"import math\n\n{train[one]}\n\nprint('done')",
                    "update_running": running[two],
                    "batchnorm_eval": f"# my comment\n{evaluate[three]}",
                },
                own,
            ),
            real,
        )
        for one, two, three, own in styles
    ]
    small = json.loads(nbformat.writes(solved()))
    for cell in small["cells"]:
        cell["source"] = "".join(cell["source"])
    return [*found, (small, release_notebook())]


def run(
    base: Raw, release: nbformat.NotebookNode, names: tuple[str, ...], seed: str
) -> Case:
    raw, rng = copy.deepcopy(base), random.Random(seed)
    data: bytes | None = None
    for name in names:
        data = DAMAGES[name](raw, rng)
    data = json.dumps(raw).encode() if data is None else data
    return Case(names, base, release, repair(data, release))


@pytest.fixture(scope="module")
def corpus() -> list[Case]:
    """Every damage alone, several times, and random pairs of damages."""
    cases = [
        run(base, release, (name,), f"{name} {number} {turn}")
        for number, (base, release) in enumerate(bases())
        for name in DAMAGES
        for turn in range(SINGLE)
    ]
    rng = random.Random("pairs")
    first = [name for name in DAMAGES if name not in LATE]
    known = bases()
    for number in range(DOUBLE):
        base, release = known[number % len(known)]
        pair = (rng.choice(first), rng.choice(list(DAMAGES)))
        cases.append(run(base, release, pair, f"pair {number}"))
    return cases


def wrong(case: Case) -> str:
    """Say what in the result differs from the undamaged notebook, or nothing."""
    undamaged = {marks_of(c).get("grade_id"): c for c in case.base["cells"]}
    code = [c.source for c in case.result.notebook.cells if c.cell_type == "code"]
    for cell in case.result.notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        before = undamaged.get(marks.get("grade_id"))
        if not marks.get("solution") or before is None:
            continue
        name = marks["grade_id"]
        if name not in FUNCTIONS:
            if tidy(cell.source) != tidy(before["source"]):
                return f"the answer {name}"
            continue
        meant = definition(before["source"], name)
        if definition(cell.source, name) != meant:
            return f"the cell of {name}"
        last = [text for text in code if defined(text, (name,))][-1]
        if definition(last, name) != meant:
            return f"what {name} means when the notebook has run"
    return missing_statements(case, code)


def missing_statements(case: Case, code: list[str]) -> str:
    """Say which of the student's statements the result has lost, or nothing."""
    now = {line for text in code for line in statements(text)}
    released = {x for c in case.release.cells for x in statements(c.source)}
    for cell in case.base["cells"]:
        if cell["cell_type"] != "code":
            continue
        for statement in statements(cell["source"]):
            if statement not in now and statement not in released:
                return f"the statement {statement[:80]}"
    return ""


@cache
def statements(source: str) -> list[str]:
    tree = parse(source)
    if tree is None:
        return []
    return [ast.unparse(node) for node in tree.body]


def test_the_corpus_is_large_and_covers_every_damage(corpus: list[Case]) -> None:
    assert len(corpus) >= 500
    counts = Counter(name for case in corpus for name in case.names)
    assert set(counts) == set(DAMAGES)
    assert min(counts.values()) >= SINGLE


def test_no_notebook_is_restored_wrongly(corpus: list[Case]) -> None:
    faults = [
        (case.names, case.fault)
        for case in corpus
        if not case.result.needs_person and case.fault
    ]
    assert faults == []


def test_what_can_be_restored_is_restored(corpus: list[Case]) -> None:
    possible = [c for c in corpus if not (LOST | AMBIGUOUS) & set(c.names)]
    share = sum(case.restored for case in possible) / len(possible)
    kept = Counter(
        name for case in possible if not case.restored for name in case.names
    )
    assert share >= 0.97, kept.most_common()


@pytest.mark.parametrize("names", [LOST, AMBIGUOUS])
def test_what_cannot_be_known_is_shown_to_a_person(
    corpus: list[Case], names: set[str]
) -> None:
    cases = [c for c in corpus if len(c.names) == 1 and c.names[0] in names]
    assert cases
    assert [c.names for c in cases if not c.result.needs_person] == []


def test_single_damage_is_restored_without_a_person(corpus: list[Case]) -> None:
    cases = [c for c in corpus if len(c.names) == 1]
    possible = [c for c in cases if not (LOST | AMBIGUOUS) & set(c.names)]
    share = sum(case.restored for case in possible) / len(possible)
    kept = Counter(c.names[0] for c in possible if not c.restored)
    assert share == 1, kept.most_common()


def test_what_changed_is_always_said(corpus: list[Case]) -> None:
    for case in corpus:
        if case.names == ("nothing",):
            assert case.result.repairs == case.result.needs_person == []
        for sentence in (*case.result.repairs, *case.result.needs_person):
            assert sentence[0].isupper() or sentence[0] == "`"
            assert sentence[-1] == "."


def test_every_result_is_a_valid_notebook_with_the_release_s_cells(
    corpus: list[Case],
) -> None:
    for case in corpus:
        nbformat.validate(case.result.notebook)
        marked = [c for c in case.result.notebook.cells if "nbgrader" in c.metadata]
        expected = [c for c in case.release.cells if "nbgrader" in c.metadata]
        ids = [c.metadata.nbgrader.grade_id for c in marked]
        assert sorted(ids) == sorted(c.metadata.nbgrader.grade_id for c in expected)
        now = {c.metadata.nbgrader.grade_id: c for c in marked}
        for cell in expected:
            mine = now[cell.metadata.nbgrader.grade_id]
            assert mine.metadata == cell.metadata
            assert mine.cell_type == cell.cell_type
            if cell.metadata.nbgrader.locked:
                assert mine.source == cell.source


def test_nbgrader_accepts_every_result(corpus: list[Case]) -> None:
    checker = CheckCellMetadata()
    for case in corpus[::40]:
        checker.preprocess(copy.deepcopy(case.result.notebook), {})
