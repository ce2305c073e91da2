"""Counting primes by trial division: pure Python arithmetic, so a thread keeps the GIL all the while."""

from __future__ import annotations

from typing import Any, Dict, List


def count_below(limit: int) -> int:
    """How many primes are below ``limit``."""
    count = 1 if limit > 2 else 0
    for candidate in range(3, limit, 2):
        divisor = 3
        while divisor * divisor <= candidate:
            if candidate % divisor == 0:
                break
            divisor += 2
        else:
            count += 1
    return count


def task(_state: Any, arguments: Dict[str, Any], _index: int) -> int:
    limit = arguments["size"]
    count = count_below(limit)
    print(f"{count:,} primes below {limit:,}")
    return count


def combine(results: List[int]) -> int:
    return sum(results)
