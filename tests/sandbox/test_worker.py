"""A worker runs cells and calls functions, and tells how each went."""

from __future__ import annotations

import time

import numpy as np
import pytest

from autograder.implementation import CallFailed
from autograder.sandbox import Limits, Worker, open_worker, warm_pool
from tests.sandbox.support import DOUBLE, LIMITS, X, failure, statuses


def test_cells_share_a_namespace_and_functions_answer(worker: Worker) -> None:
    assert statuses(worker, ["import numpy as np", "k = 3", "def f(x): return k * x"])
    assert np.array_equal(worker.call("f", (X,)).value, 3 * X)


def test_changes_in_place_are_seen_in_the_reply(worker: Worker) -> None:
    worker.run(["def f(x):\n    x += 1\n    return None"])
    reply = worker.call("f", (X,))
    assert reply.value is None
    assert np.array_equal(reply.arguments[0], X + 1)
    assert X[0, 0] == 0.0


def test_arguments_after_the_call_come_back_only_if_asked_for(worker: Worker) -> None:
    worker.run(["def f(x):\n    x += 1\n    return x"])
    reply = worker.call("f", (X,), after=False)
    assert np.array_equal(reply.value, X + 1)
    assert reply.arguments == (X,)


def test_what_is_for_another_platform_is_left_out(worker: Worker) -> None:
    cell = """import sys
if sys.platform == "emscripten":
    await nowhere
    found = "there"
elif sys.platform == "nothing like it":
    await nowhere
else:
    found = "here"
"""
    runs = worker.run([cell, "import asyncio\nawait asyncio.sleep(0)\nfound"])
    assert [run.status for run in runs] == ["ran", "ran"]
    assert runs[1].output == "'here'\n"


def test_values_that_are_not_plain_come_back_as_their_type_only(worker: Worker) -> None:
    worker.run(["def f(x):\n    return (x, object())"])
    value = worker.call("f", (X,)).value
    assert isinstance(value, tuple)
    assert value[1].type_name == "object"


@pytest.mark.parametrize(
    ("cell", "kind", "sentence"),
    [
        ("", "missing", "No function named f is defined. Has its cell been run?"),
        ("f = 3", "missing", "f is a int, but it must be a function."),
        (
            "def f(x): raise NotImplementedError",
            "not implemented",
            "NotImplementedError",
        ),
        (
            "def f(x):\n    return g(x)\ndef g(x):\n    return [][3]",
            "raised",
            "f raised IndexError: list index out of range (at the line `return [][3]`)",
        ),
        ("def f(): pass", "raised", "takes 0 positional arguments but 1 was given"),
        (
            "def f(x):\n    while True: pass",
            "timed out",
            "still running when the time for one call",
        ),
        ("import os\ndef f(x): os._exit(3)", "killed", "f ended Python itself"),
        ("def f(x): raise SystemExit", "raised", "f raised SystemExit"),
    ],
)
def test_each_way_to_give_no_answer_is_told_apart(
    worker: Worker, cell: str, kind: str, sentence: str
) -> None:
    worker.run([DOUBLE, cell])
    found = failure(lambda: worker.call("f", (X,)))
    assert found[0] == kind
    assert sentence in found[1]
    assert np.array_equal(worker.call("double", (X,)).value, 2 * X)


def test_a_function_that_timed_out_gets_less_time_later(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.run(["def f(x):\n    while x > 0: pass\n    return x"])
    really, given = worker._exchange, []

    def noted(request, seconds, lending):
        given.append(seconds)
        return really(request, seconds, lending)

    monkeypatch.setattr(worker, "_exchange", noted)
    said = [failure(lambda: worker.call("f", (1.0,))) for _ in range(2)]
    assert given[0] == 1.0 and given[-1] == 0.2
    assert said[0] == said[1]
    assert worker.call("f", (-1.0,)).value == -1.0


def test_a_bad_cell_costs_only_itself(worker: Worker) -> None:
    cells = [
        DOUBLE,
        "import os\ndef kept(x): return x\nlost = 1\nos._exit(1)",
        "while True: pass\ndef after(x): return x",
        "1 / 0",
        "def broken(:",
        "def triple(x): return double(x) + x",
    ]
    expected = ["ran", "killed", "timed out", "raised", "raised", "ran"]
    runs = worker.run(cells)
    assert [run.status for run in runs] == expected
    assert "exit status 1" in runs[1].sentence
    assert (
        "ZeroDivisionError: division by zero (at the line `1 / 0`)" in runs[3].sentence
    )
    assert "SyntaxError" in runs[4].sentence and "def broken(:" in runs[4].sentence
    for name, factor in {"kept": 1, "after": 1, "triple": 3}.items():
        assert np.array_equal(worker.call(name, (X,)).value, factor * X)


def test_the_submission_has_a_budget_for_everything_together() -> None:
    limits = Limits(cell_seconds=1.0, submission_seconds=0.5, grace_seconds=0.3)
    with open_worker(limits=limits, unsandboxed=True) as worker:
        runs = worker.run(["while True: pass", DOUBLE])
        assert [run.status for run in runs] == ["timed out", "skipped"]
        kind, sentence = failure(lambda: worker.call("double", (X,)))
        assert kind == "timed out"
        assert "0.5 s that a whole submission may take" in sentence


@pytest.mark.parametrize(
    "cell",
    [
        "from autograder import check\ncheck('forward')",
        "import autograder\nautograder.check('forward.standardize', seed=3)",
        "%matplotlib inline\n%load_ext autoreload\nx = 1",
        "!pip install autograder\nfiles = !ls\nx = 1",
        "%pip install numpy",
        "%%capture\nx = 1",
        "%%time\nx = 1",
        "%time x = 1",
        "print?\n",
        "name = input('Name? ')",
        "import asyncio\nawait asyncio.sleep(0)",
        "async with __import__('contextlib').AsyncExitStack(): pass",
        "import sys\nprint('a warning', file=sys.stderr)",
        "import warnings\nwarnings.warn('old')",
        "assert 'is' in '\\w' or True",
        "display(3)",
        "",
        "# only a comment",
    ],
)
def test_what_notebooks_usually_hold_is_harmless(worker: Worker, cell: str) -> None:
    runs = worker.run([cell, DOUBLE])
    assert [run.status for run in runs] == ["ran", "ran"], runs


@pytest.mark.parametrize("cell", ["%%capture\nx = 1", "%%time\nx = 1", "%time x = 1"])
def test_watching_magics_run_what_they_watch(worker: Worker, cell: str) -> None:
    worker.run([cell, "def get(): return x"])
    assert worker.call("get", ()).value == 1


def test_output_and_the_last_expression_are_kept_up_to_the_limit(
    worker: Worker,
) -> None:
    runs = worker.run(["print('hello')\n1 + 1", "1 + 1;", "print('x' * 10**6)"])
    assert runs[0].output == "hello\n2\n"
    assert runs[1].output == ""
    assert len(runs[2].output) < LIMITS.output_bytes + 100
    assert "left out" in runs[2].output


def test_control_characters_do_not_reach_a_terminal(worker: Worker) -> None:
    runs = worker.run(["print('\\x1b[2J')", "raise ValueError('\\x1b[2J')"])
    assert not any("\x1b" in run.output + run.sentence for run in runs)


def test_importing_the_grader_is_refused_with_a_sentence(worker: Worker) -> None:
    runs = worker.run(["import autograder.reference", "from autograder import judge"])
    assert [run.status for run in runs] == ["raised", "raised"]
    assert "cannot be imported while a submission is graded" in runs[0].sentence


def test_random_numbers_are_the_same_after_a_restart(worker: Worker) -> None:
    cell = "import numpy as np\nr = np.random.rand()\ndef get(): return r"
    worker.run([cell, "import os\ndef die(): os._exit(1)"])
    before = worker.call("get", ()).value
    failure(lambda: worker.call("die", ()))
    assert worker.call("get", ()).value == before


def test_a_cell_too_long_to_send_is_skipped_and_told(worker: Worker) -> None:
    runs = worker.run(["#" * (2**20 + 1), DOUBLE])
    assert [run.status for run in runs] == ["skipped", "ran"]
    assert "1,048,576" in runs[0].sentence


def test_a_cell_whose_characters_take_too_many_bytes_costs_only_itself(
    worker: Worker,
) -> None:
    runs = worker.run(["#" + "\U0001f600" * 400_000, "#" + "é" * 400_000, DOUBLE])
    assert [run.status for run in runs] == ["skipped", "ran", "ran"]
    assert "more characters beyond ASCII" in runs[0].sentence


def test_a_deep_cell_with_an_await_runs(worker: Worker) -> None:
    deep = "+".join(["1"] * 900)
    runs = worker.run([f"sum_ = {deep}  # await\nsum_"])
    assert runs[0].output == "900\n"


REPLAYED = """
import signal, sys, time
frame = sys._getframe()
while "request" not in frame.f_locals:
    frame = frame.f_back
if frame.f_locals["request"]["number"] > 30:
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
    time.sleep(100)
"""


def test_cells_that_are_slow_only_when_they_run_again_gain_no_time() -> None:
    limits = Limits(cell_seconds=0.3, submission_seconds=1.5, grace_seconds=0.1)
    with open_worker(limits=limits, unsandboxed=True) as worker:
        began = time.monotonic()
        runs = worker.run([REPLAYED] * 29 + ["import os\nos._exit(0)", DOUBLE])
        assert time.monotonic() - began < 4
        assert "had no time left" in runs[-1].sentence
        assert "used up" in failure(lambda: worker.call("double", (X,)))[1]


def test_results_too_large_to_send_are_refused() -> None:
    limits = Limits(message_bytes=2**16)
    with open_worker(limits=limits, unsandboxed=True) as worker:
        worker.run(["import numpy as np\ndef f(): return np.zeros(10**5)"])
        kind, sentence = failure(lambda: worker.call("f", ()))
    assert kind == "refused"
    assert "800,1" in sentence and "65,536" in sentence


READY_MADE = """
def double(x):
    import torch
    y = torch.nn.functional.batch_norm(torch.from_numpy(x), None, None, training=True)
    return y.numpy()
"""


def test_a_ready_made_normalization_is_refused_when_called():
    """PyTorch takes its time to import, so this worker may be slow."""
    limits = Limits(cell_seconds=60, call_seconds=60)
    with warm_pool(limits=limits) as pool, pool.worker() as worker:
        worker.run([READY_MADE])
        with pytest.raises(CallFailed, match="ready-made normalization") as failure:
            worker.call("double", (X,))
        assert failure.value.kind == "refused"
