"""One program is started several times, and what the kernel has made of it is looked at: a compiled one (cat), or a script.

Both wait for the end of their input. That they are ready is told by what they write, so nobody looks too early.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Any, Dict, List, Optional

import resident

_COMPILED = "cat"
_SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "instance.py")
_BINARY = b"\x7fELF"
"""How a file of machine code begins (elf(5))."""
MEGABYTE = 1024 * 1024


def missing(_arguments: Dict[str, Any]) -> Optional[str]:
    if not os.path.exists("/proc/self/smaps"):
        return "this system has no /proc to look at processes; Linux has"
    return None if shutil.which(_COMPILED) else "there is no command %s here; it comes with coreutils" % _COMPILED


def _start(kind: str) -> "subprocess.Popen[bytes]":
    command = [_COMPILED] if kind == "compiled" else [sys.executable, "-I", "-S", _SCRIPT, _COMPILED]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)


def _ready(process: "subprocess.Popen[bytes]", kind: str) -> int:
    """Wait until it has begun. Returns the pid of its child; 0: it has none."""
    assert process.stdin is not None
    assert process.stdout is not None
    if kind == "compiled":
        process.stdin.write(b"\n")
        process.stdout.readline()
        return 0
    return int(process.stdout.readline())


def _parent_of(pid: int) -> int:
    with open("/proc/%d/stat" % pid, "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[1])


def _look(process: "subprocess.Popen[bytes]", child: int) -> Dict[str, Any]:
    folder = "/proc/%d" % process.pid
    with open(folder + "/exe", "rb") as file:
        binary = file.read(len(_BINARY)) == _BINARY
    mapped = resident.files(process.pid)
    return {
        "pid": process.pid,
        "exe": os.readlink(folder + "/exe"),
        "binary": binary,
        "tasks": len(os.listdir(folder + "/task")),
        "children": int(child > 0 and _parent_of(child) == process.pid),
        "mapped": mapped.mapped if mapped else None,
        "resident": mapped.resident if mapped else None,
        "faults": resident.faults(process.pid),
    }


def prepare(_arguments: Dict[str, Any], _tools: Any) -> Dict[str, Any]:
    return {}


def task(state: Dict[str, Any], arguments: Dict[str, Any], _index: int) -> Dict[str, Any]:
    kind = arguments["kind"]
    processes = [_start(kind) for _ in range(arguments["size"])]
    try:
        seen = [_look(process, _ready(process, kind)) for process in processes]
    finally:
        for process in processes:
            process.communicate()
    first = seen[0]
    state.update(first)
    for one in seen:
        print("pid %d runs %s" % (one["pid"], one["exe"]))
    if first["mapped"]:
        sizes = tuple(first[name] / MEGABYTE for name in ("resident", "mapped"))
        print("%.1f of the %.1f MiB that it has mapped of files are in its memory" % sizes)
    own = shutil.which(_COMPILED) if kind == "compiled" else _SCRIPT
    return {
        "pids": [one["pid"] for one in seen],
        "exes": sorted({one["exe"] for one in seen}),
        "program": os.path.realpath(own or ""),
        "binary": all(one["binary"] for one in seen),
    }


def combine(results: List[Dict[str, Any]]) -> Dict[str, Any]:
    """``pids`` of all, the different ``exes`` that they run, the ``program`` asked for; whether ``exes`` are ``binary``."""
    return results[0] if results else {}


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """Of the first of them."""
    units = {"mapped": "bytes", "resident": "bytes", "faults": "faults", "tasks": "tasks", "children": "children"}
    return {name: (state[name], unit) for name, unit in units.items() if state.get(name) is not None}
