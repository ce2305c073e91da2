"""Statistics of the lab: the order of arms, how large the work is made, when there are enough rounds, what is typical and how
certain that is, what disturbed it, and the smallest effect that could have been seen.

All functions are pure; what is random is seeded, so that the same measurements always give the same interval. That the intervals
keep their promise, and that no more than 5 in 100 experiments without an effect find one, is tested by simulation
(``tests/model/test_decisions.py``; at length ``python -m tests.bench.verdicts``).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

__all__ = [
    "Interval",
    "abba",
    "disturbed_by",
    "enough",
    "expected_rounds",
    "median",
    "outliers",
    "ratio_of_medians",
    "scaled_to",
    "smallest_effect",
    "student",
    "wilson",
]

RESAMPLES = 1_000
FEWEST_ROUNDS = 3
"""With fewer repetitions there is no interval."""
_FIRST_LOOK = 6
"""With fewer it is not asked whether the interval is narrow enough: it may well be so by chance."""
PRECISION = 0.05
"""Rounds go on until the 95 % interval of the ratio is narrower than this, or the cap is reached."""
LEAST_TIMED_NS = 100_000_000
"""A timed part is to take so long at least (as pyperf has it): beside a tenth of a second one tick of the kernel and one wake-up
are little."""
MOST_SCALED = 8
"""By a larger factor the work is not enlarged at once."""
CONTROL_LIMIT = 0.03
STEAL_LIMIT = 0.01
FOREIGN_LIMIT = 0.05

_NORMAL = 1.959964
"""97.5 % of a normal distribution lie below."""
_POWER = 0.841621
"""80 % lie below."""
_STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}
"""Student's t at 97.5 % by the number of values; for more a series is exact enough."""
_FEW = 5
"""With up to so many values not even the least and the greatest enclose the median 95 times in 100 (3: 75, 4: 87, 5: 94), so
drawing from them cannot give such an interval."""


_Pick = Callable[[Sequence[float]], tuple[float, ...]]


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


def abba(count: int, round_number: int, seed: int) -> list[int]:
    """The order in which ``count`` arms run in a round: a seeded shuffle, forwards in even rounds, backwards in odd ones.

    Over two rounds each arm has the same mean position, so a machine that steadily warms up or slows down favours none.
    """
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order if round_number % 2 == 0 else order[::-1]


def scaled_to(size: int, took_ns: float, power: float = 1.0, most: int | None = None) -> int:
    """The size of the work with which a timed part takes ``LEAST_TIMED_NS``, a tenth more to be on the safe side; the size that it
    has where that is enough. ``power``: the time grows with this power of the size. ``most``: the largest size that is allowed."""
    if took_ns >= LEAST_TIMED_NS or size <= 0:
        return size
    factor = MOST_SCALED if took_ns <= 0 else min(MOST_SCALED, 1.1 * LEAST_TIMED_NS / took_ns)
    wanted = math.ceil(size * math.pow(factor, 1 / power))
    return max(size, wanted if most is None else min(most, wanted))


def enough(
    done: int, elapsed_s: float, widths: Sequence[float], *, least: int, cap_s: float, exact: bool = False, timed: bool = True
) -> bool:
    """Whether a run ends after ``done`` rounds: by their number, by the relative widths of the intervals, by the cap; never by what
    was found, because stopping as soon as a threshold is passed would find effects where there are none.

    An interval that is looked at again and again is narrow by chance at some moment, so it is looked at after every second round
    only: when all arms have run as often forwards as backwards (``abba``). ``exact``: exactly ``least`` rounds, however long they
    take. ``timed``: whether more rounds make anything more certain at all.

    After the cap rounds go on only as far as needed: to the least number until half as much again has passed, and to
    ``FEWEST_ROUNDS`` until twice as much.
    """
    if exact:
        return done >= least
    if elapsed_s >= 2 * cap_s or (elapsed_s >= 1.5 * cap_s and done >= min(least, FEWEST_ROUNDS)):
        return True
    if done < least:
        return False
    if not timed or elapsed_s >= cap_s:
        return True
    return done >= _FIRST_LOOK and done % 2 == 0 and all(width <= PRECISION for width in widths)


def expected_rounds(done: int, elapsed_s: float, *, least: int, cap_s: float, exact: bool = False) -> int:
    """How many rounds it will probably be, when it does not end now: the least number, or what fits into the cap."""
    if exact or done < least:
        return least
    return max(done + 1, int(cap_s / (elapsed_s / done)))


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
    """median(above) / median(below) with a 95 % bootstrap interval.

    The two sequences are pairs: element i of both was measured in the same round, so rounds are drawn, not values, and what
    slowed a whole round down cancels out. With fewer than three rounds there is no interval: None.

    It is the percentile interval (Efron and Tibshirani, An Introduction to the Bootstrap, ch. 13), which is too narrow for few
    values: what is drawn spreads by sqrt((n - 1) / n) too little, and the spread of so few is itself uncertain. So it is expanded
    about the estimate, on the scale of logarithms, by t / z * sqrt(n / (n - 1)) (Hesterberg, What Teachers Should Know About the
    Bootstrap, The American Statistician 69, 2015, 3.3). With three to five rounds it is widened to Student's interval of the ratios
    by round instead.
    """
    if len(above) != len(below):
        raise ValueError("pairs are needed: one value of each per round")
    if len(above) < FEWEST_ROUNDS or median(below) <= 0:
        return None
    return _ratio_of_medians(tuple(above), tuple(below), seed)


@lru_cache(maxsize=4)
def _draws(count: int, seed: int) -> tuple[tuple[int, int, _Pick], ...]:
    """``RESAMPLES`` times ``count`` of as many: the two that are in the middle of each draw (the same one, if the number is odd),
    and what picks the draw from a sequence."""
    draw = random.Random(seed).random
    found: list[tuple[int, int, _Pick]] = []
    for _ in range(RESAMPLES):
        drawn = sorted([int(draw() * count) for _ in range(count)])
        pick: _Pick = itemgetter(*drawn)
        found.append((drawn[(count - 1) // 2], drawn[count // 2], pick))
    return tuple(found)


@lru_cache(maxsize=64)  # a round's verdict asks for some ratios several times, beside the experiment
def _ratio_of_medians(above: tuple[float, ...], below: tuple[float, ...], seed: int) -> Interval | None:
    count, estimate = len(above), median(above) / median(below)
    pairs = sorted(zip(above, below, strict=True))  # what is in the middle of a draw is then so by its index
    tops, bottoms = [pair[0] for pair in pairs], tuple(pair[1] for pair in pairs)
    low_half, high_half = (count - 1) // 2, count // 2
    ratios: list[float] = []
    for one, other, pick in _draws(count, seed):
        drawn = sorted(pick(bottoms))
        bottom = drawn[low_half] + drawn[high_half]
        if bottom > 0:
            ratios.append((tops[one] + tops[other]) / bottom)
    if not ratios:
        return None
    ratios.sort()
    low, high = ratios[int(0.025 * (len(ratios) - 1))], ratios[math.ceil(0.975 * (len(ratios) - 1))]
    if count <= _FEW:
        by_round = _of_the_mean([top / bottom for top, bottom in pairs if bottom > 0])
        return Interval(estimate, min(low, by_round[0]), max(high, by_round[1]))
    by = student(count) / _NORMAL * math.sqrt(count / (count - 1))
    return Interval(estimate, min(estimate, _away(estimate, low, by)), max(estimate, _away(estimate, high, by)))


def _away(estimate: float, bound: float, by: float) -> float:
    """The bound ``by`` times as far from the estimate: on the scale of logarithms, as fits ratios, unless one is nought."""
    if estimate > 0 and bound > 0:
        return estimate * math.exp(math.log(bound / estimate) * by)
    return max(0.0, estimate + (bound - estimate) * by)


def student(count: int) -> float:
    """Student's t at 97.5 % for the mean of ``count`` values (two at least): a table, from six values on its series (Abramowitz and
    Stegun, Handbook of Mathematical Functions, 26.7.5), which is right to a thousandth there."""
    if count in _STUDENT:
        return _STUDENT[count]
    z, free = _NORMAL, count - 1
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / free + second / free**2 + third / free**3


def _of_the_mean(values: Sequence[float]) -> tuple[float, float]:
    """Student's 95 % interval of the mean: of the logarithms, as fits ratios, unless one is nought."""
    if len(values) < 2:
        return math.inf, -math.inf  # encloses nothing: it widens no other interval
    if min(values) > 0:
        low, high = _plain_mean([math.log(value) for value in values])
        return math.exp(low), math.exp(high)
    low, high = _plain_mean(values)
    return max(0.0, low), high


def _plain_mean(values: Sequence[float]) -> tuple[float, float]:
    count = len(values)
    mean = math.fsum(values) / count
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    half = student(count) * spread / math.sqrt(count)
    return mean - half, mean + half


def wilson(successes: int, trials: int) -> Interval | None:
    """Share of successes with Wilson's 95 % score interval (JASA 22, 1927); None without trials."""
    if trials <= 0:
        return None
    z = _NORMAL
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


def disturbed_by(control: float | None, stolen: float | None, foreign: float | None) -> float:
    """The factor (>= 1) by which a ratio may be off: because the same arm against itself gave ``control``, and because the
    hypervisor and other processes took these shares of the cores. What stays within the limits counts as a quiet machine, and so
    does what is not known."""
    factor = 1.0
    if control is not None and abs(control - 1) > CONTROL_LIMIT:
        factor *= max(control, 1 / control)
    if stolen is not None and stolen > STEAL_LIMIT:
        factor /= 1 - min(stolen, 0.9)
    if foreign is not None and foreign > FOREIGN_LIMIT:
        factor /= 1 - min(foreign, 0.9)
    return factor


def smallest_effect(interval: Interval, disturbed: float = 1.0) -> float | None:
    """The smallest effect that so many repetitions, spread as these were, would show: by this factor the truth has to lie off a
    threshold for the whole interval to lie past it four times in five. None where the interval says nothing of that.

    Half of the interval is 1.96 standard errors (or what stands for them with few values) on the scale of logarithms; a power of
    80 % takes 0.84 more.
    """
    if interval.low <= 0 or not math.isfinite(interval.high):
        return None
    half = math.log(interval.high / interval.low) / 2
    return disturbed * math.exp(half * (1 + _POWER / _NORMAL))
