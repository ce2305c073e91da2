"""The scripted source: the same every time, plausible to the kernel's own rules, on any number of cores."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

import pytest

from conclab.model.machine import MachineSample, core_load
from conclab.model.table import WHOLE, TaskTable, Wanted
from conclab.model.tasks import Debt, Split, TaskBatch, TaskId, TaskSample, split_between
from conclab.sampling.scripted import (
    MACHINE_EVERY,
    SHARING_GIL,
    SLEEPING,
    SLOT_NS,
    SPINNING,
    Actor,
    ScriptedSource,
    scripted_machine,
)

Sample = MachineSample | TaskBatch | TaskTable
SLOTS_A_TABLE = 20
"""Of 50 ms each: a table a second."""
CORES = [1, 2, 64, 512]


def _actors(behaviour: str, count: int, first: int = 0) -> list[Actor]:
    numbers = range(first, first + count)
    return [Actor(TaskId(4_000, 4_001 + number, 10 + number), f"w{number}", behaviour) for number in numbers]


def _played(cores: int, actors: Sequence[Actor], slots: int = 100, seed: int = 7, tables: bool = True) -> list[Sample]:
    source = ScriptedSource(cores, seed, actors=actors, wanted=Wanted(threads=True) if tables else None)
    return [sample for _ in range(slots) for sample in source.advance()]


def _everybody(cores: int) -> list[Actor]:
    return [*_actors(SPINNING, 3), *_actors(SHARING_GIL, 4, 3), *_actors(SLEEPING, 2, 7), *_actors(SPINNING, min(cores, 70), 9)]


@functools.cache
def _crowd(cores: int) -> tuple[Sample, ...]:
    return tuple(_played(cores, _everybody(cores)))


def _lives(samples: Sequence[Sample]) -> dict[TaskId, list[TaskSample]]:
    lives: dict[TaskId, list[TaskSample]] = {}
    for batch in samples:
        if isinstance(batch, TaskBatch):
            for sample in batch.tasks:
                lives.setdefault(sample.task, []).append(sample)
    return lives


def _split(life: Sequence[TaskSample]) -> Split:
    total, debt = Split(), Debt()
    for before, after in itertools.pairwise(life):
        found = split_between(before, after, debt)
        assert found is not None
        total += found[0]
        debt = found[1]
    return total


def _shares(life: Sequence[TaskSample]) -> tuple[float, float, float]:
    found = _split(life).shares()
    assert found is not None
    return found


@pytest.mark.parametrize("cores", CORES)
def test_the_same_seed_gives_the_same_samples_and_another_one_others(cores: int) -> None:
    first = list(_crowd(cores))
    assert _played(cores, _everybody(cores)) == first
    assert _played(cores, _everybody(cores), seed=4) != first


@pytest.mark.parametrize("cores", CORES)
def test_every_core_is_there_from_the_first_sample_on(cores: int) -> None:
    machines = [one for one in _crowd(cores) if isinstance(one, MachineSample)]
    assert {len(one.cores) for one in machines} == {cores}
    assert scripted_machine(cores).cores == cores
    assert scripted_machine(cores).whole_cores == cores
    for life in _lives(_crowd(cores)).values():
        assert {sample.core for sample in life} <= set(range(cores))


@pytest.mark.parametrize("cores", CORES)
def test_counters_never_decrease(cores: int) -> None:
    samples = _crowd(cores)
    for life in _lives(samples).values():
        for before, after in itertools.pairwise(life):
            assert after.at_ns - before.at_ns == SLOT_NS
            for name in ("on_core_ns", "wants_core_ns", "slices", "voluntary", "involuntary"):
                assert getattr(after, name) >= getattr(before, name)
    machines = [one for one in samples if isinstance(one, MachineSample)]
    for old, new in itertools.pairwise(machines):
        assert (old.switches or 0) < (new.switches or 0)
        assert (old.interrupts or 0) < (new.interrupts or 0)
        assert old.own_cpu_ns < new.own_cpu_ns
        assert (old.uptime_s or 0) < (new.uptime_s or 0)
        for was, now in zip(old.cores, new.cores, strict=True):
            assert was is not None
            assert now is not None
            assert (was.user, was.system, was.idle) <= (now.user, now.system, now.idle)
            assert now.total - was.total == pytest.approx((new.at_ns - old.at_ns) / 1e9)


@pytest.mark.parametrize("cores", CORES)
@pytest.mark.parametrize("behaviour", [SPINNING, SHARING_GIL, SLEEPING])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_no_task_is_booked_more_time_than_passes(cores: int, behaviour: str, count: int) -> None:
    for life in _lives(_played(cores, _actors(behaviour, count))).values():
        for before, after in itertools.pairwise(life):
            booked = 0
            for counter in ("on_core_ns", "wants_core_ns"):
                booked += getattr(after, counter) - getattr(before, counter)
            assert booked <= SLOT_NS


@pytest.mark.parametrize("cores", CORES)
@pytest.mark.parametrize("count", [2, 4, 8])
def test_threads_that_share_a_gil_use_about_one_core_together(cores: int, count: int) -> None:
    shares = [_shares(life) for life in _lives(_played(cores, _actors(SHARING_GIL, count), slots=200)).values()]
    assert len(shares) == count
    assert sum(on_core for on_core, _wants, _blocked in shares) == pytest.approx(1.0, abs=0.1)
    for on_core, _wants, blocked in shares:
        assert on_core == pytest.approx(1 / count, rel=0.3)
        assert blocked > 0, "whoever has not the lock sleeps on it"


@pytest.mark.parametrize(("cores", "count"), [(1, 1), (2, 2), (64, 40), (512, 512)])
def test_with_cores_enough_everyone_who_spins_has_one(cores: int, count: int) -> None:
    for life in _lives(_played(cores, _actors(SPINNING, count))).values():
        assert _shares(life)[0] > 0.95
        assert life[-1].state == "R"


@pytest.mark.parametrize(("cores", "count"), [(1, 3), (2, 4), (2, 7), (64, 100)])
def test_without_cores_enough_who_spins_wants_one_and_is_never_blocked(cores: int, count: int) -> None:
    shares = [_shares(life) for life in _lives(_played(cores, _actors(SPINNING, count), slots=200)).values()]
    assert 0.5 * cores < sum(on_core for on_core, _wants, _blocked in shares) <= cores
    for on_core, wants, blocked in shares:
        assert wants > 0.1
        assert on_core > 0
        assert blocked < 0.05


def test_who_sleeps_uses_nothing() -> None:
    for life in _lives(_played(2, _actors(SLEEPING, 3))).values():
        assert _shares(life) == (0.0, 0.0, 1.0)
        assert {sample.state for sample in life} == {"S"}


@pytest.mark.parametrize("cores", CORES)
def test_cores_are_busy_with_those_who_run_on_them(cores: int) -> None:
    def busy(actors: Sequence[Actor]) -> float:
        # Without a table: those in it take their part of the cores too.
        machines = [one for one in _played(cores, actors, tables=False) if isinstance(one, MachineSample)]
        pairs = zip(machines[0].cores, machines[-1].cores, strict=True)
        loads = [core_load(was, now).busy for was, now in pairs if was and now]
        assert all(0 <= load <= 1 + 1e-9 for load in loads)
        return sum(loads)

    idle, one_core, all_cores = busy(()), busy(_actors(SHARING_GIL, 4)), busy(_actors(SPINNING, cores))
    assert idle < 0.05 * cores
    assert one_core - idle == pytest.approx(1.0, abs=0.1)
    assert all_cores > 0.9 * cores


def test_samples_come_at_their_pace_and_only_what_is_wanted() -> None:
    source = ScriptedSource(2, 7)
    kinds = [type(sample) for _ in range(SLOTS_A_TABLE) for sample in source.advance()]
    assert kinds == [MachineSample] * (SLOTS_A_TABLE // MACHINE_EVERY)
    samples = _played(2, _actors(SLEEPING, 1), slots=3 * SLOTS_A_TABLE)
    assert sum(isinstance(one, TaskBatch) for one in samples) == 3 * SLOTS_A_TABLE
    stamps = [one.at_ns for one in samples]
    assert stamps == sorted(stamps)
    tables = [one.at_ns for one in samples if isinstance(one, TaskTable)]
    assert {after - before for before, after in itertools.pairwise(tables)} == {SLOTS_A_TABLE * SLOT_NS}


def test_actors_stand_in_the_table_with_what_was_counted_of_them() -> None:
    samples = _played(2, _actors(SPINNING, 2), slots=3 * SLOTS_A_TABLE)
    first, *later = [one for one in samples if isinstance(one, TaskTable)]
    table = later[-1]
    assert len({row.id for row in table.rows}) == len(table.rows) > 10
    (whole,) = [row for row in table.rows if row.id.pid == 4_000 and row.id.tid == WHOLE]
    parts = [row for row in table.rows if row.id.pid == 4_000 and row.id.tid != WHOLE]
    assert [row.pid for row in parts] == [4_001, 4_002]
    assert whole.threads == 2
    assert whole.cpu_share == pytest.approx(sum(row.cpu_share or 0 for row in parts))
    assert whole.delay_share == pytest.approx(sum(row.delay_share or 0 for row in parts))
    (life,) = (life for task, life in _lives(samples).items() if task.tid == parts[0].pid)
    batches = {sample.at_ns: sample for sample in life}
    then, now = batches[later[-2].at_ns], batches[table.at_ns]
    assert now.on_core_ns is not None
    assert then.on_core_ns is not None
    assert parts[0].cpu_share == pytest.approx((now.on_core_ns - then.on_core_ns) / (table.at_ns - later[-2].at_ns))
    assert first.born == frozenset()


def test_an_actor_that_returns_goes_on_counting() -> None:
    source = ScriptedSource(2, 7, actors=_actors(SPINNING, 1))
    source.advance()
    on_stage = source.actors
    source.actors = ()
    source.advance()
    source.actors = on_stage
    (batch,) = [one for one in source.advance() if isinstance(one, TaskBatch)]
    assert (batch.tasks[0].on_core_ns or 0) > SLOT_NS
