"""The small drawings that explain claims: rows of text with marks for what a piece of it is.

Two kinds of rows. A *track* is ``name@cells``: time passes from left to right; a digit is the worker that runs there, ``w`` wants
a core, ``b`` is blocked, ``.`` is nobody or nothing, ``-`` waits for something else than a core or a lock (a timer, data). Every
other row is text, with ``<k:text>`` for a piece that is a worker's (k a digit), dim (``d``), important (``a``), good (``g``), bad
(``r``), wanted (``w``) or blocked (``b``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

WIDEST = 60
"""Cells: a drawing fits beside the frame of a terminal of 80 columns."""
_MARK = re.compile(r"<([0-9dagrwb]):([^>]*)>")
_NAME = 10


class Piece(NamedTuple):
    """A stretch of a row. ``kind``: "" plain, a digit a worker's, ``d a g r w b`` as above; ``cell``: it is a track's, one sign a
    moment, and ``text`` repeats the sign."""

    text: str
    kind: str = ""
    cell: bool = False


def pieces(row: str) -> Iterator[Piece]:
    """A row in its stretches."""
    if "@" in row:
        name, _, cells = row.partition("@")
        yield Piece(name.ljust(_NAME), "d")
        for sign, same in groupby(cells):
            yield Piece("".join(same), sign, cell=True)
        return
    at = 0
    for mark in _MARK.finditer(row):
        if mark.start() > at:
            yield Piece(row[at : mark.start()])
        yield Piece(mark[2], mark[1])
        at = mark.end()
    if at < len(row):
        yield Piece(row[at:])


def text_of(row: str) -> str:
    """A row as plain text: workers by their numbers."""
    return "".join(piece.text for piece in pieces(row))


DRAWINGS: dict[str, tuple[str, ...]] = {
    "cores": (
        "core 0@11111111111111111111111111111111",
        "core 1@22222222222222222222222222222222",
        "<d:          two workers, two cores: both run at every instant>",
    ),
    "one-core": (
        "core 0@11112222111122221111222211112222",
        "worker 1@1111wwww1111wwww1111wwww1111wwww",
        "worker 2@wwww2222wwww2222wwww2222wwww2222",
        "<d:          both are under way; one runs, one wants the core>",
    ),
    "run-queue": (
        "  <d:run queue>               <d:core>",
        "  <3:worker 3>  <2:worker 2>  →  <1:worker 1>  →  done, or waits",
        "     ↑                        │",
        "     └────── <w:preempted> ───────┘",
        "<d:whoever could run and has no core stands in the queue>",
    ),
    "address-spaces": (
        "  process 100                     process 101",
        "  ┌──────────────────────────┐    ┌────────────────┐",
        "  │ <1:thread 1>  ╲              │    │ <3:thread>  ╲      │",
        "  │             <a:one list>     │    │   <a:its own list> │",
        "  │ <2:thread 2>  ╱              │    │                │",
        "  └──────────────────────────┘    └────────────────┘",
        "<d:threads see the same memory; a process has its own>",
    ),
    "fork": (
        "  parent <1:100>  ──── fork ────→  parent <1:100>",
        "                  ╲",
        "                   ╰────────→  child  <2:101>",
        "<d:one call, two returns: the child begins as a copy>",
    ),
    "copy-on-write": (
        "  <d:at birth>             <d:after the child wrote to A>",
        "  <1:parent> ─┬─ page A    <1:parent> ─── page A",
        "  <2:child>  ─┘            <2:child>  ─── page A′   <a:copied now>",
        "  <1:parent> ─┬─ page B    <1:parent> ─┬─ page B",
        "  <2:child>  ─┘            <2:child>  ─┘          <d:still shared>",
    ),
    "gil": (
        "core 0@11111111........33333333........",
        "core 1@........22222222........44444444",
        "worker 1@11111111bbbbbbbbbbbbbbbbbbbbbbbb",
        "worker 2@bbbbbbbb22222222bbbbbbbbbbbbbbbb",
        "<d:          the lock hands one right to run around>",
    ),
    "green": (
        "  <d:user space>   <1:c1> <2:c2> <3:c3> <4:c4> <5:c5>  … 10,000 coroutines",
        "                 ╲  │  ╱",
        "               <a:event loop>   <d:continues one at a time>",
        "                    │",
        "  <d:kernel>       <a:one thread>",
        "<d:the kernel sees one task, whatever it carries>",
    ),
    "blocking": (
        "loop@1111222233334--------------------11112222",
        "<d:          time.sleep in 4: everyone waits>",
        "",
        "loop@1111222233331111222233331111222233331111",
        "thread@.............4--------------------......",
        "<d:          asyncio.to_thread: only the thread waits>",
    ),
    "lost-update": (
        "  <1:worker 1>   reads 5 ───────────────── writes 6",
        "  <2:worker 2>         reads 5 ── writes 6",
        "  <a:counter>    5                6             6   <r:one is lost>",
    ),
    "lock": (
        "worker 1@1111111111......1111111111",
        "worker 2@bbbbbbbbbb222222bbbbbbbbbb",
        "lock@11111111112222221111111111",
        "<d:          one at a time inside; the other is blocked>",
    ),
    "amdahl": (
        "1 worker@111111111111222222222222222222",
        "2 workers@111111111111222222222",
        "many@1111111111112",
        "<d:          1: cannot be split   2: can be. 1 is what remains>",
    ),
    "pool": (
        "small@--1--1--1--1--1--1",
        "large@--11111111111111--11111111111111",
        "<d:          · sent there and back, paid once a job>",
        "<d:          1 the work itself>",
    ),
    "pipe": (
        "  <1:thread>  ──── a reference ──────→ <2:thread>    <d:not copied>",
        "  <1:process> ─ bytes → <d:kernel> → bytes → <2:process>   <d:copied twice>",
        "  <1:process> ════ <a:shared memory> ═════ <2:process>   <d:not copied>",
    ),
    "tasks": (
        "                 memory   files    pid     tid",
        "  <1:thread>         <g:same>     <g:same>     <g:same>    <r:own>",
        "  <2:fork's child>   <r:own>*     <w:a copy>   <r:own>     <r:own>",
        "<d:to the kernel both are tasks: clone says what they share>",
        "<d:* the same pages until one of the two writes>",
    ),
    "overlap": (
        "<d:concurrent, one core>",
        "core 0@11221122112211221122",
        "<d:parallel, two cores>",
        "core 0@1111111111",
        "core 1@2222222222",
        "<d:          in both their lives overlap>",
    ),
    "slices": (
        "core 0@1112223331112223331112223331112223",
        "<d:          ├─┤ a few milliseconds each>",
        "<d:          from a distance all three seem to run>",
    ),
    "idle": (
        "spinner@111111111111111111111111111111",
        "half@22---22---22---22---22---22---",
        "reader@3-----------------------------3",
        "<d:          who waits for data or a timer takes no core>",
    ),
    "loading": (
        "  file on disk      process",
        "  ┌──────────┐      ┌──────────┐",
        "  │ page 1   │ ───→ │ page 1   │  <d:read when it is touched>",
        "  │ page 2   │      │    <d:·>     │",
        "  │ page 3   │ ───→ │ page 3   │",
        "  └──────────┘      └──────────┘",
        "<d:mapped at once, loaded page by page>",
    ),
    "languages": (
        "  <1:C, Rust, Go>  source → <a:machine code>   <d:before it runs>",
        "  <2:CPython>      source → <a:bytecode> → an interpreter runs it",
        "  <3:Node, PyPy>   source → bytecode → <a:machine code>",
    ),
    "responsive": (
        "worker@111111111111111111111111111111",
        "heartbeat@2....2....2....2....2....2....",
        "<d:          does it get its turn when it wants one?>",
    ),
    "hardware": (
        "  one core   <1:█>",
        "  cores      <1:█> <2:█> <3:█> <4:█>                 <d:one memory>",
        "  cluster    <1:█> <2:█> ── <d:network> ── <3:█> <4:█>    <d:a memory each>",
        "  GPU        <5:▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪>   <d:many small ones in step>",
    ),
}
"""By name, as claims call for them."""
