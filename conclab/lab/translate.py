"""Wire events become the model's. Anybody may write to the wire: what does not have the right keys and types is no event."""

from __future__ import annotations

from typing import Any

from conclab.model.events import (
    Acquired,
    Event,
    Failed,
    Line,
    Measured,
    Output,
    Probed,
    Released,
    TaskFinished,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.results import Counters, WorkerResult
from conclab.model.text import harmless

_LONGEST_NAME = 32
_STAMPS = ("at", "started_ns", "ended_ns")


class _Unfit(Exception):
    """A key is missing or has the wrong type."""


def _whole(event: dict[str, Any], key: str) -> int:
    value = event.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 63:
        raise _Unfit
    return value


def _whole_or_none(event: dict[str, Any], key: str) -> int | None:
    return None if event.get(key) is None else _whole(event, key)


def _text(event: dict[str, Any], key: str) -> str:
    value = event.get(key)
    if not isinstance(value, str):
        raise _Unfit
    return harmless(value)


def _name(event: dict[str, Any], key: str) -> str:
    return _text(event, key)[:_LONGEST_NAME]


def _worker_or_none(event: dict[str, Any]) -> str | None:
    return None if event.get("worker") is None else _name(event, "worker")


def counters_of(event: dict[str, Any]) -> Counters:
    """The counters of ``worker_finished`` and ``carrier_finished``."""
    started, ended = _whole(event, "started_ns"), _whole(event, "ended_ns")
    return Counters(
        wall_ns=max(0, ended - started),
        on_core_ns=_whole_or_none(event, "on_core_ns"),
        wants_core_ns=_whole_or_none(event, "wants_core_ns"),
        voluntary_switches=_whole_or_none(event, "voluntary_switches"),
        involuntary_switches=_whole_or_none(event, "involuntary_switches"),
        migrations=_whole_or_none(event, "migrations"),
        peak_rss_bytes=_whole_or_none(event, "peak_rss_bytes"),
    )


def _probed(event: dict[str, Any]) -> Event:
    gil = event.get("gil_enabled")
    return Probed(
        at_ns=_whole(event, "at"),
        pid=_whole(event, "pid"),
        implementation=_text(event, "implementation"),
        version=_text(event, "version"),
        gil_enabled=gil if isinstance(gil, bool) else None,
    )


def _worker_started(event: dict[str, Any]) -> Event:
    return WorkerStarted(
        at_ns=_whole(event, "at"),
        worker=_name(event, "worker"),
        pid=_whole(event, "pid"),
        tid=_whole(event, "tid"),
        start_ticks=_whole_or_none(event, "start_ticks"),
        shares_task=event.get("shares_task") is True,
    )


def _carrier_started(event: dict[str, Any]) -> Event:
    """To whoever watches kernel tasks it is a worker like any other."""
    return WorkerStarted(
        at_ns=_whole(event, "at"),
        worker=_name(event, "carrier"),
        pid=_whole(event, "pid"),
        tid=_whole(event, "tid"),
        start_ticks=_whole_or_none(event, "start_ticks"),
        shares_task=False,
    )


def _task_finished(event: dict[str, Any]) -> Event:
    return TaskFinished(
        at_ns=_whole(event, "at"),
        worker=_name(event, "worker"),
        index=_whole(event, "index"),
        elapsed_ns=_whole(event, "elapsed_ns"),
    )


def _waiting(event: dict[str, Any]) -> Event:
    holder = None if event.get("holder") is None else _name(event, "holder")
    return Waiting(_whole(event, "at"), _name(event, "worker"), _name(event, "lock"), holder)


def _acquired(event: dict[str, Any]) -> Event:
    waited_ns, untold_ns = max(0, _whole(event, "waited_ns")), max(0, _whole_or_none(event, "untold_ns") or 0)
    return Acquired(_whole(event, "at"), _name(event, "worker"), _name(event, "lock"), waited_ns, untold_ns)


def _released(event: dict[str, Any]) -> Event:
    return Released(_whole(event, "at"), _name(event, "worker"), _name(event, "lock"))


def _line(event: dict[str, Any]) -> Event:
    at_ns = _whole(event, "at")
    stream = "stderr" if event.get("stream") == "stderr" else "stdout"
    return Output(at_ns, (Line(at_ns, _worker_or_none(event), stream, _text(event, "text")),))


def _dropped(event: dict[str, Any]) -> Event:
    return Output(_whole(event, "at"), (), left_out=max(0, _whole(event, "count")))


def _measure(event: dict[str, Any]) -> Event:
    value = event.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unfit
    return Measured(
        at_ns=_whole(event, "at"),
        worker=_worker_or_none(event),
        name=_name(event, "name"),
        value=float(value),
        unit=_name(event, "unit"),
    )


def _worker_finished(event: dict[str, Any]) -> Event:
    return WorkerFinished(
        at_ns=_whole(event, "at"),
        result=WorkerResult(
            worker=_name(event, "worker"),
            pid=_whole(event, "pid"),
            tid=_whole(event, "tid"),
            started_ns=_whole(event, "started_ns"),
            ended_ns=_whole(event, "ended_ns"),
            counters=counters_of(event),
            result=event.get("result"),
            shares_task=event.get("shares_task") is True,
            untold_waits=_waits(event.get("untold_waits")),
        ),
    )


def _waits(told: object) -> dict[str, int]:
    if not isinstance(told, dict):
        return {}
    return {harmless(lock)[:_LONGEST_NAME]: max(0, _whole(told, lock)) for lock in told if isinstance(lock, str)}


def _failed(event: dict[str, Any]) -> Event:
    return Failed(_whole(event, "at"), _worker_or_none(event), _text(event, "reason"))


_TRANSLATORS = {
    "probe": _probed,
    "worker_started": _worker_started,
    "carrier_started": _carrier_started,
    "task_finished": _task_finished,
    "waiting": _waiting,
    "acquired": _acquired,
    "released": _released,
    "line": _line,
    "dropped": _dropped,
    "measure": _measure,
    "worker_finished": _worker_finished,
    "failed": _failed,
}


def translate(event: dict[str, Any]) -> Event | None:
    """The model's event; None for a kind that is not for the watchers and for what is malformed."""
    translator = _TRANSLATORS.get(event["event"])
    if translator is None:
        return None
    try:
        return translator(event)
    except _Unfit:
        return None


def in_its_time(event: dict[str, Any], since_ns: int, now_ns: int) -> dict[str, Any]:
    """The event with its stamps in the stretch in which it can have happened: whoever stamps by another clock than CLOCK_MONOTONIC
    would else be waited for until then, or put before everything."""
    for key in _STAMPS:
        stamp = event.get(key)
        if isinstance(stamp, int) and not isinstance(stamp, bool) and not since_ns <= stamp <= now_ns:
            event = {**event, key: max(since_ns, min(stamp, now_ns))}
    return event


def whole_number(event: dict[str, Any], key: str) -> int | None:
    """A key that should hold a whole number; None when it does not."""
    try:
        return _whole_or_none(event, key)
    except _Unfit:
        return None


def carrier_of(event: dict[str, Any]) -> Counters | None:
    """The counters of a ``carrier_finished``; None when malformed."""
    try:
        return counters_of(event)
    except _Unfit:
        return None
