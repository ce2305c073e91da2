"""The machine as screens show it: figures that change once a second, histories that miss nothing."""

from __future__ import annotations

import random
from dataclasses import replace

from conclab.model.lanes import CELL_NS, MOST_CELLS, cell_of, with_cells
from conclab.model.machine import MachineSample
from conclab.model.machine_state import MachineState, fold_machine, fold_machines, levels
from conclab.model.surroundings import Gpu, Interface, Pressure, Stall, Surroundings
from tests.model.builders import MS, SECOND, machine_sample, times

START = 100 * SECOND


def _at(after_ns: int, switches: int = 0, busy_s: float = 0.0) -> MachineSample:
    elapsed_s = after_ns / SECOND
    return machine_sample(START + after_ns, [times(user=busy_s, idle=1 + elapsed_s - busy_s)], switches=switches)


def _fold(*samples: MachineSample) -> MachineState:
    state = MachineState()
    for one in samples:
        state = fold_machine(state, one)
    return state


def test_one_sample_has_no_rates() -> None:
    state = _fold(_at(0, switches=5_000))
    assert state.sample == _at(0, switches=5_000)
    assert state.rates is None
    assert state.cores == ()


def test_two_samples_have_rates_however_close_they_are() -> None:
    state = _fold(_at(0), _at(100 * MS, switches=30))
    assert state.rates is not None
    assert state.rates.switches_per_s == 300.0


def test_figures_stand_still_for_a_second_and_are_then_of_that_second() -> None:
    samples = [_at(0), _at(250 * MS, switches=25)]
    samples += [_at(250 * MS * number, switches=100 * number) for number in range(2, 6)]
    shown = []
    for count in range(2, len(samples) + 1):
        state = _fold(*samples[:count])
        assert state.rates is not None
        assert state.sample == samples[count - 1]
        shown.append(state.rates.switches_per_s)
    assert shown == [100.0, 100.0, 100.0, 100.0, 475.0]


def test_the_history_of_a_core_follows_every_sample() -> None:
    state = _fold(*(_at(number * CELL_NS, busy_s=number * 0.125) for number in range(5)))
    (history,) = state.cores
    assert [history.at(cell_of(START) + number) for number in range(5)] == [0.5, 0.5, 0.5, 0.5, None]


def test_a_sample_from_before_begins_anew_as_when_a_replay_jumps_back() -> None:
    state = _fold(_at(0), _at(SECOND, switches=100), _at(9 * SECOND, switches=900), _at(2 * SECOND, switches=200))
    assert state.sample == _at(2 * SECOND, switches=200)
    state = fold_machine(state, _at(3 * SECOND, switches=700))
    assert state.rates is not None
    assert state.rates.switches_per_s == 500.0


def _with(sample: MachineSample, received: int, at_ns: int | None = None) -> MachineSample:
    """The sample with a network card that has received so much, read at a moment of its own."""
    around = Surroundings(sample.at_ns if at_ns is None else at_ns, interfaces=(Interface("eth0", received, 0, True),))
    return replace(sample, around=around, memory_used=2, memory_total=8)


def test_what_is_read_more_rarely_keeps_its_figure_until_it_is_read_again() -> None:
    state = _fold(_with(_at(0), 0), _with(_at(SECOND), 500))
    assert state.rates is not None
    assert state.rates.traffic is not None
    assert state.rates.traffic.received_per_s == 500.0
    state = fold_machine(state, _with(_at(2 * SECOND, switches=7), 500, at_ns=START + SECOND))
    assert state.rates is not None
    assert state.rates.switches_per_s == 7.0
    assert state.rates.traffic is not None
    assert state.rates.traffic.received_per_s == 500.0


def test_meters_have_histories_in_the_cells_of_the_cores() -> None:
    state = _fold(*(_with(_at(number * SECOND), 100 * number * number) for number in range(4)))
    memory, received = state.histories["memory"], state.histories["received"]
    assert memory.first == received.first == cell_of(START)
    assert memory.values == (0.25,) * 12
    assert received.values == (100.0,) * 4 + (300.0,) * 4 + (500.0,) * 4
    assert len(state.cores[0].busy) == 12


def test_a_history_is_bounded_and_begins_anew_after_a_gap() -> None:
    assert with_cells(0, (), [(10, 12, 0.5)]) == (10, (0.5, 0.5))
    assert with_cells(10, (0.5, 0.5), [(12, 13, None)]) == (10, (0.5, 0.5, None))
    assert with_cells(10, (0.5, 0.5), [(20, 21, 1.0), (21, 22, 0.0)]) == (20, (1.0, 0.0))
    first, values = with_cells(0, (0.0,) * MOST_CELLS, [(MOST_CELLS, MOST_CELLS + 3, 1.0)])
    assert (first, len(values), values[-3:]) == (3, MOST_CELLS, (1.0, 1.0, 1.0))


def test_many_samples_at_once_give_what_they_give_one_by_one() -> None:
    chance, samples, at_ns = random.Random(3), [], 0
    for _ in range(400):
        at_ns += chance.choice([250, 250, 250, 100, 1_000, 9_000, -300]) * MS
        sample = _with(_at(at_ns, switches=at_ns // MS, busy_s=at_ns / SECOND / 2), at_ns, at_ns=START + at_ns // SECOND * SECOND)
        around = sample.around
        assert around is not None
        gpus = (Gpu("x", chance.random(), 1, 2),) * chance.choice([0, 1, 1, 1])
        samples.append(replace(sample, around=replace(around, gpus=gpus), cores=sample.cores * chance.choice([1, 2, 2, 2])))
    single = state = MachineState()
    done = 0
    for more in (1, 0, 2, 7, 90, 300):
        state = fold_machines(state, samples[done : done + more])
        for sample in samples[done : done + more]:
            single = fold_machine(single, sample)
        done += more
        assert state == single
    assert done == len(samples)
    assert len(state.cores) == len(samples[-1].cores)


def test_pressure_is_that_of_the_scarcest_thing_and_a_gpu_has_a_history() -> None:
    around = Surroundings(START, pressure=Pressure(Stall(0.1), Stall(0.0), Stall(0.3)), gpus=(Gpu("x", 0.75, 1, 2),))
    found = levels(replace(_at(0), around=around), None)
    assert (found["pressure"], found["gpu0"]) == (0.3, 0.75)
    assert "swap" not in found, "this machine has none"
    assert levels(_at(0), None).get("pressure") is None
