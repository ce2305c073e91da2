"""What can be done on a screen now: one list, from the bindings, for the footer, the help and the command palette."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, runtime_checkable

from textual.app import App
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.screen import Screen

MOVING, FINDING, ORDER, ACTING, LOOKING = (
    Binding.Group(name) for name in ("moving", "finding", "order and columns", "acting on tasks", "looking closer")
)
"""What keys are for, where a screen has many."""
GROUPS = tuple(group.description for group in (MOVING, FINDING, ORDER, ACTING, LOOKING))
"""In this order help shows them."""


@dataclass(frozen=True, slots=True)
class Command:
    """An action and all its keys, the one that the footer shows first."""

    keys: tuple[str, ...]
    title: str
    meaning: str
    """A sentence for help and palette; the title where there is no more to say."""
    action: str
    node: DOMNode
    """Where the action is looked up."""
    enabled: bool
    shown: bool
    """Whether it has a place in the footer."""
    group: str = ""
    """One of GROUPS, or none."""


def key_name(app: App[object], binding: Binding) -> str:
    """F5, Esc, Tab, Shift+Tab, ^p, and letters as they are typed."""
    shown = app.get_key_display(binding)
    return "+".join(part.capitalize() if len(part) > 1 and part.isalnum() else part for part in shown.split("+"))


def commands(screen: Screen[object]) -> list[Command]:
    """Every command of ours that has a key on a screen now, in the order of declaration, Help and Quit last.

    Textual's own bindings (leaving with ^q, copying) are left out.
    """
    placed = [(_declared(active.node, active.binding), active) for active in screen.active_bindings.values()]
    ours = [
        (place, active)
        for place, active in placed
        if place is not None and active.binding.description and not _is_typed(screen, active.node, active.binding)
    ]
    found: dict[str, Command] = {}
    for _place, active in sorted(ours, key=lambda pair: pair[0]):
        binding: Binding = active.binding
        key, before = key_name(screen.app, binding), found.get(binding.action)
        if before is not None:
            keys = before.keys if key in before.keys else (*before.keys, key)
            found[binding.action] = replace(before, keys=keys, shown=before.shown or binding.show)
        else:
            meaning = binding.tooltip or binding.description
            title = (screen.title_of(binding.action) if isinstance(screen, Retitles) else None) or binding.description
            found[binding.action] = Command(
                (key,),
                title,
                meaning,
                binding.action,
                active.node,
                active.enabled,
                binding.show,
                binding.group.description if binding.group else "",
            )
    return sorted(found.values(), key=lambda command: command.title in ("Help", "Quit"))


def _is_typed(screen: Screen[object], node: DOMNode, binding: Binding) -> bool:
    """Whether the key writes its sign now: Textual knows that of letters, but not of / and its like."""
    sign, focused = screen.app.get_key_display(binding), screen.focused
    if len(sign) != 1 or not sign.isascii():  # an arrow is how Textual shows a key that writes nothing
        return False
    return focused is not None and focused is not node and focused.check_consume_key(binding.key, sign)


def _declared(node: DOMNode, binding: Binding) -> int | None:
    """Where in our classes a binding is declared: the screen's first, then its widgets', then the app's. None: it is not ours."""
    rank = 0 if isinstance(node, Screen) else 2 if isinstance(node, App) else 1
    number = 0
    for kind in type(node).__mro__:
        for entry in vars(kind).get("BINDINGS", ()) if kind.__module__.startswith("conclab.") else ():
            number += 1
            if isinstance(entry, Binding) and (entry.id, entry.action) == (binding.id, binding.action):
                return rank * 1_000 + number
    return None


@runtime_checkable
class Retitles(Protocol):
    """A screen on which a key does not always do the same."""

    def title_of(self, action: str) -> str | None:
        """What it does now; None: what it is declared to do."""


@runtime_checkable
class HasMore(Protocol):
    """A screen that offers commands for which there are no keys."""

    def more_commands(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        """Title, meaning and what to call."""


class CommandsProvider(Provider):
    """All of that for the command palette: what can be done now, in the footer's order."""

    def _all(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        for command in commands(self.screen):
            if command.enabled and isinstance(command.node, Screen | App) and command.action != "app.command_palette":
                keys = ", ".join(command.keys)
                yield command.title, f"{command.meaning}  ({keys})", partial(self.app.run_action, command.action, command.node)
        if isinstance(self.screen, HasMore):
            yield from self.screen.more_commands()

    async def discover(self) -> Hits:
        for title, meaning, callback in self._all():
            yield DiscoveryHit(title, callback, help=meaning)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, meaning, callback in self._all():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), callback, help=meaning)
