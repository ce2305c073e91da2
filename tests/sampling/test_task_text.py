"""What /proc tells of one task, from canned text: names that look like something else, and what is missing."""

from __future__ import annotations

import pytest

from conclab.sampling import task_text
from conclab.sampling.task_text import Stat, stat

# proc_pid_stat(5), each field with a figure of its own.
TAIL = (
    "S 10 11 12 0 -1 4194304 17 0 19 0 14 15 0 0 20 -5 3 0 22333 23000 24 18446744073709551615 26 27 28 29 30 0 0 0 0 0 0 0 17 "
    "1 40 2 0 0 0 45 46 47 48 49 50 51 0"
)


def _stat(name: str, tail: str = TAIL) -> bytes:
    return f"4711 ({name}) {tail}\n".encode()


def test_every_field_is_the_one_of_the_manual() -> None:
    assert stat(_stat("bash")) == Stat(
        name=b"bash",
        state="S",
        parent=10,
        kernel=False,
        minor_faults=17,
        major_faults=19,
        ticks=29,
        priority=20,
        nice=-5,
        threads=3,
        start=22333,
        virtual_bytes=23000,
        resident_pages=24,
        core=1,
        rt_priority=40,
        policy=2,
        arguments_at=b"48",
    )


@pytest.mark.parametrize("name", ["a) R 1 (b", ")", "(", "", "two\nlines", "( S 1 2 3)", "x) Z 1 1 1"])
def test_a_name_may_look_like_fields(name: str) -> None:
    found = stat(_stat(name))
    assert found is not None
    assert (found.name.decode(), found.state, found.parent, found.start) == (name, "S", 10, 22333)


def test_a_name_need_not_be_text() -> None:
    found = stat(b"1 (\xff\xfe\x1b[31m) " + TAIL.encode())
    assert found is not None
    assert found.name == b"\xff\xfe\x1b[31m"


def test_a_thread_of_the_kernel_is_told_by_its_flag() -> None:
    found = stat(_stat("kthreadd", TAIL.replace("4194304", str(4194304 | task_text.PF_KTHREAD))))
    assert found is not None
    assert found.kernel


def test_an_old_kernel_that_tells_no_arguments_is_like_one_that_may_not() -> None:
    found = stat(_stat("x", " ".join(TAIL.split()[:42])))
    assert found is not None
    assert found.arguments_at == b"0"


@pytest.mark.parametrize("text", [b"", b"4711", b"4711 (x)", b"4711 (x) S 1", b"4711 x) S", _stat("x", TAIL.replace("22333", "?"))])
def test_what_is_no_stat_is_none(text: bytes) -> None:
    assert stat(text) is None


STATUS = b"""Name:\tcat\\nUid:\t7
Umask:\t0022
State:\tS (sleeping)
Uid:\t1000\t1001\t1002\t1003
Cpus_allowed:\tff
Cpus_allowed_list:\t0-3,8
voluntary_ctxt_switches:\t12
nonvoluntary_ctxt_switches:\t3
"""


def test_a_task_that_is_being_taken_apart_is_none() -> None:
    """The kernel writes such a one without parent and threads: nobody is to be seen as a child of nobody for a moment."""
    assert stat(_stat("x", TAIL.replace("S 10 ", "X 0 ").replace("-5 3 0", "-5 0 0"))) is None


def test_who_it_runs_as_is_the_effective_user() -> None:
    assert task_text.effective_uid(STATUS) == 1001
    assert task_text.effective_uid(b"Name:\tx\n") is None
    assert task_text.effective_uid(b"Name:\tx\nUid:\t5\n") is None


def test_cores_are_listed_as_the_kernel_does() -> None:
    assert task_text.allowed_cores(STATUS) == "0-3,8"
    assert task_text.allowed_cores(b"Name:\tx\n") is None


def test_bytes_to_and_from_storage_are_not_those_that_were_asked_for() -> None:
    text = b"rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 9\n"
    assert task_text.storage(text) == (4096, 8192)
    assert task_text.storage(text.partition(b"write_bytes")[0]) is None
    assert task_text.storage(b"") is None


def test_memory_figures() -> None:
    assert task_text.pss_bytes(b"55-ff ---p 0 0:0 0 [rollup]\nRss:  9 kB\nPss:  7 kB\nPss_Dirty:  1 kB\n") == 7 * 1024
    assert task_text.pss_bytes(b"") is None
    assert task_text.shared_pages(b"100 50 33 1 0 20 0\n") == 33
    assert task_text.shared_pages(b"100 50") is None


SCHED = b"""cat (4711, #threads: 1)
-------------------------------------------------------------------
se.exec_start                                :     223410.516812
se.nr_migrations                             :                   17
nr_switches                                  :                    9
"""


@pytest.mark.parametrize(
    "name", [b"cat", b"nr_migrations", b"nr_migrations:9", b"nr_migrations\n9", b"\nnr_migrations:", b"\nnr_migrations"]
)
@pytest.mark.parametrize("key", [b"nr_migrations", b"se.nr_migrations"])
def test_migrations_are_the_kernel_s_word_whatever_the_task_calls_itself(name: bytes, key: bytes) -> None:
    text = SCHED.replace(b"cat (", name + b" (").replace(b"se.nr_migrations", key)
    assert task_text.migrations(text) == 17


def test_a_kernel_without_migrations_has_none() -> None:
    assert task_text.migrations(b"") is None
    assert task_text.migrations(b"cat (1, #threads: 1)\nnr_switches : 9\n") is None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b"0::/user.slice/a b\n", "/user.slice/a b"),
        (b"4:memory:/m\n3:cpu,cpuacct:/c\n1:name=systemd:/s\n", "/c"),
        (b"4:memory:/m\n", "/m"),
        (b"", None),
    ],
)
def test_the_group_that_says_most_of_its_cpu_time(text: bytes, path: str | None) -> None:
    assert task_text.cgroup_path(text) == path


@pytest.mark.parametrize(("text", "where"), [(b"futex_wait_queue", "futex_wait_queue"), (b"0", None), (b"", None), (b"0\n", None)])
def test_where_it_waits_is_blank_while_it_runs_and_without_permission(text: bytes, where: str | None) -> None:
    assert task_text.waits_in(text) == where


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (b"cat\0a b\0", "cat a b"),
        (b"nginx: worker\0\0\0\0\0", "nginx: worker"),
        (b"a\0\0b\0", "a  b"),
        (b"caf\xe9\0", "caf�"),
        (b"\0\0", ""),
        (b"", ""),
    ],
)
def test_a_command_line_is_its_arguments_with_blanks_between(text: bytes, command: str) -> None:
    assert task_text.command_line(text) == command
