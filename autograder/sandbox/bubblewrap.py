"""Start a process under bubblewrap that sees the system, Python, and nothing else."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from autograder.sandbox.inside.confine import NOBODY, SCRATCH
from autograder.sandbox.limits import MEBIBYTE, Limits, SandboxUnavailable

PACKAGE = Path(__file__).resolve().parent.parent
INSIDE = Path(__file__).resolve().parent / "inside"
#: Where the sandbox finds the code of ``INSIDE``.
MOUNTED = "/sandbox"

MISSING = (
    "bubblewrap was not found, and student code is not run outside a sandbox: install "
    "it (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap; Arch: "
    "pacman -S bubblewrap) or pass --unsandboxed to run student code with your rights."
)
REFUSED = (
    "bubblewrap is installed but cannot start a sandbox here ({words}): allow user "
    "namespaces (Ubuntu 23.10 and later: sysctl -w "
    "kernel.apparmor_restrict_unprivileged_userns=0; in a container: run it with "
    "--privileged) or pass --unsandboxed to run "
    "student code with your rights."
)

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_EXTRA = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/nix/store",
    "/gnu/store",
)
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": SCRATCH,
    "USER": "student",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "Agg",
    "TMPDIR": SCRATCH,
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
}


def level(unsandboxed: bool = False) -> str:
    """Name the isolation that student code gets, for the record.

    Raises:
        SandboxUnavailable: if bubblewrap is missing or not allowed to work, and
            ``unsandboxed`` is false.
    """
    if unsandboxed:
        return "unsandboxed"
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxUnavailable(MISSING)
    return _probe(found)[0]


@functools.cache
def _probe(program: str) -> tuple[str, list[str]]:
    """Start empty sandboxes until one works; return the version and how it works."""
    words = ""
    for flags in _ways_to_unshare():
        nothing = ["--proc", "/proc", "--", "/bin/sh", "-c", ":"]
        command = [program, *flags, "--ro-bind", "/", "/", "--dev", "/dev", *nothing]
        tried = subprocess.run(command, capture_output=True, text=True)
        if tried.returncode == 0:
            asked = [program, "--version"]
            version = subprocess.run(asked, capture_output=True, text=True).stdout
            return " ".join(version.split()) or "bubblewrap", flags
        words = " ".join(tried.stderr.split()) or f"exit status {tried.returncode}"
    raise SandboxUnavailable(REFUSED.format(words=words))


def _ways_to_unshare() -> list[list[str]]:
    """List the flags to try: root does without a user namespace where it can.

    It then gives up being root before student code runs, so that the limit on
    processes, from which root is exempt, holds.
    """
    if os.geteuid() != 0:
        return [["--unshare-all"]]
    kinds = ("ipc", "pid", "net", "uts", "cgroup-try")
    unshare = [f"--unshare-{kind}" for kind in kinds]
    kept = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    nobody = ["--uid", str(NOBODY), "--gid", str(NOBODY)]
    return [[*unshare, "--cap-drop", "ALL", *kept], ["--unshare-all", *nobody]]


def environment(unsandboxed: bool) -> dict[str, str]:
    """Return the whole environment of a worker: nothing of the grader's own."""
    chosen = dict(_ENVIRONMENT)
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):
        # Some builds find their own library by this alone.
        chosen["LD_LIBRARY_PATH"] = os.path.join(sys.base_prefix, "lib")
    if unsandboxed:
        chosen["HOME"] = chosen["TMPDIR"] = tempfile.gettempdir()
    return chosen


def import_path() -> list[str]:
    """Return the folders a worker imports from: the standard library and packages."""
    return [entry for entry in sys.path if _is_library(entry)]


def command(limits: Limits) -> list[str]:
    """Return the bubblewrap command line up to the program to run in it."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxUnavailable(MISSING)
    shm = ["--tmpfs", "/dev/shm"]
    return [
        *(program, *_probe(program)[1], "--hostname", "sandbox", "--new-session"),
        *("--die-with-parent", "--proc", "/proc", "--dev", "/dev"),
        *_sized(program, limits, shm),
        *_files(),
        *_sized(program, limits, ["--tmpfs", SCRATCH]),
        *("--ro-bind", str(INSIDE), f"{MOUNTED}/inside"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", SCRATCH, "--"),
    ]


def _sized(program: str, limits: Limits, mount: list[str]) -> list[str]:
    """Bound a tmpfs, as far as the installed bubblewrap can (0.7 and later)."""
    numbers = _probe(program)[0].split()[-1].split(".")[:2]
    if [int(n) for n in numbers if n.isdigit()] >= [0, 7]:
        size = max(limits.tmp_bytes, MEBIBYTE)
        return ["--perms", "1777", "--size", str(size), *mount]
    return ["--perms", "1777", *mount]


def _files() -> list[str]:
    """Show the system and Python read-only; cover the course where it is in them."""
    shown: list[str] = []
    for path in _SYSTEM:
        if os.path.islink(path):
            shown += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            shown += ["--ro-bind", path, path]
    python = python_folders()
    shown += _open_parents([*_EXTRA, *python, f"{MOUNTED}/inside"])
    for path in _EXTRA:
        shown += ["--ro-bind-try", path, path]
    covered = [
        str(hidden)
        for hidden in _hidden()
        if any(_within(hidden, path) for path in ("/usr", *python))
    ]
    # The outer before the inner: a cover hides its folder, and a folder of Python
    # within it is shown again.
    for path in sorted([*python, *covered], key=lambda path: len(Path(path).parts)):
        is_cover = path in covered
        shown += ["--tmpfs", path] if is_cover else ["--ro-bind", path, path]
    for path in covered:
        shown += ["--remount-ro", path]
    if not any(_within(Path(path), "/tmp") for path in python):
        shown += ["--symlink", SCRATCH, "/tmp"]
    return shown


def _open_parents(paths: list[str]) -> list[str]:
    """Create the folders above ``paths`` so that anyone may pass through them."""
    parents = {parent for path in paths for parent in Path(path).parents}
    made: list[str] = []
    for parent in sorted(parents - {Path("/")}):
        if not _within(parent, "/usr"):
            made += ["--perms", "0755", "--dir", str(parent)]
    return made


def python_folders() -> list[str]:
    """List what the interpreter needs beyond the system, outermost folder first."""
    wanted = {sys.base_prefix, os.path.realpath(sys.base_prefix), sys.prefix}
    wanted |= {str(Path(os.path.realpath(sys.executable)).parent)}
    wanted |= {entry for entry in import_path() if os.path.isdir(entry)}
    chosen: list[str] = []
    for path in sorted(wanted):
        if not any(_shows(other, Path(path)) for other in ("/usr", *chosen)):
            chosen.append(path)
    return chosen


def _shows(folder: str, path: Path) -> bool:
    """Tell whether showing ``folder`` shows ``path``, no cover being between them."""
    covers = [hidden for hidden in _hidden() if _within(hidden, folder)]
    return _within(path, folder) and not any(_within(path, str(c)) for c in covers)


def _hidden() -> list[Path]:
    """List what must not be seen even where it lies in a folder that is shown."""
    return [PACKAGE, *(folder for folder in _course_roots() if folder != Path("/"))]


def _course_roots() -> set[Path]:
    starts = (PACKAGE, Path.cwd())
    parents = {folder for start in starts for folder in (start, *start.parents)}
    return {folder for folder in parents if (folder / "nbgrader_config.py").exists()}


def _is_library(entry: str) -> bool:
    name = os.path.basename(entry)
    standard = entry.startswith((sys.base_prefix, os.path.realpath(sys.base_prefix)))
    return name in ("site-packages", "dist-packages") or (
        standard and name.startswith(("python", "lib-dynload"))
    )


def _within(path: Path, folder: str) -> bool:
    return path == Path(folder) or Path(folder) in path.parents
