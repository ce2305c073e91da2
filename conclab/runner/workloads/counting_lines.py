"""Counting the lines of real files. They are read once before, so that what is timed comes from the page cache: then it is
work for a core, whatever one may expect of files."""

from __future__ import annotations

import os
from typing import Any, Dict, List

MOST_FILES = 400
_BLOCK = 1024 * 1024


def prepare(arguments: Dict[str, Any], _tools: Any) -> List[str]:
    """The files: the one named, or those below the folder, in a fixed order and at most 400. Reads each once."""
    path = arguments["path"]
    if os.path.isfile(path):
        found = [path]
    else:
        found = []
        for folder, folders, files in os.walk(path):
            folders.sort()
            found += [os.path.join(folder, name) for name in sorted(files) if name.endswith((".py", ".txt", ".md", ".c", ".h"))]
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
    """Every task counts its part of the files, ``size`` times over."""
    mine = state[index :: arguments["parts"]]
    total = sum(lines_of(name) for _ in range(arguments["size"]) for name in mine)
    print(f"{total:,} lines in {len(mine)} files")
    return total


def combine(results: List[int]) -> int:
    return sum(results)
