"""Counting the lines of real files.

Warm: they are read once before, so that what is timed comes from the page cache: then it is work for a core, whatever one may
expect of files. Cold: before each reading the kernel is asked to forget the file (posix_fadvise(2), POSIX_FADV_DONTNEED, for which
it is enough to be allowed to read it), and whether it has is seen by a read that must not wait (RWF_NOWAIT, preadv2(2)).
"""

from __future__ import annotations

import itertools
import os
from typing import Any, Dict, List, NamedTuple, Optional

from registry import COUNTED_SUFFIXES, LARGEST_COUNTED, MOST_FOLDERS

MOST_FILES = 400
_BLOCK = 1024 * 1024


class State(NamedTuple):
    """The files, and for each task how many readings there were and how many of them came from the disk."""

    files: List[str]
    asked: List[Any]
    from_disk: List[Any]


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    """Not every system can be asked to forget a file, or whether it has."""
    if arguments.get("cache") == "cold" and not all(hasattr(os, name) for name in ("posix_fadvise", "preadv", "RWF_NOWAIT")):
        return "this Python or system cannot ask the kernel to forget a file; read files that are in memory instead"
    return None


def prepare(arguments: Dict[str, Any], tools: Any) -> State:
    """The files: the one named, or those below the folder, in a fixed order and at most 400. Reads each once."""
    path = arguments["path"]
    if os.path.isfile(path):
        found = [path]
    else:
        found = []
        for folder, folders, files in itertools.islice(os.walk(path), MOST_FOLDERS):
            folders.sort()
            named = [os.path.join(folder, name) for name in sorted(files) if name.endswith(COUNTED_SUFFIXES)]
            found += [name for name in named if os.path.isfile(name) and os.path.getsize(name) <= LARGEST_COUNTED]
            if len(found) >= MOST_FILES:
                break
    readable = []
    for name in found[:MOST_FILES]:
        try:
            with open(name, "rb") as file:
                while file.read(_BLOCK):
                    pass
        except OSError:
            continue
        readable.append(name)
    if not readable:
        raise RuntimeError(f"no file that can be read below {path}")
    parts = range(arguments["parts"])
    return State(readable, [tools.cell() for _ in parts], [tools.cell() for _ in parts])


def lines_of(name: str) -> int:
    with open(name, "rb") as file:
        return sum(1 for _line in file)


def _forget(name: str) -> bool:
    """Ask the kernel to drop the file from its cache; whether it has. Pages that somebody has mapped or not yet written stay."""
    descriptor = os.open(name, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)
    except BlockingIOError:
        return True
    except OSError:  # a file system that cannot be asked that
        return False
    finally:
        os.close(descriptor)
    return False


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """All files are read ``size`` times over, and every task does its part of these readings: one file is enough for many."""
    files = state.files
    readings = range(index, len(files) * arguments["size"], arguments["parts"])
    total = 0
    for reading in readings:
        name = files[reading % len(files)]
        if arguments.get("cache") == "cold":
            state.asked[index].value += 1
            state.from_disk[index].value += _forget(name)
        total += lines_of(name)
    print(f"{total:,} lines in {len(readings)} readings of a file")
    return total


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``from_disk``: the share of the readings for which the file was not in memory, where that was asked for."""
    asked, from_disk = (sum(cell.value for cell in cells) for cells in (state.asked, state.from_disk))
    return {"from_disk": (from_disk / asked, "of the readings")} if asked else {}
