"""Gradescope: an autograder that hands out the grades given here.

Gradescope takes no file of scores. What it takes is an autograder, a zip that it runs
once for each submission and that writes ``results.json``
(gradescope-autograders.readthedocs.io). This one holds the results by the number of the
submission, runs none of the student's code, and has no result for whom there is no
grade.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.grading.course import Course
from autograder.grading.export.grades import Exported, Grade, zipped
from autograder.grading.export.sheet import number
from autograder.grading.failure import Failure, UsageFailure
from autograder.grading.ready import exercise_named

_SUBMISSION = re.compile(r"(?:^|/)submission_(\d+)/")
_PROGRAM = Path(__file__).with_name("run_autograder.py")
_SET_UP = b"#!/usr/bin/env bash\n# Nothing to install: the grades have been given.\n"


def export(
    course: Course,
    assignment: str,
    grades: Sequence[Grade],
    folder: Path,
    into: Path | None,
    column: str | None,
) -> Exported:
    """Return the autograder's zip."""
    if into is not None or column is not None:
        raise UsageFailure(
            "Gradescope has no file of grades that could be filled: it takes an "
            "autograder. Leave out --into and --column."
        )
    done = Exported()
    by_number: dict[str, list[Grade]] = defaultdict(list)
    for grade in grades:
        found = _SUBMISSION.search(grade.came_from("Gradescope"))
        reason = grade.reason or ("" if found else "was not collected from Gradescope.")
        if found and not reason:
            by_number[found[1]].append(grade)
        else:
            done.left.append(f"{grade.student}: {reason}")
    results: dict[str, bytes] = {}
    for name, group in by_number.items():
        if len({grade.points for grade in group}) > 1:
            points = ", ".join(f"{g.student} {number(g.points)}" for g in group)
            done.left.append(f"submission {name}: its members differ: {points}.")
            continue
        done.given += group
        text = json.dumps(_result(group[0], assignment), indent=1, ensure_ascii=False)
        results[f"results/{name}.json"] = text.encode()
    program = {"setup.sh": _SET_UP, "run_autograder": _PROGRAM.read_bytes()}
    packed = zipped(program | results, executable=tuple(program))
    assert packed is not None
    path = folder / "gradescope.zip"
    done.files[path] = packed
    most = number(exercise_named(assignment).points)
    done.notes += [
        f"{path}: in Gradescope give the assignment {most} autograder points, upload "
        "the file under Configure Autograder, then choose Regrade All Submissions."
    ]
    return done


def _result(grade: Grade, assignment: str) -> dict[str, Any]:
    """Return a submission's ``results.json``: a test for each part of the exercise."""
    seen = grade.seen
    if seen is None:
        raise Failure(f"{grade.student} has no grade.")
    exercise = exercise_named(assignment)
    said = {verdict.criterion: verdict.message for verdict in seen.record.verdicts}
    parts = [(part.name, part.title, part.points) for part in exercise.criteria]
    parts += [(part.name, part.title, part.points) for part in exercise.written]
    output = [f"Repaired: {sentence}" for sentence in seen.record.repairs]
    if seen.row.penalty:
        output.append(f"Late: {number(seen.row.penalty)} points less.")
    return {
        "score": round(grade.points, 2),
        "output": "\n".join(output),
        # As long as the instructor has not published the grades, nobody sees any.
        "visibility": "after_published",
        "tests": [
            {
                "name": title,
                "score": seen.row.scores.get(name, 0.0),
                "max_score": points,
                "output": said.get(name) or seen.row.comments.get(name, ""),
            }
            for name, title, points in parts
        ],
    }
