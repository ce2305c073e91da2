"""Readers and one writer share a book: any number may read at once, and the writer needs it alone.

The readers' lock of Courtois, Heymans and Parnas (Concurrent control with "readers" and "writers", CACM 14, 1971): the first
reader takes the book and the last one gives it back, so as long as readers overlap, a writer never gets it. The cure is a
turnstile: whoever comes goes through it, and a waiting writer stands in it, so that readers who come later queue up behind.

The book is announced as held by the reader who took it, also when that one has left and others still read: it is the lock that
has one holder, not the reading.
"""

from __future__ import annotations

import time
from typing import Any, Dict, List

from together import cells, milliseconds, primitives

NOT_ON = {
    "sequential": "there is nobody else who reads",
    "asyncio": "its readers would sleep with the event loop, one after another",
}
AWAY_SHARE = 0.15
"""A reader is away from the book for this part of the time that it reads."""


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    state: Dict[str, Any] = cells(tools, "turns longest", arguments["workers"])
    state["book"], state["guard"], state["reading"] = tools.lock("book"), tools.lock(), tools.cell()
    state["turnstile"] = tools.lock("turnstile") if arguments["turnstile"] else None
    state["start"] = primitives(arguments["executor"]).Barrier(arguments["workers"])
    return state


def _begin_reading(state: Dict[str, Any]) -> None:
    if state["turnstile"] is not None:
        with state["turnstile"]:
            pass
    with state["guard"]:
        state["reading"].value += 1
        if state["reading"].value == 1:
            state["book"].acquire()


def _end_reading(state: Dict[str, Any]) -> None:
    with state["guard"]:
        state["reading"].value -= 1
        if state["reading"].value == 0:
            state["book"].release()


def _begin_writing(state: Dict[str, Any]) -> None:
    if state["turnstile"] is not None:
        state["turnstile"].acquire()
    state["book"].acquire()


def _end_writing(state: Dict[str, Any]) -> None:
    state["book"].release()
    if state["turnstile"] is not None:
        state["turnstile"].release()


def task(state: Dict[str, Any], arguments: Dict[str, Any], index: int) -> int:
    read_s, writes = arguments["read"] / 1000, index == 0
    begin, end = (_begin_writing, _end_writing) if writes else (_begin_reading, _end_reading)
    turns = longest = 0
    state["start"].wait()
    if writes:
        time.sleep(read_s / 2)  # the readers are there already
    else:
        # They come one after another, so that some have only begun when others end.
        time.sleep(read_s * (index - 1) / (arguments["workers"] - 1) / 2)
    stop = time.monotonic_ns() + arguments["size"] * 1_000_000
    while time.monotonic_ns() < stop:
        asked = time.monotonic_ns()
        begin(state)
        longest = max(longest, time.monotonic_ns() - asked)
        time.sleep(read_s)
        end(state)
        turns += 1
        time.sleep(read_s * AWAY_SHARE)
    state["turns"][index].value, state["longest"][index].value = turns, longest
    print(f"I {'wrote' if writes else 'read'} {turns:,} times; the longest wait was {milliseconds(longest)}")
    return turns


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    turns, longest = [[int(cell.value) for cell in state[name]] for name in ("turns", "longest")]
    return {
        "writer_turns": (turns[0], "turns"),
        "reader_turns": (sum(turns[1:]) / len(turns[1:]), "turns"),
        "writer_wait_ns": (longest[0], "ns"),
        "reader_wait_ns": (max(longest[1:]), "ns"),
    }
