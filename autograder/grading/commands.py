"""What each command of the command line does, and the status it ends in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from autograder import exercises
from autograder.card import as_text
from autograder.grading import (
    audit,
    class_report,
    class_run,
    course_folder,
    intake,
    regrading,
)
from autograder.grading import export as exporting
from autograder.grading import release as releasing
from autograder.grading.asked import exercise_asked
from autograder.grading.course import Course, open_course
from autograder.grading.failure import ALL_GRADED, FAILED, NEEDS_A_PERSON, UsageFailure
from autograder.grading.notebook_file import read_file
from autograder.grading.ready import exercise_named, read_release, sandbox_level
from autograder.grading.repair import repair
from autograder.grading.submission import grade_repaired


def release(folder: Path, names: Sequence[str], check: bool) -> int:
    """Write the releases, or with ``check`` only say which have drifted."""
    course = open_course(folder)
    if check:
        drifted = releasing.drift(course, names)
        for path in drifted:
            print(f"{path} is not what its source gives. Run `autograder release`.")
        return FAILED if drifted else ALL_GRADED
    changed = releasing.release(course, names)
    for path in changed:
        print(f"Wrote {path}")
    if not changed:
        print("The releases are up to date.")
    return ALL_GRADED


def sample_class(folder: Path, destination: Path) -> int:
    """Make a course folder with a made-up class in it."""
    course = course_folder.make(open_course(folder), destination)
    for name in exercises.names():
        samples = course_folder.fill(course, name)
        print(
            f"Made a class of {len(samples)} in {destination}. Grade it with "
            f"`autograder grade {name} --course {destination}`."
        )
    return ALL_GRADED


def grade(
    folder: Path,
    assignment: str,
    source: Path | None,
    students: Sequence[str],
    jobs: int | None,
    unsandboxed: bool,
    force: bool,
) -> int:
    """Collect if asked to, grade, report, and print the summary."""
    course = open_course(folder)
    exercise_named(assignment)
    if source is not None:
        sandbox_level(unsandboxed)
        with class_run.only_writer(course, assignment):
            taken = intake.take_in(course, assignment, source)
        count = sum(result.path is not None for result in taken)
        print(f"Collected {count} notebooks from {source}.")
    summary = class_run.grade_class(
        course, assignment, students, jobs, unsandboxed, force
    )
    print(
        f"Graded {len(summary.graded)}; skipped {len(summary.skipped)} that were "
        "graded before and have not changed."
    )
    return _finish(course, assignment)


def report(folder: Path, assignment: str) -> int:
    """Write the class report from the records and print the summary."""
    course = open_course(folder)
    exercise_named(assignment)
    class_run.write_what_a_person_wrote(course, assignment)
    return _finish(course, assignment)


def export(
    folder: Path,
    assignment: str,
    platform: str,
    into: Path | None,
    column: str | None,
    output: Path | None,
) -> int:
    """Write what the platform imports; say who has no grade in it and why."""
    course = open_course(folder)
    exercise_named(assignment)
    class_run.write_what_a_person_wrote(course, assignment)
    done = exporting.export(course, assignment, platform, output, into, column)
    print(f"Exported {len(done.given)} grades.")
    for note in done.notes:
        print(note)
    if done.left:
        print(f"{len(done.left)} without a grade in it:")
    for sentence in done.left:
        print(f"  {sentence}")
    return NEEDS_A_PERSON if done.left else ALL_GRADED


def regrade(
    folder: Path,
    assignment: str,
    students: Sequence[str],
    jobs: int | None,
    unsandboxed: bool,
) -> int:
    """Grade again with the recorded seeds; print what differs and write nothing."""
    course = open_course(folder)
    exercise_named(assignment)
    sandbox_level(unsandboxed)
    result = regrading.regrade(course, assignment, students, jobs, unsandboxed)
    for line in result.differences:
        print(line)
    print(
        f"Graded {result.compared} again: {result.same} exactly as recorded, "
        f"{result.compared - result.same} differently. Nothing was written; "
        "`autograder grade --force` records new grades."
    )
    return ALL_GRADED if result.same == result.compared else NEEDS_A_PERSON


def check(
    folder: Path,
    file: Path,
    name: str | None,
    seed: int | None,
    unsandboxed: bool,
) -> int:
    """Grade one notebook file and print the verdicts; no gradebook is touched."""
    if not file.is_file():
        raise UsageFailure(f"There is no file {file}. Name a notebook file.")
    course = open_course(folder)
    exercise = exercise_named(name or _exercise_of(course, file))
    sandbox_level(unsandboxed)
    release = read_release(course, exercise)
    repaired = repair(read_file(file), release)
    drawn = secrets.randbits(63) if seed is None else seed
    record = audit.Record(exercise.name, "", file.name, "", drawn)
    record, _ = grade_repaired(record, repaired, release, unsandboxed)
    for sentence in record.repairs:
        print(f"Repaired: {sentence}")
    for reason in record.person:
        print(f"Needs a person: {reason}")
    if record.ungraded:
        print("There are no points until a person has looked.")
        return NEEDS_A_PERSON
    for run in record.cells:
        if run["status"] != "ran":
            print(f"Cell {run['index']}: {run['sentence']}")
    print(as_text(exercise.title, record.verdicts))
    for written in exercise.written:
        said = "a person grades it" if record.answers[written.name] else "no answer"
        print(f"{written.title} ({written.points:g} points): {said}")
    print(f"seed {record.seed}, {record.sandbox}")
    return NEEDS_A_PERSON if record.person else ALL_GRADED


def _exercise_of(course: Course, file: Path) -> str:
    """Return the exercise that the file asks to check, or that it is named after."""
    if asked := exercise_asked(read_file(file)):
        return asked
    names = exercises.names()
    if found := [name for name in names if name in file.stem.lower()]:
        return found[0]
    raise UsageFailure(
        f"Neither the name of {file} nor a check in it says which exercise it is of. "
        f"Say so with --exercise; known: {', '.join(names)}."
    )


def _finish(course: Course, assignment: str) -> int:
    """Write the report, print the class in a few lines, and return the status."""
    seen = class_report.write(course, assignment)
    print(seen.text())
    print(f"Class report: {course.report(assignment)}")
    print(f"Feedback: {course.folder('feedback', 'STUDENT', assignment)}")
    return NEEDS_A_PERSON if seen.need_a_person() or seen.unfinished else ALL_GRADED
