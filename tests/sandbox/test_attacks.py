"""No attack in ``attacks/`` reaches anything outside, or harms the next student.

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

import numpy as np
import pytest

import autograder
from autograder.implementation import CallFailed
from autograder.sandbox import Limits, WarmPool, bubblewrap, warm_pool
from tests.sandbox.outside import SECRET, Outside, outside

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
X = np.arange(6.0).reshape(2, 3)
HONEST = "import numpy as np\ndef double(x):\n    return 2 * np.asarray(x)"
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


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_gains_nothing(attack: Attack, pool: WarmPool, around: Outside) -> None:
    source = filled_in(attack.source, around)
    with pool.worker() as worker:
        runs = worker.run([HONEST, source])
        told = f"{runs[1].sentence} {runs[1].output}"
        assert runs[1].status in attack.ends, told
        assert re.search(attack.says, told), told
        try:
            reply = worker.call("double", (X,))
            told += repr(reply.value)
            assert attack.harms_itself or np.array_equal(reply.value, 2 * X)
        except CallFailed as failed:
            told += failed.sentence
            assert attack.harms_itself, told
    assert "REACHED" not in runs[1].output
    assert SECRET not in told
    around.assert_untouched()
    with pool.worker() as worker:
        runs = worker.run([CLEAN, HONEST])
        assert [run.status for run in runs] == ["ran", "ran"], runs
        assert np.array_equal(worker.call("double", (X,)).value, 2 * X)


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
    }
    for name, value in known.items():
        source = source.replace("{{" + name + "}}", str(value))
    assert "{{" not in source
    return source
