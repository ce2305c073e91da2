"""What tasks sleep in, and who sleeps in a crowd: by addresses made up, and by real threads."""

from __future__ import annotations

import os
import sys

import pytest

from conclab.sampling import proc_text
from conclab.sampling.tasks import TaskReader
from conclab.sampling.waits import Crowds
from tests.helpers import until
from tests.sampling.builders import LINUX, THREADS, child

pytestmark = LINUX
PAIR = 0x7F00_0000_16F0


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crowds, "_known", {})


def test_the_text_of_syscall() -> None:
    text = b"202 0x7f5 0x89 0x0 0x7ffd10 0x0 0xffffffff 0x7ffd00 0x7f1\n"
    assert proc_text.system_call(text) == (202, (0x7F5, 0x89, 0, 0x7FFD10, 0, 0xFFFFFFFF))
    for none in (b"running\n", b"-1 0x7ffd00 0x7f1\n", b"", b"202\n", b"202 a b c d e z g\n"):
        assert proc_text.system_call(none) is None


def test_waits_with_a_limit_on_both_words_of_a_pair_make_a_crowd() -> None:
    crowds, me = Crowds(), os.getpid()
    assert not crowds.is_crowded(me, PAIR, True)
    assert not crowds.is_crowded(me, PAIR + 8, True), "another condition"
    assert crowds.is_crowded(me, PAIR + 4, True)
    assert crowds.is_crowded(me, PAIR + 8, False), "the mutex right behind it"
    assert not crowds.is_crowded(me, PAIR - 8, False)
    assert not crowds.is_crowded(me, PAIR + 4_096 + 96, True)
    assert not crowds.is_crowded(me + 1, PAIR, False), "another process"


def test_many_waits_on_one_word_are_no_crowd_with_a_limit_or_without() -> None:
    crowds = Crowds()
    assert not any(crowds.is_crowded(os.getpid(), PAIR, limited) for _ in range(5) for limited in (True, False))


def test_without_a_limit_it_is_no_crowd() -> None:
    crowds = Crowds()
    assert not any(crowds.is_crowded(os.getpid(), PAIR + half, False) for _ in range(3) for half in (0, 4))


def test_the_next_process_of_the_same_program_is_known_at_once() -> None:
    first, me = Crowds(), os.getpid()
    for half in (0, 4):
        first.is_crowded(me, PAIR + half, True)
    moved = PAIR + 17 * 4_096
    assert not Crowds().is_crowded(me, moved, False), "a wait without a limit says nothing"
    assert Crowds().is_crowded(me, moved, True)
    assert not Crowds().is_crowded(me, moved + 8, True)
    assert not Crowds().is_crowded(-1, moved, True), "nobody knows which program that is"


@pytest.mark.skipif(getattr(sys, "_is_gil_enabled", lambda: True)() is False, reason="this Python has no GIL to wait for")
def test_real_threads() -> None:
    """One that naps beside one that computes waits for the GIL; one that waits for an event does not."""
    with child(THREADS) as one:
        reader = TaskReader(one.pid)
        seen: dict[int, set[tuple[str, bool]]] = {}

        def crowded() -> bool:
            for sample in reader.read().tasks:
                seen.setdefault(sample.task.tid, set()).add((sample.waits_in, sample.crowded))
            return ("futex", True) in seen[one.said["naps"]]

        assert until(crowded)
        assert seen[one.said["sleeps"]] == {("futex", False)}
        assert seen[one.said["grandchild"]] == {("read", False)}
        reader.close()
