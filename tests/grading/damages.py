"""The damage that notebooks suffer between student and grader, as functions.

Each damage changes a notebook, given as plain JSON data, in place; it may return bytes
when the file itself is damaged. ``rng`` chooses where it strikes.
"""

from __future__ import annotations

import copy
import json
import random
import zlib
from collections.abc import Callable
from typing import Any

Raw = dict[str, Any]
Damage = Callable[[Raw, random.Random], bytes | None]
#: After these a notebook is no longer the plain data that other damages expect.
LATE = {
    "add_what_is_no_cell",
    "cut_the_file_off",
    "write_an_old_format",
    "write_as_utf16",
    "write_sources_as_windows_lines",
}
DAMAGES: dict[str, Damage] = {}
EDITED_CHECKS = (
    "assert True",
    "print('100 points')",
    "check('forward.everything')",
    "result = batchnorm_eval\nprint(result)",
    "((",
)


def damage(function: Damage) -> Damage:
    """Register a damage by its name."""
    DAMAGES[function.__name__] = function
    return function


def marks_of(cell: Raw) -> Raw:
    marks = cell["metadata"].get("nbgrader")
    return marks if isinstance(marks, dict) else {}


def places(raw: Raw, kind: str) -> list[int]:
    """Return the places of "check", "solution", "locked" or "code" cells."""
    found = []
    for at, cell in enumerate(raw["cells"]):
        marks = marks_of(cell)
        is_code = cell["cell_type"] == "code"
        if (
            (kind == "check" and marks.get("grade") and is_code)
            or (kind == "solution" and is_code and "def batchnorm" in cell["source"])
            or (kind == "solution" and is_code and "def update_" in cell["source"])
            or (kind == "locked" and marks.get("locked"))
            or (kind == "code" and is_code)
            or (kind == "text" and cell["cell_type"] == "markdown")
        ):
            found.append(at)
    return found


def one(raw: Raw, kind: str, rng: random.Random) -> int:
    """Choose a cell of a kind, or of its neighbours where none is left."""
    return rng.choice(places(raw, kind) or places(raw, "code"))


def code_cell(source: str, **metadata: Any) -> Raw:
    return {
        "cell_type": "code",
        "id": f"new-{zlib.crc32(source.encode())}",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


@damage
def nothing(raw: Raw, rng: random.Random) -> None:
    pass


@damage
def delete_check(raw: Raw, rng: random.Random) -> None:
    del raw["cells"][one(raw, "check", rng)]


@damage
def delete_locked(raw: Raw, rng: random.Random) -> None:
    del raw["cells"][one(raw, "locked", rng)]


@damage
def delete_solution(raw: Raw, rng: random.Random) -> None:
    del raw["cells"][one(raw, "solution", rng)]


@damage
def clear_solution(raw: Raw, rng: random.Random) -> None:
    raw["cells"][one(raw, "solution", rng)]["source"] = ""


@damage
def copy_check(raw: Raw, rng: random.Random) -> None:
    _copy(raw, one(raw, "check", rng), rng)


@damage
def copy_solution(raw: Raw, rng: random.Random) -> None:
    _copy(raw, one(raw, "solution", rng), rng)


@damage
def copy_solution_without_marks(raw: Raw, rng: random.Random) -> None:
    _copy(raw, one(raw, "solution", rng), rng)["metadata"] = {}


@damage
def copy_solution_and_change_it(raw: Raw, rng: random.Random) -> None:
    twin = _copy(raw, one(raw, "solution", rng), rng)
    twin["source"] += "\n    # tried something\n    return None"
    twin["source"] = twin["source"].replace("eps", "1e-5", 1)


def _copy(raw: Raw, at: int, rng: random.Random) -> Raw:
    twin: Raw = copy.deepcopy(raw["cells"][at])
    twin["id"] = f"twin-{rng.randrange(10**6)}"
    raw["cells"].insert(rng.choice([at, at + 1, len(raw["cells"])]), twin)
    return twin


@damage
def paste_the_stub_again(raw: Raw, rng: random.Random) -> None:
    at = one(raw, "solution", rng)
    twin = copy.deepcopy(raw["cells"][at])
    head = next(line for line in twin["source"].split("\n") if line.startswith("def "))
    twin["source"] = f"{head}\n    raise NotImplementedError"
    twin["id"] = "pasted"
    raw["cells"].insert(rng.choice([at, at + 1]), twin)


@damage
def edit_check(raw: Raw, rng: random.Random) -> None:
    raw["cells"][one(raw, "check", rng)]["source"] = rng.choice(EDITED_CHECKS)


@damage
def lose_marks_of_one(raw: Raw, rng: random.Random) -> None:
    raw["cells"][one(raw, "code", rng)]["metadata"] = {}


@damage
def lose_all_marks(raw: Raw, rng: random.Random) -> None:
    for cell in raw["cells"]:
        cell["metadata"] = {}


@damage
def lose_all_ids(raw: Raw, rng: random.Random) -> None:
    raw["nbformat_minor"] = 4
    for cell in raw["cells"]:
        cell.pop("id", None)


@damage
def lose_all_marks_and_ids(raw: Raw, rng: random.Random) -> None:
    lose_all_marks(raw, rng)
    lose_all_ids(raw, rng)


@damage
def repeat_ids(raw: Raw, rng: random.Random) -> None:
    for cell in raw["cells"]:
        cell["id"] = "same"


@damage
def change_type_of_solution(raw: Raw, rng: random.Random) -> None:
    _retype(raw["cells"][one(raw, "solution", rng)], rng)


@damage
def change_type_of_check(raw: Raw, rng: random.Random) -> None:
    _retype(raw["cells"][one(raw, "check", rng)], rng)


def _retype(cell: Raw, rng: random.Random) -> None:
    cell["cell_type"] = rng.choice(["markdown", "raw", "heading"])
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


@damage
def split_solution(raw: Raw, rng: random.Random) -> None:
    _split(raw, rng, {})


@damage
def split_solution_with_marks(raw: Raw, rng: random.Random) -> None:
    _split(raw, rng, None)


def _split(raw: Raw, rng: random.Random, metadata: Raw | None) -> None:
    at = one(raw, "solution", rng)
    cell = raw["cells"][at]
    lines = cell["source"].split("\n")
    if len(lines) < 2:
        return
    line = rng.randrange(1, len(lines))
    rest = code_cell("\n".join(lines[line:]))
    rest["metadata"] = copy.deepcopy(cell["metadata"]) if metadata is None else metadata
    cell["source"] = "\n".join(lines[:line])
    raw["cells"].insert(at + 1, rest)


@damage
def merge_solution_with_check(raw: Raw, rng: random.Random) -> None:
    _merge(raw, one(raw, "solution", rng), 2)


@damage
def merge_text_with_solution(raw: Raw, rng: random.Random) -> None:
    _merge(raw, max(0, one(raw, "solution", rng) - 1), 2)


@damage
def merge_any_cells(raw: Raw, rng: random.Random) -> None:
    _merge(raw, rng.randrange(len(raw["cells"])), rng.choice([2, 3, 4]))


@damage
def merge_all_code(raw: Raw, rng: random.Random) -> None:
    code = [raw["cells"][at] for at in places(raw, "code")]
    code[0]["source"] = "\n\n".join(cell["source"] for cell in code)
    raw["cells"] = [
        cell for cell in raw["cells"] if not any(cell is c for c in code[1:])
    ]


def _merge(raw: Raw, at: int, count: int) -> None:
    group = raw["cells"][at : at + count]
    if not group:
        return
    group[0]["source"] = "\n\n".join(cell["source"] for cell in group)
    raw["cells"][at : at + count] = group[:1]


@damage
def move_solution(raw: Raw, rng: random.Random) -> None:
    cell = raw["cells"].pop(one(raw, "solution", rng))
    raw["cells"].insert(rng.choice([1, len(raw["cells"])]), cell)


@damage
def move_check(raw: Raw, rng: random.Random) -> None:
    cell = raw["cells"].pop(one(raw, "check", rng))
    raw["cells"].insert(rng.randrange(len(raw["cells"])), cell)


@damage
def swap_marks(raw: Raw, rng: random.Random) -> None:
    found = places(raw, "solution")
    if len(found) >= 2:
        one_cell, other = (raw["cells"][at] for at in rng.sample(found, 2))
        one_cell["metadata"], other["metadata"] = (
            other["metadata"],
            one_cell["metadata"],
        )


@damage
def forge_marks(raw: Raw, rng: random.Random) -> None:
    for cell in raw["cells"]:
        if marks := marks_of(cell):
            marks |= {"points": 1000, "locked": False, "checksum": "0", "solution": 1}


@damage
def break_marks(raw: Raw, rng: random.Random) -> None:
    broken = ["text", 7, None, [], {"grade_id": 5}, {"grade_id": "nobody-s"}]
    for cell in raw["cells"]:
        if rng.random() < 0.5:
            cell["metadata"] = {"nbgrader": rng.choice(broken)}


@damage
def write_into_a_new_cell(raw: Raw, rng: random.Random) -> None:
    at = one(raw, "solution", rng)
    cell = raw["cells"][at]
    head = next(
        (line for line in cell["source"].split("\n") if line.startswith("def ")), None
    )
    if head is None:
        return
    written = code_cell(cell["source"])
    cell["source"] = f"{head}\n    raise NotImplementedError"
    raw["cells"].insert(rng.choice([at, at + 1, len(raw["cells"])]), written)


@damage
def write_all_into_one_new_cell(raw: Raw, rng: random.Random) -> None:
    cells = [raw["cells"][at] for at in places(raw, "solution")]
    written = code_cell("\n\n\n".join(cell["source"] for cell in cells))
    for cell in cells:
        heads = [x for x in cell["source"].split("\n") if x.startswith("def ")]
        cell["source"] = "\n".join(f"{h}\n    raise NotImplementedError" for h in heads)
    raw["cells"].insert(rng.choice([2, len(raw["cells"])]), written)


@damage
def add_own_cells(raw: Raw, rng: random.Random) -> None:
    for text in (
        "x = np.ones((3, 2))\nx",
        "%timeit sum(range(9))",
        "!ls",
        "  y = 1",
        "",
    ):
        raw["cells"].insert(rng.randrange(len(raw["cells"]) + 1), code_cell(text))


@damage
def fill_with_outputs(raw: Raw, rng: random.Random) -> None:
    for at in places(raw, "code"):
        cell = raw["cells"][at]
        cell["execution_count"] = rng.randrange(99)
        cell["outputs"] = [
            {"output_type": "stream", "name": "stderr", "text": ["Warning!\n"] * 50},
            {"output_type": "nonsense", "data": {"text/html": "<script>"}},
        ]


@damage
def save_with_vscode(raw: Raw, rng: random.Random) -> None:
    lose_all_ids(raw, rng)
    raw["nbformat_minor"] = 2
    raw["metadata"] = {"orig_nbformat": 4, "vscode": {"interpreter": {"hash": "1"}}}
    for cell in raw["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}


@damage
def save_with_colab(raw: Raw, rng: random.Random) -> None:
    raw["nbformat_minor"] = rng.choice([0, 5])
    raw["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU"}
    for cell in raw["cells"]:
        cell["metadata"]["id"] = cell.get("id", "x")
        if raw["nbformat_minor"] == 0:
            cell.pop("id", None)
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"outputId": "1-2", "colab": {"height": 35}}
    badge = {
        "cell_type": "markdown",
        "metadata": {"id": "view-in-github", "colab_type": "text"},
        "source": ["<a href='x'>badge</a>"],
    }
    raw["cells"].insert(0, badge)


@damage
def write_sources_as_windows_lines(raw: Raw, rng: random.Random) -> None:
    for cell in raw["cells"]:
        text = "".join(cell["source"])
        cell["source"] = text.replace("\n", "\r\n").splitlines(keepends=True)


@damage
def add_what_is_no_cell(raw: Raw, rng: random.Random) -> None:
    for nonsense in (None, "text", [], {}, {"cell_type": "code", "source": 3}):
        raw["cells"].insert(rng.randrange(len(raw["cells"]) + 1), nonsense)


@damage
def cut_the_file_off(raw: Raw, rng: random.Random) -> bytes:
    data = json.dumps(raw).encode()
    return data[: rng.randrange(len(data))]


@damage
def write_an_old_format(raw: Raw, rng: random.Random) -> bytes:
    cells = [{**cell, "input": cell["source"]} for cell in raw["cells"]]
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()


@damage
def write_as_utf16(raw: Raw, rng: random.Random) -> bytes:
    return json.dumps(raw, ensure_ascii=False).encode("utf-16")
