"""The fold of a run's timeline: ``fold_timeline(timeline, item) -> timeline``, pure, as ``run_state.fold`` is.

Appending is cheap, because it is done for every worker and sample: the columns grow at their ends (``column_log``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conclab.model.blocking import UNKNOWN, asleep, cause_of, lock_cause, mostly
from conclab.model.events import (
    Acquired,
    Event,
    Failed,
    Line,
    Output,
    Probed,
    Released,
    RunFinished,
    RunStarted,
    Sliced,
    StepFinished,
    StepStarted,
    TaskFinished,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.machine import MachineSample, core_load
from conclab.model.run_state import CARRIER
from conclab.model.tasks import Debt, TaskBatch, TaskId, TaskSample, split_between
from conclab.model.text import harmless
from conclab.model.timeline import (
    MARK_AT,
    MOST_MARKS,
    MOST_REPETITIONS,
    NO_CORE,
    PIECE_CAUSE,
    PIECE_END,
    Life,
    Mark,
    Row,
    Step,
    Timeline,
)
from conclab.model.timeline_account import settled
from conclab.model.timeline_trace import fold_trace
from conclab.model.worker_view import slot_for

MOST_CAUSES = 1_000
_MOST_TEXT = 60
"""Characters of a mark that are kept."""


def _run_started(timeline: Timeline, event: RunStarted) -> Timeline:
    return Timeline(start_ns=event.at_ns, now_ns=event.at_ns, live=True, traced=event.traced, machine=timeline.machine)


def _probed(timeline: Timeline, event: Probed) -> Timeline:
    return replace(timeline, gil=event.gil_enabled)


def _step_started(timeline: Timeline, event: StepStarted) -> Timeline:
    number = timeline.steps[-1].number + 1 if timeline.steps else 1
    python = event.arm.python.label if event.arm.python is not None else ""
    step = Step(number, event.arm.name, python, event.round, event.control, event.at_ns)
    over = max(0, len(timeline.steps) + 1 - MOST_REPETITIONS)
    return replace(
        timeline,
        steps=(*timeline.steps, step)[over:],
        steps_dropped=timeline.steps_dropped + over,
        tracks={},
        on_task={},
        carried={},
        waits_for={},
        waited={},
    )


def _ended(row: Row, at_ns: int) -> Row:
    if not row.lives or row.lives[-1].end_ns is not None:
        return row
    return replace(row, lives=(*row.lives[:-1], replace(row.lives[-1], end_ns=max(at_ns, row.lives[-1].start_ns))))


def _step_finished(timeline: Timeline, event: StepFinished) -> Timeline:
    steps = timeline.steps
    if steps and steps[-1].end_ns is None:
        steps = (*steps[:-1], replace(steps[-1], end_ns=event.at_ns))
    rows = {name: _ended(row, event.at_ns) for name, row in timeline.rows.items()}
    return replace(timeline, steps=steps, rows=rows, tracks={}, waits_for={})


def _run_finished(timeline: Timeline, event: RunFinished) -> Timeline:
    rows = {name: _ended(row, event.at_ns) for name, row in timeline.rows.items()}
    return replace(timeline, live=False, rows=rows, tracks={}, waits_for={})


def _worker_started(timeline: Timeline, event: WorkerStarted) -> Timeline:
    name = CARRIER if event.shares_task else event.worker
    row = timeline.rows.get(name) or Row(name, slot_for(name, [row.slot for row in timeline.rows.values()]))
    task = TaskId(event.pid, event.tid, event.start_ticks)
    carried = {**timeline.carried, event.worker: name} if event.shares_task else timeline.carried
    if event.shares_task and row.lives and row.lives[-1].task == task and row.lives[-1].end_ns is None:
        return replace(timeline, carried=carried)  # one more coroutine on a task that has its lane already
    repetition = timeline.steps[-1].number if timeline.steps else 0
    life = Life(event.at_ns, None, task, repetition, row.pieces.dropped + len(row.pieces))
    row = replace(_ended(row, event.at_ns), lives=(*_ended(row, event.at_ns).lives, life)[-MOST_REPETITIONS:])
    lived = (*(one for one in timeline.on_task.get(task, ()) if one != name), name)
    timeline = replace(timeline, rows={**timeline.rows, name: row}, on_task={**timeline.on_task, task: lived}, carried=carried)
    return _marked(timeline, event.worker, [(event.at_ns, Mark.STARTED, "")])


def _worker_finished(timeline: Timeline, event: WorkerFinished) -> Timeline:
    told = event.result
    row = timeline.rows.get(told.worker)
    if told.shares_task or row is None or not row.lives or row.lives[-1].end_ns is not None:
        return timeline  # an event loop ends with its step
    row = _ended(row, told.ended_ns)
    row = settled(row, told.started_ns, told.counters.on_core_ns, told.counters.wants_core_ns)
    return _marked(replace(timeline, rows={**timeline.rows, row.name: row}), row.name, [(told.ended_ns, Mark.FINISHED, "")])


def _machine(timeline: Timeline, sample: MachineSample) -> Timeline:
    before = timeline.machine
    timeline = replace(timeline, machine=sample)
    if before is None or not timeline.live or sample.at_ns <= before.at_ns:
        return timeline
    pairs = zip(before.cores, sample.cores, strict=False)
    busy = tuple(core_load(old, new).busy if old and new else None for old, new in pairs)
    return replace(timeline, looks=timeline.looks.appended(sample.at_ns, busy))


def _sampled(timeline: Timeline, batch: TaskBatch) -> Timeline:
    tracks: dict[TaskId, tuple[TaskSample, Debt]] = {}
    rows = dict(timeline.rows)
    causes, pieces, length = timeline.causes, 0, 0
    waited = dict(timeline.waited)
    for sample in batch.tasks:
        known = timeline.tracks.get(sample.task)
        if known is None:
            tracks[sample.task] = (sample, Debt())
            continue
        before, debt = known
        found = split_between(before, sample, debt)
        if found is None:
            tracks[sample.task] = (sample, debt)
            continue
        split, debt = found
        tracks[sample.task] = (sample, debt)
        row = _living_on(rows, timeline.on_task.get(sample.task, ()), (before.at_ns + sample.at_ns) // 2)
        if row is None:
            continue
        start, on, wants = before.at_ns, split.on_core_ns, split.wants_core_ns
        if start < row.lives[-1].start_ns:  # it took up its work in between: the part of the piece that lies in its life
            start = row.lives[-1].start_ns
            wall = sample.at_ns - start
            on, wants = on * wall // split.wall_ns, wants * wall // split.wall_ns
        cause, causes = _cause(timeline, row, sample, sample.at_ns - start - on - wants, causes)
        core = sample.core if on > 0 and sample.core is not None else NO_CORE
        log = row.pieces.appended(sample.at_ns, start, on, wants, core, cause)
        rows[row.name] = Row(row.name, row.slot, row.lives, log, row.marks, row.exact)
        pieces, length = pieces + 1, length + split.wall_ns
        waited.pop(row.name, None)
    return replace(
        timeline,
        rows=rows,
        tracks=tracks,
        waited=waited,
        causes=causes,
        sampled_pieces=timeline.sampled_pieces + pieces,
        sampled_ns=timeline.sampled_ns + length,
        now_ns=max(timeline.now_ns, batch.at_ns) if timeline.live else timeline.now_ns,
    )


def _living_on(rows: dict[str, Row], names: tuple[str, ...], at_ns: int) -> Row | None:
    """Whose time that was. A life that has ended has its end from its own account already."""
    for name in reversed(names):
        life = rows[name].lives[-1]
        if life.start_ns <= at_ns and life.end_ns is None:
            return rows[name]
    return None


def _cause(
    timeline: Timeline, row: Row, sample: TaskSample, blocked_ns: int, causes: Mapping[str, int]
) -> tuple[int, Mapping[str, int]]:
    """What a piece was blocked on, by its number, and the causes with it: what it has said to have waited for, or what it slept for
    at its end; where it did not sleep then, as the piece before."""
    number = 0
    waits = timeline.waited.get(row.name, {})
    if asleep(sample):
        cause = cause_of(sample, timeline.gil, timeline.waits_for.get(row.name))
    else:
        log, cause = row.pieces, UNKNOWN
        if log.dropped + len(log) > row.lives[-1].pieces:
            number = log.columns[PIECE_CAUSE][log.stop - 1]
    most = mostly(blocked_ns, waits, cause)
    if most == UNKNOWN:
        return number, causes
    if most not in causes and len(causes) < MOST_CAUSES:
        causes = {**causes, most: len(causes)}
    return causes.get(most, 0), causes


def _mark(kind: Mark, text: Callable[[Any], str]) -> Callable[[Timeline, Any], Timeline]:
    """A fold that only marks an event."""

    def fold(timeline: Timeline, event: Any) -> Timeline:
        return _marked(timeline, event.worker, [(event.at_ns, kind, _short(text(event)))])

    return fold


def _short(text: str) -> str:
    return harmless(text[:_MOST_TEXT])


def _marked(timeline: Timeline, worker: str | None, marks: list[tuple[int, Mark, str]]) -> Timeline:
    row = timeline.rows.get(timeline.carried.get(worker, worker)) if worker is not None else None
    log = timeline.run_marks if row is None else row.marks
    latest = log.columns[MARK_AT][log.stop - 1] if len(log) else 0
    marks = [(max(at_ns, latest), kind, text) for at_ns, kind, text in marks[-MOST_MARKS:]]  # an account comes after its stamp
    if row is None:
        return replace(timeline, run_marks=timeline.run_marks.extended(marks))
    return replace(timeline, rows={**timeline.rows, row.name: replace(row, marks=row.marks.extended(marks))})


def _output(timeline: Timeline, event: Output) -> Timeline:
    said: dict[str | None, list[Line]] = {}
    for line in event.lines:
        said.setdefault(line.worker, []).append(line)
    for worker, lines in said.items():
        timeline = _marked(timeline, worker, [(one.at_ns, Mark.LINE, _short(one.text)) for one in lines[-MOST_MARKS:]])
    return timeline


def _waiting(timeline: Timeline, event: Waiting) -> Timeline:
    timeline = replace(timeline, waits_for={**timeline.waits_for, event.worker: _short(event.lock)})
    return _marked(timeline, event.worker, [(event.at_ns, Mark.WAITING, _short(event.lock))])


def _acquired(timeline: Timeline, event: Acquired) -> Timeline:
    name, lock = event.worker, _short(event.lock)
    waits = {who: what for who, what in timeline.waits_for.items() if who != name}
    row, waited = timeline.rows.get(name), timeline.waited
    if row is not None and row.lives:
        log, born = row.pieces, row.lives[-1].start_ns
        since = max(event.at_ns - event.waited_ns, born, log.columns[PIECE_END][log.stop - 1] if len(log) else born)
        had, cause = waited.get(name, {}), lock_cause(lock)
        waited = {**waited, name: {**had, cause: had.get(cause, 0) + max(0, event.at_ns - since) + event.untold_ns}}
    return _marked(replace(timeline, waits_for=waits, waited=waited), event.worker, [(event.at_ns, Mark.ACQUIRED, lock)])


def _released(timeline: Timeline, event: Released) -> Timeline:
    """Given back, or given up: who waited for that lock in vain waits for it no more."""
    name, lock = event.worker, _short(event.lock)
    if timeline.waits_for.get(name) == lock:
        timeline = replace(timeline, waits_for={who: what for who, what in timeline.waits_for.items() if who != name})
    return _marked(timeline, event.worker, [(event.at_ns, Mark.RELEASED, lock)])


_FOLDS: dict[type, Callable[[Timeline, Any], Timeline]] = {
    RunStarted: _run_started,
    StepStarted: _step_started,
    Probed: _probed,
    StepFinished: _step_finished,
    RunFinished: _run_finished,
    WorkerStarted: _worker_started,
    WorkerFinished: _worker_finished,
    TaskFinished: _mark(Mark.TASK, lambda event: f"task {event.index + 1}"),
    Waiting: _waiting,
    Acquired: _acquired,
    Released: _released,
    Failed: _mark(Mark.FAILED, lambda event: event.reason),
    Output: _output,
    TaskBatch: _sampled,
    Sliced: fold_trace,
    MachineSample: _machine,
}


def fold_timeline(timeline: Timeline, item: Event | TaskBatch | MachineSample) -> Timeline:
    """The timeline after one more event or batch, or sample of the machine."""
    step = _FOLDS.get(type(item))
    changed = step(timeline, item) if step is not None else timeline
    if changed.now_ns >= item.at_ns or (not changed.live and not isinstance(item, RunFinished)):
        return changed  # after the run its clock stands still
    return replace(changed, now_ns=max(changed.now_ns, item.at_ns))
