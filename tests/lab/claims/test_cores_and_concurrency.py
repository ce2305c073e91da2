"""What the claims about cores, concurrency and priority come to, on made-up results: which figures decide them, and when they stay
open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from conclab.lab.catalogue import find
from conclab.lab.claims.concurrency import c27_overlapping_lifetimes as c27
from conclab.lab.claims.concurrency import c28_one_task_a_core as c28
from conclab.lab.claims.concurrency import c29_whole_core_or_none as c29
from conclab.lab.claims.concurrency import c30_short_slices as c30
from conclab.lab.claims.cores import c02_one_core_no_speed_up as c02
from conclab.lab.claims.cores import c03_the_system_alternates as c03
from conclab.lab.claims.multi_threading import c33_responsive as c33
from conclab.lab.claims.parallelism import c41_concurrent_is_not_parallel as c41
from conclab.model.claims import Part, Standing, standing_of
from conclab.model.experiments import resolve
from conclab.model.machine import Machine
from conclab.model.results import OK, ArmResult, Counters, Disturbance, Repetition, Results, WorkerResult, add_up
from conclab.model.verdicts import Status
from conclab.sampling.scripted_surroundings import scripted_machine
from tests.helpers import here

HOLDS, FAILS, OPEN = Status.HOLDS, Status.FAILS, Status.UNDECIDED
MS = 1_000_000
ROUNDS = 6
TWO = scripted_machine(2)
ONE = replace(scripted_machine(1), usable_cores=1.0, affinity=(0,))
HALF = replace(TWO, usable_cores=0.5, quota_cores=0.5)
QUIET, BUSY = Disturbance(), Disturbance(foreign_share=0.4)


def life(number: int, start: int, end: int, on: int, wants: int, involuntary: int | None = 50) -> WorkerResult:
    """A worker's life in milliseconds."""
    counters = Counters((end - start) * MS, on * MS, wants * MS, 2, involuntary, 0)
    return WorkerResult(f"w{number}", 10 + number, 10 + number, start * MS, end * MS, counters)


def once(workers: Sequence[WorkerResult] = (), measures: Mapping[str, float] | None = None, wall: int = 1_000) -> Repetition:
    return Repetition(
        "",
        here().path,
        0,
        False,
        OK,
        wall_ns=wall * MS,
        workers=tuple(workers),
        counters=add_up([worker.counters for worker in workers]) if workers else Counters(),
        measures=measures or {},
    )


def results(
    name: str,
    arms: Mapping[str, Repetition],
    machine: Machine = TWO,
    *,
    gil: bool | None = True,
    disturbance: Disturbance = QUIET,
) -> Results:
    """The same repetition in every round, by the names of arms."""
    experiment = find(name)
    values = resolve(experiment.parameters, {}, machine)
    planned = experiment.arms(values, machine)
    assert set(arms) <= {arm.name for arm in planned}
    found = {
        arm.name: ArmResult(arm, tuple(replace(arms[arm.name], arm=arm.name, round=number) for number in range(ROUNDS)))
        for arm in planned
        if arm.name in arms
    }
    lacks = experiment.lacks(values, machine)
    return Results(values, machine, here(), gil, found, None, planned, disturbance, experiment.metric, lacks)


def statuses(parts: Sequence[Part]) -> list[Status]:
    return [part.verdict.status for part in parts]


# One core only: claims 3, 27 and 41

TURNS = (life(1, 0, 1_000, 490, 500), life(2, 5, 1_000, 490, 500))
IN_TURN = (life(1, 0, 500, 500, 0, 0), life(2, 5, 1_000, 500, 495, 0))
"""The second one has to wait until the first is done."""
APART = (life(1, 0, 490, 490, 0), life(2, 500, 1_000, 490, 0))
FREE = (life(1, 0, 500, 490, 5), life(2, 5, 500, 480, 5))


def one_core(pinned: Sequence[WorkerResult], machine: Machine = TWO, disturbance: Disturbance = QUIET) -> Results:
    arms = {"many, one core": once(pinned), "many, all cores": once(FREE, wall=510)}
    return results("one-core-only", arms, machine, disturbance=disturbance)


def test_two_that_take_turns_have_half_each_and_are_interrupted() -> None:
    found = c03.judge(one_core(TURNS))
    assert found.status is HOLDS
    assert "one had 50 % of it and the other 50 %" in found.statement
    assert "took it away 100 times" in found.statement
    assert c03.judge(one_core(IN_TURN)).status is FAILS, "one after the other is no alternation"


def test_two_that_are_never_interrupted_do_not_alternate_whatever_they_had() -> None:
    quiet = tuple(replace(one, counters=replace(one.counters, involuntary_switches=0)) for one in TURNS)
    assert c03.judge(one_core(quiet)).status is FAILS


def test_uneven_halves_are_no_news_where_others_want_the_core() -> None:
    uneven = (life(1, 0, 1_000, 300, 690), life(2, 5, 1_000, 500, 480))
    assert c03.judge(one_core(uneven)).status is FAILS
    assert c03.judge(one_core(uneven, disturbance=BUSY)).status is OPEN


def test_counters_that_are_missing_leave_it_open() -> None:
    blind = tuple(replace(one, counters=Counters()) for one in TURNS)
    assert c03.judge(one_core(blind)).status is OPEN
    assert c27.judge(one_core(blind)).status is OPEN


def test_overlapping_lives_on_one_core_are_concurrent() -> None:
    assert c27.judge(one_core(TURNS)).status is HOLDS
    assert c27.judge(one_core(TURNS, ONE)).status is HOLDS, "that takes no second core"
    apart = c27.judge(one_core(APART))
    assert apart.status is OPEN, "that two did not overlap once does not prove that they cannot"
    assert "One worker had ended before the other began" in apart.statement


@pytest.mark.parametrize(("one", "two", "status"), [(490, 500, HOLDS), (490, 600, HOLDS), (600, 490, FAILS)])
def test_on_one_core_two_are_no_sooner_done_and_may_be_later(one: int, two: int, status: Status) -> None:
    arms = {"one, one core": once([life(1, 0, one, one, 0)], wall=one), "many, one core": once(TURNS, wall=two)}
    found = c02.judge(results("one-core-only", arms))
    assert found.status is status
    assert ("no sooner than one: 0.82× as fast" in found.statement) == (two == 600)


def test_more_than_one_core_is_no_single_core() -> None:
    arms = {"many, one core": once(FREE, wall=510)}
    assert c27.judge(results("one-core-only", arms)).status is FAILS


def test_concurrent_and_parallel_are_told_apart_and_parallel_takes_two_cores() -> None:
    both = c41.judge([one_core(TURNS)])
    assert statuses(both) == [HOLDS, HOLDS]
    assert "1.90 cores instead of 0.98" in both[1].verdict.statement
    for machine in (ONE, HALF):
        alone = c41.judge([one_core(TURNS, machine)])
        assert statuses(alone) == [HOLDS, OPEN]
        assert "This takes two cores" in alone[1].verdict.reasons[0]
        assert standing_of(alone) is Standing.UNDECIDED


# Two at once: claims 1 and 28


def at_once(pinned: float, free: float, cores: float = 1.97, machine: Machine = TWO, disturbance: Disturbance = QUIET) -> Results:
    planned = find("two-at-once").arms(resolve(find("two-at-once").parameters, {}, machine), machine)
    arms = {arm.name: once(measures={"at_once": min(free, arm.workers), "cores": min(cores, arm.workers)}) for arm in planned[1:]}
    arms[planned[0].name] = once(measures={"at_once": pinned, "cores": 1.0})
    return results("two-at-once", arms, machine, disturbance=disturbance)


@pytest.mark.parametrize(("seen", "cores", "status"), [(2, 1.81, HOLDS), (2, 1.79, OPEN), (1, 1.79, FAILS)])
def test_two_that_compute_keep_nearly_two_cores_busy(seen: int, cores: float, status: Status) -> None:
    found = find("two-at-once").judge(at_once(1, seen, cores))
    assert found.status is status
    assert (status is OPEN) == ("did run at the same instant" in found.statement)


@pytest.mark.parametrize("machine", [ONE, HALF])
def test_without_two_cores_nobody_says_that_two_run_at_once(machine: Machine) -> None:
    assert find("two-at-once").judge(at_once(1, 1, 1.0, machine)).status is OPEN


def test_as_many_run_as_there_are_cores_and_no_more() -> None:
    assert statuses(c28.judge([at_once(1, 2)])) == [HOLDS, HOLDS]
    assert statuses(c28.judge([at_once(2, 2)])) == [FAILS, HOLDS]
    assert statuses(c28.judge([at_once(1, 3)])) == [FAILS, HOLDS]
    missed = c28.judge([at_once(1, 1)])
    assert statuses(missed) == [HOLDS, OPEN], "a disturbed worker is taken for away, so it is no proof"
    assert "The most that were seen at one instant: one" in missed[1].verdict.reasons[0]


def test_as_many_as_the_cores_need_be_seen_only_once() -> None:
    found = at_once(1, 2, disturbance=BUSY)
    kept_apart = tuple(replace(one, measures={**one.measures, "at_once": 1.0}) for one in found.arms["8 workers"].repetitions)
    arms = {**found.arms, "8 workers": replace(found.arms["8 workers"], repetitions=kept_apart)}
    assert statuses(c28.judge([replace(found, arms=arms)])) == [HOLDS, HOLDS]


def test_fewer_than_the_cores_is_no_news_where_others_have_them() -> None:
    found = c28.judge([at_once(1, 1, disturbance=BUSY)])
    assert statuses(found) == [HOLDS, OPEN]
    assert "Others wanted the cores, too (others took 40 % of the cores)" in found[1].verdict.reasons[0]


def test_on_one_core_one_at_a_time_is_seen_and_the_rest_is_not() -> None:
    found = c28.judge([at_once(1, 1, 1.0, ONE)])
    assert statuses(found) == [HOLDS, OPEN]
    assert "This takes two cores" in found[1].verdict.reasons[0]


def test_the_counts_go_up_to_the_largest_and_contain_two_and_the_cores() -> None:
    experiment, machine = find("two-at-once"), scripted_machine(16)
    for given, counts in (({}, [1, 2, 16, 32, 64]), ({"workers": "20"}, [1, 2, 16, 20]), ({"workers": "2"}, [1, 2])):
        arms = experiment.arms(resolve(experiment.parameters, given, machine), machine)
        assert [arm.workers for arm in arms[1:]] == counts
        assert (arms[0].one_core, arms[0].workers) == (True, 2)


# A whole core: claim 29


def shares(
    computes: int, wants: int, partly: int = 300, waits: int = 1, machine: Machine = TWO, disturbance: Disturbance = QUIET
) -> tuple[Part, ...]:
    arms = {
        "computes": once([life(1, 0, 1_000, computes, wants)]),
        "now and then": once([life(1, 0, 1_000, partly, 0)]),
        "waits": once([life(1, 0, 1_000, waits, 0)]),
    }
    return c29.judge([results("whole-core", arms, machine, disturbance=disturbance)])


def test_who_computes_has_a_whole_core_and_who_waits_none() -> None:
    found = shares(990, 5)
    assert statuses(found) == [HOLDS, HOLDS, HOLDS]
    assert "had 99 % of a core" in found[0].verdict.statement
    assert statuses(shares(990, 5, partly=380)) == [HOLDS, FAILS, HOLDS]
    assert statuses(shares(990, 5, waits=20)) == [HOLDS, HOLDS, FAILS]


def test_who_computes_and_sleeps_all_the_same_contradicts_it_and_who_is_kept_waiting_does_not() -> None:
    assert statuses(shares(700, 10))[0] is FAILS
    kept = shares(700, 295, partly=240, disturbance=BUSY)
    assert statuses(kept) == [OPEN, OPEN, HOLDS]
    assert "Others wanted the core" in kept[0].verdict.reasons[0]


def test_a_quota_of_half_a_core_is_named_and_nothing_fails() -> None:
    for wants in (495, 5):  # kernels differ in whether whom a quota stops stands in the run queue
        found = shares(500, wants, partly=240, machine=HALF)
        assert statuses(found) == [OPEN, OPEN, HOLDS]
        assert "CPU quota of 0.5 cores" in found[0].verdict.reasons[0]


# Slices: claim 30


def slices(
    turn: int = 3, late: int = 4, crowded: int = 140, machine: Machine = TWO, disturbance: Disturbance = QUIET
) -> tuple[Part, ...]:
    """Turns of so many milliseconds, beats so late, and so long a pause in the crowd."""
    busy = [life(number, 0, 600, 25 * turn, 300, 24) for number in (2, 3)]
    arms = {
        "few": once([life(1, 0, 600, 1, 1), *busy], {"p99_ns": late * MS, "away_ns": 10 * MS}),
        "crowd": once([life(1, 0, 600, 1, 1), *busy], {"p99_ns": late * MS, "away_ns": crowded * MS}),
    }
    return c30.judge([results("time-slices", arms, machine, disturbance=disturbance)])


def test_short_turns_hold_and_a_crowd_is_told_beside_them() -> None:
    found = slices()
    assert statuses(found) == [HOLDS, HOLDS, FAILS]
    assert "a turn takes 3.00 ms" in found[0].verdict.statement
    assert "With 48 that compute on a core, half of them have to wait 140 ms or longer" in found[2].verdict.statement
    assert standing_of(found) is Standing.HOLDS, "the crowd does not count"


@pytest.mark.parametrize(
    ("turn", "late", "expected"), [(21, 4, [FAILS, HOLDS]), (19, 101, [HOLDS, FAILS]), (19, 99, [HOLDS, HOLDS])]
)
def test_what_is_short_and_what_is_noticed(turn: int, late: int, expected: list[Status]) -> None:
    assert statuses(slices(turn, late))[:2] == expected


def test_delays_that_others_may_have_made_are_not_held_against_the_switching() -> None:
    found = slices(3, 150, 700, disturbance=BUSY)
    assert statuses(found) == [HOLDS, OPEN, OPEN]
    assert found[1].verdict.reasons[0].startswith("Others wanted the cores, too (others took 40 % of the cores)")
    assert not [one for one in found[1].verdict.reasons if "reaches across" in one], "it lies on one side"


def test_delays_that_a_quota_makes_are_not_held_against_the_switching() -> None:
    found = slices(3, 150, 700, machine=HALF)
    assert statuses(found) == [HOLDS, OPEN, OPEN]
    assert "CPU quota of 0.5 cores" in found[1].verdict.reasons[0]


# Responsive: claim 33


def interface(
    process: float, thread: float, gil: bool = True, p99: float = 15, disturbance: Disturbance = QUIET, machine: Machine = TWO
) -> tuple[Part, ...]:
    """Half of the beats within 10 ms beside who is nice 0, and by so much sooner beside who is nice 10."""

    def beats(median: float) -> Repetition:
        return once(measures={"median_ns": median * MS, "p99_ns": p99 * MS, "worst_ns": p99 * MS})

    arms = {
        "process": beats(10),
        "process, nice 10": beats(10 / process),
        "thread": beats(10),
        "thread, nice 10": beats(10 / thread),
    }
    return c33.judge([results("responsive", arms, machine, gil=gil, disturbance=disturbance)])


def test_a_priority_helps_beside_a_process_and_not_beside_a_thread_with_the_gil() -> None:
    found = interface(1.7, 1.0)
    assert statuses(found) == [HOLDS, HOLDS, FAILS]
    assert standing_of(found) is Standing.PARTLY
    assert "within 5.88 ms instead of 10.0 ms: 1.70× sooner" in found[1].verdict.statement
    assert "within 10.0 ms beside a thread and 5.88 ms beside a process. The priority does not reach" in found[2].verdict.statement


def test_without_a_gil_it_helps_both_and_the_gil_is_not_blamed() -> None:
    assert standing_of(interface(1.7, 1.6, gil=False)) is Standing.HOLDS
    assert "GIL" not in interface(1.7, 1.0, gil=False)[2].verdict.statement


@pytest.mark.parametrize(("times", "status"), [(1.52, HOLDS), (1.48, FAILS)])
def test_beside_a_thread_it_may_take_a_third_longer(times: float, status: Status) -> None:
    assert interface(2.0, times)[2].verdict.status is status


@pytest.mark.parametrize(("times", "status"), [(1.26, HOLDS), (1.24, FAILS)])
def test_how_much_sooner_is_a_help(times: float, status: Status) -> None:
    assert interface(times, 1.0)[1].verdict.status is status


def test_an_interface_that_is_late_is_noticed_unless_others_made_it_late() -> None:
    assert interface(1.7, 1.0, p99=120)[0].verdict.status is FAILS
    assert interface(1.7, 1.0, p99=120, disturbance=BUSY)[0].verdict.status is OPEN
    assert statuses(interface(1.1, 1.0, p99=120, machine=HALF)) == [OPEN, OPEN, OPEN], "it is the quota that makes it late"


# Utilisation: claim 31


@pytest.mark.parametrize(("many_ms", "status"), [(760, HOLDS), (780, FAILS)])
def test_more_has_to_get_done_on_the_same_core(many_ms: int, status: Status) -> None:
    arms = {"1 worker": once([life(1, 0, 1_000, 300, 1)]), "8 workers": once([life(1, 0, 750, 300, 1)], wall=many_ms)}
    found = find("utilisation").judge(results("utilisation", arms, ONE))
    assert found.status is status
    assert "busy for 30 % of the time with one" in found.statement
