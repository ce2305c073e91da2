"""A parent with much memory forks, and the child looks at every step how much of it has become its own.

The steps: right after its birth; after a full collection of garbage, which marks every object that it looks at; after all was read;
after something was written into every page. The ballast is one long run of bytes, or many small objects: whoever reads an object
under CPython counts a reference to it and so writes (``objects``), and ``gc.freeze`` keeps the collector away (``frozen``).
"""

from __future__ import annotations

import gc
import os
from typing import Any, Dict, List, Optional, Union

import resident
from together import cells

_NO_CHILD = "there has to be a child that begins with its parent's memory"
_ANEW = "such a child begins without its parent's memory"
NOT_ON = {"sequential": _NO_CHILD, "threads": _NO_CHILD, "asyncio": _NO_CHILD, "spawn": _ANEW, "forkserver": _ANEW}
STEPS = ("birth", "collected", "read", "written")
MEGABYTE = 1024 * 1024
OBJECT_BYTES = 128
"""About what a list with one number takes, and its place in the list of them all. What is there in fact is measured."""
PAGE = os.sysconf("SC_PAGE_SIZE")
_UNKNOWN = -1

Ballast = Union[bytearray, List[List[int]]]


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    if arguments["kind"] == "frozen" and not hasattr(gc, "freeze"):
        return "this Python has no gc.freeze; CPython has it"
    return None


def _make(kind: str, size: int) -> Ballast:
    if kind == "bytes":
        return bytearray(b"\1") * size
    return [[number] for number in range(size // OBJECT_BYTES)]


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    state: Dict[str, Any] = cells(tools, "rss pss private", len(STEPS))
    gc.disable()  # it is to run when we say so and not before
    before = resident.memory()
    state["ballast"] = _make(arguments["kind"], arguments["size"] * MEGABYTE)
    gc.collect()
    if arguments["kind"] == "frozen":
        gc.freeze()
    after = resident.memory()
    state["made"] = max(0, after.rss - before.rss) if before and after else _UNKNOWN
    return state


def _note(state: Dict[str, Any], step: str) -> None:
    found = resident.memory()
    index = STEPS.index(step)
    for name in ("rss", "pss", "private"):
        state[name][index].value = getattr(found, name) if found else _UNKNOWN


def _read(ballast: Ballast) -> int:
    if isinstance(ballast, bytearray):
        return sum(ballast[::PAGE])
    total = 0
    for one in ballast:
        total += one[0]
    return total


def _write(ballast: Ballast) -> None:
    if isinstance(ballast, bytearray):
        ballast[::PAGE] = bytes(len(range(0, len(ballast), PAGE)))
        return
    for one in ballast:
        one[0] = 0


def task(state: Dict[str, Any], arguments: Dict[str, Any], _index: int) -> int:
    ballast = state["ballast"]
    _note(state, "birth")
    gc.collect()
    _note(state, "collected")
    _read(ballast)
    _note(state, "read")
    _write(ballast)
    _note(state, "written")
    for index, step in enumerate(STEPS):
        private, rss = state["private"][index].value, state["rss"][index].value
        if rss >= 0:
            print("%s: %.1f of %.1f MiB are mine alone" % (step, private / MEGABYTE, rss / MEGABYTE))
    return int(arguments["size"])


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``made_bytes`` is what the parent has grown by; ``birth_private_bytes`` and so on are the child's."""
    found = {"made_bytes": state["made"]}
    for index, step in enumerate(STEPS):
        for name in ("rss", "pss", "private"):
            found["%s_%s_bytes" % (step, name)] = state[name][index].value
    return {name: (value, "bytes") for name, value in found.items() if value >= 0}
