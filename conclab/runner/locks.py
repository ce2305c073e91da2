"""Locks with a name: whoever watches is told who waits for one, and who has it.

Such a lock announces on the wire ``waiting`` when a worker finds it taken (with the holder's name), ``acquired`` when that worker
has it, and ``released``. Taking a lock that is free is announced only if others wait for it: who holds a lock stands in the lock
itself, and whoever finds it taken says so. All of it is *offered*, and only ``STORIES_PER_S`` times a second by each worker: a
lock that is fought for a hundred thousand times a second must not spend its time on telling. What is not told is a wait like any
other, and its length rides along with the next one that is told, or with the worker's account of its life.

Who calls is known from ``prints.worker``; whoever is no worker takes and gives back in silence.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar, Dict, Optional

import prints
from tap import Tap
from wire import Wire

BURST_STORIES = 25
STORIES_PER_S = 50
"""A story is a wait with its end, three events of about 10 µs each; one of them falls into the time in which the lock is held."""
_SLOTS = 256
_MOST_UNTOLD = 5
_LONGEST_NAME = 32
"""Characters: an event has to fit the wire, whatever JSON makes of them."""


class _Teller:
    """This process's end of the wire, and how much may still be told."""

    wire: Optional[Wire] = None
    taps: ClassVar[Dict[str, Tap]] = {}
    """A worker that has not been heard for long must not be drowned by the others, so each has its own."""
    untold: ClassVar[Dict[str, Dict[str, int]]] = {}
    """Worker to lock to nanoseconds that it waited since it last told of that."""


def install(wire: Wire) -> None:
    """Announce on this wire from now on, in this process."""
    _Teller.wire = wire


def _begin(kind: str, worker: str, **fields: Any) -> bool:
    """Begin a story; whether it was told."""
    wire = _Teller.wire
    tap = _Teller.taps.get(worker)
    if tap is None:
        tap = _Teller.taps[worker] = Tap(BURST_STORIES, STORIES_PER_S)
    return wire is not None and tap.take() and wire.offer(kind, worker=worker, **fields)


def untold_of(worker: str) -> Dict[str, int]:
    """Lock to nanoseconds that this worker has waited without saying: the longest ones, and once only."""
    found = sorted(_Teller.untold.pop(worker, {}).items(), key=lambda item: -item[1])
    return dict(found[:_MOST_UNTOLD])


def _go_on(kind: str, **fields: Any) -> None:
    if _Teller.wire is not None:
        _Teller.wire.follow_up(kind, **fields)


class Books:
    """Who has a lock and who waits for it, for threads and coroutines. Only who holds the lock writes ``holder``."""

    def __init__(self) -> None:
        self.holder: Optional[str] = None
        self._waiting: Dict[str, None] = {}

    def waits(self, worker: str) -> None:
        self._waiting[worker] = None

    def waits_no_more(self, worker: str) -> None:
        self._waiting.pop(worker, None)

    def anyone_waits(self) -> bool:
        return bool(self._waiting)


class SharedBooks:
    """The same in memory that processes share. Each writes the holder only while it is that, and else its own slot alone."""

    def __init__(self, context: Any) -> None:
        self._holder = context.RawValue("q", 0)
        self._waiting = context.RawArray("c", _SLOTS)

    @property
    def holder(self) -> Optional[str]:
        number = self._holder.value
        return "w%d" % number if number else None

    @holder.setter
    def holder(self, worker: Optional[str]) -> None:
        self._holder.value = int(worker[1:]) if worker else 0

    def waits(self, worker: str) -> None:
        self._waiting[int(worker[1:]) % _SLOTS] = b"\1"

    def waits_no_more(self, worker: str) -> None:
        self._waiting[int(worker[1:]) % _SLOTS] = b"\0"

    def anyone_waits(self) -> bool:
        return b"\1" in self._waiting.raw


class _Story:
    """What is told of one lock, whoever waits for it and however."""

    def __init__(self, name: str, books: Any) -> None:
        self.name = name[:_LONGEST_NAME]
        self._books = books
        self._told = False
        """Whether it was told that the lock is held by whom it is."""

    def _found_taken(self, worker: Optional[str]) -> bool:
        """Tell that a worker waits from now on; whether that was told."""
        if worker is None or not _begin("waiting", worker=worker, lock=self.name, holder=self._books.holder):
            return False
        self._books.waits(worker)
        return True

    def _got(self, worker: Optional[str], waited_ns: int, told: bool) -> None:
        """The calling worker has the lock. ``told``: it was told that it waits."""
        books = self._books
        books.holder = worker
        if told:
            books.waits_no_more(worker)
            untold_ns = _Teller.untold.get(worker, {}).pop(self.name, 0)  # type: ignore[arg-type]
            _go_on("acquired", worker=worker, lock=self.name, waited_ns=waited_ns, untold_ns=untold_ns)
            self._told = True
            return
        if waited_ns and worker is not None:
            untold = _Teller.untold.setdefault(worker, {})
            untold[self.name] = untold.get(self.name, 0) + waited_ns
        self._told = worker is not None and books.anyone_waits() and _begin("acquired", worker=worker, lock=self.name, waited_ns=0)

    def _gave_up(self, worker: Optional[str], told: bool) -> None:
        if told:
            self._books.waits_no_more(worker)
            _go_on("released", worker=worker, lock=self.name)

    def _leave(self) -> Optional[str]:
        """To be called while the lock is still held; the name in which its release is to be told afterwards, or None."""
        books = self._books
        holder: Optional[str] = books.holder
        tell = holder is not None and (self._told or books.anyone_waits())
        books.holder = None
        return holder if tell else None


class NamedLock(_Story):
    """A lock for threads or processes around a bare one: with ``with``, or with ``acquire`` and ``release``.

    Anybody may release it (a watchdog that resolves a deadlock): what is told is that its holder gave it back.
    """

    def __init__(self, name: str, lock: Any, books: Any) -> None:
        super().__init__(name, books)
        self._lock = lock

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Whether it was had; as ``threading.Lock.acquire``, ``timeout`` in seconds."""
        worker = prints.worker.get()
        if self._lock.acquire(False):
            self._got(worker, 0, False)
            return True
        if not blocking:
            return False
        told = self._found_taken(worker)
        began = time.monotonic_ns()
        had = self._lock.acquire() if timeout < 0 else self._lock.acquire(True, timeout)
        if had:
            self._got(worker, time.monotonic_ns() - began, told)
        else:
            self._gave_up(worker, told)
        return bool(had)

    def release(self) -> None:
        worker = self._leave()
        self._lock.release()
        if worker is not None:
            _go_on("released", worker=worker, lock=self.name)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()


class NamedAsyncLock(_Story):
    """A lock for coroutines: with ``async with``, or with ``await acquire()`` and ``release``.

    A plain ``with`` is refused: it would stop the event loop with all its coroutines, the one that holds the lock included.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, Books())
        self._made: Any = None

    @property
    def _lock(self) -> Any:
        import asyncio  # costs the start of every other executor 50 ms

        # Before 3.10 a lock belongs to the event loop that there is when it is made, and now that is not yet the executor's.
        if self._made is None:
            self._made = asyncio.Lock()
        return self._made

    async def acquire(self) -> bool:
        worker = prints.worker.get()
        began = time.monotonic_ns()
        told = (self._lock.locked() or self._books.anyone_waits()) and self._found_taken(worker)
        try:
            await self._lock.acquire()
        except BaseException:  # cancelled: it waits no longer
            self._gave_up(worker, told)
            raise
        self._got(worker, time.monotonic_ns() - began if told else 0, told)
        return True

    def release(self) -> None:
        worker = self._leave()
        self._lock.release()
        if worker is not None:
            _go_on("released", worker=worker, lock=self.name)

    async def __aenter__(self) -> bool:
        return await self.acquire()

    async def __aexit__(self, *_error: object) -> None:
        self.release()

    def __enter__(self) -> None:
        raise TypeError("the lock %r is for coroutines: take it with 'async with'" % self.name)

    def __exit__(self, *_error: object) -> None:
        """Never reached; Python asks for it before it calls ``__enter__``."""
