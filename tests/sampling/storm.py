"""Thousands of births a second, a table reader in the middle of them, and what it got wrong. Run by ``test_table_storm``, also as
process 1 of a pid namespace in which a hundred numbers are handed out again and again.

Everyone who is born says who it is: its name is made of its own pid, and a program that it begins has that pid among its arguments.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from conclab.model.table import IO, QUEUE, STATUS, TaskRow, TaskTable, Wanted
from conclab.sampling.table_proc import ProcTable

FORKS = """
import os, sys, time
mother = os.getpid()
def kid():
    with open("/proc/self/comm", "w") as comm:
        comm.write(f"f{os.getpid()}")
    end = time.thread_time() + 0.0005
    while time.thread_time() < end:
        pass
    os._exit(0)
alive = []
while True:
    try:
        pid = os.fork()
    except OSError:  # every number is taken just now
        time.sleep(0.002)
        continue
    if not pid:
        kid()
    alive.append(pid)
    if len(alive) > 5:
        os.waitpid(alive.pop(0), 0)
"""

PROGRAMS = """
import os, sys, time
alive = []
while True:
    try:
        alive.append(os.posix_spawn("/bin/sh", ["sh", "-c", "exec sh -c : begun $$"], {}))
    except OSError:
        time.sleep(0.002)
    if len(alive) > 3:
        os.waitpid(alive.pop(0), 0)
"""

THREADS = """
import os, sys, threading, time, _thread
def live():
    tid = threading.get_native_id()
    try:
        with open(f"/proc/self/task/{tid}/comm", "w") as comm:
            comm.write(f"t{tid}")
    except OSError:
        pass
    if tid % 10 == 0:
        time.sleep(0.02)
while True:
    try:
        for _ in range(20):
            _thread.start_new_thread(live, ())
    except RuntimeError:
        pass
    time.sleep(0.002)
"""

SPINS = """
import os
with open("/proc/self/comm", "w") as comm:
    comm.write("spinner")
while True:
    pass
"""

WANTED = Wanted(threads=True, visible=None, needs=frozenset((QUEUE, STATUS, IO)))
MOST_CPU_S = 0.25
"""More than anybody who is short-lived can have used, and less than the spinner does."""


def births() -> int:
    """Processes and threads that have been started since boot (proc_stat(5)); of the whole machine."""
    found = re.search(rb"^processes (\d+)", Path("/proc/stat").read_bytes(), re.MULTILINE)
    assert found
    return int(found.group(1))


class Checker:
    """Looks for what cannot be."""

    def __init__(self, forks: int, programs: int, threads: int, spinner: int) -> None:
        self.mothers = {"f": forks, "programs": programs, "t": threads}
        self.spinner = spinner
        self.faults: Counter[str] = Counter()
        self.examples: list[str] = []
        self.seen: Counter[str] = Counter()
        self.ids: set[tuple[int, int, int]] = set()

    def has_seen(self) -> bool:
        """Whether enough of every kind were caught while they lived."""
        return self.seen["f"] + self.seen["programs"] > 3 and self.seen["t"] > 0

    def fault(self, what: str, row: TaskRow) -> None:
        self.faults[what] += 1
        if len(self.examples) < 5:
            self.examples.append(f"{what}: {row}")

    def check(self, table: TaskTable, window_s: float) -> None:
        ids = [row.id for row in table.rows]
        if len(ids) != len(set(ids)):
            self.fault("a row stands twice", table.rows[0])
        for row in table.rows:
            self.row(row, window_s, row.id in table.born)
        known = self.ids | set(ids)
        for row in table.ended:
            if row.id not in known:
                self.fault("has ended and was never there", row)
        for id in table.born:
            if id in self.ids:
                self.fault("was there and is born again", next(row for row in table.rows if row.id == id))
        self.ids = known

    def row(self, row: TaskRow, window_s: float, born: bool) -> None:
        cores = os.cpu_count() or 1
        shares = (row.cpu_share, row.delay_share, row.blocked_share)
        rates = (row.voluntary_per_s, row.involuntary_per_s, row.minor_faults_per_s, row.read_bytes_per_s, row.write_bytes_per_s)
        if any(one is not None and one < 0 for one in (*shares, *rates)):
            self.fault("negative", row)
        most = 1.0 if row.is_thread or row.threads == 1 else cores
        if row.cpu_share is not None and row.id.pid != self.mothers["t"] and row.cpu_share > most * 1.02:
            self.fault("more of a core than there is", row)
        if row.cpu_share is not None and row.cpu_share > cores * 1.1:
            self.fault("more than the machine has", row)
        told = re.fullmatch(r"([ft])(\d+)", row.name)
        if told:
            kind = told.group(1)
            self.seen[kind] += 1
            if int(told.group(2)) != row.pid:
                self.fault("another's name", row)
            if kind == "f" and row.parent != self.mothers["f"]:
                self.fault("another's parent", row)
            if kind == "t" and row.id.pid != self.mothers["t"]:
                self.fault("another's thread", row)
            if kind == "f" and (row.cpu_time_s or 0) > MOST_CPU_S:
                self.fault("another's CPU time", row)
            if (row.cpu_share or 0) * window_s > MOST_CPU_S and not row.is_thread:
                self.fault("another's CPU share", row)
        if not row.is_thread and row.name == "sh" and row.parent == self.mothers["programs"]:
            self.seen["programs"] += 1
            known = ("sh -c exec sh -c : begun $$", "[sh]", f"sh -c : begun {row.pid}")
            if row.command not in known and "posix_spawn" not in row.command:
                self.fault("another's command", row)
        begun = re.match(r"sh -c : begun (\d+)", row.command)
        if begun and int(begun.group(1)) != row.id.pid:
            self.fault("another's command", row)
        if row.name == "spinner" and (row.id.pid != self.spinner or born):
            self.fault("not the spinner", row)


def main(seconds: float) -> None:
    if os.getpid() == 1:
        Path("/proc/sys/kernel/pid_max").write_text("420")
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    mothers = [
        subprocess.Popen([sys.executable, "-I", "-S", "-c", code], **quiet)  # type: ignore[call-overload]
        for code in (FORKS, PROGRAMS, THREADS, SPINS)
    ]
    table, checker = ProcTable(), Checker(*(mother.pid for mother in mothers))
    before, began_births, began = len(os.listdir("/proc/self/fd")), births(), time.monotonic()
    last, tables, known = began, 0, 0
    numbers: Counter[int] = Counter()
    # On a busy machine few are caught while they live: then it goes on until some are.
    while (elapsed := time.monotonic() - began) < seconds or (elapsed < 10 * seconds and not (tables >= 8 and checker.has_seen())):
        now = table.read(WANTED)
        moment = time.monotonic()
        checker.check(now, moment - last)
        last, tables, known = moment, tables + 1, max(known, len(table._known))
        numbers.update(id.pid for id in now.born if not id.tid)
        time.sleep(0.02)
    took = time.monotonic() - began
    alive = [mother.poll() is None for mother in mothers]
    born = births() - began_births
    for mother in mothers:
        mother.kill()
        mother.wait()
    table.read(WANTED)
    living = sum(name.isdigit() for name in os.listdir("/proc"))
    left, threads = len(table._known), threading.active_count()
    table.close()
    print(
        json.dumps(
            {
                "faults": checker.faults,
                "examples": [ascii(one) for one in checker.examples],
                "seen": checker.seen,
                "tables": tables,
                "births_per_s": born / took,
                "alive": alive,
                "reused": sum(count > 1 for count in numbers.values()),
                "known_most": known,
                "left": left - living,
                "descriptors": len(os.listdir("/proc/self/fd")) - before,
                "threads": threads,
            }
        )
    )


if __name__ == "__main__":
    main(float(sys.argv[1]))
