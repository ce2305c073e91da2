"""Learning: claims are run one after another by the session's beat, a run in the Lab goes first, and what is found is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest

from conclab.lab.claim_catalogue import find_claim
from conclab.lab.interpreters import own
from conclab.model.claims import Claim, Finding, Guess, Part, Standing, Trial
from conclab.model.events import RunFinished
from conclab.model.results import Results
from conclab.model.runs import Run
from conclab.model.verdicts import Status, Verdict
from conclab.recording.feed import Session
from conclab.recording.learning import PATIENCE_S, Learning
from conclab.recording.scripted import ScriptedFeed
from tests.recording.surveyed import FINDINGS, FREE, OLD, SPREAD
from tests.tui.helpers import HandFeed, plan, run_started

ROOM, COUNT = Trial("waiting-room", rounds=1), Trial("lost-update", rounds=1)


def says(status: Status) -> Callable[[Sequence[Results | None]], tuple[Part, ...]]:
    return lambda _found: (Part(Verdict(status, "So it is.")),)


def claim(number: int, *trials: Trial, status: Status = Status.HOLDS) -> Claim:
    return replace(find_claim(34), number=number, trials=trials, judge=says(status))


class Keeper:
    """Keeps in memory; with a problem, nothing."""

    machine = "m"

    def __init__(self, problem: str = "", findings: Sequence[Finding] = ()) -> None:
        self.problem = problem
        self.kept: list[Finding] = list(findings)
        self.guessed: dict[int, Guess] = {}

    def keep(self, finding: Finding) -> bool:
        self.kept += [] if self.problem else [finding]
        return not self.problem

    def keep_guess(self, number: int, guess: Guess) -> bool:
        self.guessed |= {} if self.problem else {number: guess}
        return not self.problem

    def latest(self) -> Mapping[int, tuple[Finding, ...]]:
        return MappingProxyType(
            {number: tuple(one for one in self.kept if one.number == number) for number in {f.number for f in self.kept}}
        )

    def guesses(self) -> Mapping[int, Guess]:
        return self.guessed


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class World:
    """A session on the scripted feed, and learning on it."""

    def __init__(self, *claims: Claim, keeper: Keeper | None = None) -> None:
        self.feed = ScriptedFeed(2)
        self.session = Session(self.feed)
        self.learning = Learning(self.session, keeper)
        self.learning.__dict__["claims"] = claims
        self.claims = claims

    def beat(self) -> None:
        self.feed.tick(5)
        self.session.advance()
        self.learning.advance()

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(3_000):
            if condition():
                return
            self.beat()
        raise AssertionError("it never came to that")

    def begin(self, *claims: Claim) -> None:
        self.learning.begin(claims or self.claims, [own()])

    def standings(self) -> dict[int, Standing]:
        return self.learning.standings(own().path)


def wait_for_writer(learning: Learning) -> None:
    learning._writer.shutdown()


def test_claims_are_run_one_after_another_and_shared_runs_once() -> None:
    world = World(claim(1, ROOM), claim(2, ROOM, COUNT, status=Status.FAILS), keeper=(keeper := Keeper()))
    before = world.learning.version
    world.begin()
    assert world.learning.on
    assert world.learning.ours
    assert world.learning.version != before
    assert world.learning.now is world.claims[0]
    assert world.learning.waiting == {1, 2}
    assert world.learning.progress == (0, 2)
    world.until(lambda: 1 in world.standings())
    world.until(lambda: world.learning.trial == (2, 2))
    assert world.learning.waiting == {2}
    assert world.learning.progress == (1, 2)
    world.until(lambda: not world.learning.on)
    assert world.standings() == {1: Standing.HOLDS, 2: Standing.FAILS}
    assert world.learning.judged == 2
    wait_for_writer(world.learning)
    assert [finding.number for finding in keeper.kept] == [1, 2]
    assert {finding.conditions.machine for finding in keeper.kept} == {"m"}


def test_a_run_in_the_lab_goes_first() -> None:
    world = World(claim(1, ROOM))
    world.session.launch(plan("lost-update"))
    world.begin()
    assert world.learning.waits_for_lab
    assert world.session.run_state.experiment == "lost-update"
    world.until(lambda: world.session.run_state.experiment == "waiting-room")
    assert not world.learning.waits_for_lab
    world.until(lambda: not world.learning.on)
    assert world.standings() == {1: Standing.HOLDS}


def test_what_waits_already_is_not_ordered_twice_and_more_can_be_ordered_meanwhile() -> None:
    world = World(claim(1, ROOM), claim(2, COUNT))
    world.begin(world.claims[0])
    world.begin(world.claims[0])
    world.begin(world.claims[1])
    assert world.learning.progress == (0, 2)
    world.until(lambda: not world.learning.on)
    assert world.learning.judged == 2


@pytest.mark.parametrize("in_the_lab", [False, True])
def test_to_stop_ends_the_run_and_all_that_wait_and_keeps_what_is_decided(in_the_lab: bool) -> None:
    world = World(claim(1, ROOM), claim(2, COUNT), claim(3, Trial("downloads", rounds=1)))
    world.begin()
    world.until(lambda: 1 in world.standings())
    if in_the_lab:
        world.feed.stop()
    else:
        world.learning.stop()
    world.until(lambda: not world.learning.on and not world.session.run_state.live)
    assert world.learning.stopped
    assert world.session.run_state.outcome == "stopped"
    assert world.standings() == {1: Standing.HOLDS}
    world.begin(world.claims[1])
    assert not world.learning.stopped
    world.until(lambda: 2 in world.standings())


def test_what_cannot_be_run_is_undecided_with_its_reason_and_the_others_go_on() -> None:
    world = World(claim(1, Trial("no-such-experiment")), claim(2, ROOM))
    world.begin()
    world.until(lambda: not world.learning.on)
    assert world.standings() == {1: Standing.UNDECIDED, 2: Standing.HOLDS}
    assert "no-such-experiment" in world.learning.findings_of(world.claims[0])[0].lacks[0]


def test_a_run_that_is_over_and_never_written_down_is_given_up_after_a_while() -> None:
    feed, clock = HandFeed(), Clock()
    session = Session(feed)
    learning = Learning(session, clock=clock)
    wanted = claim(1, ROOM)
    learning.begin([wanted], [own()])
    (launched,) = feed.launched
    feed.give(run_started(launched), RunFinished(2_000_000_000, "conclab itself failed: 7", None))
    session.advance()
    learning.advance()
    clock.now_s += PATIENCE_S - 1
    learning.advance()
    assert learning.on, "it may be being written still"
    clock.now_s += 2
    learning.advance()
    assert not learning.on
    (finding,) = learning.findings_of(wanted)
    assert finding.standing is Standing.UNDECIDED
    assert "conclab itself failed: 7" in finding.lacks[0]


def test_a_result_that_is_another_runs_is_not_taken_for_ours() -> None:
    feed = HandFeed()
    session = Session(feed)
    learning = Learning(session)
    wanted = claim(1, ROOM)
    learning.begin([wanted], [own()])
    feed.give(run_started(feed.launched[0]), RunFinished(2_000_000_000, "ok", None))
    feed.result = (Run(plan("lost-update"), wall_ns=1), "theirs")
    session.advance()
    learning.advance()
    assert [finding.standing for finding in learning.findings_of(wanted)] == [Standing.UNDECIDED]
    assert learning.findings_of(wanted)[0].runs == ()


def test_what_was_kept_is_shown_and_newer_findings_of_this_session_stay() -> None:
    keeper = Keeper(findings=[one for one in FINDINGS if one.number == 34])
    world = World(SPREAD, keeper=keeper)
    newer = replace(keeper.kept[0], standing=Standing.UNDECIDED)
    world.learning.take_over(world.learning.read())
    assert world.learning.standings(OLD.python) == {34: Standing.FAILS}
    assert world.learning.standings(FREE.python) == {34: Standing.HOLDS}
    assert world.learning.standings("/another") == {34: Standing.FAILS}, "the oldest Python's, where this one has none"
    assert len(world.learning.findings_of(SPREAD)) == len(keeper.kept)
    assert world.learning.findings_of(SPREAD, FREE.python)[0].conditions == FREE
    world.learning._found[34][OLD.python] = newer
    world.learning.take_over(world.learning.read())
    assert world.learning.standings(OLD.python) == {34: Standing.UNDECIDED}


def test_a_convention_is_there_without_a_run() -> None:
    words = replace(claim(21), convention="A matter of words.")
    world = World(words)
    world.begin()
    assert not world.learning.on
    assert world.standings() == {21: Standing.CONVENTION}
    assert world.learning.findings_of(words) == ()


def test_guesses_are_kept_and_a_problem_is_told_once() -> None:
    keeper = Keeper()
    world = World(claim(1, ROOM), keeper=keeper)
    world.learning.guess(world.claims[0], Guess.HOLDS)
    world.learning.guess(world.claims[0], Guess.DEPENDS)
    wait_for_writer(world.learning)
    assert keeper.guessed == {1: Guess.DEPENDS}
    assert world.learning.guess_of(world.claims[0]) is Guess.DEPENDS
    troubled = World(claim(1, ROOM), keeper=Keeper("the disk is full"))
    for guess in Guess:
        troubled.learning.guess(troubled.claims[0], guess)
    wait_for_writer(troubled.learning)
    assert troubled.session.troubles == ["The disk is full."]
    assert troubled.learning.guess_of(troubled.claims[0]) is Guess.DEPENDS, "it is there until one leaves"
