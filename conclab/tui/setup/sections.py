"""The six sections of the Set-up: columns, the table's manners, meters, theme, keys, filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from conclab.model.columns import COLUMNS, SETS
from conclab.model.settings import DEFAULT, FASTEST_S, METERS, SLOWEST_S, SWITCHES, THEMES, Settings, complete_set
from conclab.model.text import harmless
from conclab.tui.keymap import Bound, keys_in_force
from conclab.tui.setup.section import (
    ADD,
    CHOOSE,
    MOVE,
    NEW,
    REMOVE,
    TURN,
    OrderedSection,
    Row,
    Section,
    changed_entry,
    with_set,
)

_LAST = "command"


class ColumnsSection(OrderedSection):
    """Which columns a named set has, and in which order."""

    name = "columns"
    title = "Columns"
    verbs: ClassVar[Mapping[str, str]] = {
        CHOOSE: "Show",
        MOVE: "Move",
        TURN: "Set",
        NEW: "New set",
        REMOVE: "Delete",
    }

    def headline(self, settings: Settings) -> str:
        names = list(settings.sets)
        return f"Columns of the set “{settings.columns}” · set {names.index(settings.columns) + 1} of {len(names)}"

    def chosen(self, settings: Settings) -> tuple[str, ...]:
        return tuple(key for key in settings.sets[settings.columns] if key != _LAST)

    def offered(self) -> tuple[str, ...]:
        return tuple(key for key in COLUMNS if key != _LAST)

    def with_chosen(self, settings: Settings, chosen: tuple[str, ...]) -> Settings:
        """At least one column stays beside the command."""
        return with_set(settings, settings.columns, complete_set(chosen)) if chosen else settings

    def rows(self, settings: Settings) -> tuple[Row, ...]:
        chosen = self.chosen(settings)
        can = frozenset((CHOOSE, MOVE, TURN, NEW)) | (frozenset() if settings.columns in SETS else {REMOVE})
        rows = [
            Row(
                key,
                COLUMNS[key].title,
                COLUMNS[key].meaning,
                mark=key in chosen,
                number=chosen.index(key) + 1 if key in chosen else None,
                verbs=can,
            )
            for key in self.order(settings)
        ]
        last = COLUMNS[_LAST]
        return (
            *rows,
            Row(_LAST, last.title, f"always last: {last.meaning}", mark=True, number=len(chosen) + 1, verbs=can - {CHOOSE, MOVE}),
        )

    def turn(self, settings: Settings, row: Row, by: int) -> Settings:
        names = list(settings.sets)
        self.forget_order()
        return replace(settings, columns=names[(names.index(settings.columns) + by) % len(names)])

    def new(self, settings: Settings, name: str) -> Settings:
        """A new set that begins as the present one, which it takes the place of on the screen."""
        return replace(with_set(settings, name, settings.sets[settings.columns]), columns=name)

    def remove(self, settings: Settings, row: Row) -> Settings:
        return settings if settings.columns in SETS else with_set(settings, settings.columns, None)

    def default(self, settings: Settings) -> Settings:
        """The present set as it is built in; one's own are not touched."""
        self.forget_order()
        return with_set(settings, settings.columns, SETS.get(settings.columns, settings.sets[settings.columns]))

    def about(self, settings: Settings, row: Row) -> tuple[str, ...]:
        column = COLUMNS[row.key]
        name = f"In filters: {column.key}."
        cost = " Read anew for every row in view, so it costs a little." if column.needs else ""
        return (f"{column.meaning}.", name + cost)


_STEPS_S = (FASTEST_S, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, SLOWEST_S)
_SWITCH_TITLES = {
    "inverted": "Inverted",
    "tree": "Tree",
    "threads": "Threads",
    "kernel": "Kernel threads",
    "names": "Names of threads",
    "of_machine": "Share of the machine",
    "paths": "Whole paths",
    "confirm": "Ask first",
}


class TableSection(Section):
    """What the table shows and how."""

    name = "table"
    title = "Table"
    verbs: ClassVar[Mapping[str, str]] = {CHOOSE: "Change", TURN: "Next"}

    def rows(self, settings: Settings) -> tuple[Row, ...]:
        both = frozenset((CHOOSE, TURN))
        sort = Row("sort", "Sorted by", "the column that gives the order", COLUMNS[settings.sort].title, verbs=both)
        every = Row("every_s", "Refreshed", "how long it takes to the next look", f"every {settings.every_s:g} s", verbs=both)
        switches = (
            Row(
                name,
                _SWITCH_TITLES[name],
                meaning,
                "yes" if getattr(settings, name) else "no",
                mark=bool(getattr(settings, name)),
                verbs=both,
            )
            for name, meaning in SWITCHES.items()
        )
        return (sort, *switches, every)

    def choose(self, settings: Settings, row: Row) -> Settings:
        return self.turn(settings, row, 1)

    def turn(self, settings: Settings, row: Row, by: int) -> Settings:
        if row.key == "sort":
            keys = list(COLUMNS)
            return replace(settings, sort=keys[(keys.index(settings.sort) + by) % len(keys)])
        if row.key == "every_s":
            beyond = [step for step in _STEPS_S if (step > settings.every_s if by > 0 else step < settings.every_s)]
            first, last = _STEPS_S[0], _STEPS_S[-1]
            step = (beyond[0] if by > 0 else beyond[-1]) if beyond else (first if by > 0 else last)
            return replace(settings, every_s=step)
        switched: dict[str, bool] = {row.key: not row.mark}
        return replace(settings, **switched)  # type: ignore[arg-type]

    def default(self, settings: Settings) -> Settings:
        names = ("sort", "every_s", *SWITCHES)
        return replace(settings, **{name: getattr(DEFAULT, name) for name in names})


_METERS = {
    "cores": ("Cores", "a bar for each core, by what it did: user, system, nice, waiting for storage, stolen"),
    "memory": ("Memory", "used, buffers and cache of what the machine has"),
    "swap": ("Swap", "how much is swapped out"),
    "pressure": ("Pressure", "share of time in which something had to wait for a core, memory or storage (PSI)"),
    "network": ("Network", "bytes a second in and out, over all network cards"),
    "disk": ("Disk", "bytes a second read and written, over all real disks"),
    "gpu": ("GPU", "how busy each GPU is, and its memory, where there is one"),
    "tasks": ("Tasks", "processes, threads, who runs and who wants a core, load, switches, quota"),
}


class MetersSection(OrderedSection):
    """Which lines the machine's pane has, and in which order."""

    name = "meters"
    title = "Meters"
    verbs: ClassVar[Mapping[str, str]] = {CHOOSE: "Show", MOVE: "Move"}

    def chosen(self, settings: Settings) -> tuple[str, ...]:
        return settings.meters

    def offered(self) -> tuple[str, ...]:
        return METERS

    def with_chosen(self, settings: Settings, chosen: tuple[str, ...]) -> Settings:
        return replace(settings, meters=chosen)

    def rows(self, settings: Settings) -> tuple[Row, ...]:
        chosen, can = self.chosen(settings), frozenset((CHOOSE, MOVE))
        return tuple(
            Row(key, *_METERS[key], mark=key in chosen, number=chosen.index(key) + 1 if key in chosen else None, verbs=can)
            for key in self.order(settings)
        )

    def default(self, settings: Settings) -> Settings:
        self.forget_order()
        return replace(settings, meters=DEFAULT.meters)


_THEMES = {
    "dark": ("Dark", "quiet colours on a dark ground"),
    "light": ("Light", "the same on a light ground"),
    "high-contrast": ("High contrast", "everything that is read has at least 7 to 1 against black (WCAG AAA)"),
    "colour-blind": ("Colour-blind", "meters and verdicts differ without red or green cones, too"),
    "ansi": ("Plain", "your terminal's own sixteen colours, on its own background"),
}


class ThemeSection(Section):
    """The colours. What the cursor is on is in force: one sees it at once."""

    name = "theme"
    title = "Theme"
    verbs: ClassVar[Mapping[str, str]] = {CHOOSE: "Choose"}

    def rows(self, settings: Settings) -> tuple[Row, ...]:
        can = frozenset((CHOOSE,))
        return tuple(Row(name, *_THEMES[name], mark=settings.theme == name, one_of=True, verbs=can) for name in THEMES)

    def choose(self, settings: Settings, row: Row) -> Settings:
        return replace(settings, theme=row.key)

    def default(self, settings: Settings) -> Settings:
        return replace(settings, theme=DEFAULT.theme)


_EVERYWHERE = "Everywhere"
_GROUPS = {"lab": "Lab", "monitor": "Monitor", "details": "Details", "lines": "Panes", "output": "Output", "setup": "Set-up"}
"""Headings of the keys, in their order, by how the ids begin; others come after them under their own names."""


class KeysSection(Section):
    """Every binding and its keys."""

    name = "keys"
    title = "Keys"
    verbs: ClassVar[Mapping[str, str]] = {CHOOSE: "New key", ADD: "One more key", REMOVE: "Usual key"}

    def __init__(self, bindings: Mapping[str, Bound], say: Callable[[str], str]) -> None:
        """``say`` makes of a key what people call it."""
        self._bindings = bindings
        self._say = say

    def rows(self, settings: Settings) -> tuple[Row, ...]:
        force = keys_in_force(settings.keys, self._bindings)
        groups: dict[str, list[Row]] = {_EVERYWHERE: []}
        for bound in self._bindings.values():
            mine = bound.id in settings.keys
            can = frozenset((CHOOSE, ADD, REMOVE)) if mine else frozenset((CHOOSE, ADD))
            value = ", ".join(self._say(key) for key in force[bound.id]) + (" · yours" if mine else "")
            groups.setdefault(_group(bound), []).append(Row(bound.id, bound.title, bound.meaning, value, verbs=can))
        known = [_EVERYWHERE, *_GROUPS.values()]
        ordered = sorted(groups.items(), key=lambda group: known.index(group[0]) if group[0] in known else len(known))
        return tuple(row for name, rows in ordered if rows for row in (Row("", name), *rows))

    def bind(self, settings: Settings, name: str, key: str, more: bool = False) -> Settings:
        """The settings in which a binding has a key: instead of those that it has, or beside them."""
        before = keys_in_force(settings.keys, self._bindings)[name] if more else ()
        keys = tuple(dict.fromkeys((*before, key)))
        return replace(
            settings, keys=changed_entry(settings.keys, name, None if keys == self._bindings[name].keys else ",".join(keys))
        )

    def remove(self, settings: Settings, row: Row) -> Settings:
        return replace(settings, keys=changed_entry(settings.keys, row.key, None))

    def default(self, settings: Settings) -> Settings:
        return replace(settings, keys={})

    def about(self, settings: Settings, row: Row) -> tuple[str, ...]:
        usual = ", ".join(self._say(key) for key in self._bindings[row.key].keys)
        return (f"{row.meaning}.", f"Its usual key: {usual}. In the file: {row.key}.")


def _group(bound: Bound) -> str:
    """Where a binding does something, as a heading."""
    prefix, dot, _rest = bound.id.partition(".")
    if not dot or prefix in ("help", "quit"):
        return _EVERYWHERE
    return _GROUPS.get(prefix, prefix.replace("_", " ").capitalize())


class FiltersSection(Section):
    """Saved filters of the monitor."""

    name = "filters"
    title = "Filters"
    verbs: ClassVar[Mapping[str, str]] = {CHOOSE: "Rename", REMOVE: "Delete"}
    empty = "No filter is saved yet. In the monitor, type one (F4) and save it there; here it gets another name, or goes."

    def rows(self, settings: Settings) -> tuple[Row, ...]:
        can = frozenset((CHOOSE, REMOVE))
        return tuple(Row(name, name, value=harmless(text), verbs=can) for name, text in settings.filters.items())

    def about(self, settings: Settings, row: Row) -> tuple[str, ...]:
        return (f"Shows what fits {settings.filters[row.key]}",)

    def rename(self, settings: Settings, name: str, to: str) -> Settings:
        """The settings in which a filter has another name, at the same place."""
        return replace(settings, filters=changed_entry(settings.filters, name, settings.filters[name], to))

    def remove(self, settings: Settings, row: Row) -> Settings:
        return replace(settings, filters=changed_entry(settings.filters, row.key, None))

    def default(self, settings: Settings) -> Settings:
        return replace(settings, filters={})
