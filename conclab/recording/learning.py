"""Learning: the claims, what was found of them on this machine, one's guesses, and the investigations that are on.

No screen is in it: a beat moves it on (``advance``), wherever the user is meanwhile. Its runs are those of the session, like any
that is started in the Lab: there is one at a time, the Lab draws ours too, and one that is on there is waited for.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from operator import methodcaller
from typing import Protocol

from conclab.lab.claim_catalogue import claims
from conclab.lab.investigation import Investigation
from conclab.lab.step import STOPPED
from conclab.model.claims import Claim, Finding, Guess, Standing
from conclab.model.experiments import Interpreter
from conclab.model.runs import Plan
from conclab.recording.feed import Session

PATIENCE_S = 15.0
"""How long a run that is over may take to be written down before it is given up."""
_LOST = "another run was begun before its result could be read"


class Keeps(Protocol):
    """Where findings and guesses are kept (``findings.Findings``)."""

    machine: str
    problem: str

    def keep(self, finding: Finding) -> bool:
        """Write it down; whether that could be done."""

    def keep_guess(self, number: int, guess: Guess) -> bool:
        """The same of a guess."""

    def latest(self) -> Mapping[int, tuple[Finding, ...]]:
        """By claim the newest for each Python."""

    def guesses(self) -> Mapping[int, Guess]:
        """By claim."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What there was when it was read."""

    findings: Mapping[int, tuple[Finding, ...]]
    guesses: Mapping[int, Guess]
    problem: str = ""


@dataclass(slots=True)
class _Order:
    """Claims that are to be run under one Python."""

    investigation: Investigation
    open: set[int]
    """Those that nothing has been found about yet."""


class Learning:
    """What the Learn screen shows. One clock, one thread; only the writing down is done beside it."""

    def __init__(self, session: Session, keeper: Keeps | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """``keeper`` None: nothing is kept (the scripted feed, tests)."""
        self._session = session
        self._keeper = keeper
        self._clock = clock
        self._found: dict[int, dict[str, Finding]] = {}
        self._guesses: dict[int, Guess] = {}
        self._orders: deque[_Order] = deque()
        self._batch: list[Investigation] = []
        """Everything that was ordered since nothing was on, over or not."""
        self._plan: Plan | None = None
        """Of our run that is on, or is being written down."""
        self._launched_s = 0.0
        self._over_s: float | None = None
        self._told: set[str] = set()
        self.version = 0
        """Another one whenever something has changed that is shown."""
        self.judged = 0
        """Findings since conclab was started."""
        self.stopped = False
        """Whether the last investigation was stopped before its end."""

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All claims, in the article's order."""
        return claims()

    # What there is

    def read(self) -> Kept:
        """What is kept, from the file: on any thread."""
        if self._keeper is None:
            return Kept({}, {})
        findings, problem = self._keeper.latest(), self._keeper.problem
        return Kept(findings, self._keeper.guesses(), problem or self._keeper.problem)

    def take_over(self, kept: Kept) -> None:
        """Show what was read; what has been found since is newer."""
        for number, findings in kept.findings.items():
            known = self._found.setdefault(number, {})
            for finding in findings:
                known.setdefault(finding.conditions.python, finding)
        self._guesses = {**kept.guesses, **self._guesses}
        self._tell(kept.problem)
        self.version += 1

    def findings_of(self, claim: Claim, first: str = "") -> tuple[Finding, ...]:
        """The newest finding for each Python, that of the path ``first`` before the others; none of a convention."""
        if claim.convention:
            return ()
        found = self._found.get(claim.number, {})
        return tuple(found[path] for path in sorted(found, key=lambda path: path != first))

    def findings(self) -> tuple[Finding, ...]:
        """Everything that has been found, the newest for each Python."""
        return tuple(finding for claim in self.claims for finding in self.findings_of(claim))

    def standings(self, first: str = "") -> dict[int, Standing]:
        """What each claim comes to that was found out about, under the Python ``first`` if there is a finding for it; conventions
        need no run."""
        told = {claim.number: self.findings_of(claim, first) for claim in self.claims}
        return {
            claim.number: Standing.CONVENTION if claim.convention else told[claim.number][0].standing
            for claim in self.claims
            if claim.convention or told[claim.number]
        }

    def guess_of(self, claim: Claim) -> Guess | None:
        return self._guesses.get(claim.number)

    def guess(self, claim: Claim, guess: Guess) -> None:
        """What the user thinks now."""
        if self._guesses.get(claim.number) is not guess:
            self._guesses[claim.number] = guess
            self.version += 1
            self._aside(methodcaller("keep_guess", claim.number, guess))

    # What is run

    @property
    def on(self) -> bool:
        """Whether an investigation is on, or waits for a run in the Lab."""
        return bool(self._orders)

    @property
    def ours(self) -> bool:
        """Whether the run that is on, or was the last one, is ours."""
        return self._plan is not None and self._session.run_state.arms is self._plan.arms

    @property
    def waits_for_lab(self) -> bool:
        """Whether a run in the Lab has to end before ours can begin."""
        return self.on and self._session.run_state.live and not self.ours

    @property
    def now(self) -> Claim | None:
        """The claim that the run which is on is for."""
        return self._orders[0].investigation.claim_now if self._orders else None

    @property
    def waiting(self) -> frozenset[int]:
        """The numbers of the claims that nothing has been found about yet, of those that were asked for."""
        return frozenset(number for order in self._orders for number in order.open)

    @property
    def python(self) -> Interpreter | None:
        """The Python whose turn it is."""
        return self._orders[0].investigation.python if self._orders else None

    @property
    def trial(self) -> tuple[int, int] | None:
        """Which trial of the claim is on, from 1, and of how many."""
        return self._orders[0].investigation.trial_now if self._orders else None

    @property
    def progress(self) -> tuple[int, int]:
        """How many runs are over, and how many there are."""
        return sum(one.done for one in self._batch), sum(one.steps for one in self._batch)

    def seconds_left(self) -> float:
        """About how long it will still take."""
        told = self._session.run_state.seconds_left() if self.ours else None
        elapsed = float("inf") if told is not None else self._clock() - self._launched_s if self._plan is not None else 0.0
        rest = sum(order.investigation.seconds_left(0.0 if place else elapsed) for place, order in enumerate(self._orders))
        return rest + (told or 0.0)

    def begin(self, wanted: Collection[Claim], pythons: Sequence[Interpreter]) -> None:
        """Run these claims under these Pythons, one after the other, behind whatever is on. Those that wait already do so once."""
        feed = self._session.feed
        self.stopped = False
        if not self._orders:
            self._batch = []
        for python in pythons:
            there = {number for order in self._orders if order.investigation.python == python for number in order.open}
            mine = [claim for claim in wanted if claim.trials and claim.number not in there]
            if mine:
                investigation = Investigation(
                    mine,
                    feed.machine,
                    python,
                    self._keeper.machine if self._keeper is not None else "",
                    memory_available=feed.memory_available,
                    load_before=self._load,
                    can_trace=not feed.exact_lack(),
                    time_of_day=feed.time_of_day,
                )
                self._orders.append(_Order(investigation, {claim.number for claim in mine}))
                self._batch.append(investigation)
        self.version += 1
        self.advance()

    def _load(self) -> tuple[float, float, float] | None:
        sample = self._session.machine_state.sample
        return sample.load if sample is not None else None

    def stop(self) -> None:
        """End all of it at once. What is decided stays."""
        if self.ours and self._session.run_state.live:
            self._session.feed.stop()
        self._end()

    def _end(self) -> None:
        self._orders.clear()
        self._plan = None
        self.stopped = True
        self.version += 1

    def advance(self) -> None:
        """Hand in a run that is over, and begin the next one; nothing while a run is on, whoever's it is."""
        while self._orders and not self._session.run_state.live:
            if self._plan is not None:
                if not self._hand_in(self._plan):
                    return
            else:
                self._launch_next()

    def _launch_next(self) -> None:
        order = self._orders[0]
        plan = order.investigation.next()
        self._keep(order, order.investigation.complete())
        if plan is None:
            self._orders.popleft()
        else:
            self._session.launch(plan)
            self._plan, self._launched_s, self._over_s = plan, self._clock(), None
        self.version += 1

    def _hand_in(self, plan: Plan) -> bool:
        """Take what came of our run. False: it is being written down still."""
        order = self._orders[0]
        if self._over_s is None:
            self._over_s = self._clock()
        finished = self._session.feed.finished()
        run, kept = finished if finished is not None else (None, "")
        if run is not None and run.plan is plan:
            if run.outcome == STOPPED:
                self._end()
                return True
            self._keep(order, order.investigation.take(run, kept))
        elif run is None and self.ours and self._clock() - self._over_s < PATIENCE_S:
            return False
        else:
            self._keep(order, order.investigation.take(None, reason=self._session.run_state.outcome if self.ours else _LOST))
        self._plan = None
        self.version += 1
        return True

    def _keep(self, order: _Order, findings: Sequence[Finding]) -> None:
        for finding in findings:
            order.open.discard(finding.number)
            self._found.setdefault(finding.number, {})[finding.conditions.python] = finding
            self.judged += 1
            self._aside(methodcaller("keep", finding))

    # Writing down

    @cached_property
    def _writer(self) -> ThreadPoolExecutor:
        """One thread: another conclab may hold the file for seconds, and a disk may be slow."""
        return ThreadPoolExecutor(1, "findings")

    def _aside(self, write: Callable[[Keeps], bool]) -> None:
        keeper = self._keeper
        if keeper is not None:
            self._writer.submit(lambda: None if write(keeper) else self._tell(keeper.problem))

    def _tell(self, problem: str) -> None:
        """To the user, once."""
        if problem and problem not in self._told:
            self._told.add(problem)
            self._session.troubles.append(f"{problem[:1].upper()}{problem[1:]}.")
