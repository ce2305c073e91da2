"""Compile the loop that counts primes as Python does whenever it loads a program, and look at what comes of it."""

from __future__ import annotations

import inspect
import time
from typing import Any, Dict, List

from workloads import primes


def prepare(_arguments: Dict[str, Any], _tools: Any) -> Dict[str, Any]:
    return {"source": inspect.getsource(primes.count_below)}


def task(state: Dict[str, Any], arguments: Dict[str, Any], _index: int) -> int:
    """How many bytes of bytecode the loop became; compiled as often as ``size`` says, each time anew."""
    began = time.perf_counter_ns()
    for _ in range(arguments["size"]):
        module = compile(state["source"], "<the loop>", "exec")
    state["compile_ns"] = (time.perf_counter_ns() - began) // arguments["size"]
    # From 3.14 on there is a second one beside it, for its annotations (PEP 649).
    (code,) = (one for one in module.co_consts if getattr(one, "co_name", "") == primes.count_below.__name__)
    size = state["bytes"] = len(code.co_code)
    print(f"{len(state['source'])} bytes of Python became {size} bytes of bytecode")
    return size


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {"bytecode_bytes": (state["bytes"], "bytes"), "compile_ns": (state["compile_ns"], "ns")}
