"""One worker writes, another looks: an ordinary object, memory that both inherited, or memory that both found by its name."""

from __future__ import annotations

import mmap
from typing import Any, Dict, List, NamedTuple, Optional

from together import primitives

_TWO = "it takes two workers at once"
NOT_ON = {"sequential": _TWO, "asyncio": _TWO}
OBJECT, INHERITED, NAMED = "object", "mmap", "shared_memory"


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    if arguments["way"] == NAMED:
        try:
            from multiprocessing import shared_memory  # noqa: F401
        except ImportError:
            return "this Python lacks multiprocessing.shared_memory; CPython has it on all systems with POSIX shared memory"
    return None


class State(NamedTuple):
    """``place`` is what both were given; ``name`` a number that says under which name there is more."""

    place: Any
    name: Any
    meeting: Any
    seen: Any


def prepare(arguments: Dict[str, Any], tools: Any) -> State:
    size = arguments["size"]
    place: Any = None
    if arguments["way"] == OBJECT:
        place = bytearray(size)
    elif arguments["way"] == INHERITED:
        place = mmap.mmap(-1, size)
    return State(place, tools.cell(), primitives(arguments["executor"]).Barrier(2), tools.cell())


def _name_of(number: int) -> str:
    return "conclab-%d" % number


def _make(state: State, size: int, seed: int) -> Any:
    """A segment under a name of its own; whose name is taken (by somebody who was killed) tries the next one."""
    from multiprocessing import shared_memory

    number = seed + 1
    while True:
        try:
            segment = shared_memory.SharedMemory(_name_of(number), create=True, size=size)
        except FileExistsError:
            number += 1
            continue
        state.name.value = number
        return segment


def _find(name: str) -> Any:
    from multiprocessing import shared_memory

    return shared_memory.SharedMemory(name)


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """The first one looks, the second one writes. The name is taken away as soon as both have found it: nothing stays behind."""
    size, named = arguments["size"], arguments["way"] == NAMED
    first = index == 0
    segment: Any = None
    if named and first:
        segment = _make(state, size, arguments["seed"])
    state.meeting.wait()
    if named and not first:
        segment = _find(_name_of(state.name.value))
    place = segment.buf if named else state.place
    state.meeting.wait()
    if named and first:
        segment.unlink()
    if not first:
        place[:size] = b"!" * size
    state.meeting.wait()
    count = bytes(place[:size]).count(b"!")
    if first:
        state.seen.value = count
        print("the other one has written; I see %s of %s bytes" % (format(count, ","), format(size, ",")))
    else:
        print("I have written %s bytes" % format(size, ","))
    if named:
        del place
        segment.close()
    return count


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {"seen": (state.seen.value, "bytes")}
