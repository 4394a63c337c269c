"""Take points off work that came late, by the rule that nbgrader's settings name."""

from __future__ import annotations

from typing import Any

from nbgrader import api
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.orm import selectinload

from autograder.grading.course import Course, configured
from autograder.grading.failure import Failure


class Late:
    """The rule of a course; nbgrader's own takes nothing off."""

    def __init__(self, course: Course) -> None:
        self._rule = configured(course.root, AssignLatePenalties, course.config)
        self._rule.init_plugin()

    def renew(self, db: Any, assignment: str) -> set[str]:
        """Compute all penalties anew; return the students whose penalty changed.

        The due date, the rule, or a person's points may be others than at the grading.
        """
        kind = api.SubmittedAssignment
        submissions = (
            db.query(kind)
            .join(api.Assignment, api.Assignment.id == kind.assignment_id)
            .filter(api.Assignment.name == assignment)
            .options(selectinload(kind.notebooks))
        )
        with db.no_autoflush:
            changed = {one.student_id for one in submissions if self.penalize(db, one)}
        db.commit()
        return changed

    def penalize(self, db: Any, submission: Any) -> bool:
        """Set the penalties of a submission, and tell whether one has changed."""
        changed = False
        late = submission.total_seconds_late
        for notebook in submission.notebooks:
            penalty = self._penalty(db, submission, notebook) if late > 0 else None
            changed |= (penalty or 0) != (notebook.late_submission_penalty or 0)
            notebook.late_submission_penalty = penalty
        return changed

    def _penalty(self, db: Any, submission: Any, notebook: Any) -> float | None:
        db.refresh(notebook, ["score"])
        late, plugin = submission.total_seconds_late, self._rule.plugin_inst
        try:
            penalty = plugin.late_submission_penalty(
                submission.student_id, notebook.score, late
            )
            if penalty is None:
                return None
            return float(self._rule._check_late_penalty(notebook, penalty))
        except Exception as error:  # the rule may be the teacher's own
            raise Failure(
                f"The penalty of {submission.student_id}, {late:g} s late, cannot be "
                f"computed: {type(plugin).__name__} fails with "
                f"{type(error).__name__}: {error}. Correct it and grade again."
            ) from error
