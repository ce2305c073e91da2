"""Parsers on canned /proc text: what the kernel writes, what a hostile name makes of it, and what a locked-down one leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conclab.sampling import proc_text

# Fields 3 to 52 of a stat, in the order of proc_pid_stat(5): 184467 is field 22 and 5 is field 39.
_TAIL = (
    b" S 1203 2210 2210 0 -1 4194368 1443 0 12 0 31 8 0 0 20 0 4 0 184467 21549056 1310 18446744073709551615 "
    b"94262 94270 140736 0 0 0 0 16781312 134217730 1 0 0 -1 5 0 0 3 0 0 94271 94272 94273 140737 140738 140739 140740 0\n"
)


def _stat(name: bytes) -> bytes:
    return b"2213 (" + name + b")" + _TAIL


@pytest.mark.parametrize("parse", [proc_text.schedstat, proc_text.stat, proc_text.switches])
@pytest.mark.parametrize("text", [b"", b"\n", b"\x00", b")", b"garbage ( in ) here", b"\xff\xfe"])
def test_text_that_says_nothing_gives_nothing(parse: Callable[[bytes], object], text: bytes) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("parse", [proc_text.tasks_in_loadavg, proc_text.cpu_max])
@pytest.mark.parametrize("text", [b"", b"\n", b"some", b"x y z q", b"\xff\xfe \xff \xff \xff/\xff"])
def test_machine_wide_text_that_says_nothing_gives_nothing(parse: Callable[[bytes], object], text: bytes) -> None:
    assert parse(text) is None


def test_schedstat() -> None:
    assert proc_text.schedstat(b"1843028833 94817223 4127\n") == (1_843_028_833, 94_817_223, 4_127)


def test_a_task_that_has_never_run_has_counted_nothing() -> None:
    assert proc_text.schedstat(b"0 0 0\n") == (0, 0, 0)


@pytest.mark.parametrize("text", [b"1843028833 94817223", b"1843028833", b"a b c\n", b"1.5 2 3\n"])
def test_a_schedstat_that_is_cut_off_or_of_another_kind(text: bytes) -> None:
    assert proc_text.schedstat(text) is None


def test_stat() -> None:
    assert proc_text.stat(_stat(b"node")) == ("node", "S", 184_467, 5)


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        (b"", ""),
        (b"Web Content", "Web Content"),
        (b"(sd-pam)", "(sd-pam)"),
        (b"a) R 1 1 1", "a) R 1 1 1"),
        (b"((", "(("),
        (b"))", "))"),
        (b"two\nlines", "two\nlines"),
        (b"tab\there", "tab\there"),
        (b"\x1b[2J", "\x1b[2J"),
        ("größe".encode(), "größe"),
        (b"cut gr\xc3", "cut gr\ufffd"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_a_hostile_name_shifts_no_field_of_stat(name: bytes, read_as: str) -> None:
    assert proc_text.stat(_stat(name)) == (read_as, "S", 184_467, 5)


def test_a_stat_that_is_cut_off_anywhere_before_the_core_gives_nothing() -> None:
    whole = _stat(b"node")
    last_needed = whole.index(b" 5 0 0 3")
    for length in range(last_needed + 1):
        assert proc_text.stat(whole[:length]) is None, whole[:length]


_STATUS = (
    b"Name:\tnode\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t2210\nPid:\t2213\nThreads:\t4\n"
    b"Mems_allowed_list:\t0\nvoluntary_ctxt_switches:\t4711\nnonvoluntary_ctxt_switches:\t23\n"
)


def test_switches() -> None:
    assert proc_text.switches(_STATUS) == (4_711, 23)


def test_a_newer_kernel_may_say_more_after_the_switches() -> None:
    assert proc_text.switches(_STATUS + b"x86_Thread_features:\t\nx86_Thread_features_locked:\t\n") == (4_711, 23)


def test_a_process_cannot_fake_its_switches_by_its_name() -> None:
    # The kernel writes a newline in a name as \n, two characters; even were it a real one, the last lines count.
    hostile = _STATUS.replace(b"node", b"x\nvoluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t1")
    assert proc_text.switches(hostile) == (4_711, 23)


@pytest.mark.parametrize(
    "text",
    [
        _STATUS[: _STATUS.index(b"\nvoluntary")],
        _STATUS[: _STATUS.index(b"\nnonvoluntary")],
        _STATUS[: _STATUS.index(b"23\n")],
        _STATUS.replace(b"4711", b"many"),
    ],
)
def test_a_status_without_both_counters_gives_neither(text: bytes) -> None:
    assert proc_text.switches(text) is None


def test_tasks_in_loadavg() -> None:
    assert proc_text.tasks_in_loadavg(b"0.52 0.58 0.59 3/612 41231\n") == 612
    assert proc_text.tasks_in_loadavg(b"0.52 0.58 0.59 3") is None
    assert proc_text.tasks_in_loadavg(b"0.52 0.58 0.59") is None


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        (b"max 100000\n", None),
        (b"150000 100000\n", 1.5),
        (b"50000 100000\n", 0.5),
        (b"1000 1000000\n", 0.001),
        (b"100000\n", None),
        (b"100000 0\n", None),
        (b"100000 soon\n", None),
    ],
)
def test_a_quota_of_cgroup_v2(text: bytes, cores: float | None) -> None:
    assert proc_text.cpu_max(text) == cores


def test_cgroups_of_a_v2_system() -> None:
    assert proc_text.cgroup_paths(b"0::/user.slice/user-1000.slice/session-3.scope\n") == {
        "": "/user.slice/user-1000.slice/session-3.scope"
    }


def test_cgroups_of_a_v1_and_of_a_hybrid_system() -> None:
    text = b"12:cpu,cpuacct:/docker/ab:12\n9:name=systemd:/docker/cd\n4:memory:/\n0::/system.slice\n"
    assert proc_text.cgroup_paths(text) == {
        "cpu": "/docker/ab:12",
        "cpuacct": "/docker/ab:12",
        "name=systemd": "/docker/cd",
        "memory": "/",
        "": "/system.slice",
    }


@pytest.mark.parametrize("text", [b"", b"\n\n", b"nonsense\n", b"0:\n"])
def test_no_cgroups(text: bytes) -> None:
    assert proc_text.cgroup_paths(text) == {}
