"""Claims 4, 15, 16, 22, 23, 24, 43 and 44: which figures decide them, what they then say, and when they stay open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from conclab.lab.catalogue import find
from conclab.lab.claim_catalogue import find_claim
from conclab.model.claims import Part, Standing, Trial, standing_of
from conclab.model.experiments import resolve
from conclab.model.machine import Machine
from conclab.model.results import OK, ArmResult, Counters, Disturbance, Repetition, Results, WorkerResult
from conclab.sampling.scripted_surroundings import scripted_machine
from tests.helpers import here

MS, US = 1_000_000, 1_000
ROUNDS = 8
TWO = scripted_machine(2)
ONE = replace(scripted_machine(1), usable_cores=1.0, affinity=(0,))
ELSEWHERE = replace(TWO, system="Darwin", can_pin=False)
NO_GREENLETS = "this Python lacks the module greenlet"
Measures = Mapping[str, float]


def repetition(wall_ms: float = 100.0, measures: Measures | None = None, blocked: float | None = None) -> Repetition:
    """A repetition whose one worker was blocked for that share of its time; None: the kernel did not tell."""
    wall = int(wall_ms * MS)
    on_core = None if blocked is None else int(wall * (1 - blocked))
    return Repetition("", here().path, 0, False, OK, wall, counters=Counters(wall, on_core, 0), measures=measures or {})


def handful(*order: int) -> Repetition:
    """Processes that spoke in that order, each with a pid of its own."""
    said = [
        WorkerResult(f"w{number}", number, number, 0, MS, Counters(), [[number, 100 + number, when]])
        for when, number in enumerate(order)
    ]
    return replace(repetition(), workers=tuple(said))


def results(
    trial: Trial,
    arms: Mapping[str, Repetition],
    machine: Machine = TWO,
    *,
    missing: Mapping[str, str] | None = None,
    disturbance: Disturbance | None = None,
) -> Results:
    """The same in every round, give or take a thousandth; an arm that is not named never ran."""
    experiment = find(trial.experiment)
    values = resolve(experiment.parameters, trial.given, machine)
    planned = tuple(arm for arm in experiment.arms(values, machine) if arm.name not in (missing or {}))
    assert set(arms) <= {arm.name for arm in planned}
    found = {}
    for arm in planned:
        if arm.name in arms:
            one = arms[arm.name]
            rounds = [
                replace(one, arm=arm.name, round=number, wall_ns=int((one.wall_ns or 0) * (1 + number % 3 / 1_000)))
                for number in range(ROUNDS)
            ]
            found[arm.name] = ArmResult(arm, tuple(rounds))
    lacks = experiment.lacks(values, machine)
    disturbed = disturbance or Disturbance()
    return Results(values, machine, here(), True, found, None, planned, disturbed, experiment.metric, lacks, missing or {})


def judged(
    number: int, *found: Mapping[str, Repetition], machine: Machine = TWO, missing: Mapping[str, str] | None = None
) -> tuple[Part, ...]:
    claim = find_claim(number)
    return claim.judge([results(trial, arms, machine, missing=missing) for trial, arms in zip(claim.trials, found, strict=True)])


def statuses(parts: tuple[Part, ...]) -> list[str]:
    return [part.verdict.status.value for part in parts]


@pytest.mark.parametrize("number", [4, 15, 16, 22, 23, 24, 43, 44])
def test_nothing_seen_is_nothing_decided(number: int) -> None:
    parts = judged(number, *({} for _ in find_claim(number).trials))
    assert set(statuses(parts)) == {"undecided"}
    assert standing_of(parts) is Standing.UNDECIDED
    assert all(part.verdict.statement for part in parts)


# 4: small jobs


LENGTHS = (1, 10, 100, 1_000, 10_000, 100_000)


def jobs(extra_us: float, cores: float) -> dict[str, Repetition]:
    """A pool that takes so long to hand a job out, and then does so many at a time."""
    serial = {f"each_{length}_us_ns": length * 1_000.0 for length in LENGTHS}
    pool = {f"each_{length}_us_ns": (extra_us + length / cores) * 1_000.0 for length in LENGTHS}
    return {
        "one after another": repetition(measures=serial),
        "pool of threads": repetition(measures=pool),
        "pool of processes": repetition(measures={**pool, "start_ns": 12.0 * MS}),
    }


def fetched(seconds: Mapping[str, float]) -> dict[str, Repetition]:
    return {name: repetition(1_000 * took) for name, took in seconds.items()}


QUICK = fetched({"sequential": 0.32, "threads": 0.06, "asyncio": 0.06, "threads on one core": 0.064})


def test_short_jobs_are_hurt_long_ones_gain_and_downloads_are_not_hurt() -> None:
    small, few = judged(4, jobs(80, 2), QUICK)
    assert standing_of((small, few)) is Standing.PARTLY
    assert "Jobs of 1 µs are slowed down: 80.5 µs each in a pool of processes against 1.00 µs" in small.verdict.statement
    assert "From 1 ms on it pays: 2.00× as fast for jobs of 100 ms." in small.verdict.statement
    assert few.verdict.status.value == "fails"
    assert "not slowed down on one core: 64.1 ms against 320 ms" in few.verdict.statement


def test_where_a_pool_has_one_core_it_never_pays_and_short_jobs_are_hurt_all_the_same() -> None:
    small, _ = judged(4, jobs(80, 1), QUICK, machine=ONE)
    assert small.verdict.status.value == "holds"
    assert "Nor does it pay for jobs of 100 ms: 1.00× as fast." in small.verdict.statement


def test_without_processes_the_pool_of_threads_is_judged() -> None:
    arms = {name: arm for name, arm in jobs(10, 1).items() if name != "pool of processes"}
    small, _ = judged(4, arms, QUICK, missing={"pool of processes": "no semaphores"})
    assert small.verdict.status.value == "holds"
    assert "in a pool of threads" in small.verdict.statement
    assert "pays" not in small.verdict.statement


def test_downloads_that_do_take_longer_are_said_to() -> None:
    slow = fetched({"sequential": 0.3, "threads": 0.4, "asyncio": 0.4, "threads on one core": 0.4})
    assert statuses(judged(4, jobs(80, 2), slow)) == ["holds", "holds"]


# 15: messages


def ladder(**trips_us: tuple[float, float]) -> dict[str, Repetition]:
    """Microseconds of 8 bytes and of 8 MiB."""
    names = {
        "threads": "queue, threads",
        "pipe": "pipe, processes",
        "queue": "queue, processes",
        "shared": "shared memory, processes",
    }
    found = {}
    for name, (small, large) in trips_us.items():
        steps = {f"trip_{size}_ns": small * US for size in (8, 1 << 10, 1 << 16, 1 << 20)}
        found[names[name]] = repetition(measures={**steps, f"trip_{1 << 23}_ns": large * US})
    return found


def test_messages_are_slow_where_they_are_large_and_copied() -> None:
    parts = judged(15, ladder(threads=(27, 27), pipe=(13, 24_000), queue=(40, 20_000), shared=(13, 13)))
    assert [part.name for part in parts] == ["large messages", "small messages", "shared memory"]
    assert statuses(parts) == ["holds", "fails", "fails"]
    assert standing_of(parts) is Standing.PARTLY
    assert "A message of 8 MiB to another process by a pipe" in parts[0].verdict.statement
    assert "24.0 ms against 27.0 µs" in parts[0].verdict.statement
    assert "A message of 8 bytes" in parts[1].verdict.statement
    bars = {bar.label: bar.note for bar in parts[0].verdict.evidence}
    assert bars["8 MiB, pipe, processes"] == "24.0 ms, 350 MB/s"
    assert bars["8 MiB, shared memory, processes"] == "13.0 µs", "what is not copied has no rate"


def test_messages_that_all_take_longer_are_slow() -> None:
    assert statuses(judged(15, ladder(threads=(10, 10), pipe=(16, 99), queue=(20, 99), shared=(16, 16)))) == ["holds"] * 3


# 16: I/O-bound


WAITED = fetched({"sequential": 0.24, "threads": 0.04, "asyncio": 0.04, "processes": 0.05})


def counted(blocked: float | None, threads_ms: float = 100.0) -> dict[str, Repetition]:
    return {
        "sequential": repetition(blocked=blocked),
        "threads": repetition(threads_ms, blocked=blocked),
        "processes": repetition(55, blocked=blocked),
    }


LINES = [(0.01, "fails"), (0.09, "fails"), (0.4, "undecided"), (0.75, "holds"), (None, "undecided")]


@pytest.mark.parametrize(("blocked", "status"), LINES)
def test_who_counts_lines_waits_or_computes_by_what_it_does_alone(blocked: float | None, status: str) -> None:
    for threads_ms in (50.0, 100.0):  # also where no GIL hinders threads
        waits, downloads, lines, _ = judged(16, WAITED, QUICK, counted(blocked, threads_ms), counted(0.9))
        assert statuses((waits, downloads)) == ["holds", "holds"]
        assert lines.verdict.status.value == status


@pytest.mark.parametrize(
    ("blocked", "from_disk", "status", "says"),
    [
        (0.8, 1.0, "holds", "files on the disk is blocked for 80 % of its time: it waits."),
        (0.5, 0.95, "undecided", "files on the disk is blocked for 50 % of its time: it does both, waiting and computing."),
        (0.0, 1.0, "fails", "files on the disk is blocked for 0 % of its time: it computes."),
        (0.0, 0.4, "undecided", "The files could not be dropped from memory here. 40 % of the readings came from the disk."),
        (0.0, None, "undecided", "The files could not be dropped from memory here."),
    ],
)
def test_files_on_the_disk_are_told_beside(blocked: float, from_disk: float | None, status: str, says: str) -> None:
    cold = counted(blocked)
    if from_disk is not None:
        cold = {name: replace(one, measures={"from_disk": from_disk}) for name, one in cold.items()}
    parts = judged(16, WAITED, QUICK, counted(0.0), cold)
    assert parts[3].beside
    assert parts[3].verdict.status.value == status
    assert says in parts[3].verdict.statement
    assert standing_of(parts) is Standing.PARTLY


def test_where_files_cannot_be_forgotten_that_part_is_not_there() -> None:
    claim = find_claim(16)
    found: list[Results | None] = [
        results(trial, arms) for trial, arms in zip(claim.trials, [WAITED, QUICK, counted(0.0)], strict=False)
    ]
    assert statuses(claim.judge([*found, None])) == ["holds", "holds", "fails"]


def test_on_one_core_it_is_decided_too() -> None:
    assert standing_of(judged(16, WAITED, QUICK, counted(0.0), counted(0.9), machine=ONE)) is Standing.PARTLY


def test_whom_a_quota_stops_is_not_said_to_wait() -> None:
    half = replace(TWO, usable_cores=0.5, quota_cores=0.5)
    lines = judged(16, WAITED, QUICK, counted(0.8), {}, machine=half)[2]
    assert lines.verdict.status.value == "undecided"
    assert "A CPU quota of 0.5 cores stops work as a wait would." in lines.verdict.statement


# 22: user space


def crowd(coroutines: float | None, threads: float | None, greenlets: float | None = 1.0) -> dict[str, Repetition]:
    """How many tasks the kernel had while they were alive."""

    def arm(alive: float, during: float | None) -> Repetition:
        told = {} if during is None else {"tasks_before": 1.0, "tasks_during": during}
        return repetition(measures={"alive": alive, **told})

    return {"coroutines": arm(10_000, coroutines), "greenlets": arm(10_000, greenlets), "threads": arm(100, threads)}


def test_green_threads_are_not_among_the_kernels_tasks() -> None:
    (part,) = judged(22, crowd(1, 101))
    assert part.verdict.status.value == "holds"
    assert part.verdict.statement == (
        "10,000 coroutines and 10,000 greenlets alive at once added no task to those that the kernel knows. 100 threads added 100."
    )


def test_one_more_task_is_one_too_many() -> None:
    (part,) = judged(22, crowd(1, 101, greenlets=2))
    assert part.verdict.status.value == "fails"
    assert "0 by coroutines, 1 by greenlets" in part.verdict.statement


def test_a_count_that_does_not_see_threads_says_nothing_of_the_others() -> None:
    assert statuses(judged(22, crowd(1, 1))) == ["undecided"]
    (part,) = judged(22, crowd(None, None, None), machine=ELSEWHERE)
    assert part.verdict.status.value == "undecided"
    assert any("/proc" in reason for reason in part.verdict.reasons)


def test_without_greenlets_coroutines_decide_and_it_is_told_what_was_left_out() -> None:
    arms = {name: arm for name, arm in crowd(1, 101).items() if name != "greenlets"}
    (part,) = judged(22, arms, missing={"greenlets": NO_GREENLETS})
    assert part.verdict.status.value == "holds"
    assert "greenlets" not in part.verdict.statement
    assert f"Left out: greenlets: {NO_GREENLETS}." in part.verdict.reasons


# 23: faster


def speeds(start: tuple[float, float], hand_over: tuple[float, float], greenlets: bool = True) -> dict[str, Repetition]:
    """Microseconds of a thread and of a coroutine."""
    found = {}
    for name, key, (thread, coroutine) in (("start", "birth_ns", start), ("hand-over", "hand_over_ns", hand_over)):
        found[f"thread, {name}"] = repetition(measures={key: thread * US})
        found[f"coroutine, {name}"] = repetition(measures={key: coroutine * US})
        if greenlets:
            found[f"greenlet, {name}"] = repetition(measures={key: 0.2 * US})
    return found


def test_both_are_judged_by_themselves_and_greenlets_stand_beside() -> None:
    parts = judged(23, speeds((87, 4.7), (11, 2.7)))
    assert [(part.name, part.beside) for part in parts] == [
        ("starting, coroutines", False),
        ("handing over, coroutines", False),
        ("starting, greenlets", True),
        ("handing over, greenlets", True),
    ]
    assert standing_of(parts) is Standing.HOLDS
    assert "A coroutine starts and ends 18.5× as fast as a thread: 4.70 µs against 87.0 µs." in parts[0].verdict.statement


def test_two_times_as_fast_is_not_far_faster() -> None:
    parts = judged(23, speeds((87, 4.7), (11, 5.5)))
    assert statuses(parts) == ["holds", "fails", "holds", "holds"]
    assert standing_of(parts) is Standing.PARTLY


def test_without_greenlets_there_are_two_parts() -> None:
    missing = {"greenlet, start": NO_GREENLETS, "greenlet, hand-over": NO_GREENLETS}
    parts = judged(23, speeds((87, 4.7), (11, 2.7), greenlets=False), missing=missing)
    assert statuses(parts) == ["holds", "holds"]


# 24: one blocking call


def pauses(blocking_ms: float, to_thread_ms: float = 6.0, awaited_ms: float = 5.0) -> dict[str, Repetition]:
    each = {"time.sleep": blocking_ms, "asyncio.to_thread": to_thread_ms, "asyncio.sleep": awaited_ms, "two threads": 6.0}
    return {name: repetition(measures={"gap_ns": gap * MS, "call_ns": 150.0 * MS}) for name, gap in each.items()}


@pytest.mark.parametrize(
    ("gap_ms", "status"), [(155, "holds"), (136, "holds"), (134, "undecided"), (76, "undecided"), (74, "fails"), (6, "fails")]
)
def test_a_pause_of_nine_tenths_of_the_call_is_a_stop(gap_ms: float, status: str) -> None:
    parts = judged(24, pauses(gap_ms))
    assert statuses(parts) == [status, "holds"]
    assert standing_of(parts).value == status


def test_a_cure_that_does_not_cure_is_told_and_does_not_count() -> None:
    parts = judged(24, pauses(155, to_thread_ms=150))
    assert statuses(parts) == ["holds", "fails"]
    assert standing_of(parts) is Standing.HOLDS
    assert "150 ms with asyncio.to_thread" in parts[1].verdict.statement


# 43: arguments


def arguments(marks: Mapping[str, int], picklings: Mapping[str, int]) -> dict[str, Repetition]:
    return {
        name: repetition(measures={"marks_seen": marks.get(name, 0), "picklings": picklings.get(name, 0)})
        for name in ("threads", "fork", "forkserver", "spawn")
    }


def test_what_the_parent_sees_is_apart_and_fork_copies_nothing_at_the_start() -> None:
    parts = judged(43, arguments({"threads": 2}, {"forkserver": 2, "spawn": 2}))
    assert statuses(parts) == ["holds", "fails"]
    assert standing_of(parts) is Standing.PARTLY
    assert parts[1].verdict.statement == (
        "Fork handed it on as it was, without any pickling; forkserver and spawn pickled the argument once for each process."
    )


def test_a_change_that_comes_back_is_no_copy() -> None:
    everywhere = {"fork": 2, "forkserver": 2, "spawn": 2}
    assert statuses(judged(43, arguments({"threads": 2, "spawn": 1}, everywhere))) == ["fails", "holds"]
    assert statuses(judged(43, arguments({"threads": 1}, everywhere)))[0] == "fails"


# 44: the order


def order(first: Repetition, in_order: int, handfuls: int) -> dict[str, Repetition]:
    again = {"in_order": float(in_order), "handfuls": float(handfuls)}
    return {"fork": first, "fork, again and again": repetition(measures=again)}


def test_one_handful_out_of_order_settles_it() -> None:
    (part,) = judged(44, order(handful(1, 2, 3, 4, 5), 19, 20))
    assert part.verdict.status.value == "fails"
    assert f"{20 * ROUNDS} times of {21 * ROUNDS}" in part.verdict.statement
    assert "Each of the five had a pid of its own." in part.verdict.statement
    assert statuses(judged(44, order(handful(1, 3, 2, 4, 5), 20, 20))) == ["fails"]


def test_order_however_often_proves_nothing() -> None:
    (part,) = judged(44, order(handful(1, 2, 3, 4, 5), 20, 20))
    assert part.verdict.status.value == "undecided"
    assert "does not prove that they must" in part.verdict.statement
