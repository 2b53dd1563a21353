"""A lock on an open file, which the system lets go with its holder, be it killed.

A network file system may have no locks: there, everybody has them at once, rather than nobody ever.
"""

from __future__ import annotations

import os
import sys

__all__ = ["locked"]

if sys.platform == "win32":
    import msvcrt

    _BEYOND = 1 << 40  # a byte beyond all that is written: a locked byte cannot be read

    def locked(file: int) -> bool:
        """Take the lock of an open file; return whether nobody else has it."""
        os.lseek(file, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def locked(file: int) -> bool:
        """Take the lock of an open file; return whether nobody else has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True
