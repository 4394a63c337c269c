"""Let plain nbgrader commands work here, with the course's grading inside them."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader defines it)

# nbgrader starts alembic by name; without an activated environment it is not on the
# path.
_programs = str(Path(sys.executable).parent)
if _programs not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = _programs + os.pathsep + os.environ.get("PATH", os.defpath)

# nbgrader's exchange, and a gradebook in PostgreSQL, ask for a name.
c.CourseDirectory.course_id = "batchnorm"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "chapters/exercises"

c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}

c.GenerateAssignment.preprocessors = [
    "autograder.grading.preprocessors.FillRepository",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "autograder.grading.preprocessors.Tidy",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Student code runs in a sandbox and is judged outside of it, whichever command grades.
c.Autograde.exporter_class = "autograder.grading.preprocessors.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "autograder.grading.preprocessors.Repair",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.grading.preprocessors.Judge",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Feedback that loads nothing from elsewhere and runs no script.
c.GenerateFeedback.exporter_class = "autograder.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
