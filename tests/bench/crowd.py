"""A crowd of tasks for the benchmarks: sleeping processes and threads, of which a part wakes up now and then.

``python crowd.py PROCESSES THREADS STIRRING`` starts them and says ``ready``. Whatever ends it, kill -9 included, ends all of them:
the kernel sends SIGKILL to each when its parent goes (PR_SET_PDEATHSIG of prctl(2)).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

MOST_PROCESSES = 500
"""The rest of a crowd are threads."""
THREADS_A_PROCESS = 1_000
EVERY_S = 0.2
"""How often those wake up that stir."""
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """To be called in a child."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def tasks_now() -> int:
    """Tasks that there are: the number behind the slash of proc_loadavg(5)."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])


def room() -> int:
    """How many tasks more there may be, by the tightest of the kernel's limits."""

    def number(path: str) -> int | None:
        try:
            text = Path(path).read_text().strip()
        except OSError:
            return None
        return int(text) if text.isdigit() else None

    most = [number("/proc/sys/kernel/threads-max"), number("/proc/sys/kernel/pid_max"), number("/sys/fs/cgroup/pids.max")]
    limits = [limit for limit in most if limit is not None]
    if os.geteuid() != 0:
        import resource

        limits += [limit for limit in resource.getrlimit(resource.RLIMIT_NPROC) if limit != resource.RLIM_INFINITY]
    return min(limits, default=0) - tasks_now()


@contextlib.contextmanager
def crowd(tasks: int, stirring: float) -> Iterator[tuple[int, int]]:
    """So many tasks on the machine, those included that are there anyway. Yields the processes and the threads that it took.

    Raises RuntimeError, a sentence, when they do not fit or will not start.
    """
    there = tasks_now()
    missing = max(0, tasks - there)
    if missing > room():
        raise RuntimeError(f"{tasks:,} tasks do not fit: the kernel's limits leave room for {room():,} more")
    processes = min(MOST_PROCESSES, missing)
    threads = missing - processes
    command = [sys.executable, "-S", __file__, str(processes), str(threads), str(stirring)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent) as leader:
        try:
            assert leader.stdout is not None
            if leader.stdout.readline() != b"ready\n":
                raise RuntimeError(f"the crowd of {tasks:,} tasks did not start")
            yield processes, threads
        finally:
            leader.kill()
            _wait_for_end(there + missing // 10)


def _wait_for_end(tasks: int) -> None:
    """Until there are no more tasks than that: who has ended counts until process 1 has reaped it, and the next crowd would take it
    for one that is there."""
    deadline = time.monotonic() + 30
    while tasks_now() > tasks and time.monotonic() < deadline:
        time.sleep(0.1)


def _stir(number: int, share: float) -> None:
    """Sleep; every so-manieth wakes up again and again, not all at the same moment."""
    if share and number % round(1 / share) == 0:
        time.sleep(EVERY_S * (number % 17) / 17)
        while True:
            time.sleep(EVERY_S)
    time.sleep(10**6)


def _family(threads: int, first: int, share: float) -> None:
    threading.stack_size(128 * 1024)
    for number in range(1, threads):
        threading.Thread(target=_stir, args=(first + number, share), daemon=True).start()
    _stir(first, share)


def main() -> None:
    processes, threads, share = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    families = [min(THREADS_A_PROCESS, threads - first) for first in range(0, threads, THREADS_A_PROCESS)]
    sizes = [1] * (processes - len(families)) + [size + 1 for size in families]
    for number, size in enumerate(sizes):
        if os.fork() == 0:
            die_with_parent()
            if size == 1 and not (share and number % round(1 / share) == 0):
                os.execvp("sleep", ["sleep", "1000000"])
            _family(size, number, share)
    deadline = time.monotonic() + 60
    counted = 0
    while counted < processes + threads and time.monotonic() < deadline:
        time.sleep(0.1)
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        counted = sum(len(os.listdir(f"/proc/{pid}/task")) for pid in children)
    print("ready" if counted >= processes + threads else "", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
