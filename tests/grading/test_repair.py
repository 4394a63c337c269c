"""Repair restores what it can, says so, and leaves the rest to a person."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading import audit, notebook_file
from autograder.grading.repair import Repaired, repair
from tests.grading.release_notebook import (
    code_of,
    marks,
    release_notebook,
    solved,
)

Notebook = nbformat.NotebookNode


def mend(notebook: Notebook | bytes | dict[str, Any]) -> Repaired:
    """Repair against the small release; the result must always be valid."""
    data = notebook
    if not isinstance(notebook, bytes):
        data = json.dumps(notebook).encode()
    result = repair(data, release_notebook())
    nbformat.validate(result.notebook)
    found = [c.metadata.nbgrader for c in result.notebook.cells if c.metadata]
    expected = [c.metadata.nbgrader for c in release_notebook().cells if c.metadata]
    by_name = {m.grade_id: m for m in found}
    assert len(found) == len(expected)
    assert all(by_name[m.grade_id] == m for m in expected)
    return result


def cell(notebook: Notebook, name: str) -> Notebook:
    """Return the cell with a grade id or an id."""
    for found in notebook.cells:
        if name in (found.metadata.get("nbgrader", {}).get("grade_id"), found.id):
            return found
    raise LookupError(name)


def at(notebook: Notebook, name: str) -> int:
    return notebook.cells.index(cell(notebook, name))


def sources(notebook: Notebook) -> list[str]:
    return [c.source for c in notebook.cells]


def only(sentences: list[str], *words: str) -> str:
    """Return the one sentence, which holds all of the words."""
    assert len(sentences) == 1, sentences
    assert all(word in sentences[0] for word in words), sentences[0]
    return sentences[0]


class TestNothingToRepair:
    def test_an_undamaged_notebook_comes_back_as_it_is(self) -> None:
        result = mend(solved())
        assert sources(result.notebook) == sources(solved())
        assert result.repairs == result.needs_person == []

    def test_the_release_itself_is_an_unattempted_submission(self) -> None:
        result = mend(release_notebook())
        assert sources(result.notebook) == sources(release_notebook())
        assert result.repairs == result.needs_person == []

    def test_a_notebook_object_is_taken_as_well_as_bytes(self) -> None:
        result = repair(solved(), release_notebook())
        assert sources(result.notebook) == sources(solved())

    def test_the_submission_and_the_release_are_not_changed(self) -> None:
        notebook, release = solved(), release_notebook()
        before = copy.deepcopy((notebook, release))
        repair(notebook, release).notebook.cells[1].metadata.nbgrader["points"] = 99
        assert (notebook, release) == before

    def test_own_cells_keep_their_place_and_text(self) -> None:
        notebook = solved()
        notebook.cells.insert(4, new_code_cell("a = 1"))
        notebook.cells.insert(4, new_markdown_cell("my notes"))
        notebook.cells.append(new_code_cell("%timeit a\n!ls"))
        result = mend(notebook)
        assert sources(result.notebook) == sources(notebook)
        assert result.repairs == result.needs_person == []

    def test_a_syntax_error_is_the_student_s_and_no_damage(self) -> None:
        broken = "def update_running(a, b, c, d)\n    return a, b"
        result = mend(solved(update_running=broken))
        assert cell(result.notebook, "update_running").source == broken
        assert result.repairs == result.needs_person == []

    def test_an_image_in_an_answer_stays(self) -> None:
        notebook = solved(why="![](attachment:a.png)")
        cell(notebook, "why")["attachments"] = {"a.png": {"image/png": "aGk="}}
        result = mend(notebook)
        assert cell(result.notebook, "why").attachments["a.png"] == {
            "image/png": "aGk="
        }


class TestFixedCells:
    def test_a_deleted_check_is_put_back_in_its_place(self) -> None:
        notebook = solved()
        del notebook.cells[at(notebook, "epsilon")]
        result = mend(notebook)
        assert sources(result.notebook) == sources(solved())
        only(result.repairs, "'epsilon'", "was missing", "put back")

    def test_an_edited_check_gets_its_text_back(self) -> None:
        notebook = solved(epsilon="assert True", eval_output="", running_mean="((")
        result = mend(notebook)
        for name in ("epsilon", "eval_output", "running_mean"):
            assert cell(result.notebook, name).source == f'check("forward.{name}")'
        assert len(result.repairs) >= 3
        assert not any("assert True" in s for s in sources(result.notebook))

    def test_forged_points_get_their_value_back(self) -> None:
        notebook = solved()
        for name in ("epsilon", "why"):
            cell(notebook, name).metadata.nbgrader.points = 1000
        mend(notebook)

    def test_a_copied_check_is_there_once(self) -> None:
        notebook = solved()
        twin = copy.deepcopy(cell(notebook, "epsilon"))
        twin.id = "twin"
        notebook.cells.insert(2, twin)
        result = mend(notebook)
        assert sources(result.notebook) == sources(solved())
        only(result.repairs, "copies", "'epsilon'")

    def test_an_import_added_to_the_first_cell_is_kept(self) -> None:
        notebook = solved()
        cell(notebook, "set_up").source += "\nimport scipy.stats as st"
        result = mend(notebook)
        assert "import scipy.stats as st" in sources(result.notebook)
        place = sources(result.notebook).index("import scipy.stats as st")
        assert place == at(result.notebook, "set_up") + 1

    def test_a_function_written_into_a_check_cell_is_found(self) -> None:
        notebook = release_notebook()
        text = code_of("batchnorm_train")
        cell(notebook, "standardize").source = f'{text}\n\ncheck("forward.standardize")'
        result = mend(notebook)
        assert cell(result.notebook, "batchnorm_train").source == text

    def test_a_check_as_text_becomes_code_again(self) -> None:
        notebook = solved()
        place = at(notebook, "epsilon")
        text = new_markdown_cell(notebook.cells[place].source, id="check-epsilon")
        text.metadata = notebook.cells[place].metadata
        notebook.cells[place] = text
        result = mend(notebook)
        assert sources(result.notebook) == sources(solved())
        only(result.repairs, "type", "'epsilon'", "markdown")


class TestLostMarks:
    def strip(self, notebook: Notebook, ids: bool) -> Notebook:
        for number, each in enumerate(notebook.cells):
            each.metadata = nbformat.from_dict({})
            if ids:
                each.id = f"new-{number}"
        return notebook

    @pytest.mark.parametrize("ids", [False, True])
    def test_they_are_restored_by_id_text_function_and_place(self, ids: bool) -> None:
        result = mend(self.strip(solved(), ids))
        assert sources(result.notebook) == sources(solved())
        assert result.needs_person == []
        only(result.repairs, "marks", "'batchnorm_train'", "'why'")

    def test_marks_on_the_wrong_cells_give_way_to_the_functions(self) -> None:
        notebook = solved()
        one, other = cell(notebook, "batchnorm_train"), cell(notebook, "batchnorm_eval")
        one.metadata, other.metadata = other.metadata, one.metadata
        one.id, other.id = other.id, one.id
        result = mend(notebook)
        for name in ("batchnorm_train", "batchnorm_eval"):
            assert cell(result.notebook, name).source == code_of(name)
        assert result.needs_person == []

    def test_code_as_text_or_raw_becomes_code_again(self) -> None:
        notebook = solved()
        raw = json.loads(nbformat.writes(notebook))
        for kind, name in (("markdown", "batchnorm_train"), ("raw", "update_running")):
            place = at(notebook, name)
            raw["cells"][place] = {
                "cell_type": kind,
                "metadata": {},
                "id": f"x{place}",
                "source": code_of(name),
            }
        result = mend(raw)
        assert sources(result.notebook) == sources(solved())
        assert result.needs_person == []


class TestWhereAFunctionIsWritten:
    def test_work_in_a_new_cell_beats_the_untouched_stub(self) -> None:
        for place in (2, 4, 14):
            notebook = release_notebook()
            notebook.cells.insert(place, new_code_cell(code_of("batchnorm_train")))
            result = mend(notebook)
            text = cell(result.notebook, "batchnorm_train").source
            assert text == code_of("batchnorm_train")
            assert (
                sum("def batchnorm_train" in s for s in sources(result.notebook)) == 1
            )
            assert result.needs_person == []

    @pytest.mark.parametrize(
        "body", ["pass", "...", '"""Words."""', "raise NotImplementedError()"]
    )
    def test_an_empty_definition_is_no_rival(self, body: str) -> None:
        notebook = solved()
        empty = f"def batchnorm_eval(x):\n    {body}"
        notebook.cells.append(new_code_cell(empty))
        result = mend(notebook)
        text = cell(result.notebook, "batchnorm_eval").source
        assert text == code_of("batchnorm_eval")
        assert empty not in sources(result.notebook)
        assert result.needs_person == []

    def test_identical_copies_collapse(self) -> None:
        notebook = solved()
        twin = copy.deepcopy(cell(notebook, "batchnorm_eval"))
        twin.source = f"# my copy\n{twin.source}\n"
        twin.id = "twin"
        notebook.cells.append(twin)
        result = mend(notebook)
        assert sum("def batchnorm_eval" in s for s in sources(result.notebook)) == 1
        only(result.repairs, "copies", "`batchnorm_eval`")
        assert result.needs_person == []

    def test_a_first_try_above_stays_and_the_marked_cell_counts(self) -> None:
        notebook = solved()
        first_try = "def batchnorm_eval(x, *rest):\n    return x"
        notebook.cells.insert(2, new_code_cell(first_try))
        result = mend(notebook)
        text = cell(result.notebook, "batchnorm_eval").source
        assert text == code_of("batchnorm_eval")
        assert sources(result.notebook)[2] == first_try
        assert result.needs_person == []
        only(result.repairs, "2 times", "carries the marks")

    def test_another_version_below_is_set_aside_and_shown_to_a_person(self) -> None:
        notebook = solved()
        later = "def batchnorm_eval(x, *rest):\n    return x"
        notebook.cells.append(new_code_cell(later))
        result = mend(notebook)
        text = cell(result.notebook, "batchnorm_eval").source
        assert text == code_of("batchnorm_eval")
        assert result.notebook.cells[-1].cell_type == "markdown"
        assert later in result.notebook.cells[-1].source
        only(result.needs_person, "`batchnorm_eval`", "2 times")

    def test_two_marked_versions_are_shown_to_a_person_and_the_last_counts(
        self,
    ) -> None:
        notebook = solved()
        twin = copy.deepcopy(cell(notebook, "batchnorm_eval"))
        twin.source, twin.id = "def batchnorm_eval(x, *rest):\n    return x", "twin"
        notebook.cells.append(twin)
        result = mend(notebook)
        assert cell(result.notebook, "batchnorm_eval").source == twin.source
        only(result.needs_person, "`batchnorm_eval`")

    @pytest.mark.parametrize(
        "later",
        [
            "batchnorm_eval = None",
            "from torch import batch_norm as batchnorm_eval",
            "for batchnorm_eval in range(3):\n    pass",
            "del batchnorm_eval",
            "if True:\n    def batchnorm_eval(x):\n        return x",
        ],
    )
    def test_another_meaning_below_is_shown_to_a_person(self, later: str) -> None:
        notebook = solved()
        notebook.cells.append(new_code_cell(later))
        result = mend(notebook)
        assert later in sources(result.notebook)
        only(result.needs_person, "`batchnorm_eval`", "another meaning")

    @pytest.mark.parametrize(
        "later",
        [
            "print(batchnorm_eval)",
            "y = batchnorm_eval(x)",
            "def f(batchnorm_eval):\n    pass",
        ],
    )
    def test_use_below_is_no_other_meaning(self, later: str) -> None:
        notebook = solved()
        notebook.cells.append(new_code_cell(later))
        assert mend(notebook).needs_person == []

    def test_a_deleted_or_emptied_function_is_shown_to_a_person(self) -> None:
        notebook = solved()
        del notebook.cells[at(notebook, "batchnorm_eval")]
        only(mend(notebook).needs_person, "`batchnorm_eval`", "is missing")
        only(mend(solved(batchnorm_eval="")).needs_person, "is empty")

    def test_another_name_is_shown_to_a_person(self) -> None:
        renamed = code_of("batchnorm_eval").replace("batchnorm_eval", "bn_eval")
        result = mend(solved(batchnorm_eval=renamed))
        assert cell(result.notebook, "batchnorm_eval").source == renamed
        only(result.needs_person, "does not define it")

    def test_a_name_bound_elsewhere_is_not_hidden_by_the_stub(self) -> None:
        notebook = solved()
        notebook.cells[at(notebook, "batchnorm_eval")] = new_code_cell(
            "batchnorm_eval = lambda x, *rest: x"
        )
        result = mend(notebook)
        only(result.needs_person, "`batchnorm_eval`", "is missing")
        assert not any("def batchnorm_eval" in s for s in sources(result.notebook))


class TestSplitAndMerged:
    @pytest.mark.parametrize("keeps_marks", [False, True])
    @pytest.mark.parametrize("line", [1, 2, 3, 4])
    def test_a_split_function_is_joined(self, line: int, keeps_marks: bool) -> None:
        notebook = solved()
        place = at(notebook, "batchnorm_train")
        whole = notebook.cells[place]
        lines = whole.source.split("\n")
        rest = new_code_cell("\n".join(lines[line:]))
        if keeps_marks:
            rest.metadata = copy.deepcopy(whole.metadata)
        whole.source = "\n".join(lines[:line])
        notebook.cells.insert(place + 1, rest)
        result = mend(notebook)
        assert sources(result.notebook) == sources(solved())
        assert result.needs_person == []

    def test_a_piece_that_lies_elsewhere_is_shown_to_a_person(self) -> None:
        notebook = solved()
        whole = cell(notebook, "batchnorm_train")
        lines = whole.source.split("\n")
        whole.source = "\n".join(lines[:2])
        notebook.cells.append(new_code_cell("\n".join(lines[2:])))
        only(mend(notebook).needs_person, "indented")

    @pytest.mark.parametrize("count", [2, 3, 4, 7])
    @pytest.mark.parametrize("start", [1, 3, 4, 7])
    def test_merged_cells_are_taken_apart(self, start: int, count: int) -> None:
        notebook = solved()
        group = notebook.cells[start : start + count]
        group[0].source = "\n\n".join(each.source for each in group)
        notebook.cells[start : start + count] = group[:1]
        result = mend(notebook)
        for name in ("batchnorm_train", "update_running", "batchnorm_eval"):
            assert cell(result.notebook, name).source == code_of(name)
        assert result.needs_person == []
        assert any("merged" in sentence for sentence in result.repairs)

    def test_all_work_in_one_cell_is_taken_apart(self) -> None:
        notebook = release_notebook()
        names = ("batchnorm_eval", "batchnorm_train", "update_running")
        helper = "def helper():\n    return 1"
        text = "\n\n".join([helper, *(code_of(name) for name in names)])
        notebook.cells.append(new_code_cell(text))
        result = mend(notebook)
        for name in names:
            assert code_of(name) in cell(result.notebook, name).source
        assert any(helper in text for text in sources(result.notebook))
        assert result.needs_person == []

    def test_the_last_of_two_versions_in_one_cell_counts_as_when_run(self) -> None:
        text = f"def batchnorm_eval(x):\n    return 1\n\n{code_of('batchnorm_eval')}"
        result = mend(solved(batchnorm_eval=text))
        assert cell(result.notebook, "batchnorm_eval").source == text
        assert result.needs_person == []


class TestAnswers:
    def test_two_answers_are_shown_to_a_person(self) -> None:
        notebook = solved()
        twin = copy.deepcopy(cell(notebook, "why"))
        twin.source, twin.id = "Because of something else.", "twin"
        notebook.cells.append(twin)
        result = mend(notebook)
        assert cell(result.notebook, "why").source == twin.source
        only(result.needs_person, "'why'", "2 times")

    def test_an_untouched_copy_gives_way(self) -> None:
        notebook = solved()
        twin = copy.deepcopy(cell(release_notebook(), "why"))
        twin.id = "twin"
        notebook.cells.append(twin)
        result = mend(notebook)
        assert cell(result.notebook, "why").source == cell(solved(), "why").source
        assert result.needs_person == []

    def test_a_deleted_answer_is_shown_to_a_person(self) -> None:
        notebook = solved()
        del notebook.cells[at(notebook, "why")]
        only(mend(notebook).needs_person, "'why'", "is missing")


class TestColab:
    def test_a_file_that_colab_saved(self) -> None:
        raw = json.loads(nbformat.writes(solved()))
        raw["nbformat_minor"] = 0
        raw["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU"}
        for each in raw["cells"]:
            each["metadata"] |= {"id": each.pop("id"), "outputId": "1", "colab": {}}
        badge = {
            "cell_type": "markdown",
            "metadata": {"id": "view-in-github", "colab_type": "text"},
            "source": "<a href='x'><img src='y'></a>",
        }
        raw["cells"].insert(0, badge)
        result = mend(raw)
        assert sources(result.notebook) == sources(solved())
        only(result.repairs, "Colab")
        assert "colab" not in result.notebook.metadata

    def test_the_id_that_colab_keeps_in_the_metadata_identifies_a_cell(self) -> None:
        raw = json.loads(nbformat.writes(solved()))
        for each in raw["cells"]:
            each["metadata"] = {"id": each.pop("id")}
        assert sources(mend(raw).notebook) == sources(solved())


def nested(depth: int) -> bytes:
    return b'{"cells":' + b"[" * depth + b"]" * depth + b"}"


class TestForAPerson:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "is empty"),
            (b" \n\t ", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b"%PDF-1.7 \xff\xfe", "not text"),
            (b"PK\x03\x04\xff\xff", "not text"),
            (b"<html>Please log in</html>", "not JSON"),
            (b"import numpy as np\n", "not JSON"),
            (b'{"cells": [{"cell_type"', "cut off"),
            (b"[]", "no cells"),
            (b"7", "no cells"),
            (b"null", "no cells"),
            (b"{}", "no cells"),
            (b'{"cells": {}}', "no cells"),
            (b'{"cells": []}', "no cells"),
            (b'{"nbformat": 3, "worksheets": []}', "format 3"),
            (b'{"nbformat": 5, "cells": []}', "format 5"),
            (b'{"nbformat": "4", "cells": []}', "format '4'"),
            (b'{"cells": [null, 1, "x", []]}', "None of this assignment's cells"),
            (nested(100_000), "nested too deeply"),
        ],
    )
    def test_what_is_no_notebook(self, data: bytes, words: str) -> None:
        result = mend(data)
        only(result.needs_person, words)
        assert sources(result.notebook)[: len(release_notebook().cells)] == sources(
            release_notebook()
        )

    def test_a_huge_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(notebook_file, "LARGEST_FILE", 1_000_000)
        only(mend(b'{"cells": [' + b" " * 1_000_000).needs_person, "1 MB", "cleared")

    def test_of_a_huge_file_no_more_is_read_than_shows_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(notebook_file, "LARGEST_FILE", 1_000)
        path = tmp_path / "forward.ipynb"
        path.write_bytes(b"x" * 10**6)
        data = notebook_file.read_file(path)
        assert len(data) == 1_001
        only(mend(data).needs_person, "larger than the limit")
        record = audit.start(None, "forward", "ada", path)
        assert record.sha256 == audit.sha256(path.read_bytes())

    def test_too_many_cells(self) -> None:
        notebook = new_notebook()
        notebook.cells = [new_code_cell("1", id=f"c{n}") for n in range(1_001)]
        only(mend(notebook).needs_person, "1001 cells")

    def test_more_text_than_anybody_writes(self) -> None:
        notebook = solved()
        notebook.cells += [new_code_cell(f"x = {n}\n" * 9_000) for n in range(10)]
        only(mend(notebook).needs_person, "characters", "without data")

    def test_images_in_the_text_are_not_counted(self) -> None:
        notebook = solved()
        image = "![](data:image/png;base64," + "iVBOR+/" * 100_000 + "=)"
        notebook.cells.append(new_markdown_cell(image))
        assert not mend(notebook).needs_person

    @pytest.mark.parametrize(
        "version", ['"' + "A" * 10**6 + '"', "[" * 900 + "]" * 900]
    )
    def test_an_endless_format_is_not_repeated(self, version: str) -> None:
        (said,) = mend(f'{{"nbformat": {version}, "cells": [1]}}'.encode()).needs_person
        assert len(said) < 200

    def test_an_endless_mark_is_not_repeated(self) -> None:
        notebook = new_notebook(cells=[new_code_cell("pass")])
        notebook.cells[0].metadata = nbformat.from_dict(marks("x" * 10**6))
        (said,) = mend(notebook).needs_person
        assert len(said) < 500

    def test_the_notebook_of_another_assignment(self) -> None:
        work = new_code_cell("def knn(x):\n    return x", id="knn")
        work.metadata = nbformat.from_dict(marks("knn", solution=True, locked=False))
        first = copy.deepcopy(cell(release_notebook(), "set_up"))
        result = mend(new_notebook(cells=[first, work]))
        only(result.needs_person, "'knn'", "another assignment", "`batchnorm_train`")
        assert work.source in sources(result.notebook)

    def test_a_notebook_with_nothing_of_the_assignment(self) -> None:
        notebook = new_notebook(cells=[new_code_cell("print('hello')")])
        only(mend(notebook).needs_person, "None of this assignment's cells")

    def test_mostly_another_assignment(self) -> None:
        notebook = new_notebook(cells=[new_code_cell(code_of("batchnorm_eval"))])
        for name in "abc":
            other = new_code_cell("pass")
            other.metadata = nbformat.from_dict(marks(name))
            notebook.cells.append(other)
        (said,) = mend(notebook).needs_person
        assert "another assignment" in said


class TestWhateverItIs:
    """Repair never raises for what a student handed in, and ends soon."""

    def test_odd_values_everywhere(self) -> None:
        rng = random.Random(3)
        odd: list[Any] = [None, 0, -1.5, "", "x", [], {}, [None], {"a": 1}, True]
        odd += ["\ud800", "\0", "a" * 300, 10**400, {"grade_id": []}]
        for _ in range(150):
            raw = json.loads(nbformat.writes(solved()))
            for _ in range(rng.randrange(1, 6)):
                spoil(raw, rng, lambda: copy.deepcopy(rng.choice(odd)))
            mend(raw)

    def test_flipped_bytes(self) -> None:
        rng = random.Random(4)
        whole = nbformat.writes(solved()).encode()
        for _ in range(100):
            data = bytearray(whole)
            for _ in range(rng.randrange(1, 4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            mend(bytes(data))

    @pytest.mark.parametrize(
        "source",
        [
            "(" * 5_000,
            "-" * 50_000 + "1",
            "x = " + "[" * 150 + "]" * 150,
            "a." * 20_000 + "b",
            "def batchnorm_train(x):\n" + "    x = 1\n" * 30_000,
            "\0",
            "\\d '\\d'",
            "\x0c\n\u2028def f(): pass",
        ],
    )
    def test_sources_that_strain_the_parser(self, source: str) -> None:
        began = time.perf_counter()
        result = mend(solved(batchnorm_train=source, epsilon=source))
        assert cell(result.notebook, "batchnorm_train").source
        assert time.perf_counter() - began < 5

    def test_a_thousand_copies_end_soon(self) -> None:
        notebook = solved()
        twins = []
        for number in range(900):
            twin = copy.deepcopy(cell(notebook, "batchnorm_eval"))
            twin.source += f"\n    return {number}"
            twins.append(twin)
        notebook.cells += twins
        began = time.perf_counter()
        result = mend(notebook)
        assert result.needs_person
        assert time.perf_counter() - began < 20


def spoil(value: Any, rng: random.Random, odd: Callable[[], Any]) -> None:
    """Put an odd value somewhere into nested lists and dictionaries."""
    while isinstance(value, (dict, list)) and value:
        key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        inner = value[key]
        if not isinstance(inner, (dict, list)) or not inner or rng.random() < 0.2:
            value[key] = odd()
            return
        value = inner
