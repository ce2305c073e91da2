"""The sections of the Set-up as functions from settings to settings."""

from __future__ import annotations

from dataclasses import replace

from conclab.model.columns import COLUMNS, SETS
from conclab.model.settings import DEFAULT, FASTEST_S, METERS, SLOWEST_S, SWITCHES, THEMES, Settings
from conclab.tui.keymap import every_binding
from conclab.tui.setup.section import CHOOSE, MOVE, REMOVE, Row, Section
from conclab.tui.setup.sections import ColumnsSection, FiltersSection, KeysSection, MetersSection, TableSection, ThemeSection


def _row(section: Section, settings: Settings, key: str) -> Row:
    return next(row for row in section.rows(settings) if row.key == key)


def _shown(settings: Settings) -> tuple[str, ...]:
    return settings.sets[settings.columns]


def test_every_column_is_offered_once_those_of_the_set_first_and_the_command_last() -> None:
    rows = ColumnsSection().rows(DEFAULT)
    keys = [row.key for row in rows]
    assert sorted(keys) == sorted(COLUMNS)
    assert tuple(key for key in keys if key in SETS["main"]) == SETS["main"]
    assert [row.number for row in rows if row.mark] == list(range(1, len(SETS["main"]) + 1))
    assert not rows[-1].verbs & {CHOOSE, MOVE}
    assert all(row.meaning for row in rows)


def test_a_column_that_is_turned_off_stays_where_it_stands_and_comes_back_there() -> None:
    section = ColumnsSection()
    place = [row.key for row in section.rows(DEFAULT)].index("ni")
    without = section.choose(DEFAULT, _row(section, DEFAULT, "ni"))
    assert "ni" not in _shown(without)
    assert [row.key for row in section.rows(without)].index("ni") == place
    assert section.choose(without, _row(section, without, "ni")) == DEFAULT


def test_a_column_is_moved_and_the_command_stays_last() -> None:
    section = ColumnsSection()
    settings = section.move(DEFAULT, _row(section, DEFAULT, "pid"), 1)
    assert _shown(settings)[:2] == ("user", "pid")
    settings = section.move(settings, _row(section, settings, "pid"), -1)
    assert settings == DEFAULT
    assert section.move(settings, _row(section, settings, "pid"), -1) == DEFAULT, "there is nothing above the first"
    assert _shown(settings)[-1] == "command"


def test_a_set_keeps_at_least_one_column_beside_the_command() -> None:
    section = ColumnsSection()
    settings = replace(DEFAULT, sets={**SETS, "main": ("pid", "command")})
    assert section.choose(settings, _row(section, settings, "pid")) == settings


def test_sets_are_turned_through_and_one_changes_only_the_one_that_is_shown() -> None:
    section = ColumnsSection()
    settings = section.turn(DEFAULT, _row(section, DEFAULT, "pid"), 1)
    assert settings.columns == "scheduling"
    changed = section.choose(settings, _row(section, settings, "virt"))
    assert "virt" in changed.sets["scheduling"]
    assert changed.sets["main"] == SETS["main"]
    assert section.turn(DEFAULT, _row(section, DEFAULT, "pid"), -1).columns == list(SETS)[-1]


def test_a_new_set_begins_as_the_present_one_and_can_be_deleted_and_built_in_ones_cannot() -> None:
    section = ColumnsSection()
    assert REMOVE not in _row(section, DEFAULT, "pid").verbs
    assert section.remove(DEFAULT, _row(section, DEFAULT, "pid")) == DEFAULT
    settings = section.new(DEFAULT, "mine")
    assert settings.columns == "mine"
    assert settings.sets["mine"] == SETS["main"]
    row = _row(section, settings, "pid")
    assert REMOVE in row.verbs
    assert section.remove(settings, row) == DEFAULT


def test_defaults_of_columns_are_those_of_the_set_that_is_shown() -> None:
    section = ColumnsSection()
    settings = replace(DEFAULT, sets={**SETS, "main": ("pid", "command"), "mine": ("cpu", "command")})
    assert section.default(settings).sets == {**SETS, "mine": ("cpu", "command")}


def test_switches_are_turned_on_and_off() -> None:
    section = TableSection()
    for name in SWITCHES:
        once = section.choose(DEFAULT, _row(section, DEFAULT, name))
        assert getattr(once, name) is not getattr(DEFAULT, name)
        assert section.choose(once, _row(section, once, name)) == DEFAULT
        assert section.default(once) == DEFAULT


def test_the_order_and_the_pace_are_turned_through_within_their_bounds() -> None:
    section = TableSection()
    settings, seen = DEFAULT, set()
    for _ in range(20):
        settings = section.turn(settings, _row(section, settings, "every_s"), 1)
        seen.add(settings.every_s)
    assert min(seen) == FASTEST_S
    assert max(seen) == SLOWEST_S
    odd = replace(DEFAULT, every_s=0.7)
    assert section.turn(odd, _row(section, odd, "every_s"), 1).every_s == 1.0
    assert section.turn(odd, _row(section, odd, "every_s"), -1).every_s == 0.5
    keys = list(COLUMNS)
    assert section.turn(DEFAULT, _row(section, DEFAULT, "sort"), 1).sort == keys[keys.index("cpu") + 1]


def test_meters_are_chosen_and_ordered() -> None:
    section = MetersSection()
    assert [row.key for row in section.rows(DEFAULT)] == list(METERS)
    settings = section.choose(DEFAULT, _row(section, DEFAULT, "swap"))
    settings = section.move(settings, _row(section, settings, "tasks"), -1)
    assert settings.meters == ("cores", "memory", "pressure", "network", "disk", "tasks", "gpu")
    assert section.default(settings) == DEFAULT


def test_one_theme_is_chosen() -> None:
    section = ThemeSection()
    assert tuple(row.key for row in section.rows(DEFAULT)) == THEMES
    settings = section.choose(DEFAULT, _row(section, DEFAULT, "ansi"))
    assert [row.key for row in section.rows(settings) if row.mark] == ["ansi"]


def test_every_binding_is_listed_under_where_it_counts() -> None:
    section = KeysSection(every_binding(), str.upper)
    rows = section.rows(DEFAULT)
    assert {row.key for row in rows if row.key} == set(every_binding())
    assert rows[0].title == "Everywhere"
    assert _row(section, DEFAULT, "lab.run").value == "F5"


def test_keys_are_given_added_and_given_back() -> None:
    section = KeysSection(every_binding(), str.upper)
    settings = section.bind(DEFAULT, "lab.run", "f12")
    assert settings.keys == {"lab.run": "f12"}
    assert _row(section, settings, "lab.run").value == "F12 · yours"
    settings = section.bind(settings, "lab.run", "x", more=True)
    assert settings.keys == {"lab.run": "f12,x"}
    assert section.remove(settings, _row(section, settings, "lab.run")) == DEFAULT
    assert section.bind(settings, "lab.run", "f5") == DEFAULT, "its usual key is none of one's own"
    assert section.default(settings) == DEFAULT


def test_filters_are_renamed_at_their_place_and_deleted() -> None:
    section = FiltersSection()
    settings = replace(DEFAULT, filters={"a": "cpu>5", "b": "mem>5"})
    renamed = section.rename(settings, "a", "c")
    assert list(renamed.filters.items()) == [("c", "cpu>5"), ("b", "mem>5")]
    assert section.remove(renamed, _row(section, renamed, "c")).filters == {"b": "mem>5"}
    assert section.default(settings) == DEFAULT
