"""What workers of one process share: a lock and a counter, both plain objects in the memory that they have in common."""

from __future__ import annotations

import threading
from typing import Any


class Cell:
    """A number that everyone who holds the cell can read and write."""

    def __init__(self) -> None:
        self.value = 0


class Tools:
    """For executors whose workers live in one process."""

    def lock(self) -> Any:
        return threading.Lock()

    def cell(self) -> Any:
        return Cell()
