"""The task table by psutil: what it tells is right, what it cannot tell is blank, and nothing hostile is in a name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import psutil
import pytest

from conclab.model.table import IO, STATUS, TaskRow, TaskTable, Wanted
from conclab.sampling.table_psutil import PsutilTable
from tests.sampling.builders import LINUX, THREADS, child, tried
from tests.sampling.tables import PROCESSES, process_row, sleeping

HOSTILE = "\x1b]0;x\x07[red]"
HARMLESS = "␛]0;x␇[red]"
SWITCHES = Wanted(needs_of_all=frozenset({STATUS, IO}))


def _only(monkeypatch: pytest.MonkeyPatch, *pids: int) -> None:
    """Let the machine have these processes alone, so that a table is quick to read."""
    found = [psutil.Process(pid) for pid in pids]
    monkeypatch.setattr(psutil, "process_iter", lambda: iter(found))


def test_this_process_is_in_the_table_with_what_psutil_says_of_it() -> None:
    row, itself = process_row(PsutilTable().read(PROCESSES), os.getpid()), psutil.Process()
    assert (row.user, row.nice, row.threads, row.parent) == (itself.username(), itself.nice(), itself.num_threads(), os.getppid())
    assert row.start_s == pytest.approx(itself.create_time(), abs=1)
    assert (row.name, row.state) == (itself.name(), "R")
    assert row.resident_bytes is not None
    assert row.resident_bytes > 1024**2
    assert row.cpu_time_s is not None
    assert row.cpu_time_s > 0
    assert row.command.startswith(itself.cmdline()[0])


def test_the_table_lists_every_process_that_lives_throughout() -> None:
    before = set(psutil.pids())
    found = {row.pid for row in PsutilTable().read(PROCESSES).rows}
    assert before & set(psutil.pids()) <= found


@LINUX
def test_rates_are_known_from_the_second_table_on_and_those_of_a_threaded_process_are_blank(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """psutil's switches are the main thread's alone (giampaolo/psutil#1467), and must not pass for the sum."""
    with child(THREADS) as threaded, sleeping() as single:
        _only(monkeypatch, threaded.pid, single.pid)
        table = PsutilTable()
        for row in table.read(SWITCHES).rows:
            assert (row.cpu_share, row.voluntary_per_s, row.involuntary_per_s) == (None, None, None)

        def busy() -> TaskTable | None:
            now = table.read(SWITCHES)
            rested = process_row(now, single.pid).voluntary_per_s == 0.0
            return now if (process_row(now, threaded.pid).cpu_share or 0) > 0 and rested else None

        now = tried(busy)
        one, other = process_row(now, threaded.pid), process_row(now, single.pid)
        assert (one.threads, one.voluntary_per_s, one.involuntary_per_s) == (4, None, None)
        assert (other.threads, other.voluntary_per_s, other.involuntary_per_s) == (1, 0.0, 0.0)
        assert [row.is_thread for row in now.rows] == [False, False]


@LINUX
def test_costly_readings_are_made_of_the_rows_in_view_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with sleeping() as one, sleeping() as two:
        _only(monkeypatch, one.pid, two.pid)
        table = PsutilTable()
        seen = Wanted(visible=frozenset({process_row(table.read(PROCESSES), one.pid).id}), needs=frozenset({STATUS}))
        for _ in range(2):
            now = table.read(seen)
        assert process_row(now, one.pid).voluntary_per_s is not None
        assert process_row(now, two.pid).voluntary_per_s is None


def test_who_starts_is_new_once_and_who_ends_is_told() -> None:
    table = PsutilTable()
    assert table.read(PROCESSES).born == frozenset()
    with sleeping(sys.executable, "-c", "input()") as process:
        now = table.read(PROCESSES)
        row = process_row(now, process.pid)
        assert row.id in now.born
        assert row.id not in table.read(PROCESSES).born
    now = table.read(PROCESSES)
    assert row.id in {gone.id for gone in now.ended}
    assert row.id not in {one.id for one in now.rows}


def test_a_process_that_vanishes_while_it_is_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with child() as one, child() as two:
        _only(monkeypatch, one.pid, two.pid)
        table = PsutilTable()
        assert {row.pid for row in table.read(PROCESSES).rows} == {one.pid, two.pid}
        one.end()
        assert {row.pid for row in table.read(PROCESSES).rows} == {two.pid}
        assert {row.pid for row in PsutilTable().read(PROCESSES).rows} == {two.pid}


class _Refused:
    """In the place of a method of psutil.Process that may not be called; psutil switches the memory of such a method on and off."""

    def __call__(self) -> object:
        raise psutil.AccessDenied

    def cache_activate(self, _process: psutil.Process) -> None:
        pass

    cache_deactivate = cache_activate


def test_what_may_not_be_read_is_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    _only(monkeypatch, os.getpid())
    for name in ("username", "cmdline", "cpu_times", "memory_info", "num_threads", "nice", "num_ctx_switches"):
        monkeypatch.setattr(psutil.Process, name, _Refused())
    monkeypatch.setattr(psutil.Process, "io_counters", _Refused(), raising=False)
    table = PsutilTable()
    for _ in range(2):
        (row,) = table.read(SWITCHES).rows
    assert (row.user, row.nice, row.threads, row.resident_bytes, row.memory_share, row.cpu_share, row.cpu_time_s) == (None,) * 7
    assert (row.voluntary_per_s, row.involuntary_per_s, row.read_bytes_per_s, row.write_bytes_per_s) == (None,) * 4
    assert row.command == f"[{row.name}]"


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
        (row,) = PsutilTable().read(PROCESSES).rows
    # By ascii(), lest a failure print what it is about.
    assert ascii(row.name) == ascii(HARMLESS)
    assert ascii(row.command).endswith(ascii(f" {HARMLESS} two␊lines caf\ufffd")[1:])
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", row.name + row.command)


def test_an_endless_command_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with child("import json, sys; print(json.dumps({}), flush=True); sys.stdin.read()", "x" * 100_000) as one:
        _only(monkeypatch, one.pid)
        (row,) = PsutilTable().read(PROCESSES).rows
    assert 1_000 < len(row.command) <= 4_096


@LINUX
def test_a_process_that_is_dead_and_unreaped_is_shown_as_such_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with child() as one:
        assert one.process.stdin is not None
        one.process.stdin.close()  # it ends, and nobody waits for it yet
        process = psutil.Process(one.pid)
        tried(lambda: True if process.status() == psutil.STATUS_ZOMBIE else None)
        _only(monkeypatch, one.pid)
        (row,) = PsutilTable().read(PROCESSES).rows
    assert row.state == "Z"
    assert row.command == f"[{row.name}]"


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
        table = PsutilTable()
        before = table.read(PROCESSES).rows[0]
        assert "execlp" in before.command
        process.stdin.write("\n")
        process.stdin.flush()

        def changed() -> TaskRow | None:
            (row,) = table.read(PROCESSES).rows
            return row if row.command == "sleep 60" else None

        assert tried(changed).id == before.id
    finally:
        process.kill()
        process.communicate()


def test_a_command_line_that_is_empty_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is in the middle of execve(2)."""
    with sleeping() as process:
        _only(monkeypatch, process.pid)
        table = PsutilTable()
        with monkeypatch.context() as beginning:
            beginning.setattr(psutil.Process, "cmdline", lambda _process: [])
            assert process_row(table.read(PROCESSES), process.pid).command == "[sleep]"
        assert process_row(table.read(PROCESSES), process.pid).command == "sleep 600"


def test_the_share_of_a_process_is_of_one_core_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own clock, read before and after each look: neither load nor slowness moves the share out of these bounds."""
    _only(monkeypatch, os.getpid())
    table, granularity_s = PsutilTable(), 0.03

    def look() -> tuple[tuple[float, float], TaskRow, tuple[float, float]]:
        before = time.process_time(), time.monotonic()
        (row,) = table.read(PROCESSES).rows
        return before, row, (time.process_time(), time.monotonic())

    before, _first, began = look()
    while time.process_time() - began[0] < 0.2:
        pass
    ended, row, after = look()
    assert row.cpu_share is not None
    assert (ended[0] - began[0] - granularity_s) / (after[1] - before[1]) <= row.cpu_share
    assert row.cpu_share <= (after[0] - before[0] + granularity_s) / (ended[1] - began[1])
