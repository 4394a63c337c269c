"""A warm process holds its memory in huge pages, where Linux can do that."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.inside import memory

PROGRAM = """
import sys
from autograder.sandbox.inside import memory
kept = [bytes([number % 251]) * 1000 for number in range(20_000)]
def huge():
    lines = open("/proc/self/smaps").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line[:13] == "AnonHugePages")
before = huge()
memory.merge_pages()
same = all(text == bytes([n % 251]) * 1000 for n, text in enumerate(kept))
print(before, huge(), same)
"""
SETTINGS = Path("/sys/kernel/mm/transparent_hugepage")


def _can_merge() -> bool:
    if not SETTINGS.is_dir():
        return False
    release = [int(part) for part in platform.release().split(".")[:2]]
    size = int((SETTINGS / "hpage_pmd_size").read_text())
    on = "[never]" not in (SETTINGS / "enabled").read_text()
    return on and size == memory.HUGE_PAGE and release >= [6, 1]


def test_memory_is_merged_and_keeps_what_it_holds() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    before, after, same = done.stdout.split()
    assert same == "True"
    assert int(after) > int(before) or not _can_merge()


def test_without_a_list_of_its_memory_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> None:
        raise FileNotFoundError("/proc/self/maps")

    monkeypatch.setattr(memory, "_own_areas", missing)
    memory.merge_pages()
