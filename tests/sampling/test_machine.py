"""The machine's facts and counters, against psutil, /proc and canned cgroup files."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from conclab.model.machine import rates_between
from conclab.sampling import machine
from conclab.sampling.machine import memory_available, observe, quota_cores, read_facts, read_machine
from tests.sampling.builders import LINUX

HERTZ = os.sysconf("SC_CLK_TCK")
V1, V2 = "/sys/fs/cgroup/cpu", "/sys/fs/cgroup"


def _cgroups(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    """Let only these files exist. Paths are normalised: the kernel does not mind a slash more."""

    def read(path: str) -> bytes | None:
        found = files.get(os.path.normpath(path))
        return None if found is None else found.encode()

    monkeypatch.setattr(machine, "read", read)


def _v1(folder: str, quota: str, period: str = "100000\n") -> dict[str, str]:
    return {f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": period}


def test_without_cgroups_there_is_no_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    _cgroups(monkeypatch, {})
    assert quota_cores() is None


@pytest.mark.parametrize(
    ("limits", "cores"),
    [
        ({}, None),
        ({"": "max 100000\n", "/a": "max 100000\n", "/a/b": "max 100000\n"}, None),
        ({"/a/b": "150000 100000\n"}, 1.5),
        ({"/a/b": "max 100000\n", "/a": "250000 100000\n"}, 2.5),
        ({"/a/b": "400000 100000\n", "/a": "50000 100000\n"}, 0.5),
        ({"/a/b": "50000 100000\n", "/a": "400000 100000\n", "": "200000 100000\n"}, 0.5),
        ({"": "100000 100000\n", "/a": "max 100000\n", "/a/b": "400000 100000\n"}, 1.0),
        ({"/a/b": "rubbish\n", "/a": "200000 100000\n"}, 2.0),
        ({"/a/b": "", "/a/c": "50000 100000\n"}, None),
    ],
)
def test_the_tightest_quota_on_the_way_up_counts(
    limits: dict[str, str], cores: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{V2}{folder}/cpu.max": text for folder, text in limits.items()}
    _cgroups(monkeypatch, {"/proc/self/cgroup": "0::/a/b\n", **files})
    assert quota_cores() == cores


def test_a_container_sees_its_quota_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    _cgroups(monkeypatch, {"/proc/self/cgroup": "0::/\n", f"{V2}/cpu.max": "50000 100000\n"})
    assert quota_cores() == 0.5


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        (_v1(f"{V1}/docker/ab", "150000\n"), 1.5),
        (_v1(f"{V1}/docker/ab", "-1\n"), None),
        (_v1(f"{V1}/docker/ab", "soon\n"), None),
        (_v1(f"{V1}/docker/ab", "100000\n", "0\n"), None),
        (_v1(V1, "50000\n"), 0.5),
        ({**_v1(f"{V1}/docker/ab", "-1\n"), **_v1(V1, "300000\n")}, 3.0),
        (_v1(f"{V1},cpuacct/docker/ab", "200000\n", "50000\n"), 4.0),
        ({f"{V1}/docker/ab/cpu.cfs_quota_us": "150000\n"}, None),
    ],
)
def test_a_quota_of_cgroup_v1(files: dict[str, str], cores: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    _cgroups(monkeypatch, {"/proc/self/cgroup": "4:cpu,cpuacct:/docker/ab\n9:memory:/x\n", **files})
    assert quota_cores() == cores


def test_a_v1_quota_of_the_group_above_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # A slice with a quota around a scope without one: the kernel holds the scope to the slice's.
    files = {**_v1(f"{V1}/limited.slice/a.scope", "-1\n"), **_v1(f"{V1}/limited.slice", "150000\n"), **_v1(V1, "-1\n")}
    _cgroups(monkeypatch, {"/proc/self/cgroup": "4:cpu,cpuacct:/limited.slice/a.scope\n", **files})
    assert quota_cores() == 1.5


def test_with_both_kinds_of_cgroups_the_tighter_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{V2}/b/cpu.max": "100000 100000\n", **_v1(f"{V1}/a", "300000\n")}
    _cgroups(monkeypatch, {"/proc/self/cgroup": "4:cpu:/a\n0::/b\n", **files})
    assert quota_cores() == 1.0


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
    monkeypatch.setattr(machine, "quota_cores", lambda: quota)
    facts = read_facts()
    assert (facts.cores, facts.affinity, facts.usable_cores) == (8, tuple(sorted(affinity)), usable)
    assert facts.quota_cores == quota
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(64)))
    assert read_facts().usable_cores == min(8, quota or 8), "offline cores in the mask are no cores"


def test_a_system_without_affinity_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    monkeypatch.setattr(machine, "quota_cores", lambda: None)
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


def test_what_a_locked_down_proc_does_not_tell_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "read", lambda _path: None)
    sample = read_machine()
    assert (sample.threads, sample.running, sample.pressure_cpu) == (None, None, None)
    monkeypatch.setattr(machine, "read", lambda _path: b"")
    sample = read_machine()
    assert (sample.threads, sample.running, sample.pressure_cpu) == (None, None, None)


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


def test_a_core_that_is_offline_leaves_a_gap_so_that_positions_are_the_kernels_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    times = psutil.cpu_times(percpu=True)[0]
    monkeypatch.setattr(psutil, "cpu_times", lambda percpu: [times, times, times])
    monkeypatch.setattr(
        machine, "read", lambda path: b"cpu  9 9\ncpu0 1 2\ncpu2 1 2\ncpu3 1 2\nintr 5\n" if path == "/proc/stat" else None
    )
    assert [core is not None for core in read_machine().cores] == [True, False, True, True]


def test_a_proc_without_the_machines_files_leaves_blanks_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where /proc is mounted with subset=pid."""

    def missing(*_arguments: object, **_more: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    for name in ("virtual_memory", "swap_memory", "cpu_times", "cpu_stats", "boot_time"):
        monkeypatch.setattr(psutil, name, missing)
    monkeypatch.setattr(machine, "read", lambda _path: None)
    sample = read_machine()
    assert sample.cores == ()
    assert (sample.memory_total, sample.memory_used, sample.swap_total, sample.switches) == (None, None, None, None)
    assert memory_available() is None
    assert read_facts().memory_bytes is None
    assert observe().cores == ()


def test_available_memory_is_what_psutil_says() -> None:
    assert memory_available() == pytest.approx(psutil.virtual_memory().available, rel=0.2)
