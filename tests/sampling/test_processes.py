"""The process table: rates between two looks, switches over all threads, and nothing hostile in a name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from conclab.model.processes import ProcessRow, ProcessTable
from conclab.sampling import processes
from conclab.sampling.processes import ProcessReader, switches_of
from tests.sampling.builders import LINUX, THREADS, child, tried

HOSTILE = "\x1b]0;x\x07[red]"
HARMLESS = "␛]0;x␇[red]"


def _only(monkeypatch: pytest.MonkeyPatch, *pids: int) -> None:
    """Let the machine have these processes alone, so that a table is quick to read."""
    found = [psutil.Process(pid) for pid in pids]
    monkeypatch.setattr(psutil, "process_iter", lambda: iter(found))


def _row(table: ProcessTable, pid: int) -> ProcessRow:
    (found,) = [row for row in table.rows if row.pid == pid]
    return found


def test_this_process_is_in_the_table_with_what_psutil_says_of_it() -> None:
    table = ProcessReader().read()
    row, itself = _row(table, os.getpid()), psutil.Process()
    assert (row.user, row.nice, row.threads) == (itself.username(), itself.nice(), itself.num_threads())
    assert row.start_s == pytest.approx(itself.create_time(), abs=1)
    assert (row.name, row.state) == (itself.name(), "R")
    assert row.resident_bytes is not None
    assert row.resident_bytes > 1024**2
    assert row.cpu_time_s is not None
    assert row.cpu_time_s > 0
    assert row.command.startswith(itself.cmdline()[0])


def test_the_table_lists_every_process_that_lives_throughout() -> None:
    before = set(psutil.pids())
    found = {row.pid for row in ProcessReader().read(detailed=0).rows}
    assert before & set(psutil.pids()) <= found


@LINUX
def test_rates_are_known_from_the_second_look_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with child(THREADS) as one:
        _only(monkeypatch, one.pid)
        reader = ProcessReader()
        (first,) = reader.read().rows
        assert (first.cpu_share, first.voluntary_per_s, first.involuntary_per_s) == (None, None, None)

        def busy() -> ProcessRow | None:
            (row,) = reader.read().rows
            assert row.voluntary_per_s is not None
            assert row.involuntary_per_s is not None
            assert row.cpu_share is not None
            return row if row.cpu_share > 0 and row.voluntary_per_s > 0 else None

        assert tried(busy).threads == 4


def test_switches_are_read_for_the_detailed_rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with child() as one, child() as two:
        _only(monkeypatch, one.pid, two.pid)
        asked: list[int] = []

        def counted(pid: int) -> tuple[int, int]:
            asked.append(pid)
            return len(asked) * 10, 0

        monkeypatch.setattr(processes, "switches_of", counted)
        reader = ProcessReader()
        for _ in range(2):
            rows = reader.read(detailed=0).rows
        assert (asked, [row.voluntary_per_s for row in rows]) == ([], [None, None])
        for _ in range(2):
            rows = reader.read(detailed=1).rows
        # Neither of them is busy, so the first in the table is the one with the lower pid.
        lower = min(one.pid, two.pid)
        assert asked == [lower, lower]
        assert [row.voluntary_per_s is None for row in rows] == [False, True]
        reader.read(detailed=None)
        assert asked[2:] == [lower, max(one.pid, two.pid)]


def test_a_thread_that_took_its_switches_along_leaves_the_rate_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    _only(monkeypatch, os.getpid())
    sums = iter([(100, 10), (50, 12), (150, 12)])
    monkeypatch.setattr(processes, "switches_of", lambda _pid: next(sums))
    reader = ProcessReader()
    rows = [reader.read().rows[0] for _ in range(3)]
    assert [row.voluntary_per_s is None for row in rows] == [True, True, False]
    assert [row.involuntary_per_s is None for row in rows] == [True, True, False]


def test_switches_that_may_not_be_read_have_no_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    _only(monkeypatch, os.getpid())
    sums = iter([(100, 10), None, (300, 10), (400, 10)])
    monkeypatch.setattr(processes, "switches_of", lambda _pid: next(sums))
    reader = ProcessReader()
    assert [reader.read().rows[0].voluntary_per_s is None for _ in range(4)] == [True, True, True, False]


@contextmanager
def _threads_that_have_switched() -> Iterator[None]:
    """Three threads of this process that have slept a good deal each and now wait."""
    ready, end = threading.Barrier(4), threading.Event()

    def nap() -> None:
        for _ in range(20):
            threading.Event().wait(0.0005)
        ready.wait()
        end.wait()

    threads = [threading.Thread(target=nap) for _ in range(3)]
    for thread in threads:
        thread.start()
    ready.wait()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()


def _summed(pid: int) -> tuple[int, int]:
    voluntary = involuntary = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        numbers = re.findall(r"voluntary_ctxt_switches:\s*(\d+)", status.read_text())
        voluntary += int(numbers[0])
        involuntary += int(numbers[1])
    return voluntary, involuntary


@LINUX
def test_switches_of_a_process_are_those_of_all_its_threads() -> None:
    with _threads_that_have_switched():
        main_alone = psutil.Process().num_ctx_switches().voluntary
        before = _summed(os.getpid())
        found = switches_of(os.getpid())
        after = _summed(os.getpid())
    assert found is not None
    assert before[0] <= found[0] <= after[0]
    assert before[1] <= found[1] <= after[1]
    # psutil's are the main thread's (giampaolo/psutil#1467), and must not pass for the sum.
    assert before[0] > main_alone


def test_switches_of_no_process_are_missing() -> None:
    assert switches_of(999_999_999) is None


@LINUX
@pytest.mark.parametrize("text", [None, b"", b"Name:\tpython\n"])
def test_switches_that_no_thread_tells_are_missing_and_not_zero(text: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "read", lambda _path: text)
    assert switches_of(os.getpid()) is None


def test_a_process_that_vanishes_while_it_is_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with child() as one, child() as two:
        _only(monkeypatch, one.pid, two.pid)
        reader = ProcessReader()
        assert {row.pid for row in reader.read().rows} == {one.pid, two.pid}
        one.end()
        assert {row.pid for row in reader.read().rows} == {two.pid}
        assert {row.pid for row in ProcessReader().read().rows} == {two.pid}


def test_a_process_that_vanishes_before_its_switches_are_read_keeps_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    with child() as one:
        _only(monkeypatch, one.pid)
        reader = ProcessReader()
        reader.read()

        def too_late(pid: int) -> tuple[int, int] | None:
            one.end()
            return switches_of(pid)

        monkeypatch.setattr(processes, "switches_of", too_late)
        (row,) = reader.read().rows
        assert (row.pid, row.voluntary_per_s) == (one.pid, None)


@LINUX
def test_a_hostile_name_and_command_come_out_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import json, sys
with open("/proc/self/comm", "w") as comm:
    comm.write("\\x1b]0;x\\x07[red]")
print(json.dumps({}), flush=True)
sys.stdin.read()
"""
    undecodable = b"caf\xe9".decode("utf-8", "surrogateescape")
    with child(code, HOSTILE, "two\nlines", undecodable) as one:
        assert HOSTILE in psutil.Process(one.pid).cmdline(), "the test is void unless psutil brings it as it is"
        _only(monkeypatch, one.pid)
        (row,) = ProcessReader().read().rows
    # By ascii(), lest a failure print what it is about.
    assert ascii(row.name) == ascii(HARMLESS)
    assert ascii(row.command).endswith(ascii(f" {HARMLESS} two␊lines caf\ufffd")[1:])
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", row.name + row.command)


def test_an_endless_command_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with child("import json, sys; print(json.dumps({}), flush=True); sys.stdin.read()", "x" * 100_000) as one:
        _only(monkeypatch, one.pid)
        (row,) = ProcessReader().read().rows
    assert 1_000 < len(row.command) <= 4_096


@LINUX
def test_a_process_that_is_dead_and_unreaped_is_shown_as_such_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with child() as one:
        assert one.process.stdin is not None
        one.process.stdin.close()  # it ends, and nobody waits for it yet
        process = psutil.Process(one.pid)
        tried(lambda: True if process.status() == psutil.STATUS_ZOMBIE else None)
        _only(monkeypatch, one.pid)
        (row,) = ProcessReader().read().rows
    assert row.state == "Z"
    assert row.command == f"[{row.name}]"


@LINUX
def test_the_busiest_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with child() as idle, child(THREADS) as busy:
        _only(monkeypatch, idle.pid, busy.pid)
        reader = ProcessReader()
        reader.read()

        def known() -> list[int] | None:
            rows = reader.read().rows
            return [row.pid for row in rows] if max(row.cpu_share or 0 for row in rows) >= 0.05 else None

        assert tried(known) == [busy.pid, idle.pid]


@LINUX
def test_a_process_that_has_begun_another_program_is_shown_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that replaces itself keeps its pid and its start time (execve(2))."""
    script = "import os, sys; print('here', flush=True); sys.stdin.readline(); os.execlp('sleep', 'sleep', '60')"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        _only(monkeypatch, process.pid)
        reader = ProcessReader()
        assert "execlp" in reader.read().rows[0].command
        process.stdin.write("\n")
        process.stdin.flush()
        assert tried(lambda: reader.read().rows[0].command if reader.read().rows[0].name == "sleep" else None) == "sleep 60"
    finally:
        process.kill()
        process.communicate()


def test_the_share_of_a_process_is_of_one_core_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own clock, read before and after each look: neither load nor slowness moves the share out of these bounds."""
    _only(monkeypatch, os.getpid())
    reader, granularity_s = ProcessReader(), 0.03

    def look() -> tuple[tuple[float, float], ProcessRow, tuple[float, float]]:
        before = time.process_time(), time.monotonic()
        (row,) = reader.read(detailed=0).rows
        return before, row, (time.process_time(), time.monotonic())

    before, _first, began = look()
    while time.process_time() - began[0] < 0.2:
        pass
    ended, row, after = look()
    assert row.cpu_share is not None
    assert (ended[0] - began[0] - granularity_s) / (after[1] - before[1]) <= row.cpu_share
    assert row.cpu_share <= (after[0] - before[0] + granularity_s) / (ended[1] - began[1])
