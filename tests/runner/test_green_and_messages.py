"""The workloads about green threads, blocking calls, jobs, messages, arguments and order, for real but small: what they count."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from conclab.model.events import Event, Output
from conclab.model.experiments import Arm, Value
from conclab.model.results import OK, Repetition
from tests.helpers import conduct

no_greenlets = pytest.mark.skipif(not importlib.util.find_spec("greenlet"), reason="there is no greenlet here")
KINDS = ["coroutine", "thread", pytest.param("greenlet", marks=no_greenlets)]


def only(on: str, workload: str, many: int = 1, /, **arguments: Value) -> tuple[Repetition, list[str]]:
    """One repetition, and what its workers said."""
    run, events = conduct(Arm("it", on, workload, many, many, arguments))
    assert run.outcome == OK
    return run.repetitions[0], said(events)


def said(events: list[Event]) -> list[str]:
    return [line.text for event in events if isinstance(event, Output) for line in event.lines]


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_crowd_the_kernel_knows_threads_only(kind: str) -> None:
    found, _ = only("sequential", "crowd", kind=kind, size=7)
    assert found.measures["alive"] == found.result == 7
    if "tasks_before" not in found.measures:
        pytest.skip("this system does not say how many tasks a process has")
    added = found.measures["tasks_during"] - found.measures["tasks_before"]
    assert added == (7 if kind == "thread" else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_turn_goes_to_and_fro(kind: str) -> None:
    found, _ = only("sequential", "hand-overs", kind=kind, size=20)
    assert found.result == 20
    assert found.measures["hand_over_ns"] > 0


def test_the_heart_beats_during_a_call_that_has_a_thread_of_its_own_and_not_during_one_that_blocks() -> None:
    paused = {}
    for way, long_ms in (("blocking", 20), ("to_thread", 300)):  # long enough for a busy machine to let the heart beat once
        found, _ = only("asyncio", "stall", 2, way=way, size=long_ms, beat_ms=2)
        assert found.measures["call_ns"] >= long_ms * 1_000_000
        assert found.result == found.measures["beats"] > 0
        paused[way] = found.measures["gap_ns"] / found.measures["call_ns"]
    assert paused["blocking"] >= 1 > paused["to_thread"], "whoever is stopped cannot beat before the call is over"


@pytest.mark.parametrize(
    ("executor", "seen", "picklings"), [("threads", 3, 0), ("fork", 0, 0), ("forkserver", 0, 3), ("spawn", 0, 3)]
)
def test_what_becomes_of_an_argument(executor: str, seen: int, picklings: int) -> None:
    found, _ = only(executor, "arguments", 3, size=1)
    assert (found.measures["marks_seen"], found.measures["picklings"]) == (seen, picklings)
    assert found.result == picklings, "whoever got it by pickling knows"


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_every_number_of_a_handful_is_said_once_and_order_is_counted(method: str) -> None:
    found, lines = only("sequential", "speaking-order", method=method, size=2, handful=3)
    orders = [[int(word) for word in line.split()] for line in lines]
    assert [sorted(order) for order in orders] == [[1, 2, 3]] * 2
    assert found.measures == {"in_order": orders.count([1, 2, 3]), "handfuls": 2}


@pytest.mark.parametrize("way", ["serial", "threads", "processes"])
def test_all_jobs_are_done_one_after_another_and_in_pools(way: str) -> None:
    found, _ = only("sequential", "grains", way=way, size=10_000, lengths_us="1 1000 10000", workers=2)
    assert found.result == 5 * 40 + 5 * 6 + 2, "as many for each worker, five times where they are many"
    assert {name for name in found.measures if name != "start_ns"} == {"each_1_us_ns", "each_1000_us_ns", "each_10000_us_ns"}
    assert ("start_ns" in found.measures) == (way != "serial")
    assert found.measures["each_10000_us_ns"] > found.measures["each_1_us_ns"] > 0


@pytest.mark.parametrize("way", ["queue", "pipe", "mp.Queue", "shared memory"])
def test_every_message_arrives_as_it_was_sent_and_has_its_receipt(way: str) -> None:
    sizes = (8, 4096, 16 << 20)
    found, lines = only("threads" if way == "queue" else "fork", "messages", 2, way=way, size=1, sizes=" ".join(map(str, sizes)))
    copied = way in ("pipe", "mp.Queue")
    trips = 303 * 2 + (1 if copied else 303)
    assert [worker.result for worker in found.workers] == [trips, trips]
    assert set(found.measures) == {f"trip_{size}_ns" for size in sizes}
    assert len(lines) == len(sizes)


def test_files_that_were_to_be_forgotten_are_asked_for_at_every_reading() -> None:
    """How many really come from the disk is for the file system to say."""
    asked: dict[str, Value] = {"size": 3, "parts": 2, "path": __file__}
    warm, _ = only("threads", "counting-lines", 2, **asked, cache="warm")
    cold, _ = only("threads", "counting-lines", 2, **asked, cache="cold")
    assert "from_disk" not in warm.measures
    assert 0 <= cold.measures["from_disk"] <= 1
    assert warm.result == cold.result == 3 * len(Path(__file__).read_bytes().splitlines())
