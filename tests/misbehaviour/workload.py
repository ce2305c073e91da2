"""A workload that does what experiments must not: loaded by its path, as a user's own file would be."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any


def task(_state: Any, arguments: dict[str, Any], index: int) -> int:
    getattr(Deeds, arguments["deed"])()
    return index


def combine(results: list[int]) -> int:
    return sum(results)


class Deeds:
    """What ``deed`` may name."""

    @staticmethod
    def nothing() -> None:
        pass

    @staticmethod
    def raising() -> None:
        raise ValueError("this worker\ndoes not feel \x1b[31mlike it")

    @staticmethod
    def segfault() -> None:
        ctypes.string_at(0)

    @staticmethod
    def leaving() -> None:
        os._exit(7)

    @staticmethod
    def exiting() -> None:
        sys.exit("enough")

    @staticmethod
    def suicide() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @staticmethod
    def hanging() -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("I hang")
        while True:
            time.sleep(60)

    @staticmethod
    def flooding() -> None:
        for number in range(100_000):
            print(f"line {number}")

    @staticmethod
    def flooding_raw() -> None:
        for number in range(10_000):
            os.write(1, b"raw line %d\n" % number * 10)

    @staticmethod
    def endless_line() -> None:
        for _ in range(200):
            sys.stdout.write("x" * 10_000)

    @staticmethod
    def hostile() -> None:
        print("\x1b]0;owned\x07[red]title[/red] \x9b31m \u202egnp.exe")
        os.write(2, b"raw \x1b[2J\xff\xfe bytes\r\n")

    @staticmethod
    def garbage() -> None:
        with open(os.environ["CONCLAB_EVENTS"], "wb", buffering=0) as wire:
            wire.write(b"not json\n")
            wire.write(b'{"event": "worker_finished"}\n')
            wire.write(b'{"event": ["x"], "at": 1}\n')
            wire.write(b'{"event": "worker_started", "at": 1, "worker": 5, "pid": "x", "tid": null}\n')
            wire.write(b"[" * 3_000 + b"\n")
            wire.write(b"no newline " * 300)
            wire.write(b"\n")

    @staticmethod
    def daemons() -> None:
        """Leaves a process behind that has made itself independent: new session, parent gone."""
        subprocess.Popen(
            [sys.executable, "-c", "import os, time; os.fork() and os._exit(0); os.setsid(); time.sleep(600)"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).wait()
