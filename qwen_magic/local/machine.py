"""What this computer has: memory, cores, room on the disk; what a process takes of it.

A container has less than its computer: `memory.max` and `cpu.max` of control groups say how much.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ALONE", "Memory", "cores", "free_cores", "free_disk", "memory", "resident"]

_GROUP = Path("/sys/fs/cgroup")

ALONE: dict[str, Any] = {
    "start_new_session": True,
    "creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0),
}
"""How a process is started for which Ctrl-C in a terminal is not meant; on Windows, without a window."""


class Memory(NamedTuple):
    """Bytes of main memory; 0 if that is not known."""

    total: int = 0
    free: int = 0


def memory() -> Memory:
    """Return how much memory there is, and how much of it a new process could take."""
    known = _windows_memory() if sys.platform == "win32" else _unix_memory()
    most = _number(_GROUP / "memory.max")
    if not most or (known.total and most >= known.total):
        return known
    used = _number(_GROUP / "memory.current")
    return Memory(most, min(known.free or most, max(0, most - used)))


def cores() -> int:
    """Return how many cores this process may use."""
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    count = len(usable(0))
    with suppress(OSError, ValueError):
        quota, period = (_GROUP / "cpu.max").read_text().split()[:2]
        count = min(count, max(1, int(quota) // int(period)))
    return max(1, count)


def free_cores() -> int:
    """Return how many cores others leave.

    llama.cpp's threads wait for each other, so the slowest sets the pace: on two cores that were busy
    already, two threads took six times as long as one.
    """
    usable = cores()
    with suppress(AttributeError, OSError):  # not on Windows
        return max(1, usable - round(os.getloadavg()[0]))
    return usable


def free_disk(folder: Path) -> int:
    """Return how many bytes fit into a folder, or into the nearest one above it that exists."""
    place = next((one for one in (folder, *folder.parents) if one.is_dir()), folder)
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0


def resident(pid: int) -> int:
    """Return how many bytes of memory a process has; 0 if that is not known."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    with suppress(Exception):  # comes with ipykernel; where it is missing, nothing is told
        from psutil import Process

        return int(Process(pid).memory_info().rss)
    return 0


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # "max", or no such group
        return 0


def _unix_memory() -> Memory:
    total = free = 0
    with suppress(OSError, ValueError):
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        told = {
            name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)
        }
        free = told.get("MemAvailable", 0) * 1024
    return Memory(total, free)


def _windows_memory() -> Memory:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")),
        )

    status = Status(length=ctypes.sizeof(Status))
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return Memory()
    return Memory(status.total, status.free)
