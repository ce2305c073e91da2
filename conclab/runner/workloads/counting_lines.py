"""Counting the lines of real files. They are read once before, so that what is timed comes from the page cache: then it is
work for a core, whatever one may expect of files."""

from __future__ import annotations

import itertools
import os
from typing import Any, Dict, List

from registry import COUNTED_SUFFIXES, LARGEST_COUNTED, MOST_FOLDERS

MOST_FILES = 400
_BLOCK = 1024 * 1024


def prepare(arguments: Dict[str, Any], _tools: Any) -> List[str]:
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
    return readable


def lines_of(name: str) -> int:
    with open(name, "rb") as file:
        return sum(1 for _line in file)


def task(state: List[str], arguments: Dict[str, Any], index: int) -> int:
    """All files are read ``size`` times over, and every task does its part of these readings: one file is enough for many."""
    readings = range(index, len(state) * arguments["size"], arguments["parts"])
    total = sum(lines_of(state[reading % len(state)]) for reading in readings)
    print(f"{total:,} lines in {len(readings)} readings of a file")
    return total


def combine(results: List[int]) -> int:
    return sum(results)
