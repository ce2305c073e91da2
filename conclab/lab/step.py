"""One step of a run: one arm, once, in a fresh interpreter. Listens to the child and makes a repetition of what it said."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from conclab.lab.child import RUNNER, CannotStart, Child, Ending, Turn
from conclab.lab.programs import CannotBuild, program, words_of
from conclab.lab.toolchains import NoToolchain
from conclab.lab.translate import carrier_of, in_its_time, translate, whole_number
from conclab.model import figures
from conclab.model.events import (
    ChildStarted,
    Event,
    Failed,
    Line,
    Measured,
    Output,
    Probed,
    Sliced,
    StepFinished,
    StepStarted,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.experiments import Arm
from conclab.model.results import OK, Counters, Repetition, WorkerResult, add_up
from conclab.model.slices import ExactTrace
from conclab.model.tasks import TaskId
from conclab.model.text import harmless

STOPPED = "stopped"

Post = Callable[[Event], None]


class Tracer(Protocol):
    """Exact mode, as the lab sees it; everything is called on the thread that starts the children. Raises OSError, ValueError or
    LookupError when it cannot go on: the run then goes on without."""

    def begin(self) -> None:
        """Trace what the calling thread starts from now on."""

    def end(self) -> None:
        """Trace no more; nothing, when it had not begun."""

    def trace(self, root: int | None, tasks: Sequence[TaskId]) -> ExactTrace:
        """What happened between both to the tree of the process ``root``; ``tasks`` of it have told who they are. It may take
        seconds."""


TRACING_FAILS = (OSError, ValueError, LookupError)


@dataclass(slots=True)
class _Heard:
    """What the child has said so far."""

    workers: list[WorkerResult] = field(default_factory=list)
    carriers: list[Counters] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)
    failures: list[Failed] = field(default_factory=list)
    tasks: list[TaskId] = field(default_factory=list)
    last_start_ns: int = 0
    finished: dict[str, Any] | None = None
    gil_enabled: bool | None = None


def spec_of(arm: Arm, core: int | None, seed: int, check_only: bool = False) -> dict[str, Any]:
    """What the runner reads on its standard input; the keys are described in ``conclab/runner/job.py``."""
    return {
        "executor": arm.executor,
        "workload": arm.workload,
        "arguments": dict(arm.arguments),
        "workers": arm.workers,
        "tasks": arm.tasks,
        "seed": seed,
        "core": core if arm.one_core else None,
        "check_only": check_only,
    }


def command_of(arm: Arm) -> list[str]:
    """The interpreter, isolated from the user's environment and site (-I), and the runner by path."""
    assert arm.python is not None
    crash_report = ["-X", "faulthandler"] if arm.python.implementation == "cpython" else []
    return [arm.python.path, "-I", *crash_report, str(RUNNER)]


def say(post: Post, text: str) -> None:
    """Put in a line of the lab's own among the output of the experiment."""
    now = time.monotonic_ns()
    post(Output(now, (Line(now, None, "stderr", f"conclab: {harmless(text)}"),)))


class Step:
    """One repetition, from launch to its result."""

    def __init__(
        self,
        arm: Arm,
        round_number: int,
        control: bool,
        *,
        core: int | None,
        seed: int,
        limit_s: float,
        post: Post,
        check_only: bool = False,
        tracer: Tracer | None = None,
    ) -> None:
        self.arm = arm
        self._round = round_number
        self._control = control
        self._core = core
        self._seed = seed
        self._limit_s = limit_s
        self._post = post
        self._check_only = check_only
        self._tracer = tracer
        self._began_ns = 0
        self._root: int | None = None
        self._heard = _Heard()
        self.trace_failed = False

    @property
    def gil_enabled(self) -> bool | None:
        return self._heard.gil_enabled

    def run(self, wake: int, stopping: Callable[[], bool]) -> Repetition:
        """Launch, listen, end. Posts everything that happens; returns the repetition, whose outcome says how it went."""
        self._began_ns = time.monotonic_ns()
        if not self._check_only:
            self._post(StepStarted(self._began_ns, self.arm, self._round, self._control))
        late = False
        spec = spec_of(self.arm, self._core, self._seed, self._check_only)
        try:
            command = self._command(spec, wake, stopping)
            self._tracing(lambda tracer: tracer.begin())
            with Child(command, spec, wake) as child:
                deadline = time.monotonic() + self._limit_s
                announced = False
                for turn in child.turns():
                    if child.pid is not None and not announced:
                        announced = True
                        self._root = child.pid
                        if not self._check_only:
                            self._post(ChildStarted(time.monotonic_ns(), child.pid))
                    self._take(turn)
                    late = late or time.monotonic() > deadline
                    if late or stopping():
                        child.pull_leash()
                ending = child.ending
        except (CannotStart, NoToolchain, CannotBuild, OSError) as error:
            ending = None
            self._heard.failures.append(Failed(time.monotonic_ns(), None, str(error)))
        self._tracing(lambda tracer: tracer.end())
        if ending is not None and ending.left_behind and ending.signal is None and not (late or stopping()):
            self._tell_of_left_behind(ending.left_behind)
        repetition = self._repetition(ending, late, stopping())
        if not self._check_only:
            self._post(StepFinished(time.monotonic_ns(), repetition))
        return repetition

    def _command(self, spec: dict[str, Any], wake: int, stopping: Callable[[], bool]) -> list[str]:
        """What is to be started; a program of ours is compiled first where it has not been yet. Raises as ``program`` does."""
        if self.arm.language == "python":
            return command_of(self.arm)
        return [*program(self.arm.language, lambda text: say(self._post, text), wake, stopping), *words_of(spec)]

    def tell_slices(self) -> None:
        """Once it has run, and when nothing is timed any more: post what the kernel's trace says of it, if it was traced."""
        self._tracing(self._tell_slices)

    def _tell_slices(self, tracer: Tracer) -> None:
        trace = tracer.trace(self._root, self._heard.tasks)
        self._post(Sliced(time.monotonic_ns(), trace))

    def _tracing(self, order: Callable[[Tracer], None]) -> None:
        """Give the tracer an order; when it fails, say so and do without from there on."""
        if self._tracer is None or self.trace_failed:
            return
        try:
            order(self._tracer)
        except TRACING_FAILS as error:
            self.trace_failed = True
            say(self._post, f"the exact trace failed ({error}); the run goes on, sampled")

    def _tell_of_left_behind(self, count: int) -> None:
        say(self._post, f"{figures.plural(count, 'process')} left running by the experiment: ended")

    def _take(self, turn: Turn) -> None:
        lines: list[Line] = list(turn.lines)
        left_out = turn.left_out
        now_ns = time.monotonic_ns()
        for told in turn.events:
            raw = in_its_time(told, self._began_ns, now_ns)
            if raw["event"] == "finished":
                self._heard.finished = raw
                continue
            if raw["event"] == "carrier_finished":
                account = carrier_of(raw)
                if account is not None:
                    self._heard.carriers.append(account)
                continue
            event = translate(raw)
            if isinstance(event, Output):
                lines.extend(event.lines)
                left_out += event.left_out
                continue
            if event is None:
                continue
            self._note(event)
            if not self._check_only:
                self._post(event)
        if (lines or left_out) and not self._check_only:
            self._post(Output(now_ns, tuple(lines), left_out))

    def _note(self, event: Event) -> None:
        heard = self._heard
        if isinstance(event, WorkerStarted):
            heard.last_start_ns = max(heard.last_start_ns, event.at_ns)
            heard.tasks.append(TaskId(event.pid, event.tid, event.start_ticks))
        elif isinstance(event, WorkerFinished):
            heard.workers.append(event.result)
        elif isinstance(event, Measured):
            heard.measures[event.name] = event.value
        elif isinstance(event, Failed):
            heard.failures.append(event)
        elif isinstance(event, Probed):
            heard.gil_enabled = event.gil_enabled

    def _outcome(self, ending: Ending | None, late: bool, stopped: bool) -> str:
        heard = self._heard
        if stopped:
            return STOPPED
        if late:
            return f"took longer than {self._limit_s:.0f} s and was stopped"
        if heard.failures:
            first = heard.failures[0]
            return f"{first.worker}: {first.reason}" if first.worker else first.reason
        if ending is not None and (ending.signal is not None or ending.exit_status):
            return f"the experiment {ending.explain()}"
        if heard.finished is None and not self._check_only:
            return "the experiment ended without finishing"
        return OK

    def _repetition(self, ending: Ending | None, late: bool, stopped: bool) -> Repetition:
        heard = self._heard
        finished = heard.finished or {}
        own_tasks = [worker.counters for worker in heard.workers if not worker.shares_task]
        started_ns = whole_number(finished, "started_ns")
        workers = sorted(heard.workers, key=lambda worker: (len(worker.worker), worker.worker))
        return Repetition(
            arm=self.arm.name,
            python=self.arm.python.path if self.arm.python else "",
            round=self._round,
            control=self._control,
            outcome=self._outcome(ending, late, stopped),
            wall_ns=whole_number(finished, "wall_ns"),
            starting_ns=heard.last_start_ns - started_ns if started_ns and heard.last_start_ns else None,
            counters=add_up(own_tasks + heard.carriers),
            workers=tuple(workers),
            result=finished.get("result"),
            measures=heard.measures,
            totals=ending.totals if ending else None,
        )
