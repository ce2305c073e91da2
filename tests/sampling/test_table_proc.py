"""The task table of processes: what the kernel and psutil say of them, changes of all kinds, and nothing read of what sleeps."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from conclab.model.table import IO, PSS, SHARED, WHOLE, RowId, TaskRow, TaskTable, Wanted
from conclab.sampling import table_reader
from conclab.sampling.files import Budget
from conclab.sampling.table_proc import ProcTable
from conclab.sampling.table_process import TURN
from conclab.sampling.table_psutil import PsutilTable
from conclab.sampling.table_reader import TableReader
from tests.sampling.builders import LINUX, THREADS, child, tried
from tests.sampling.tables import (
    ALL,
    AS_ROOT,
    EVERYTHING,
    NOBODY,
    PROCESSES,
    THREADS_TOO,
    Reads,
    at_rest,
    process_row,
    read_until,
    sleeping,
    start_of,
)

pytestmark = LINUX

ON_WORD = """
import json, os, sys, time
print(json.dumps({}), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def table() -> Iterator[ProcTable]:
    found = ProcTable()
    yield found
    found.close()


def test_every_process_that_lives_throughout_is_there_once() -> None:
    reader = TableReader()
    before = set(psutil.pids())
    found = [row.id.pid for row in reader.read(PROCESSES).rows]
    reader.close()
    assert before & set(psutil.pids()) <= set(found)
    assert len(found) == len(set(found))
    assert isinstance(reader._table, ProcTable)


def test_where_clocks_cannot_be_read_psutil_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_reader, "can_read_clocks", lambda: False)
    reader = TableReader()
    assert isinstance(reader._table, PsutilTable)
    assert os.getpid() in {row.pid for row in reader.read(PROCESSES).rows}
    reader.close()


def test_psutil_says_the_same(table: ProcTable) -> None:
    """It shares no code with the table. What changes between the two readings is compared where it stood still."""
    compared = 0
    with child(THREADS) as one, sleeping() as two:
        who = ["name", "ppid", "nice", "username"]  # another one once a process has executed a program or lost its parent
        before = {process.pid: process.info for process in psutil.process_iter(who)}
        rows = {row.pid: row for row in table.read(PROCESSES).rows}
        for process in psutil.process_iter():
            row = rows.get(process.pid)
            if row is None:
                continue
            try:
                if process.as_dict(who) != before.get(process.pid):
                    continue
                info = process.as_dict(
                    ["name", "ppid", "num_threads", "nice", "memory_info", "cpu_times", "username", "create_time"]
                )
                command = " ".join(process.cmdline())
            except psutil.NoSuchProcess:
                continue
            if start_of(process.pid) != row.id.start:
                continue
            compared += 1
            assert (row.parent, row.nice, row.user) == (info["ppid"], info["nice"], info["username"])
            assert row.start_s == pytest.approx(info["create_time"], abs=1.5)
            assert row.cpu_time_s is not None
            assert row.cpu_time_s == pytest.approx(sum(info["cpu_times"][:2]), abs=0.5, rel=0.1)
            if process.pid in (one.pid, two.pid, os.getppid()):
                assert row.threads == info["num_threads"]
                assert row.resident_bytes == pytest.approx(info["memory_info"].rss, rel=0.2)
                assert row.virtual_bytes == pytest.approx(info["memory_info"].vms, rel=0.2)
                assert row.command.startswith(command[:20].splitlines()[0])
            if not row.kernel:
                assert info["name"].startswith(row.name) or "/" in info["name"]
        assert compared > 5
        assert {one.pid, two.pid} <= rows.keys()


def test_a_sleeper_s_figures_are_the_kernel_s(table: ProcTable) -> None:
    with sleeping() as process:
        row = at_rest(table, EVERYTHING, process.pid)
        resident = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * resource.getpagesize()
        assert (row.id, row.parent, row.kernel) == (RowId(process.pid, WHOLE, start_of(process.pid)), os.getpid(), False)
        assert (row.name, row.command, row.state, row.uid, row.threads) == ("sleep", "sleep 600", "S", os.geteuid(), 1)
        # The kernel's own two accounts of it differ by what each core has not handed in yet: proc_pid_statm(5).
        assert row.resident_bytes == pytest.approx(resident, abs=64 * resource.getpagesize() * (os.cpu_count() or 1))
        assert row.memory_share == pytest.approx((row.resident_bytes or 0) / psutil.virtual_memory().total)
        assert row.cgroup == Path(f"/proc/{process.pid}/cgroup").read_text().strip().splitlines()[-1].partition("::")[2]
        assert row.affinity == re.findall(r"Cpus_allowed_list:\t(.*)", Path(f"/proc/{process.pid}/status").read_text())[0]
        assert row.started == time.strftime("%m-%d %H:%M", time.localtime(psutil.Process(process.pid).create_time()))
        assert (row.policy, row.rt_priority, row.priority, row.nice) == (0, None, 20 + os.nice(0), os.nice(0))
        assert row.core in range(os.cpu_count() or 1)


def test_the_first_table_has_no_rates_and_nobody_is_new(table: ProcTable) -> None:
    first = table.read(EVERYTHING)
    assert (first.born, first.ended) == (frozenset(), ())
    for row in first.rows:
        assert (row.cpu_share, row.delay_share, row.voluntary_per_s, row.involuntary_per_s) == (None,) * 4
        assert (row.migrations_per_s, row.minor_faults_per_s, row.read_bytes_per_s, row.write_bytes_per_s) == (None,) * 4


# Without what it shares with others, which changes when they start and end.
@pytest.mark.parametrize("wanted", [PROCESSES, THREADS_TOO, replace(EVERYTHING, needs=ALL - {PSS, SHARED})])
def test_who_sleeps_does_nothing_once_and_is_the_same_object_from_then_on(table: ProcTable, wanted: Wanted) -> None:
    with sleeping() as process:
        row = at_rest(table, wanted, process.pid)
        assert (row.cpu_share, row.delay_share, row.voluntary_per_s, row.involuntary_per_s, row.migrations_per_s) == (0.0,) * 5
        assert (row.minor_faults_per_s, row.major_faults_per_s) == (0.0, 0.0)
        if IO in wanted.needs:
            assert (row.read_bytes_per_s, row.write_bytes_per_s) == (0.0, 0.0)
        for _ in range(2 * TURN):
            assert process_row(table.read(wanted), process.pid) is row


def test_who_sleeps_shows_what_comes_into_view_at_the_next_table_and_none_of_it_stays_blank(table: ProcTable) -> None:
    with sleeping() as process:
        quiet = at_rest(table, PROCESSES, process.pid)
        assert (quiet.affinity, quiet.read_bytes_per_s, quiet.pss_bytes) == (None, None, None)
        seen = Wanted(visible=frozenset({quiet.id}), needs=ALL)
        row = process_row(table.read(seen), process.pid)
        assert (row.voluntary_per_s, row.delay_share, row.migrations_per_s) == (0.0, 0.0, 0.0)
        assert (row.read_bytes_per_s, row.write_bytes_per_s) == (0.0, 0.0)
        assert None not in (row.affinity, row.cgroup, row.shared_bytes)
        assert row.pss_bytes is not None
        assert 0 < row.pss_bytes <= (row.resident_bytes or 0)


def test_costly_readings_are_made_of_the_rows_in_view_alone(table: ProcTable) -> None:
    with sleeping() as one, sleeping() as two:
        first = at_rest(table, PROCESSES, one.pid)
        in_view = Wanted(visible=frozenset({first.id}), needs=frozenset({"affinity"}))
        now = table.read(in_view)
        assert process_row(now, one.pid).affinity
        assert process_row(now, two.pid).affinity is None
        now = table.read(Wanted(needs_of_all=frozenset({"affinity"})))
        assert process_row(now, two.pid).affinity


def test_who_starts_is_new_once_and_who_ends_is_told_with_its_last_row(table: ProcTable) -> None:
    table.read(PROCESSES)
    with sleeping() as process:
        now = table.read(PROCESSES)
        row = process_row(now, process.pid)
        assert row.id in now.born
        assert row.cpu_share is not None, "all that it has done, it has done since the table before"
        later = table.read(PROCESSES)
        last = process_row(later, process.pid)
        assert last.id not in later.born
        process.kill()
        process.wait()
        after = table.read(PROCESSES)
        assert [row for row in after.ended if row.id == last.id] == [last]
        assert last.id not in {row.id for row in after.rows}
        assert last.id not in {row.id for row in table.read(PROCESSES).ended}


def test_showing_threads_neither_starts_nor_ends_any_and_hides_no_process_that_does(table: ProcTable) -> None:
    with child(THREADS) as one:
        table.read(PROCESSES)
        with sleeping() as two:
            now = table.read(THREADS_TOO)
            assert not {id for id in now.born if id.pid == one.pid}
            assert process_row(now, two.pid).id in now.born
        now = table.read(PROCESSES)
        assert two.pid in {row.pid for row in now.ended}
        assert not [row for row in now.ended if row.id.pid == one.pid]


def test_a_process_that_was_not_to_be_seen_before_has_a_past(table: ProcTable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone who comes into sight (a descriptor is free again, /proc is mounted otherwise) has not started just now."""
    with child(THREADS) as one:
        tried(lambda: True if psutil.Process(one.pid).cpu_times().user > 0.3 else None)
        listed = os.listdir
        with monkeypatch.context() as hidden:
            hidden.setattr(os, "listdir", lambda path: [name for name in listed(path) if name != str(one.pid)])
            table.read(THREADS_TOO)
        row = process_row(table.read(THREADS_TOO), one.pid)
        assert (row.cpu_share, row.delay_share, row.voluntary_per_s) == (None, None, None)


def test_another_program_in_the_same_process_is_shown_with_its_name_command_and_user(table: ProcTable) -> None:
    change = f"os.setgid({NOBODY}), os.setuid({NOBODY})" if os.geteuid() == 0 else ""
    # By its path: execlp would import a module first, which the other user may not be allowed to read.
    with child(f"{ON_WORD}\n{change}\nos.execv({shutil.which('sleep')!r}, ['sleep', '601'])") as one:
        before = at_rest(table, PROCESSES, one.pid)
        assert "execv" in before.command
        assert one.process.stdin is not None
        one.process.stdin.write("\n")
        one.process.stdin.flush()

        def changed(now: TaskTable) -> TaskRow | None:
            row = process_row(now, one.pid)
            assert row.command == "sleep 601" or row.command == before.command or row.command.startswith("["), ascii(row.command)
            return row if row.command == "sleep 601" else None

        row = read_until(table, PROCESSES, changed)
        assert (row.id, row.name) == (before.id, "sleep")
        assert row.uid == (NOBODY if os.geteuid() == 0 else os.geteuid())
        one.process.kill()


def test_a_program_that_writes_its_own_title_is_shown_by_it_within_a_turn(table: ProcTable) -> None:
    code = """
import ctypes
start, end = map(int, open("/proc/self/stat").read().rpartition(")")[2].split()[45:47])
ctypes.memmove(start, b"worker 7: busy".ljust(end - start, bytes(1)), end - start)
sys.stdin.readline()
"""
    with child(ON_WORD + code) as one:
        before = at_rest(table, PROCESSES, one.pid)
        assert "memmove" in before.command
        assert one.process.stdin is not None
        one.process.stdin.write("\n")
        one.process.stdin.flush()
        tried(lambda: True if Path(f"/proc/{one.pid}/cmdline").read_bytes().startswith(b"worker") else None)
        at_rest(table, PROCESSES, one.pid)
        for _ in range(TURN):
            row = process_row(table.read(PROCESSES), one.pid)
        assert row.command == "worker 7: busy"
        one.process.kill()


def test_what_others_change_of_a_sleeper_shows_within_a_turn(table: ProcTable) -> None:
    with sleeping() as process:
        before = at_rest(table, PROCESSES, process.pid)
        os.setpriority(os.PRIO_PROCESS, process.pid, 7)
        rows = [process_row(table.read(PROCESSES), process.pid) for _ in range(TURN)]
        assert [rows[-1].nice, rows[-1].priority] == [7, 27]
        assert len({id(row) for row in [before, *rows]}) == 2, "it changes once"


def test_what_was_just_done_to_a_sleeper_shows_at_the_next_table(table: ProcTable) -> None:
    with sleeping() as process:
        at_rest(table, PROCESSES, process.pid)
        while table._known[process.pid].in_turn(table._turn + 1):
            table.read(PROCESSES)
        os.setpriority(os.PRIO_PROCESS, process.pid, 7)
        assert process_row(table.read(replace(PROCESSES, acted_on=frozenset({process.pid}))), process.pid).nice == 7


@pytest.mark.parametrize("reaped", [True, False])
def test_who_has_lost_its_parent_has_another_one_at_the_next_table(table: ProcTable, reaped: bool) -> None:
    code = """
import json, os, subprocess, sys
kid = subprocess.Popen(["sleep", "602"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
print(json.dumps({"kid": kid.pid}), flush=True)
sys.stdin.readline()
os._exit(0)
"""
    with child(code) as one:
        kid = one.said["kid"]
        try:
            assert at_rest(table, PROCESSES, kid).parent == one.pid
            assert one.process.stdin is not None
            one.process.stdin.close()
            if reaped:
                one.process.wait()
            else:
                tried(lambda: True if psutil.Process(one.pid).status() == psutil.STATUS_ZOMBIE else None)
            table.read(PROCESSES)
            new = psutil.Process(kid).ppid()
            assert new != one.pid
            assert process_row(table.read(PROCESSES), kid).parent == new
        finally:
            os.kill(kid, signal.SIGKILL)


def test_stopped_going_on_and_dead(table: ProcTable) -> None:
    with sleeping() as process:
        at_rest(table, THREADS_TOO, process.pid)
        for number, state in ((signal.SIGSTOP, "T"), (signal.SIGCONT, "S"), (signal.SIGKILL, "Z")):
            process.send_signal(number)

            def shown(now: TaskTable, state: str = state) -> TaskRow | None:
                row = process_row(now, process.pid)
                return row if row.state == state else None

            row = read_until(table, THREADS_TOO, shown)
        assert (row.command, row.resident_bytes) == ("sleep 600", 0), "what has ended keeps its name and has no memory"
        fresh = ProcTable()
        assert process_row(fresh.read(PROCESSES), process.pid).command == "[sleep]"
        fresh.close()


def test_threads_of_the_kernel_have_a_name_and_no_memory(table: ProcTable) -> None:
    rows = [row for row in table.read(EVERYTHING).rows if row.kernel]
    if not rows:
        pytest.skip("this container shows no thread of the kernel")
    for row in rows:
        assert row.command == f"[{row.name}]"
        assert (row.virtual_bytes, row.resident_bytes, row.memory_share, row.pss_bytes) == (None,) * 4
        assert row.uid == 0
        assert row.id.tid == WHOLE
    assert {row.parent for row in rows} <= {0, 2}


def test_a_share_of_a_process_is_of_one_core_however_many_there_are(table: ProcTable) -> None:
    """By its own clock, read before and after each look: neither load nor slowness moves the share out of these bounds."""

    def look() -> tuple[tuple[float, float], TaskRow, tuple[float, float]]:
        before = time.process_time(), time.monotonic()
        row = process_row(table.read(PROCESSES), os.getpid())
        return before, row, (time.process_time(), time.monotonic())

    before, _first, began = look()
    while time.process_time() - began[0] < 0.2:
        pass
    ended, row, after = look()
    assert row.cpu_share is not None
    granularity_s = 0.01
    assert (ended[0] - began[0] - granularity_s) / (after[1] - before[1]) <= row.cpu_share
    assert row.cpu_share <= (after[0] - before[0] + granularity_s) / (ended[1] - began[1])
    assert row.state == "R"


HOSTILE = b"\x1b]0;x\x07[red]\n\t)"
HARMLESS = "␛]0;x␇[red]␊"


def test_a_hostile_name_and_command_are_one_line_of_visible_characters(table: ProcTable) -> None:
    code = f"""
import json, sys
with open("/proc/self/comm", "wb") as comm:
    comm.write({HOSTILE!r})
print(json.dumps({{}}), flush=True)
sys.stdin.read()
"""
    reordered = "\u202egnp.exe\u200b"
    with child(code, HOSTILE.decode(), "two\nlines", b"caf\xe9".decode("utf-8", "surrogateescape"), reordered) as one:
        row = process_row(table.read(THREADS_TOO), one.pid)
    # By ascii(), lest a failure print what it is about.
    assert ascii(row.name) == ascii(HARMLESS.ljust(16) + ")"), "the tab ends at the next column of eight"
    assert ascii(HARMLESS)[1:-1] in ascii(row.command)
    assert ascii(row.command).endswith(ascii("two␊lines caf\ufffd ·gnp.exe·")[1:])
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff]", row.name + row.command)


def test_a_command_line_of_four_megabytes_costs_no_more_than_its_first_page(
    table: ProcTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def room() -> None:
        resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))

    arguments = [f"{number:02d}\t" + "x" * 100_000 for number in range(40)]
    code = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=room,  # the room for arguments is that of whoever calls execve(2)
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert len(Path(f"/proc/{process.pid}/cmdline").read_bytes()) > 4_000_000
        most: list[int] = []
        real = os.pread

        def pread(descriptor: int, count: int, offset: int) -> bytes:
            text = real(descriptor, count, offset)
            most.append(len(text))
            return text

        monkeypatch.setattr(os, "pread", pread)
        row = process_row(table.read(PROCESSES), process.pid)
        assert 4_000 < len(row.command) < 4_200
        assert max(most) < 100_000
        assert process.stdin is not None
        process.stdin.close()


def test_who_ends_while_it_is_looked_at_is_left_out_and_leaves_nothing_open(
    table: ProcTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every file that is read of it in turn: between opening and reading it is gone."""
    table.read(EVERYTHING)
    real_open, real_pread = os.open, os.pread
    ended = []
    for point in range(100):
        with sleeping() as process:
            mine: set[int] = set()
            seen: list[int] = []

            def opening(path: str, flags: int, mine: set[int] = mine, start: str = f"/proc/{process.pid}/") -> int:
                descriptor = real_open(path, flags)
                mine.discard(descriptor)
                if path.startswith(start):
                    mine.add(descriptor)
                return descriptor

            def reading(
                descriptor: int,
                count: int,
                offset: int,
                mine: set[int] = mine,
                seen: list[int] = seen,
                point: int = point,
                process: subprocess.Popen[bytes] = process,
            ) -> bytes:
                if descriptor in mine:
                    seen.append(descriptor)
                    if len(seen) == point + 1:
                        process.kill()
                        process.wait()
                return real_pread(descriptor, count, offset)

            with monkeypatch.context() as patched:
                patched.setattr(os, "open", opening)
                patched.setattr(os, "pread", reading)
                now = table.read(EVERYTHING)
            if process.poll() is None:
                break  # there are no more files
            ended.append(process.pid)
            assert process.pid not in table._known or process.pid in {row.pid for row in now.rows}
            after = table.read(EVERYTHING)
            assert process.pid not in {row.pid for row in after.rows}
    assert len(ended) > 5
    held = {os.readlink(f"/proc/self/fd/{name}") for name in _descriptors()}
    assert not [path for path in held if re.match(rf"/proc/({'|'.join(map(str, ended))})/", path)]


def _descriptors() -> list[str]:
    return [name for name in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{name}")]


def test_nothing_is_read_of_who_sleeps_but_its_clock_until_it_is_its_turn(
    table: ProcTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sleeping() as process:
        reads = Reads(monkeypatch)
        at_rest(table, EVERYTHING, process.pid)
        while not table._known[process.pid].in_turn(table._turn):
            table.read(EVERYTHING)
        reads.of(process.pid).clear()
        for _ in range(TURN - 1):
            table.read(EVERYTHING)
        assert reads.of(process.pid) == []
        table.read(EVERYTHING)
        assert f"/proc/{process.pid}/stat" in reads.of(process.pid)


@AS_ROOT
@pytest.mark.parametrize("seen_between", [True, False])
def test_a_pid_that_is_handed_out_again_is_another_process(table: ProcTable, seen_between: bool) -> None:
    knob = Path("/proc/sys/kernel/ns_last_pid")
    if not os.access(knob, os.W_OK):
        pytest.skip("no /proc/sys/kernel/ns_last_pid to write to: CONFIG_CHECKPOINT_RESTORE")
    burn = "import sys, time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\nsys.stdin.read()"
    for _attempt in range(50):
        with sleeping(sys.executable, "-I", "-S", "-c", burn) as old:
            assert old.stdout is not None
            old.stdout.readline()
            table.read(THREADS_TOO)
            row = process_row(table.read(THREADS_TOO), old.pid)
            assert (row.cpu_time_s or 0) >= 0.3
        if seen_between:
            assert row.id in {gone.id for gone in table.read(THREADS_TOO).ended}
        began_ns = time.monotonic_ns()
        try:
            knob.write_text(str(old.pid - 1))
        except OSError as error:
            pytest.skip(f"ns_last_pid: {error}")
        with sleeping() as new:
            if new.pid != old.pid:
                continue  # somebody else was quicker
            now = table.read(THREADS_TOO)
            found = process_row(now, new.pid)
            assert found.id != row.id
            assert found.id in now.born
            if not seen_between:
                # Its last row: that of the table before, in which it may have been given its last few figures.
                assert row.id in {gone.id for gone in now.ended}
            own_s = psutil.Process(new.pid).cpu_times()
            assert found.cpu_time_s is not None
            assert found.cpu_time_s <= own_s.user + own_s.system + 0.05
            assert found.cpu_share is not None
            assert found.cpu_share * (time.monotonic_ns() - began_ns) / 1e9 < 5, "never a share of what the other has used"
            assert found.cpu_share <= 1.01
            assert found.command in ("sleep 600", "[sleep]") or "python" in found.command
            return
    pytest.skip("fifty times somebody else got the pid")


def test_the_descriptors_go_back(table: ProcTable) -> None:
    before = len(_descriptors())
    with child(THREADS), sleeping(), sleeping():
        for _ in range(3):
            table.read(EVERYTHING)
        assert len(_descriptors()) > before
        table.close()
        table.close()
    assert len(_descriptors()) <= before
    assert table._budget.left == Budget().left


def test_what_has_changed_is_told_and_nothing_else(table: ProcTable) -> None:
    """``changed``: whoever takes it at its word and looks at nothing else misses nothing."""
    before: dict[RowId, TaskRow] = {}
    ever: dict[RowId, TaskRow] = {}
    with child(THREADS) as one, sleeping() as two:
        for number, wanted in enumerate([PROCESSES, PROCESSES, THREADS_TOO, THREADS_TOO, PROCESSES, EVERYTHING, THREADS_TOO] * 3):
            if number == 9:
                two.kill()
                two.wait()
            now = table.read(wanted)
            assert now.changed is not None
            changed = {row.id: row for row in now.changed}
            after = {row.id: row for row in now.rows}
            assert len(changed) == len(now.changed)
            assert all(after[id] is row for id, row in changed.items())
            unsaid = {id for id, row in after.items() if before.get(id) is not row} - changed.keys()
            # Threads may come back into the table, but only as they have left it.
            assert not [id for id in unsaid if id.tid == WHOLE or ever.get(id) is not after[id]]
            before, ever = after, ever | after
        assert {row.id.pid for row in table.read(PROCESSES).rows} >= {one.pid}
