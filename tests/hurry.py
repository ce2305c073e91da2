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
import textual.strip
from textual._context import visible_screen_stack
from textual.app import App, ScreenStackError
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.css.tokenize import tokenize_values
from textual.css.tokenizer import Token
from textual.css.types import CSSLocation
from textual.dom import DOMNode
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.screen import Screen

Tokens = dict[str, list[Token]]


MOST_ROUNDS = 20
rest = Pilot.pause
"""Wait until an app has come to rest, and draw nothing."""


@contextmanager
def sheets_read_once() -> Iterator[None]:
    """Within this, a style sheet is read by one app, and the others take over what it has read."""
    once, kept = ReadOnce(), KeptStyles()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textual.css.stylesheet, "tokenize_values", once.tokenize_values)
        patch.setattr(textual.css.stylesheet, "parse", once.parse)
        # Which rules hold for a widget is what most of an app's start goes into; it is the same for the same widget in the same
        # place. Textual keeps that too, but for one round only. (Its own hash says `id`, a hundred times a widget.)
        patch.setattr(RuleSet, "__hash__", object.__hash__)
        patch.setattr(Stylesheet, "apply", lambda sheet, *given, **more: kept.apply(sheet, *given, **more))
        patch.setattr(Stylesheet, "replace_rules", staticmethod(kept.replace))
        yield


@contextmanager
def impatient_pilots(look_s: float = 0.004) -> Iterator[None]:
    """Within this, pilots wait no longer than they must, and apps draw themselves when one has waited.

    ``look_s``: how often one looks whether an app has come to rest; where threads and much work are behind it, seldom is surer.
    """
    with pytest.MonkeyPatch.context() as patch:
        # Textual's pilot looks every 20 ms whether the app has come to rest, several times a key: a minute over all these tests.
        patch.setattr(textual._wait, "SLEEP_GRANULARITY", look_s)
        patch.setattr(Pilot, "_wait_for_screen", until_all_rest)
        owing = weakref.WeakSet[Screen[object]]()
        draw = Screen._compositor_refresh

        def draw_later(screen: Screen[object]) -> None:
            owing.add(screen)

        async def pause_and_draw(pilot: Pilot[object], delay: float | None = None) -> None:
            await rest(pilot, delay)
            screen = pilot.app.screen
            if screen in owing:
                owing.discard(screen)
                if pilot.app.is_headless:
                    draw_widgets(screen)
                else:
                    draw(screen)

        # Every line has seven of them; few lines of a test are drawn twice.
        patch.setattr(textual.strip, "FIFOCache", Forgetful)
        # Nobody reads what is sent to the terminal, a third of all that a test costs. What the app looks like where a test
        # waits is still drawn, so that what cannot be drawn is noticed; what it looks like on the way there is not.
        patch.setattr(Screen, "_compositor_refresh", draw_later)
        patch.setattr(Pilot, "pause", pause_and_draw)
        yield


def draw_widgets(screen: Screen[object]) -> None:
    """Draw the lines of all widgets in what has changed, and do not put them together: nobody looks."""
    compositor = screen._compositor
    visible_screen_stack.set(screen.app._background_screens)
    regions = compositor._dirty_regions.copy()
    compositor._dirty_regions.clear()
    screen._dirty_widgets.clear()
    if regions:
        for _drawn in compositor._get_renders(Region.from_union(regions).intersection(compositor.size.region)):
            pass
    screen.app._update_mouse_over(screen)


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


class Forgetful:
    """A cache that keeps nothing and costs nothing."""

    __slots__ = ()

    def __new__(cls, _size: int) -> Forgetful:
        return NOTHING_KEPT

    def get(self, _key: object, default: None = None) -> None:
        return default

    def __setitem__(self, _key: object, _value: object) -> None:
        pass


NOTHING_KEPT: Forgetful = object.__new__(Forgetful)


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


Path = tuple[object, ...]
TEXTUALS_APPLY, TEXTUALS_REPLACE = Stylesheet.apply, Stylesheet.replace_rules
"""Also where the tests of two packages take turns, and one hurries within the other."""


class KeptStyles:
    """Which rules hold for a widget, by what it and all around it are: their kinds, ids, classes and states."""

    def __init__(self) -> None:
        self._matched: dict[object, RulesMap] = {}
        self._numbers: dict[tuple[int, ...], tuple[int, list[RuleSet]]] = {}
        """Of style sheets that are the same, by the ids of their rules; with these, so that the ids stay theirs."""
        self._sheets = weakref.WeakKeyDictionary[Stylesheet, tuple[list[RuleSet], int]]()
        self._set: dict[int, tuple[RulesMap, RulesMap]] = {}
        """What a node has once these rules were set, by their id; with them for the same reason."""
        self._paths: dict[object, Path] | None = None
        """Of the round that is on, in which nothing changes its classes."""

    def apply(
        self, sheet: Stylesheet, node: DOMNode, *, animate: bool = False, cache: dict[object, dict[object, Path]] | None = None
    ) -> None:
        """As Textual's, which is handed what was found before. It comes back here for the parts of a widget, without a cache."""
        before = self._paths
        if cache is not None:
            self._paths = cache.setdefault("paths", {})
        elif before is None:
            self._paths = {}
        around = (self._number(sheet), type(node), self._path(node._parent), getattr(node, "can_focus", False))
        try:
            TEXTUALS_APPLY(sheet, node, animate=animate, cache=Found(self._matched, around))  # type: ignore[arg-type]
        finally:
            self._paths = before

    def replace(self, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        """As Textual's, which sets every rule anew; here those that change, and at once where nothing is drawn of it yet."""
        base = node._css_styles
        known = self._set.get(id(rules))
        if known is None or known[0] is not rules or "transitions" in rules:
            fresh = not base._rules
            TEXTUALS_REPLACE(node, rules, animate)
            if fresh:
                self._set[id(rules)] = rules, base._rules.copy()
            return
        _rules, after = known
        now = base._rules
        if now or node._is_mounted:
            for name in [name for name in now.keys() | after.keys() if now.get(name) != after.get(name)]:
                setattr(base, name, rules.get(name))
        else:
            now.update(after)
            base._updates += 1
        node.notify_style_update()

    def _number(self, sheet: Stylesheet) -> int:
        rules, number = self._sheets.get(sheet, (None, 0))
        if rules is not sheet.rules:
            rules = sheet.rules
            number, _kept = self._numbers.setdefault(tuple(map(id, rules)), (len(self._numbers), rules))
            self._sheets[sheet] = rules, number
        return number

    def _path(self, node: object) -> Path:
        """What a node and those around it are."""
        paths = self._paths
        if paths is None or not isinstance(node, DOMNode):
            return ()
        if node not in paths:
            states = node.pseudo_classes if isinstance(node, App) else node._pseudo_classes_cache_key
            paths[node] = (self._path(node._parent), type(node), node.id, node.classes, states)
        return paths[node]


class Found:
    """What Textual keeps for one round in a dictionary, kept for all: its key begins with the parent."""

    def __init__(self, matched: dict[object, RulesMap], around: tuple[object, ...]) -> None:
        self._matched = matched
        self._around = around

    def get(self, key: tuple[object, ...]) -> RulesMap | None:
        return self._matched.get((self._around, key[1:]))

    def __setitem__(self, key: tuple[object, ...], rules: RulesMap) -> None:
        self._matched[self._around, key[1:]] = rules
