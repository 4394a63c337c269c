"""The pieces of the benchmarks do what their figures say; nothing is timed here."""

import os
import subprocess
import sys
import types

import pytest

from autograder.exercises import load
from autograder.implementation import LocalImplementation
from autograder.judge import judge
from benchmarks import attacks, limit, many, parts, processes, submissions
from benchmarks.attack_cases import LYING, WRONG
from benchmarks.attack_cases import attacks as cases
from benchmarks.grading import Series, summary
from benchmarks.timed_grade import timed

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def points(answers, first=""):
    namespace = {}
    exec("\n".join(["import numpy as np", first, *answers.values()]), namespace)
    verdicts = judge(load("forward"), LocalImplementation(namespace), seed=3)
    return sum(verdict.points for verdict in verdicts)


def test_submissions_are_the_same_each_time_and_differ_from_each_other():
    first, again = submissions.make(5), submissions.make(5)
    assert first == again
    assert len({str(notebook.cells) for notebook in first.values()}) == 5


def test_submissions_for_pytorch_import_it_after_the_set_up_cell():
    notebook = submissions.make(1, torch=True)["student-0000"]
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert code[1] == "import torch"


def test_the_answers_of_the_controls_deserve_all_points_and_few():
    assert points(submissions.RIGHT) == 100
    assert points(WRONG) < 20


def test_every_attack_makes_a_notebook_with_the_cells_of_the_release():
    release = len(submissions.answered({}).cells)
    for attack in cases():
        made = attack.make()
        assert release <= len(made.cells) <= release + 1, attack.name
    assert set(LYING) == set(WRONG)


def test_the_limit_makes_the_calls_that_the_judge_makes():
    notebook = submissions.answered(submissions.RIGHT)
    work = limit.work_of("forward", notebook)
    assert {name for name, _ in work.calls} == set(submissions.RIGHT)
    spent, used = limit.seconds([work, work], jobs=2)
    assert spent > 0
    assert used > 0


def test_the_limit_leaves_the_package_importable():
    with limit.stubbed():
        assert not hasattr(sys.modules["autograder"], "__path__")
    assert hasattr(sys.modules["autograder"], "__path__")


def test_a_part_stands_still_while_another_runs_inside_of_it(monkeypatch):
    now = iter([0.0, 1.0, 3.0, 6.0, 10.0, 15.0])
    monkeypatch.setattr(parts.time, "perf_counter", lambda: next(now))
    clock = parts.Clock()  # at 0
    inner = clock.timed(lambda: None, "run the cells")  # from 3 to 6
    outer = clock.timed(inner, "call the functions")  # from 1 to 10
    outer()
    seconds = clock.stop()  # at 15
    assert seconds["run the cells"] == 3
    assert seconds["call the functions"] == 2 + 4
    assert seconds[parts.REST] == 1 + 5


def test_every_part_of_grading_a_submission_takes_time():
    command = [sys.executable, "-m", "benchmarks.parts", "--submissions", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert [part for *_, part in told[:-2]] == [part for *_, part in parts.PARTS]
    assert min(float(milliseconds) for milliseconds, *_ in told) > 0


def test_what_is_counted_apart_adds_up_over_calls():
    module = types.SimpleNamespace(_work=lambda number: number + 1)
    parts = {}
    timed(module, "_work", parts)
    assert module._work(1) == 2
    once = parts["work"]
    module._work(1)
    assert parts["work"] > once


def test_a_rate_leaves_the_start_out_and_ratios_compare_the_same_round():
    ours = Series(11, 1, alone=2.0, rounds=[3.0, 4.0], cpu=[2.0, 4.0])
    stock = Series(3, 1, alone=4.0, rounds=[6.0, 8.0], cpu=[8.0, 10.0])
    figures = summary({"ours": ours, "stock": stock}, "ours", jobs=2)
    assert ours.per_submission() == pytest.approx([0.1, 0.2])
    assert figures["stock"]["ours_is_times_as_fast"] == pytest.approx(10)
    assert figures["ours"]["per_hour"] == 24_000
    assert figures["stock"]["ours_uses_times_less_cpu"] == pytest.approx(15)


def test_memory_over_time_keeps_its_ends_and_few_points():
    looks = [{"seconds": float(number)} for number in range(1000)]
    kept = many.thinned(looks)
    assert len(kept) <= 40
    assert kept[0] == looks[0]


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="no /proc")
def test_memory_is_read_of_a_process_and_of_what_it_started():
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.pid in processes.descendants(os.getpid())
        assert processes.held(process.pid) > 0
        process.communicate(b"\n")
    assert processes.held(process.pid) == 0


def test_the_table_tells_yes_from_no_and_from_what_does_not_apply():
    first, second = cases()[0].name, cases()[1].name
    text = attacks.table({"a": {first: True, second: False}})
    assert f"| {first} | **yes** |" in text
    assert f"| {second} | no |" in text
    assert text.count("| – |") == len(cases()) - 2
