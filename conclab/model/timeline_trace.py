"""The exact trace of a repetition, taken over into the timeline: its slices stand where samples stood."""

from __future__ import annotations

from dataclasses import replace

from conclab.model.events import Sliced
from conclab.model.slice_index import SliceIndex
from conclab.model.text import harmless
from conclab.model.timeline import MOST_SLICES, Exact, Helper, Timeline, TraceAccount


def fold_trace(timeline: Timeline, event: Sliced) -> Timeline:
    """The exact slices of the repetition that has just ended take the place of what was sampled of it."""
    trace = event.trace
    if not timeline.steps:
        return timeline
    number = timeline.steps[-1].number
    indexes = {one.task: SliceIndex(one) for one in trace.tasks}
    rows, taken = dict(timeline.rows), set()
    for row in timeline.rows.values():
        found = []
        for life in row.lives:
            index = indexes.get(life.task) if life.repetition == number else None
            start, end = max(life.start_ns, trace.start_ns), min(life.end_ns or trace.end_ns, trace.end_ns)
            if index is not None and len(index.slices) and end > start:
                found.append(Exact(start, end, index, number))
                taken.add(life.task)
        if found:
            rows[row.name] = replace(row, exact=(*row.exact, *found))
    helpers = [
        Helper(harmless(one.name), Exact(trace.start_ns, trace.end_ns, indexes[one.task], number))
        for one in trace.tasks
        if len(one) and one.task not in taken
    ]
    count = sum(len(one) for one in trace.tasks)
    account = TraceAccount(number, trace.start_ns, trace.end_ns, count, trace.events, trace.lost, trace.gaps)
    return _trimmed(replace(timeline, rows=rows, helpers=(*timeline.helpers, *helpers), traces=(*timeline.traces, account)))


def _trimmed(timeline: Timeline) -> Timeline:
    """Without the oldest exact repetitions, when together they are too many slices; the last one is kept in any case."""
    kept, total = list(timeline.traces), sum(trace.slices for trace in timeline.traces)
    while len(kept) > 1 and total > MOST_SLICES:
        total -= kept.pop(0).slices
    if len(kept) == len(timeline.traces):
        return timeline
    first = kept[0].repetition
    rows = {
        name: replace(row, exact=tuple(one for one in row.exact if one.repetition >= first)) for name, row in timeline.rows.items()
    }
    return replace(
        timeline,
        rows=rows,
        helpers=tuple(one for one in timeline.helpers if one.exact.repetition >= first),
        traces=tuple(kept),
        traces_dropped=timeline.traces_dropped + len(timeline.traces) - len(kept),
    )
