"""Make forking a large process cheap: hold its memory in few, huge pages.

A fork copies an entry for every page of memory, and its end gives each one back. A
process that has imported PyTorch has tens of thousands of small pages. Linux 6.1 and
later can merge what is there already; elsewhere nothing changes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

HUGE_PAGE = 2**21
_COLLAPSE = 25


def merge_pages() -> None:
    """Merge the pages of this process's own memory where the kernel can do it."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "madvise"):
        return
    try:
        areas = list(_own_areas())
    except OSError:
        return
    for start, end in areas:
        first = -(-start // HUGE_PAGE) * HUGE_PAGE
        for page in range(first, end - HUGE_PAGE + 1, HUGE_PAGE):
            # Refused for what is empty or in use elsewhere, which may stay as it is.
            libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(HUGE_PAGE), _COLLAPSE)


def _own_areas() -> Iterator[tuple[int, int]]:
    """Yield start and end of what is writable and no file's."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            place, rights, _, _, _, *name = line.split()
            if rights.startswith("rw") and name in ([], ["[heap]"]):
                start, _, end = place.partition("-")
                yield int(start, 16), int(end, 16)
