"""Why a task cannot be traced: each reason with what would help, on /proc files made by hand."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from conclab.model.table import RowId
from conclab.sampling import trace_refusals
from conclab.sampling.details_access import start_ticks
from conclab.sampling.holding import Held

EVERYTHING = f"CapEff:\t{(1 << 41) - 1:016x}\n".encode()
NOT_PERMITTED = "attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted"
OWN = 1000


def told(monkeypatch: pytest.MonkeyPatch, owner: int | None, own: int = OWN, files: Mapping[str, bytes] | None = None) -> str:
    """The sentence for conclab as the user ``own``."""
    start = start_ticks(os.getpid())
    assert start is not None
    monkeypatch.setattr(os, "geteuid", lambda: own)
    monkeypatch.setattr(Held, "owner", lambda _held: owner)
    with Held(RowId(os.getpid(), 0, start)) as held:
        monkeypatch.setattr(trace_refusals, "read", lambda path: (files or {}).get(path, EVERYTHING if "status" in path else None))
        return trace_refusals.why_refused(held, NOT_PERMITTED)


def test_another_users(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch, owner=0)
    assert said.startswith(f"strace may not trace {os.getpid()} (")
    assert said.endswith("): it belongs to root; conclab would have to run as root.")


@pytest.mark.parametrize(("scope", "words"), [(b"1\n", "sudo sysctl"), (b"2\n", "only root"), (b"3\n", "until the next boot")])
def test_ones_own_where_yama_forbids_it(monkeypatch: pytest.MonkeyPatch, scope: bytes, words: str) -> None:
    assert words in told(monkeypatch, owner=OWN, files={"/proc/sys/kernel/yama/ptrace_scope": scope})


def test_ones_own_that_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "guarded against its own user" in told(monkeypatch, owner=OWN, files={"/proc/sys/kernel/yama/ptrace_scope": b"0\n"})


def test_root_in_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch, owner=0, own=0, files={"/proc/self/status": b"CapEff:\t00000000a80425fb\n"})
    assert "--cap-add=SYS_PTRACE" in said


def test_root_with_every_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "even to root" in told(monkeypatch, owner=0, own=0, files={"/proc/sys/kernel/yama/ptrace_scope": b"1\n"})


def test_what_is_not_about_rights_is_told_in_straces_words() -> None:
    start = start_ticks(os.getpid())
    assert start is not None
    with Held(RowId(os.getpid(), 0, start)) as held:
        assert trace_refusals.why_refused(held, "out of order").endswith(": out of order.")
        assert trace_refusals.why_refused(held, "").endswith(": it gave no reason.")
        assert trace_refusals.why_refused(held, "No such process") == "It had ended before it could be traced."


def test_threads_of_the_kernel_and_the_dead_are_not_tried() -> None:
    start = start_ticks(os.getppid())
    assert start is not None
    with Held(RowId(os.getppid(), 0, start)) as held:
        assert trace_refusals.why_never(held, "/usr/bin/strace") == ""
        assert trace_refusals.why_never(held, None) == trace_refusals.NOT_INSTALLED
        held.state, held.thread_count = "Z", 1
        assert trace_refusals.why_never(held, "/usr/bin/strace") == trace_refusals.ZOMBIE
        held.kernel = True
        assert trace_refusals.why_never(held, "/usr/bin/strace") == trace_refusals.KERNEL
