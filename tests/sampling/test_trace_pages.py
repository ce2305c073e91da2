"""Pages of the kernel's ring buffer: a real trace against what the kernel printed of it; pages made by hand for what is rare."""

from __future__ import annotations

import struct

import pytest

from conclab.sampling.trace_pages import (
    BORN,
    GAP_BEGIN,
    GAP_END,
    NEW,
    RUNTIME,
    SOURCES,
    SWITCH,
    WAKEUP,
    WAKING,
    Event,
    decode,
    in_order,
    layout_of,
    lost_before,
    stamp_of,
    used_bytes,
)
from tests.sampling.canned_trace import FORMATS, HEADER, PAGES, PRINTED, ROOT

LAYOUT = layout_of(HEADER, FORMATS)
NUMBERS = {kind: number for number, kind in LAYOUT.kinds.items()}


def everything(pages: list[tuple[int, bytes]], start_ns: int = 0) -> list[Event]:
    return [event for batch in in_order(pages, LAYOUT, {}, start_ns) for event in batch]


def printed(event: Event) -> str:
    """An event as in PRINTED, flags of interrupts left out."""
    now, core, kind, first, second, third = event
    head = f"{(now + 500) // 1_000 / 1e6:.6f} {core} {SOURCES[kind].rpartition('/')[2]} {first}"
    if kind == SWITCH:
        letter = next((letter for bits, letter in LAYOUT.states if second & bits), "R+" if second else "R")
        return f"{head} {letter} {third}"
    if kind == BORN:
        return f"{head} by {second} {third:x}"
    return head if kind == WAKEUP else f"{head} by {second}"


def expected(line: str) -> str:
    words = line.split(" ")
    if words[2] == "sched_wakeup":
        return " ".join(words[:4])
    if words[2] in ("sched_waking", "sched_wakeup_new"):
        return " ".join([*words[:5], "0" if words[6] in "hsHz" else words[5]])
    return line


def test_a_real_trace_is_what_the_kernel_printed_of_it() -> None:
    assert [printed(event) for event in everything(PAGES)] == [expected(line) for line in PRINTED.splitlines()]


def test_the_last_names_are_noted() -> None:
    names: dict[int, str] = {}
    for core, page in PAGES:
        decode(page, core, LAYOUT, names, [])
    assert names[ROOT] == "python"
    assert len(names) > 3


def event(delta: int, kind: int, *fields: tuple[int, int], size: int = 64, pid: int = 5, flags: int = 0) -> bytes:
    """An event with words at given places; its length in the head, or beside it when it is long."""
    data = bytearray(size)
    struct.pack_into("<HBBi", data, 0, NUMBERS[kind], flags, 0, pid)
    for word, value in fields:
        struct.pack_into("<I", data, 4 * word, value)
    head = struct.pack("<I", delta << 5 | size // 4) if size <= 112 else struct.pack("<II", delta << 5, size + 4)
    return head + bytes(data)


def switch(delta: int, first: int, state: int, second: int, size: int = 64) -> bytes:
    return event(delta, SWITCH, (LAYOUT.prev_pid, first), (LAYOUT.prev_state, state), (LAYOUT.next_pid, second), size=size)


def woken(delta: int, kind: int, tid: int, by: int, flags: int = 0) -> bytes:
    return event(delta, kind, (LAYOUT.woken, tid), size=40, pid=by, flags=flags)


def page(stamp: int, *events: bytes, lost: int | None = None) -> bytes:
    """``lost``: events before this page; 0: some, and nothing tells how many."""
    data = b"".join(events)
    flags = 0 if lost is None else 1 << 31 | (1 << 30 if lost else 0)
    return struct.pack("<QQ", stamp, len(data) | flags) + data + (struct.pack("<Q", lost) if lost else b"")


def decoded(one: bytes) -> list[tuple[int, int]]:
    found: list[Event] = []
    decode(one, 0, LAYOUT, {}, found)
    return [(now, first) for now, _core, _kind, first, _second, _third in found]


def test_long_stretches_whole_stamps_padding_and_long_events() -> None:
    extension = struct.pack("<II", 7 << 5 | 30, 3)  # 3 << 27 and 7 nanoseconds
    assert decoded(page(100, switch(1, 1, 0, 2), extension, switch(1, 2, 0, 3))) == [(101, 1), (109 + (3 << 27), 2)]
    high = 0x1234 << 59 & (1 << 64) - 1
    whole = struct.pack("<II", 9 << 5 | 31, 2)
    assert decoded(page(high + 5, whole, switch(1, 1, 0, 2))) == [(high + (2 << 27) + 10, 1)]
    discarded = struct.pack("<III", 4 << 5 | 29, 8, 0)
    assert decoded(page(0, discarded, switch(1, 1, 0, 2), struct.pack("<I", 29), b"\xff" * 8)) == [(5, 1)]
    assert decoded(page(0, switch(1, 1, 0, 2, size=256), switch(1, 2, 0, 3))) == [(1, 1), (2, 2)]


def test_events_of_other_kinds_are_passed_over() -> None:
    stranger = struct.pack("<IHBBi", 2 << 5 | 2, max(NUMBERS.values()) + 1, 0, 0, 5)
    assert decoded(page(0, stranger, switch(1, 1, 0, 2))) == [(3, 1)]


def test_in_an_interrupt_nobody_is_the_waker() -> None:
    found: list[Event] = []
    decode(page(0, *(woken(1, WAKING, 7, 99, flags) for flags in (0, 0x04, 0x08, 0x10, 0x40))), 0, LAYOUT, {}, found)
    assert [by for *_, by, _ in found] == [99, 99, 0, 0, 0]
    decode(page(0, woken(1, NEW, 7, 99)), 0, LAYOUT, {}, found)
    assert found[-1][4] == 99


def test_a_page_that_is_cut_off_is_refused() -> None:
    with pytest.raises((ValueError, IndexError)):
        decoded(page(0, switch(1, 1, 0, 2))[:-4])
    with pytest.raises((ValueError, IndexError)):
        decoded(page(0, switch(1, 1, 0, 2))[:-3])


def test_events_of_all_cores_come_in_the_order_of_time_whatever_the_batch() -> None:
    quiet = [(1, page(5, switch(0, 1, 0, 2), switch(90_000, 2, 0, 1)))]
    busy = [(0, page(10 + 100 * number, *(switch(1, 1, 0, 2) for _ in range(50)))) for number in range(300)]
    found = everything(quiet + busy)
    assert len(found) == 2 + 300 * 50
    assert found == sorted(found, key=lambda one: one[0])
    assert [one[1] for one in found[-2:]] == [0, 1]


def test_lost_events_are_told_with_their_place_and_number() -> None:
    pages = [(0, page(100, switch(5, 1, 0, 2))), (0, page(300, switch(7, 3, 0, 4), lost=41)), (1, page(200, switch(0, 8, 0, 9)))]
    found = everything(pages)
    assert [(now, core, kind) for now, core, kind, *_ in found] == [
        (105, 0, SWITCH),
        (105, 0, GAP_BEGIN),
        (200, 1, SWITCH),
        (307, 0, GAP_END),
        (307, 0, SWITCH),
    ]
    assert found[3][3] == 41
    assert lost_before(page(1, lost=0), LAYOUT) == -1
    assert lost_before(page(1), LAYOUT) == 0
    first = everything([(0, page(300, switch(7, 3, 0, 4), lost=0))], start_ns=50)
    assert [(now, kind, count) for now, _core, kind, count, *_ in first] == [
        (50, GAP_BEGIN, 0),
        (307, GAP_END, -1),
        (307, SWITCH, 3),
    ]


def test_how_long_somebody_has_run_is_read_where_the_kernel_tells_it() -> None:
    text = "ID: 363\nfield:__data_loc char[] comm;\toffset:8;\tsize:4;\nfield:pid_t pid;\toffset:12;\tsize:4;\n"
    layout = layout_of(HEADER, {**FORMATS, RUNTIME: text + "field:u64 runtime;\toffset:16;\tsize:8;\n"})
    data = struct.pack("<IHBBiIiQ", 7 << 5 | 6, 363, 0, 0, 5, 0, 77, 5_000_000_000)
    found: list[Event] = []
    decode(page(300, data), 1, layout, {}, found)
    assert found == [(307, 1, RUNTIME, 77, 5_000_000_000, 0)]
    decode(page(300, data), 1, LAYOUT, {}, found)
    assert len(found) == 1  # an event that was not asked for


def test_what_a_page_uses_of_its_room_is_kept() -> None:
    one = page(100, switch(5, 1, 0, 2), lost=3)
    assert used_bytes(one + bytes(4_000), LAYOUT) == len(one)
    assert stamp_of(one) == 100


def test_an_unknown_description_is_refused() -> None:
    with pytest.raises(ValueError, match="prev_pid"):
        layout_of(HEADER, {**FORMATS, SWITCH: FORMATS[SWITCH].replace("prev_pid", "before")})
    with pytest.raises(ValueError, match="where it is not expected"):
        layout_of(HEADER, {**FORMATS, SWITCH: FORMATS[SWITCH].replace("next_pid;\toffset:56", "next_pid;\toffset:57")})
    with pytest.raises(ValueError, match="not known here"):
        layout_of(HEADER, {**FORMATS, NEW: FORMATS[NEW].replace("pid_t pid;\toffset:24", "pid_t pid;\toffset:28")})
