"""What is said and done about programs that pip cannot install."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from tools import system_packages
from tools.system_packages import NEEDS, main


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that makes the named programs all that this machine has."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def has(**programs: str) -> None:
        for name, script in programs.items():
            path = tmp_path / name.replace("_", "-")
            path.write_text(f"#!{sys.executable}\n{script}\n")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return has


@pytest.fixture
def person(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_nothing_is_said_where_nothing_is_missing(machine, person, capsys):
    machine(bwrap="", chromium="")
    assert main(["sandbox", "browser"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_person_is_told_the_command_in_one_line(machine, person, capsys):
    machine(apt_get="")
    assert main(["sandbox", "browser"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "bwrap" in said and "Chromium" in said
    assert "sudo sh -c 'apt-get update && apt-get install" in said
    assert said.rstrip("'\n").endswith("bubblewrap chromium")


@pytest.mark.parametrize(
    ("manager", "words"), [("dnf", "dnf install -y"), ("pacman", "pacman -S")]
)
def test_the_command_is_that_of_the_system(machine, person, capsys, manager, words):
    machine(**{manager: ""})
    assert main(["sandbox"]) == 1
    assert words in capsys.readouterr().err


def test_an_unknown_system_is_named_the_program_only(machine, person, capsys):
    machine()
    assert main(["sandbox"]) == 1
    assert "with your system's package manager" in capsys.readouterr().err


def test_where_no_sandbox_can_be_had_the_way_out_is_named(
    machine, person, monkeypatch, capsys
):
    machine()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert main(["sandbox"]) == 1
    assert "container" in capsys.readouterr().err


def test_another_browser_than_chromium_will_do(machine, person):
    machine(google_chrome="")
    assert main(["browser"]) == 0
    assert system_packages.browser().endswith("google-chrome")


def test_root_gets_what_is_missing_installed(machine, root, monkeypatch, capsys):
    asked = []

    def install(command, **_):
        asked.append(command)
        machine(bwrap="")
        return subprocess.CompletedProcess(command, 0, "", "")

    machine(apt_get="")
    monkeypatch.setattr(system_packages.subprocess, "run", install)
    assert main(["sandbox"]) == 0
    assert asked[0].startswith("apt-get update && apt-get install -y")
    assert capsys.readouterr().err == ""


def test_root_is_told_when_installing_did_not_help(machine, root, monkeypatch, capsys):
    def fail(command, **_):
        return subprocess.CompletedProcess(command, 100, "", "")

    machine(apt_get="")
    monkeypatch.setattr(system_packages.subprocess, "run", fail)
    assert main(["sandbox"]) == 1
    assert "Missing: bwrap" in capsys.readouterr().err


def test_a_bwrap_that_may_not_isolate_is_reported_with_the_remedy(
    machine, person, capsys
):
    machine(bwrap="raise SystemExit('setting up uid map: Permission denied')")
    assert main(["sandbox"]) == 1
    said = capsys.readouterr().err
    assert "setting up uid map: Permission denied" in said
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in said


def test_an_unknown_need_is_a_usage_error(capsys):
    assert main(["printer"]) == 2
    assert ", ".join(NEEDS) in capsys.readouterr().out
