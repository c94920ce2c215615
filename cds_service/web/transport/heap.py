"""The memory that the C library keeps for a process."""

from __future__ import annotations

import ctypes

from cds_service.web.transport.limits import MIB

# Of `mallopt`, in malloc.h of glibc: its number and the value in force.
HEAPS = (-8, 1)
MAPPED_BYTES = (-3, MIB)  # what is larger, as a large body, goes back to the system at once
KEPT_BYTES = (-1, 4 * MIB)  # at the end of the heap; with less an answer takes the same pages anew each time


def share_one_heap() -> None:
    """From now on all threads of this process, and of those it forks, take memory from one heap.

    glibc gives up to eight heaps for each processor to threads that come and go, as those that read a record do, and
    each of them keeps most of what it ever had in use. Who computes holds the interpreter's lock: threads do not wait
    for each other's memory. Other C libraries have no such heaps, and no such setting.
    """
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        for option, value in (HEAPS, MAPPED_BYTES, KEPT_BYTES):
            libc.mallopt(option, value)
