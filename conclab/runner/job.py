"""The spec, read: which work, in which shares, by whom.

The spec is one JSON object on standard input:

``executor``, ``workload``
    Names from ``registry``; a workload with a slash in it is the path of a Python file with the workload interface.
``arguments``
    Handed to the workload: its ``size`` and what else it takes.
``workers``, ``tasks``
    How many workers share how many equal tasks: task ``i`` goes to worker ``i % workers``, so shares differ by one at most.
``seed``
    A number that differs between repetitions and is the same when a run is repeated; the workload gets it as an argument.
``core``
    The one core to pin everything to, or null.
``check_only``
    Whether to do nothing but find out if all of this is possible here.

A workload is a module with::

    def task(state, arguments, index) -> result          # one piece of work
    def combine(results) -> result                       # one result from many; the order of its input must not matter
    def prepare(arguments, tools) -> state               # optional, untimed: what all workers get; ``tools.lock(name="")`` and
                                                         # ``tools.cell()`` make what they can share (``executors``)
    async def task_async(state, arguments, index)        # optional: the same work without blocking an event loop
    def conclude(state, arguments) -> {name: (value, unit)}   # optional, untimed: what can be seen afterwards
    NOT_ON = {"executor": "why it cannot carry this work"}    # optional
    def missing(arguments) -> str | None                 # optional: what it takes and is not here (a module, a command, a
                                                         # permission), and how to get it, as one sentence; asked once,
                                                         # before anything is timed

What cannot be known before is told by raising ``Refused`` in ``prepare``; the run then ends with that sentence. An arm that is
optional is left out, where an executor, ``NOT_ON`` or ``missing`` says no.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from typing import Any, Dict, List, Optional

from registry import EXECUTORS, WORKLOADS


class Refused(Exception):
    """The spec cannot be carried out here. The message is one sentence for the user."""


class Job:
    """One arm, once. Built anew from its spec in every worker process, so that nothing but JSON has to be pickled."""

    def __init__(self, spec: Dict[str, Any]) -> None:
        self.spec = spec
        self.executor: str = spec["executor"]
        self.arguments: Dict[str, Any] = dict(spec["arguments"], seed=spec["seed"])
        self.workers: int = spec["workers"]
        self.tasks: int = spec["tasks"]
        self.core: Optional[int] = spec.get("core")
        self.work = _load_workload(spec["workload"])
        why = getattr(self.work, "NOT_ON", {}).get(self.executor)
        if why:
            raise Refused("%s cannot run on %s: %s" % (spec["workload"], EXECUTORS[self.executor].label, why))

    def check(self) -> None:
        """Raises Refused when something that the work takes is not here."""
        missing = getattr(self.work, "missing", None)
        why = missing(self.arguments) if missing else None
        if why:
            raise Refused(why)

    def share(self, number: int) -> List[int]:
        """The indexes of the tasks of worker ``number`` (0 is the first)."""
        return list(range(number, self.tasks, self.workers))

    def prepare(self, tools: Any) -> Any:
        prepare = getattr(self.work, "prepare", None)
        return prepare(self.arguments, tools) if prepare else None

    def combine(self, results: List[Any]) -> Any:
        return self.work.combine(results)

    def conclude(self, state: Any) -> Dict[str, Any]:
        conclude = getattr(self.work, "conclude", None)
        return conclude(state, self.arguments) if conclude else {}


def worker_name(number: int) -> str:
    """w1 is worker number 0."""
    return "w%d" % (number + 1)


def read_spec() -> Dict[str, Any]:
    """The spec from standard input. Raises Refused when it is not one."""
    try:
        spec = json.load(sys.stdin)
        if spec["executor"] not in EXECUTORS:
            raise Refused("there is no executor %r" % spec["executor"])
        return dict(spec)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("the spec on standard input is not usable: %r" % error) from None


def load_executor(name: str) -> Any:
    """The module of an executor. Raises Refused when this interpreter or system lacks what it needs."""
    try:
        module = importlib.import_module("executors." + EXECUTORS[name].module)
    except ImportError as error:
        raise Refused("%s needs a module that this Python lacks: %s" % (EXECUTORS[name].label, error)) from None
    why = module.missing(name)
    if why:
        raise Refused("%s is not possible here: %s" % (EXECUTORS[name].label, why))
    return module


def _load_workload(name: str) -> Any:
    if "/" not in name:
        if name not in WORKLOADS:
            raise Refused("there is no workload %r" % name)
        return importlib.import_module("workloads." + WORKLOADS[name].module)
    spec = importlib.util.spec_from_file_location("workload_from_file", name)
    if spec is None or spec.loader is None:
        raise Refused("%s is not a Python file" % name)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except OSError as error:
        raise Refused("the workload %s cannot be read: %s" % (name, error.strerror)) from None
    return module
