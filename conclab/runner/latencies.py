"""What many latencies come to: the median, the 99th percentile and the worst, and a histogram as lines of text."""

from __future__ import annotations

import math
from typing import Dict, List, Tuple

WIDEST_BAR = 20
_UNITS = (("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1_000), ("ns", 1))


def quantile(ordered: List[int], share: float) -> int:
    """The smallest value that at least ``share`` of all do not exceed (nearest rank); the list is sorted and not empty."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def measures(latencies_ns: List[int]) -> Dict[str, Tuple[int, str]]:
    """As ``conclude`` reports them; nothing when there are none. With fewer than a hundred the 99th percentile is the worst."""
    if not latencies_ns:
        return {}
    ordered = sorted(latencies_ns)
    return {
        "median_ns": (quantile(ordered, 0.5), "ns"),
        "p99_ns": (quantile(ordered, 0.99), "ns"),
        "worst_ns": (ordered[-1], "ns"),
    }


def middle_stretch(stamps_ns: List[int]) -> int:
    """The middle one of the stretches between one stamp and the next, which take two stamps at least: who had the core for a few
    milliseconds meanwhile spoils a few of them, and not the figure."""
    took = sorted(stamps_ns[number + 1] - stamps_ns[number] for number in range(len(stamps_ns) - 1))
    return took[len(took) // 2]


def text_of(nanoseconds: float) -> str:
    """12.3 µs, 4.1 ms."""
    for unit, size in _UNITS:
        if nanoseconds >= size:
            return "%.3g %s" % (nanoseconds / size, unit)
    return "0 ns"


def histogram(latencies_ns: List[int]) -> List[str]:
    """One line for each power of two between the least and the greatest, with how many lie between it and half of it."""
    counts: Dict[int, int] = {}
    for latency in latencies_ns:
        power = max(0, latency - 1).bit_length()
        counts[power] = counts.get(power, 0) + 1
    if not counts:
        return []
    most = max(counts.values())
    lines = []
    for power in range(min(counts), max(counts) + 1):
        count = counts.get(power, 0)
        bar = "█" * math.ceil(WIDEST_BAR * count / most)
        lines.append("up to %9s %6s %s" % (text_of(1 << power), format(count, ","), bar))
    return [line.rstrip() for line in lines]
