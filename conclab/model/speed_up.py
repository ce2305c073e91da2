"""What splitting work over several workers can bring, and what a measured speed-up says about the part that was not split.

Sources: G. Amdahl, Validity of the single processor approach (AFIPS 30, 1967); A. Karp and H. Flatt, Measuring parallel processor
performance (CACM 33, 1990).
"""

from __future__ import annotations


def amdahl(share: float, workers: float) -> float:
    """The most that ``workers`` can speed up work of which ``share`` (0 to 1) can be split and the rest cannot."""
    return 1.0 / ((1.0 - share) + share / workers)


def karp_flatt(speed_up: float, workers: float) -> float | None:
    """The serial share that a measured speed-up amounts to, overhead included; None with one worker.

    Below nought where the speed-up was more than ``workers``.
    """
    if workers <= 1 or speed_up <= 0:
        return None
    return (1.0 / speed_up - 1.0 / workers) / (1.0 - 1.0 / workers)
