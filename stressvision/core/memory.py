"""What a server of many threads takes of memory."""

import ctypes
import sys

_M_ARENA_MAX = -8
"""As in glibc's malloc.h."""


def share_heap() -> None:
    """Before the first thread is started: all of them take memory from one heap.

    glibc gives each a heap of its own, so that they need not wait for each other, and keeps what each has freed; ours
    wait for the interpreter's lock anyway. Does nothing where there is another C library.
    """
    limit = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if limit is not None:
        limit(_M_ARENA_MAX, 1)
