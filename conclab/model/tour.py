"""The guided tour: a newcomer's first five minutes, in a few stops at which they do the things themselves.

Each stop says what there is to see and which key to press, and is passed when that has happened, or when one asks to go on. Texts
name keys by their actions in brackets, ``[run]``: what is shown is the key that the action has on the screen where one is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_KEY = re.compile(r"\[([^\]]+)\]")


class Scene(NamedTuple):
    """Where one is and what has happened, as far as the tour wants to know."""

    place: str = "lab"
    """lab, monitor, learn or runs."""
    above: str = ""
    """The name of the screen that stands before the place; empty: none."""
    live: bool = False
    """Whether a run is on."""
    finished: bool = False
    """Whether the last run has come to its end."""
    findings: int = 0
    """Claims that were judged since conclab was started."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing to see or to do."""

    title: str
    text: str
    passed: Callable[[Scene, Scene], bool]
    """By the scene when one came to this stop, and now."""
    place: str = ""
    """Where it is; elsewhere it is said how to get there. Empty: everywhere."""
    of_a_run: bool = False
    """Whether it speaks of what is seen of a run, and so takes one."""


def _only_when_asked(_then: Scene, _now: Scene) -> bool:
    return False


STOPS: tuple[Stop, ...] = (
    Stop(
        "Run an experiment",
        "This is the Lab. At the left are the experiments, and under them the form of the chosen one: threads or processes? "
        "Press [run] to run it.",
        lambda _then, now: now.live,
        "lab",
    ),
    Stop(
        "Watch the workers",
        "Above: each core, in the colour of the worker that has it. Below: each worker. The block is as high as its share on a "
        "core; amber behind it wants a core, dark red is blocked. See how threads block each other and processes do not. "
        "It ends in half a minute; [stop] stops it.",
        lambda then, now: now.finished and not now.live and then.live,
        "lab",
        of_a_run=True,
    ),
    Stop(
        "Read the verdict, then look closer",
        "The verdict says how much faster, and in brackets how sure that is. [timeline] shows who had which core when: arrows "
        "move, + and - zoom, Esc comes back here.",
        lambda then, now: now.above == "timeline",
        "lab",
        of_a_run=True,
    ),
    Stop(
        "Check an article",
        "A beginner's article makes 45 claims about all this. Come back with Esc, then press [app.go('learn')]: there each of them "
        "can be tried on this machine.",
        lambda _then, now: now.place == "learn",
    ),
    Stop(
        "Guess, then run",
        "Choose a claim with the arrows: 34, say. Guess first with [guess]: does it hold here? Then [run] tries it, and the page "
        "says what came of it and why.",
        lambda then, now: now.findings > then.findings,
        "learn",
    ),
    Stop(
        "Look at the machine",
        "The rest of the time conclab is a monitor that shows what others do not: who was preempted, who wants a core and gets "
        "none. Press [app.go('monitor')].",
        lambda _then, now: now.place == "monitor",
    ),
    Stop(
        "Look into a process",
        "Enter opens the selected process: its threads, each with its split, and which of them had which core. Esc comes back.",
        lambda _then, now: now.above == "details",
        "monitor",
    ),
    Stop(
        "That is all",
        "Every run is kept, and [app.go('runs')] opens it again at any moment of it. On every screen [app.help] explains what "
        "stands there, and [app.command_palette] finds any command by its name. Have fun.",
        _only_when_asked,
    ),
)


INVITATION = (
    "conclab runs small experiments with processes and threads, and shows live what the cores and workers do. A tour of five "
    "minutes shows it by your own hands: press [app.tour]. Or press [run] and see; [app.help] explains every screen."
)
"""What somebody is told who has never run anything here."""


@dataclass(frozen=True, slots=True)
class Tour:
    """Somebody on the tour."""

    number: int = 0
    """Of the stop, from 0."""
    since: Scene = Scene()
    """The scene when they came to it."""

    @property
    def stop(self) -> Stop:
        return STOPS[self.number]

    def seen(self, now: Scene) -> Tour:
        """The tour after a look at the scene: at the next stop if this one is passed."""
        return Tour(self.number + 1, now) if self.stop.passed(self.since, now) and self.number + 1 < len(STOPS) else self

    def onward(self, now: Scene) -> Tour | None:
        """At the next stop, because they asked to go on; None: that was the last one."""
        return Tour(self.number + 1, now) if self.number + 1 < len(STOPS) else None

    def text(self, now: Scene, keys: Mapping[str, str]) -> str:
        """What to say here. ``keys``: action to its key, on the screen where one is."""
        stop = self.stop
        if stop.place and now.place != stop.place and not now.above:
            return with_keys(f"This goes on in the {stop.place.capitalize()}: press [app.go('{stop.place}')].", keys)
        if stop.of_a_run and not (now.live or now.finished):
            return with_keys("There is no run to look at yet: press [run], and watch.", keys)
        return with_keys(stop.text, keys)


def with_keys(text: str, keys: Mapping[str, str]) -> str:
    """The text with keys in the place of actions; an action that has none here is found by the command palette."""
    palette = keys.get("app.command_palette", "^p")
    return _KEY.sub(lambda found: keys.get(found[1], palette), text)
