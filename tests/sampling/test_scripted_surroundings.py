"""What is around the scripted machine's cores: counters that only grow, kinds of machines that the pictures need."""

from __future__ import annotations

import itertools

import pytest

from conclab.model.machine import MachineSample
from conclab.model.surroundings import traffic_between
from conclab.model.table import TaskTable, Wanted
from conclab.sampling.scripted import ScriptedSource
from conclab.sampling.scripted_surroundings import scripted_machine


@pytest.mark.parametrize("cores", [1, 2, 16, 64, 128, 512])
def test_every_core_has_a_place_and_is_its_own_sibling(cores: int) -> None:
    machine = scripted_machine(cores)
    assert len(machine.places) == machine.slots == cores
    for core, place in enumerate(machine.places):
        assert core in place.siblings
        assert all(machine.places[other].siblings == place.siblings for other in place.siblings)
        assert len({machine.places[other].package for other in place.siblings}) == 1
    assert len({place.package for place in machine.places}) == (1 if cores < 32 else 2)


def test_what_moves_never_moves_back_and_is_read_once_a_second() -> None:
    source = ScriptedSource(2)
    samples = [one for _ in range(800) for one in source.advance() if isinstance(one, MachineSample)]
    around = [one.around for one in samples if one.around is not None]
    assert len(around) == len(samples)
    read = [one for one, _same in itertools.groupby(around)]
    assert len(read) == 40
    for before, after in itertools.pairwise(read):
        traffic = traffic_between(before, after)
        assert traffic is not None
        assert traffic.received_per_s is not None
        assert 0 <= traffic.received_per_s < 10 * 1024**2
        assert traffic.read_per_s is not None
        assert traffic.read_per_s >= 0
        assert traffic.busiest_disk is not None
        assert traffic.busiest_disk.busy == pytest.approx(0.07, abs=0.01)
    births = [one.births for one in samples]
    assert all(old is not None and new is not None and new >= old for old, new in itertools.pairwise(births))


def test_gpus_of_the_script_are_never_more_than_wholly_busy_or_full() -> None:
    source = ScriptedSource(128)
    samples = [one for _ in range(400) for one in source.advance() if isinstance(one, MachineSample)]
    for sample in samples:
        assert sample.around is not None
        assert len(sample.around.gpus) == scripted_machine(128).gpus == 8
        for gpu in sample.around.gpus:
            assert gpu.busy is not None
            assert 0 <= gpu.busy <= 1
            assert gpu.memory_used is not None
            assert gpu.memory_total is not None
            assert gpu.memory_used <= gpu.memory_total


@pytest.mark.parametrize("cores", [2, 16])
def test_cores_are_as_busy_as_the_table_beside_them_says(cores: int) -> None:
    source = ScriptedSource(cores, wanted=Wanted())
    items = [one for _ in range(1200) for one in source.advance()]
    tables = [one for one in items if isinstance(one, TaskTable)][5:]
    samples = [one for one in items if isinstance(one, MachineSample)]
    asked = sum(row.cpu_share or 0.0 for table in tables for row in table.rows) / len(tables)
    first, last = samples[len(samples) // 10], samples[-1]
    busy = [new.busy - old.busy for old, new in zip(first.cores, last.cores, strict=True) if old is not None and new is not None]
    taken = sum(busy) / ((last.at_ns - first.at_ns) / 1e9)
    assert taken == pytest.approx(asked, abs=0.1 + 0.04 * cores)
