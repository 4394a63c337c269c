"""Grade notebooks with otter-grader; run by the Python that has it installed.

    python otter_grade.py FOLDER ASSIGNMENT

``FOLDER/tests`` holds the tests. The cells that call this course's own checks are left
out: otter-grader runs its tests instead. Prints the scores as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
from otter.execute import grade_notebook


def main(folder: Path, assignment: str) -> None:
    """Grade each submission and print the scores by student; None: it gave none."""
    tests = sorted(str(path) for path in (folder / "tests").glob("*.py"))
    scores = {}
    for path in sorted(folder.glob(f"submitted/*/{assignment}/{assignment}.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [
            cell
            for cell in notebook.cells
            if not cell.metadata.get("nbgrader", {}).get("grade")
        ]
        nbformat.write(notebook, path)
        try:
            results = grade_notebook(
                str(path), tests_glob=tests, test_dir=str(folder / "tests")
            )
            failed = results.has_catastrophic_failure()
            scores[path.parents[1].name] = None if failed else results.total
        except Exception as error:
            print(f"{path.parents[1].name}: {type(error).__name__}: {error}")
            scores[path.parents[1].name] = None
    print(json.dumps({"scores": scores}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
