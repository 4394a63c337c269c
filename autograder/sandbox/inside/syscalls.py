"""Refuse the system calls that could widen the sandbox or use memory unseen.

The namespaces already keep a submission in; this seccomp filter takes away what a
kernel bug would need to get out (new namespaces, mounts, tracing, io_uring, BPF, keys,
exotic sockets), and memory that no limit counts (System V segments, memfd).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

#: Number of each refused call on x86_64 and aarch64.
_REFUSED = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "open_by_handle_at": (304, 265),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
    "memfd_secret": (447, 447),
}
_MACHINES = {"x86_64": 0, "aarch64": 1}
_ARCHITECTURE = (0xC000003E, 0xC00000B7)
_CLONE = (56, 220)
_SOCKET = (41, 198)
_CLONE3 = 435
_X32_CALLS = 0x40000000
#: Flags of clone() that make any namespace.
_NEW_NAMESPACES = 0x7E020000
_ORDINARY_FAMILIES = (1, 2, 10)  # Unix, IPv4, IPv6

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_SET_SECCOMP, _FILTER = 22, 2

_Program = list[tuple[int, int, int, int]]


_STEP = struct.Struct("=HBBI")


class _Compiled(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def refuse_dangerous() -> None:
    """Install the filter for this process and its descendants, for good.

    On other machines than x86_64 and aarch64 nothing is installed.

    Raises:
        OSError: if the kernel refuses the filter.
    """
    if not _CODE:
        return
    compiled = _Compiled(len(_CODE) // _STEP.size, _CODE)
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (ctypes.c_ulong(_FILTER), ctypes.byref(compiled), 0, 0)
    if libc.prctl(_SET_SECCOMP, *arguments) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refused the system call filter")


def _program(machine: int) -> _Program:
    refuse = [(_RETURN, 0, 0, _ERROR | errno.EPERM)]
    families: _Program = [(_LOAD, 0, 0, _FIRST_ARGUMENT)]
    for family in _ORDINARY_FAMILIES:
        families += _if(_EQUAL, family, [(_RETURN, 0, 0, _ALLOW)])
    namespaces = [(_LOAD, 0, 0, _FIRST_ARGUMENT)]
    namespaces += _if(_ANY_BIT, _NEW_NAMESPACES, refuse)
    program: _Program = [(_LOAD, 0, 0, _ARCH)]
    program += [(_EQUAL, 1, 0, _ARCHITECTURE[machine]), (_RETURN, 0, 0, _KILL)]
    program += [(_LOAD, 0, 0, _NUMBER)]
    program += _if(_AT_LEAST, _X32_CALLS, refuse)
    program += _if(_EQUAL, _CLONE3, [(_RETURN, 0, 0, _ERROR | errno.ENOSYS)])
    for numbers in _REFUSED.values():
        program += _if(_EQUAL, numbers[machine], refuse)
    program += _if(_EQUAL, _SOCKET[machine], families + refuse)
    program += _if(_EQUAL, _CLONE[machine], [*namespaces, (_RETURN, 0, 0, _ALLOW)])
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _if(comparison: int, operand: int, then: _Program) -> _Program:
    return [(comparison, 0, len(then), operand), *then]


def _code() -> bytes:
    machine = _MACHINES.get(platform.machine())
    steps = [] if machine is None else _program(machine)
    return b"".join(_STEP.pack(*step) for step in steps)


#: Made while warm, so that no submission has to.
_CODE = _code()
