"""Canned texts of /proc and of py-spy, as the kernel writes them and as somebody means harm."""

from __future__ import annotations

import os

import pytest

from conclab.model.blocking import meaning
from conclab.sampling import details_text, syscalls

LIMITS = b"""Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max open files            1024                 1048576              files     
Max nice priority         0                    0                    
"""  # noqa: W291 (the kernel pads with blanks)
SMAPS = b"""55d0c0a00000-55d0c0a02000 r--p 00000000 fe:01 131 /usr/bin/cat
Size:                  8 kB
Rss:                   8 kB
Pss:                   4 kB
Pss_Dirty:             0 kB
Private_Clean:         0 kB
Private_Dirty:         0 kB
Swap:                  0 kB
VmFlags: rd mr mw me dw
55d0c0a02000-55d0c0a06000 r-xp 00002000 fe:01 131 /usr/bin/cat
Size:                 16 kB
Rss:                  16 kB
Pss:                   8 kB
Private_Clean:         4 kB
Private_Dirty:         4 kB
Swap:                 12 kB
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]
Rss:                 100 kB
Pss:                 100 kB
Private_Dirty:       100 kB
7f0000000000-7f0000001000 rw-p 00000000 00:00 0 
Rss:                   4 kB
Pss:                   4 kB
7f0000001000-7f0000002000 r--p 00000000 fe:01 9                          /tmp/Rss: 900000 kB\\012and \xff \xe2\x80\xaertl (deleted)
Rss:                   4 kB
Pss:                   1 kB
"""  # noqa: W291


def test_the_environment_is_sorted_and_harmless() -> None:
    found = details_text.environment(b"b=2\0A=1=1\0=C:=x\0\0noequals\0evil=\x1b[31m\xff\xe2\x80\xae\n\0")
    assert found == [("", "C:=x"), ("A", "1=1"), ("b", "2"), ("evil", "␛[31m�·␊"), ("noequals", "")]


def test_limits_are_read_by_the_columns_of_the_header() -> None:
    assert details_text.limits(LIMITS) == [
        ("Max cpu time", "unlimited", "unlimited", "seconds"),
        ("Max open files", "1024", "1048576", "files"),
        ("Max nice priority", "0", "0", ""),
    ]
    assert details_text.limits(b"") == details_text.limits(b"something else\n") == []


def test_mappings_are_added_up_by_what_they_map() -> None:
    groups = {group.name: group for group in details_text.smaps(SMAPS)}
    cat = groups["/usr/bin/cat"]
    assert (cat.mappings, cat.size, cat.resident, cat.proportional) == (2, 24 * 1024, 24 * 1024, 12 * 1024)
    assert (cat.private, cat.swap) == (8 * 1024, 12 * 1024)
    assert groups[details_text.NO_NAME].size == 4096
    assert [group.name for group in details_text.smaps(SMAPS)][:2] == ["[stack]", "/usr/bin/cat"]


def test_a_file_name_cannot_pass_for_a_figure_nor_for_the_terminal() -> None:
    evil = next(group for group in details_text.smaps(SMAPS) if group.name.startswith("/tmp"))
    assert evil.resident == 4096
    assert "\u202e" not in evil.name
    assert evil.name.isprintable()


def test_five_thousand_mappings_take_no_time_to_speak_of() -> None:
    one = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \nRss: 4 kB\nPss: 4 kB\n" * 5_000
    (group,) = details_text.smaps(one)
    assert (group.mappings, group.resident) == (5_000, 5_000 * 4096)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"pos:\t81920\nflags:\t0100000\nmnt_id:\t29\n", (81_920, "r")),
        (b"pos:\t0\nflags:\t0102001\n", (0, "w+append")),
        (b"pos:\t0\nflags:\t02\n", (0, "rw")),
        (b"pos:\t12\n", (12, "")),
        (b"", (None, "")),
        (b"flags:\tx\npos:\t-1\n", (None, "")),
    ],
)
def test_position_and_mode_of_an_open_file(text: bytes, found: tuple[int | None, str]) -> None:
    assert os.O_APPEND == 0o2000
    assert details_text.fdinfo(text) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [(b"202 0x7f 0x80 0x0\n", 202), (b"running\n", None), (b"-1 0x7ffd 0x0\n", None), (b"", None)],
)
def test_the_system_call_that_a_task_sleeps_in(text: bytes, number: int | None) -> None:
    assert details_text.syscall_number(text) == number


def test_a_kernel_stack_is_told_by_its_functions_without_what_all_have() -> None:
    text = b"[<0>] hrtimer_nanosleep+0x74/0xf0\n[<0>] __x64_sys_clock_nanosleep+0xce/0x140\n[<0>] do_syscall_64+0x71/0x280\n"
    assert details_text.kernel_stack(text) == ["hrtimer_nanosleep", "__x64_sys_clock_nanosleep"]
    assert details_text.kernel_stack(b"") == []


def test_what_py_spy_prints() -> None:
    text = b"""[{"pid": 1, "thread_name": "w\\u001b1", "os_thread_id": 7, "active": true, "owns_gil": true,
        "frames": [{"name": "work", "filename": "/x/primes.py", "short_filename": "primes.py", "line": 20},
                   {"name": "run", "filename": "/x/t.py", "short_filename": null, "line": 0}]},
        {"thread_name": null, "os_thread_id": null, "active": false, "owns_gil": false, "frames": []}]"""
    first, second = details_text.python_stacks(text)
    assert (first.name, first.tid, first.active, first.holds_gil) == ("w␛1", 7, True, True)
    assert [(frame.function, frame.file, frame.line) for frame in first.frames] == [
        ("work", "primes.py", 20),
        ("run", "/x/t.py", 0),
    ]
    assert (second.name, second.tid, second.frames) == ("", None, ())


@pytest.mark.parametrize("text", [b"", b"no json", b"{}", b'["x"]', b'[{"frames": null}]'])
def test_what_py_spy_does_not_print_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        details_text.python_stacks(text)


def test_calls_have_their_processors_names_and_a_meaning() -> None:
    assert syscalls.name(202, "x86_64") == syscalls.name(98, "aarch64") == "futex"
    assert syscalls.name(202, "aarch64") == "accept"
    assert syscalls.name(5, "riscv64") == "system call 5"
    assert meaning("futex") == "a lock"
    assert meaning("system call 5") == ""


def test_some_kernel_functions_tell_the_call() -> None:
    assert syscalls.call_of("futex_wait_queue") == "futex"
    assert syscalls.call_of("do_wait.constprop.0") == "wait4"
    assert syscalls.call_of("wait_woken") == ""
