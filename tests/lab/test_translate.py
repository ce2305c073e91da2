"""Wire events become the model's, or nothing: anybody may write to the wire."""

from __future__ import annotations

from typing import Any

import pytest

from conclab.lab.translate import carrier_of, in_its_time, translate
from conclab.model.events import Acquired, Output, Released, Waiting, WorkerFinished, WorkerStarted
from conclab.model.results import Counters

STARTED: dict[str, Any] = {"event": "worker_started", "at": 5, "worker": "w1", "pid": 10, "tid": 11, "start_ticks": 7}
FINISHED: dict[str, Any] = {
    "event": "worker_finished",
    "at": 9,
    "worker": "w1",
    "pid": 10,
    "tid": 11,
    "started_ns": 100,
    "ended_ns": 300,
    "on_core_ns": 50,
    "wants_core_ns": None,
    "result": {"any": "thing"},
}


def test_a_start() -> None:
    assert translate(STARTED) == WorkerStarted(5, "w1", 10, 11, 7, shares_task=False)


def test_an_account_keeps_what_is_missing_missing() -> None:
    event = translate(FINISHED)
    assert isinstance(event, WorkerFinished)
    assert event.result.counters.wall_ns == 200
    assert event.result.counters.on_core_ns == 50
    assert event.result.counters.wants_core_ns is None
    assert event.result.counters.blocked_ns is None
    assert event.result.counters.migrations is None


@pytest.mark.parametrize("event", [STARTED, FINISHED])
def test_a_missing_or_wrong_key_makes_it_no_event(event: dict[str, Any]) -> None:
    for key in ("worker", "pid", "tid"):
        wrongs: tuple[object, ...] = (None, [], 1.5, True, {})
        for wrong in wrongs:
            assert translate({**event, key: wrong}) is None
        assert translate({name: value for name, value in event.items() if name != key}) is None
    assert translate({**event, "pid": 1 << 70}) is None


def test_names_and_texts_are_made_harmless() -> None:
    event = translate({**STARTED, "worker": "\x1b[31mw1" + "x" * 100})
    assert isinstance(event, WorkerStarted)
    assert "\x1b" not in event.worker
    assert len(event.worker) <= 32
    line = translate({"event": "line", "at": 1, "worker": None, "stream": "odd", "text": "a\x07b"})
    assert isinstance(line, Output)
    assert line.lines[0].text == "a␇b"
    assert line.lines[0].stream == "stdout"


def test_what_is_told_of_locks() -> None:
    told = {"at": 3, "worker": "w1", "lock": "a\x07"}
    assert translate({**told, "event": "waiting", "holder": "w2"}) == Waiting(3, "w1", "a␇", "w2")
    assert translate({**told, "event": "waiting"}) == Waiting(3, "w1", "a␇", None)
    assert translate({**told, "event": "acquired", "waited_ns": 17}) == Acquired(3, "w1", "a␇", 17)
    assert translate({**told, "event": "acquired", "waited_ns": 17, "untold_ns": 4}) == Acquired(3, "w1", "a␇", 17, 4)
    assert translate({**told, "event": "released"}) == Released(3, "w1", "a␇")
    assert translate({**told, "event": "acquired"}) is None
    assert translate({**told, "event": "waiting", "holder": 5}) is None
    assert translate({**told, "event": "released", "lock": None}) is None


def test_waits_that_were_not_told_come_with_the_account() -> None:
    event = translate({**FINISHED, "untold_waits": {"a\x07": 5}})
    assert isinstance(event, WorkerFinished)
    assert event.result.untold_waits == {"a␇": 5}
    odd = translate({**FINISHED, "untold_waits": [5]})
    assert isinstance(odd, WorkerFinished)
    assert odd.result.untold_waits == {}
    assert translate({**FINISHED, "untold_waits": {"a": "long"}}) is None


def test_unknown_kinds_are_ignored() -> None:
    assert translate({"event": "from_the_future", "at": 1}) is None


def test_a_carriers_account_is_counters_or_nothing() -> None:
    counters = carrier_of({**FINISHED, "event": "carrier_finished"})
    assert counters is not None
    assert counters.on_core_ns == 50
    assert carrier_of({"event": "carrier_finished", "at": 1}) is None


def test_every_counter_keeps_its_name() -> None:
    told = {
        "wants_core_ns": 40,
        "voluntary_switches": 3,
        "involuntary_switches": 5,
        "migrations": 2,
        "peak_rss_bytes": 4_096,
    }
    wanted = Counters(200, 50, 40, voluntary_switches=3, involuntary_switches=5, migrations=2, peak_rss_bytes=4_096)
    event = translate({**FINISHED, **told})
    assert isinstance(event, WorkerFinished)
    assert event.result.counters == wanted
    assert carrier_of({**FINISHED, **told, "event": "carrier_finished"}) == wanted


def test_a_stamp_of_another_clock_is_put_where_the_event_can_have_happened() -> None:
    assert in_its_time(FINISHED, 5, 400) is FINISHED
    assert in_its_time({**FINISHED, "at": 1_790_000_000 * 10**9}, 5, 400)["at"] == 400
    early = in_its_time({**FINISHED, "started_ns": -(1 << 62)}, 5, 400)
    assert (early["started_ns"], early["ended_ns"]) == (5, 300)
    assert in_its_time({"event": "line", "at": "noon"}, 5, 400)["at"] == "noon"
    account = carrier_of({**FINISHED, "ended_ns": 90})
    assert account is not None
    assert account.wall_ns == 0
