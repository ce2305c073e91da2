"""The player: goes through a script's steps on a running app, as somebody would who knows what to show.

It moves the app by its own keys and commands, waits for events rather than for seconds, and looks whether what it shows is there:
the first check that fails ends it (``Failed``).
"""

from __future__ import annotations

from collections.abc import Callable

from textual.pilot import Pilot

from conclab.demos.hands import Clumsy, Hands
from conclab.demos.looking import nearest, screen_lines, shows
from conclab.demos.passing import Passing
from conclab.demos.stagehand import DemoApp
from conclab.demos.steps import Choose, Fill, Go, Look, Pause, Press, Run, Say, Script, Step, Type, Wait
from conclab.model.run_state import RunState
from conclab.model.text import harmless

LOOK_EVERY_S = 0.25
"""How often it is looked whether what is waited for is there, and whether whoever watches wants something."""
PATIENCE_S = 3.0
"""How long a check looks before it has failed."""
_WORDS_PER_S = 3.2
_NOTICE_S = 1.5
"""Until somebody has seen that there is another caption."""

Mark = Callable[[str], None]
"""Is told what one may want to jump to: a run that begins, a verdict."""


class Failed(Exception):
    """A demo came to a step that the screens no longer do. The message is one line: which script, which step, what was expected,
    what was there."""


def reading_s(text: str) -> float:
    """How long it takes to read a caption."""
    return _NOTICE_S + len(text.split()) / _WORDS_PER_S if text else 0.0


class Player:
    """Plays a script once."""

    def __init__(
        self,
        app: DemoApp,
        script: Script,
        passing: Passing,
        features: frozenset[str],
        pace: float = 1.0,
        mark: Mark | None = None,
        tell: Callable[[], None] | None = None,
    ) -> None:
        """``features``: what there is here, of ``steps.FEATURES``. ``pace``: 2 is twice as fast; runs take as long as they take.
        ``tell`` is called again and again while it is played."""
        self._app = app
        self._script = script
        self._passing = passing
        self._features = features
        self._pace = pace * script.pace
        self._mark = mark or (lambda _label: None)
        self._tell = tell or (lambda: None)
        self._marked: tuple[bool, str] = (False, "")
        self.step: Step | None = None
        """The one that is played, unless it is the last."""
        self.played = 0
        """Steps that were played."""

    async def play(self, pilot: Pilot[None]) -> None:
        """From the first step to the last. Raises Failed."""
        hands = Hands(self._app, pilot, self._pause)
        steps = [step for step in self._script.steps if step.applies(self._features)]
        for step in steps:
            self.step = step if step is not steps[-1] else None
            try:
                await self._do(step, hands)
            except Clumsy as trouble:
                raise Failed(f"{self._script.at(step)}: {trouble}") from None
            self.played += 1
            self._watch()
        self._app.say("")

    async def _do(self, step: Step, hands: Hands) -> None:
        match step:
            case Say():
                self._app.say(step.text, step.where)
                await self._pause(reading_s(step.text) if step.seconds is None else step.seconds)
            case Pause():
                await self._pause(step.seconds)
            case Wait():
                await self._wait(step)
            case Look():
                await hands.settle()
                await self._look(step)
            case Go():
                await hands.go(step.place)
            case Choose():
                await hands.choose(step.name)
            case Fill():
                for name, value in step.values.items():
                    await hands.fill(name, value)
                await hands.leave_form()
            case Run():
                await hands.press("f5")
                await self._until(self._is_live, 60.0, "that the run begins")
            case Press():
                for key in step.keys:
                    await hands.press(key)
            case Type():
                await hands.type(step.text)
            case _:
                raise AssertionError(step)

    # Time

    async def _pause(self, seconds: float) -> None:
        """Let time pass, at the demo's pace. Whoever watches can skip it, and hold it as long as they like."""
        left_s = seconds / self._pace
        self._app.skipped = False
        while left_s > 1e-9 and not self._app.skipped:
            some_s = min(LOOK_EVERY_S, left_s)
            await self._passing.let_pass(some_s)
            self._watch()
            if not self._app.held:
                left_s -= some_s
        self._app.skipped = False
        while self._app.held:
            await self._passing.let_pass(LOOK_EVERY_S)
            self._watch()

    async def _until(self, happened: Callable[[], bool], limit_s: float, what: str, there: Callable[[], str] | None = None) -> None:
        end_s = self._passing.now_s() + limit_s
        while not happened():
            if self._app.troubles:
                raise Clumsy(f"waited for {what}; conclab says: {harmless(self._app.troubles[-1])}")
            if self._passing.now_s() >= end_s:
                found = f"; {there()}" if there is not None else ""
                raise Clumsy(f"waited {limit_s:g} s for {what}, and it did not come{found}")
            await self._passing.let_pass(self._passing.grain_s)
            self._watch()

    def _watch(self) -> None:
        """Tell how far it is, and of runs that begin and end."""
        self._tell()
        run = self._run
        now = (self._is_live(), run.title)
        if now != self._marked and run.title:
            if now[0]:
                self._mark(run.title)
            elif run.verdict is not None:
                self._mark(f"verdict: {run.verdict.status.value}")
        self._marked = now

    # Looking

    @property
    def _run(self) -> RunState:
        return self._app.session.run_state

    def _is_live(self) -> bool:
        return self._run.live or self._app.learning.on

    async def _wait(self, step: Wait) -> None:
        if step.text:
            await self._until(
                lambda: shows(screen_lines(self._app), step.text), step.limit_s, f"“{step.text}”", lambda: self._instead(step.text)
            )
            return
        self._app.troubles.clear()
        what = step.event + (f" {step.count}" if step.count > 1 else "") + (f" “{step.name}”" if step.name else "")
        await self._until(lambda: self._happened(step), step.limit_s, f"“{what}”", self._stands)
        if step.event == "verdict" and self._run.verdict is None:
            raise Clumsy(f"waited for a verdict; {self._stands()}")

    def _happened(self, step: Wait) -> bool:
        run = self._run
        if step.event in ("verdict", "finished"):
            return not self._is_live() and run.phase == "finished"
        over = run.phase == "finished"
        if step.event == "running":
            return run.phase in ("running", "finished")
        if step.event == "worker":
            return over or any(view.task is not None for view in run.workers.values())
        if step.event == "arm":
            arms = [arm.name for arm in run.arms]
            if arms and step.name not in arms:
                raise Clumsy(f"{run.title} has no arm “{step.name}”; it has {', '.join(dict.fromkeys(arms))}")
            return over or (run.arm is not None and run.arm.name == step.name)
        if over and run.rounds_done < step.count:
            raise Clumsy(f"waited for repetition {step.count}; {self._stands()}")
        return run.rounds_done >= step.count

    def _stands(self) -> str:
        run = self._run
        if run.phase == "idle":
            return "nothing has been run"
        if run.phase == "finished":
            return f"the run of {run.title} is over: {harmless(run.outcome)}"
        arm = f", {run.arm.name}" if run.arm is not None else ""
        return f"the run of {run.title} is {run.phase}{arm}, {run.rounds_done} of {run.rounds_expected} repetitions are done"

    def _instead(self, text: str) -> str:
        near = nearest(screen_lines(self._app), text)
        return f"the nearest to it on the screen is “{near}”" if near else "nothing like it is on the screen"

    async def _look(self, step: Look) -> None:
        """Look, and look again for a moment: what was asked for just now may still be on its way."""
        end_s = self._passing.now_s() + PATIENCE_S
        while (wrong := self._wrong_with(step)) and self._passing.now_s() < end_s:
            await self._passing.let_pass(LOOK_EVERY_S)
        if wrong:
            raise Clumsy(wrong)

    def _wrong_with(self, step: Look) -> str:
        lines = screen_lines(self._app)
        for text in step.there:
            if not shows(lines, text):
                return f"“{text}” must be on the screen and is not; {self._instead(text)}"
        for text in step.absent:
            if shows(lines, text):
                return f"“{text}” must not be on the screen and is there"
        verdict = self._run.verdict
        if step.verdict and (verdict is None or verdict.status.value not in step.verdict):
            found = f"it is {verdict.status.value}: {verdict.statement}" if verdict is not None else self._stands()
            return f"the verdict must be {' or '.join(step.verdict)}; {found}"
        return ""
