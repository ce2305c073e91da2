"""What tasks sleep in, and who sleeps in a crowd: by addresses made up, and by real threads."""

from __future__ import annotations

import os
import sys

import pytest

from conclab.sampling import proc_text, waits
from conclab.sampling.tasks import TaskReader
from conclab.sampling.waits import Crowds
from tests.helpers import until
from tests.sampling.builders import LINUX, THREADS, child

pytestmark = LINUX
PAIR = 0x7F00_0000_16F0
BITSET, MUTEX = 0x89, 0x80


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crowds, "_known", set())


def test_the_text_of_syscall() -> None:
    text = b"202 0x7f5 0x89 0x0 0x7ffd10 0x0 0xffffffff 0x7ffd00 0x7f1\n"
    assert proc_text.system_call(text) == (202, (0x7F5, 0x89, 0, 0x7FFD10, 0, 0xFFFFFFFF))
    for none in (b"running\n", b"-1 0x7ffd00 0x7f1\n", b"", b"202\n", b"202 a b c d e z g\n"):
        assert proc_text.system_call(none) is None


def test_waits_with_a_limit_on_both_words_of_a_pair_make_a_crowd() -> None:
    crowds, me = Crowds(), os.getpid()
    assert not crowds.is_crowded(me, PAIR, BITSET, True)
    assert not crowds.is_crowded(me, PAIR + 8, BITSET, True), "another condition"
    assert crowds.is_crowded(me, PAIR + 4, BITSET, True)
    assert crowds.is_crowded(me, PAIR + 8, BITSET, False), "the mutex right behind it"
    assert not crowds.is_crowded(me, PAIR - 8, BITSET, False)
    assert not crowds.is_crowded(me, PAIR + 4_096 + 96, BITSET, True)
    assert not crowds.is_crowded(me + 1, PAIR, BITSET, False), "another process"


def test_a_timed_wait_and_a_queue_at_the_mutex_behind_it_make_one_too() -> None:
    crowds, me = Crowds(), os.getpid()
    assert not crowds.is_crowded(me, PAIR + 8, MUTEX, False)
    assert not crowds.is_crowded(me, PAIR + 104, BITSET, True), "that mutex does not lie behind this one"
    assert crowds.is_crowded(me, PAIR, BITSET, True)
    assert crowds.is_crowded(me, PAIR + 8, MUTEX, False)
    locks = Crowds()
    assert not any(locks.is_crowded(me + 1, PAIR + at, BITSET, at == 0) for at in (32, 0, 32)), "semaphores side by side"


def test_a_process_that_has_ended_is_forgotten_for_its_number_may_come_again() -> None:
    crowds, me = Crowds(), os.getpid()
    for pid in (me, me + 1):
        assert [crowds.is_crowded(pid, PAIR + at, BITSET, True) for at in (0, 4)] == [False, True]
    crowds.forget_others({me})
    assert crowds.is_crowded(me, PAIR, BITSET, True)
    assert not crowds.is_crowded(me + 1, PAIR, BITSET, True)


def test_many_waits_on_one_word_are_no_crowd_with_a_limit_or_without() -> None:
    crowds = Crowds()
    assert not any(crowds.is_crowded(os.getpid(), PAIR, BITSET, limited) for _ in range(5) for limited in (True, False))


def test_without_a_limit_it_is_no_crowd() -> None:
    crowds = Crowds()
    assert not any(crowds.is_crowded(os.getpid(), PAIR + half, BITSET, False) for _ in range(3) for half in (0, 4))


MAPS = b"""\
00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/a program
00651000-00652000 rw-p 00051000 08:02 173521 /usr/bin/a program
00652000-00655000 rw-p 00000000 00:00 0
00e03000-00e24000 rw-p 00000000 00:00 0 [heap]
00e24000-00e25000 rw-p 00000000 00:00 0
7f2c6000-7f2c7000 rw-p 00000000 00:00 0
7f2d0000-7f2d1000 r--p 00000000 08:02 17 /lib/libpython.so
"""


def test_a_place_in_static_data_is_the_same_in_every_process() -> None:
    program = "/usr/bin/a program"
    assert proc_text.static_place(MAPS, 0x651_008) == (program, 0x251_008)
    assert proc_text.static_place(MAPS, 0x653_008) == (program, 0x253_008), "data without initial values"
    assert proc_text.static_place(MAPS, 0x7F2D_0010) == ("/lib/libpython.so", 0x10)
    for elsewhere in (0x500_000, 0xE0_3010, 0xE2_4010, 0x7F2C_6010, 0):
        assert proc_text.static_place(MAPS, elsewhere) is None
    assert proc_text.static_place(b"nonsense", 5) is None


def test_the_next_process_of_the_same_program_is_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "read", lambda _path: MAPS)
    static, heap = 0x653_008, 0xE0_3010
    assert [Crowds().is_crowded(1, static, BITSET, True) for _ in range(2)] == [False, False]
    first = Crowds()
    for pair in (static, heap):
        assert [first.is_crowded(1, pair + half, BITSET, True) for half in (0, 4)] == [False, True]
    assert not Crowds().is_crowded(2, static, BITSET, False), "a wait without a limit says nothing"
    assert Crowds().is_crowded(2, static, BITSET, True)
    assert not Crowds().is_crowded(2, static + 8, BITSET, True)
    assert not Crowds().is_crowded(2, heap, BITSET, True)


@pytest.mark.skipif(getattr(sys, "_is_gil_enabled", lambda: True)() is False, reason="this Python has no GIL to wait for")
def test_real_threads() -> None:
    """One that naps beside one that computes waits for the GIL; one that waits for an event does not."""
    with child(THREADS) as one:
        reader = TaskReader(one.pid)
        seen: dict[int, set[tuple[str, bool]]] = {}

        def all_seen() -> bool:
            for sample in reader.read().tasks:
                seen.setdefault(sample.task.tid, set()).add((sample.waits_in, sample.crowded))
            wanted = {"naps": ("futex", True), "sleeps": ("futex", False), "grandchild": ("read", False)}
            return all(what in seen.get(one.said[who], ()) for who, what in wanted.items())

        assert until(all_seen)
        assert ("futex", True) not in seen[one.said["sleeps"]]
        reader.close()
