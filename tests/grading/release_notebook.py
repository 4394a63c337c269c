"""A small released notebook and solved submissions, for the tests of grading."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

POINTS = {"standardize": 20, "epsilon": 10, "running_mean": 8, "eval_output": 20}
SIGNATURES = {
    "batchnorm_train": "x, gamma, beta, eps",
    "update_running": "running_mean, running_var, x, momentum",
    "batchnorm_eval": "x, gamma, beta, running_mean, running_var, eps",
}
BODIES = {
    "batchnorm_train": """
    mean = x.mean(axis=0)
    inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - mean) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)""",
    "update_running": """
    mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
    var = (1 - momentum) * running_var + momentum * x.var(axis=0, ddof=1)
    return mean, var""",
    "batchnorm_eval": """
    # Two statements, so that the cell can be split inside.
    x_hat = (x - running_mean) / np.sqrt(running_var + eps)
    return gamma * x_hat + beta""",
}


def marks(grade_id: str, **more: object) -> dict[str, object]:
    """Return the metadata of a cell that nbgrader knows."""
    nbgrader = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": False,
        "solution": False,
        "locked": True,
        "task": False,
        **more,
    }
    return {"nbgrader": nbgrader}


def check_cell(name: str) -> nbformat.NotebookNode:
    """Return the locked cell that grades one criterion."""
    cell = new_code_cell(f'check("forward.{name}")', id=f"check-{name}")
    cell.metadata = nbformat.from_dict(marks(name, grade=True, points=POINTS[name]))
    return cell


def solution_cell(name: str) -> nbformat.NotebookNode:
    """Return the cell in which a function is written."""
    stub = f"def {name}({SIGNATURES[name]}):\n    raise NotImplementedError"
    cell = new_code_cell(stub, id=f"cell-{name}")
    cell.metadata = nbformat.from_dict(marks(name, solution=True, locked=False))
    return cell


def release_notebook() -> nbformat.NotebookNode:
    """Return the release: three functions, their checks and one written answer."""
    set_up = new_code_cell(
        "import numpy as np\nfrom autograder import check", id="set-up"
    )
    set_up.metadata = nbformat.from_dict(marks("set_up"))
    answer = new_markdown_cell("Your answer here.", id="why")
    answer.metadata = nbformat.from_dict(
        marks("why", solution=True, grade=True, locked=False, points=4)
    )
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Forward\n\nWrite three functions.", id="intro"),
            set_up,
            new_markdown_cell("## Training", id="training"),
            solution_cell("batchnorm_train"),
            check_cell("standardize"),
            check_cell("epsilon"),
            new_markdown_cell("## Running statistics", id="running"),
            solution_cell("update_running"),
            check_cell("running_mean"),
            new_markdown_cell("## Evaluation", id="evaluation"),
            solution_cell("batchnorm_eval"),
            check_cell("eval_output"),
            new_markdown_cell("Why is the running variance unbiased?", id="question"),
            answer,
        ],
        metadata={
            "kernelspec": {
                "name": "python3",
                "display_name": "Python 3",
                "language": "python",
            }
        },
    )
    notebook.nbformat_minor = 5
    return notebook


def solved(**sources: str) -> nbformat.NotebookNode:
    """Return a submission; sources replace cells' text by grade id."""
    notebook = release_notebook()
    texts = {name: code_of(name) for name in BODIES}
    texts |= {"why": "Because m - 1 degrees of freedom remain."} | sources
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in texts:
            cell.source = texts[name]
    return notebook


def code_of(name: str) -> str:
    """Return a right definition of a function."""
    return f"def {name}({SIGNATURES[name]}):{BODIES[name]}"
