"""A course folder: where nbgrader keeps what, as its own configuration says."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError
from traitlets.config.loader import PyFileConfigLoader

from autograder.grading.failure import Failure, UsageFailure

CONFIG_FILE = "nbgrader_config.py"


@dataclass(frozen=True)
class Course:
    """One course folder with nbgrader's configuration of it."""

    root: Path
    config: Any
    directory: CourseDirectory

    @property
    def gradebook_url(self) -> str:
        """The address of nbgrader's gradebook."""
        return str(self.directory.db_url)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return the folder of one of nbgrader's steps, such as "submitted"."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))

    def release(self, assignment: str) -> Path:
        """Return the path of the released notebook."""
        return self.folder("release", ".", assignment) / f"{assignment}.ipynb"

    def source(self, assignment: str) -> Path:
        """Return the path of the source notebook."""
        return self.folder("source", ".", assignment) / f"{assignment}.ipynb"

    def autograded(self, student: str, assignment: str) -> Path:
        """Return the path of a student's autograded notebook."""
        folder = self.folder("autograded", student, assignment)
        return folder / f"{assignment}.ipynb"

    def feedback(self, student: str, assignment: str) -> Path:
        """Return the path of a student's feedback page."""
        return self.folder("feedback", student, assignment) / f"{assignment}.html"

    def records(self, assignment: str) -> Path:
        """Return the folder of the audit records of an assignment."""
        return self.root / "records" / assignment

    def record(self, student: str, assignment: str) -> Path:
        """Return the path of a student's audit record."""
        return self.records(assignment) / f"{student}.json"

    def report(self, assignment: str) -> Path:
        """Return the path of the class report."""
        return self.records(assignment) / "report.html"

    def students(self, assignment: str) -> list[str]:
        """Return who has a folder of submitted work for the assignment, sorted."""
        submitted = self.folder("submitted", ".", ".")
        if not submitted.is_dir():
            return []
        found = sorted(
            entry.name
            for entry in submitted.iterdir()
            if not entry.name.startswith(".") and (entry / assignment).is_dir()
        )
        for name in found:
            if (shown := name.encode(errors="replace").decode()) != name:
                raise Failure(
                    f"The folder {shown} in {submitted} has a name that is no text. "
                    "Rename it to the student's, then run the command again."
                )
        return found

    def misplaced(self) -> list[str]:
        """Return a sentence for each notebook that lies beside the folders for it."""
        submitted = self.folder("submitted", ".", ".")
        found = [*submitted.glob("*.ipynb"), *submitted.glob("*/*.ipynb")]
        return [
            f"{path} lies in no student's folder of an assignment. Move it "
            "to submitted/STUDENT/ASSIGNMENT/ and grade again."
            for path in sorted(found)
            if path.is_file()
        ]


def open_course(folder: Path) -> Course:
    """Read the course folder's configuration.

    Raises :exc:`UsageFailure` if the folder is missing or is no course folder, and
    :exc:`Failure` if its configuration does not load.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise UsageFailure(
            f"There is no folder {folder}. Name a course folder with --course."
        )
    if not (root / CONFIG_FILE).is_file():
        raise UsageFailure(
            f"{folder} is not a course folder: it has no {CONFIG_FILE}. Run the "
            "command in the course's folder, or name that folder with --course."
        )
    try:
        config = PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
    except Exception as error:
        raise Failure(
            f"{root / CONFIG_FILE} does not load ({type(error).__name__}: {error}). "
            "Correct it and try again."
        ) from error
    config.CourseDirectory.root = str(root)
    find_programs()
    if str(root) not in sys.path:
        # As nbgrader does: a plugin, such as one for late work, may lie there.
        sys.path.append(str(root))
    return Course(root, config, configured(root, CourseDirectory, config))


T = TypeVar("T")


def configured(root: Path, kind: Callable[..., T], config: Any) -> T:
    """Return nbgrader's object of that kind; raise :exc:`Failure` if it refuses."""
    try:
        return kind(config=config)
    except TraitError as error:
        raise Failure(
            f"{root / CONFIG_FILE} has a setting that nbgrader does not take: {error}. "
            "Correct it and try again."
        ) from error


def find_programs() -> None:
    """Put this interpreter's programs on the search path.

    nbgrader starts ``alembic`` by name when it makes a gradebook, and does not find it
    where the virtual environment is used without being activated.
    """
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if programs not in path.split(os.pathsep):
        os.environ["PATH"] = programs + os.pathsep + path
