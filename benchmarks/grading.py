"""How fast is grading, next to stock nbgrader and otter-grader?

    python -m benchmarks.grading [--torch] [--otter-python PYTHON] [--save]
    python -m benchmarks.grading --many 2000 [--save]

The same made-up submissions go through all of them in turn, in several rounds on the
same machine. Of ours counts the whole ``autograder grade`` with sandbox, gradebook and
audit records; feedback and report, which the others' commands do not make, are counted
apart. A slow grader gets the first of the submissions only. What starting costs is told
by grading very few; the rate without it is that of a large class. On a machine that
does other work meanwhile, compare processor time rather than time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from autograder.grading import pool
from benchmarks import limit, machine, many, submissions
from benchmarks.graders import Grader, Otter, Ours, Stock, Timing

LIMIT = "limit: fork, cells, calls"


@dataclass
class Series:
    """The rounds of one grader; ``alone`` is what ``few`` submissions took."""

    count: int
    few: int = 1
    alone: float = 0.0
    rounds: list[float] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)
    cpu_alone: float = 0.0
    cpu: list[float] = field(default_factory=list)

    @property
    def each(self) -> float:
        """Seconds for one more submission, start-up apart: median of the rounds."""
        return statistics.median(self.per_submission())

    def per_submission(self) -> list[float]:
        """Return the seconds for one more submission in each round."""
        more = max(self.count - self.few, 1)
        return [max(s - self.alone, 1e-9) / more for s in self.rounds]

    @property
    def cpu_each(self) -> float:
        """Processor seconds for one more submission: median of the rounds."""
        more = statistics.median(self.cpu) - self.cpu_alone
        return max(more, 1e-9) / max(self.count - self.few, 1)

    @property
    def whole(self) -> float:
        """Submissions an hour of the whole command, with its start."""
        return 3600 * self.count / statistics.median(self.rounds)


def compare(
    graders: Sequence[tuple[Grader, int]],
    made: dict[str, Any],
    rounds: int,
    jobs: int,
    scratch: Path,
) -> dict[str, Series]:
    """Let the graders grade in turn; return each one's rounds."""
    series = {grader.name: Series(count) for grader, count in graders}
    most = max(count for _, count in graders)
    works = [limit.work_of(submissions.ASSIGNMENT, made[s]) for s in islice(made, most)]
    series[LIMIT] = Series(most, few=0)
    for grader, _ in graders:
        # All processes of a grader must have something to do to have started.
        few = jobs if isinstance(grader, Ours) else 1
        series[grader.name].few = few
        alone = _run(grader, made, few, scratch / f"few-{grader.name}")
        series[grader.name].alone = alone.seconds
        series[grader.name].cpu_alone = alone.cpu
    for number in range(rounds):
        for grader, count in graders:
            folder = scratch / f"{number}-{grader.name}"
            timing = _run(grader, made, count, folder)
            series[grader.name].rounds.append(timing.seconds)
            series[grader.name].parts.append(timing.parts)
            series[grader.name].cpu.append(timing.cpu)
            print(
                f"round {number + 1}: {grader.name}: {count} in {timing.seconds:.1f} s"
            )
        spent, used = limit.seconds(works, machine.cores())
        series[LIMIT].rounds.append(spent)
        series[LIMIT].cpu.append(used)
    return series


def _run(grader: Grader, made: dict[str, Any], count: int, folder: Path) -> Timing:
    some = dict(islice(made.items(), count))
    timing = grader.grade(some, folder)
    missing = [s for s in some if timing.scores.get(s) is None]
    if missing:
        raise SystemExit(
            f"{grader.name} gave no score to {len(missing)} of {count}, so its time "
            f"means nothing. It said:\n{grader.output[-3000:]}"
        )
    return timing


def summary(series: dict[str, Series], ours: str, jobs: int) -> dict[str, Any]:
    """Return the figures of every grader, and how many times faster ours is."""
    figures: dict[str, Any] = {}
    for name, one in series.items():
        pairs = zip(one.per_submission(), series[ours].per_submission(), strict=True)
        figures[name] = {
            "submissions": one.count,
            "processes": {ours: jobs, LIMIT: machine.cores()}.get(name, 1),
            "seconds": [round(s, 3) for s in one.rounds],
            "few": one.few,
            "seconds_for_few": round(one.alone, 3),
            "seconds_each": round(one.each, 5),
            "per_hour": round(3600 / one.each),
            "per_hour_with_start": round(one.whole),
            "ours_is_times_as_fast": round(
                statistics.median(other / own for other, own in pairs), 2
            ),
            "cpu_seconds_each": round(one.cpu_each, 5),
            "ours_uses_times_less_cpu": round(one.cpu_each / series[ours].cpu_each, 2),
            "counted_apart_seconds": [
                {key: round(s, 3) for key, s in part.items()} for part in one.parts
            ],
        }
    return figures


def table(figures: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    lines = [
        f"{'':28}{'ms each':>9}{'per hour':>10}{'with start':>12}{'ours is':>9}"
        f"{'CPU ms each':>13}{'less CPU':>10}"
    ]
    for name, one in figures.items():
        each, factor = 1000 * one["seconds_each"], one["ours_is_times_as_fast"]
        lines.append(
            f"{name:28}{each:9.1f}{one['per_hour']:10,}"
            f"{one['per_hour_with_start']:12,}{factor:8.2f}x"
            f"{1000 * one['cpu_seconds_each']:13.1f}"
            f"{one['ours_uses_times_less_cpu']:9.2f}x"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure what the options ask for and print it."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        scratch = Path(name)
        if options.many:
            result = many.measure(options.many, options.jobs, scratch)
            return _save(options, "many", result)
        ours = Ours(scratch, options.jobs)
        graders: list[tuple[Grader, int]] = [
            (ours, options.ours),
            (Stock(scratch), options.stock),
        ]
        if options.otter_python:
            graders.append((Otter(options.otter_python), options.stock))
        else:
            print("Without otter-grader: name a Python that has it: --otter-python")
        if options.torch:
            import torch  # noqa: F401  (warm, before the limit is measured)
        made = submissions.make(max(options.ours, options.stock), options.torch)
        series = compare(graders, made, options.rounds, options.jobs, scratch)
    figures = summary(series, ours.name, options.jobs)
    facts = machine.facts()
    print(
        f"\n{facts['processor']}, {facts['cores']} cores, load {facts['load_average']}"
    )
    print(table(figures))
    name = "grading-torch" if options.torch else "grading"
    _save(options, name, {**facts, "graders": figures})


def _save(options: argparse.Namespace, name: str, result: dict[str, Any]) -> None:
    if options.save:
        machine.save(name, result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ours", type=int, default=100, help="submissions for ours")
    parser.add_argument("--stock", type=int, default=6, help="and for the others")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=pool.default_jobs())
    parser.add_argument("--torch", action="store_true", help="notebooks import PyTorch")
    parser.add_argument("--otter-python", type=Path, metavar="PYTHON")
    parser.add_argument("--many", type=int, default=0, metavar="N")
    parser.add_argument("--save", action="store_true", help="to benchmarks/results/")
    return parser.parse_args()


if __name__ == "__main__":
    main()
