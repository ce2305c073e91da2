"""What verdicts say in words has to be true of the figures, also where those are unusual."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab.lab.catalogue import find
from conclab.model.experiments import resolve
from conclab.model.results import OK, ArmResult, Counters, Repetition, Results, WorkerResult
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.scripted import scripted_machine
from tests.helpers import here

MS = 1_000_000
ROUNDS = 8


def judged(
    name: str,
    walls_ms: dict[str, float],
    *,
    gil: bool | None = True,
    shares: tuple[float, float] = (0.3, 0.1),
    apart: bool = False,
    results: tuple[int, ...] = (),
    kept: dict[str, list[float]] | None = None,
    **given: str,
) -> Verdict:
    """The verdict on made-up, quiet repetitions: the wall time of each arm, and (on a core, wanting one) of each worker's life."""
    experiment, machine = find(name), scripted_machine(2)
    values = resolve(experiment.parameters, given, machine)
    arms = {}
    for arm in experiment.arms(values, machine):
        repetitions = []
        for number in range(len(kept[arm.name]) if kept else ROUNDS):
            wall = int(walls_ms[arm.name] * MS * (1 + number % 3 / 1_000))
            counters = Counters(wall, int(wall * shares[0]), int(wall * shares[1]), 0, 7, 0)
            lives = [(wall * index, wall * (index + 1)) if apart else (index, wall + index) for index in range(arm.workers)]
            workers = tuple(
                WorkerResult(f"w{index + 1}", 1, 1, start, end, counters, results[index] if results else None)
                for index, (start, end) in enumerate(lives)
            )
            measures = {"kept": kept[arm.name][number]} if kept and kept[arm.name][number] >= 0 else {}
            one = Repetition(arm.name, here().path, number, False, OK, wall_ns=wall, counters=counters, workers=workers)
            repetitions.append(replace(one, measures=measures))
        arms[arm.name] = ArmResult(arm, tuple(repetitions))
    planned = tuple(result.arm for result in arms.values())
    return experiment.judge(Results(values, machine, here(), gil, arms, None, planned, metric=experiment.metric))


SPEED_UPS = [
    ("threads-or-processes", {"sequential": 100, "threads": 100, "processes": 50}, "threads"),
    ("counting-lines", {"sequential": 100, "threads": 100, "processes": 50}, "threads"),
    ("waiting-room", {"sequential": 100, "threads": 100, "asyncio": 50, "processes": 50}, "threads"),
    (
        "downloads",
        {"sequential": 100, "threads": 50, "asyncio": 50, "threads on one core": 100},
        "threads on one core",
    ),
    ("too-many-workers", {"1x": 100, "2x": 100, "4x": 100, "8x": 100, "16x": 100}, "16x"),
]


@pytest.mark.parametrize(("name", "walls", "arm"), SPEED_UPS, ids=[name for name, _walls, _arm in SPEED_UPS])
def test_a_little_faster_is_not_called_not_faster(name: str, walls: dict[str, float], arm: str) -> None:
    slower, little = judged(name, {**walls, arm: 110.0}), judged(name, {**walls, arm: 97.0})
    assert slower.status is little.status is Status.FAILS
    assert "a little" not in slower.statement
    assert "hardly" in little.statement
    assert "That is a little, and less than the" in little.statement


def test_the_gil_is_blamed_only_where_it_is_held() -> None:
    walls = {"sequential": 100.0, "threads": 102.0, "processes": 50.0}
    primes = judged("threads-or-processes", walls)
    assert "The GIL lets one thread" in primes.statement
    assert "without the GIL" in primes.advice
    for other in (judged("threads-or-processes", walls, work="hashing"), judged("threads-or-processes", walls, gil=False)):
        assert "GIL" not in other.statement + other.advice
        assert "Processes do help" in other.advice


def test_what_too_many_workers_wait_for_is_what_was_seen() -> None:
    walls = {"1x": 100.0, "2x": 100.0, "4x": 100.0, "8x": 100.0, "16x": 110.0}
    assert "They wait for a core instead." in judged("too-many-workers", walls, shares=(0.1, 0.8)).statement
    assert "They wait for the GIL instead." in judged("too-many-workers", walls, shares=(0.1, 0.1), executor="threads").statement
    assert "instead" not in judged("too-many-workers", walls, shares=(0.9, 0.1)).statement
    assert "instead" not in judged("too-many-workers", walls, shares=(0.1, 0.1), executor="threads", gil=False).statement


def hashing(hashing_ms: float, primes_ms: float, gil: bool = True) -> Verdict:
    walls = {"hashing, sequential": 100.0, "primes, sequential": 100.0}
    return judged("hashing-against-primes", {**walls, "hashing, threads": hashing_ms, "primes, threads": primes_ms}, gil=gil)


def test_less_slowed_down_is_not_sped_up() -> None:
    found = hashing(250.0, 1_000.0)
    assert found.status is Status.UNDECIDED
    assert "speed up neither" in found.statement


def test_who_is_sped_up_is_said_as_it_was() -> None:
    assert "hashing and not primes" in hashing(50.0, 101.0).statement
    assert "hashing more than primes" in hashing(50.0, 75.0).statement
    assert "both much alike" in hashing(50.0, 51.0, gil=False).statement
    assert "hashing no more than primes" in hashing(101.0, 50.0).statement
    assert "hashing no more than primes" in hashing(110.0, 110.0).statement


def test_lives_that_did_not_overlap_are_not_said_to() -> None:
    walls = {"one, one core": 100.0, "many, one core": 100.0, "many, all cores": 50.0}
    assert "Their lives overlap" in judged("one-core-only", walls).statement
    found = judged("one-core-only", walls, apart=True)
    assert "overlap" not in found.statement
    assert "They used" in found.statement


def test_lost_additions_are_counted_however_few_repetitions_and_losses_there_were() -> None:
    walls = {"without a lock": 1.0, "with a lock": 5.0}
    once = judged("lost-update", walls, kept={"without a lock": [120.0], "with a lock": [200.0]}, workers="2", size="100")
    assert once.status is Status.HOLDS
    assert "80 of 200 additions were lost" in once.statement
    rarely = judged(
        "lost-update", walls, kept={"without a lock": [200.0, 199.0, 200.0], "with a lock": [200.0] * 3}, workers="2", size="100"
    )
    assert rarely.status is Status.HOLDS
    assert "1 of 600 additions were lost" in rarely.statement
    unknown = judged(
        "lost-update", walls, kept={"without a lock": [200.0, -1.0], "with a lock": [200.0, 200.0]}, workers="2", size="100"
    )
    assert unknown.status is Status.UNDECIDED, "what was not counted was not lost"


def test_counting_is_not_blamed_where_most_threads_had_nothing_to_count() -> None:
    walls = {"sequential": 100.0, "threads": 100.0, "processes": 50.0}
    found = judged("counting-lines", walls, results=(7, 0, 0, 0))
    assert found.status is Status.UNDECIDED
    assert any("Three workers had nothing to count" in reason for reason in found.reasons)
    assert judged("counting-lines", walls, results=(7, 7, 7, 7)).status is Status.FAILS


@pytest.mark.parametrize(
    ("name", "arm", "threshold"),
    [
        ("threads-or-processes", "threads", 1.15),
        ("counting-lines", "threads", 1.15),
        ("waiting-room", "threads", 1.3),
        ("downloads", "threads on one core", 1.3),
    ],
)
def test_how_much_faster_counts_as_faster(name: str, arm: str, threshold: float) -> None:
    walls = next(walls for other, walls, _arm in SPEED_UPS if other == name)
    assert judged(name, {**walls, arm: 100 / (threshold + 0.01)}).status is Status.HOLDS
    assert judged(name, {**walls, arm: 100 / (threshold - 0.01)}).status is Status.FAILS
