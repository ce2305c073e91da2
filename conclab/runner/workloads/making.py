"""A fresh Python makes one new task, and strace(1) writes down by which system call.

It is traced alone and not what it makes, so no two lines ever mix.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import Any, Dict, List, Optional

PROGRAMS = {
    "thread": "import _thread as t; lock = t.allocate_lock(); lock.acquire(); t.start_new_thread(lock.release, ()); lock.acquire()",
    "fork": "import os; pid = os.fork(); os.waitpid(pid, 0) if pid else os._exit(0)",
    "program": "import subprocess, sys; subprocess.run([sys.executable, '-I', '-S', '-c', ''], check=True)",
}
_CALLS = "?clone,?clone3,?fork,?vfork"
"""Whatever of these this kind of processor has."""
_MADE = re.compile(r"^(?P<call>clone3?|v?fork)\((?P<what>.*) = [1-9][0-9]*$", re.MULTILINE)
_FLAGS = re.compile(r"flags=([A-Z0-9_|x]+)")
_PATIENCE_S = 20.0


def missing(_arguments: Dict[str, Any]) -> Optional[str]:
    if not sys.platform.startswith("linux"):
        return "system calls are followed by strace, which is for Linux"
    if shutil.which("strace") is None:
        return "strace is not here; install the package strace"
    asked = _strace([sys.executable, "-I", "-S", "-c", ""])
    if asked.returncode != 0:
        said = asked.stderr.strip().splitlines() or ["it failed"]
        return "strace may not follow a process here (%s); it takes the permission to use ptrace" % said[-1]
    return None


def _strace(command: List[str]) -> "subprocess.CompletedProcess[str]":
    options = ["-qq", "-e", "trace=" + _CALLS, "-e", "signal=none"]
    null = subprocess.DEVNULL
    return subprocess.run(
        ["strace", *options, *command], stdin=null, stdout=null, stderr=subprocess.PIPE, text=True, timeout=_PATIENCE_S
    )


def call_in(text: str) -> Optional[List[str]]:
    """The call that made something, and its flags; None: there is none. One that the kernel refused is followed by another."""
    found = list(_MADE.finditer(text))
    if not found:
        return None
    flags = _FLAGS.search(found[-1]["what"])
    return [found[-1]["call"], *(flags[1].split("|") if flags else [])]


def task(_state: Any, arguments: Dict[str, Any], _index: int) -> List[str]:
    traced = _strace([sys.executable, "-I", "-S", "-c", PROGRAMS[arguments["kind"]]])
    call = call_in(traced.stderr)
    if traced.returncode != 0 or call is None:
        raise RuntimeError("strace did not see how it was made: %s" % traced.stderr.strip()[-200:])
    print("%s: %s" % (arguments["kind"], " ".join(call)))
    return call


def combine(results: List[List[str]]) -> List[str]:
    """The call and its flags."""
    return results[0] if results else []
