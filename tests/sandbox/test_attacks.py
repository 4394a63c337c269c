"""No attack in ``attacks/`` changes a score, gets outside, or harms the next student.

Each is a cell of a submission to the exercise ``forward`` that is right in one
function, wrong in another and lacks the third: there are points to gain and to lose.
Each file there is a family. An attack starts with a line ``=== name | statuses |
words | harms itself``: how its cell may end, words (a regular expression) that must be
told of it, and whether it may break the rest of its own submission. An attack that gets
where it must not prints REACHED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

import autograder
from autograder.exercises import load
from autograder.grading.grade import Graded, grade_notebook
from autograder.sandbox import Limits, WarmPool, bubblewrap, warm_pool
from tests.sandbox.outside import SECRET, Outside, outside

pytestmark = pytest.mark.alone

LIMITS = Limits(
    cell_seconds=0.7,
    call_seconds=2.0,
    submission_seconds=20.0,
    grace_seconds=0.3,
    memory_bytes=256 * 2**20,
    processes=16,
    open_files=64,
    file_bytes=4 * 2**20,
    tmp_bytes=8 * 2**20,
)
FORWARD = load("forward")
# The running variance is the biased one, and there is no evaluation mode.
WORK = """
import numpy as np

def batchnorm_train(x, gamma, beta, eps):
    mean, var = x.mean(axis=0), x.var(axis=0)
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)

def update_running(running_mean, running_var, x, momentum):
    mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
    return mean, (1 - momentum) * running_var + momentum * x.var(axis=0)
"""
CLEAN = """
import builtins, os
import numpy as np
assert not hasattr(np, "poisoned") and not hasattr(builtins, "poisoned")
assert os.listdir("/scratch") == [] and os.listdir("/dev/shm") == []
assert np.allclose([1.0], [1.0]) and not np.allclose([1.0], [2.0])
"""
FORGE = """
import os, stat, sys
def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
channel = next(number for number in range(3, 256) if is_socket(number))
def raw(data):
    os.write(channel, data)
def number_asked():
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["request"]["number"]
def forge(message):
    if isinstance(message, dict):
        message["number"] = number_asked()
    body = sys.modules["inside.wire"].encode(message)
    raw(len(body).to_bytes(8, "big") + body)
"""


@dataclass(frozen=True)
class Attack:
    """One cell of a hostile submission, and what must be told of it."""

    family: str
    name: str
    ends: tuple[str, ...]
    says: str
    harms_itself: bool
    source: str


def attacks() -> Iterator[Attack]:
    for file in sorted((Path(__file__).parent / "attacks").glob("*.txt")):
        for part in file.read_text().split("=== ")[1:]:
            heading, source = part.split("\n", 1)
            name, ends, says = [field.strip() for field in heading.split(" |")[:3]]
            statuses = tuple(status.strip() for status in ends.split(","))
            harms = heading.endswith("harms itself")
            yield Attack(file.stem, name, statuses, says, harms, source)


ATTACKS = list(attacks())


@pytest.fixture(scope="module")
def pool() -> Iterator[WarmPool]:
    with warm_pool(limits=LIMITS) as warm:
        yield warm


@pytest.fixture
def around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    monkeypatch.setenv("GRADER_SECRET", SECRET)
    with outside(tmp_path) as laid:
        yield laid


def test_there_are_enough_attacks_of_every_kind() -> None:
    families = [attack.family for attack in ATTACKS]
    assert len(ATTACKS) >= 60
    assert min(families.count(family) for family in set(families)) >= 5
    assert len({(attack.family, attack.name) for attack in ATTACKS}) == len(ATTACKS)


@pytest.fixture(scope="module")
def deserved(pool: WarmPool) -> dict[str, float]:
    """Return the points of the work by itself, for each criterion."""
    points, _ = graded(pool, [WORK])
    assert 0 < sum(points.values()) < FORWARD.points
    assert points["running_mean"] > 0 == points["running_var"] == points["eval_output"]
    return points


def graded(pool: WarmPool, cells: list[str]) -> tuple[dict[str, float], Graded]:
    """Grade a notebook of these cells with the seed of every test here."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    with pool.worker() as worker:
        found = grade_notebook(FORWARD, notebook, worker, seed=3)
    return {verdict.criterion: verdict.points for verdict in found.verdicts}, found


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_gains_nothing(
    attack: Attack, pool: WarmPool, around: Outside, deserved: dict[str, float]
) -> None:
    points, found = graded(pool, [WORK, filled_in(attack.source, around)])
    run = found.cells[1]
    told = f"{run.sentence} {run.output}"
    assert run.status in attack.ends, told
    assert re.search(attack.says, told), told
    assert "REACHED" not in run.output
    assert SECRET not in told + repr(found.verdicts)
    assert "\x1b" not in "".join(verdict.message for verdict in found.verdicts)
    if attack.harms_itself:
        assert all(points[name] <= deserved[name] for name in deserved)
    else:
        assert points == deserved
    around.assert_untouched()
    points, found = graded(pool, [CLEAN, WORK])
    assert [run.status for run in found.cells] == ["ran", "ran"], found.cells
    assert points == deserved


def filled_in(source: str, around: Outside) -> str:
    """Put in where the outside is, as a well-informed attacker would know it."""
    home = Path.home()
    python = map(Path, bubblewrap.python_folders())
    shown = {path.relative_to(home).parts[0] for path in python if home in path.parents}
    known = {
        "SECRET_FILE": around.file,
        "SOCKET": around.socket_path,
        "ABSTRACT": around.abstract,
        "PORT": around.port,
        "HOME": home,
        "HOME_SHOWN": shown,
        "COURSE": Path(autograder.__file__).parent.parent,
        "PACKAGE": Path(autograder.__file__).parent,
        "FORGE": FORGE,
        "EMOJI": "\U0001f600" * 450_000,
    }
    for name, value in known.items():
        source = source.replace("{{" + name + "}}", str(value))
    assert "{{" not in source
    return source
