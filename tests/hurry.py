"""What makes an app cheaper in a test and shows it nothing else: Textual has no switches for that, so its functions are replaced.

Half of what a small test of a screen costs is the start of an app, and waiting until it has come to rest.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
import textual._wait
import textual.css.stylesheet
from textual.app import App, ScreenStackError
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.tokenize import tokenize_values
from textual.css.tokenizer import Token
from textual.css.types import CSSLocation
from textual.message_pump import MessagePump
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.screen import Screen

Tokens = dict[str, list[Token]]


MOST_ROUNDS = 20


@contextmanager
def sheets_read_once() -> Iterator[None]:
    """Within this, a style sheet is read by one app, and the others take over what it has read."""
    once = ReadOnce()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textual.css.stylesheet, "tokenize_values", once.tokenize_values)
        patch.setattr(textual.css.stylesheet, "parse", once.parse)
        yield


@contextmanager
def impatient_pilots() -> Iterator[None]:
    """Within this, pilots wait no longer than they must, and apps draw themselves when one has waited."""
    with pytest.MonkeyPatch.context() as patch:
        # Textual's pilot looks every 20 ms whether the app has come to rest, several times a key: a minute over all these tests.
        patch.setattr(textual._wait, "SLEEP_GRANULARITY", 0.004)
        patch.setattr(Pilot, "_wait_for_screen", until_all_rest)
        owing = weakref.WeakSet[Screen[object]]()
        pause, draw = Pilot.pause, Screen._compositor_refresh

        def draw_later(screen: Screen[object]) -> None:
            owing.add(screen)

        async def pause_and_draw(pilot: Pilot[object], delay: float | None = None) -> None:
            await pause(pilot, delay)
            screen = pilot.app.screen
            if screen in owing:
                owing.discard(screen)
                draw(screen)

        # Nobody reads what is sent to the terminal, a third of all that a test costs. What the app looks like where a test
        # waits is still drawn, so that what cannot be drawn is noticed; what it looks like on the way there is not.
        patch.setattr(Screen, "_compositor_refresh", draw_later)
        patch.setattr(Pilot, "pause", pause_and_draw)
        yield


def at_rest(pump: MessagePump) -> bool:
    """Whether it waits for its next message, and none is there."""
    ready: asyncio.Event = pump._message_queue.ready_event
    return not ready.is_set() and len(ready._waiters) > 0


async def until_all_rest(pilot: Pilot[object], timeout: float = 30.0) -> bool:
    """As the pilot's own, which sends each widget a message and awaits that all were read; here only to those that are at work.

    A form has a hundred widgets, and a key is waited for four times. And again as long as that has set others to work.
    False where the app broke meanwhile.
    """
    app = pilot.app
    for _ in range(MOST_ROUNDS):
        try:
            screen = app.screen
        except ScreenStackError:
            return False
        if not await all_read(app, [screen, *(widget for widget in screen.walk_children() if not at_rest(widget))], timeout):
            return False
        if app._running and all(map(at_rest, app.screen.walk_children(with_self=True))):
            break
    return True


async def all_read(app: App[object], pumps: Iterable[MessagePump], timeout: float) -> bool:
    """Send the app and each of these a message and wait until it was read; False where the app broke meanwhile."""
    read = asyncio.Semaphore(0)
    asked = [pump.call_later(read.release) for pump in (app, *pumps)].count(True)

    async def count() -> bool:
        for _ in range(asked):
            await read.acquire()
        return True

    counted = asyncio.create_task(count())
    broke: asyncio.Task[bool] = asyncio.create_task(app._exception_event.wait())
    done, pending = await asyncio.wait((counted, broke), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if not done:
        raise WaitForScreenTimeout(f"of {asked} widgets some have not come to rest")
    return counted in done


class ReadOnce:
    """Style sheets, and the theme's variables in them, as they were read the first time: nothing writes into what was read."""

    def __init__(self) -> None:
        self._variables: dict[tuple[tuple[str, str], ...], Tokens] = {}
        self._rules: dict[tuple[object, ...], list[RuleSet]] = {}

    def tokenize_values(self, values: dict[str, str]) -> Tokens:
        key = tuple(values.items())
        if key not in self._variables:
            self._variables[key] = tokenize_values(values)
        return self._variables[key]

    def parse(
        self,
        scope: str,
        css: str,
        read_from: CSSLocation,
        variable_tokens: Tokens,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
    ) -> list[RuleSet]:
        """The variables' tokens are kept above, so that no others can ever have their id."""
        key = (scope, css, read_from, id(variable_tokens), is_default_rules, tie_breaker)
        if key not in self._rules:
            self._rules[key] = list(parse(scope, css, read_from, None, variable_tokens, is_default_rules, tie_breaker))
        return self._rules[key]
