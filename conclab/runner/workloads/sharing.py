"""A new task (a thread, or a forked process) changes one thing after the other, and its maker looks whether it has changed too."""

from __future__ import annotations

import os
import tempfile
import threading
from typing import Any, Dict, List

_ANEW = "such a process begins anew: it gets what it is given, and not what its maker has"
_NO_TASK = "nothing new is made"
NOT_ON = {"spawn": _ANEW, "forkserver": _ANEW, "sequential": _NO_TASK, "asyncio": _NO_TASK}
_UNKNOWN = -1


def prepare(_arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    file, path = tempfile.mkstemp()
    os.unlink(path)
    folder = os.getcwd()
    return {
        "list": [],
        "file": file,
        "folder": folder,
        "elsewhere": "/" if folder != "/" else os.path.dirname(__file__),
        "pid": os.getpid(),
        "tid": threading.get_native_id(),
        "their_pid": tools.cell(),
        "their_tid": tools.cell(),
        "opened": tools.cell(),
        "is_task": tools.cell(),
    }


def _is_task() -> int:
    """Whether the kernel keeps an account of the calling thread under its own number; -1 where there is no /proc."""
    if not os.path.exists("/proc/self/task"):
        return _UNKNOWN
    return int(os.path.exists("/proc/%d/stat" % threading.get_native_id()))


def task(state: Dict[str, Any], arguments: Dict[str, Any], index: int) -> int:
    state["their_pid"].value, state["their_tid"].value = os.getpid(), threading.get_native_id()
    state["is_task"].value = _is_task()
    state["list"].append(index)
    os.lseek(state["file"], arguments["size"], os.SEEK_SET)
    os.chdir(state["elsewhere"])
    state["opened"].value = os.open(os.devnull, os.O_RDONLY)
    print(f"pid {os.getpid()}, tid {threading.get_native_id()}: I have appended, sought, opened a file and gone to another folder")
    return 1


def combine(results: List[int]) -> int:
    return sum(results)


def _is_open(number: int) -> bool:
    """Whether the descriptor is the null device here too: another file may have the number."""
    try:
        return os.path.samestat(os.fstat(number), os.stat(os.devnull))
    except OSError:
        return False


def conclude(state: Dict[str, Any], arguments: Dict[str, Any]) -> Dict[str, Any]:
    """1: the maker has it too; 0: it has not."""
    shared = {
        "memory": bool(state["list"]),
        "descriptors": _is_open(state["opened"].value),
        "position": os.lseek(state["file"], 0, os.SEEK_CUR) == arguments["size"],
        "folder": os.getcwd() != state["folder"],
        "pid": state["their_pid"].value == state["pid"],
        "tid": state["their_tid"].value == state["tid"],
    }
    both = ", ".join(name for name, seen in shared.items() if seen) or "nothing"
    print(f"pid {state['pid']}, the maker: both of us have one {both}")
    os.chdir(state["folder"])
    found = {name: (int(seen), "") for name, seen in shared.items()}
    if state["is_task"].value != _UNKNOWN:
        found["is_task"] = (state["is_task"].value, "")
    return found
