"""A worker runs cells and calls functions, and tells how each went."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.implementation import CallFailed
from autograder.sandbox import (
    Limits,
    SandboxUnavailable,
    WarmPool,
    Worker,
    bubblewrap,
    level,
    open_worker,
    warm_pool,
)

LIMITS = Limits(cell_seconds=1.0, call_seconds=1.0, grace_seconds=0.3)
X = np.arange(6.0).reshape(2, 3)
DOUBLE = "def double(x):\n    return x * 2"


@pytest.fixture(scope="module", params=[False, True], ids=["bubblewrap", "unsandboxed"])
def pool(request: pytest.FixtureRequest) -> Iterator[WarmPool]:
    with warm_pool(limits=LIMITS, unsandboxed=request.param) as warm:
        yield warm


@pytest.fixture
def worker(pool: WarmPool) -> Iterator[Worker]:
    with pool.worker() as opened:
        yield opened


def failure(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(CallFailed) as caught:
        call()
    return caught.value.kind, caught.value.sentence


def statuses(worker: Worker, cells: list[str]) -> list[str]:
    return [run.status for run in worker.run(cells)]


def test_cells_share_a_namespace_and_functions_answer(worker: Worker) -> None:
    assert statuses(worker, ["import numpy as np", "k = 3", "def f(x): return k * x"])
    assert np.array_equal(worker.call("f", (X,)).value, 3 * X)


def test_changes_in_place_are_seen_in_the_reply(worker: Worker) -> None:
    worker.run(["def f(x):\n    x += 1\n    return None"])
    reply = worker.call("f", (X,))
    assert reply.value is None
    assert np.array_equal(reply.arguments[0], X + 1)
    assert X[0, 0] == 0.0


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
        ("def f(x):\n    while True: pass", "timed out", "still running after 1 s"),
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


def test_a_function_that_timed_out_gets_less_time_later(worker: Worker) -> None:
    worker.run(["def f(x):\n    while x > 0: pass\n    return x"])
    assert "after 1 s" in failure(lambda: worker.call("f", (1.0,)))[1]
    assert "after 0.2 s" in failure(lambda: worker.call("f", (1.0,)))[1]
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


def test_the_submission_has_a_budget_for_everything_together(pool: WarmPool) -> None:
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


def test_results_too_large_to_send_are_refused(pool: WarmPool) -> None:
    limits = Limits(message_bytes=2**16)
    with open_worker(limits=limits, unsandboxed=True) as worker:
        worker.run(["import numpy as np\ndef f(): return np.zeros(10**5)"])
        kind, sentence = failure(lambda: worker.call("f", ()))
    assert kind == "refused"
    assert "800,1" in sentence and "65,536" in sentence


def test_the_memory_of_all_processes_counts_together() -> None:
    limits = Limits(memory_bytes=400 * 2**20)
    hoard = (
        "import os, time\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        block = bytearray(b'x') * (150 * 2**20)\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "time.sleep(60)"
    )
    with open_worker(limits=limits) as worker:
        runs = worker.run([hoard])
    assert runs[0].status == "killed"
    assert "used more memory than a submission may" in runs[0].sentence


def test_nothing_of_one_submission_is_left_for_the_next(pool: WarmPool) -> None:
    spawn = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(60)\n"
        "    os._exit(0)\n"
    )
    with pool.worker() as worker:
        before = descendants(worker.process_id)
        assert statuses(worker, [spawn]) == ["ran"]
        assert len(descendants(worker.process_id)) >= len(before) + 2
    with pool.worker() as worker:
        assert len(descendants(worker.process_id)) == len(before)


def descendants(process: int) -> list[int]:
    found = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, file.read_text().split()):
            found += [child, *descendants(child)]
    return found


def test_a_sandbox_that_is_killed_is_started_again() -> None:
    with open_worker(limits=LIMITS) as worker:
        worker.run([DOUBLE])
        inside = descendants(worker.process_id)
        os.kill(worker.process_id, signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() for process in inside):
            time.sleep(0.01)
        kind, _ = failure(lambda: worker.call("double", (X,)))
        assert kind == "killed"
        assert np.array_equal(worker.call("double", (X,)).value, 2 * X)


@pytest.mark.parametrize("unsandboxed", [False, True])
def test_everything_ends_when_the_grader_is_killed(unsandboxed: bool) -> None:
    code = (
        "from autograder.sandbox import open_worker\n"
        f"worker = open_worker(unsandboxed={unsandboxed})\n"
        "worker.run(['def f():\\n    while True: pass'])\n"
        "print(worker.process_id, flush=True)\n"
        "worker.call('f', ())\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        outermost = int(grader.stdout.readline())
        inside = [outermost, *descendants(outermost)]
        grader.kill()
    assert len(inside) >= 2
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{process}").exists() for process in inside):
        assert time.monotonic() < deadline, "something still runs"
        time.sleep(0.01)


def test_a_missing_bubblewrap_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap"):
        open_worker()
    assert level(unsandboxed=True) == "unsandboxed"


def test_a_bubblewrap_that_may_not_work_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'setting up uid map: denied' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SandboxUnavailable, match=r"uid map: denied.*userns"):
        level()


def test_the_level_names_bubblewrap_and_its_version() -> None:
    assert level().startswith("bubblewrap 0.")


def test_a_module_that_is_missing_is_named() -> None:
    with pytest.raises(SandboxUnavailable, match="no_such_module"):
        open_worker(("numpy", "no_such_module"), unsandboxed=True)


def test_a_single_worker_serves_one_submission() -> None:
    with open_worker(limits=LIMITS) as worker:
        worker.run([DOUBLE])
        assert np.array_equal(worker.call("double", (X,)).value, 2 * X)


def test_without_nested_namespaces_each_submission_gets_a_new_sandbox() -> None:
    with warm_pool(limits=LIMITS) as pool:
        for _ in range(2):
            with pool.worker() as worker:
                worker._process.nested = False
                worker._process.restart()
                mark = "import os\nprint(os.listdir('.'))\nopen('a', 'w').close()"
                runs = worker.run([DOUBLE, mark])
                assert runs[1].output == "[]\n"
                assert np.array_equal(worker.call("double", (X,)).value, 2 * X)


def test_the_course_is_hidden_where_it_lies_inside_what_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = tmp_path / "site-packages"
    hidden = packages / "autograder"
    (hidden / "reference").mkdir(parents=True)
    (packages / "shown.txt").write_text("shown")
    monkeypatch.setattr(bubblewrap, "PACKAGE", hidden)
    monkeypatch.setattr(sys, "path", [*sys.path, str(packages)])
    look = (
        f"import os\nprint(os.listdir({str(packages)!r}), os.listdir({str(hidden)!r}))"
    )
    with open_worker(limits=LIMITS) as worker:
        runs = worker.run([look])
    assert runs[0].status == "ran", runs
    assert "shown.txt" in runs[0].output
    assert runs[0].output.endswith("[]\n")


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
