"""An investigation: some claims, one Python, and the runs that they need, each once and in the article's order.

It starts nothing itself. Whoever carries it out asks for the next plan, runs it however runs are run there (without a screen, or in
the lab), and hands in what came of it; whenever all runs of a claim are there, its finding is. What cannot be run, or goes wrong,
leaves claims undecided and says why; it never ends the investigation.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conclab.lab.catalogue import UnknownExperiment, find
from conclab.lab.judging import left_out
from conclab.lab.planning import BadRequest, make_plan
from conclab.lab.step import STOPPED
from conclab.model import figures
from conclab.model.claims import Claim, Conditions, Finding, Part, Standing, Trial, standing_of
from conclab.model.experiments import Interpreter
from conclab.model.machine import Machine
from conclab.model.results import OK, Results
from conclab.model.runs import Plan, Run

JUDGES_FAIL = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a judge may raise that was given what it never expected."""
_FIRST_GUESS = 0.6
"""Of its cap a run takes about so much; until the first ones have shown how it is here."""

Key = tuple[str, tuple[tuple[str, str], ...], bool]
Load = tuple[float, float, float] | None


def _load_unknown() -> Load:
    return None


@dataclass(frozen=True, slots=True)
class Step:
    """One run, for all claims that ask for it."""

    key: Key
    trial: Trial
    """With the longest cap and the most rounds that one of them asks for."""
    claims: tuple[Claim, ...]
    """Those that need it, the first of them first."""

    @property
    def weight_s(self) -> float:
        """How long it may take: what was seen is decided in a few rounds, what is timed goes on to its cap if need be."""
        return self.trial.cap_s * (0.5 if self.trial.rounds is not None else 1.0)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a step."""

    results: Results | None = None
    lack: str = ""
    """Why there are no results, as a sentence."""
    kept: str = ""
    took_s: float = 0.0


class Investigation:
    """The claims, the runs that are still to come, and those that are there. Not for several threads at once."""

    def __init__(
        self,
        claims: Sequence[Claim],
        machine: Machine,
        python: Interpreter,
        machine_id: str,
        *,
        memory_available: Callable[[], int | None],
        load_before: Callable[[], Load] = _load_unknown,
        seed: int = 0,
        can_trace: bool = False,
        strict: bool = False,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        """``can_trace``: whether exact mode can be had; without it those trials are sampled. ``strict``: a judge that raises
        does so, instead of leaving its claim undecided: for tests. ``time_of_day``: seconds since 1970."""
        self.claims = tuple(claims)
        self.python = python
        self._machine = machine
        self._machine_id = machine_id
        self._memory_available = memory_available
        self._load_before = load_before
        self._seed = seed
        self._can_trace = can_trace
        self._strict = strict
        self._time_of_day = time_of_day
        self._all = self._steps()
        self._waiting = deque(self._all)
        self._outcomes: dict[Key, _Outcome] = {}
        self._now: Step | None = None
        self._gil: bool | None = None
        self._open = list(self.claims)
        """Claims whose findings have not been handed out."""
        self._took_s = self._took_weight_s = 0.0

    def _key(self, trial: Trial) -> Key:
        name, given, traced = trial.key
        return name, given, traced and self._can_trace

    def _steps(self) -> tuple[Step, ...]:
        wanted: dict[Key, list[tuple[Claim, Trial]]] = {}
        for claim in self.claims:
            for trial in claim.trials:
                wanted.setdefault(self._key(trial), []).append((claim, trial))
        return tuple(
            Step(key, _joined([trial for _, trial in pairs], key[2]), tuple({claim.number: claim for claim, _ in pairs}.values()))
            for key, pairs in wanted.items()
        )

    @property
    def steps(self) -> int:
        """How many runs it takes in all."""
        return len(self._all)

    @property
    def done(self) -> int:
        """How many of them are over, those included that could not begin."""
        return len(self._outcomes)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be run."""
        return self._now is None and not self._waiting

    @property
    def step_now(self) -> Step | None:
        """The run that ``next`` has given out last and that has not been handed in."""
        return self._now

    @property
    def claim_now(self) -> Claim | None:
        """The first claim that waits for it."""
        return next((claim for claim in self._open if self._now is not None and claim in self._now.claims), None)

    @property
    def trial_now(self) -> tuple[int, int] | None:
        """Which of that claim's trials it is, from 1, and of how many."""
        claim = self.claim_now
        if claim is None or self._now is None:
            return None
        keys = [self._key(trial) for trial in claim.trials]
        return keys.index(self._now.key) + 1, len(keys)

    def seconds_left(self, elapsed_s: float = 0.0, pace: float | None = None) -> float:
        """About how long the rest takes. ``elapsed_s``: how long the run that is on has taken so far; ``pace``: of another one."""
        pace = self.pace if pace is None else pace
        left = sum(step.weight_s for step in self._waiting)
        under_way = 0.0 if self._now is None else max(0.0, self._now.weight_s * pace - elapsed_s)
        return left * pace + under_way

    @property
    def pace(self) -> float:
        """Seconds that runs take for each second of their weight; the guess counts as one run."""
        prior_s = self._all[0].weight_s if self._all else 1.0
        return (self._took_s + _FIRST_GUESS * prior_s) / (self._took_weight_s + prior_s)

    def next(self) -> Plan | None:
        """The run that comes next; None when there is none. What cannot begin is left out, and ``complete`` may have findings."""
        while self._waiting:
            step = self._waiting.popleft()
            trial = step.trial
            try:
                plan = make_plan(
                    find(trial.experiment),
                    trial.given,
                    self._machine,
                    [self.python],
                    memory_available=self._memory_available(),
                    rounds=trial.rounds,
                    cap_s=trial.cap_s,
                    seed=self._seed,
                    load_before=self._load_before(),
                    traced=step.key[2],
                )
            except (BadRequest, UnknownExperiment) as error:
                self._outcomes[step.key] = _Outcome(lack=_as_sentence(str(error)))
                continue
            self._now = step
            return plan
        return None

    def take(self, run: Run | None, kept: str = "", reason: str = "conclab itself failed") -> tuple[Finding, ...]:
        """What came of the run that ``next`` gave out last, and the id under which it is kept; the findings that are complete now.

        None: it came to nothing, for that ``reason``. A run that the user has stopped stops the investigation.
        """
        step, self._now = self._now, None
        if step is None:
            raise RuntimeError("no run was given out")
        if run is not None and run.outcome == STOPPED:
            self.stopped()
            return ()
        name = step.trial.experiment
        if run is None or run.outcome != OK:
            why = reason if run is None else run.outcome
            self._outcomes[step.key] = _Outcome(lack=_as_sentence(f"{name}: {why}"), kept=kept)
        else:
            took_s = run.wall_ns / 1e9
            self._took_s += took_s
            self._took_weight_s += step.weight_s
            gil = run.gil_enabled.get(self.python.path)
            self._gil = self._gil if gil is None else gil
            self._outcomes[step.key] = _Outcome(run.results(self.python), "", kept, took_s)
        return self.complete()

    def stopped(self) -> None:
        """The user has ended it: nothing more is to be run. Claims whose runs are not all there get no finding."""
        self._now = None
        self._waiting.clear()

    def complete(self) -> tuple[Finding, ...]:
        """The findings that are complete and have not been handed out yet: before anything has run, those of the conventions."""
        found: list[Finding] = []
        for claim in list(self._open):
            if all(self._key(trial) in self._outcomes for trial in claim.trials):
                found.append(self._finding(claim))
                self._open.remove(claim)
        return tuple(found)

    def _finding(self, claim: Claim) -> Finding:
        outcomes = [self._outcomes[self._key(trial)] for trial in claim.trials]
        lacks = [lack for outcome in outcomes for lack in _lacks_of(outcome)]
        parts: tuple[Part, ...] = ()
        needed = [outcome for trial, outcome in zip(claim.trials, outcomes, strict=True) if trial.required]
        if claim.trials and all(outcome.results is not None for outcome in needed):
            try:
                parts = claim.judge([outcome.results for outcome in outcomes])
            except JUDGES_FAIL as error:
                if self._strict:
                    raise
                lacks.append(f"What its runs brought could not be judged ({type(error).__name__}: {error}).")
        return Finding(
            number=claim.number,
            standing=standing_of(parts) if claim.trials else Standing.CONVENTION,
            conditions=Conditions(
                machine=self._machine_id,
                usable_cores=self._machine.usable_cores,
                python=self.python.path,
                label=self.python.label,
                version=self.python.version,
                gil_enabled=self._gil if claim.trials else None,
            ),
            parts=parts,
            lacks=tuple(dict.fromkeys(lacks)),
            runs=tuple(outcome.kept for outcome in outcomes if outcome.kept),
            began_s=self._time_of_day(),
            took_s=sum(outcome.took_s for outcome in outcomes),
        )


def _joined(trials: Sequence[Trial], traced: bool) -> Trial:
    """One trial for all of them. The least number that an experiment's own rule asks for may be more than somebody's exact one."""
    first = trials[0]
    counts = [trial.rounds for trial in trials if trial.rounds is not None]
    rounds = max(counts, default=None)
    if len(counts) < len(trials) and rounds is not None and rounds <= _least_rounds(first.experiment):
        rounds = None
    return Trial(first.experiment, first.given, max(trial.cap_s for trial in trials), rounds, traced)


def _least_rounds(name: str) -> int:
    try:
        return find(name).rounds
    except UnknownExperiment:
        return 0


def _lacks_of(outcome: _Outcome) -> list[str]:
    """What could not be run of a step: all of it, or some arms."""
    if outcome.results is None:
        return [outcome.lack]
    return left_out(outcome.results)


def _as_sentence(text: str) -> str:
    return figures.sentence(text if text.endswith((".", "!", "?")) else f"{text}.")
