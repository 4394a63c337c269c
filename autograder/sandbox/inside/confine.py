"""Shut a process in: its own namespaces, its own files, and limits it cannot raise."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from dataclasses import dataclass

_NEW_NAMESPACE = 0x00020000
_NEW_IPC = 0x08000000
_NEW_USER = 0x10000000
_NEW_PID = 0x20000000
_READ_ONLY_NO_SUID_DEV_EXEC = 0x1 | 0x2 | 0x4 | 0x8
_NO_SUID_NO_DEV = 0x2 | 0x4
_SET_DUMPABLE = 4
_SET_NO_NEW_PRIVILEGES = 38
_SET_CHILD_SUBREAPER = 36
_CAPABILITIES_V3 = 0x20080522
NOBODY = 65534
#: The one folder a submission may write to; /tmp leads to it.
SCRATCH = "/scratch"


@dataclass(frozen=True)
class Bounds:
    """What one submission may use at most; bytes, counts and seconds."""

    memory_bytes: int
    processes: int
    open_files: int
    file_bytes: int
    tmp_bytes: int
    cpu_seconds: int


def become_nobody() -> None:
    """Give up root for good, where the grader runs as root."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        _prctl(_SET_DUMPABLE, 1)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended."""
    if sys.platform == "linux":
        _prctl(_SET_CHILD_SUBREAPER, 1)


def enter_own_pid_namespace() -> int:
    """Go on as the first process of new namespaces, with every right within them.

    The calling process only waits for that one and ends with it. Return a handle of
    the new PID namespace.

    Raises:
        OSError: where the kernel or its security policy does not allow it.
    """
    enter_namespaces(_NEW_PID)
    first = os.fork()
    if first:
        os.closerange(0, 64)
        os.waitpid(first, 0)
        os._exit(0)
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def children_in_new_pid_namespace(own: int) -> None:
    """Let the next child be the first process of a PID namespace, below ``own``."""
    _check(_libc().setns(own, _NEW_PID), "the own PID namespace")
    _check(_libc().unshare(_NEW_PID), "a new PID namespace")


def enter_namespaces(also: int = 0) -> None:
    """Enter new user, mount and IPC namespaces, and those in ``also``.

    Raises:
        OSError: where the kernel or its security policy does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    kinds = _NEW_USER | _NEW_NAMESPACE | _NEW_IPC | also
    _check(_libc().unshare(kinds), "new namespaces")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NOBODY} {user} 1")
    _write("/proc/self/gid_map", f"{NOBODY} {group} 1")


def cover_filesystem(tmp_bytes: int) -> None:
    """Mount an own scratch folder, cover /proc, and give up every capability."""
    options = f"size={tmp_bytes},nr_inodes=4096,mode=1777"
    for place in (SCRATCH, "/dev/shm"):
        _mount(place, _NO_SUID_NO_DEV, options)
    _mount("/proc", _READ_ONLY_NO_SUID_DEV_EXEC, "size=4096,nr_inodes=2,mode=555")
    os.chdir(SCRATCH)
    _drop_capabilities()


def set_limits(bounds: Bounds, count_processes: bool) -> None:
    """Set the limits of this process and its children, soft and hard.

    Address space counts from what the warm process already maps; ``count_processes`` is
    for a process that has a user namespace to itself, since the count is per user.
    """
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: bounds.file_bytes,
        resource.RLIMIT_NOFILE: bounds.open_files,
        resource.RLIMIT_CPU: bounds.cpu_seconds,
    }
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = _mapped_bytes() + bounds.memory_bytes
        limits[resource.RLIMIT_MSGQUEUE] = 0
        if count_processes:
            limits[resource.RLIMIT_NPROC] = bounds.processes
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))


def _mapped_bytes() -> int:
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[0]) * resource.getpagesize()


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _check(
        _libc().prctl(option, ctypes.c_ulong(value), zero, zero, zero),
        f"prctl {option}",
    )


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _mount(place: str, flags: int, options: str) -> None:
    arguments = (b"tmpfs", place.encode(), b"tmpfs", ctypes.c_ulong(flags))
    _check(_libc().mount(*arguments, options.encode()), f"mount {place}")


def _drop_capabilities() -> None:
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc().capset(header, nothing), "giving up capabilities")
