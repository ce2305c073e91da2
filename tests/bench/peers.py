"""Tools that measure the same as conclab and share no code with it, beside a run: what they say, as figures.

pidstat(1) and mpstat(1) print once a second; their lines are stamped as they come (CLOCK_MONOTONIC). perf(1) stamps by itself.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

PLAIN = {**os.environ, "LC_ALL": "C", "S_TIME_FORMAT": "ISO"}


@dataclass
class Block:
    """What a tool printed for one second: from ``start_ns`` to ``end_ns``."""

    start_ns: int
    end_ns: int
    rows: list[list[str]] = field(default_factory=list)


class EverySecond:
    """pidstat or mpstat, until it is stopped."""

    def __init__(self, command: Sequence[str]) -> None:
        self.blocks: list[Block] = []
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, env=PLAIN, text=True, bufsize=1)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        fresh = True
        for line in self._child.stdout:
            fields = line.split()
            if not fields or fields[0] in ("Linux", "Average:"):
                fresh = True
            elif fresh:  # the heads of the columns
                now = time.monotonic_ns()
                self.blocks.append(Block(now - 10**9, now))
                fresh = False
            else:
                self.blocks[-1].rows.append(fields)

    def stop(self) -> list[Block]:
        """The seconds that came in time, between others that did: only of these it is known when they were."""
        self._child.send_signal(signal.SIGINT)
        self._child.wait()
        self._thread.join()
        gaps = [after.end_ns - before.end_ns for before, after in pairwise(self.blocks)]
        in_time = [abs(gap - 10**9) < 2 * 10**7 for gap in gaps]
        return [block for block, before, after in zip(self.blocks[1:-1], in_time, in_time[1:], strict=False) if before and after]


def switch_rates(blocks: list[Block]) -> dict[int, list[tuple[int, int, float]]]:
    """``pidstat -w -t 1``: by tid (start, end, switches a second)."""
    found: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for block in blocks:
        for row in block.rows:  # time UID TGID TID cswch/s nvcswch/s command
            if len(row) > 6 and row[3].isdigit():
                found[int(row[3])].append((block.start_ns, block.end_ns, float(row[4]) + float(row[5])))
    return found


def loads(blocks: list[Block]) -> dict[int, list[tuple[int, int, float]]]:
    """``mpstat -P ALL 1``: by core (start, end, busy share): all but idle, waiting for a disk, and stolen."""
    found: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for block in blocks:
        for row in block.rows:  # time CPU usr nice sys iowait irq soft steal guest gnice idle
            if len(row) == 12 and row[1].isdigit():
                busy = 100 - float(row[11]) - float(row[5]) - float(row[8])
                found[int(row[1])].append((block.start_ns, block.end_ns, busy / 100))
    return found


class SchedRecord:
    """``perf sched record`` of the whole machine, until it is stopped; stamps are CLOCK_MONOTONIC."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._child = subprocess.Popen(
            # Ahead of everybody and with much room, for it is to lose nothing on a machine that is busy.
            ["nice", "-n", "-20", "perf", "sched", "record", "-k", "mono", "-m", "8192", "-e", "cpu-migrations", "-o", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        while not file.exists() or not file.stat().st_size:
            time.sleep(0.05)
            if self._child.poll() is not None:
                raise RuntimeError(f"perf sched record ended: {self._child.communicate()[1].decode()[-200:]}")
        time.sleep(0.5)

    def stop(self) -> None:
        self._child.send_signal(signal.SIGINT)
        self._child.communicate()

    def lost(self) -> int:
        """How many events perf itself has lost."""
        return sum(
            int(seen.group(1)) for line in self._lines("report", "--stats") if (seen := re.search(r"LOST\w* events:\s*(\d+)", line))
        )

    def _lines(self, *command: str) -> list[str]:
        done = subprocess.run(["perf", *command, "-i", str(self._file)], capture_output=True, text=True, env=PLAIN, check=False)
        return done.stdout.splitlines()

    def timehist(self, tids: Sequence[int]) -> dict[int, list[tuple[int, int, int, int]]]:
        """By tid (end of the slice, core, on-core ns, run-queue delay ns before it), all by ``perf sched timehist``.

        What it calls sch delay is from being woken up to running; a preempted task wants a core for what it calls wait time.
        """
        found: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        preempted: dict[int, bool] = {}
        line_of = re.compile(r"\s*(\d+)\.(\d+) \[(\d+)\]\s+.*\[(\d+)(?:/\d+)?\]\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+(\w)")
        for line in self._lines("sched", "timehist", "--state", "--tid", ",".join(map(str, tids))):
            seen = line_of.match(line)
            if not seen:
                continue
            seconds, part, core, tid, wait, delay, run, state = seen.groups()
            at = int(seconds) * 10**9 + int(part.ljust(9, "0"))
            waited = float(delay) + (float(wait) if preempted.get(int(tid)) else 0.0)
            found[int(tid)].append((at, int(core), round(float(run) * 1e6), round(waited * 1e6)))
            preempted[int(tid)] = state == "R"
        return found

    def migrations(self) -> dict[int, list[int]]:
        """By tid the moments at which it ran on another core than before (the software event cpu-migrations, counted when it is
        switched in there). Not by the trace point sched_migrate_task: this kernel fires none while certain tasks are what runs on
        a core (``sampling.trace_slices``), and tasks are moved there, too."""
        found: dict[int, list[int]] = defaultdict(list)
        for line in self._lines("script", "-F", "tid,time,event"):
            seen = re.match(r"\s*(\d+)\s+(\d+)\.(\d+):\s+cpu-migrations:", line)
            if seen:
                found[int(seen.group(1))].append(int(seen.group(2)) * 10**9 + int(seen.group(3).ljust(9, "0")))
        return found


def stat_itself() -> int:
    """Switches of perf stat(1) that it does not count: it is in the tree that we count, being the parent of what it starts."""
    own = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(["perf", "stat", "-x,", "-e", "context-switches", "true"], capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        both = after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw
        own.append(both - int(done.stderr.split(",")[0]))
    return sorted(own)[len(own) // 2]


def pipe_ns() -> float:
    """Nanoseconds a hand-over by ``perf bench sched pipe``, both processes on core 0. One of its operations is two of them."""
    done = subprocess.run(
        ["taskset", "-c", "0", "perf", "bench", "sched", "pipe", "-l", "50000"], capture_output=True, text=True, check=True
    )
    found = re.search(r"([\d.]+) usecs/op", done.stdout)
    assert found, done.stdout
    return float(found.group(1)) * 1000 / 2
