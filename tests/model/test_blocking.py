"""What a sleeping task is blocked on, from what is known of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab.model.blocking import GIL, UNKNOWN, add_causes, cause_of, leading, lock_cause, marked, meaning, mostly, to_sum
from tests.model.builders import sample

ASLEEP = replace(sample(0), state="S")
CROWDED = replace(ASLEEP, waits_in="futex", crowded=True)


def test_only_where_there_is_a_gil_is_it_called_that() -> None:
    assert cause_of(CROWDED, gil=True) == GIL
    assert cause_of(CROWDED, gil=False) == cause_of(CROWDED, gil=None) == "a lock"
    assert cause_of(replace(CROWDED, crowded=False), gil=True) == "a lock"


def test_an_announced_lock_is_named_and_cannot_pass_for_another_cause() -> None:
    waits = replace(ASLEEP, waits_in="futex")
    assert cause_of(waits, gil=True, lock="forks") == "lock forks"
    assert cause_of(replace(ASLEEP, waits_in=""), gil=True, lock="forks") == "lock forks"
    assert cause_of(replace(ASLEEP, waits_in="clock_nanosleep"), gil=True, lock="forks") == "a timer"
    assert cause_of(waits, gil=True, lock="GIL") != GIL
    assert cause_of(CROWDED, gil=True, lock="forks") == GIL, "it has been woken up, and waits for the GIL"
    assert marked(lock_cause("GIL")) == "lock GIL"


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        ("clock_nanosleep", "a timer"),
        ("read", "data"),
        ("wait4", "a child"),
        ("epoll_wait", "events"),
        ("folio_wait", "folio_wait"),
    ],
)
def test_other_causes_are_what_the_call_means_or_its_name(call: str, cause: str) -> None:
    assert cause_of(replace(ASLEEP, waits_in=call), gil=True) == cause
    assert cause_of(replace(ASLEEP, waits_in=call, state="D"), gil=True) == cause
    assert cause_of(replace(ASLEEP, waits_in=call, state="R"), gil=True) == UNKNOWN


def test_what_cannot_be_had_is_unknown() -> None:
    assert cause_of(ASLEEP, gil=True) == UNKNOWN
    assert meaning("system call 5") == ""
    assert marked(UNKNOWN) == "unknown"
    assert marked(GIL) == "GIL*"


def test_the_leading_cause_is_a_known_one_if_there_is_any() -> None:
    assert leading({}) is None
    assert leading({UNKNOWN: 5}) == UNKNOWN
    assert leading({UNKNOWN: 5, "data": 1, "a timer": 2}) == "a timer"
    assert leading({"data": 0}) is None


def test_causes_are_brought_to_the_sum_that_the_kernel_counted() -> None:
    assert to_sum({GIL: 5}, 9, "data") == {GIL: 5, "data": 4}
    assert to_sum({GIL: 5, "data": 3}, 6, "data") == {GIL: 5, "data": 1}
    assert to_sum({GIL: 5, "data": 3}, 2, "data") == {GIL: 2}
    assert to_sum({}, 4, UNKNOWN) == {UNKNOWN: 4}
    assert to_sum({GIL: 5}, 0, GIL) == {}
    assert add_causes([{GIL: 1}, {GIL: 2, "data": 3}]) == {GIL: 3, "data": 3}


def test_announced_waits_count_where_they_were_more_than_half_of_it_and_the_longest_of_them() -> None:
    waits = {"lock a": 20, "lock b": 31}
    assert mostly(100, waits, "a timer") == "lock b"
    assert mostly(103, waits, "a timer") == "a timer"
    assert mostly(0, {}, UNKNOWN) == UNKNOWN
