"""Sandboxes start, end and hide what they must, or say why they cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox import (
    Limits,
    SandboxUnavailable,
    WarmPool,
    bubblewrap,
    level,
    open_worker,
    warm_pool,
)
from tests.sandbox.support import DOUBLE, LIMITS, X, failure, statuses

pytestmark = pytest.mark.alone


def descendants(process: int) -> list[int]:
    found = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, file.read_text().split()):
            found += [child, *descendants(child)]
    return found


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
