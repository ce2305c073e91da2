"""What a user can set, with its defaults; and what a document (``config.toml``) says about it.

A document may have been written by hand, by a newer conclab, or by mistake: whatever in it cannot be used is named in one plain
line and left out, and the rest counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conclab.model.columns import COLUMNS, SETS
from conclab.model.text import harmless

THEMES = ("dark", "light", "high-contrast", "colour-blind", "ansi")
"""In the order in which they are turned through. ansi: the terminal's own sixteen colours and its background."""

METERS = ("cores", "memory", "swap", "pressure", "network", "disk", "gpu", "tasks")
"""What the machine's pane can have, in the order of the default."""

FASTEST_S, SLOWEST_S = 0.2, 60.0
"""Bounds of ``every_s``: faster costs more than it shows, slower hides more than it saves."""

LONGEST_NAME = 24
"""Cells of a name of a set or a filter; longer ones would not fit beside anything."""

_LAST = "command"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is kept from one start to the next. In the document all but theme, filters and keys stands in [monitor]."""

    theme: str = THEMES[0]
    columns: str = "main"
    """The set of columns that is shown; a key of ``sets``."""
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(SETS))
    """Keys of columns in their order, by the name of the set. The built-in sets are always there; the command is always last."""
    sort: str = "cpu"
    """Key of the column that gives the order."""
    inverted: bool = False
    tree: bool = False
    threads: bool = False
    """Rows for threads, not only for processes."""
    kernel: bool = False
    """Rows for threads of the kernel."""
    names: bool = True
    """A thread shows its own name rather than its process' command line."""
    of_machine: bool = False
    """CPU% is a share of the whole machine rather than of one core."""
    every_s: float = 1.0
    """Seconds between two tables."""
    paths: bool = False
    """Programs are shown with their whole path."""
    confirm: bool = True
    """Ask before what harms."""
    meters: tuple[str, ...] = METERS
    """Lines of the machine's pane, in their order."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Saved filters by name, as they were typed."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that the user has changed: id of a binding to its keys, separated by commas."""


DEFAULT = Settings()

SWITCHES: Mapping[str, str] = {
    "inverted": "the order is turned round",
    "tree": "children stand below their parents",
    "threads": "a row for every thread of a process, too",
    "kernel": "the kernel's own threads are shown, too",
    "names": "a thread is shown by its own name, not by its process' command line",
    "of_machine": "CPU% counts all cores together as 100, not each one",
    "paths": "programs are shown with their whole path",
    "confirm": "ask before a signal or a change that can do harm",
}
"""What is only on or off, and what it means when it is on."""

_TOP, _MONITOR = "", "monitor"
_PLACES: Mapping[str, str] = {
    "theme": _TOP,
    **dict.fromkeys(("columns", "sort", "every_s", *SWITCHES, "meters", "sets"), _MONITOR),
    "filters": _TOP,
    "keys": _TOP,
}
"""In which table of the document a field stands."""


def read(document: Mapping[str, object]) -> tuple[Settings, tuple[str, ...]]:
    """The settings of a parsed document, and what in it was left out: a plain line each."""
    problems: list[str] = []
    found: dict[str, Any] = {}
    inner = document.get(_MONITOR, {})
    if not isinstance(inner, Mapping):
        problems.append(f"“monitor” should be a table, [monitor], and is {_kind(inner)}; it is left out")
        inner = {}
    _read_table(document, _TOP, found, problems)
    _read_table(inner, _MONITOR, found, problems)
    settings = Settings(**found)
    if settings.columns not in settings.sets:
        _name(
            problems, "monitor.columns", f"there is no set of columns {_quoted(settings.columns)}", settings.columns, settings.sets
        )
        settings = Settings(**{**found, "columns": DEFAULT.columns})
    return settings, tuple(problems)


def changed(before: Settings, after: Settings) -> dict[str, Any]:
    """What to write into the document so that it says ``after`` where it said ``before``; None: take it out.

    Only leaves that differ are there. A built-in set that is as built in is taken out, and so is any other default of a mapping.
    """
    found: dict[str, Any] = {}
    for name, place in _PLACES.items():
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        table = found.setdefault(place, {}) if place else found
        if not isinstance(new, Mapping):
            table[name] = list(new) if isinstance(new, tuple) else new
            continue
        default = getattr(DEFAULT, name)
        leaves: dict[str, Any] = {}
        for key in [*old, *(key for key in new if key not in old)]:
            if old.get(key) != new.get(key):
                value = None if new.get(key) == default.get(key) else new.get(key)
                leaves[key] = list(value) if isinstance(value, tuple) else value
        if leaves:
            table[name] = leaves
    return found


def usable_name(name: str, taken: Iterable[str] = ()) -> str | None:
    """What is wrong with a name for a set or a filter; None: nothing."""
    if not name.strip():
        return "it needs a name"
    if len(name) > LONGEST_NAME:
        return f"the name is too long: at most {LONGEST_NAME} characters"
    if harmless(name) != name:
        return "the name has characters that cannot be shown"
    return f"{_quoted(name)} is there already" if name in taken else None


def complete_set(keys: Iterable[str]) -> tuple[str, ...]:
    """The columns of a set: each once, the command last."""
    return (*dict.fromkeys(key for key in keys if key != _LAST), _LAST)


def _read_table(table: Mapping[str, object], place: str, found: dict[str, Any], problems: list[str]) -> None:
    fields = [name for name, where in _PLACES.items() if where == place]
    for key, value in table.items():
        path = f"{place}.{key}" if place else key
        if key in fields:
            try:
                found[key] = _READERS[key](path, value, problems)
            except _NotUsable as reason:
                problems.append(str(reason))
        elif place or key != _MONITOR:
            known = [*fields, *([] if place else [_MONITOR])]
            elsewhere = next((f"{where}.{name}" for name, where in _PLACES.items() if where and name == key and not place), None)
            if elsewhere:
                problems.append(f"{_quoted(key)} belongs into the table [monitor]; it is left out")
            else:
                _name(problems, path, "is not a setting", key, known)


class _NotUsable(Exception):
    """A whole value is left out; the message is its line."""


_Reader = Callable[[str, object, list[str]], Any]


def _switch(path: str, value: object, _problems: list[str]) -> bool:
    if not isinstance(value, bool):
        raise _NotUsable(f"{_quoted(path)} should be true or false, and is {_shown(value)}; it is left out")
    return value


def _choice(options: Iterable[str], what: str) -> _Reader:
    known = tuple(options)

    def reader(path: str, value: object, problems: list[str]) -> str:
        if not isinstance(value, str):
            raise _NotUsable(f"{_quoted(path)} should be the name of a {what}, and is {_shown(value)}; it is left out")
        if value not in known:
            line: list[str] = []
            _name(line, path, f"there is no {what} {_quoted(value)}", value, known)
            raise _NotUsable(line[0])
        return value

    return reader


def _text(path: str, value: object, _problems: list[str]) -> str:
    if not isinstance(value, str):
        raise _NotUsable(f"{_quoted(path)} should be a text, and is {_shown(value)}; it is left out")
    return value


def _seconds(path: str, value: object, _problems: list[str]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _NotUsable(f"{_quoted(path)} should be a number of seconds, and is {_shown(value)}; it is left out")
    if not FASTEST_S <= value <= SLOWEST_S:
        raise _NotUsable(f"{_quoted(path)} should be from {FASTEST_S:g} to {SLOWEST_S:g} seconds, and is {value:g}; it is left out")
    return float(value)


def _list(options: Iterable[str], what: str) -> _Reader:
    known = tuple(options)

    def reader(path: str, value: object, problems: list[str]) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise _NotUsable(f"{_quoted(path)} should be a list in brackets, and is {_shown(value)}; it is left out")
        chosen: list[str] = []
        for one in value:
            if one in known and one not in chosen:
                chosen.append(one)
            elif one in chosen:
                problems.append(f"{_quoted(path)} names {_quoted(one)} twice; once counts")
            else:
                _name(problems, path, f"there is no {what} {_shown(one)}", str(one), known)
        return tuple(chosen)

    return reader


def _sets(path: str, value: object, problems: list[str]) -> dict[str, tuple[str, ...]]:
    sets = dict(SETS)
    one_list = _list(COLUMNS, "column")
    for name, keys in _entries(path, value, problems, lambda at, keys: one_list(at, keys, problems)):
        if set(keys) <= {_LAST}:
            problems.append(f"{_quoted(f'{path}.{name}')} has no columns besides the command; it is left out")
        else:
            sets[name] = complete_set(keys)
    return sets


def _texts(path: str, value: object, problems: list[str]) -> dict[str, str]:
    return dict(_entries(path, value, problems, lambda at, text: _text(at, text, problems)))


def _keys(path: str, value: object, problems: list[str]) -> dict[str, str]:
    """Ids have a dot in them: ``monitor.filter = "f4"`` without quotation marks is a table in a table, and means the same."""
    if not isinstance(value, Mapping):
        return _texts(path, value, problems)
    found: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            found |= {f"{name}.{key}": keys for key, keys in _keys(f"{path}.{name}", inner, problems).items()}
        else:
            found |= _texts(path, {name: inner}, problems)
    return found


def _entries(path: str, value: object, problems: list[str], one: Callable[[str, object], Any]) -> list[tuple[str, Any]]:
    """The entries of a table that can be used, by name."""
    if not isinstance(value, Mapping):
        raise _NotUsable(f"{_quoted(path)} should be a table, and is {_kind(value)}; it is left out")
    found = []
    for name, inner in value.items():
        at = f"{path}.{name}"
        wrong = None if path.startswith("keys") else usable_name(name)
        try:
            if wrong:
                raise _NotUsable(f"{_quoted(at)}: {wrong}; it is left out")
            found.append((name, one(at, inner)))
        except _NotUsable as reason:
            problems.append(str(reason))
    return found


_READERS: Mapping[str, _Reader] = {
    "theme": _choice(THEMES, "theme"),
    "columns": _text,
    "sets": _sets,
    "sort": _choice(COLUMNS, "column"),
    **dict.fromkeys(SWITCHES, _switch),
    "every_s": _seconds,
    "meters": _list(METERS, "meter"),
    "filters": _texts,
    "keys": _keys,
}


def _quoted(text: object) -> str:
    shown = harmless(str(text))
    return f"“{shown if len(shown) <= 40 else shown[:39] + '…'}”"


def _kind(value: object) -> str:
    kinds = ((bool, "true or false"), (str, "a text"), (int | float, "a number"), (list, "a list"), (Mapping, "a table"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "something else")


def _shown(value: object) -> str:
    """A value as it would be written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quoted(value) if isinstance(value, str) else str(value) if isinstance(value, int | float) else _kind(value)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean “cpu”?)`` where something known is near; else nothing."""
    import difflib  # only where something is wrong

    near = difflib.get_close_matches(word, tuple(known), n=1, cutoff=0.6)
    return f" (did you mean {_quoted(near[0])}?)" if near else ""


def _name(problems: list[str], path: str, trouble: str, word: str, known: Iterable[str]) -> None:
    """Name what is left out, with what may have been meant."""
    colon = "" if trouble.startswith("is ") else ":"
    problems.append(f"{_quoted(path)}{colon} {trouble}{did_you_mean(word, known)}; it is left out")
