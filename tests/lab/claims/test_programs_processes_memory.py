"""Claims 6 to 9, 12 to 14, 19 and 20: what they come to follows from what was seen, and nothing is claimed that was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from conclab.lab.catalogue import find
from conclab.lab.claim_catalogue import find_claim
from conclab.model.claims import Part, Standing, standing_of
from conclab.model.experiments import resolve
from conclab.model.results import OK, ArmResult, Repetition, Results
from conclab.model.verdicts import Status
from conclab.sampling.scripted import scripted_machine
from tests.helpers import here

MIB = 1024 * 1024
ROUNDS = 3
Measures = Mapping[str, Mapping[str, float]]


def found(name: str, measures: Measures, told: Mapping[str, object] | None = None, missing: tuple[str, ...] = ()) -> Results:
    """What the arms of an experiment measured and told; an arm that is not named never ran."""
    experiment, machine = find(name), scripted_machine(2)
    values = resolve(experiment.parameters, {}, machine)
    planned = tuple(arm for arm in experiment.arms(values, machine) if arm.name not in missing)
    arms = {}
    for arm in planned:
        if arm.name in measures or arm.name in (told or {}):
            one = Repetition(
                arm.name, here().path, 0, False, OK, measures=measures.get(arm.name, {}), result=(told or {}).get(arm.name)
            )
            arms[arm.name] = ArmResult(arm, tuple(replace(one, round=number) for number in range(ROUNDS)))
    why = dict.fromkeys(missing, "strace is not here; install the package strace")
    return Results(values, machine, here(), True, arms, None, planned, metric=experiment.metric, missing=why)


def parts(number: int, results: Results) -> tuple[Part, ...]:
    return find_claim(number).judge([results])


def statuses(number: int, results: Results) -> list[str]:
    return [part.verdict.status.value for part in parts(number, results)]


def said(number: int, results: Results) -> str:
    return " ".join(part.verdict.statement for part in parts(number, results))


@pytest.mark.parametrize("number", [6, 7, 8, 9, 12, 13, 14, 19, 20])
def test_nothing_seen_is_nothing_decided(number: int) -> None:
    (trial,) = find_claim(number).trials
    nothing = found(trial.experiment, {})
    assert standing_of(parts(number, nothing)) is Standing.UNDECIDED
    assert set(statuses(number, nothing)) == {"undecided"}
    assert all(part.verdict.reasons for part in parts(number, nothing))


def test_where_there_is_no_proc_that_is_the_reason() -> None:
    mac = replace(scripted_machine(2), system="Darwin")
    why = find("copy-on-write").lacks({}, mac)
    assert why is not None
    for number, name in ((6, "loaded-program"), (9, "copy-on-write"), (13, "full-copies")):
        assert find(name).lacks({}, mac) == why
        assert find(name).lacks({}, scripted_machine(2)) is None
        lacking = replace(found(name, {}), lacks=why)
        assert all(part.verdict.reasons[0] == why for part in parts(number, lacking))


# Programs


def programs(there: float = 0.8, script_exe: str = "/usr/bin/python3", second_pid: int = 12, tasks: int = 2) -> Results:
    def seen(program: str, exe: str) -> dict[str, object]:
        return {"pids": [11, second_pid], "exes": [exe], "program": program, "binary": True}

    measured = {"mapped": 10.0 * MIB, "resident": there * 10 * MIB, "faults": 900.0, "tasks": float(tasks), "children": 1.0}
    told = {"compiled": seen("/usr/bin/cat", "/usr/bin/cat"), "script": seen("/tmp/a.py", script_exe)}
    return found("loaded-program", {"compiled": measured, "script": measured}, told)


def test_a_compiled_program_is_what_runs_and_a_script_is_not() -> None:
    assert statuses(6, programs()) == ["holds", "fails", "fails"]
    assert "runs python3; the script is only a file" in said(6, programs())
    assert "8.0 MiB of the 10 MiB" in said(6, programs())
    assert statuses(6, programs(there=0.99))[2] == "holds"
    assert statuses(6, programs(there=0.95))[2] == "undecided"
    assert statuses(6, programs(script_exe="/tmp/a.py"))[1] == "holds"


def test_two_processes_of_one_program_have_two_pids() -> None:
    assert statuses(7, programs()) == ["holds", "holds"]
    assert statuses(7, programs(second_pid=11))[0] == "fails"
    assert statuses(7, programs(tasks=1))[1] == "fails"


# What a child process sees


@pytest.mark.parametrize(
    ("threads", "fork", "expected"), [(400, 0, ["holds", "holds"]), (399, 0, ["fails", "holds"]), (400, 1, ["holds", "fails"])]
)
def test_threads_share_and_processes_do_not(threads: int, fork: int, expected: list[str]) -> None:
    seen = {"threads": threads, "fork": fork, "spawn": 0}
    assert statuses(8, found("is-memory-shared", {arm: {"seen_by_parent": count} for arm, count in seen.items()})) == expected


def test_processes_share_no_object_but_memory_that_is_made_for_it() -> None:
    seen = {"object, fork": 0, "object, spawn": 0, "mmap, fork": 4096, "shared_memory, spawn": 4096}

    def results(missing: tuple[str, ...] = (), **changed: int) -> Results:
        counts = {**seen, **{name.replace("_fork", ", fork"): count for name, count in changed.items()}}
        return found(
            "shared-memory", {arm: {"seen": count} for arm, count in counts.items() if arm not in missing}, missing=missing
        )

    assert statuses(14, results()) == ["holds", "fails"]
    assert statuses(14, results(missing=("shared_memory, spawn",))) == ["holds", "fails"]
    assert "shared_memory" not in said(14, results(missing=("shared_memory, spawn",)))
    assert statuses(14, results(object_fork=1))[0] == "fails"
    assert statuses(14, results(mmap_fork=4095))[1] == "holds", "what is not seen as a whole is not shared"


# Copies


def forked(birth: float, collected: float, read: float, frozen: tuple[float, float] | None, made: float = 64.0) -> Results:
    """The shares of the ballast that are the child's own, beyond the 2 MiB that every child has."""

    def own(**shares: float) -> dict[str, float]:
        private = {f"{step}_private_bytes": (2 + share * made) * MIB for step, share in shares.items()}
        return {"made_bytes": made * MIB, **private}

    measures = {
        "no ballast": {**own(birth=0, collected=0, read=0, written=0), "made_bytes": 0.0},
        "bytes": own(birth=birth, collected=birth, read=birth, written=1.0),
        "objects": own(birth=birth, collected=collected, read=read, written=1.0),
    }
    if frozen is not None:
        measures["objects, frozen"] = own(birth=birth, collected=frozen[0], read=frozen[1], written=1.0)
    return found("copy-on-write", measures, missing=() if frozen else ("objects, frozen",))


def test_fork_copies_nothing_at_first_and_what_comes_later_is_told_beside() -> None:
    results = forked(0.0, 0.53, 0.8, (0.0, 0.76))
    assert statuses(9, results) == ["fails", "holds", "holds", "holds"]
    assert [part.beside for part in parts(9, results)] == [False, True, True, True]
    assert standing_of(parts(9, results)) is Standing.FAILS
    assert "made 53 % of the memory the child's own; after gc.freeze, 0 %" in said(9, results)
    assert "Reading all objects made 76 %" in said(9, results), "reading alone, without the collection before it"


def test_without_counts_of_references_reading_copies_nothing() -> None:
    """As under PyPy, whose collector has marked all objects before they were read."""
    pypy = replace(here(), implementation="pypy")
    results = replace(forked(0.0, 0.91, 0.91, None), python=pypy)
    assert statuses(9, results) == ["fails", "holds", "fails", "holds"]
    assert "CPython" not in said(9, results)
    assert "gc.freeze" not in said(9, results)
    assert parts(9, results)[0].verdict.advice == ""


@pytest.mark.parametrize(("birth", "status"), [(0.05, "fails"), (0.5, "undecided"), (0.95, "holds")])
def test_how_much_at_birth_counts_as_a_copy(birth: float, status: str) -> None:
    assert statuses(9, forked(birth, 1, 1, (1, 1)))[0] == status


def footprints(fork: float = 0.3, spawn: float = 0.6, spawn_adds: float = 8.0, threads_add: float = 0.05) -> Results:
    def one(share: float, adds: float) -> dict[str, float]:
        return {"rss_bytes": 40.0 * MIB, "pss_bytes": share * 40 * MIB, "added_bytes": adds * MIB}

    measures = {"threads": one(0.9, threads_add), "fork": one(fork, 2), "forkserver": one(0.5, 6), "spawn": one(spawn, spawn_adds)}
    return found("full-copies", measures)


def test_processes_take_more_than_threads_and_less_than_a_copy_each() -> None:
    assert statuses(13, footprints()) == ["holds", "fails"]
    assert "2.0 MiB by fork, 6.0 MiB by forkserver, 8.0 MiB by spawn; each thread 51 KiB" in said(13, footprints())
    assert "30 % by fork, 50 % by forkserver, 60 % by spawn" in said(13, footprints())
    assert statuses(13, footprints(spawn=0.95))[1] == "undecided", "one way it does, another way it does not"
    assert statuses(13, footprints(threads_add=3))[0] == "fails"
    assert statuses(13, footprints(threads_add=0))[0] == "holds", "nothing is less than something"


# Tasks

ALL = ("memory", "descriptors", "position", "folder", "pid")
TRACES = {
    "thread, strace": ["clone3", "CLONE_VM", "CLONE_FILES", "CLONE_SETTLS"],
    "fork, strace": ["clone", "CLONE_CHILD_CLEARTID", "SIGCHLD"],
    "another program, strace": ["vfork"],
}


def tasks(fork: tuple[str, ...] = ("position",), thread: tuple[str, ...] = ALL, traces: Mapping[str, object] = TRACES) -> Results:
    def shared(things: tuple[str, ...]) -> dict[str, float]:
        return {"is_task": 1.0, **{name: float(name in things) for name in (*ALL, "tid")}}

    missing = () if traces else tuple(TRACES)
    return found("what-a-task-shares", {"thread": shared(thread), "fork": shared(fork)}, traces, missing)


def test_what_is_called_in_the_kernel_is_what_strace_saw() -> None:
    assert statuses(12, tasks()) == ["fails", "fails"]
    assert "what it called in the kernel was clone3" in said(12, tasks())
    musl = {**TRACES, "fork, strace": ["fork"], "thread, strace": ["clone", "CLONE_VM"]}
    assert statuses(12, tasks(traces=musl)) == ["holds", "fails"]


def test_without_strace_it_is_open_and_says_how_to_get_it() -> None:
    open_parts = parts(12, tasks(traces={}))
    assert standing_of(open_parts) is Standing.UNDECIDED
    assert all(any("install the package strace" in reason for reason in part.verdict.reasons) for part in open_parts)
    assert standing_of(parts(19, tasks(traces={}))) is Standing.HOLDS, "the levels were seen all the same"


def test_both_are_tasks_and_share_at_different_levels() -> None:
    assert statuses(19, tasks()) == ["holds", "holds", "holds"]
    assert "a thread shares five with its maker, a forked process one of these" in said(19, tasks())
    assert "with CLONE_VM and CLONE_FILES." in " ".join(parts(19, tasks())[2].verdict.reasons)
    assert "a forked process none of these" in said(19, tasks(fork=()))
    assert statuses(19, tasks(fork=ALL))[1] == "fails"
    other_numbers = statuses(19, tasks(thread=(*ALL, "tid")))
    assert other_numbers[0] == "fails"


def test_a_fork_shares_the_files_that_were_open_and_a_thread_all_but_its_tid() -> None:
    assert statuses(20, tasks()) == ["holds", "fails", "holds", "fails"]
    assert [part.beside for part in parts(20, tasks())] == [False, False, False, True]
    assert standing_of(parts(20, tasks())) is Standing.PARTLY
    assert statuses(20, tasks(fork=()))[1] == "holds"
    assert statuses(20, tasks(fork=("memory", "position")))[0] == "fails"
    assert statuses(20, tasks(thread=("memory", "pid")))[2] == "fails"


def test_the_experiment_says_what_was_shared_in_both_directions() -> None:
    verdict = find("what-a-task-shares").judge(tasks())
    assert verdict.status is Status.FAILS
    assert "share all but the tid" in verdict.statement
    assert "a forked process and its maker the position in an open file" in verdict.statement
    both = find("what-a-task-shares").judge(tasks(fork=(), thread=(*ALL, "tid")))
    assert both.status is Status.HOLDS
