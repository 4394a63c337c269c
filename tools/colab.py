"""Rehearse Colab: run the notebooks that open there with the versions it has.

    python -m tools.colab [NOTEBOOK ...]

By default the GPU chapter and the solution of every exercise, each in an empty folder,
as Colab opens them. `make colab` does this in an environment of its own, made from
requirements-colab.txt: that of Colab without a GPU, where notebooks install Triton
themselves. Exits with 1 if a cell fails or a check loses points.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("torch", "numpy", "matplotlib", "ipython", "ipykernel")
#: A free T4 is given 15 minutes for the chapter; a cell that takes longer is stuck.
SECONDS = 900
SCORE = re.compile(r"([\d.]+) of ([\d.]+) points")


def notebooks() -> list[Path]:
    """Return the notebooks that Colab opens, exercises with their solutions."""
    return [ROOT / "chapters/gpu.ipynb", *sorted(ROOT.glob("solutions/*/*.ipynb"))]


def run(path: Path) -> Any:
    """Run a notebook alone in an empty folder, and return it with its output."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        where = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=SECONDS, resources=where).execute()
    return notebook


def lost(notebook: Any) -> list[str]:
    """Return the checks of a notebook that did not give all their points."""
    return [
        f"{cell.source}: {found[0]}"
        for cell in notebook.cells
        if cell.source.startswith("check(")
        for found in SCORE.finditer("\n".join(_shown(cell)))
        if found[1] != found[2]
    ]


def _shown(cell: Any) -> Iterator[str]:
    for output in cell.outputs:
        yield output.get("text", "")
        yield output.get("data", {}).get("text/plain", "")


def main(arguments: Sequence[str]) -> int:
    """Run the notebooks, say how each went, and return the exit status."""
    # The kernel of this environment, whatever others the user has registered; the
    # other by which a notebook knows that it is on Colab.
    os.environ.update(JUPYTER_PREFER_ENV_PATH="1", COLAB_RELEASE_TAG="rehearsal")
    known = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"Python {platform.python_version()}, {known}")
    failed = False
    for path in [Path(a) for a in arguments] or notebooks():
        start = time.perf_counter()
        try:
            trouble = lost(run(path))
        except CellExecutionError as error:
            trouble = [str(error)]
        took = f"{time.perf_counter() - start:.0f} s"
        print(f"{path.name}: {'; '.join(trouble) or 'ran to the end'} ({took})")
        failed = failed or bool(trouble)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
