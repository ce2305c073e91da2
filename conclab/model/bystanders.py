"""What others took of the cores while repetitions ran."""

from __future__ import annotations

from collections import defaultdict

from conclab.model.machine import Machine, Witness, foreign_s, stolen_s
from conclab.model.results import Disturbance, Repetition

LEAST_S = 1.0
"""Core-seconds of an arm from which its own share is looked at: /proc/stat counts in hundredths of a second."""


class Bystanders:
    """Adds up what others took of the cores while repetitions ran.

    Only what they took away counts: on a core that the arm may not use, or that it leaves free, others harm nobody. So of each
    arm's cores (one when it is pinned) as many are needed as its workers wanted, what others took beyond the rest was taken
    from it, and the share is of the cores that were needed, one at least.

    One arm can suffer while the others do not: beside one busy stranger on two cores, one worker has all that it needs and two
    have not. A ratio of the two is off by what the second lost, so the share is that of the arm that suffered most.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._needed_s = self._taken_s = self._given_s = self._stolen_s = self._own_s = 0.0
        self._foreign_known = self._steal_known = True
        self._needed_by: defaultdict[str, float] = defaultdict(float)
        self._taken_by: defaultdict[str, float] = defaultdict(float)

    def add(self, before: Witness, after: Witness, pinned: bool, wanted: float | None, arm: str = "") -> None:
        """One step of an arm. ``wanted``: cores that its workers used or waited for; None where that is not counted."""
        cores = self._machine.affinity[:1] if pinned else self._machine.affinity
        capacity = 1.0 if pinned else self._machine.usable_cores
        wall_s = (after.at_ns - before.at_ns) / 1e9
        # Pinned are the children alone; conclab itself runs wherever there is room.
        watching_s = 0.0 if pinned else after.self_s - before.self_s
        own_s = after.children_s - before.children_s + watching_s
        self._own_s += watching_s
        needed = capacity if wanted is None else min(capacity, wanted)
        foreign, stolen = foreign_s(before, after, cores, own_s), stolen_s(before, after, cores)
        spare_s = (capacity - needed) * wall_s
        self._needed_s += max(1.0, needed) * wall_s
        self._needed_by[arm] += max(1.0, needed) * wall_s
        self._given_s += capacity * wall_s
        if foreign is None:
            self._foreign_known = False
        else:
            taken_s = max(0.0, foreign - spare_s) if spare_s else foreign
            self._taken_s += taken_s
            self._taken_by[arm] += taken_s
        if stolen is None:
            self._steal_known = False
        else:
            self._stolen_s += stolen

    def disturbance(self) -> Disturbance:
        """As of now; unknown before the first step."""
        if self._needed_s <= 0:
            return Disturbance()
        shares = [self._taken_by[arm] / needed for arm, needed in self._needed_by.items() if needed >= LEAST_S]
        worst = max([self._taken_s / self._needed_s, *shares])
        return Disturbance(
            foreign_share=min(1.0, max(0.0, worst)) if self._foreign_known else None,
            steal_share=min(1.0, max(0.0, self._stolen_s / self._given_s)) if self._steal_known else None,
            own_share=min(1.0, self._own_s / self._needed_s),
        )


def cores_wanted(repetition: Repetition) -> float | None:
    """How many cores the workers used or waited for, on average."""
    counted = repetition.counters
    if not repetition.wall_ns or counted.on_core_ns is None or counted.wants_core_ns is None:
        return None
    return (counted.on_core_ns + counted.wants_core_ns) / repetition.wall_ns
