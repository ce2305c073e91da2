"""What workers of one process share: a lock and a counter, both plain objects in the memory that they have in common."""

from __future__ import annotations

import threading
from typing import Any

from locks import Books, NamedAsyncLock, NamedLock


class Cell:
    """A number that everyone who holds the cell can read and write."""

    def __init__(self) -> None:
        self.value = 0


class Tools:
    """For executors whose workers live in one process."""

    def lock(self, name: str = "") -> Any:
        """A lock; with a name it announces who waits for it and who has it."""
        return NamedLock(name, threading.Lock(), Books()) if name else threading.Lock()

    def cell(self) -> Any:
        return Cell()


class AsyncTools(Tools):
    """For coroutines: a lock with a name is one that they can wait for without stopping their event loop."""

    def lock(self, name: str = "") -> Any:
        return NamedAsyncLock(name) if name else threading.Lock()
