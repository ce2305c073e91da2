"""An echo server as the first worker, and workers that keep cores busy beside it; a caller of its own process times it.

Task 0 echoes what the caller sends until the caller has enough; every other task adds numbers until then. On threads all of them
share an interpreter, and a GIL where there is one; on fork each has its own.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from typing import Any, Dict, List, NamedTuple

import latencies
from spinning import spin

_ELSEWHERE = "the caller's socket is handed on by fork only"
_AT_ONCE = "the echo and what keeps the cores busy have to live at the same time"
NOT_ON = {"sequential": _AT_ONCE, "asyncio": _AT_ONCE, "spawn": _ELSEWHERE, "forkserver": _ELSEWHERE}


class State(NamedTuple):
    """What the workers share."""

    caller: "subprocess.Popen[bytes]"
    server: socket.socket
    busy_read: int
    busy_write: int
    """A pipe on which each of the others says that it has begun."""
    stop: Any


def prepare(arguments: Dict[str, Any], tools: Any) -> State:
    """Start the caller, which waits until it is told to begin; set the switch interval, which forked processes inherit."""
    setting = getattr(sys, "setswitchinterval", None)
    if setting is not None:
        setting(arguments["interval_us"] / 1e6)
    server, client = socket.socketpair()
    program = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "caller.py")
    words = (client.fileno(), arguments["size"], arguments["pause_us"], random.Random(arguments["seed"]).getrandbits(31))
    command = [sys.executable, "-I", program, *map(str, words)]
    caller = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, pass_fds=[client.fileno()])
    client.close()
    assert caller.stdout is not None
    if caller.stdout.read(1) != b"!":
        raise RuntimeError("the caller did not start")
    return State(caller, server, *os.pipe(), tools.cell())


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How many calls were answered, or how many batches were added."""
    if index:
        os.write(state.busy_write, b"!")
        return spin(state.stop, arguments["size"] / 1000)
    answered = 0
    try:
        for _ in range(arguments["spinners"]):
            os.read(state.busy_read, 1)
        state.server.send(b"!")
        while True:
            heard = state.server.recv(1)
            if not heard:
                break
            state.server.send(heard)
            answered += 1
    except ConnectionError:  # it took its last answer and left
        pass
    finally:
        state.stop.value = 1
    print(f"answered {answered:,} calls")
    return answered


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """The latencies that the caller saw, from sending to having the answer."""
    state.server.close()
    said, _ = state.caller.communicate()
    took = json.loads(said)
    for line in latencies.histogram(took):
        print(line)
    return dict(latencies.measures(took), calls=(len(took), "calls"))
