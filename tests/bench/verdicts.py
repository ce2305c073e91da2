"""How often is a verdict wrong, and how often is there none? ``python -m tests.bench.verdicts [EXPERIMENTS]``

Simulated experiments (``tests/model/simulated.py``), judged by the lab's own rule, with as many resamples as it takes. By kind of
noise: how many are decided although the truth lies exactly on the threshold (at most 5 % may be), and how many are decided, and
rightly, when it lies off by a factor.
"""

from __future__ import annotations

import sys

from conclab.model.statistics import RESAMPLES
from conclab.model.verdicts import Status
from tests.model.simulated import NOISES, decided, resampled

THRESHOLD = 1.15
FACTORS = (1.1, 1.3, 1.6)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(f"{count:,} experiments in each field, {RESAMPLES:,} resamples")
    print(f"{'noise':<14} {'wrong on the threshold':>23}", *(f"{f'right at {times}×':>13}" for times in FACTORS))
    with resampled(RESAMPLES):
        for noise in NOISES:
            edge = decided(count, noise, THRESHOLD, THRESHOLD, 1)
            wrong = (edge[Status.HOLDS] + edge[Status.FAILS]) / count
            right = [decided(count, noise, THRESHOLD * times, THRESHOLD, 2)[Status.HOLDS] / count for times in FACTORS]
            print(f"{noise:<14} {wrong:>23.1%}", *(f"{share:>13.1%}" for share in right), flush=True)


if __name__ == "__main__":
    main()
