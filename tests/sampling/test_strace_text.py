"""strace's lines, as versions 5 and 6 write them."""

from __future__ import annotations

import pytest

from conclab.model.trace import TraceLine
from conclab.sampling import strace_text

SEVERAL = b"""\
strace: Process 71 attached with 2 threads
[pid    72] 10:00:01.000001 futex(0x7f, FUTEX_WAIT, 0, NULL <unfinished ...>
[pid    71] 10:00:01.000002 read(3, "read(4, ", 8) = 8
[pid    72] 10:00:01.000003 <... futex resumed>) = 0
[pid    72] 10:00:01.000004 --- SIGCHLD {si_signo=SIGCHLD} ---
[pid    72] 10:00:01.000005 read(3, "", 8) = 0
[pid    72] 10:00:01.000006 +++ exited with 0 +++
"""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"10:00:01.000001 getpid() = 7", TraceLine("getpid() = 7", "10:00:01.000001")),
        (b"[pid 72] 10:00:01.000001 getpid() = 7\r", TraceLine("getpid() = 7", "10:00:01.000001", 72)),
        (b"[pid  1234567] 10:00:01.000001 +++ exited with 0 +++", TraceLine("+++ exited with 0 +++", "10:00:01.000001", 1234567)),
        (b"strace: Process 7 attached", TraceLine("strace: Process 7 attached")),
        (b"", TraceLine("")),
        (b"10:00:01.000001 write(1, \x1b[2J\xff", TraceLine("write(1, \u241b[2J\ufffd", "10:00:01.000001")),
    ],
)
def test_a_line_is_time_thread_and_call(written: bytes, meant: TraceLine) -> None:
    assert strace_text.line(written) == meant


def test_an_endless_line_is_cut() -> None:
    assert len(strace_text.line(b"x" * 100_000).text) == strace_text.LONGEST


def test_a_call_is_counted_once_where_it_begins() -> None:
    assert strace_text.calls(SEVERAL) == {"futex": 1, "read": 2}


def test_what_strace_says_itself_is_told_from_calls() -> None:
    assert strace_text.attached(b"strace: Process 71 attached with 2 threads")
    assert not strace_text.attached(b'10:00:01.000001 write(1, "strace: Process 71 attached") = 27')
    refusal = b"strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted"
    assert strace_text.complaint(refusal) == "attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted"
    assert strace_text.complaint(b"10:00:01.000001 getpid() = 7") == ""
