"""The sample class, end to end through the command line."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from autograder.exercises import load
from autograder.grading import audit
from autograder.grading.course import Course, open_course
from autograder.grading.gradebook import open_gradebook

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Graded:
    """A class that was graded, and what the command said."""

    course: Course
    status: int
    said: str
    progress: str


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "autograder", *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = tmp_path_factory.mktemp("class") / "course"
    made = command("sample-class", folder)
    assert made.returncode == 0, made.stderr
    done = command("grade", "forward", "--course", folder)
    return Graded(open_course(folder), done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def rows(graded: Graded):
    with open_gradebook(graded.course, "forward") as gradebook:
        return gradebook.rows()


@pytest.fixture(scope="module")
def records(graded: Graded):
    found = audit.load_all(graded.course.records("forward"))
    return {record.student: record for record in found}


def test_the_status_says_that_some_need_a_person(graded: Graded, samples):
    assert graded.status == 3, graded.progress
    assert f"Graded {len(samples)}; skipped 0" in graded.said
    needing = sum(sample.needs_person for sample in samples.values())
    assert f"{needing} need a person" in graded.said
    assert re.search(r"\d+ of \d+, [\d.]+ per second, .+ in all", graded.progress)


def test_every_sample_has_the_outcome_it_must_have(records, rows, samples):
    assert set(records) == set(rows) == set(samples)
    for student, sample in samples.items():
        points = records[student].grades
        lost = {name for name, value in points.items() if not value}
        assert lost == set(sample.lost), (student, records[student].verdicts)
        assert bool(records[student].person) == sample.needs_person, student
        if sample.points is None:
            assert set(rows[student].auto.values()) == {None}, student
        else:
            assert rows[student].score == sample.points, student


def test_where_nothing_could_be_graded_nobody_reads_a_zero(graded: Graded, samples):
    without = [name for name, sample in samples.items() if sample.points is None]
    said = f"{len(samples)} students, {len(without)} of them without points yet; median"
    assert said in graded.said
    report = graded.course.report("forward").read_text("utf-8")
    assert f"Without the {len(without)} who have no points" in report
    assert report.count("none yet</span>") == len(without)
    for student in without:
        page = graded.course.feedback(student, "forward").read_text("utf-8")
        assert "Batch normalization, forward: no points yet</h1>" in page, student
        assert "Epsilon is where it belongs" in page
        assert "– / 20" in page
        assert "0 of " not in page


def test_a_person_is_asked_for_only_where_one_is_needed(rows, samples):
    for student, sample in samples.items():
        assert rows[student].needs_person == sample.needs_person, student


def test_nobody_has_nothing_without_a_word(records):
    for student, record in records.items():
        lost = [v for v in record.verdicts if v.points < v.max_points]
        assert all(verdict.message for verdict in lost), student
        if record.points == 0:
            assert record.person or all(v.status != "passed" for v in lost)


def test_nbgrader_reads_the_same_points_from_the_autograded_notebook(graded, rows):
    for student, row in rows.items():
        notebook = nbformat.read(graded.course.autograded(student, "forward"), 4)
        nbformat.validate(notebook)
        found = {
            cell.metadata["nbgrader"]["grade_id"]: determine_grade(cell)[0]
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        }
        assert found == {name: value or 0.0 for name, value in row.auto.items()}, (
            student
        )


def test_nbgraders_own_classes_see_the_scores(graded: Graded, rows):
    with Gradebook(graded.course.gradebook_url) as gradebook:
        dicts = gradebook.submission_dicts("forward")
        assert len(gradebook.assignment_submissions("forward")) == len(rows)
    assert {d["student"]: d["score"] for d in dicts} == {
        student: row.score for student, row in rows.items()
    }
    assert {d["max_score"] for d in dicts} == {load("forward").points}


def test_feedback_carries_every_message_and_loads_nothing(graded, records):
    for student, record in records.items():
        page = graded.course.feedback(student, "forward").read_text("utf-8")
        shown = html.unescape(page)
        assert not re.search(r"<script|<link|<img|<iframe|url\(|@import", page), student
        assert "default-src 'none'" in page
        for sentence in record.person:
            assert sentence in shown
        for verdict in record.verdicts:
            if not record.ungraded and verdict.message:
                assert verdict.message in shown


def test_the_report_shows_everyone_and_every_mistake(graded: Graded, records):
    page = graded.course.report("forward").read_text("utf-8")
    assert not re.search(r"<script|<link|<img|https?://(?!www.w3.org)", page)
    sentences = {slip.name: slip.sentence for slip in load("forward").slips}
    shown = html.unescape(page)
    for student, record in records.items():
        link = f"../../feedback/{student}/forward/forward.html"
        assert f'href="{link}"' in page
        assert (graded.course.report("forward").parent / link).is_file()
        for slip in record.slips:
            assert sentences[slip] in shown
    assert "bubblewrap" in page


def test_an_audit_record_says_how_the_grade_came_about(graded, records, samples):
    record = records["sample-biased-running"]
    path = graded.course.folder("submitted", record.student, "forward") / record.file
    assert record.sha256 == audit.sha256(path.read_bytes())
    assert 0 <= record.seed < 2**63
    assert record.sandbox.startswith("bubblewrap")
    assert set(record.versions) >= {"autograder", "reference", "numpy", "nbgrader"}
    assert record.limits["cell_seconds"] > 0
    assert record.slips == ["running-variance-biased"]
    assert len({r.seed for r in records.values()}) == len(samples)


def test_a_second_run_skips_what_has_not_changed(graded: Graded, records):
    again = command("grade", "forward", "--course", graded.course.root)
    assert again.returncode == 3
    assert f"Graded 0; skipped {len(records)}" in again.stdout


def test_a_changed_submission_is_graded_again_and_alone(graded: Graded, samples):
    course, student = graded.course, "sample-raises"
    path = course.folder("submitted", student, "forward") / "forward.ipynb"
    before, seed = path.read_bytes(), audit.load(course.record(student, "forward")).seed
    path.write_bytes(samples["sample-right-plain"].file.read_bytes())
    changed = command("grade", "forward", "--course", course.root)
    assert f"Graded 1; skipped {len(samples) - 1}" in changed.stdout
    record = audit.load(course.record(student, "forward"))
    assert record.points == 100
    assert record.seed != seed
    assert "100 of 100" in course.feedback(student, "forward").read_text("utf-8")
    path.write_bytes(before)
    command("grade", "forward", "--course", course.root, "--student", student)
    assert audit.load(course.record(student, "forward")).points < 100


def test_a_regrade_gives_the_same_to_the_letter(graded: Graded):
    students = ["sample-biased-running", "sample-two-mistakes", "sample-right-plain"]
    chosen = [part for student in students for part in ("--student", student)]
    done = command("regrade", "forward", "--course", graded.course.root, *chosen)
    assert "Graded 3 again: 3 exactly as recorded" in done.stdout, done.stdout
    assert done.returncode == 0


def test_a_regrade_shows_what_would_change(graded: Graded):
    student = "sample-biased-running"
    path = graded.course.record(student, "forward")
    before = path.read_text("utf-8")
    data = json.loads(before)
    verdict = next(v for v in data["verdicts"] if v["criterion"] == "running_var")
    verdict |= {"status": "passed", "points": 12, "message": "", "slips": []}
    data["versions"]["reference"] = "0" * 64
    path.write_text(json.dumps(data), encoding="utf-8")
    changed = path.read_text("utf-8")
    done = command(
        "regrade", "forward", "--course", graded.course.root, "--student", student
    )
    assert done.returncode == 3
    assert "was passed, 12 points; is failed, 0 points" in done.stdout
    assert "reference 000000000000 →" in done.stdout
    assert path.read_text("utf-8") == changed
    path.write_text(before, encoding="utf-8")


PAGES = [
    "records/forward/report.html",
    "feedback/sample-two-mistakes/forward/forward.html",
    "feedback/sample-not-json/forward/forward.html",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_fit_the_screen_and_fetch_nothing(graded, browser, path):
    address = (graded.course.root / path).as_uri()
    for scheme, width in (("light", 1280), ("dark", 390)):
        # axe is put into the page as a script, which the page itself forbids.
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            bypass_csp=True,
        )
        fetched: list[str] = []
        page.on("request", lambda request, log=fetched: log.append(request.url))
        page.goto(address)
        assert fetched == [address]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]})
        assert [one["help"] for one in found.response["violations"]] == []
        page.close()
