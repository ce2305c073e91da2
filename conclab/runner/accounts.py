"""What the kernel has counted of the calling thread, read by the thread itself: exact, and free of any sampling.

* on a core: CLOCK_THREAD_CPUTIME_ID (clock_gettime(2)); unlike schedstat it includes the slice that is still going on.
* wanting a core: the second field of ``/proc/thread-self/schedstat``. Whoever reads it runs, so nothing is pending.
* switches: getrusage(2) with RUSAGE_THREAD.
* migrations: ``se.nr_migrations`` in ``/proc/thread-self/sched``, where the kernel has it (CONFIG_SCHED_DEBUG):
  each time that it was given another core, also while it waited. perf(1) counts the same as cpu-migrations (tried on 6.18).

What a system does not count is None.
"""

from __future__ import annotations

import os
import re
import resource
import threading
import time
from typing import Any, Dict, NamedTuple, Optional, Tuple

_TRIES = 5
_MIGRATIONS = re.compile(rb"nr_migrations\s*:\s*(\d+)")
_RUSAGE_THREAD = getattr(resource, "RUSAGE_THREAD", None)


class Account(NamedTuple):
    """The calling thread's counters at ``at_ns``."""

    at_ns: int
    on_core_ns: Optional[int]
    wants_core_ns: Optional[int]
    voluntary: Optional[int]
    involuntary: Optional[int]
    migrations: Optional[int]


def _read(path: str) -> Optional[bytes]:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(16384)
    except OSError:
        return None


def _wants_core() -> Optional[int]:
    text = _read("/proc/thread-self/schedstat")
    fields = text.split() if text else []
    return int(fields[1]) if len(fields) >= 2 else None


def _migrations() -> Optional[int]:
    text = _read("/proc/thread-self/sched")
    found = _MIGRATIONS.search(text) if text else None
    return int(found.group(1)) if found else None


def _counters() -> Tuple[int, Dict[str, Optional[int]], int]:
    """All that is counted, between two stamps that are as close to it as can be.

    Whoever is preempted between two of the readings has waited by the second one and not by the first, and its wait would be taken
    for blocked: it happens to many processes that start at once. It shows in the run-queue delay; then all is read again.
    """
    wants = _wants_core()
    for _ in range(_TRIES):
        before = wants
        first_ns = time.monotonic_ns()
        on_core_ns = time.thread_time_ns()
        usage = resource.getrusage(_RUSAGE_THREAD) if _RUSAGE_THREAD is not None else None
        last_ns = time.monotonic_ns()
        wants = _wants_core()
        if wants == before:
            break
    counted = {
        "voluntary": usage.ru_nvcsw if usage else None,
        "involuntary": usage.ru_nivcsw if usage else None,
        "wants_core_ns": wants,
        "on_core_ns": on_core_ns,
    }
    return first_ns, counted, last_ns


def begin() -> Account:
    """Open the account: the stamp is the one before, so that what is counted lies within what is timed."""
    migrations = _migrations()
    at_ns, counters, _ = _counters()
    return Account(at_ns=at_ns, migrations=migrations, **counters)


def close() -> Account:
    """Close the account: the stamp is the one after; only the migrations, which cost the most to read, are read later."""
    _, counters, at_ns = _counters()
    return Account(at_ns=at_ns, migrations=_migrations(), **counters)


def between(before: Account, after: Account) -> Dict[str, Any]:
    """The fields of ``worker_finished`` that the two accounts give."""

    def grown(old: Optional[int], new: Optional[int]) -> Optional[int]:
        return None if old is None or new is None else new - old

    return {
        "started_ns": before.at_ns,
        "ended_ns": after.at_ns,
        "on_core_ns": grown(before.on_core_ns, after.on_core_ns),
        "wants_core_ns": grown(before.wants_core_ns, after.wants_core_ns),
        "voluntary_switches": grown(before.voluntary, after.voluntary),
        "involuntary_switches": grown(before.involuntary, after.involuntary),
        "migrations": grown(before.migrations, after.migrations),
        "peak_rss_bytes": peak_rss_bytes(),
    }


def peak_rss_bytes() -> Optional[int]:
    """VmHWM of this process (proc_pid_status(5)). Not ru_maxrss: that one starts at the size of whoever forked us."""
    text = _read("/proc/self/status")
    if text is None:
        return None
    for line in text.splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def start_ticks() -> Optional[int]:
    """When this thread started, in clock ticks since boot: field 22 of its stat. The name before it may hold anything."""
    text = _read("/proc/thread-self/stat")
    if text is None:
        return None
    return int(text.rpartition(b")")[2].split()[19])


def name_thread(name: str) -> None:
    """Give the calling kernel thread a name (at most 15 bytes), so that every monitor can tell it apart."""
    try:
        with open("/proc/self/task/%d/comm" % threading.get_native_id(), "w") as file:
            file.write(name[:15])
    except OSError:  # not Linux, or no /proc: the name is a courtesy
        pass


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies (PR_SET_PDEATHSIG, prctl(2)); nothing elsewhere."""
    parent = os.getppid()
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        return
    if os.getppid() != parent:  # it died before the call took effect
        os._exit(1)
