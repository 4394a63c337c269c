"""Find the programs that pip cannot install, and get or name what is missing.

Runs on any Python, before the virtual environment exists:

    python3 tools/system_packages.py venv sandbox browser
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

INSTALL = {
    "apt": "apt-get update && apt-get install -y --no-install-recommends {}",
    "dnf": "dnf install -y {}",
    "pacman": "pacman -S --noconfirm {}",
}

NO_NAMESPACES = """\
bwrap is installed but may not create user namespaces here, so no student code can \
be sandboxed. It said: {said}. On Ubuntu 24.04 and newer, AppArmor forbids them; \
allow them with: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"""


LINUX_ONLY = """\
bwrap, which keeps student code apart, exists for Linux only: grade a class in a Linux \
machine, virtual machine or container. `make book` and `make lint` work here."""


@dataclass(frozen=True)
class Need:
    """One thing the course needs from the system, and the packages that bring it."""

    purpose: str
    met: Callable[[], bool]
    apt: str
    dnf: str
    pacman: str


def browser() -> str | None:
    """Return the path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def postgresql(program: str) -> str | None:
    """Return the path of a program of PostgreSQL's server, or None."""
    # Debian keeps them apart, by version, and off the search path.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(program, path=os.pathsep.join(map(str, folders))) or (
        shutil.which(program)
    )


def has_venv() -> bool:
    """Tell whether this Python can make a virtual environment with pip in it."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


NEEDS = {
    "venv": Need(
        "virtual environments",
        has_venv,
        apt=f"python{sys.version_info[0]}.{sys.version_info[1]}-venv",
        dnf="python3-pip",
        pacman="python-pip",
    ),
    "sandbox": Need(
        "bwrap, to run student code safely",
        lambda: shutil.which("bwrap") is not None,
        apt="bubblewrap",
        dnf="bubblewrap",
        pacman="bubblewrap",
    ),
    "browser": Need(
        "Chromium, to test the pages",
        lambda: browser() is not None,
        apt="chromium",
        dnf="chromium",
        pacman="chromium",
    ),
    "database": Need(
        "PostgreSQL, to test a gradebook in it",
        lambda: postgresql("initdb") is not None,
        apt="postgresql",
        dnf="postgresql-server",
        pacman="postgresql",
    ),
    "node": Need(
        "Node.js with npm, to test the package in the browser's Python",
        lambda: bool(shutil.which("node") and shutil.which("npm")),
        apt="nodejs npm",
        dnf="nodejs npm",
        pacman="nodejs npm",
    ),
}


def install_command(names: Iterable[str]) -> str | None:
    """Return the command that installs what `names` need, or None if unknown."""
    managers = {"apt": "apt-get", "dnf": "dnf", "pacman": "pacman"}
    manager = next((m for m, p in managers.items() if shutil.which(p)), None)
    if manager is None:
        return None
    packages = " ".join(getattr(NEEDS[name], manager) for name in names)
    return INSTALL[manager].format(packages)


def missing(names: Iterable[str]) -> list[str]:
    """Return those of `names` whose need is not met on this machine."""
    return [name for name in names if not NEEDS[name].met()]


def sandbox_fault() -> str | None:
    """Return why an installed bwrap cannot isolate anything, or None if it can."""
    if shutil.which("bwrap") is None:
        return None
    command = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    return NO_NAMESPACES.format(said=done.stderr.strip() or "nothing")


def sentence(names: list[str]) -> str:
    """Say in one line what is missing and which command installs it."""
    if "sandbox" in names and sys.platform != "linux":
        return LINUX_ONLY
    what = "; ".join(NEEDS[name].purpose for name in names)
    command = install_command(names)
    if command is None:
        return f"Missing: {what}. Install it with your system's package manager."
    if os.geteuid() != 0:
        command = f"sudo sh -c '{command}'"
    return f"Missing: {what}. Install with: {command}"


def main(names: list[str]) -> int:
    """Check `names`; as root, install what is missing. Return the exit status."""
    unknown = [name for name in names if name not in NEEDS]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. Known: {', '.join(NEEDS)}.")
        return 2
    absent = missing(names)
    command = install_command(absent)
    if absent and command and os.geteuid() == 0:
        print(f"Installing: {command}", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(command, shell=True, env=environment, check=False)
        absent = missing(absent)
    if absent:
        print(sentence(absent), file=sys.stderr)
        return 1
    fault = sandbox_fault() if "sandbox" in names else None
    if fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
