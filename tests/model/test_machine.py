"""The machine's rates: shares of what the kernel booked, by the time that really passed, and nothing invented."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from conclab.model.machine import CorePlace, CoreTimes, Witness, core_load, foreign_s, rates_between, stolen_s
from tests.model.builders import SECOND, machine_of, machine_sample, times


def test_a_core_that_was_half_busy() -> None:
    load = core_load(times(user=5.0, idle=9.0), times(user=5.2, system=0.3, idle=9.5))
    assert [load.user, load.system, load.busy] == pytest.approx([0.2, 0.3, 0.5])


def test_ten_millisecond_steps_do_not_make_more_than_the_whole() -> None:
    # Between two looks 250 ms apart the kernel may book 26 steps of 10 ms.
    assert core_load(times(), times(user=0.26)).busy == 1.0
    assert core_load(times(), times(user=0.13, idle=0.13)).busy == pytest.approx(0.5)


def test_every_kind_of_work_is_busy_and_waiting_stolen_and_idle_time_are_not() -> None:
    load = core_load(times(), times(user=0.1, system=0.1, nice=0.1, irq=0.1, iowait=0.2, steal=0.2, idle=0.2))
    assert load.busy == pytest.approx(0.4)
    assert load.iowait == pytest.approx(0.2)
    assert load.steal == pytest.approx(0.2)


def test_what_a_system_does_not_count_stays_missing() -> None:
    before = times(nice=None, iowait=None, steal=None, irq=None)
    after = times(user=1.0, idle=1.0, nice=None, iowait=None, steal=None, irq=None)
    for load in (core_load(before, after), core_load(before, before)):
        assert (load.nice, load.iowait, load.steal, load.irq) == (None, None, None, None)
    assert core_load(before, after).busy == 0.5


@pytest.mark.parametrize("after", [times(user=5.0, idle=5.0), times(user=5.0, idle=4.9)])
def test_a_core_of_which_nothing_was_booked_was_not_busy(after: CoreTimes) -> None:
    load = core_load(times(user=5.0, idle=5.0), after)
    assert load.busy == 0.0
    assert load.steal == 0.0, "it is counted here, and there was none"


@pytest.mark.parametrize(
    "after", [times(user=0.13, system=0.12, iowait=4.99, idle=9.0), times(user=0.2, system=0.1, nice=0.1, idle=8.8, iowait=5.0)]
)
def test_a_core_is_never_more_than_wholly_busy_even_when_idle_time_steps_back(after: CoreTimes) -> None:
    # proc_stat(5): iowait may decrease, and idle with it.
    assert core_load(times(iowait=5.0, idle=9.0), after).busy <= 1.0


def test_shares_stay_between_none_and_all_over_long_random_use() -> None:
    draw = random.Random(8)
    now = times(user=100.0, system=50.0, idle=1000.0)
    for _ in range(2_000):
        booked = [draw.choice((0, 0, 1, 5, 25)) / 100 for _ in range(7)]
        later = CoreTimes(
            user=now.user + booked[0],
            system=now.system + booked[1],
            nice=(now.nice or 0) + booked[2],
            iowait=(now.iowait or 0) + booked[3],
            steal=(now.steal or 0) + booked[4],
            irq=(now.irq or 0) + booked[5],
            idle=now.idle + booked[6],
        )
        load = core_load(now, later)
        parts = [load.user, load.system, load.nice, load.iowait, load.steal, load.irq]
        assert all(part is not None and 0.0 <= part <= 1.0 for part in parts)
        assert load.busy <= 1.0 + 1e-9
        now = later


def test_rates_are_by_the_time_that_really_passed() -> None:
    before = machine_sample(10 * SECOND, [times()], switches=1_000, interrupts=50, own_cpu_ns=7 * SECOND)
    after = machine_sample(11_500_000_000, [times(user=1.5)], switches=1_300, interrupts=50, own_cpu_ns=7_150_000_000)
    rates = rates_between(before, after)
    assert rates is not None
    assert (rates.switches_per_s, rates.interrupts_per_s) == (200.0, 0.0)
    assert rates.own_share == pytest.approx(0.1)
    assert [core and core.busy for core in rates.cores] == [1.0]


@pytest.mark.parametrize("later", [0, -SECOND])
def test_without_elapsed_time_there_are_no_rates(later: int) -> None:
    assert rates_between(machine_sample(SECOND, switches=1), machine_sample(SECOND + later, switches=9)) is None


def test_a_counter_that_is_missing_at_either_end_has_no_rate() -> None:
    known, unknown = machine_sample(0, switches=1, interrupts=1), machine_sample(SECOND, switches=None, interrupts=None)
    rates = rates_between(known, unknown)
    assert rates is not None
    assert (rates.switches_per_s, rates.interrupts_per_s) == (None, None)
    rates = rates_between(machine_sample(-SECOND, switches=None, interrupts=None), known)
    assert rates is not None
    assert (rates.switches_per_s, rates.interrupts_per_s) == (None, None)


def test_a_counter_that_steps_back_gives_no_negative_rate() -> None:
    rates = rates_between(machine_sample(0, switches=50, own_cpu_ns=50), machine_sample(SECOND, switches=10, own_cpu_ns=10))
    assert rates is not None
    assert (rates.switches_per_s, rates.own_share) == (0.0, 0.0)


def _witness(*cores: CoreTimes | None) -> Witness:
    return Witness(0, cores, 0.0, 0.0)


def test_what_others_took_is_what_a_core_was_busy_beyond_our_own() -> None:
    before = _witness(times(user=1.0), times(user=5.0), times(user=9.0))
    after = _witness(times(user=2.0, irq=0.5, steal=0.25), times(user=5.0, system=2.0, nice=1.0, steal=0.5), times(user=9.0))
    assert foreign_s(before, after, (), own_s=1.5) == pytest.approx(3.0)
    assert foreign_s(before, after, (1,), own_s=1.5) == pytest.approx(1.5), "of that core alone"
    assert stolen_s(before, after, ()) == pytest.approx(0.75)
    assert stolen_s(before, after, (0, 2)) == pytest.approx(0.25)


def test_a_core_that_came_or_went_meanwhile_is_left_out() -> None:
    before, after = _witness(times(user=1.0), None, times()), _witness(times(user=2.0), times(user=7.0), None)
    assert foreign_s(before, after, (), own_s=0.0) == pytest.approx(1.0)


def test_what_is_not_told_is_missing() -> None:
    assert foreign_s(_witness(), _witness(), (), own_s=0.0) is None
    assert stolen_s(_witness(), _witness(), ()) is None
    assert stolen_s(_witness(times(steal=None)), _witness(times(steal=None)), ()) is None
    mixed = _witness(times(steal=1.0), times(steal=None))
    assert stolen_s(mixed, mixed, ()) is None


def test_a_core_that_is_offline_has_no_load() -> None:
    rates = rates_between(machine_sample(0, [times(), None, times()]), machine_sample(SECOND, [times(user=1.0), None, None]))
    assert rates is not None
    assert [core and core.busy for core in rates.cores] == [1.0, None, None]


@pytest.mark.parametrize(("usable", "workers"), [(0.5, 1), (1.0, 1), (1.9, 1), (2.0, 2), (7.99, 7)])
def test_a_part_of_a_core_carries_no_worker_but_the_first(usable: float, workers: int) -> None:
    assert machine_of(cores=8, usable=usable).whole_cores == workers


def test_births_are_counted_a_second() -> None:
    before = replace(machine_sample(0), births=100)
    rates = rates_between(before, replace(machine_sample(2 * SECOND), births=150))
    assert rates is not None
    assert rates.births_per_s == 25.0
    rates = rates_between(machine_sample(0), machine_sample(SECOND))
    assert rates is not None
    assert (rates.births_per_s, rates.traffic) == (None, None)


def test_a_machine_has_a_slot_for_every_core_that_is_there() -> None:
    machine = machine_of(cores=3)
    assert machine.slots == 3
    assert replace(machine, places=(CorePlace(),) * 4).slots == 4, "one is offline"


@pytest.mark.parametrize(
    ("siblings", "number", "second"), [((0, 4), 0, False), ((0, 4), 4, True), ((4,), 4, False), ((), 4, False)]
)
def test_the_second_thread_of_a_core_is_told_from_the_first(siblings: tuple[int, ...], number: int, second: bool) -> None:
    assert CorePlace(siblings=siblings).is_second(number) is second
