"""Pages of the kernel's ring buffer becoming events, by the kernel's own description of both: pure, no file is read here.

A page (a *sub-buffer*) is what one read of ``per_cpu/cpuN/trace_pipe_raw`` gives: a stamp, the number of bytes that follow, and
events one after the other (Documentation/trace/ring-buffer-design.rst, include/linux/ring_buffer.h). Where the fields lie is told
by ``events/header_page`` and ``events/*/*/format``. An event begins with a word whose low 5 bits are its type or its length in
words and whose high 27 bits are the nanoseconds since the event before it; what does not fit into them stands before it as a time
extension. Everything is aligned to 4 bytes, so a page is taken as a list of words.

This is the byte order of nearly every machine, little-endian; on others exact mode is not offered.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

SWITCH, WAKING, WAKEUP, NEW, BORN, GAP_BEGIN, GAP_END, RUNTIME = range(8)
"""Kinds of events, by the kernel's names: sched_switch, sched_waking, sched_wakeup, sched_wakeup_new, task_newtask; the ends of a
stretch of one core of which events were lost; and sched_stat_runtime."""

Event = tuple[int, int, int, int, int, int]
"""(nanoseconds, core, kind, and three figures): SWITCH: who is switched away, its state, who comes. WAKING and NEW: who is woken
up, by whom (0: an interrupt), 0. WAKEUP: who is runnable, 0, 0. BORN: the new task, its parent, the flags of clone(2). GAP_BEGIN:
0, 0, 0. GAP_END: how many events were lost (-1: some), 0, 0. RUNTIME: who runs, nanoseconds since it was switched in or told last,
0; it need not run on the core that tells."""

SOURCES = {
    SWITCH: "sched/sched_switch",
    WAKING: "sched/sched_waking",
    WAKEUP: "sched/sched_wakeup",
    NEW: "sched/sched_wakeup_new",
    BORN: "task/task_newtask",
}
"""Where the events and their descriptions lie below ``events/``."""
RUNTIME_SOURCE = "sched/sched_stat_runtime"
"""The same of what is asked for only where switches are not reported (``trace_slices``)."""

_FIELD = re.compile(r"field:[^;]*?(\w+)(?:\[[^]]*])?;\s*offset:(\d+);\s*size:(\d+);")
_STATE = re.compile(r"\{\s*(0x[0-9a-fA-F]+|\d+)\s*,\s*\"(\w)\"\s*\}")
_MISSED, _MISSED_STORED = 1 << 31, 1 << 30  # RB_MISSED_EVENTS and RB_MISSED_STORED, high bits of the number of bytes
_COMMIT = (1 << 30) - 1
_TYPE, _DELTA_BITS = 31, 27
_PADDING, _TIME_EXTEND = 29, 30
_STAMP_HIGH = 0xF8 << 56
"""A whole stamp has 59 bits; the others are those of the stamp before."""
_IN_INTERRUPT = (0x08 | 0x10 | 0x40) << 16
"""common_flags: in a hard interrupt, a soft one, or an NMI (Documentation/trace/ftrace.rst, "hardirq/softirq")."""
_BATCH = 64
"""Pages that are put in order at once."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie, in words of 4 bytes from the beginning of an event's data, but for those in bytes of a page."""

    commit_at: int
    data_at: int
    kinds: Mapping[int, int]
    """The kernel's number of an event to its kind."""
    prev_pid: int
    prev_state: int
    next_pid: int
    prev_comm: int
    comm_bytes: int
    woken: int
    """The task in sched_waking, sched_wakeup and sched_wakeup_new: they are alike."""
    born: int
    clone_flags: int
    states: tuple[tuple[int, str], ...]
    """Bits of a state and its character, as the kernel prints them."""
    runs: int = 0
    runtime: int = 0
    """Of RUNTIME, which a kernel may lack: the task, and the lower half of its nanoseconds."""


def _fields(text: str) -> dict[str, tuple[int, int]]:
    return {name: (int(offset), int(size)) for name, offset, size in _FIELD.findall(text)}


def layout_of(header_page: str, formats: Mapping[int, str]) -> Layout:
    """From the kernel's descriptions, by kind of event as in ``SOURCES``. Raises ValueError when they are not as expected."""
    page = _fields(header_page)
    fields = {kind: _fields(text) for kind, text in formats.items()}

    def word(kind: int, name: str) -> int:
        offset, size = fields[kind][name]
        if offset % 4 or size < 4:
            raise ValueError(f"{SOURCES.get(kind, RUNTIME_SOURCE)}: {name} lies where it is not expected")
        return offset // 4

    try:
        numbers = {kind: int(re.findall(r"^ID:\s*(\d+)", text, re.MULTILINE)[0]) for kind, text in formats.items()}
        woken = {word(kind, "pid") for kind in (WAKING, WAKEUP, NEW)}
        if len(woken) != 1 or word(SWITCH, "common_pid") != 1 or fields[SWITCH]["common_flags"] != (2, 1):
            raise ValueError("the kernel describes its events in a way that is not known here")
        return Layout(
            commit_at=page["commit"][0],
            data_at=page["data"][0],
            kinds={number: kind for kind, number in numbers.items()},
            prev_pid=word(SWITCH, "prev_pid"),
            prev_state=word(SWITCH, "prev_state"),
            next_pid=word(SWITCH, "next_pid"),
            prev_comm=word(SWITCH, "prev_comm"),
            comm_bytes=fields[SWITCH]["prev_comm"][1],
            woken=woken.pop(),
            born=word(BORN, "pid"),
            clone_flags=word(BORN, "clone_flags"),
            states=tuple((int(bits, 0), letter) for bits, letter in _STATE.findall(formats[SWITCH])),
            runs=word(RUNTIME, "pid") if RUNTIME in formats else 0,
            runtime=word(RUNTIME, "runtime") if RUNTIME in formats else 0,
        )
    except (KeyError, IndexError) as error:
        raise ValueError(f"the kernel's description of an event lacks {error}") from None


def used_bytes(page: bytes | memoryview, layout: Layout) -> int:
    """How much of a page as it was read holds anything: behind it is nothing."""
    return min(len(page), layout.data_at + (_commit(page, layout) & _COMMIT) + 8)


def stamp_of(page: bytes) -> int:
    """Nanoseconds before which nothing in this page has happened."""
    return int.from_bytes(page[:8], "little")


def lost_before(page: bytes, layout: Layout) -> int:
    """Events of its core that were lost between the page before and this one; -1: some, their number is not told."""
    commit = _commit(page, layout)
    if not commit & _MISSED:
        return 0
    if not commit & _MISSED_STORED:
        return -1
    end = layout.data_at + (commit & _COMMIT)
    return int.from_bytes(page[end : end + 8], "little") if len(page) >= end + 8 else -1


def _commit(page: bytes | memoryview, layout: Layout) -> int:
    return int.from_bytes(page[layout.commit_at : layout.commit_at + 4], "little")


def decode(page: bytes, core: int, layout: Layout, names: dict[int, str], into: list[Event]) -> int:
    """Append the page's events, and note the last name of every task in it. Returns the stamp of the last event.

    Raises ValueError or IndexError when the page is not what it says.
    """
    size = _commit(page, layout) & _COMMIT
    data = page[layout.data_at : layout.data_at + size]
    if len(data) < size or size % 4:
        raise ValueError("a page of the trace is cut off")
    words = memoryview(data).cast("I").tolist()
    now = stamp_of(page)
    kinds, woken, append = layout.kinds, layout.woken, into.append
    prev_pid, prev_state, next_pid = layout.prev_pid, layout.prev_state, layout.next_pid
    named: dict[int, int] = {}
    at, end = 0, len(words)
    while at < end:
        head = words[at]
        size = head & _TYPE
        if 0 < size < _PADDING:
            body = at + 1
            at = body + size
        elif size == 0:
            body = at + 2
            at = body - 1 + (words[at + 1] + 3 >> 2)  # the length is counted from its own word
        elif size == _PADDING:
            if not head >> 5:
                break  # the rest of the page is empty
            now += head >> 5
            at += 1 + (words[at + 1] + 3 >> 2)
            continue
        else:
            stretch = (words[at + 1] << _DELTA_BITS) + (head >> 5)
            now = now + stretch if size == _TIME_EXTEND else now & _STAMP_HIGH | stretch
            at += 2
            continue
        now += head >> 5
        common = words[body]
        kind = kinds.get(common & 0xFFFF)
        if kind == SWITCH:
            pid = words[body + prev_pid]
            named[pid] = body
            append((now, core, SWITCH, pid, words[body + prev_state], words[body + next_pid]))
        elif kind == WAKEUP:
            append((now, core, WAKEUP, words[body + woken], 0, 0))
        elif kind == BORN:
            append((now, core, BORN, words[body + layout.born], words[body + 1], words[body + layout.clone_flags]))
        elif kind == RUNTIME:
            runtime = words[body + layout.runtime] | words[body + layout.runtime + 1] << 32
            append((now, core, RUNTIME, words[body + layout.runs], runtime, 0))
        elif kind is not None:
            append((now, core, kind, words[body + woken], 0 if common & _IN_INTERRUPT else words[body + 1], 0))
    for pid, body in named.items():
        name_at = 4 * (body + layout.prev_comm)
        names[pid] = data[name_at : name_at + layout.comm_bytes].partition(b"\0")[0].decode(errors="replace")
    return now


def in_order(pages: Sequence[tuple[int, bytes]], layout: Layout, names: dict[int, str], start_ns: int) -> Iterator[list[Event]]:
    """All events of all cores in the order of time, in batches. ``pages``: (core, page), those of one core in their order.

    Where events of a core were lost a GAP_BEGIN stands at the last event before and a GAP_END at the first one after; before the
    first event of a core nothing can be known since ``start_ns``. Only a batch is held at a time. Raises ValueError or IndexError.
    """
    following: dict[int, bytes] = {}
    gap_follows: dict[int, bool] = {}
    for number in reversed(range(len(pages))):
        core, page = pages[number]
        gap_follows[number] = core in following and lost_before(following[core], layout) != 0
        following[core] = page
    # By now each core's first page is in there.
    held: list[Event] = [(start_ns, core, GAP_BEGIN, 0, 0, 0) for core, page in following.items() if lost_before(page, layout)]
    order = sorted(range(len(pages)), key=lambda number: stamp_of(pages[number][1]))
    for first in range(0, len(order), _BATCH):
        for number in order[first : first + _BATCH]:
            core, page = pages[number]
            lost, before = lost_before(page, layout), len(held)
            last = decode(page, core, layout, names, held)
            if lost:
                held.insert(before, (held[before][0] if len(held) > before else last, core, GAP_END, lost, 0, 0))
            if gap_follows[number]:
                held.append((last, core, GAP_BEGIN, 0, 0, 0))
        held.sort(key=itemgetter(0))  # stable: events of one core with one stamp stay in their order
        if first + _BATCH < len(order):
            horizon = stamp_of(pages[order[first + _BATCH]][1])  # whatever is still to come is not older
            ripe = bisect_left(held, horizon, key=itemgetter(0))
            yield held[:ripe]
            del held[:ripe]
    yield held
