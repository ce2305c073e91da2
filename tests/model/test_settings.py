"""Settings: what of a document counts, what is named and left out, and what is to be written."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace

import pytest

from conclab.model.columns import COLUMNS, SETS
from conclab.model.settings import DEFAULT, METERS, SWITCHES, Settings, changed, complete_set, read, usable_name


def _read(text: str) -> tuple[Settings, tuple[str, ...]]:
    return read(tomllib.loads(text))


def test_the_defaults_are_sound() -> None:
    assert DEFAULT.columns in DEFAULT.sets
    assert DEFAULT.sort in COLUMNS
    assert all(complete_set(keys) == keys for keys in DEFAULT.sets.values())
    assert set(SWITCHES) == {one.name for one in fields(Settings) if isinstance(getattr(DEFAULT, one.name), bool)}


def test_what_is_said_counts() -> None:
    settings, problems = _read(
        """
        theme = "colour-blind"
        [monitor]
        columns = "mine"
        sort = "vcs"
        tree = true
        confirm = false
        every_s = 2
        meters = ["tasks", "cores"]
        [monitor.sets]
        mine = ["cpu", "pid"]
        [filters]
        busy = "cpu>5"
        [keys]
        "monitor.filter" = "f4,backslash"
        """
    )
    assert problems == ()
    assert settings == replace(
        DEFAULT,
        theme="colour-blind",
        columns="mine",
        sort="vcs",
        tree=True,
        confirm=False,
        every_s=2.0,
        meters=("tasks", "cores"),
        sets={**SETS, "mine": ("cpu", "pid", "command")},
        filters={"busy": "cpu>5"},
        keys={"monitor.filter": "f4,backslash"},
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theme = "darc"', "“theme”: there is no theme “darc” (did you mean “dark”?); it is left out"),
        ("theme = 3", "“theme” should be the name of a theme, and is 3; it is left out"),
        ('colour = "x"', "“colour” is not a setting; it is left out"),
        ("[monitr]", "“monitr” is not a setting (did you mean “monitor”?); it is left out"),
        ("monitor = true", "“monitor” should be a table, [monitor], and is true or false; it is left out"),
        ("tree = true", "“tree” belongs into the table [monitor]; it is left out"),
        ("[monitor]\ntre = true", "“monitor.tre” is not a setting (did you mean “tree”?); it is left out"),
        ("[monitor]\ntree = 1", "“monitor.tree” should be true or false, and is 1; it is left out"),
        ('[monitor]\nsort = "cpuu"', "“monitor.sort”: there is no column “cpuu” (did you mean “cpu”?); it is left out"),
        ("[monitor]\nevery_s = 0.1", "“monitor.every_s” should be from 0.2 to 60 seconds, and is 0.1; it is left out"),
        ("[monitor]\nevery_s = nan", "“monitor.every_s” should be from 0.2 to 60 seconds, and is nan; it is left out"),
        ("[monitor]\nevery_s = true", "“monitor.every_s” should be a number of seconds, and is true; it is left out"),
        ("[monitor]\nmeters = 1", "“monitor.meters” should be a list in brackets, and is 1; it is left out"),
        (
            '[monitor]\ncolumns = "mian"',
            "“monitor.columns”: there is no set of columns “mian” (did you mean “main”?); it is left out",
        ),
        ('[monitor.sets]\nmine = ["command"]', "“monitor.sets.mine” has no columns besides the command; it is left out"),
        ('[monitor.sets]\n"" = ["pid"]', "“monitor.sets.”: it needs a name; it is left out"),
        ("[filters]\nbusy = 5", "“filters.busy” should be a text, and is 5; it is left out"),
        ('[keys]\n"a.b" = ["f4"]', "“keys.a.b” should be a text, and is a list; it is left out"),
        ('keys = "f4"', "“keys” should be a table, and is a text; it is left out"),
    ],
)
def test_what_cannot_be_used_is_named_and_left_out(text: str, said: str) -> None:
    settings, problems = _read(text)
    assert problems == (said,)
    assert settings == DEFAULT


def test_of_a_list_what_can_be_used_counts() -> None:
    settings, problems = _read('[monitor]\nmeters = ["tasks", "memry", "tasks"]\n[monitor.sets]\nmain = ["command", "pid", 3]')
    assert settings.meters == ("tasks",)
    assert settings.sets["main"] == ("pid", "command")
    assert len(problems) == 3


def test_one_bad_value_does_not_take_the_others_along() -> None:
    settings, problems = _read('theme = "light"\n[monitor]\ntree = 1\nthreads = true\nx = 1')
    assert settings == replace(DEFAULT, theme="light", threads=True)
    assert len(problems) == 2


def test_ids_of_keys_may_stand_with_or_without_quotation_marks() -> None:
    assert _read('[keys]\nmonitor.filter = "f4"')[0] == _read('[keys]\n"monitor.filter" = "f4"')[0]
    assert _read('[keys.monitor]\nfilter = "f4"')[0].keys == {"monitor.filter": "f4"}


def test_a_hostile_file_is_told_harmlessly() -> None:
    _settings, problems = read({"\x1b[2J": 1, "theme": "\x1b]0;x\x07" * 100, "filters": {"\u202e": "x"}})
    assert len(problems) == 3
    assert all(line.isprintable() and len(line) < 200 for line in problems)


def test_only_what_differs_is_to_be_written() -> None:
    assert changed(DEFAULT, DEFAULT) == {}
    after = replace(DEFAULT, theme="light", tree=True, meters=("cores",), filters={"busy": "cpu>5"})
    assert changed(DEFAULT, after) == {
        "theme": "light",
        "monitor": {"tree": True, "meters": ["cores"]},
        "filters": {"busy": "cpu>5"},
    }


def test_what_is_gone_or_as_built_in_is_to_be_taken_out() -> None:
    before = replace(DEFAULT, sets={**SETS, "main": ("pid", "command"), "mine": ("cpu", "command")}, keys={"a.b": "f4"})
    assert changed(before, DEFAULT) == {"monitor": {"sets": {"main": None, "mine": None}}, "keys": {"a.b": None}}


def test_every_field_is_written_and_read() -> None:
    after = Settings(
        theme="ansi",
        columns="x",
        sets={**SETS, "x": ("pid", "command")},
        sort="pid",
        every_s=3.0,
        meters=METERS[:2],
        filters={"f": "x"},
        keys={"k": "y"},
        **{name: not getattr(DEFAULT, name) for name in SWITCHES},
    )
    assert all(getattr(after, one.name) != getattr(DEFAULT, one.name) for one in fields(Settings))
    assert read(changed(DEFAULT, after)) == (after, ())


def test_names() -> None:
    assert usable_name("mine", ("other",)) is None
    assert usable_name(" ") == "it needs a name"
    assert "too long" in (usable_name("x" * 25) or "")
    assert usable_name("mine", ("mine",)) == "“mine” is there already"
    assert "cannot be shown" in (usable_name("a\x1b") or "")
