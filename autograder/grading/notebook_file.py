"""Read a submitted notebook file into cells, whatever state it is in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: A notebook this large holds outputs by the megabyte; reading it would cost the
#: class more time than the rest of it.
LARGEST_FILE = 50_000_000
MOST_CELLS = 1_000
#: More text, images apart, is data; to compare and show it would cost hours, and
#: gigabytes.
MOST_TEXT = 500_000
_IMAGE = re.compile(r"data:image/[\w.+-]+;base64,[\w+/=]*")
#: nbgrader's own marks are as long as a name.
_LONGEST_MARK = 100
_BADGE = "colab.research.google.com/assets/colab-badge"


class Unreadable(Exception):
    """The file is no notebook that can be graded; the text is a sentence."""


@dataclass
class Cell:
    """One cell of a notebook, reduced to what grading needs."""

    kind: str
    source: str
    ids: tuple[str, ...] = ()
    grade_id: str | None = None
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


def read_file(path: Path) -> bytes:
    """Return a file's bytes, and of one that is too large just enough to see it."""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def read_cells(submitted: bytes | Mapping[str, object]) -> tuple[list[Cell], list[str]]:
    """Return the cells and, as sentences, what had to be put right to read them.

    :raises Unreadable: when the file holds no notebook of a known format.
    """
    notebook = _parse(submitted) if isinstance(submitted, bytes) else submitted
    raw = _cell_list(notebook)
    cells: list[Cell] = []
    repairs: list[str] = []
    for entry in raw:
        cell = _cell(entry)
        if cell is None:
            repairs.append(
                "Something in the notebook's list of cells was not a cell and was left"
                " out."
            )
        else:
            cells.append(cell)
    text = sum(map(_length, cells))
    if text > MOST_TEXT:
        raise Unreadable(
            f"The notebook's cells have {text:,} characters, outputs and images apart,"
            f" and the limit is {MOST_TEXT:,}. Ask for it again without data in it."
        )
    kept = [cell for cell in cells if not _is_badge(cell)]
    if len(kept) < len(cells) or _saved_by_colab(notebook, raw):
        repairs.append(
            "The notebook was saved by Colab; what Colab adds to a file was taken out."
        )
    return kept, list(dict.fromkeys(repairs))


def _parse(data: bytes) -> Mapping[str, object]:
    if len(data) > LARGEST_FILE:
        raise Unreadable(
            f"The file is larger than the limit of {LARGEST_FILE / 1e6:.0f} MB. Ask for"
            " it again with its outputs cleared."
        )
    text = _text(data)
    if not text.strip():
        raise Unreadable("The file is empty. Ask the student to hand it in again.")
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise Unreadable(
            "The file's JSON is nested too deeply to be a notebook."
        ) from None
    except ValueError:
        raise Unreadable(
            "The file is not a notebook: it is not JSON, or is cut off. It begins with"
            f" {text.strip()[:40]!r}. Ask the student to hand in the .ipynb file."
        ) from None
    if not isinstance(notebook, dict):
        raise Unreadable("The file is JSON but not a notebook: it has no cells.")
    return notebook


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(
            "The file is not a notebook: it is not text. It begins with the bytes"
            f" {data[:8]!r}. Ask the student to hand in the .ipynb file itself."
        ) from None


def _cell_list(notebook: Mapping[str, object]) -> list[object]:
    version = notebook.get("nbformat", 4)
    if version != 4 or "worksheets" in notebook:
        raise Unreadable(
            f"The notebook has format {_short(version)} and format 4 was expected. Open"
            " it in a current Jupyter, save it and grade it again."
        )
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("The file is JSON but not a notebook: it has no cells.")
    if not cells:
        raise Unreadable(
            "The notebook has no cells. Ask the student to hand it in again."
        )
    if len(cells) > MOST_CELLS:
        raise Unreadable(
            f"The notebook has {len(cells)} cells and the limit is {MOST_CELLS}."
        )
    return cells


def _length(cell: Cell) -> int:
    return len(cell.source if cell.kind == "code" else _IMAGE.sub("", cell.source))


def _short(value: object) -> str:
    if not isinstance(value, int | float | str):
        return "unknown"
    text = repr(value)
    return text if len(text) <= 20 else text[:20] + "…"


def _cell(entry: object) -> Cell | None:
    if not isinstance(entry, Mapping):
        return None
    source = entry.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    metadata = entry.get("metadata")
    if not isinstance(metadata, Mapping):
        metadata = {}
    kind = entry.get("cell_type")
    return Cell(
        kind=kind if kind in ("code", "markdown", "raw") else "raw",
        source=_clean(source),
        ids=tuple(
            value
            for value in (entry.get("id"), metadata.get("id"))
            if isinstance(value, str)
        ),
        grade_id=_grade_id(metadata.get("nbgrader")),
        attachments=_attachments(entry.get("attachments")),
    )


def _clean(source: str) -> str:
    # A lone surrogate is legal in JSON and fatal when the notebook is written again.
    text = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _grade_id(marks: object) -> str | None:
    value = marks.get("grade_id") if isinstance(marks, Mapping) else None
    proper = isinstance(value, str) and 0 < len(value) <= _LONGEST_MARK
    return str(value) if proper else None


def _attachments(value: object) -> dict[str, dict[str, str]]:
    if not isinstance(value, Mapping):
        return {}
    return {
        str(name): {
            str(kind): text for kind, text in bundle.items() if isinstance(text, str)
        }
        for name, bundle in value.items()
        if isinstance(bundle, Mapping)
    }


def _is_badge(cell: Cell) -> bool:
    return cell.kind != "code" and (
        "view-in-github" in cell.ids
        or (_BADGE in cell.source and len(cell.source.strip().splitlines()) == 1)
    )


def _saved_by_colab(notebook: Mapping[str, object], raw: list[object]) -> bool:
    metadata = notebook.get("metadata")
    if isinstance(metadata, Mapping) and "colab" in metadata:
        return True
    return any(
        isinstance(entry, Mapping)
        and isinstance(marks := entry.get("metadata"), Mapping)
        and ("outputId" in marks or "colab" in marks)
        for entry in raw
    )
