"""Claims 5, 25, 32, 37 and 38: what the same in other languages decides, and what it leaves open where a compiler is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from conclab.lab.catalogue import catalogue, find
from conclab.lab.claim_catalogue import find_claim
from conclab.model.claims import Part, Standing, standing_of
from conclab.model.experiments import resolve
from conclab.model.machine import Machine
from conclab.model.results import OK, ArmResult, Counters, Disturbance, Repetition, Results, WorkerResult
from conclab.model.verdicts import Status
from conclab.runner.registry import LANGUAGES
from conclab.sampling.scripted_surroundings import scripted_machine
from tests.helpers import here

MS = 1_000_000
ROUNDS = 8
TWO, ONE = scripted_machine(2), scripted_machine(1)
NO_GO = "Go is not here: there is no go; apt install golang-go brings it"
HOLDS, FAILS, UNDECIDED = Status.HOLDS, Status.FAILS, Status.UNDECIDED


def repetition(
    arm: str,
    number: int,
    *,
    wall_ms: float = 100.0,
    cores: float = 1.0,
    measures: Mapping[str, float] | None = None,
    lives: Sequence[tuple[float, float]] = (),
) -> Repetition:
    """``lives``: of each worker the milliseconds on a core and wanting one. A thousandth of jitter, as there always is."""
    wall = int(wall_ms * MS * (1 + number % 3 / 1_000))
    workers = tuple(
        WorkerResult(f"w{place}", 9, 10 + place, 0, wall, Counters(wall, int(on * MS), int(wants * MS)), int(on * MS))
        for place, (on, wants) in enumerate(lives)
    )
    on, wants = (int(sum(life[which] for life in lives) * MS) for which in (0, 1))
    counters = Counters(wall * len(lives), on, wants) if lives else Counters(wall, int(wall * cores), 0)
    return Repetition(arm, here().path, number, False, OK, wall, None, counters, workers, measures=measures or {})


def results(
    experiment: str,
    arms: Mapping[str, Mapping[str, object]],
    missing: Sequence[str] = (),
    *,
    gil: bool = True,
    machine: Machine = TWO,
    disturbance: Disturbance | None = None,
) -> Results:
    found = find(experiment)
    values = resolve(found.parameters, {}, machine)
    planned = tuple(arm for arm in found.arms(values, machine) if arm.name not in missing)
    assert {arm.name for arm in planned} == set(arms)
    seen = {
        arm.name: ArmResult(arm, tuple(repetition(arm.name, number, **arms[arm.name]) for number in range(ROUNDS)))  # type: ignore[arg-type]
        for arm in planned
    }
    return Results(
        values,
        machine,
        here(),
        gil,
        seen,
        None,
        planned,
        disturbance or Disturbance(),
        found.metric,
        found.lacks(values, machine),
        dict.fromkeys(missing, NO_GO),
    )


def judged(number: int, *found: Results) -> tuple[Part, ...]:
    return find_claim(number).judge(found)


def statuses(parts: Sequence[Part]) -> list[Status]:
    return [part.verdict.status for part in parts]


def loop(python_ms: float, **others: float) -> Results:
    """A run of the loop; who is not named is not there."""
    walls = {"Python": python_ms, **others}
    arms: dict[str, dict[str, object]] = {name: {"wall_ms": wall} for name, wall in walls.items()}
    arms["Python's compiler"] = {"measures": {"bytecode_bytes": 146.0, "compile_ns": 44_000.0}}
    return results("same-loop-elsewhere", arms, [one.label for one in LANGUAGES.values() if one.label not in others])


def test_a_compiled_loop_is_faster_and_python_compiles_too() -> None:
    parts = judged(5, loop(400, C=20, Node=25))
    assert statuses(parts) == [HOLDS, FAILS, HOLDS]
    assert "146 bytes of bytecode" in parts[1].verdict.statement
    assert standing_of(parts) is Standing.PARTLY


def test_beside_a_python_that_compiles_while_it_runs_compiled_is_not_five_times_as_fast() -> None:
    assert statuses(judged(5, loop(40, C=20, Node=25)))[0] is FAILS


def test_the_first_compiled_language_that_is_here_stands_for_all() -> None:
    parts = judged(5, loop(400, Go=22))
    assert statuses(parts) == [HOLDS, FAILS, UNDECIDED]
    assert "Go" in parts[0].verdict.statement
    assert standing_of(parts) is Standing.PARTLY, "Node is told beside: that it is not here leaves nothing open"


def test_without_a_compiler_nothing_is_said_of_compiled_loops() -> None:
    first = judged(5, loop(400, Node=25))[0].verdict
    assert first.status is UNDECIDED
    assert any("apt install" in reason for reason in first.reasons)


def cores(python: float, asyncio: float, *, gil: bool = True, machine: Machine = TWO, **elsewhere: float) -> Results:
    names = {"c": "threads in C", "go": "goroutines", "erlang": "Erlang's processes"}
    used = {"Python's threads": python, "asyncio": asyncio, **{names[key]: number for key, number in elsewhere.items()}}
    arms: dict[str, dict[str, object]] = {name: {"cores": number} for name, number in used.items()}
    return results("native-or-green", arms, [name for key, name in names.items() if key not in elsewhere], gil=gil, machine=machine)


def test_under_the_gil_both_halves_of_the_sentence_have_a_counterexample() -> None:
    parts = judged(25, cores(1.0, 0.99, c=1.97, go=1.95, erlang=1.9))
    assert statuses(parts) == [FAILS, HOLDS, HOLDS, FAILS, FAILS]
    assert standing_of(parts) is Standing.PARTLY


def test_without_the_gil_pythons_threads_use_all_cores() -> None:
    parts = judged(25, cores(1.96, 0.99, gil=False, c=1.97, go=1.95, erlang=1.9))
    assert statuses(parts) == [HOLDS, HOLDS, HOLDS, FAILS, FAILS]


def test_who_is_not_here_is_told_beside_with_the_way_to_get_it() -> None:
    parts = judged(25, cores(1.0, 0.99))
    assert [part.beside for part in parts] == [False, True, False, True, True]
    assert all(any("apt install" in reason for reason in part.verdict.reasons) for part in parts if part.beside)
    assert standing_of(parts) is Standing.PARTLY, "Python's threads fail, and asyncio holds"


def test_sixteen_workers_use_all_the_cores_that_they_can() -> None:
    parts = judged(25, cores(1.0, 0.99, c=15.9, go=15.8, machine=scripted_machine(64)))
    assert statuses(parts)[1] is HOLDS
    assert "15.90 of at most 16 cores" in parts[1].verdict.statement


def test_on_one_core_nobody_can_use_all_of_them() -> None:
    assert set(statuses(judged(25, cores(1.0, 0.99, c=1.0, go=1.0, erlang=1.0, machine=ONE)))) == {UNDECIDED}


def split(
    python: Sequence[tuple[float, float]], c: Sequence[tuple[float, float]], gil: bool = True, foreign: float = 0.0
) -> list[Status]:
    """Who had a core, and wanted it; Rust is not here."""
    arms: dict[str, dict[str, object]] = {
        name: {"lives": lives} for name, lives in {"threads in Python": python, "threads in C": c}.items()
    }
    return statuses(
        judged(
            32,
            results("splitting-one-core", arms, ["threads in Rust"], gil=gil, disturbance=Disturbance(foreign_share=foreign)),
        )
    )


EVEN, BY_THE_LOCK, UNEVEN = [(50, 50), (50, 50)], [(50, 2), (50, 2)], [(60, 40), (40, 60)]


def test_the_time_is_split_evenly_by_the_lock_or_by_the_kernel() -> None:
    assert split(BY_THE_LOCK, EVEN) == [HOLDS, HOLDS, UNDECIDED, FAILS]
    assert split(EVEN, EVEN, gil=False) == [HOLDS, HOLDS, UNDECIDED, HOLDS]


def test_three_fifths_of_a_core_are_no_half() -> None:
    assert split(UNEVEN, UNEVEN)[:2] == [FAILS, FAILS]


def test_uneven_shares_are_no_news_where_others_want_the_core() -> None:
    assert split(UNEVEN, EVEN, foreign=0.4)[:2] == [UNDECIDED, HOLDS]


def test_who_splits_the_time_cannot_be_told_while_others_want_the_core() -> None:
    assert split(EVEN, EVEN, gil=False, foreign=0.4) == [HOLDS, HOLDS, UNDECIDED, UNDECIDED]
    assert split(BY_THE_LOCK, EVEN, foreign=0.4) == [HOLDS, HOLDS, UNDECIDED, UNDECIDED]
    assert split(EVEN, EVEN, gil=True)[-1] is UNDECIDED, "wanting the core under the GIL: something else is going on"


def left(go: float | None, **finished: float) -> tuple[Part, ...]:
    counts = {"threads": 5.0, "daemon threads": 0.0, "processes": 5.0, "daemon processes": 0.0}
    counts |= {name.replace("_", " "): number for name, number in finished.items()} | ({} if go is None else {"goroutines": go})
    arms: dict[str, dict[str, object]] = {
        name: {"measures": {"started": 5.0, "finished": number}} for name, number in counts.items()
    }
    return judged(37, results("unawaited", arms, ["goroutines"] if go is None else []))


def test_go_leaves_its_goroutines_and_python_waits_for_threads() -> None:
    parts = left(0.0)
    assert statuses(parts) == [HOLDS, FAILS, HOLDS, FAILS, HOLDS]
    assert standing_of(parts) is Standing.PARTLY


def test_some_of_them_finished_decides_nothing() -> None:
    assert left(0.0, daemon_threads=2.0)[2].verdict.status is UNDECIDED


def test_that_python_waits_says_nothing_of_go() -> None:
    parts = left(None)
    assert statuses(parts)[:2] == [UNDECIDED, FAILS]
    assert any("golang-go" in reason for reason in parts[0].verdict.reasons)
    assert standing_of(parts) is Standing.UNDECIDED


def crowd(tasks: float, *, order: bool = True, threads: float = 101.0) -> Results:
    measures = {"alive": 10_000.0, "tasks_before": 4.0, "tasks_during": tasks, "in_order": 9_400.0}
    arms: dict[str, dict[str, object]] = {
        "goroutines": {"measures": measures},
        "threads in Python": {"measures": {"alive": 100.0, "tasks_before": 1.0, "tasks_during": threads}},
    }
    found = results("goroutines", arms)
    told = found.arms["goroutines"]
    different = tuple(
        replace(
            one, measures={**one.measures, "order": float(one.round if order else 1), "in_order": 9_400.0 if order else 9_999.0}
        )
        for one in told.repetitions
    )
    return replace(found, arms={**found.arms, "goroutines": replace(told, repetitions=different)})


def test_goroutines_are_no_threads_use_all_cores_and_begin_in_no_order() -> None:
    parts = judged(38, crowd(5.0), cores(1.0, 0.99, go=1.95))
    assert statuses(parts) == [FAILS, HOLDS, HOLDS]
    assert standing_of(parts) is Standing.PARTLY


def test_goroutines_with_a_kernel_thread_each_would_be_threads() -> None:
    assert statuses(judged(38, crowd(10_004.0, order=False), cores(1.0, 0.99, go=1.95)))[::2] == [HOLDS, FAILS]


def test_a_count_that_does_not_show_threads_says_nothing_of_goroutines() -> None:
    assert statuses(judged(38, crowd(5.0, threads=1.0), cores(1.0, 0.99, go=1.95)))[0] is UNDECIDED


def test_without_go_nothing_is_said_of_goroutines() -> None:
    threads: dict[str, dict[str, object]] = {
        "threads in Python": {"measures": {"alive": 100.0, "tasks_before": 1.0, "tasks_during": 101.0}}
    }
    parts = judged(38, results("goroutines", threads, ["goroutines"]), cores(1.0, 0.99))
    assert set(statuses(parts)) == {UNDECIDED}
    assert all(any("golang-go" in reason for reason in part.verdict.reasons) for part in parts)


@pytest.mark.parametrize("experiment", [one for one in catalogue() if one.chapter == "Other languages"], ids=lambda one: one.name)
def test_every_arm_elsewhere_is_one_that_its_language_can_do_and_can_be_left_out(experiment: object) -> None:
    from conclab.model.experiments import Experiment

    assert isinstance(experiment, Experiment)
    values = resolve(experiment.parameters, {}, TWO)
    for arm in experiment.arms(values, TWO):
        if arm.language != "python":
            assert arm.optional
            assert arm.executor in LANGUAGES[arm.language].executors
            assert arm.workload in LANGUAGES[arm.language].workloads


@pytest.mark.parametrize("number", [5, 25, 32, 37, 38])
def test_nothing_seen_is_nothing_decided(number: int) -> None:
    found = []
    for trial in find_claim(number).trials:
        experiment = find(trial.experiment)
        values = resolve(experiment.parameters, trial.given, TWO)
        planned = experiment.arms(values, TWO)
        found.append(Results(values, TWO, here(), None, {}, None, planned, metric=experiment.metric))
    parts = judged(number, *found)
    assert set(statuses(parts)) == {UNDECIDED}
    assert standing_of(parts) is Standing.UNDECIDED
