"""Which cores a process may choose from, on canned control groups."""

from __future__ import annotations

import os

import pytest

from conclab.sampling import cpusets
from conclab.sampling.cpusets import allowed_cores, online_cores

V1 = b"4:memory:/m\n3:cpuset:/box/inner\n0::/\n"
V2 = b"0::/user.slice/app.scope\n"


def files(monkeypatch: pytest.MonkeyPatch, texts: dict[str, bytes]) -> None:
    monkeypatch.setattr(cpusets, "read", lambda path: texts.get(os.path.normpath(path)))


def test_version_2_tells_in_the_group_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    files(monkeypatch, {"/proc/7/cgroup": V2, "/c/user.slice/app.scope/cpuset.cpus.effective": b"0-1,4\n"})
    assert allowed_cores(7, "/c") == frozenset({0, 1, 4})


def test_a_group_without_the_controller_has_its_ancestors(monkeypatch: pytest.MonkeyPatch) -> None:
    files(
        monkeypatch,
        {"/proc/7/cgroup": V2, "/c/user.slice/cpuset.cpus.effective": b"2-3\n", "/c/cpuset.cpus.effective": b"0-7\n"},
    )
    assert allowed_cores(7, "/c") == frozenset({2, 3})


def test_version_1_has_a_hierarchy_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    files(monkeypatch, {"/proc/7/cgroup": V1, "/c/cpuset/box/inner/cpuset.effective_cpus": b"5\n"})
    assert allowed_cores(7, "/c") == frozenset({5})


def test_where_the_group_is_outside_of_what_is_mounted_the_root_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    files(monkeypatch, {"/proc/7/cgroup": V1, "/c/cpuset/cpuset.effective_cpus": b"0-1\n"})
    assert allowed_cores(7, "/c") == frozenset({0, 1})


@pytest.mark.parametrize("text", [b"", b"\n", b"nonsense\n"])
def test_what_cannot_be_had_is_none(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    files(monkeypatch, {"/proc/7/cgroup": V2, "/c/cpuset.cpus.effective": text})
    assert allowed_cores(7, "/c") is None
    files(monkeypatch, {})
    assert allowed_cores(7, "/c") is None


def test_the_cores_that_are_online_hold_those_that_we_may_use() -> None:
    assert os.sched_getaffinity(0) <= online_cores()
