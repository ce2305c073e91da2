"""Keys that the user has chosen: every binding by its id, and what of a keymap can be used.

Textual's ``set_keymap`` takes whatever it is given: ids that nobody has do nothing, keys that no keyboard sends are never pressed,
and a key that two have is taken from one of them without a word. Here all of that is found beforehand and told.
"""

from __future__ import annotations

import importlib
import pkgutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from conclab.model.settings import did_you_mean
from conclab.model.text import harmless

_MODIFIERS = frozenset(("ctrl", "alt", "shift", "super", "meta", "hyper"))
_NAMED = frozenset(key.value.rpartition("+")[2] for key in Keys if not key.value.startswith("<"))
_SIGNS = frozenset(KEY_NAME_REPLACEMENTS.values())
_ROOMS = ("conclab.tui.widgets", "conclab.tui.setup", "conclab.tui.screens", "conclab.tui.app")


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding as it is declared: what can be given other keys."""

    id: str
    keys: tuple[str, ...]
    title: str
    meaning: str
    action: str
    owner: type[DOMNode]


@lru_cache(maxsize=1)
def every_binding() -> Mapping[str, Bound]:
    """All bindings of conclab's classes by their id, in the order of declaration, a class before those that build on it.

    Imports every screen and widget, so it is called only when somebody has chosen keys, or is about to.
    """
    for room in _ROOMS:
        module = importlib.import_module(room)
        for inner in pkgutil.walk_packages(getattr(module, "__path__", []), f"{room}."):
            importlib.import_module(inner.name)
    found: dict[str, Bound] = {}
    for owner in our_classes():
        for binding in bindings_of(owner):
            if binding.id is None:
                continue
            keys = tuple(key.strip() for key in binding.key.split(","))
            before = found.get(binding.id)
            if before is not None:
                keys = tuple(dict.fromkeys((*before.keys, *keys)))
            meaning = binding.tooltip or binding.description
            found[binding.id] = Bound(binding.id, keys, binding.description, meaning, binding.action, owner)
    return found


def our_classes() -> list[type[DOMNode]]:
    """Every class of conclab's that can have bindings and has been imported."""
    found: dict[type[DOMNode], None] = {}
    waiting: list[type[DOMNode]] = [DOMNode]
    while waiting:
        one = waiting.pop(0)
        waiting += one.__subclasses__()
        if one.__module__.startswith("conclab."):
            found[one] = None
    return sorted(found, key=lambda one: (not issubclass(one, App), one.__module__, one.__qualname__))


def bindings_of(owner: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that a class itself declares."""
    for entry in vars(owner).get("BINDINGS", ()):
        yield entry if isinstance(entry, Binding) else Binding(*entry)


def usable_key(key: str) -> str | None:
    """The key as Textual calls it (``?`` is question_mark); None where there is no such key."""
    key = key.strip()
    if len(key) == 1:
        return _named(key)
    *before, last = key.split("+") if not key.endswith("++") else [*key[:-2].split("+"), "+"]
    if not set(before) <= _MODIFIERS or len(set(before)) != len(before):
        return None
    if len(last) == 1:
        last = _named(last) or ""
    known = bool(last) and (last in _NAMED or last in _SIGNS or key_to_character(last) is not None)
    return (
        "+".join([*(one for one in ("alt", "ctrl", "hyper", "meta", "shift", "super") if one in before), last]) if known else None
    )


def _named(character: str) -> str | None:
    if not character.isprintable() or character.isspace():
        return "space" if character == " " else None
    if character.isalnum():
        return character
    try:
        name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    except ValueError:
        return None
    return KEY_NAME_REPLACEMENTS.get(name, name)


def together(one: Bound, other: Bound) -> bool:
    """Whether both can be meant by a key at the same place: declared for one thing and what it builds on, or for all places."""
    if one.id == other.id or one.action == other.action:
        return False
    if issubclass(one.owner, other.owner) or issubclass(other.owner, one.owner):
        return True
    if issubclass(one.owner, App) or issubclass(other.owner, App):
        return True
    return one.id.partition(".")[0] == other.id.partition(".")[0]


def keys_in_force(keymap: Mapping[str, str], bindings: Mapping[str, Bound]) -> dict[str, tuple[str, ...]]:
    """The keys of every binding, the user's where there are some."""
    return {name: tuple(keymap[name].split(",")) if name in keymap else bound.keys for name, bound in bindings.items()}


def who_has(key: str, name: str, keymap: Mapping[str, str], bindings: Mapping[str, Bound]) -> Bound | None:
    """Who else has a key where the binding ``name`` is in force; None: it is free."""
    force = keys_in_force(keymap, bindings)
    mine = bindings[name]
    return next((other for other in bindings.values() if key in force[other.id] and together(mine, other)), None)


def sift(keys: Mapping[str, str], bindings: Mapping[str, Bound]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of a user's keys can be used, as a keymap for Textual; and what was left out, a plain line each."""
    problems: list[str] = []
    keymap: dict[str, str] = {}
    for name, text in keys.items():
        shown = f"keys.{harmless(name)}"
        if name not in bindings:
            problems.append(f"“{shown}”: there is no such binding{did_you_mean(name, bindings)}; it is left out")
            continue
        good = []
        for key in _split(text):
            usable = usable_key(key)
            if usable is None:
                problems.append(f"“{shown}”: there is no key “{harmless(key)[:24]}”; it is left out")
            else:
                good.append(usable)
        if good:
            keymap[name] = ",".join(dict.fromkeys(good))
    while (clash := _first_clash(keymap, bindings)) is not None:
        name, key, other = clash
        del keymap[name]
        problems.append(f"“keys.{name}”: {key} is the key of {other.title or other.id} ({other.id}) there; its usual key is used")
    return keymap, tuple(problems)


def _split(text: str) -> Iterable[str]:
    """Keys between commas; a comma alone is the key."""
    return [","] if text.strip() == "," else [part for part in text.split(",") if part.strip()] or [text]


def _first_clash(keymap: Mapping[str, str], bindings: Mapping[str, Bound]) -> tuple[str, str, Bound] | None:
    """A chosen key that somebody else has, the last chosen first: who, which key, and who has it."""
    for name in reversed(list(keymap)):
        for key in keymap[name].split(","):
            other = who_has(key, name, keymap, bindings)
            if other is not None:
                return name, key, other
    return None
