"""The steps that nbgrader's own commands take through this package.

``nbgrader_config.py`` names them, so that plain ``nbgrader generate_assignment``,
``nbgrader autograde`` and ``nbgrader generate_feedback`` do what the command line of
this package does.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import nbformat
import yaml
from nbconvert.exporters import NotebookExporter
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder import __version__
from autograder.grading import audit, notebooks, submission
from autograder.grading.course import Course, open_course
from autograder.grading.failure import Failure
from autograder.grading.gradebook import open_gradebook
from autograder.grading.notebook_file import read_file
from autograder.grading.repair import Repaired, repair
from autograder.grading.tasks import task_for

PLACEHOLDER = re.compile(r"\{\{\s*(repository|wheel)\s*\}\}")
BOOK_CONFIG = "_config.yml"
#: Where a repaired notebook carries, from one of nbgrader's two conversions to the
#: next, what was said.
SAID = "autograder_said"


class FillRepository(NbGraderPreprocessor):
    """Put the addresses, which only the book's configuration knows, in their places."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Replace ``{{ repository }}`` and ``{{ wheel }}`` in every cell."""
        known = addresses(Path.cwd())
        for cell in nb.cells:
            cell.source = PLACEHOLDER.sub(lambda m: known[m[1]], cell.source)
        return nb, resources


class SubmissionExporter(NotebookExporter):
    """nbconvert's notebook exporter, which also takes files that are no notebooks.

    :class:`Repair` reads the file itself, and says what is wrong with it.
    """

    def from_file(
        self, file_stream: Any, resources: Any = None, **kwargs: Any
    ) -> tuple[Any, Any]:
        """Export the notebook in the stream, or an empty one if there is none."""
        try:
            notebook = nbformat.read(file_stream, as_version=4)
        except Exception:
            notebook = nbformat.v4.new_notebook()
        exported = self.from_notebook_node(  # type: ignore[no-untyped-call]
            notebook, resources=resources, **kwargs
        )
        return cast("tuple[Any, Any]", exported)


class Repair(NbGraderPreprocessor):
    """Restore a submission against the release, instead of nbgrader's sanitizing."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the repaired notebook, with what was repaired in its metadata."""
        course, assignment, student = _place(resources)
        path = task_for(course, assignment, student).path
        release = notebooks.read(course.release(assignment))
        repaired = repair(read_file(path) if path else b"", release)
        notebook = repaired.notebook
        notebook.metadata[SAID] = {
            "repairs": repaired.repairs,
            "person": repaired.needs_person,
        }
        return notebook, resources


class Judge(NbGraderPreprocessor):
    """Run, judge and record a repaired submission, instead of executing it.

    The audit record and the gradebook hold what ``autograder grade`` puts there.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook with the verdict cards as the grade cells' outputs."""
        course, assignment, student = _place(resources)
        said = nb.metadata.pop(SAID, {"repairs": [], "person": []})
        task = task_for(course, assignment, student)
        where = course.record(student, assignment)
        audit.save(where, task.record)
        repaired = Repaired(
            nb, [*task.repairs, *said["repairs"]], [*task.person, *said["person"]]
        )
        release = notebooks.read(task.release)
        before = task.record
        record, graded = submission.grade_repaired(before, repaired, release, False)
        entry = submission.entry(
            record, graded, release, task.timestamp, before.answers
        )
        with open_gradebook(course, assignment) as gradebook:
            gradebook.write([entry])
        audit.save(where, record)
        return graded, resources


class Tidy(NbGraderPreprocessor):
    """Leave nothing in the release that depends on who wrote it, where and when."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Keep nbgrader's metadata only, and give every cell a stable id."""
        nb.metadata = {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
        nb.nbformat, nb.nbformat_minor = 4, 5
        for index, cell in enumerate(nb.cells):
            kept = ("nbgrader", "deletable", "editable", "tags")
            cell.metadata = {
                key: cell.metadata[key] for key in kept if key in cell.metadata
            }
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.id = cell.get("id") or grade_id or f"cell-{index}"
        return nb, resources


def addresses(root: Path) -> dict[str, str]:
    """Return where the repository is, and where the site keeps the package's wheel."""
    path = root / BOOK_CONFIG
    try:
        config = yaml.safe_load(path.read_text("utf-8"))
        repository, site = config["repository"]["url"], config["html"]["baseurl"]
    except (OSError, TypeError, KeyError, yaml.YAMLError) as error:
        raise Failure(
            f"{path} does not say where the repository and the site are. It must have "
            "`url:` under `repository:`, and `baseurl:` under `html:`."
        ) from error
    wheel = f"wheels/autograder-{__version__}-py3-none-any.whl"
    return {
        "repository": str(repository).rstrip("/"),
        "wheel": f"{str(site).rstrip('/')}/{wheel}",
    }


def _place(resources: Any) -> tuple[Course, str, str]:
    # nbgrader's converters work in the course's root.
    told = resources["nbgrader"]
    return open_course(Path.cwd()), told["assignment"], told["student"]
