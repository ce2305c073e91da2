"""What does a recording of the monitor take? ``python tests/bench/tape.py [PROCESSES] [SECONDS]``

An hour at one look a second of a scripted machine of 500 processes: bytes, CPU time a look, and how long it takes to be anywhere in
it, from a fresh opening and going about in it, and to have the past of a row there (CPU time: others may use the cores). Then the
same of this machine for some seconds (default 60), its bytes scaled to an hour. Last what the recent past in memory costs: CPU
time a look, and bytes by tracemalloc.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median

from conclab.model import figures
from conclab.model.machine import MachineSample
from conclab.model.table import QUEUE, STATUS, TaskTable, Wanted
from conclab.recording import tape_recorder
from conclab.recording.feed import Session
from conclab.recording.recent import Recent
from conclab.recording.scripted import ScriptedFeed
from conclab.recording.tape_recorder import TapeRecorder
from conclab.recording.tape_reel import open_tape
from conclab.sampling.machine import read_facts, read_machine
from conclab.sampling.table_reader import TableReader

HOUR_S = 3_600
WANTED = Wanted(needs_of_all=frozenset((QUEUE, STATUS)))


class Synchronous(TapeRecorder):
    """Packs and writes where it is called, so that its CPU time can be told."""

    cpu_s = 0.0

    def _write(self, *given: object) -> None:
        began = time.thread_time()
        super()._write(*given)  # type: ignore[arg-type]
        self.cpu_s += time.thread_time() - began


def told(name: str, path: Path, seconds: float, cpu_s: float) -> None:
    size = path.stat().st_size
    print(f"{name}: {size:,} bytes for {seconds:,.0f} s, {figures.size(size / seconds * HOUR_S)} an hour (at most 30 MB wanted)")
    print(f"  packing and writing: {cpu_s / seconds * 1e3:.2f} ms of CPU a second")


def seeks(path: Path) -> None:
    chance = random.Random(1)
    fresh, about, pasts, steps, plays = [], [], [], [], []
    for _ in range(15):
        began = time.thread_time()
        tape = open_tape(path)
        opened = time.thread_time()
        tape.seek(round(chance.uniform(tape.start_ns, tape.end_ns)))
        fresh.append(time.thread_time() - opened)
    print(f"  opened in {(opened - began) * 1e3:.0f} ms, which is at its end")
    for _ in range(40):
        began = time.thread_time()
        tape.seek(round(chance.uniform(tape.start_ns, tape.end_ns)))
        about.append(time.thread_time() - began)
        began = time.thread_time()
        table = tape.table_state.table
        assert table is not None
        tape.table_state.history(chance.choice(table.rows).id)
        pasts.append(time.thread_time() - began)
    for _ in range(120):
        began = time.thread_time()
        tape.seek(tape.position_ns + 1_000_000_000)
        plays.append(time.thread_time() - began)
    for _ in range(60):
        began = time.thread_time()
        tape.seek(tape.position_ns - 1_000_000_000)
        steps.append(time.thread_time() - began)
    kinds = (
        ("first seek", fresh),
        ("seeks anywhere", about),
        ("a row's past", pasts),
        ("a second on", plays),
        ("a second back", steps),
    )
    for name, times in kinds:
        print(f"  {name}: median {median(times) * 1e3:.0f} ms, worst {max(times) * 1e3:.0f} ms (at most 300 wanted)")
    began = time.thread_time()
    tape.overview(120)
    found = {one.key: tape.next_spike(one.key, tape.start_ns) for one in tape.series_names()}
    print(f"  overview and {len(found)} spikes: {(time.thread_time() - began) * 1e3:.0f} ms; marks: {len(tape.events())}")


def scripted(folder: Path, processes: int, seconds: int) -> None:
    feed = ScriptedFeed(2, tasks=processes)
    session = Session(feed)
    session.list_tasks(WANTED)
    recent, recent_s, changed = Recent(feed.machine), 0.0, 0
    path = folder / "hour.conclab"
    recorder = Synchronous(path, feed.machine, print, now=(time.time(), feed.source.at_ns))
    before: set[int] = set()
    tables = []
    for _ in range(seconds):
        feed.tick(20)
        for item in feed.take():
            if isinstance(item, MachineSample) and feed.source.slot % 20:
                continue  # at rest the machine is read once a second
            session.take(item)
            if isinstance(item, MachineSample | TaskTable):
                while len(recorder._waiting) > 100:
                    time.sleep(0.001)
                recorder.put(item)
                began = time.thread_time()
                recent.put(item, session.machine_state, session.table_state)
                recent_s += time.thread_time() - began
            if isinstance(item, TaskTable):
                tables.append(len(item.rows))
                now = set(map(id, item.rows))
                changed += len(now - before)
                before = now
    print(recorder.end())
    rows = f"{median(tables):.0f} rows, {changed / len(tables):.0f} of them changed a look"
    told(f"scripted, {rows}", path, seconds, recorder.cpu_s)
    print(
        f"  the recent past in memory: {recent_s / seconds * 1e3:.2f} ms of CPU a second, {figures.size(recent.bytes)} by estimate"
    )
    seeks(path)


def real(folder: Path, seconds: int) -> None:
    path = folder / "real.conclab"
    recorder = Synchronous(path, read_facts(), print)
    reader, changed, rows = TableReader(), 0, 0
    for _ in range(seconds):
        recorder.put(read_machine())
        table = reader.read(WANTED)
        recorder.put(table)
        changed += len(table.changed or ())
        rows = len(table.rows)
        time.sleep(1.0)
    reader.close()
    print(recorder.end())
    told(f"this machine, {rows} rows, {changed / seconds:.0f} changed a look", path, seconds, recorder.cpu_s)


def memory(processes: int) -> None:
    feed = ScriptedFeed(2, tasks=processes)
    session = Session(feed)
    session.list_tasks(WANTED)
    recent = Recent(feed.machine)
    for number in range(630):
        if number == 20:
            tracemalloc.start()
        feed.tick(20)
        for item in feed.take():
            session.take(item)
            if isinstance(item, MachineSample | TaskTable):
                recent.put(item, session.machine_state, session.table_state)
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"ten minutes of {processes} tasks in memory: {figures.size(taken)}, by its own estimate {figures.size(recent.bytes)}")


if __name__ == "__main__":
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    tape_recorder.EVERY_S = 0.0
    with tempfile.TemporaryDirectory() as name:
        scripted(Path(name), processes, HOUR_S)
        real(Path(name), seconds)
    memory(processes)
