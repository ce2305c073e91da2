"""The account that a worker keeps of itself: all of it as of one moment."""

from __future__ import annotations

import pytest

from conclab.runner import accounts


def test_who_was_preempted_between_two_readings_reads_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [5, 30, 30, 99]  # it waited for a core between the first and the second reading
    stamps = iter((100, 110, 200, 210))
    monkeypatch.setattr(accounts, "_wants_core", lambda: told.pop(0))
    monkeypatch.setattr("conclab.runner.accounts.time.monotonic_ns", lambda: next(stamps))
    account = accounts.begin()
    assert (account.at_ns, account.wants_core_ns) == (200, 30)
    assert told == [99]


def test_what_is_counted_lies_within_what_is_timed() -> None:
    before, after = accounts.begin(), accounts.close()
    found = accounts.between(before, after)
    assert found["on_core_ns"] <= found["ended_ns"] - found["started_ns"]


def test_who_is_preempted_all_the_time_is_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter(range(1_000))
    monkeypatch.setattr(accounts, "_wants_core", lambda: next(told))
    assert accounts.begin().wants_core_ns == 5
