"""Fill a platform's table of grades: each grade into its student's row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autograder.grading.export.grades import Exported, Grade
from autograder.grading.export.table import Table
from autograder.grading.failure import Failure

_EMPTY = ("", "-")


@dataclass(frozen=True)
class Line:
    """One student's row: the platform's id, a name to show, and other identities."""

    row: list[str]
    identity: str
    name: str
    others: frozenset[str] = frozenset()
    #: The most points that the platform gives here, as it wrote them.
    maximum: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table of grades with its rows by student; ``grade`` is the column to fill."""

    platform: str
    table: Table
    lines: Sequence[Line]
    grade: int
    #: Tells the platform's id of whose work came from it, "" of others'.
    identity: Callable[[Grade], str] = field(repr=False, default=lambda _: "")


def fill(sheet: Sheet, grades: Sequence[Grade], points: float) -> Exported:
    """Write the grades into the rows, scaled to what the platform gives at most.

    A row without a grade stays as the platform wrote it, and so does a row that two
    students claim. ``points`` are those of the exercise. Raises :exc:`Failure` where
    the platform takes no points.
    """
    done = Exported()
    claims: dict[int, list[Grade]] = defaultdict(list)
    for grade in grades:
        place = _place(sheet, grade)
        if place is not None:
            claims[place].append(grade)
        else:
            reason = grade.reason or f"is not in the file of {sheet.platform}."
            done.left.append(f"{grade.student}: {reason}")
    scales: set[str] = set()
    for place, line in enumerate(sheet.lines):
        before = line.row[sheet.grade].strip()
        match claims.get(place, []):
            case [grade] if not grade.reason:
                scale = _scale(sheet, line, points, scales)
                line.row[sheet.grade] = number(grade.points * scale)
                done.given.append(grade)
            case []:
                if before in _EMPTY:
                    done.left.append(f"{line.name}: handed nothing in.")
            case claiming:
                kept = "" if before in _EMPTY else f" The {before} there stays."
                done.left += [
                    f"{g.student}: {_why(g, claiming)}{kept}" for g in claiming
                ]
    done.notes += [
        f"Points were scaled from {number(points)} to {most}, the most that "
        f"{sheet.platform} gives."
        for most in sorted(scales)
    ]
    return done


def number(value: float) -> str:
    """Return points as platforms write them.

    >>> number(88.0), number(2 / 3)
    ('88', '0.67')
    """
    return str(round(value, 2)).removesuffix(".0")


def _place(sheet: Sheet, grade: Grade) -> int | None:
    """Return the number of the student's line.

    Work that came from the platform is matched by the platform's id alone; other work
    by the student's name here, if the platform knows it as a login or the like.
    """
    identity = sheet.identity(grade)
    own = grade.student.casefold()
    found = [
        place
        for place, line in enumerate(sheet.lines)
        if (line.identity == identity if identity else own in line.others)
    ]
    return found[0] if len(found) == 1 else None


def _why(grade: Grade, claiming: Sequence[Grade]) -> str:
    others = ", ".join(other.student for other in claiming if other is not grade)
    return grade.reason or (
        f"is the same person there as {others}. Remove one of them from the submitted "
        "folder and grade again."
    )


def _scale(sheet: Sheet, line: Line, points: float, scales: set[str]) -> float:
    if not line.maximum.strip():
        return 1.0
    try:
        most = float(line.maximum.replace(",", "."))
    except ValueError:
        most = 0.0
    if most <= 0:
        raise Failure(
            f"{sheet.platform} takes no points in this column: its maximum is "
            f"{line.maximum!r}. Let the assignment have points there, or name another "
            "column with --column."
        )
    if most != points:
        scales.add(number(most))
    return most / points
