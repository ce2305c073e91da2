"""Experiments that never were: rounds of two arms whose true ratio is known, with noise, judged as the lab judges.

Many are judged at a time, round by round, so that what is drawn for a number of rounds is drawn once for all of them.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from conclab.lab.judging import place
from conclab.model import statistics
from conclab.model.statistics import Interval, enough, ratio_of_medians
from conclab.model.verdicts import Status

NOISES = ("steady", "noisy", "outliers", "drift", "rounds differ")
CAP_S = 8.0
ROUNDS_S = (0.27, 0.8, 1.5)
LEAST = 5
_DRIFT = 0.004
"""By so much each repetition takes longer than the one before it, where that is the noise."""


@contextmanager
def resampled(times: int) -> Iterator[None]:
    """Within this, intervals come from so many resamples."""
    usual = statistics.RESAMPLES
    try:
        statistics.RESAMPLES = times
        yield
    finally:
        statistics.RESAMPLES = usual
        statistics._draws.cache_clear()
        statistics._ratio_of_medians.cache_clear()


@dataclass(slots=True)
class Simulated:
    """One experiment of two arms."""

    noise: str
    ratio: float
    """The truth."""
    round_s: float
    """How long a round takes."""
    chance: random.Random
    above: list[float] = field(default_factory=list)
    below: list[float] = field(default_factory=list)
    interval: Interval | None = None
    over: bool = False

    def _own(self) -> float:
        draw = self.chance
        if self.noise == "noisy":
            return draw.gauss(0, 0.10)
        if self.noise == "outliers":  # one in ten takes much longer
            return draw.gauss(0, 0.02) + (draw.expovariate(2.0) if draw.random() < 0.1 else 0.0)
        return draw.gauss(0, 0.02)

    def go_on(self) -> None:
        """One more round, and whether it was the last."""
        number = len(self.above)
        common = self.chance.gauss(0, 0.05) if self.noise == "rounds differ" else 0.0
        # Three steps a round, forwards and backwards in turn: the control arm runs twice.
        places = (0, 2) if number % 2 == 0 else (2, 0)
        drift = [_DRIFT * (3 * number + place) if self.noise == "drift" else 0.0 for place in places]
        self.above.append(self.ratio * math.exp(common + drift[0] + self._own()))
        self.below.append(math.exp(common + drift[1] + self._own()))
        done, elapsed_s = number + 1, (number + 1) * self.round_s

        def ends(width: float) -> bool:
            return enough(done, elapsed_s, [width], least=LEAST, cap_s=CAP_S)

        if not ends(0.0):
            return  # however certain it is
        self.interval = ratio_of_medians(self.above, self.below)
        self.over = self.interval is None or ends(self.interval.relative_width)


def decided(
    count: int, noise: str, ratio: float, threshold: float, seed: int, rounds_s: tuple[float, ...] = ROUNDS_S
) -> Counter[Status]:
    """How so many experiments of that kind end. ``rounds_s``: as long may a round of them take."""
    chance = random.Random(f"{seed} {noise}")
    many = [Simulated(noise, ratio, chance.choice(rounds_s), random.Random(chance.random())) for _ in range(count)]
    running = many
    while running:
        for one in running:
            one.go_on()
        running = [one for one in running if not one.over]
    return Counter(Status.UNDECIDED if one.interval is None else place(one.interval, threshold) for one in many)
