"""What the verdicts about taking turns say has to be true of the figures, whichever they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab.lab.catalogue import find
from conclab.lab.judging import NOT_MEASURED
from conclab.model.experiments import Arm, Values, resolve
from conclab.model.machine import Machine
from conclab.model.results import OK, ArmResult, Counters, Disturbance, Repetition, Results
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.scripted_surroundings import scripted_machine
from tests.helpers import here

MS, US = 1_000_000, 1_000
ROUNDS = 6
QUIET = Counters(1_000 * MS, 500 * MS, 100 * MS, 800, 200, 0)


def judged(
    name: str,
    measures: dict[str, dict[str, float]],
    gil: bool | None = True,
    counters: Counters = QUIET,
    own: float | None = None,
    foreign: float | None = None,
    **given: str,
) -> Verdict:
    """The verdict on what each arm measured; an arm that is not named never ran."""
    experiment, machine = find(name), scripted_machine(2)
    values = resolve(experiment.parameters, given, machine)
    planned = experiment.arms(values, machine)
    arms = {}
    for arm in planned:
        if arm.name in measures:
            repetitions = []
            for number in range(ROUNDS):
                jitter = 1 + number % 3 / 1e6
                found = {key: value * jitter for key, value in measures[arm.name].items()}
                one = Repetition(arm.name, here().path, number, False, OK, wall_ns=500 * MS, counters=counters, measures=found)
                repetitions.append(one)
            arms[arm.name] = ArmResult(arm, tuple(repetitions))
    disturbance = Disturbance(foreign, own_share=own)
    return experiment.judge(Results(values, machine, here(), gil, arms, None, planned, disturbance, experiment.metric))


def latency(median: float) -> dict[str, float]:
    return {"median_ns": median, "p99_ns": 3 * median, "worst_ns": 10 * median}


def turns(*lengths_us: float, work: float = 1e6) -> dict[str, dict[str, float]]:
    names = ("0.1 ms", "1 ms", "5 ms", "20 ms", "50 ms")
    return {
        name: {"turn_ns": length * US, "turns": 500_000 / length, "work": work}
        for name, length in zip(names, lengths_us, strict=True)
    }


def arms_of(name: str, **given: str) -> tuple[Arm, ...]:
    machine: Machine = scripted_machine(2)
    values: Values = resolve(find(name).parameters, given, machine)
    return find(name).arms(values, machine)


# The convoy


def convoy(threads_us: float, gil: bool | None = True) -> Verdict:
    figures = {"alone": latency(15 * US), "1 thread": latency(5 * MS), "CPU threads": latency(threads_us * US)}
    return judged("gil-convoy", {**figures, "CPU processes": latency(18 * US)}, gil)


def test_waiting_for_the_gil_is_told_from_sharing_the_cores() -> None:
    held = convoy(25_000)
    assert held.status is Status.HOLDS
    assert "25.0 ms instead of 15.0 µs" in held.statement
    assert "It waits for the GIL" in held.statement
    assert "Beside as many processes it takes 18.0 µs" in held.statement
    assert [bar.label for bar in held.evidence] == ["no CPU thread", "one CPU thread", "four CPU threads", "four CPU processes"]
    assert held.evidence[2].note == "median 25.0 ms, p99 75.0 ms, worst 250 ms"


def test_without_a_gil_nothing_is_blamed_on_it() -> None:
    free = convoy(35, gil=False)
    assert free.status is Status.FAILS
    assert "has no GIL" in free.statement
    assert "GIL" not in convoy(25_000, gil=None).statement + convoy(25_000, gil=None).advice


@pytest.mark.parametrize(("times", "status"), [(5.1, Status.HOLDS), (4.9, Status.FAILS)])
def test_how_long_an_answer_has_to_wait(times: float, status: Status) -> None:
    assert convoy(15 * times).status is status


def test_the_echo_shares_its_process_with_threads_and_not_with_processes() -> None:
    arms = {arm.name: arm for arm in arms_of("gil-convoy", threads="3", interval="200")}
    assert {name: (arm.executor, arm.workers) for name, arm in arms.items()} == {
        "alone": ("threads", 1),
        "1 thread": ("threads", 2),
        "CPU threads": ("threads", 4),
        "CPU processes": ("fork", 4),
    }
    assert {arm.arguments["interval_us"] for arm in arms.values()} == {200}
    assert "1 thread" not in {arm.name for arm in arms_of("gil-convoy", threads="1")}, "that would be the same arm twice"


# The hand-over


def test_a_turn_as_long_as_the_interval_holds_and_what_the_kernel_counts_besides_is_explained() -> None:
    found = judged("gil-hand-over", turns(200, 1_200, 5_100, 20_050, 50_010))
    assert found.status is Status.HOLDS
    assert "keeps the GIL for 5.10 ms at a time: 1.02× the interval" in found.statement
    assert "From 0.1 ms to 50 ms a turn took 200 µs to 50.0 ms" in found.statement
    assert any("8.2 voluntary switches for each hand-over" in reason for reason in found.reasons)
    assert found.evidence[0].note == "5,000 hand-overs/s, 100 % of the work at 50 ms"


@pytest.mark.parametrize(
    ("turn_us", "status"),
    [(4_100, Status.HOLDS), (3_900, Status.FAILS), (7_400, Status.HOLDS), (7_600, Status.FAILS)],
)
def test_how_far_a_turn_may_be_from_the_interval(turn_us: float, status: Status) -> None:
    assert judged("gil-hand-over", turns(200, 1_200, turn_us, 20_050, 50_010)).status is status


def test_the_interval_that_was_chosen_is_the_one_that_is_judged() -> None:
    found = judged("gil-hand-over", turns(200, 1_200, 5_100, 20_050, 50_010), interval="100")
    assert found.status is Status.FAILS
    assert "With a switch interval of 0.1 ms" in found.statement
    assert [arm.name for arm in arms_of("gil-hand-over", interval="2500")] == ["0.1 ms", "1 ms", "2.5 ms", "5 ms", "20 ms", "50 ms"]


def test_no_timeouts_are_told_where_there_are_as_many_switches_as_hand_overs() -> None:
    few = replace(QUIET, voluntary_switches=100)
    assert not judged("gil-hand-over", turns(200, 1_200, 5_000, 20_050, 50_010), counters=few).reasons


def test_where_there_is_no_gil_cores_are_counted_and_not_turns() -> None:
    found = judged("gil-hand-over", turns(1, 1, 1, 1, 1), gil=False, counters=replace(QUIET, on_core_ns=980 * MS))
    assert found.status is Status.FAILS
    assert found.statement == "Four threads have no GIL to hand over here: they used 1.96 cores at once."
    busy = judged("gil-hand-over", turns(1, 1, 1, 1, 1), gil=False, counters=replace(QUIET, on_core_ns=300 * MS), foreign=0.5)
    assert busy.statement.endswith("they used 0.60 cores at once (others took 50 % of the cores).")
    assert found.unit == " cores"
    assert [(bar.label, bar.value, bar.unit) for bar in found.evidence[:2]] == [
        ("0.1 ms", 1.96, " cores"),
        ("1 ms", 1.96, " cores"),
    ]
    assert found.evidence[-1].ideal
    assert found.evidence[-1].value == 2


def test_turns_that_were_too_few_to_measure_are_not_blamed_on_the_repetitions() -> None:
    none = {name: {"turns": 1.0, "work": 1e6} for name in turns(1, 1, 1, 1, 1)}
    found = judged("gil-hand-over", none)
    assert found.status is Status.UNDECIDED
    assert found.reasons[0] == NOT_MEASURED


# The switch


def switching(processes_us: float, gil: bool = True, free_us: float = 26.0) -> Verdict:
    arms = {"threads, one core": 3.0, "processes, one core": processes_us, "threads, free": 25.0, "processes, free": free_us}
    return judged("context-switch", {name: {"hand_over_ns": each * US, "hand_overs": 1_000} for name, each in arms.items()}, gil)


def test_what_a_switch_costs_is_said_with_both_figures_and_waking_a_core_up_is_kept_apart() -> None:
    more = switching(3.3)
    assert more.status is Status.HOLDS
    assert "costs 1.10× what one between threads costs: 3.30 µs against 3.00 µs" in more.statement
    assert "Not pinned it takes 26.0 µs" in more.statement
    assert "Not pinned" not in switching(3.3, free_us=6.5).statement, "less than half of it came from that"
    assert "Not pinned" not in switching(3.3, free_us=3.4).statement, "they stayed on one core all the same"
    assert more.evidence[0].note == "3.00 µs each, 1.0 switches"
    same = switching(3.0)
    assert same.status is Status.FAILS
    assert "includes one of the GIL" in same.statement
    assert "GIL" not in switching(3.0, gil=False).statement


@pytest.mark.parametrize(("processes_us", "status"), [(3.16, Status.HOLDS), (3.14, Status.FAILS)])
def test_how_much_more_counts_as_more(processes_us: float, status: Status) -> None:
    assert switching(processes_us).status is status


# The wake-up


def waking(busy_us: float) -> Verdict:
    figures = {"nobody": 4.0, "busy": busy_us, "busy, nice 10": 5.0, "busy, SCHED_IDLE": 4.5}
    return judged("wake-up-latency", {name: latency(each * US) for name, each in figures.items()})


def test_a_wake_up_that_has_to_wait_for_its_turn_is_told_from_one_that_takes_a_core() -> None:
    assert waking(39.0).status is Status.FAILS
    assert "at most 39.0 µs, alone 4.00 µs" in waking(39.0).statement
    assert "The slowest of all took 390 µs" in waking(39.0).statement
    waited = waking(3_000.0)
    assert waited.status is Status.HOLDS
    assert "Beside four busy processes" in waited.statement
    assert "SCHED" in waited.evidence[3].label
    assert "chrt --idle" in waited.advice


def test_those_that_compute_are_two_a_core_unless_told_otherwise() -> None:
    assert [arm.workers for arm in arms_of("wake-up-latency")] == [2, 6, 6, 6]
    assert [arm.arguments["manner"] for arm in arms_of("wake-up-latency", busy="1")] == ["", "", "nice", "idle"]


# Too many workers


def test_the_delay_of_each_worker_and_the_length_of_a_slice_are_told_and_what_watching_took() -> None:
    names = ("1x", "2x", "4x", "8x", "16x")
    found = judged("too-many-workers", {name: {} for name in names}, own=0.02)
    assert found.evidence[1].note == "10 % wanting a core (25.0 ms each) · slices of 500 µs · 200 involuntary"
    assert "conclab itself, which watched, took 2 % of the cores." in found.reasons
    assert not [one for one in judged("too-many-workers", {name: {} for name in names}).reasons if "conclab" in one]
