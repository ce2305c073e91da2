"""What is said about actions: before them, and after."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from conclab.model.actions import (
    FIFO,
    IDLE,
    IO_BEST_EFFORT,
    IO_IDLE,
    Action,
    Affinity,
    IoPriority,
    Nice,
    NiceBy,
    Now,
    Outcome,
    Policy,
    Signal,
    asked,
    common,
    counted,
    describe,
    summary,
    warnings,
)
from conclab.model.table import WHOLE, RowId, TaskRow

TERM, KILL, STOP, CONT, WINCH = (int(getattr(signal, f"SIG{name}")) for name in ("TERM", "KILL", "STOP", "CONT", "WINCH"))
SEND = Signal(TERM)


def rid(pid: int, tid: int = WHOLE) -> RowId:
    return RowId(pid, tid, 1)


def done(pid: int, action: Action = SEND, reason: str = "") -> Outcome:
    return Outcome(rid(pid), True, action, f"{pid} (x)", reason)


def failed(pid: int, reason: str, action: Action = SEND) -> Outcome:
    return Outcome(rid(pid), False, action, f"{pid} (x)", reason)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (Signal(TERM), "SIGTERM sent to 812 (x)."),
        (Nice(5), "Nice set to 5 for 812 (x)."),
        (NiceBy(1), "Nice raised by 1 for 812 (x)."),
        (NiceBy(-2), "Nice lowered by 2 for 812 (x)."),
        (IoPriority(IO_BEST_EFFORT, 7), "I/O priority set to best effort 7 for 812 (x)."),
        (IoPriority(IO_IDLE), "I/O priority set to idle for 812 (x)."),
        (Affinity(frozenset({0, 1, 2, 8})), "Cores set to 0-2,8 for 812 (x)."),
        (Policy(FIFO, 10), "Policy set to FIFO 10 for 812 (x)."),
        (Policy(IDLE), "Policy set to IDLE for 812 (x)."),
    ],
)
def test_what_was_done_to_one_is_said_with_its_name(action: Action, sentence: str) -> None:
    assert done(812, action).sentence == summary([done(812, action)]) == sentence


def test_several_are_counted_and_who_was_not_reached_is_named_with_the_reason() -> None:
    outcomes = [done(1), done(2), done(3), failed(812, "no permission, it belongs to root")]
    assert summary(outcomes) == "SIGTERM sent to 3 processes; not to 812 (x): no permission, it belongs to root."


def test_those_that_share_a_reason_are_told_together() -> None:
    outcomes = [failed(4, "it has ended"), done(1), failed(5, "it has ended"), failed(6, "it has ended")]
    assert summary(outcomes) == "SIGTERM sent to 1 (x); not to 4 (x) and 2 more: it has ended."


def test_many_reasons_stay_one_line() -> None:
    text = summary([failed(number, f"reason {number}", Nice(1)) for number in range(1, 9)])
    assert text == "Nice not changed for 1 (x): reason 1; not for 2 (x): reason 2; 6 more failed for other reasons."


def test_what_else_there_is_to_say_of_those_that_were_reached_is_said() -> None:
    note = "stopped, so it takes the signal when it goes on (SIGCONT)"
    assert summary([done(4, reason=note)]) == f"SIGTERM sent to 4 (x): {note}."
    assert summary([done(4, reason=note), done(5)]) == f"SIGTERM sent to 2 processes; 4 (x): {note}."


def test_nothing_to_act_on_is_said() -> None:
    assert summary([]) == "There was nothing to act on."


def test_processes_and_threads_are_counted_apart() -> None:
    assert counted([rid(1)]) == "1 process"
    assert counted([rid(1), rid(2)]) == "2 processes"
    assert counted([rid(1), rid(1, 2), rid(1, 3)]) == "1 process and 2 threads"
    assert counted([rid(1, 2)]) == "1 thread"


def test_common_keeps_what_is_the_same_for_all() -> None:
    both = frozenset({0, 1})
    assert common([Now(nice=0, affinity=both, policy=0), Now(nice=5, affinity=both, policy=0)]) == Now(affinity=both, policy=0)
    assert common([]) == Now()
    assert common([Now(nice=3)]) == Now(nice=3)


# What is asked about first


@pytest.mark.parametrize(
    "action",
    [Signal(TERM), Signal(CONT), Signal(WINCH), Nice(-20), NiceBy(1), IoPriority(1, 0), Affinity(frozenset({0})), Policy(IDLE)],
)
def test_what_was_chosen_and_can_be_undone_is_not_asked_about(action: Action) -> None:
    assert warnings(action, [rid(812)], own_pid=99) == ()


def test_what_cannot_be_caught_is_asked_about() -> None:
    assert "saved" in " ".join(warnings(Signal(KILL), [rid(812)], own_pid=99))


@pytest.mark.parametrize(("number", "word"), [(TERM, "ends"), (STOP, "stops")])
def test_ending_or_stopping_several_is_asked_about(number: int, word: str) -> None:
    assert word in " ".join(warnings(Signal(number), [rid(1000), rid(1001)], own_pid=99))
    assert warnings(Signal(CONT), [rid(1000), rid(1001)], own_pid=99) == ()


def test_conclab_itself_and_process_1_are_asked_about() -> None:
    assert warnings(Signal(TERM), [rid(99)], own_pid=99) == ("This is conclab itself.",)
    assert "conclab itself is among them." in warnings(Signal(TERM), [rid(99), rid(98)], own_pid=99)
    assert "Process 1" in " ".join(warnings(Signal(TERM), [rid(1)], own_pid=99))
    assert warnings(Signal(WINCH), [rid(1), rid(99)], own_pid=99) == ()


def test_real_time_is_asked_about() -> None:
    assert "freeze" in " ".join(warnings(Policy(FIFO, 1), [rid(812)], own_pid=99))


# Words for dialogs


def row(name: str, tid: int = WHOLE, **more: Any) -> TaskRow:
    return TaskRow(rid(812, tid), 1, False, name=name, user="www")._replace(**more)


def test_a_row_is_described_in_a_few_words() -> None:
    assert describe(row("nginx", threads=9)) == "812 nginx, of www, 9 threads"
    assert describe(row("nginx", threads=1)) == "812 nginx, of www"
    assert describe(row("nginx", user=None)) == "812 nginx"
    assert describe(row("w1", tid=813)) == "thread 813 w1, of process 812"
    assert describe(row("kworker", kernel=True)) == "812 kworker, a thread of the kernel"
    assert describe(row("")) == "812 without a name, of www"


def test_a_hostile_name_is_made_harmless() -> None:
    assert "\x1b" not in describe(row("\x1b[31mred\n\u202e"))
    assert "\n" not in describe(row("a\nb", user="\nroot"))


@pytest.mark.parametrize(
    ("action", "question"),
    [
        (Signal(KILL), "Send SIGKILL to 812 x, of www?"),
        (Policy(FIFO, 3), "Set policy FIFO 3 for 812 x, of www?"),
        (Affinity(frozenset({1})), "Set cores 1 for 812 x, of www?"),
        (IoPriority(IO_IDLE), "Set I/O priority idle for 812 x, of www?"),
        (Nice(-1), "Set nice -1 for 812 x, of www?"),
        (NiceBy(-1), "Lower nice by 1 for 812 x, of www?"),
    ],
)
def test_it_is_asked_in_a_sentence(action: Action, question: str) -> None:
    assert asked(action, [row("x")]) == question
    assert asked(action, [row("x"), row("y")]).endswith("2 processes?")
