"""The workloads in which workers get in each other's way, for real but small: counts and order, never a time."""

from __future__ import annotations

import re

import pytest

from conclab.model.events import Event, Output
from conclab.model.experiments import Arm, Value
from conclab.model.results import OK, Repetition
from tests.helpers import conduct


def only(executor: str, workload: str, workers: int, **arguments: Value) -> tuple[Repetition, list[Event]]:
    """One task for each worker; these workloads are told how many they are, and what they are."""
    given = {**arguments, "workers": workers, "executor": executor}
    run, events = conduct(Arm(workload, executor, workload, workers, workers, given))
    assert run.outcome == OK
    return run.repetitions[0], events


def said_by(events: list[Event], worker: str) -> list[str]:
    return [line.text for event in events if isinstance(event, Output) for line in event.lines if line.worker == worker]


def dinner(way: str, philosophers: int = 3) -> tuple[Repetition, list[Event]]:
    standstill = 50 if way == "opposite" else 5_000  # where nobody stands still, a busy machine must not look like it
    return only("threads", "philosophers", philosophers, size=2, way=way, patience=5, standstill=standstill)


@pytest.mark.parametrize("philosophers", [2, 5])
def test_the_watchdog_names_who_holds_what_and_who_waits_for_what_and_everybody_eats(philosophers: int) -> None:
    repetition, events = dinner("opposite", philosophers)
    assert repetition.measures["deadlocks"] >= 1
    assert repetition.measures["meals"] == repetition.result == 2 * philosophers
    said = said_by(events, "watch")
    assert f"in a circle of {philosophers}" in said[0]
    for number, sentence in enumerate(sorted(said[1 : philosophers + 1]), start=1):
        assert sentence == f"w{number} holds fork {number} and waits for fork {number % philosophers + 1}"
    assert re.fullmatch(r"I take fork \d from w\d, which has to begin its meal again", said[philosophers + 1])


@pytest.mark.parametrize("way", ["one order", "patience"])
def test_with_one_order_or_with_patience_nobody_stands_still(way: str) -> None:
    repetition, events = dinner(way)
    assert repetition.measures["deadlocks"] == 0
    assert repetition.measures["meals"] == 6
    assert (repetition.measures["given_up"] > 0) == (way == "patience")
    assert not said_by(events, "watch")


@pytest.mark.parametrize("executor", ["threads", "spawn"])
def test_a_fair_lock_goes_round(executor: str) -> None:
    fair, _ = only(executor, "barging", 3, fair=1, size=60, inside=50)
    assert fair.result == fair.measures["taken"] > 0
    assert fair.measures["in_a_row"] < 10, "the lock of the standard library has one many times in a row"
    assert 1 / 3 >= fair.measures["least_share"] > 0


@pytest.mark.parametrize("executor", ["threads", "fork"])
def test_every_item_comes_out_once_whatever_the_buffer_holds(executor: str) -> None:
    for places in (1, 3):
        repetition, _ = only(executor, "buffer", 5, size=20, producers=2, consumers=3, places=places, make=300, use=600)
        assert repetition.result == sum(range(1, 21))


def test_with_a_lock_each_nobody_waits_and_with_one_the_line_says_behind_whom() -> None:
    def sections(locks: str, asleep: str) -> tuple[Repetition, list[Event]]:
        return only("threads", "sections", 2, size=40, inside=100, outside=1, nap=20, locks=locks, asleep=asleep)

    own, _ = sections("own", "never")
    assert own.result == 40
    assert own.measures["contended"] == own.measures["waited_ns"] == 0
    held, events = sections("one", "holding")
    assert held.measures["contended"] > 0
    assert held.measures["waited_ns"] >= held.measures["longest_wait_ns"] > 0
    behind = {worker: " ".join(said_by(events, worker)) for worker in ("w1", "w2")}
    assert "ms behind w2" in behind["w1"] or "ms behind w1" in behind["w2"]
    assert "behind w1" not in behind["w1"]
    assert "behind w2" not in behind["w2"]


def test_a_writer_has_its_turns_behind_a_turnstile() -> None:
    repetition, _ = only("fork", "readers", 4, size=100, read=3, turnstile=1)
    assert repetition.measures["writer_turns"] >= 2
    assert repetition.measures["reader_turns"] >= 1
