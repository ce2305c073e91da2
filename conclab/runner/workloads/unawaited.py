"""A main program that starts workers and comes to its end without waiting for them: which of them get to say their last word?

The program is one of its own, in a fresh interpreter, because what is looked at is how an interpreter ends. Its workers say that
they have started, go on for a while, and say that they have finished; its main thread waits until all have started, and not longer.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any, Dict, List

_BY_KIND = {
    "thread": ("threading", "threading.Thread(target=work, args=(number, there))", "threading.Semaphore(0)"),
    "daemon thread": ("threading", "threading.Thread(target=work, args=(number, there), daemon=True)", "threading.Semaphore(0)"),
    "process": ("multiprocessing", "fork.Process(target=work, args=(number, there))", "fork.Semaphore(0)"),
    "daemon process": ("multiprocessing", "fork.Process(target=work, args=(number, there), daemon=True)", "fork.Semaphore(0)"),
}
KINDS = tuple(_BY_KIND)
_PROGRAM = """
import {module}, os, time
{context}

def work(number, there):
    os.write(1, b"worker %d started\\n" % (number + 1))
    there.release()
    time.sleep({pause_s})
    os.write(1, b"worker %d finished\\n" % (number + 1))

there = {semaphore}
workers = []
for number in range({several}):
    workers.append({made})
    workers[-1].start()
for _ in workers:
    there.acquire()
os.write(1, b"main ends\\n")
"""
_PATIENCE_S = 30.0


def program_of(arguments: Dict[str, Any]) -> str:
    """The source of the program that does not wait."""
    module, made, semaphore = _BY_KIND[arguments["kind"]]
    return _PROGRAM.format(
        module=module,
        context='fork = multiprocessing.get_context("fork")' if module == "multiprocessing" else "",
        made=made,
        semaphore=semaphore,
        several=arguments["several"],
        pause_s=arguments["size"] / 1000,
    )


def prepare(_arguments: Dict[str, Any], _tools: Any) -> Dict[str, int]:
    return {}


def task(state: Dict[str, int], arguments: Dict[str, Any], _index: int) -> int:
    """How many had finished when the program was over with everything that it had started."""
    command = [sys.executable, "-I", "-c", program_of(arguments)]
    # The pipe ends when the last who holds it ends: a worker that outlived the program would be heard too.
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=_PATIENCE_S).stdout.decode()
    print(said, end="")
    state.update(started=said.count("started"), finished=said.count("finished"))
    return state["finished"]


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, int], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {name: (state[name], "workers") for name in ("started", "finished")}
