"""The command line: release exercises, grade a class, give the grades back.

Exit status: 0 all was graded (or nothing has changed); 3 all that could be graded was,
and some submissions need a person; 1 the command failed, and what was there is intact;
2 the arguments make no sense.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.grading.failure import FAILED, Failure

STATUSES = """\
exit status:
  0  everything was graded; with --check: nothing has changed
  1  the command failed or was interrupted; what was recorded before is intact
  2  the arguments make no sense: unknown exercise, missing folder, unknown option
  3  everything that can be graded was, and some submissions need a person
     (regrade: some grades would differ; export: some have no grade in the file)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except Failure as failure:
        return _fail(str(failure), failure.status)
    except KeyboardInterrupt:
        return _fail(
            "Interrupted. What was graded so far is recorded; the same command goes on "
            "from there."
        )
    except BrokenPipeError:
        # Whoever read the output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        return _fail(
            f"The system refused{where}: {error.strerror or error}. Give permission or "
            "free space, then run the same command again; it goes on where it stopped."
        )


def _commands() -> Any:
    # nbgrader takes seconds to import; --help and a mistyped option need none of it.
    from autograder.grading import commands

    return commands


def _fail(sentence: str, status: int = FAILED) -> int:
    print(f"autograder: {sentence}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Release exercises and grade a class's notebooks.",
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=None)
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_release(verbs)
    _add_sample_class(verbs)
    _add_grade(verbs)
    _add_regrade(verbs)
    _add_check(verbs)
    _add_report(verbs)
    _add_export(verbs)
    return parser


def _add_release(verbs: Any) -> None:
    verb = _verb(verbs, "release", "make the released notebooks from their sources")
    verb.add_argument("names", nargs="*", metavar="EXERCISE", help="default: all")
    verb.add_argument(
        "--check",
        action="store_true",
        help="write nothing; status 1 if one has drifted",
    )
    _add_course(verb)
    verb.set_defaults(run=lambda o: _commands().release(o.course, o.names, o.check))


def _add_sample_class(verbs: Any) -> None:
    verb = _verb(
        verbs, "sample-class", "make a course folder with a made-up class in it"
    )
    verb.add_argument("folder", type=Path, metavar="FOLDER")
    _add_course(verb, "the course whose notebooks are copied into it")
    verb.set_defaults(run=lambda o: _commands().sample_class(o.course, o.folder))


def _add_grade(verbs: Any) -> None:
    verb = _verb(
        verbs, "grade", "grade what is new or changed; write feedback and report"
    )
    _add_class(verb)
    verb.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="ZIP_OR_FOLDER",
        help="collect this download of the learning platform first",
    )
    verb.add_argument("--force", action="store_true", help="grade everything again")
    verb.set_defaults(
        run=lambda o: _commands().grade(
            o.course, o.assignment, o.source, o.student, o.jobs, o.unsandboxed, o.force
        )
    )


def _add_regrade(verbs: Any) -> None:
    verb = _verb(verbs, "regrade", "grade again from the records and show what differs")
    _add_class(verb)
    verb.set_defaults(
        run=lambda o: _commands().regrade(
            o.course, o.assignment, o.student, o.jobs, o.unsandboxed
        )
    )


def _add_check(verbs: Any) -> None:
    verb = _verb(verbs, "check", "grade one notebook file and print the verdicts")
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--exercise", help="its exercise; default: what its cells say")
    verb.add_argument("--seed", type=int, help="draw the inputs from this seed")
    _add_unsandboxed(verb)
    _add_course(verb)
    verb.set_defaults(
        run=lambda o: _commands().check(
            o.course, o.file, o.exercise, o.seed, o.unsandboxed
        )
    )


def _add_report(verbs: Any) -> None:
    verb = _verb(verbs, "report", "write the class report from the records")
    _add_assignment(verb)
    verb.set_defaults(run=lambda o: _commands().report(o.course, o.assignment))


def _add_export(verbs: Any) -> None:
    verb = _verb(verbs, "export", "write the grades for the learning platform")
    _add_assignment(verb)
    verb.add_argument(
        "--to",
        required=True,
        choices=("canvas", "moodle", "gradescope"),
        help="canvas: gradebook and feedback; moodle: grading worksheet and feedback; "
        "gradescope: an autograder that hands out the grades",
    )
    verb.add_argument(
        "--into",
        type=Path,
        metavar="FILE",
        help="fill this gradebook or worksheet that the platform gave you",
    )
    verb.add_argument("--column", metavar="NAME", help="the column of it to fill")
    verb.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="where to write; default: records/ASSIGNMENT/export",
    )
    verb.set_defaults(
        run=lambda o: _commands().export(
            o.course, o.assignment, o.to, o.into, o.column, o.output
        )
    )


def _verb(verbs: Any, name: str, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def _add_assignment(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("assignment", metavar="ASSIGNMENT", help='such as "forward"')
    _add_course(verb)


def _add_course(verb: argparse.ArgumentParser, what: str = "the course folder") -> None:
    verb.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help=f"{what}; default: this folder",
    )


def _add_class(verb: argparse.ArgumentParser) -> None:
    """Add whose work is graded, and how."""
    _add_assignment(verb)
    verb.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="ID",
        help="only this student; may be given several times",
    )
    verb.add_argument(
        "--jobs", type=_positive, metavar="N", help="default: one more than cores"
    )
    _add_unsandboxed(verb)


def _add_unsandboxed(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--unsandboxed",
        action="store_true",
        help="run student code with your own permissions; recorded in every grade",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)
