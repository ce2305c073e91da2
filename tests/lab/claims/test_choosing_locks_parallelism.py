"""Claims 10, 11, 17, 18, 35, 36, 39, 40 and 42: which figures decide them, and when they stay open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from conclab.lab.catalogue import find
from conclab.lab.claim_catalogue import find_claim
from conclab.model.claims import Part, Standing, Trial, standing_of
from conclab.model.experiments import resolve
from conclab.model.machine import Machine
from conclab.model.results import OK, ArmResult, Counters, Disturbance, Repetition, Results, WorkerResult
from conclab.sampling.scripted_surroundings import scripted_machine
from tests.helpers import here

MS = 1_000_000
ROUNDS = 8
TWO = scripted_machine(2)
QUIET, BUSY = Disturbance(), Disturbance(foreign_share=0.7)


@dataclass(frozen=True)
class Seen:
    """What every repetition of an arm brought, give or take a thousandth."""

    wall_ms: float = 100.0
    cores: float | None = None
    """How many its workers kept busy."""
    measures: Mapping[str, float] = field(default_factory=dict)
    told: tuple[object, ...] = ()
    """What each worker returned."""
    result: object = None

    def repetitions(self, arm: str) -> tuple[Repetition, ...]:
        return tuple(self._one(arm, number) for number in range(ROUNDS))

    def _one(self, arm: str, number: int) -> Repetition:
        jitter = 1 + number % 3 / 1_000
        wall = int(self.wall_ms * MS * jitter)
        on_core = None if self.cores is None else int(wall * self.cores)
        counters = Counters(wall, on_core, 0 if on_core is not None else None, 500, 20, 0)
        workers = tuple(
            WorkerResult(f"w{index + 1}", 10 + index, 10 + index, 0, wall, counters, result)
            for index, result in enumerate(self.told)
        )
        return Repetition(
            arm, here().path, number, False, OK, wall, None, counters, workers, self.result, measures=dict(self.measures)
        )


def results(
    trial: Trial,
    arms: Mapping[str, Seen],
    *,
    gil: bool | None = True,
    machine: Machine = TWO,
    disturbance: Disturbance = QUIET,
    missing: Mapping[str, str] | None = None,
) -> Results:
    """The results of a claim's trial; an arm that is not named never ran."""
    experiment = find(trial.experiment)
    values = resolve(experiment.parameters, trial.given, machine)
    planned = tuple(arm for arm in experiment.arms(values, machine) if arm.name not in (missing or {}))
    assert set(arms) <= {arm.name for arm in planned}
    seen = {arm.name: ArmResult(arm, arms[arm.name].repetitions(arm.name)) for arm in planned if arm.name in arms}
    return Results(
        values,
        machine,
        here(),
        gil,
        seen,
        None,
        planned,
        disturbance,
        experiment.metric,
        experiment.lacks(values, machine),
        missing or {},
    )


def judged(number: int, *found: Results | None) -> tuple[Part, ...]:
    return find_claim(number).judge(found)


def statuses(parts: tuple[Part, ...]) -> list[str]:
    return [part.verdict.status.value for part in parts]


def trial_of(number: int) -> Trial:
    (trial,) = find_claim(number).trials
    return trial


@pytest.mark.parametrize("number", [10, 11, 17, 18, 35, 36, 39, 40, 42])
def test_nothing_seen_is_nothing_decided(number: int) -> None:
    parts = judged(number, *(results(trial, {}) for trial in find_claim(number).trials))
    assert set(statuses(parts)) == {"undecided"}
    assert standing_of(parts) is Standing.UNDECIDED
    assert all(part.verdict.statement for part in parts)


def test_the_custom_is_explained_and_not_decided() -> None:
    claim = find_claim(21)
    assert claim.convention
    assert not claim.trials


# 10: births


def births(fork: float, large: float, thread: float = 100.0) -> Results:
    each = {"coroutine": 5.0, "thread": thread, "fork": fork, "forkserver": 5_000.0, "spawn": 50_000.0}
    each["fork of a large process"] = large
    return results(trial_of(10), {name: Seen(measures={"birth_ns": micro * 1_000}) for name, micro in each.items()})


def test_every_start_method_has_to_cost_five_times_a_thread() -> None:
    assert standing_of(judged(10, births(3_000, 15_000))) is Standing.HOLDS
    assert statuses(judged(10, births(480, 490))) == ["fails", "holds", "holds", "fails"]
    assert standing_of(judged(10, births(480, 490))) is Standing.PARTLY


def test_what_the_parent_has_in_memory_is_told_beside() -> None:
    *_, growth = judged(10, births(3_000, 15_000))
    assert growth.beside
    assert growth.verdict.statement == "With 100M more in its parent's memory a fork takes 5.00×: 15.0 ms instead of 3.00 ms."


# 11: switching


def switching(processes: float) -> Results:
    hand_overs = {"threads, one core": 3.0, "processes, one core": processes, "threads, free": 3.0, "processes, free": 3.0}
    return results(
        trial_of(11), {name: Seen(measures={"hand_over_ns": micro * 1_000, "hand_overs": 2}) for name, micro in hand_overs.items()}
    )


@pytest.mark.parametrize(("processes", "standing"), [(3.3, Standing.HOLDS), (3.0, Standing.FAILS)])
def test_switching_processes_has_to_cost_a_twentieth_more(processes: float, standing: Standing) -> None:
    assert standing_of(judged(11, switching(processes))) is standing


# 17: pickling


def returned(threads: float = 0, processes: float = 2) -> Results:
    def seen(pickled: float, each_ms: float, each_bytes: float) -> Seen:
        ns = pickled * each_ms * MS
        measures = {"pickled": pickled, "pickling_ns": ns, "way_ns": ns, "unpickling_ns": ns, "pickled_bytes": pickled * each_bytes}
        return Seen(100.0, measures=measures)

    arms = {"threads": seen(threads, 0, 0)}
    for count, each_ms in ((1, 0.01), (10_000, 1.0), (300_000, 10.0)):
        arms[f"processes, {count:,}"] = seen(processes, each_ms, 5.0 * count)
    return results(trial_of(17), arms)


def test_processes_pickle_and_threads_do_not() -> None:
    (part,) = judged(17, returned())
    assert part.verdict.status.value == "holds"
    assert "1.4M for 300,000 numbers, which took 30 % of the time" in part.verdict.statement
    assert "A result of one number took less than 1 %." in part.verdict.statement
    assert statuses(judged(17, returned(threads=2))) == ["fails"]
    assert statuses(judged(17, returned(processes=1))) == ["fails"], "one of two came by another way"


# 18: who should do what keeps a CPU busy

PURE, SHORT, HASHING = find_claim(18).trials


def pure(threads: float, processes: float, **more: object) -> Results:
    seen = {"sequential": Seen(100, 1.0), "threads": Seen(100, threads), "processes": Seen(50, processes)}
    return results(PURE, seen, **more)  # type: ignore[arg-type]


def short(sequential_ms: float, processes_ms: float) -> Results:
    return results(SHORT, {"sequential": Seen(sequential_ms, 1.0), "threads": Seen(5, 1.0), "processes": Seen(processes_ms, 0.6)})


def hashed(threads: float) -> Results:
    names = ("hashing, sequential", "hashing, threads", "primes, sequential", "primes, threads")
    return results(HASHING, {name: Seen(100, threads if name == "hashing, threads" else 1.0) for name in names})


def test_pure_python_needs_processes_and_hashing_does_not() -> None:
    parts = judged(18, pure(1.01, 1.92), short(3, 20), hashed(1.95))
    assert [(part.name, part.verdict.status.value, part.beside) for part in parts] == [
        ("pure Python, threads", "holds", False),
        ("pure Python, processes", "holds", False),
        ("hashing", "fails", False),
        ("small matrices, small tasks", "fails", True),
    ]
    assert standing_of(parts) is Standing.PARTLY
    assert "3.00 ms of work in all: processes were 0.15× as fast" in parts[3].verdict.statement
    assert "lets the GIL go" in parts[2].verdict.statement


def test_without_a_gil_threads_do_as_well() -> None:
    parts = judged(18, pure(1.95, 1.92, gil=False), None, None)
    assert statuses(parts) == ["fails", "holds"]
    assert "more than one ran at a time" in parts[0].verdict.statement


@pytest.mark.parametrize(("processes", "status"), [(1.75, "holds"), (1.65, "fails")])
def test_processes_have_to_use_most_of_the_usable_cores(processes: float, status: str) -> None:
    assert statuses(judged(18, pure(1.0, processes), None, None))[1] == status


@pytest.mark.parametrize("usable", [1.0, 0.5])
def test_one_core_or_less_decides_nothing_about_several(usable: float) -> None:
    one = replace(TWO, usable_cores=usable)
    parts = judged(18, pure(1.0, 1.0, machine=one), None, None)
    assert statuses(parts) == ["undecided", "undecided"]
    assert "This takes two cores" in parts[0].verdict.reasons[0]


def test_a_busy_machine_decides_nothing_about_cores_either() -> None:
    assert statuses(judged(18, pure(0.5, 0.6, disturbance=BUSY), None, None)) == ["undecided", "undecided"]


# 35 and 36: without a lock, and with one


def counted(bare: float, locked: float) -> Results:
    def seen(kept: float, waits: float, wall: float) -> Seen:
        return Seen(wall, 1.0, {"kept": kept, "waits": waits, "waited_ns": waits * 1_000})

    return results(trial_of(35), {"without a lock": seen(bare, 0, 50), "with a lock": seen(locked, 6_000, 200)})


def test_one_lost_update_is_proof_and_none_is_not() -> None:
    assert statuses(judged(35, counted(7_999, 8_000))) == ["holds"]
    assert statuses(judged(35, counted(8_000, 8_000))) == ["undecided"]


def test_a_lock_has_to_keep_every_addition_where_some_are_lost_without() -> None:
    (part,) = judged(36, counted(2_000, 8_000))
    assert part.verdict.status.value == "holds"
    assert "not one of 64,000 additions was lost" in part.verdict.statement
    assert "it took 4.00× as long: 6,000 times" in part.verdict.statement
    assert statuses(judged(36, counted(2_000, 7_999))) == ["fails"]
    assert statuses(judged(36, counted(8_000, 8_000))) == ["undecided"], "nothing was there to be prevented"


# 39: Amdahl


def split(all_of_it_ms: float, **more: object) -> Results:
    walls = {"one worker": 200.0, "0 % can be split": 199.0, "50 % can be split": 153.0, "90 % can be split": 113.0}
    seen = {name: Seen(wall, 1.0) for name, wall in {**walls, "100 % can be split": all_of_it_ms}.items()}
    return results(trial_of(39), seen, **more)  # type: ignore[arg-type]


def test_the_bound_stands_beside_what_was_measured() -> None:
    part = judged(39, split(104.0))[1]
    assert part.verdict.status.value == "holds"
    assert "1.92× as fast. With half of it serial they reached 1.31×, where 1.33× is the most" in part.verdict.statement
    ideals = [bar.value for bar in part.verdict.evidence if bar.ideal]
    assert ideals == pytest.approx([1.0, 4 / 3, 1 / 0.55, 2.0])
    assert "as if 4 % were serial" in part.verdict.evidence[-2].note
    assert "serial" not in part.verdict.evidence[0].note, "what cannot be split is serial by itself"


@pytest.mark.parametrize(
    ("wall", "sooner", "nearly", "standing"),
    [(115.0, "holds", "holds", "holds"), (120.0, "holds", "fails", "partly"), (180.0, "fails", "fails", "fails")],
)
def test_two_workers_have_to_be_sooner_and_nearly_twice_as_fast(wall: float, sooner: str, nearly: str, standing: str) -> None:
    parts = judged(39, split(wall))
    assert statuses(parts) == [sooner, nearly]
    assert standing_of(parts).value == standing


# 40: hardware

NO_DASK, NO_GPU = {"a Dask cluster": "no Dask"}, {"a GPU": "none is to be seen here"}


def test_what_is_not_here_is_told_beside() -> None:
    cores = {"one core": Seen(200.0), "several cores": Seen(105.0)}
    parts = judged(40, results(trial_of(40), cores, missing=NO_DASK | NO_GPU))
    assert [(part.name, part.beside) for part in parts] == [("several cores", False), ("a cluster", True), ("a GPU", True)]
    assert standing_of(parts) is Standing.HOLDS
    assert parts[2].verdict.reasons == ("None is to be seen here.",)


def test_what_is_here_counts() -> None:
    gpu = Seen(measures={"core_ns": 50.0 * MS, "gpu_ns": 1.0 * MS}, result="NVIDIA H200")
    seen = {"one core": Seen(200.0), "several cores": Seen(105.0), "a Dask cluster": Seen(210.0), "a GPU": gpu}
    parts = judged(40, results(trial_of(40), seen))
    assert statuses(parts) == ["holds", "fails", "holds"]
    assert standing_of(parts) is Standing.PARTLY
    assert parts[2].verdict.statement == "NVIDIA H200, multiplying matrices, was 50.0× as fast as one core."


# 42: interpreters


def computed(
    apart: float, together: float = 1.0, wants: float = 0.0, heirs: tuple[str, ...] = ("fork",), **more: object
) -> Results:
    """``apart`` and ``together``: cores that the threads of two processes, and of one, kept busy; ``wants``: stood in line for."""

    def seen(method: str, cores: float) -> Seen:
        account = {"pid": 1, "inherited": method in heirs, "began_ns": 0, "ended_ns": 100 * MS}
        counted = {"on_core_ns": int(cores / 2 * 100 * MS), "wants_core_ns": int(wants / 2 * 100 * MS)}
        return Seen(told=([{**account, **counted}],) * 2)

    methods = {method: seen(method, apart) for method in ("fork", "forkserver", "spawn")}
    return results(trial_of(42), {"threads of one process": seen("threads", together), **methods}, **more)  # type: ignore[arg-type]


def test_more_cores_than_one_lock_lets_through_means_a_lock_each() -> None:
    parts = judged(42, computed(1.96))
    assert statuses(parts) == ["holds", "fails", "holds", "holds"]
    assert "kept 1.96 cores busy, four threads of one process 1.00: each process has a GIL" in parts[0].verdict.statement
    assert "by fork goes on with its parent's interpreter" in parts[0].verdict.statement
    assert "once for all" in parts[2].verdict.statement
    assert standing_of(parts) is Standing.PARTLY


def test_one_core_in_use_means_one_lock_only_if_no_more_was_wanted() -> None:
    assert statuses(judged(42, computed(1.0)))[0] == "fails"
    assert statuses(judged(42, computed(1.0, wants=1.0)))[0] == "undecided"
    half = replace(TWO, usable_cores=0.5, quota_cores=0.5)
    assert statuses(judged(42, computed(0.5, machine=half)))[0] == "undecided", "nobody gets more by a quota, whatever the locks"


def test_where_nobody_inherits_every_interpreter_is_a_new_one() -> None:
    assert statuses(judged(42, computed(1.96, heirs=())))[1:] == ["holds"] * 3


def test_without_a_gil_its_part_does_not_count() -> None:
    own, *anew = judged(42, computed(2.0, gil=False))
    assert own.beside
    assert "has no GIL" in own.verdict.statement
    assert not any(part.beside for part in anew)


def test_what_the_kernel_does_not_count_decides_nothing() -> None:
    blank = {"pid": 1, "inherited": True, "began_ns": 0, "ended_ns": 5, "on_core_ns": None, "wants_core_ns": None}
    found = results(trial_of(42), {name: Seen(told=([blank],) * 2) for name in ("threads of one process", "fork", "spawn")})
    assert statuses(judged(42, found))[0] == "undecided"
