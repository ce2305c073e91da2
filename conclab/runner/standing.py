"""Where this process stands with the kernel's scheduler: the core that it is pinned to, and the policy of stepping aside.

PyPy (up to 7.3) has no names for these calls, so there the C library is asked.
"""

from __future__ import annotations

import os
import sys
from typing import Any

_SCHED_IDLE = 5
"""uapi/linux/sched.h."""
_MASK_BYTES = 128
"""cpu_set_t of the C library: 1,024 cores."""


def can_idle() -> bool:
    """Whether there is such a policy: on Linux alone (sched(7))."""
    return sys.platform.startswith("linux")


def _ask_the_library(call: str, *arguments: Any) -> None:
    import ctypes  # takes some milliseconds, and most Pythons need it not

    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, call)(0, *arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def pin(core: int) -> None:
    """Let the calling thread and all that it starts run on this core only.

    Raises OSError or ValueError where the core may not be used, AttributeError where the system cannot pin.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
        return
    mask = (1 << core).to_bytes(_MASK_BYTES, sys.byteorder)
    _ask_the_library("sched_setaffinity", len(mask), mask)


def run_when_idle() -> None:
    """Give the calling thread the policy SCHED_IDLE: it runs next to never while others want the core. Raises OSError."""
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        return
    import ctypes

    # struct sched_param is one int
    _ask_the_library("sched_setscheduler", _SCHED_IDLE, ctypes.byref(ctypes.c_int(0)))
