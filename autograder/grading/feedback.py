"""Feedback pages: nbgrader's, in a template that loads nothing from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from nbconvert.exporters.templateexporter import TemplateExporter
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
from traitlets.config import Config

from autograder.card import MARKS
from autograder.grading import files, notebooks
from autograder.grading.course import Course
from autograder.grading.entry import Row
from autograder.grading.markdown import to_html

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "autograder_feedback"


def points(value: object) -> str:
    """Return points without needless decimals.

    >>> points(7.0), points(2.5), points(None)
    ('7', '2.5', '0')
    """
    return f"{round(float(str(value or 0)), 2):g}"


def in_words(status: str) -> str:
    """Return a verdict's status as the card says it.

    >>> in_words("crashed"), in_words("not graded")
    ('stopped with an error', 'not graded')
    """
    words = {str(known): said for known, (_, said, _) in MARKS.items()}
    return words.get(status, status)


@cache
def style() -> str:
    """Return the style sheet that feedback and class report share."""
    return (TEMPLATES / "style.css").read_text("utf-8")


#: Longer code has no colours: some takes a time that grows with its length squared.
LONGEST_COLOURED = 10_000


@lru_cache(maxsize=512)
def code(source: str) -> str:
    """Return code as HTML, coloured by the classes that the style sheet knows."""
    if len(source) > LONGEST_COLOURED:
        text = html.escape(source)
        return f'<div class="highlight"><pre tabindex="0">{text}</pre></div>'
    page = str(highlight(source, PythonLexer(), HtmlFormatter(cssclass="highlight")))
    # What scrolls must be reachable by keyboard.
    return page.replace("<pre>", '<pre tabindex="0">', 1)


class FeedbackExporter(TemplateExporter):
    """An exporter to HTML with this package's template, for nbgrader to use.

    nbconvert's own HTML exporter parses each page once more, which takes longer than
    all the rest, to set what this template sets itself. The template that nbgrader
    configures for every exporter does not count here.
    """

    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, **kwargs: Any) -> None:
        config = Config(kwargs.pop("config", None) or {})
        config.FeedbackExporter.template_name = TEMPLATE
        config.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
        config.FeedbackExporter.filters = {
            "safe_markdown": to_html,
            "points": points,
            "in_words": in_words,
            "code": code,
        }
        super().__init__(config=config, **kwargs)  # type: ignore[no-untyped-call]

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Export the notebook, with the style sheet at hand."""
        resources = {**(resources or {}), "feedback_style": style()}
        return super().from_notebook_node(nb, resources, **kwargs)


def page(notebook: Any, student: str, assignment: str, row: Row) -> str:
    """Return the page of an autograded notebook with the gradebook's scores."""
    maximum = waiting = 0.0
    unjudged = False
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            marks["score"] = row.scores.get(marks["grade_id"], 0.0)
            marks["pending"] = marks["grade_id"] in row.pending
            maximum += marks["points"]
            waiting += marks["points"] * _is_answer(marks) * marks["pending"]
            unjudged |= marks["pending"] and not _is_answer(marks)
        if marks.get("solution"):
            marks["comment"] = row.comments.get(marks["grade_id"])
    told = {
        "notebook": assignment,
        "student": student,
        "score": row.score,
        "max_score": maximum,
        "waiting": waiting,
        "unjudged": unjudged,
        "late_penalty": row.penalty,
    }
    # The exporter would copy the notebook twice before it fills the template.
    resources = {"nbgrader": told, "feedback_style": style()}
    text = _exporter().template.render(nb=notebook, resources=resources)
    return str(text).lstrip("\r\n")


def _is_answer(marks: Mapping[str, object]) -> bool:
    """Tell whether a person gives the points of every such cell."""
    return bool(marks.get("grade") and marks.get("solution"))


@cache
def _exporter() -> FeedbackExporter:
    return FeedbackExporter(config=Config({"Exporter": {"default_preprocessors": []}}))


@dataclass(frozen=True)
class Page:
    """One page to write: whose, with what scores, from which notebook, to where."""

    student: str
    assignment: str
    row: Row
    notebook: Path
    path: Path


def to_write(course: Course, student: str, assignment: str, row: Row) -> Page:
    """Return a student's page, which :func:`write` writes."""
    notebook = course.autograded(student, assignment)
    return Page(
        student, assignment, row, notebook, course.feedback(student, assignment)
    )


def write(one: Page) -> None:
    """Write a student's page from the autograded notebook."""
    notebook = notebooks.read_graded(one.notebook)
    files.write(one.path, page(notebook, one.student, one.assignment, one.row))
