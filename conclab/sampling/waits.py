"""What sleeping tasks sleep in, and which of them sleep as one waits for a GIL.

Read are ``/proc/PID/task/TID/syscall`` (number and arguments of the system call; proc_pid_syscall(5), which asks for the right to
trace the task, as a parent has for its children) or else ``wchan`` (the kernel's function; proc_pid_wchan(5)).

Why a futex wait can be told to be one for the GIL: CPython's ``take_gil`` waits on a pthread condition with a time limit (the
switch interval, 5 ms), and PyPy's does so, too. glibc's condition has two futex words side by side, for two groups of waiters that
take turns; so waits *with a limit on both words of such a pair* are a condition that is signalled again and again.
``threading.Lock`` and all that is built on it (Condition, Event, Queue, RLock) wait on one word: a semaphore, also when
they have a time limit. Behind the condition lie the mutex and the second condition of the same GIL, which are waited for seldom
(CPython 3.13) or mostly (PyPy, whose threads queue up for one place in front of it): they count as the GIL, too. A timed wait with
others queueing at a plain mutex right behind it is therefore as telling as waits on both words, and comes sooner under PyPy.

Verified with small programs on glibc 2.36, x86-64, with CPython 3.11, 3.13, 3.14, 3.15, 3.13t and PyPy 7.3: threads that compute,
and threads that sleep beside one that computes, are seen as crowded (3.13t: never); contended locks, locks with a time limit,
queues, conditions and events with one, and sleeping are not. With musl, whose conditions wait on words of their own, nothing is.

A word pair has to be seen a few times before it is known. Where it lies in the static data of its program or library is the same
in the next process, which is therefore known at once.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import ClassVar

from conclab.sampling import proc_text, syscalls, task_text
from conclab.sampling.files import Budget, KeptFile, read

_FUTEX = "futex"
_COMMAND, _FUTEX_WAIT = 0x7F, 0
"""futex(2): glibc's mutex waits by FUTEX_WAIT, its semaphores and conditions by FUTEX_WAIT_BITSET."""
_PAIR = 8
"""Bytes of both words of a condition together, which are aligned to that."""
_REST = 96
"""So many bytes from the pair on belong to the same GIL: the rest of its mutex and its second condition."""
_MOST_PAIRS = 256
_MOST_PLACES = 64


@dataclass(slots=True)
class _Process:
    """What was seen of one process."""

    halves: dict[int, int] = field(default_factory=dict)
    """Word pair to which of its words were waited for with a limit: 1 the first, 2 the second."""
    mutexes: set[int] = field(default_factory=set)
    found: list[int] = field(default_factory=list)
    """The pairs that are conditions at which threads crowd."""
    maps: bytes | None = None
    """Its memory map; None: it was not needed yet."""


class Crowds:
    """The conditions at which threads of each process crowd."""

    _known: ClassVar[set[tuple[str, int]]] = set()
    """Where such pairs lie: program or library, and offset in it; shared by all that are ever watched."""

    def __init__(self) -> None:
        self._processes: dict[int, _Process] = {}

    def is_crowded(self, pid: int, address: int, operation: int, limited: bool) -> bool:
        """Whether a thread that waits in a futex at this address waits in a crowd.

        ``operation``: the second argument of futex(2); ``limited``: it waits with a time limit.
        """
        process = self._processes.setdefault(pid, _Process())
        if any(0 <= address - pair < _REST for pair in process.found):
            return True
        if limited:
            return self._belongs(pid, process, address)
        if operation & _COMMAND == _FUTEX_WAIT and len(process.mutexes) < _MOST_PAIRS:
            process.mutexes.add(address)
        return False

    def forget_others(self, pids: Set[int]) -> None:
        """Keep what is known of these processes alone. Thousands may come and go in a run, and their numbers come again."""
        for pid in self._processes.keys() - pids:
            del self._processes[pid]

    def _belongs(self, pid: int, process: _Process, address: int) -> bool:
        pair = address & ~(_PAIR - 1)
        if process.maps is None:
            process.maps = read(f"/proc/{pid}/maps") or b""
        place = proc_text.static_place(process.maps, pair)
        if place not in self._known:
            halves = process.halves
            if len(halves) >= _MOST_PAIRS:
                halves.clear()
            halves[pair] = halves.get(pair, 0) | (1 if address == pair else 2)
            if halves[pair] != 3 and not any(0 < mutex - pair < _REST for mutex in process.mutexes):
                return False
            if place is not None and len(self._known) < _MOST_PLACES:
                self._known.add(place)
        process.found.append(pair)
        return True


class KeptWait:
    """What one task sleeps in, asked again and again. To be closed."""

    __slots__ = ("_crowds", "_pid", "_syscall", "_wchan")

    def __init__(self, pid: int, tid: int, budget: Budget, crowds: Crowds) -> None:
        self._pid = pid
        self._crowds = crowds
        self._syscall: KeptFile | None = KeptFile(f"/proc/{pid}/task/{tid}/syscall", budget)
        self._wchan = KeptFile(f"/proc/{pid}/task/{tid}/wchan", budget)

    def read(self) -> tuple[str, bool]:
        """(system call or kernel function, whether it waits in a crowd). Blank: it runs by now, or that may not be known."""
        text = self._syscall.read() if self._syscall is not None else None
        if text is None:
            self._may_not_ask()
        else:
            call = proc_text.system_call(text)
            if call is not None:
                number, arguments = call
                name = syscalls.name(number)
                return name, name == _FUTEX and self._crowds.is_crowded(self._pid, arguments[0], arguments[1], arguments[3] != 0)
            if not text.startswith(b"-1"):
                return "", False
        function = task_text.waits_in(self._wchan.read() or b"") or ""
        return syscalls.call_of(function) or function, False

    def _may_not_ask(self) -> None:
        if self._syscall is not None:
            self._syscall.close()
            self._syscall = None

    def close(self) -> None:
        self._may_not_ask()
        self._wchan.close()
