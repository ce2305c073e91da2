"""The cgroup's limits, of both versions, from canned files: the tightest on the way up counts, and what it uses is read."""

from __future__ import annotations

import os

import pytest

from conclab.model.surroundings import Stall
from conclab.sampling import cgroup
from conclab.sampling.cgroup import MACHINE, Limits, find_limits, read_group, read_pressure

V1, V2 = "/sys/fs/cgroup/cpu", "/sys/fs/cgroup"


def _cgroups(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    """Let only these files exist. Paths are normalised: the kernel does not mind a slash more."""

    def read(path: str) -> bytes | None:
        found = files.get(os.path.normpath(path))
        return None if found is None else found.encode()

    monkeypatch.setattr(cgroup, "read", read)


def _v1(folder: str, quota: str, period: str = "100000\n") -> dict[str, str]:
    return {f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": period}


def test_without_cgroups_there_is_no_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    _cgroups(monkeypatch, {})
    assert find_limits(None).quota_cores is None


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
    assert find_limits(None).quota_cores == cores


def test_a_container_sees_its_quota_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    _cgroups(monkeypatch, {"/proc/self/cgroup": "0::/\n", f"{V2}/cpu.max": "50000 100000\n"})
    assert find_limits(None).quota_cores == 0.5


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
    assert find_limits(None).quota_cores == cores


def test_a_v1_quota_of_the_group_above_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # A slice with a quota around a scope without one: the kernel holds the scope to the slice's.
    files = {**_v1(f"{V1}/limited.slice/a.scope", "-1\n"), **_v1(f"{V1}/limited.slice", "150000\n"), **_v1(V1, "-1\n")}
    _cgroups(monkeypatch, {"/proc/self/cgroup": "4:cpu,cpuacct:/limited.slice/a.scope\n", **files})
    assert find_limits(None).quota_cores == 1.5


def test_with_both_kinds_of_cgroups_the_tighter_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{V2}/b/cpu.max": "100000 100000\n", **_v1(f"{V1}/a", "300000\n")}
    _cgroups(monkeypatch, {"/proc/self/cgroup": "4:cpu:/a\n0::/b\n", **files})
    assert find_limits(None).quota_cores == 1.0


GIB = 1024**3


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({f"{V2}/a/memory.max": "max\n", f"{V2}/memory.max": "max\n"}, None),
        ({f"{V2}/a/memory.max": f"{4 * GIB}\n"}, 4 * GIB),
        ({f"{V2}/a/memory.max": f"{4 * GIB}\n", f"{V2}/memory.max": f"{2 * GIB}\n"}, 2 * GIB),
        ({f"{V2}/a/memory.max": f"{16 * GIB}\n"}, None),
        ({"/sys/fs/cgroup/memory/b/memory.limit_in_bytes": "9223372036854771712\n"}, None),
        ({"/sys/fs/cgroup/memory/b/memory.limit_in_bytes": f"{GIB}\n"}, GIB),
    ],
)
def test_a_memory_limit_counts_when_the_machine_has_more(
    files: dict[str, str], limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cgroups(monkeypatch, {"/proc/self/cgroup": "4:memory:/b\n0::/a\n", **files})
    assert find_limits(16 * GIB).memory_limit == limit


def test_what_a_group_of_version_2_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    stat = "usage_usec 1500000\nuser_usec 1\nnr_periods 200\nnr_throttled 50\nthrottled_usec 9\n"
    pressure = "some avg10=12.50 avg60=1.51 avg300=0.87 total=1\nfull avg10=2.00 avg60=0.00 avg300=0.00 total=0\n"
    files = {
        f"{V2}/a/cpu.max": "150000 100000\n",
        f"{V2}/a/cpu.stat": stat,
        f"{V2}/a/cpu.pressure": pressure,
        f"{V2}/memory.max": f"{GIB}\n",
        f"{V2}/memory.current": "4096\n",
    }
    _cgroups(monkeypatch, {"/proc/self/cgroup": "0::/a\n", **files})
    group = read_group(find_limits(16 * GIB))
    assert group is not None
    assert (group.quota_cores, group.memory_limit, group.memory_used) == (1.5, GIB, 4096)
    assert (group.used_ns, group.periods, group.throttled_periods) == (1_500_000_000, 200, 50)
    assert group.pressure is not None
    assert group.pressure.cpu == Stall(0.125, 0.02)
    assert group.pressure.io == Stall(None, None)


@pytest.mark.parametrize("folder", ["cpuacct", "cpu"])
def test_what_a_group_of_version_1_uses(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        **_v1(f"{V1}/a", "100000\n"),
        f"{V1}/a/cpu.stat": "nr_periods 8\nnr_throttled 2\nthrottled_time 7\n",
        f"/sys/fs/cgroup/{folder}/a/cpuacct.usage": "77\n",
    }
    _cgroups(monkeypatch, {"/proc/self/cgroup": "4:cpu:/a\n", **files})
    group = read_group(find_limits(None))
    assert group is not None
    assert (group.used_ns, group.periods, group.throttled_periods) == (77, 8, 2)
    assert group.pressure is None


def test_a_group_that_has_gone_is_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    _cgroups(monkeypatch, {})
    group = read_group(Limits(1.5, f"{V2}/a", GIB, f"{V2}/a"))
    assert group is not None
    assert (group.used_ns, group.periods, group.memory_used, group.pressure) == (None, None, None, None)
    assert read_group(Limits()) is None


def test_of_the_machines_cores_full_pressure_means_nothing_and_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "some avg10=3.00 avg60=0 avg300=0 total=0\nfull avg10=0.00 avg60=0 avg300=0 total=0\n"
    _cgroups(monkeypatch, {f"{MACHINE}/{name}": text for name in ("cpu", "memory", "io")})
    pressure = read_pressure(MACHINE)
    assert pressure is not None
    assert (pressure.cpu, pressure.memory, pressure.io) == (Stall(0.03, None), Stall(0.03, 0.0), Stall(0.03, 0.0))
    _cgroups(monkeypatch, {})
    assert read_pressure(MACHINE) is None
