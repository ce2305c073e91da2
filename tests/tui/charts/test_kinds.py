"""Which charts a run has, and what is said where there is nothing to draw."""

from __future__ import annotations

import pytest

from conclab.model.experiments import Arm
from conclab.model.results import Counters, Repetition, WorkerResult
from conclab.model.run_state import RunState
from conclab.model.timeline import Timeline
from conclab.tui.charts import YET, chart_text, kinds_for
from conclab.tui.theme import DARK

ARMS = tuple(Arm(f"{number}x", "fork", "primes", number, 16) for number in (1, 2, 4))


def run(arms: tuple[Arm, ...], rounds: int = 3) -> RunState:
    repetitions = []
    for number in range(rounds):
        for arm in arms:
            counters = Counters(10**9, 4 * 10**8, 10**8)
            worker = WorkerResult("w1", 1, 1, 0, 10**9, counters)
            wall = 10**9 // arm.workers + number
            repetitions.append(Repetition(arm.name, "", number, False, "ok", wall, counters=counters, workers=(worker,)))
    return RunState(arms=arms, repetitions=tuple(repetitions))


def test_speed_ups_are_there_only_with_several_numbers_of_workers() -> None:
    assert "speed-up" in kinds_for(run(ARMS))
    assert "speed-up" not in kinds_for(run(ARMS[:2]))


@pytest.mark.parametrize("kind", kinds_for(RunState(arms=ARMS)))
def test_nothing_yet_is_said_in_a_sentence(kind: str) -> None:
    assert chart_text(kind, RunState(arms=ARMS), Timeline(), 2, 80, 14, DARK).plain == YET[kind]


@pytest.mark.parametrize("kind", ["repetitions", "speed-up", "split"])
def test_a_chart_is_drawn_from_the_repetitions(kind: str) -> None:
    lines = chart_text(kind, run(ARMS), Timeline(), 2, 80, 14, DARK).plain.splitlines()
    assert 3 < len(lines) <= 14
    assert kind.split("-", maxsplit=1)[0].rstrip("s") in lines[0] or "life" in lines[0]


@pytest.mark.parametrize("kind", kinds_for(run(ARMS)))
@pytest.mark.parametrize("size", [(5, 1), (29, 30), (200, 5)])
def test_without_room_the_key_that_makes_some_is_named(kind: str, size: tuple[int, int]) -> None:
    assert "z makes some" in chart_text(kind, run(ARMS), Timeline(), 2, *size, DARK).plain
