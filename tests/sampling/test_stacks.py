"""Stacks: Python's where py-spy is there, and a plain sentence wherever they cannot be had."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from conclab.sampling import stacks
from conclab.sampling.details_access import subject
from conclab.sampling.stacks import ask_py_spy, find_py_spy, read_stacks, waits_of, why_not
from tests.sampling.builders import LINUX, THREADS, child, tried

pytestmark = LINUX

NAMED = """
import json, sys, threading
def waits_here(lock):
    lock.acquire()
lock = threading.Lock()
lock.acquire()
thread = threading.Thread(target=waits_here, args=(lock,), name="the waiter", daemon=True)
thread.start()
print(json.dumps({"tid": thread.native_id}), flush=True)
sys.stdin.read()
"""


def script(folder: Path, text: str) -> str:
    path = folder / "py-spy"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def why_none(pid: int, program: str | None) -> str:
    threads, why = ask_py_spy(pid, program)
    assert not threads
    return why


def test_without_py_spy_it_says_how_to_get_it() -> None:
    assert "pip install 'conclab[stacks]'" in why_none(1, None)


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        (b"Permission Denied: Try running again with elevated permissions by going 'sudo env'", "Run conclab as root"),
        (b"Error: Operation not permitted (os error 1)", "Run conclab as root"),
        (b"Error: Failed to find python version from target process", "no Python process"),
        (b"Error: No such process (os error 3)", "has just ended"),
        (b"\x1b[31mError: something new\nStack backtrace:", "something new"),
        (b"", "no reason"),
    ],
)
def test_a_complaint_becomes_a_sentence(complaint: bytes, said: str) -> None:
    sentence = why_not(complaint)
    assert said in sentence
    assert sentence.isprintable()


def test_a_program_that_fails_answers_nonsense_or_hangs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "TIMEOUT_S", 0.2)
    assert "just ended" in why_none(1, script(tmp_path, "echo 'no such process' >&2; exit 1"))
    assert "does not understand" in why_none(1, script(tmp_path, "echo hello"))
    assert "did not answer" in why_none(1, script(tmp_path, "exec sleep 100"))
    assert "could not be started" in why_none(1, str(tmp_path / "missing"))


@pytest.mark.skipif(find_py_spy() is None, reason="py-spy is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="reading another process's memory may need root")
def test_the_frames_of_a_real_process() -> None:
    with child(NAMED) as one:
        sections = read_stacks(subject(one.pid))
    waiter = next(section for section in sections if "the waiter" in section.title)
    assert waiter.title == f"Python: the waiter ({one.said['tid']}) · waits"
    assert waiter.rows[0][0] == "waits_here"
    assert waiter.rows[0][1].endswith(":4")
    kernel = sections[-1]
    assert kernel.title == "In the kernel"
    assert {row[0] for row in kernel.rows} == {str(one.pid), str(one.said["tid"])}


def test_a_process_that_is_not_python_says_so() -> None:
    program = find_py_spy()
    if program is None:
        pytest.skip("py-spy is not installed")
    with child("import json, os, sys; print(json.dumps({}), flush=True); os.execvp('cat', ['cat'])") as one:
        tried(lambda: os.readlink(f"/proc/{one.pid}/exe").endswith("/cat") or None)
        note = why_none(one.pid, program)
    assert note.startswith(("This is no Python process", "py-spy may not read"))


@pytest.mark.skipif(os.geteuid() != 0, reason="what a thread waits in is shown to root, and by some kernels to nobody else")
def test_what_threads_wait_in() -> None:
    with child(THREADS) as one:
        assert tried(lambda: waits_of(one.pid, one.said["sleeps"]) or None).startswith("futex: ")
        assert waits_of(one.pid, one.said["spins) R 1"]) == ""


def test_of_a_thread_that_is_gone_nothing_is_told() -> None:
    assert waits_of(os.getpid(), 2**22 + 1) == ""


def test_py_spy_is_looked_for_beside_this_python_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = script(tmp_path, "true")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert find_py_spy() == beside


def test_many_threads_are_left_out_by_number() -> None:
    ready, done = threading.Semaphore(0), threading.Event()

    def wait() -> None:
        ready.release()
        done.wait()

    threads = [threading.Thread(target=wait, daemon=True) for _ in range(80)]
    for thread in threads:
        thread.start()
    for _ in threads:
        ready.acquire()
    kernel = stacks.kernel_section(subject(os.getpid()))
    done.set()
    assert len(kernel.rows) == stacks.MOST_THREADS
    assert kernel.left_out >= 81 - stacks.MOST_THREADS


def test_who_does_not_answer_is_ended_when_conclab_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "TIMEOUT_S", 600.0)
    hanging = script(tmp_path, "exec sleep 600")
    asking = threading.Thread(target=why_none, args=(1, hanging), daemon=True)
    asking.start()
    (child_of_ours,) = tried(lambda: list(stacks._asked) or None)
    stacks.end_asking()
    asking.join(20)
    assert not asking.is_alive()
    assert child_of_ours.returncode is not None
    assert not stacks._asked
