"""What happens to notebooks between the student and the grader, done on purpose."""

from __future__ import annotations

import copy
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading.release_cells import Notebook

_BADGE = (
    '<a href="https://colab.research.google.com/github/someone/course/blob/main/'
    'forward.ipynb" target="_parent"><img src="https://colab.research.google.com/assets/'
    'colab-badge.svg" alt="Open In Colab"/></a>'
)


def find(notebook: Notebook, grade_id: str) -> int:
    """Return the place of the cell with this grade id.

    :raises LookupError: when there is none.
    """
    for place, cell in enumerate(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return place
    raise LookupError(f"The notebook has no cell with the grade id {grade_id!r}.")


def write(notebook: Notebook, grade_id: str, source: str) -> None:
    """Write into the cell with this grade id, as a student does."""
    notebook.cells[find(notebook, grade_id)].source = source


def add_own_cell(notebook: Notebook, before: str, source: str) -> None:
    """Put a cell of the student's own before the cell with this grade id."""
    cell = new_code_cell(source, id=f"own-{len(notebook.cells)}")
    notebook.cells.insert(find(notebook, before), cell)


def delete(notebook: Notebook, grade_id: str) -> None:
    """Delete the cell with this grade id."""
    del notebook.cells[find(notebook, grade_id)]


def copy_cell(notebook: Notebook, grade_id: str, source: str | None = None) -> None:
    """Copy the cell with its metadata, as JupyterLab and Colab do."""
    place = find(notebook, grade_id)
    twin = copy.deepcopy(notebook.cells[place])
    twin.id = f"{twin.id}-copy"
    twin.source = twin.source if source is None else source
    notebook.cells.insert(place + 1, twin)


def strip_metadata(notebook: Notebook) -> None:
    """Lose every cell's metadata and id, as a conversion to text and back does."""
    for number, cell in enumerate(notebook.cells):
        cell.metadata = {}
        cell.id = f"lost-{number}"


def split(notebook: Notebook, grade_id: str, line: int) -> None:
    """Split the cell before this line; the second half gets no metadata."""
    place = find(notebook, grade_id)
    lines = notebook.cells[place].source.split("\n")
    notebook.cells[place].source = "\n".join(lines[:line])
    rest = new_code_cell("\n".join(lines[line:]), id=f"{grade_id}-rest")
    notebook.cells.insert(place + 1, rest)


def merge_with_next(notebook: Notebook, grade_id: str) -> None:
    """Merge the cell with the one below it, which loses its metadata."""
    place = find(notebook, grade_id)
    below = notebook.cells.pop(place + 1)
    notebook.cells[place].source += "\n\n" + below.source


def save_in_colab(notebook: Notebook) -> dict[str, Any]:
    """Return the file that Colab writes: its ids, outputs, badge and format."""
    raw = copy.deepcopy(dict(notebook))
    raw["nbformat_minor"] = 0
    raw["metadata"] = {
        "colab": {"provenance": [], "include_colab_link": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    cells = []
    for number, cell in enumerate(raw["cells"]):
        cell = dict(cell)
        metadata = {**cell["metadata"], "id": cell.pop("id")}
        if cell["cell_type"] == "code":
            metadata |= {
                "outputId": f"{number:08d}-1111-2222-3333-444455556666",
                "colab": {"base_uri": "https://localhost:8080/", "height": 35},
            }
        cells.append({**cell, "metadata": metadata})
    badge = dict(new_markdown_cell(_BADGE))
    del badge["id"]
    badge["metadata"] = {"id": "view-in-github", "colab_type": "text"}
    raw["cells"] = [badge, *cells]
    return raw
