"""The task table of threads: rows add up, figures are the kernel's, and of a thousand that sleep none is read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.model.table import IO, TaskRow, TaskTable, Wanted
from conclab.sampling.table_proc import ProcTable
from conclab.sampling.table_process import _MISSED_NS, TURN
from tests.sampling.builders import LINUX, THREADS, Child, child, tried
from tests.sampling.tables import (
    COUNTED,
    EVERYTHING,
    PROCESSES,
    THREADS_TOO,
    Reads,
    at_rest,
    process_row,
    read_until,
    schedstat_of,
    thread_rows,
)

pytestmark = LINUX

TICK_NS = 10_000_000
"""The kernel books time on a core at its ticks, 100 to 1,000 a second."""

CROWD = """
import json, os, sys, threading, time
threading.stack_size(65536)
pipes = [os.pipe() for _ in range(int(sys.argv[1]))]
tids = []
started = threading.Semaphore(0)
def wait(pipe):
    tids.append(threading.get_native_id())
    started.release()
    while os.read(pipe[0], 1):
        pass
for pipe in pipes:
    threading.Thread(target=wait, args=(pipe,), daemon=True).start()
    started.acquire()
print(json.dumps({"last": tids[-1]}), flush=True)
for line in sys.stdin:
    os.write(pipes[int(line)][1], b"x")
os._exit(0)
"""

SPINNING_BESIDE_A_SLEEPER = CROWD.replace(
    "for line", "threading.Thread(target=lambda: all(iter(lambda: 1, 0)), daemon=True).start()\nfor line"
)

ONE_AFTER_THE_OTHER = """
import json, sys, threading, time
def burn():
    end = time.thread_time() + 0.002
    while time.thread_time() < end:
        pass
print(json.dumps({}), flush=True)
sys.stdin.readline()
while True:
    thread = threading.Thread(target=burn)
    thread.start()
    thread.join()
    time.sleep(0.004)
"""

AT_THE_SAME_TIME = """
import json, sys, threading, time
def live():
    while True:
        end = time.thread_time() + 0.05
        while time.thread_time() < end:
            pass
        threading.Thread(target=live, daemon=True).start()
        return
for _ in range(3):
    threading.Thread(target=live, daemon=True).start()
print(json.dumps({}), flush=True)
sys.stdin.read()
import os
os._exit(0)
"""

ANOTHER_PROGRAM = """
import json, os, sys, threading, time
def burn():
    while time.thread_time() < 0.5:
        pass
    print(json.dumps({}), flush=True)
    sys.stdin.readline()
    os.execl(sys.executable, sys.executable, "-I", "-S", "-c", "import time\\nwhile True: time.sleep(0.001)", "napping")
threading.Thread(target=burn).start()
time.sleep(600)
"""


@pytest.fixture
def table() -> Iterator[ProcTable]:
    found = ProcTable()
    yield found
    found.close()


@pytest.fixture
def threads() -> Iterator[Child]:
    with child(THREADS) as one:
        yield one


def _cpu_ns(pid: int) -> int:
    return time.clock_gettime_ns((~pid << 3) | 2)


def _say(one: Child, word: str = "") -> None:
    assert one.process.stdin is not None
    one.process.stdin.write(word + "\n")
    one.process.stdin.flush()


class Walls:
    """How long each look at a process was after the one before."""

    def __init__(self, table: ProcTable, pid: int) -> None:
        self._table, self._pid = table, pid
        self._at_ns = 0

    def next_ns(self) -> int:
        before, self._at_ns = self._at_ns, self._table._known[self._pid].at_ns
        return self._at_ns - before


def test_every_thread_has_its_own_row_with_its_own_name(table: ProcTable, threads: Child) -> None:
    told = {name: tid for name, tid in threads.said.items() if name != "grandchild"}

    def spinning(now: TaskTable) -> TaskTable | None:
        return now if thread_rows(now, threads.pid)[told["spins) R 1"]].state == "R" else None  # or it waits for the GIL

    now = read_until(table, THREADS_TOO, spinning)
    rows = thread_rows(now, threads.pid)
    assert {rows[tid].name: tid for tid in told.values()} == told
    assert set(rows) == {threads.pid, *told.values()}
    assert process_row(now, threads.pid).threads == len(rows) == 4
    assert process_row(now, threads.pid).core is None, "which of the four?"
    for row in rows.values():
        assert (row.parent, row.command, row.threads, row.resident_bytes) == (threads.pid, row.name, None, None)
        assert row.core in range(os.cpu_count() or 1)
    place = [row.id for row in now.rows].index(process_row(now, threads.pid).id)
    assert {row.id.tid for row in now.rows[place + 1 : place + 5]} == set(rows), "they come after their process"
    assert process_row(now, threads.pid).state == "R", "though its main thread waits"
    assert thread_rows(now, threads.said["grandchild"]) == {}, "a single thread is its process"


@pytest.mark.parametrize("wanted", [THREADS_TOO, EVERYTHING])
def test_a_process_is_the_sum_of_its_threads(table: ProcTable, threads: Child, wanted: Wanted) -> None:
    ahead_ns = 0.0
    walls = Walls(table, threads.pid)
    for number in range(25):
        now = table.read(wanted)
        wall_ns = walls.next_ns()
        whole, parts = process_row(now, threads.pid), thread_rows(now, threads.pid).values()
        if number == 0:
            assert {row.cpu_share for row in (whole, *parts)} == {None}
            continue
        for field in ("delay_share", "voluntary_per_s", "involuntary_per_s"):
            assert getattr(whole, field) == pytest.approx(sum(getattr(row, field) for row in parts)), field
        assert whole.cpu_share is not None
        more = whole.cpu_share - sum(row.cpu_share or 0.0 for row in parts)
        # The clock of the process is ahead of its threads by what nobody has told of; that is made good at once, not each time.
        assert more == pytest.approx(0, abs=1e-9) or more * wall_ns > _MISSED_NS
        ahead_ns += more * wall_ns if more > 1e-9 else 0
        for row in parts:
            assert row.cpu_share is not None
            assert row.delay_share is not None
            assert row.blocked_share is not None
            assert row.cpu_share + row.delay_share + row.blocked_share == pytest.approx(1.0)
            assert min(row.cpu_share, row.delay_share, row.blocked_share) >= 0
        time.sleep(0.01)
    assert ahead_ns < 500_000_000, "only what lay between two readings, on a machine that is busy"


@pytest.mark.parametrize("code", [ONE_AFTER_THE_OTHER, AT_THE_SAME_TIME])
def test_cpu_time_of_threads_that_end_is_not_lost(table: ProcTable, code: str) -> None:
    """By the clock of the process, read before and after."""
    with child(code) as one:
        table.read(THREADS_TOO)
        _say(one)
        walls = Walls(table, one.pid)
        walls.next_ns()
        shown = 0.0
        outer = _cpu_ns(one.pid)
        table.read(THREADS_TOO)
        walls.next_ns()
        inner = _cpu_ns(one.pid)
        while True:
            time.sleep(0.05)
            before_last = _cpu_ns(one.pid)
            row = process_row(table.read(THREADS_TOO), one.pid)
            wall_ns = walls.next_ns()
            after_last = _cpu_ns(one.pid)
            assert row.cpu_share is not None
            assert 0 <= row.cpu_share <= (os.cpu_count() or 1) * 1.2
            shown += row.cpu_share * wall_ns
            if after_last - inner > 300_000_000:
                break
        # What is owed to threads (they cannot have run longer than the time that has passed) comes later.
        slack = 3 * TICK_NS + _MISSED_NS + 0.1 * (after_last - outer)
        assert before_last - inner - slack <= shown <= after_last - outer + slack
        one.process.kill()


def test_what_is_counted_is_what_the_kernel_counts_over_many_tables(table: ProcTable, threads: Child) -> None:
    """Sums of what the tables show, between the kernel's own counters read before and after the first and the last table."""
    tids = [tid for name, tid in threads.said.items() if name != "grandchild"]

    def counted() -> dict[int, tuple[int, int, int, int]]:
        found = {}
        for tid in tids:
            status = Path(f"/proc/{threads.pid}/task/{tid}/status").read_text()
            voluntary, involuntary = (int(one) for one in re.findall(r"voluntary_ctxt_switches:\s*(\d+)", status))
            found[tid] = (*schedstat_of(threads.pid, tid)[:2], voluntary, involuntary)
        return found

    outer_from = counted()
    table.read(THREADS_TOO)
    inner_from = counted()
    walls = Walls(table, threads.pid)
    walls.next_ns()
    shown: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * 4)
    for number in range(20):
        time.sleep(0.03)
        if number == 19:
            inner_to = counted()
        now = table.read(THREADS_TOO)
        wall_ns = walls.next_ns()
        for tid, row in thread_rows(now, threads.pid).items():
            fields = (row.cpu_share, row.delay_share, row.voluntary_per_s, row.involuntary_per_s)
            for place, value in enumerate(fields):
                assert value is not None
                shown[tid][place] += value * wall_ns / (1 if place < 2 else 1e9)
    outer_to = counted()
    for tid in tids:
        for place in (2, 3):
            assert shown[tid][place] >= inner_to[tid][place] - inner_from[tid][place] - 0.01
            assert shown[tid][place] <= outer_to[tid][place] - outer_from[tid][place] + 0.01
        owed = 3 * TICK_NS + 0.25 * (outer_to[tid][0] + outer_to[tid][1] - outer_from[tid][0] - outer_from[tid][1])
        assert shown[tid][0] >= inner_to[tid][0] - inner_from[tid][0] - owed
        assert shown[tid][0] <= outer_to[tid][0] - outer_from[tid][0] + owed
    assert shown[threads.said["naps"]][2] > 20, "it naps a thousand times a second"


def test_a_thread_that_has_just_started_was_not_blocked_before(table: ProcTable) -> None:
    code = """
import json, sys, threading
def spin():
    while True:
        pass
print(json.dumps({}), flush=True)
sys.stdin.readline()
threading.Thread(target=spin, daemon=True, name="new").start()
sys.stdin.read()
import os
os._exit(0)
"""
    with child(code) as one:
        at_rest(table, THREADS_TOO, one.pid)
        _say(one)

        def two(now: TaskTable) -> TaskTable | None:
            return now if len(thread_rows(now, one.pid)) == 2 else None

        now = read_until(table, THREADS_TOO, two)
        (new,) = (row for tid, row in thread_rows(now, one.pid).items() if tid != one.pid)
        assert new.id in now.born
        assert new.cpu_share is not None
        assert new.blocked_share is None
        new = thread_rows(table.read(THREADS_TOO), one.pid)[new.id.tid]
        assert new.blocked_share is not None
        one.process.kill()


def test_a_thread_that_ends_is_told_with_its_last_row_and_the_process_goes_on(table: ProcTable) -> None:
    code = """
import json, sys, threading
thread = threading.Thread(target=sys.stdin.readline)
thread.start()
print(json.dumps({"short": thread.native_id}), flush=True)
thread.join()
sys.stdin.read()
"""
    with child(code) as one:
        at_rest(table, THREADS_TOO, one.pid)
        last = thread_rows(table.read(THREADS_TOO), one.pid)[one.said["short"]]
        _say(one)

        def gone(now: TaskTable) -> TaskRow | None:
            return next((row for row in now.ended if row.id == last.id), None)

        assert read_until(table, THREADS_TOO, gone).name == last.name
        assert thread_rows(table.read(THREADS_TOO), one.pid) == {}
        assert process_row(table.read(THREADS_TOO), one.pid).threads == 1


def test_a_main_thread_that_another_has_replaced_owes_nothing_of_its_past(table: ProcTable) -> None:
    """execve(2) from a thread makes it the main one: the same numbers, and counters that leap."""
    with child(ANOTHER_PROGRAM) as one:
        at_rest(table, THREADS_TOO, one.pid)
        _say(one)
        walls = Walls(table, one.pid)
        walls.next_ns()
        before_ns, shown_ns, napping = _cpu_ns(one.pid), 0.0, 0
        while napping < 40:
            time.sleep(0.02)
            row = process_row(table.read(THREADS_TOO), one.pid)
            shown_ns += (row.cpu_share or 0.0) * walls.next_ns()
            napping += row.command.endswith(" napping")
        used_ns = _cpu_ns(one.pid) - before_ns
        assert shown_ns < used_ns + 150_000_000, "the new main thread had used half a second before, and that was told then"
        one.process.kill()


def test_a_thousand_threads_that_sleep_cost_no_reading_and_one_that_wakes_is_read_alone(
    table: ProcTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    with child(CROWD, "1000") as one:
        reads = Reads(monkeypatch)
        at_rest(table, THREADS_TOO, one.pid)
        assert len(thread_rows(table.read(THREADS_TOO), one.pid)) == 1_001
        while not table._known[one.pid].in_turn(table._turn):
            table.read(THREADS_TOO)
        reads.of(one.pid).clear()
        for _ in range(TURN - 1):
            table.read(THREADS_TOO)
        assert reads.of(one.pid) == []
        before = table.read(THREADS_TOO)  # its turn, and that of a sixteenth of its threads
        assert 0 < len(reads.of(one.pid)) < 1_000 / TURN * 2 + 20
        reads.of(one.pid).clear()

        last = one.said["last"]
        switched = schedstat_of(one.pid, last)
        _say(one, "999")
        tried(lambda: True if schedstat_of(one.pid, last) != switched else None)
        reads.of(one.pid).clear()
        now = table.read(THREADS_TOO)
        told = [path for path in reads.of(one.pid) if not path.endswith("/schedstat")]
        assert {path.split("/")[4] for path in told if "/task/" in path} <= {str(one.pid), str(last)}
        assert f"/proc/{one.pid}/task/{last}/stat" in told
        woken = thread_rows(now, one.pid)[last]
        assert woken.voluntary_per_s is not None
        assert woken.voluntary_per_s > 0
        others = thread_rows(before, one.pid)
        same = sum(row is others[tid] for tid, row in thread_rows(now, one.pid).items())
        assert same >= 999, "who has slept on is the same object"


def test_threads_that_are_asked_for_while_their_process_sleeps_do_nothing_and_are_not_blank(table: ProcTable) -> None:
    with child(CROWD, "5") as one:
        at_rest(table, PROCESSES, one.pid)
        rows = thread_rows(table.read(THREADS_TOO), one.pid)
        assert len(rows) == 6
        for row in rows.values():
            assert (row.cpu_share, row.delay_share, row.blocked_share) == (0.0, 0.0, 1.0)
            assert (row.voluntary_per_s, row.involuntary_per_s) == (0.0, 0.0)
            assert row.cpu_time_s == pytest.approx(schedstat_of(one.pid, row.id.tid)[0] / 1e9)


def test_threads_that_were_hidden_for_a_while_are_those_of_now(table: ProcTable) -> None:
    """One ends and another starts while nobody looks: as many as before, and yet not the same."""
    code = """
import json, sys, threading
never = threading.Event()
def short():
    sys.stdin.readline()
    threading.Thread(target=never.wait, daemon=True).start()
thread = threading.Thread(target=short)
thread.start()
print(json.dumps({"short": thread.native_id}), flush=True)
thread.join()
sys.stdin.read()
import os
os._exit(0)
"""
    with child(code) as one:
        at_rest(table, THREADS_TOO, one.pid)
        assert one.said["short"] in thread_rows(table.read(THREADS_TOO), one.pid)
        at_rest(table, PROCESSES, one.pid)
        _say(one)
        tried(lambda: True if str(one.said["short"]) not in os.listdir(f"/proc/{one.pid}/task") else None)
        at_rest(table, PROCESSES, one.pid)
        now = table.read(THREADS_TOO)
        assert set(thread_rows(now, one.pid)) == {int(name) for name in os.listdir(f"/proc/{one.pid}/task")}


def test_a_thread_that_scrolls_into_view_is_read_in_detail_though_it_sleeps(table: ProcTable) -> None:
    with child(CROWD, "40") as one:
        at_rest(table, THREADS_TOO, one.pid)
        rows = list(thread_rows(table.read(THREADS_TOO), one.pid).values())
        for row in (rows[1], rows[25]):
            view = frozenset({process_row(table.read(THREADS_TOO), one.pid).id, row.id})
            now = table.read(Wanted(True, view, COUNTED | {IO, "affinity"}))
            shown = thread_rows(now, one.pid)
            assert shown[row.id.tid].affinity
            assert shown[row.id.tid].write_bytes_per_s == 0.0
            assert sum(one.affinity is not None for one in shown.values()) <= 3


def test_a_thread_s_new_nice_value_is_shown(table: ProcTable) -> None:
    """Each thread of a sleeping process has its turn; with sixteen or fewer that takes as many turns at most."""
    with child(CROWD, "3") as one:
        at_rest(table, THREADS_TOO, one.pid)
        last = one.said["last"]
        os.setpriority(os.PRIO_PROCESS, last, 9)
        for _ in range(TURN * TURN):
            rows = thread_rows(table.read(THREADS_TOO), one.pid)
        assert (rows[last].nice, rows[one.pid].nice) == (9, os.nice(0))


def test_what_was_just_done_to_a_process_shows_of_its_sleeping_threads_at_once(table: ProcTable) -> None:
    with child(CROWD, "40") as one:
        at_rest(table, THREADS_TOO, one.pid)
        for tid in os.listdir(f"/proc/{one.pid}/task"):
            os.setpriority(os.PRIO_PROCESS, int(tid), 9)
        rows = thread_rows(table.read(replace(THREADS_TOO, acted_on=frozenset({one.pid}))), one.pid)
        assert {row.nice for row in rows.values()} == {9}


def test_what_others_change_of_a_sleeping_thread_shows_though_its_process_never_rests(table: ProcTable) -> None:
    with child(SPINNING_BESIDE_A_SLEEPER, "3") as one:
        last = one.said["last"]
        read_until(table, THREADS_TOO, lambda now: True if last in thread_rows(now, one.pid) else None)
        os.setpriority(os.PRIO_PROCESS, last, 9)
        for _ in range(TURN * TURN):
            rows = thread_rows(table.read(THREADS_TOO), one.pid)
        assert rows[last].nice == 9


def _averages(report: str) -> dict[str, dict[int, dict[str, float]]]:
    """pidstat's averages: "u" or "w" to tid to column to figure; the process itself under 0."""
    found: dict[str, dict[int, dict[str, float]]] = {"u": {}, "w": {}}
    kind, titles = "", list[str]()
    for line in report.splitlines():
        words = line.split()
        if words[:1] != ["Average:"]:
            continue
        if words[1] == "UID":
            titles, kind = words[2:], "u" if "%CPU" in words else "w"
            continue
        values = dict(zip(titles, words[2:], strict=False))
        tid = 0 if values["TID"] == "-" else int(values["TID"])
        found[kind][tid] = {title: float(value) for title, value in values.items() if title.startswith("%") or title.endswith("/s")}
    return found


@pytest.mark.skipif(not shutil.which("pidstat"), reason="pidstat is not installed (Debian: apt install sysstat)")
def test_pidstat_says_the_same(table: ProcTable, threads: Child) -> None:
    """It shares no code with the table. Both look at the same two seconds, but for the moments at the ends."""
    command = ["pidstat", "-u", "-w", "-t", "-p", str(threads.pid), "1", "2"]
    for _attempt in range(3):
        table.read(THREADS_TOO)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"}) as tool:
            report, _ = tool.communicate(timeout=30)
        now = table.read(THREADS_TOO)
        told, ours = _averages(report), thread_rows(now, threads.pid)
        pairs = []
        for tid, row in ours.items():
            switches, use = told["w"][tid], told["u"][tid]
            pairs += [
                (f"{tid} voluntary", row.voluntary_per_s, switches["cswch/s"], 0.1, 30),
                (f"{tid} involuntary", row.involuntary_per_s, switches["nvcswch/s"], 0.1, 30),
                (f"{tid} CPU%", 100 * (row.cpu_share or 0), use["%CPU"], 0.1, 5),
            ]
        whole = process_row(now, threads.pid)
        pairs.append(("CPU%", 100 * (whole.cpu_share or 0), told["u"][0]["%CPU"], 0.1, 5))
        summed = sum(told["w"][tid]["cswch/s"] for tid in ours)
        pairs.append(("voluntary of the process", whole.voluntary_per_s, summed, 0.1, 40))
        off = [pair for pair in pairs if pair[1] != pytest.approx(pair[2], rel=pair[3], abs=pair[4])]
        if not off:
            assert told["w"][threads.said["naps"]]["cswch/s"] > 50, "the test is void unless there is something to count"
            return
    assert not off, json.dumps(off)
