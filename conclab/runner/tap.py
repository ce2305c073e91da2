"""A token bucket: how many of something may pass at once, and how many a second after that."""

from __future__ import annotations

import time


class Tap:
    """For one process. Threads that take at the same moment may take one too many between them, which harms nobody."""

    def __init__(self, burst: int, per_s: int) -> None:
        self._burst = float(burst)
        self._per_s = per_s
        self._tokens = float(burst)
        self._filled_at = time.monotonic()

    def take(self) -> bool:
        """Whether one more may pass."""
        if self._tokens < 1:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._per_s)
            self._filled_at = now
            if self._tokens < 1:
                return False
        self._tokens -= 1
        return True
