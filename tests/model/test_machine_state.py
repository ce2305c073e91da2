"""The machine as screens show it: figures that change once a second, histories that miss nothing."""

from __future__ import annotations

from conclab.model.lanes import CELL_NS, cell_of
from conclab.model.machine import MachineSample
from conclab.model.machine_state import MachineState, fold_machine
from conclab.model.processes import ProcessTable
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


def test_a_table_of_processes_is_kept_beside_the_machine() -> None:
    before = _fold(_at(0), _at(SECOND, switches=10))
    table = ProcessTable(START + 2 * SECOND, ())
    after = fold_machine(before, table)
    assert after.processes is table
    assert (after.sample, after.rates, after.cores) == (before.sample, before.rates, before.cores)
    assert fold_machine(after, _at(3 * SECOND)).processes is table
