"""Append to a list that the parent made, and let the parent look afterwards."""

from __future__ import annotations

import os
from typing import Any, Dict, List


def prepare(_arguments: Dict[str, Any], _tools: Any) -> List[int]:
    return []


def task(state: List[int], arguments: Dict[str, Any], index: int) -> int:
    for _ in range(arguments["size"]):
        state.append(index)
    print(f"process {os.getpid()}: I added {arguments['size']} and see {len(state)} in the list")
    return int(arguments["size"])


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: List[int], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    print(f"process {os.getpid()}, the parent: I see {len(state)} in the list")
    return {"seen_by_parent": (len(state), "items")}
