"""What the table needs to know of the machine and its users: asked once."""

from __future__ import annotations

import os
import sys
import time

from conclab.sampling.users import name_of

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PROMPT_NS = 100_000


def cpu_clock(pid: int) -> int:
    """CPU time of a process in ns, all its threads with those that have ended.

    It is the clock of clock_getcpuclockid(3), whose number is made of the pid (the kernel's include/linux/posix-timers_types.h); it
    may be read of everybody's processes. Raises OSError when there is no such process.
    """
    return time.clock_gettime_ns((~pid << 3) | 2)


def cpu_clock_at(pid: int) -> tuple[int, int]:
    """``cpu_clock``, and the CLOCK_MONOTONIC ns at which it said that.

    A stamp that is just taken beside it is wrong by as long as we had to wait for a core in between, and a share made of it could
    be more than there is. So both are asked for again if that took long.
    """
    for _ in range(3):
        before_ns = time.monotonic_ns()
        cpu_ns = cpu_clock(pid)
        after_ns = time.monotonic_ns()
        if after_ns - before_ns < _PROMPT_NS:
            break
    return cpu_ns, before_ns


class Facts:
    """Boot time, memory, names of users."""

    def __init__(self) -> None:
        self.boot_s = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
        """Seconds since the epoch."""
        self.memory_bytes = os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES
        self._users: dict[int, str] = {}

    def start_s(self, start: int) -> float:
        """Clock ticks since boot as seconds since the epoch."""
        return self.boot_s + start / TICKS_PER_S

    def lived_at(self, start: int, at_ns: int) -> bool:
        """Whether what started ``start`` ticks after boot was alive at a time of CLOCK_MONOTONIC. In the same tick: no."""
        since_boot_ns = at_ns + time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()
        return start < since_boot_ns * TICKS_PER_S // 10**9

    def local_time(self, start: int) -> str:
        """The same as month-day hour:minute."""
        return sys.intern(time.strftime("%m-%d %H:%M", time.localtime(self.start_s(start))))  # thousands start in one minute

    def user(self, uid: int | None) -> str | None:
        """The name of a user; the number as text where it has none."""
        if uid is None:
            return None
        if uid not in self._users:
            self._users[uid] = name_of(uid) or str(uid)
        return self._users[uid]


def can_read_clocks() -> bool:
    """Whether the CPU clocks of processes can be read here: on Linux always, in some sandboxes not."""
    try:
        return cpu_clock(os.getpid()) > 0 and cpu_clock(os.getppid() or 1) >= 0
    except (OSError, AttributeError):
        return False
