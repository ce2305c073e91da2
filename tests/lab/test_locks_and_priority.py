"""The rules of the experiments about locks and priority: what they say of made-up results, and what they compute."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from conclab.lab.catalogue import find
from conclab.lab.experiments.locks_and_races.lock_contention import bound, fewer
from conclab.lab.experiments.locks_and_races.producer_consumer import pace_ns, producers_are_slower
from conclab.lab.experiments.scheduling.priority_and_affinity import WEIGHTS, expected_share
from conclab.lab.planning import BadRequest, make_plan
from conclab.model.experiments import resolve
from conclab.model.results import OK, ArmResult, Counters, Disturbance, Repetition, Results
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.scripted import scripted_machine
from tests.helpers import here

MS = 1_000_000
Figures = Mapping[str, float]


def judged(
    name: str, arms: Mapping[str, Figures], *, walls_ms: Mapping[str, float] | None = None, foreign: float = 0.0, **given: str
) -> Verdict:
    """The verdict on five made-up repetitions of every arm, each with the same measures, or with none."""
    experiment, machine = find(name), scripted_machine(2)
    values = resolve(experiment.parameters, given, machine)
    found = {}
    for arm in experiment.arms(values, machine):
        wall = int((walls_ms or {}).get(arm.name, 100.0) * MS)
        repetitions = [
            Repetition(
                arm.name,
                here().path,
                number,
                False,
                OK,
                wall_ns=wall + number,
                counters=Counters(wall * arm.workers, wall, 0, 0, 0, 0),
                measures=arms.get(arm.name, {}),
            )
            for number in range(5)
        ]
        found[arm.name] = ArmResult(arm, tuple(repetitions))
    planned = tuple(result.arm for result in found.values())
    quiet = Disturbance(foreign, 0.0)
    return experiment.judge(Results(values, machine, here(), True, found, None, planned, quiet, experiment.metric))


@pytest.mark.parametrize("name", ["lock-fairness", "deadlock", "starvation", "priority-and-affinity"])
def test_what_was_not_measured_decides_nothing(name: str) -> None:
    found = judged(name, {})
    assert found.status is Status.UNDECIDED
    assert "None" not in found.statement
    assert not any("no deadlock" in bar.note for bar in found.evidence)


WALLS = {
    "one worker": 200.0,
    "a lock each": 100.0,
    "one lock, two": 150.0,
    "one lock": 160.0,
    "asleep with the lock": 300.0,
    "asleep without it": 100.0,
}


def test_waiting_for_a_lock_is_told_beside_what_it_costs_and_the_gil_is_blamed_only_for_threads() -> None:
    waits = {"one lock": {"waited_ns": 4 * 80.0 * MS}}
    found = judged("lock-contention", waits, walls_ms=WALLS)
    assert found.status is Status.HOLDS
    assert "1.60× as long" in found.statement
    assert "waited for it 50 % of their time" in found.statement
    assert "3.00× as long as the same naps" in found.statement
    assert (
        "waited for it and then for the GIL 50 %" in judged("lock-contention", waits, walls_ms=WALLS, executor="threads").statement
    )
    level = {**WALLS, "one lock": 101.0}
    threads, processes = (judged("lock-contention", {}, walls_ms=level, executor=kind) for kind in ("threads", "fork"))
    assert threads.status is processes.status is Status.FAILS
    assert "Under the GIL" in threads.statement
    assert "GIL" not in processes.statement


def test_behind_one_lock_the_pace_is_bound_by_what_is_done_inside_and_shown_for_fewer_workers_too() -> None:
    values = {"inside": 80, "outside": 20, "workers": 4}
    assert bound(values, 64) == 1.25
    assert bound({**values, "outside": 8_000}, 2) == 2
    assert bound({**values, "outside": 8_000, "workers": 3}, 64) == 3
    assert [fewer({"workers": count}) for count in (2, 3, 4, 16)] == [[], [2], [2], [2, 4, 8]]


def turns(row: float, longest_ms: float, taken: float) -> Figures:
    return {"in_a_row": row, "longest_wait_ns": longest_ms * MS, "taken": taken, "least_share": 0.1, "largest_share": 0.6}


def test_a_lock_that_barges_is_told_from_one_that_goes_from_hand_to_hand() -> None:
    fair = turns(1.0, 1.2, 500)
    barging = judged("lock-fairness", {"whoever is there": turns(90, 140, 1_000), "in order of arrival": fair})
    assert barging.status is Status.HOLDS
    assert "90.0 times in a row" in barging.statement
    assert "taken 0.50× as often" in barging.statement
    handed = judged("lock-fairness", {"whoever is there": turns(1.2, 2, 1_000), "in order of arrival": fair})
    assert handed.status is Status.FAILS


def meals(opposite: float, cured: float, eaten: float = 15) -> Verdict:
    one = {"meals": eaten, "noticed_ns": 110.0 * MS, "given_up": 1.0}
    return judged(
        "deadlock",
        {"opposite": {**one, "deadlocks": opposite}, "one order": {**one, "deadlocks": cured}, "patience": {**one, "deadlocks": 0}},
        walls_ms={"opposite": 130.0, "one order": 30.0, "patience": 45.0},
    )


def test_a_deadlock_in_the_wrong_place_refutes_and_none_at_all_proves_nothing() -> None:
    held = meals(opposite=1, cured=0)
    assert held.status is Status.HOLDS
    assert "five stood still in five runs of five" in held.statement
    assert "gave up once a run" in held.statement
    assert meals(opposite=1, cured=1).status is Status.FAILS
    assert meals(opposite=1, cured=0, eaten=14).status is Status.FAILS
    assert meals(opposite=0, cured=0).status is Status.UNDECIDED


def test_a_writer_that_gets_through_is_not_called_starved() -> None:
    def writer(wait_ms: float) -> Verdict:
        one = {"writer_turns": 3.0, "reader_turns": 40.0, "reader_wait_ns": 1.0}
        arms = {"readers first": {**one, "writer_wait_ns": wait_ms * MS}, "turnstile": {**one, "writer_wait_ns": 8.0 * MS}}
        return judged("starvation", arms)

    starved = writer(280)
    assert starved.status is Status.HOLDS
    assert "It had three turns, each reader 40." in starved.statement
    assert writer(16).status is Status.FAILS


def test_the_slower_side_sets_the_pace_and_is_told_by_how_many_share_it() -> None:
    values = {"producers": 2, "consumers": 2, "make": 2_000, "use": 4_000}
    assert not producers_are_slower(values)
    assert producers_are_slower({**values, "consumers": 5})
    assert pace_ns(values) == 2 * MS
    assert pace_ns(values, producers=1) == 2 * MS
    assert pace_ns(values, consumers=2) == 1 * MS


def test_a_worker_on_the_faster_side_brings_nothing_and_sides_that_are_equal_are_refused() -> None:
    walls = {"as given": 250.0, "one more producer": 249.0, "one more consumer": 170.0, "a buffer of one": 260.0}
    found = judged("producer-consumer", {}, walls_ms=walls)
    assert found.status is Status.HOLDS
    assert found.statement.startswith("One more producer brought nothing: 1.00×. One more consumer did bring something: 1.47×.")
    other = judged("producer-consumer", {}, walls_ms=walls, make="9000")
    assert other.status is Status.FAILS, "now producers are the slower side, and the consumer helped all the same"
    assert other.statement.startswith("One more consumer did change the pace")
    with pytest.raises(BadRequest, match="neither side is the slower one"):
        make_plan(find("producer-consumer"), {"use": "2000"}, scripted_machine(2), [here()])


def shares(ten: float, apart: float = 0.5) -> dict[str, Figures]:
    given = {"nice 0": 0.5, "nice 10": ten, "nice 19": 0.985, "SCHED_IDLE": 0.997, "apart": apart}
    return {name: {"share": share, "nice": 0.0, "autogroup": 1.0} for name, share in given.items()}


def test_shares_of_a_core_follow_the_weights_or_do_not() -> None:
    found = judged("priority-and-affinity", shares(0.9))
    assert found.status is Status.HOLDS
    assert "nice 10 was left 10.0 % of the core" in found.statement
    assert "others took" not in found.statement
    assert any("Autogroup is on here" in reason for reason in found.reasons)
    assert not any("steps from there" in reason for reason in found.reasons)
    assert judged("priority-and-affinity", shares(0.5)).status is Status.FAILS
    nicer = {name: {**one, "nice": 7.0} for name, one in shares(0.9).items()}
    found = judged("priority-and-affinity", nicer)
    assert found.status is Status.FAILS, "from nice 7 on, 19 is only twelve steps away"
    assert any("runs at nice 7, and these are steps from there" in reason for reason in found.reasons)
    assert "(others took 40 % of the cores)" in judged("priority-and-affinity", shares(0.9, 0.9), foreign=0.4).statement


def test_a_step_of_nice_is_a_factor_of_one_and_a_quarter_wherever_one_begins() -> None:
    assert len(WEIGHTS) == 40
    assert all(1.15 < larger / smaller < 1.35 for larger, smaller in itertools.pairwise(WEIGHTS))
    assert expected_share("0") == 0.5
    assert expected_share("10") == pytest.approx(0.903, abs=0.001)
    assert expected_share("10", nice=5) == pytest.approx(expected_share("10"), abs=0.01)
    assert expected_share("idle") > expected_share("19") > expected_share("10")
    assert expected_share("19", nice=19) == 0.5, "nobody can be nicer than 19"


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("lock-fairness", {"inside": "10000", "size": "199"}, "at least 200"),
        ("starvation", {"read": "100", "size": "499"}, "at least 500"),
        ("producer-consumer", {"producers": "5", "size": "7"}, "at least 8"),
        ("gil-hand-over", {"interval": "50000", "size": "199"}, "at least 200"),
    ],
)
def test_what_is_too_short_to_show_anything_is_not_begun(name: str, given: dict[str, str], says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        make_plan(find(name), given, scripted_machine(2), [here()])
    enough = {**given, "size": str(int(given["size"]) + 1)}
    assert make_plan(find(name), enough, scripted_machine(2), [here()]).arms


def test_the_longest_wait_is_the_longest_of_all_runs() -> None:
    longest = iter([*[4.0 * MS, 9.0 * MS, 5.0 * MS, 5.0 * MS, 5.0 * MS] * 2])
    experiment, machine = find("lock-fairness"), scripted_machine(2)
    values = resolve(experiment.parameters, {}, machine)
    arms = {
        arm.name: ArmResult(
            arm,
            tuple(
                Repetition(arm.name, here().path, number, False, OK, measures={"in_a_row": 1.0, "longest_wait_ns": next(longest)})
                for number in range(5)
            ),
        )
        for arm in experiment.arms(values, machine)
    }
    planned = tuple(result.arm for result in arms.values())
    found = experiment.judge(Results(values, machine, here(), True, arms, None, planned, Disturbance(), experiment.metric))
    assert "The longest wait was 9.00 ms, and 9.00 ms in order of arrival" in found.statement


def test_a_verdict_by_what_was_seen_says_what_would_decide_it() -> None:
    def writer(*waits_ms: float) -> Verdict:
        experiment, machine = find("starvation"), scripted_machine(2)
        values = resolve(experiment.parameters, {}, machine)
        arms = {}
        for arm in experiment.arms(values, machine):
            waits = waits_ms if arm.name == "readers first" else [8.0] * len(waits_ms)
            runs = (
                Repetition(arm.name, here().path, number, False, OK, measures={"writer_wait_ns": wait * MS})
                for number, wait in enumerate(waits)
            )
            arms[arm.name] = ArmResult(arm, tuple(runs))
        planned = tuple(result.arm for result in arms.values())
        return experiment.judge(Results(values, machine, here(), True, arms, None, planned, Disturbance(), experiment.metric))

    across = writer(8.0, 300.0, 25.0)
    assert across.status is Status.UNDECIDED
    assert across.reasons[0] == "The interval reaches across 3.00×; more repetitions narrow it."
    assert "three repetitions" in writer(300.0, 300.0).reasons[0]
    assert len(writer(300.0, 300.0, 300.0).reasons) == 1
