"""Keeping a core busy until somebody says that it is enough: what others are measured beside."""

from __future__ import annotations

import time
from typing import Any

BATCH = 1_000
"""Additions between two looks at the sign: about a hundredth of a millisecond on a core of 2025."""
GRACE_S = 5.0
"""So long beyond what is planned a spinner goes on, should the sign never come; then it ends by itself."""


def spin(stop: Any, planned_s: float) -> int:
    """Add numbers, in pure Python, until ``stop.value`` is set; how many batches it came to."""
    give_up = time.monotonic() + planned_s + GRACE_S
    batches = 0
    while not stop.value and time.monotonic() < give_up:
        total = 0
        for number in range(BATCH):
            total += number
        batches += 1
    return batches
