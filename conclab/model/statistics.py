"""Numbers with their uncertainty: medians, ratios with a bootstrap interval, outliers, and the order of arms.

All functions are pure; what is random is seeded, so that the same measurements always give the same interval.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Interval", "abba", "median", "outliers", "ratio_of_medians", "wilson"]

RESAMPLES = 1_000
_STUDENT = {3: 4.303, 4: 3.182, 5: 2.776}
"""Student's t at 97.5 % by the number of values: with fewer than six, not even the least and the greatest enclose the median 95
times in 100 (3: 75, 4: 87, 5: 94), so drawing from them cannot give such an interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float

    def widened(self, factor: float) -> Interval:
        """The interval if the true ratio may be off by up to ``factor`` (>= 1) either way."""
        return Interval(self.value, self.low / factor, self.high * factor)

    @property
    def relative_width(self) -> float:
        return math.inf if self.low <= 0 else self.high / self.low - 1.0


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two middle ones. Raises ValueError without values.

    Ours and not the standard library's because it is called often, beside an experiment.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


def ratio_of_medians(above: Sequence[float], below: Sequence[float], seed: int = 0) -> Interval | None:
    """median(above) / median(below) with a percentile bootstrap interval.

    The two sequences are pairs: element i of both was measured in the same round, so rounds are drawn, not values, and what
    slowed a whole round down cancels out. With fewer than three rounds there is no interval: None. (Efron and Tibshirani, An
    Introduction to the Bootstrap, ch. 13.) With three to five rounds it is widened to Student's interval of the ratios by round.
    """
    if len(above) != len(below):
        raise ValueError("pairs are needed: one value of each per round")
    count = len(above)
    if count < 3:
        return None
    if median(below) <= 0:
        return None
    return _ratio_of_medians(tuple(above), tuple(below), seed)


@lru_cache(maxsize=64)  # a round's verdict asks for some ratios several times, beside the experiment
def _ratio_of_medians(above: tuple[float, ...], below: tuple[float, ...], seed: int) -> Interval | None:
    count, pairs, middle = len(above), list(zip(above, below, strict=True)), median(below)
    draw = random.Random(seed).random
    half, odd = divmod(count, 2)
    ratios: list[float] = []
    for _ in range(RESAMPLES):
        # As ``random.choices`` draws, and ``median`` without a call for each.
        drawn = [int(draw() * count) for _ in above]
        top, bottom = sorted([above[one] for one in drawn]), sorted([below[one] for one in drawn])
        if odd:
            above_half, below_half = top[half], bottom[half]
        else:
            above_half, below_half = (top[half - 1] + top[half]) / 2, (bottom[half - 1] + bottom[half]) / 2
        if below_half > 0:
            ratios.append(above_half / below_half)
    if not ratios:
        return None
    ratios.sort()
    low, high = ratios[int(0.025 * (len(ratios) - 1))], ratios[math.ceil(0.975 * (len(ratios) - 1))]
    if count in _STUDENT:
        by_round = _student([top / bottom for top, bottom in pairs if bottom > 0])
        low, high = min(low, by_round[0]), max(high, by_round[1])
    return Interval(median(above) / middle, low, high)


def _student(values: Sequence[float]) -> tuple[float, float]:
    """Student's 95 % interval of the mean of three to five values: of their logarithms, as fits ratios, unless one is nought."""
    if len(values) not in _STUDENT:
        return math.inf, -math.inf  # encloses nothing: it widens no other interval
    if min(values) > 0:
        low, high = _student_plain([math.log(value) for value in values])
        return math.exp(low), math.exp(high)
    low, high = _student_plain(values)
    return max(0.0, low), high


def _student_plain(values: Sequence[float]) -> tuple[float, float]:
    count = len(values)
    mean = math.fsum(values) / count
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    half = _STUDENT[count] * spread / math.sqrt(count)
    return mean - half, mean + half


def wilson(successes: int, trials: int) -> Interval | None:
    """Share of successes with Wilson's 95 % score interval (JASA 22, 1927); None without trials."""
    if trials <= 0:
        return None
    z = 1.959964
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return Interval(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)))


def outliers(values: Sequence[float]) -> list[int]:
    """Indexes of values more than 5 scaled median absolute deviations from the median. To be flagged, never dropped."""
    if len(values) < 5:
        return []
    middle = median(values)
    deviation = 1.4826 * median([abs(value - middle) for value in values])
    if deviation == 0:
        return []
    return [index for index, value in enumerate(values) if abs(value - middle) > 5 * deviation]


def abba(count: int, round_number: int, seed: int) -> list[int]:
    """The order in which ``count`` arms run in a round: a seeded shuffle, forwards in even rounds, backwards in odd ones.

    Over two rounds each arm has the same mean position, so a machine that steadily warms up or slows down favours none.
    """
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order if round_number % 2 == 0 else order[::-1]
