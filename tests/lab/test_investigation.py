"""Claims share runs, each is run once, and whatever goes wrong leaves claims undecided with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from conclab.lab.claims.multi_threading.c34_threads_over_all_cores import CLAIM
from conclab.lab.investigation import Investigation
from conclab.lab.step import STOPPED
from conclab.model.claims import Claim, Finding, Part, Standing, Trial
from conclab.model.results import Results
from conclab.model.runs import Plan, Run
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.scripted import scripted_machine
from tests.helpers import here

Found = Sequence[Results | None]
ROOM = Trial("waiting-room")
MANY = Trial("waiting-room", {"workers": "4"})
UPDATE = Trial("lost-update")


def holds(_found: Found) -> tuple[Part, ...]:
    return (Part(Verdict(Status.HOLDS, "So it is.")),)


def claim(number: int, *trials: Trial, judge: object = holds) -> Claim:
    return replace(CLAIM, number=number, trials=trials, judge=judge)  # type: ignore[arg-type]


def investigation(*claims: Claim, can_trace: bool = False, memory: int | None = None, strict: bool = True) -> Investigation:
    return Investigation(
        claims, scripted_machine(2), here(), "m", memory_available=lambda: memory, can_trace=can_trace, strict=strict
    )


def carried_out(plan: Plan, outcome: str = "ok", **missing: str) -> Run:
    path = here().path
    told = {(path, name): why for name, why in missing.items()}
    return Run(plan, outcome=outcome, wall_ns=2_000_000_000, gil_enabled={path: True}, missing=told)


def all_of(found: Investigation) -> list[Finding]:
    """Everything that it comes to when all goes well."""
    findings = list(found.complete())
    while (plan := found.next()) is not None:
        findings += found.take(carried_out(plan), plan.experiment.name)
    return findings + list(found.complete())


def test_equal_trials_are_run_once_and_each_claim_is_found_when_its_last_run_is_there() -> None:
    found = investigation(claim(1, ROOM, UPDATE), claim(2, ROOM), claim(3, MANY))
    assert (found.steps, found.done) == (3, 0)
    plans = []
    numbers = []
    while (plan := found.next()) is not None:
        plans.append((plan.experiment.name, plan.values["workers"]))
        numbers.append([one.number for one in found.take(carried_out(plan), f"kept-{len(plans)}")])
    assert [name for name, _ in plans] == ["waiting-room", "lost-update", "waiting-room"]
    assert plans[2][1] == 4
    assert numbers == [[2], [1], [3]]
    assert found.over
    assert found.done == 3


def test_a_finding_says_where_it_was_made_and_of_what() -> None:
    first, second = all_of(investigation(claim(1, ROOM, UPDATE), claim(2, ROOM)))[::-1]
    assert (first.number, first.standing, first.runs) == (1, Standing.HOLDS, ("waiting-room", "lost-update"))
    assert (first.took_s, second.took_s) == (4.0, 2.0)
    assert first.conditions.machine == "m"
    assert first.conditions.python == here().path
    assert first.conditions.usable_cores == 2
    assert first.conditions.gil_enabled is True


def test_conventions_are_found_before_anything_has_run() -> None:
    found = investigation(replace(claim(21), convention="A matter of words."), claim(22, ROOM))
    (convention,) = found.complete()
    assert (convention.number, convention.standing) == (21, Standing.CONVENTION)
    assert found.complete() == ()


def test_trials_that_are_shared_have_the_longest_cap_and_the_most_rounds() -> None:
    short, long = replace(ROOM, cap_s=3, rounds=7), replace(ROOM, cap_s=9, rounds=2)
    plan = investigation(claim(1, short), claim(2, long)).next()
    assert plan is not None
    assert (plan.cap_s, plan.rounds, plan.exact_rounds) == (9, 7, True)


def test_an_exact_number_does_not_take_rounds_from_whoever_asks_for_as_many_as_it_takes() -> None:
    open_end = investigation(claim(1, replace(ROOM, rounds=2)), claim(2, ROOM)).next()
    assert open_end is not None
    assert not open_end.exact_rounds
    many = investigation(claim(1, replace(ROOM, rounds=40)), claim(2, ROOM)).next()
    assert many is not None
    assert many.rounds == 40


def test_exact_trials_are_the_sampled_ones_where_nothing_can_be_traced() -> None:
    claims = claim(1, replace(ROOM, traced=True)), claim(2, ROOM)
    here_not = investigation(*claims)
    plan = here_not.next()
    assert plan is not None
    assert (here_not.steps, plan.traced) == (1, False)
    traced = investigation(*claims, can_trace=True)
    plan = traced.next()
    assert plan is not None
    assert (traced.steps, plan.traced) == (2, True)


def test_what_cannot_begin_leaves_its_claims_undecided_and_the_others_alone() -> None:
    found = investigation(claim(1, Trial("no-such")), claim(2, Trial("waiting-room", {"workers": "x"})), claim(3, ROOM))
    plan = found.next()
    assert plan is not None
    one, two = found.complete()
    assert [one.standing, two.standing] == [Standing.UNDECIDED] * 2
    assert one.lacks[0].startswith("There is no experiment 'no-such'")
    assert two.lacks == ("Waiting-room: workers: 'x' is not a whole number.",)
    (three,) = found.take(carried_out(plan))
    assert (three.standing, three.runs) == (Standing.HOLDS, ())


def test_too_little_memory_is_a_reason_not_an_end() -> None:
    found = investigation(claim(1, ROOM), memory=1)
    assert found.next() is None
    (one,) = found.complete()
    assert "of memory" in one.lacks[0]
    assert found.over


def test_a_run_that_failed_is_a_reason_and_one_that_is_not_required_is_left_out() -> None:
    seen: list[Found] = []

    def judge(results: Found) -> tuple[Part, ...]:
        seen.append(results)
        return holds(results)

    beside = replace(UPDATE, required=False)
    found = investigation(claim(1, ROOM, beside, judge=judge), claim(2, UPDATE))
    plan = found.next()
    assert plan is not None
    assert found.take(carried_out(plan)) == ()
    plan = found.next()
    assert plan is not None
    one, two = found.take(carried_out(plan, "threads: it fell over"))
    assert (one.standing, two.standing) == (Standing.HOLDS, Standing.UNDECIDED)
    assert one.lacks == two.lacks == ("Lost-update: threads: it fell over.",)
    assert two.parts == ()
    assert [None if one is None else one.python for one in seen[0]] == [here(), None]


def test_a_run_that_conclab_itself_failed_in_is_told_too() -> None:
    found = investigation(claim(1, ROOM))
    found.next()
    (one,) = found.take(None)
    assert one.lacks == ("Waiting-room: conclab itself failed.",)


def test_arms_that_were_left_out_are_told_with_the_way_to_get_them() -> None:
    found = investigation(claim(1, ROOM))
    plan = found.next()
    assert plan is not None
    (one,) = found.take(carried_out(plan, threads="there is no Go; apt install golang-go"))
    assert one.standing is Standing.HOLDS
    assert one.lacks == ("Left out: threads: there is no Go; apt install golang-go.",)


def test_a_judge_that_raises_leaves_its_claim_undecided() -> None:
    def judge(_found: Found) -> tuple[Part, ...]:
        raise KeyError("threads")

    (one,) = all_of(investigation(claim(1, ROOM, judge=judge), strict=False))
    assert one.standing is Standing.UNDECIDED
    assert one.lacks == ("What its runs brought could not be judged (KeyError: 'threads').",)
    with pytest.raises(KeyError):
        all_of(investigation(claim(1, ROOM, judge=judge)))


def test_a_run_that_was_stopped_stops_everything_and_finds_nothing() -> None:
    found = investigation(claim(1, ROOM), claim(2, UPDATE))
    plan = found.next()
    assert plan is not None
    assert found.take(carried_out(plan, STOPPED)) == ()
    assert found.over
    assert found.next() is None
    assert found.complete() == ()


def test_one_sees_which_run_is_on_for_which_claim_and_how_long_it_will_take() -> None:
    found = investigation(claim(1, ROOM), claim(2, ROOM, UPDATE, MANY))
    assert (found.claim_now, found.trial_now) == (None, None)
    before = found.seconds_left()
    plan = found.next()
    assert plan is not None
    assert found.claim_now is not None
    assert (found.claim_now.number, found.trial_now) == (1, (1, 1))
    assert found.seconds_left(1.0) == pytest.approx(before - 1)
    found.take(carried_out(plan))
    assert 0 < found.seconds_left() < before
    plan = found.next()
    assert plan is not None
    assert found.claim_now is not None
    assert (found.claim_now.number, found.trial_now) == (2, (2, 3))
    found.take(carried_out(plan))
    assert investigation(claim(1, ROOM)).seconds_left(pace=0.5) == ROOM.cap_s / 2
    found.next()
    assert found.seconds_left(1_000) == 0
