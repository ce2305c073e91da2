"""The machine's facts and counters, against psutil and /proc."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from conclab.model.machine import rates_between
from conclab.sampling import cgroup, devices, machine, topology
from conclab.sampling.cgroup import Limits
from conclab.sampling.machine import MachineReader, memory_available, observe, read_facts, read_machine
from tests.sampling.builders import LINUX

HERTZ = os.sysconf("SC_CLK_TCK")


def test_facts_are_what_psutil_says_too() -> None:
    facts = read_facts()
    assert facts.cores == psutil.cpu_count()
    assert facts.memory_bytes == psutil.virtual_memory().total
    assert facts.system == os.uname().sysname
    assert facts.kernel == os.uname().release
    assert 0 < facts.usable_cores <= facts.cores


@LINUX
@pytest.mark.parametrize(
    ("affinity", "quota", "usable"), [({0}, None, 1.0), ({0, 2, 5}, None, 3.0), ({0, 2, 5}, 2.5, 2.5), ({0}, 2.5, 1.0)]
)
def test_usable_cores_are_the_least_of_what_limits_them(
    affinity: set[int], quota: float | None, usable: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: affinity)
    monkeypatch.setattr(machine, "find_limits", lambda _memory: Limits(quota))
    facts = read_facts()
    assert (facts.cores, facts.affinity, facts.usable_cores) == (8, tuple(sorted(affinity)), usable)
    assert facts.quota_cores == quota
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(64)))
    assert read_facts().usable_cores == min(8, quota or 8), "offline cores in the mask are no cores"


def test_a_system_without_affinity_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    monkeypatch.setattr(machine, "find_limits", lambda _memory: Limits())
    facts = read_facts()
    assert (facts.affinity, facts.can_pin, facts.usable_cores) == ((), False, facts.cores)


def _proc_stat() -> dict[str, list[int]]:
    found = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *numbers = line.split()
        if name.startswith("cpu") or name in ("ctxt", "procs_running"):
            found[name] = [int(number) for number in numbers]
    return found


@LINUX
def test_counters_lie_between_those_of_proc_stat_before_and_after() -> None:
    before = _proc_stat()
    sample = read_machine()
    after = _proc_stat()
    assert sample.switches is not None
    assert before["ctxt"][0] <= sample.switches <= after["ctxt"][0]
    names = [name for name in before if name not in ("cpu", "ctxt", "procs_running")]
    assert [f"cpu{number}" for number, core in enumerate(sample.cores) if core is not None] == names
    online = [core for core in sample.cores if core is not None]
    # The order of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
    for name, core in zip(names, online, strict=True):
        for read, numbers in (
            (core.user, (0,)),
            (core.nice, (1,)),
            (core.system, (2,)),
            (core.irq, (5, 6)),
            (core.steal, (7,)),
        ):
            assert read is not None
            least, most = (sum(text[name][number] for number in numbers) / HERTZ for text in (before, after))
            assert least - 1e-6 <= read <= most + 1e-6


@LINUX
def test_levels_are_those_that_psutil_and_proc_tell() -> None:
    sample = read_machine()
    assert sample.memory_total == psutil.virtual_memory().total
    assert sample.swap_total == psutil.swap_memory().total
    assert sample.memory_available is not None
    assert sample.memory_total is not None
    assert 0 < sample.memory_available <= sample.memory_total
    assert sample.running is not None
    assert sample.running >= 1, "whoever reads is running"
    assert sample.processes is not None
    assert sample.threads is not None
    assert sample.processes >= 2
    assert sample.uptime_s == pytest.approx(float(Path("/proc/uptime").read_text().split()[0]), abs=10)
    assert sample.load is not None
    assert min(sample.load) >= 0
    assert (sample.pressure_cpu is None) == (not Path("/proc/pressure/cpu").exists())
    assert sample.pressure_cpu is None or 0 <= sample.pressure_cpu <= 1


def _nothing_is_told(monkeypatch: pytest.MonkeyPatch, answer: bytes | None) -> None:
    for module in (machine, cgroup, devices, topology):
        monkeypatch.setattr(module, "read", lambda _path: answer)


@LINUX
@pytest.mark.parametrize("answer", [None, b"", b"rubbish\n\xff: kB\n1 2 3\n"])
def test_what_a_locked_down_proc_does_not_tell_is_missing(answer: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    _nothing_is_told(monkeypatch, answer)
    sample = MachineReader().read()
    assert sample.cores == ()
    assert (sample.threads, sample.running, sample.pressure_cpu, sample.kernel_threads) == (None, None, None, None)
    assert (sample.switches, sample.interrupts, sample.births) == (None, None, None)
    assert (sample.memory_total, sample.memory_used, sample.swap_total, sample.memory_shared) == (None, None, None, None)
    assert sample.around is not None
    assert (sample.around.group, sample.around.compressed, sample.around.offline) == (None, None, ())
    assert not sample.around.disks
    assert not sample.around.interfaces


def _burn(nanoseconds: int) -> None:
    end = time.thread_time_ns() + nanoseconds
    while time.thread_time_ns() < end:
        pass


def test_two_readings_give_rates_and_own_work_shows_in_them() -> None:
    before = read_machine()
    _burn(30_000_000)
    after = read_machine()
    assert after.own_cpu_ns - before.own_cpu_ns >= 30_000_000
    rates = rates_between(before, after)
    assert rates is not None
    assert rates.own_share > 0
    online = [core for core in rates.cores if core is not None]
    assert len(online) == psutil.cpu_count()
    assert all(0 <= core.user <= 1 and 0 <= core.system <= 1 for core in online)


def test_a_witness_counts_own_work_and_that_of_children_that_have_ended() -> None:
    before = observe()
    _burn(30_000_000)
    between = observe()
    assert between.self_s - before.self_s >= 0.03
    spin = "import time\nwhile time.process_time() < 0.05: pass"
    subprocess.run([sys.executable, "-I", "-S", "-c", spin], check=True)
    after = observe()
    assert after.children_s - between.children_s >= 0.05
    assert after.at_ns > between.at_ns > before.at_ns


@LINUX
def test_a_witness_sees_the_whole_machine() -> None:
    def busy_s() -> float:
        user, nice, system, _idle, _iowait, irq, softirq, *_rest = _proc_stat()["cpu"]
        return (user + nice + system + irq + softirq) / HERTZ

    before = busy_s()
    witness = observe()
    after = busy_s()
    # The kernel rounds each core and kind down to a hundredth, and their sum as well.
    rounding = 8 * (psutil.cpu_count() or 1) / HERTZ
    assert before - rounding <= sum(core.busy for core in witness.cores if core) <= after + rounding
    assert all(core.steal is not None for core in witness.cores if core)


def test_a_system_without_proc_is_asked_through_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, which counts neither iowait nor what was stolen."""
    _nothing_is_told(monkeypatch, None)
    monkeypatch.setattr(sys, "platform", "darwin")
    sample = MachineReader().read()
    assert len(sample.cores) == psutil.cpu_count()
    assert all(core is not None and core.user > 0 and (core.iowait, core.steal) == (None, None) for core in sample.cores)
    assert sample.memory_total == psutil.virtual_memory().total
    assert sample.switches is not None
    assert (sample.births, sample.running, sample.kernel_threads) == (None, None, None)


def test_a_proc_without_the_machines_files_leaves_blanks_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where /proc is mounted with subset=pid."""

    def missing(*_arguments: object, **_more: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    for name in ("virtual_memory", "swap_memory", "cpu_times", "cpu_stats", "boot_time", "pids"):
        monkeypatch.setattr(psutil, name, missing)
    _nothing_is_told(monkeypatch, None)
    for platform in ("linux", "darwin"):
        monkeypatch.setattr(sys, "platform", platform)
        sample = MachineReader().read()
        assert sample.cores == ()
        assert (sample.memory_total, sample.memory_used, sample.swap_total, sample.switches) == (None, None, None, None)
    assert memory_available() is None
    assert read_facts().memory_bytes is None
    assert observe().cores == ()


@LINUX
def test_what_costs_more_is_read_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, now = MachineReader(), 10**12
    monkeypatch.setattr(time, "monotonic_ns", lambda: now)
    first = reader.read().around
    now += 700_000_000
    again = reader.read()
    assert again.at_ns == now
    assert again.around is first
    now += 300_000_000
    later = reader.read().around
    assert later is not None
    assert later.at_ns == now


@LINUX
def test_processes_are_as_many_as_are_listed() -> None:
    reader = MachineReader()
    for _ in range(50):  # they come and go while one counts
        least = len(psutil.pids())
        sample = reader.read()
        reader._around = None
        if least == len(psutil.pids()) == sample.processes:
            return
    raise AssertionError(f"{sample.processes} processes, but {least} in /proc")


@LINUX
def test_where_proc_counts_more_than_it_shows_processes_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a pid namespace, whose /proc has the number of all processes of the machine in its link count."""
    shown = psutil.pids()[:-1]
    monkeypatch.setattr(psutil, "pids", lambda: shown)
    assert MachineReader().read().processes == len(shown)


@LINUX
def test_used_memory_is_what_free_says() -> None:
    sample = read_machine()
    assert sample.memory_used is not None
    assert sample.memory_used == pytest.approx(psutil.virtual_memory().used, rel=0.2)
    parts = (sample.memory_total, sample.memory_free, sample.memory_shared, sample.memory_cached)
    memory = psutil.virtual_memory()
    assert parts[0] == memory.total
    assert all(part is not None for part in parts)
    assert sample.memory_shared == pytest.approx(memory.shared, rel=0.5, abs=1 << 24)


def test_available_memory_is_what_psutil_says() -> None:
    assert memory_available() == pytest.approx(psutil.virtual_memory().available, rel=0.2)
