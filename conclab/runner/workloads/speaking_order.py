"""Start a handful of processes again and again, and note the order in which each handful says its numbers.

Each process writes its number, one byte, into a pipe that all of a handful share, as processes share a terminal: the order of the
bytes is the order in which they spoke. The forkserver is started before.
"""

from __future__ import annotations

import multiprocessing
import os
from typing import Any, Dict, List


def say(number: int, channel: Any) -> None:
    """What each process does."""
    os.write(channel.fileno(), bytes([number]))


def _handful(context: Any, count: int) -> List[int]:
    """The numbers in the order in which they were said."""
    reading, writing = context.Pipe(duplex=False)
    processes = [context.Process(target=say, args=(number, writing)) for number in range(1, count + 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    said = os.read(reading.fileno(), count)
    reading.close()
    writing.close()
    return list(said)


def prepare(arguments: Dict[str, Any], _tools: Any) -> Dict[str, int]:
    if arguments["method"] == "forkserver":
        _handful(multiprocessing.get_context("forkserver"), 1)
    return {}


def task(state: Dict[str, int], arguments: Dict[str, Any], _index: int) -> int:
    """How many handfuls spoke in the order in which they were started."""
    context = multiprocessing.get_context(arguments["method"])
    in_order = 0
    for _ in range(arguments["size"]):
        said = _handful(context, arguments["handful"])
        in_order += said == sorted(said)
        print(" ".join(map(str, said)))
    state.update(in_order=in_order, handfuls=arguments["size"])
    return in_order


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, int], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {"in_order": (state["in_order"], "times"), "handfuls": (state["handfuls"], "times")}
