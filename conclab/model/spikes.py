"""Spikes: where a figure stood out of what was usual for it.

A *spike* is the highest moment of a stretch in which a figure lies above its median by more than ``DEVIATIONS`` times the median
absolute deviation (scaled by 1.4826, which makes it the standard deviation where values are normally distributed), and by more than
a least amount of the figure's own, so that the ripple of something that never moves is none. The median and its deviation are used
because the spikes themselves hardly move them (Leys et al., Journal of Experimental Social Psychology 49 (2013), 764-766).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

DEVIATIONS = 5.0
_NORMAL = 1.4826


def spikes(values: Sequence[float | None], least: float) -> list[int]:
    """Where the spikes are: numbers of the values, ascending. Of equal highest ones the first; None ends a stretch."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    middle = median(known)
    above = middle + max(least, DEVIATIONS * _NORMAL * median(abs(value - middle) for value in known))
    found: list[int] = []
    highest: float | None = None
    for number, value in enumerate(values):
        if value is None or value <= above:
            highest = None
        elif highest is None:
            found.append(number)
            highest = value
        elif value > highest:
            found[-1] = number
            highest = value
    return found
