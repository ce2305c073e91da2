"""Keys that the user has chosen: what of them can be used, and that every binding can be given others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conclab.tui import keymap
from conclab.tui.keymap import bindings_of, every_binding, our_classes, sift, usable_key, who_has


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("?", "question_mark"),
        ("f4", "f4"),
        ("A", "A"),
        ("+", "plus"),
        (",", "comma"),
        ("\\", "backslash"),
        ("space", "space"),
        ("ctrl+x", "ctrl+x"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("ctrl++", "ctrl+plus"),
        ("é", "é"),
        ("escape", "escape"),
        (" tab ", "tab"),
        ("f99", None),
        ("foo", None),
        ("control+x", None),
        ("ctrl+ctrl+x", None),
        ("", None),
        ("\x1b", None),
        ("\u202e", None),
    ],
)
def test_keys_are_called_as_textual_calls_them(written: str, meant: str | None) -> None:
    assert usable_key(written) == meant


def test_every_binding_that_does_something_of_ours_has_an_id() -> None:
    """Without a description are only the keys for typing that fields take over from Textual's."""
    every_binding()  # all screens are imported from here on
    bare = [
        f"{owner.__name__}: {binding.key}"
        for owner in our_classes()
        for binding in bindings_of(owner)
        if binding.description and not binding.id
    ]
    assert bare == []


def test_bindings_are_found_in_every_file_of_the_tui() -> None:
    """In a process that has imported nothing yet: what other tests have imported would hide what is missing."""
    files = [path for path in (Path(keymap.__file__).parent).rglob("*.py") if "BINDINGS: " in path.read_text()]
    code = "import sys\nfrom conclab.tui.keymap import every_binding\nevery_binding()\nprint(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    root = Path(keymap.__file__).parents[2]
    names = {".".join(path.relative_to(root).with_suffix("").parts) for path in files}
    assert {"conclab.tui.screens.actions.signals", "conclab.tui.screens.trace", "conclab.tui.setup.list"} <= names
    assert names <= set(loaded)


def test_an_id_means_one_thing() -> None:
    found: dict[str, set[str]] = {}
    every_binding()
    for owner in our_classes():
        for binding in bindings_of(owner):
            if binding.id:
                found.setdefault(binding.id, set()).add(binding.action)
    assert {name: actions for name, actions in found.items() if len(actions) > 1} == {}


def test_every_declared_key_is_one_that_a_user_could_choose() -> None:
    odd = [(name, key) for name, bound in every_binding().items() for key in bound.keys if usable_key(key) != key]
    assert odd == []


def test_what_can_be_used_is_taken_and_written_as_textual_wants_it() -> None:
    keymap, problems = sift({"lab.run": "f12, ctrl+e", "help": "?,j"}, every_binding())
    assert keymap == {"lab.run": "f12,ctrl+e", "help": "question_mark,j"}
    assert problems == ()


def test_unknown_ids_and_impossible_keys_are_named_and_left_out() -> None:
    keymap, problems = sift({"lab.rum": "f12", "lab.run": "f99,f12", "lab.stop": "\x1b[2J"}, every_binding())
    assert keymap == {"lab.run": "f12"}
    assert problems[0] == "“keys.lab.rum”: there is no such binding (did you mean “lab.run”?); it is left out"
    assert problems[1] == "“keys.lab.run”: there is no key “f99”; it is left out"
    assert problems[2].startswith("“keys.lab.stop”: there is no key")
    assert all(line.isprintable() for line in problems)


def test_a_key_that_another_has_is_told_and_the_usual_one_is_used() -> None:
    keymap, problems = sift({"lab.run": "c"}, every_binding())
    assert keymap == {}
    assert problems == ("“keys.lab.run”: c is the key of Compare (lab.compare) there; its usual key is used",)


def test_two_can_change_their_keys_with_each_other() -> None:
    wanted = {"lab.run": "c", "lab.compare": "f5"}
    assert sift(wanted, every_binding()) == (wanted, ())


def test_when_two_want_the_same_key_the_first_has_it() -> None:
    keymap, problems = sift({"lab.run": "x", "lab.compare": "x"}, every_binding())
    assert keymap == {"lab.run": "x"}
    assert len(problems) == 1
    assert "lab.compare" in problems[0]


def test_the_same_key_in_two_places_is_no_clash_but_a_key_of_the_whole_app_is() -> None:
    bindings = every_binding()
    assert who_has("f5", "compare.cancel", {}, bindings) is bindings["compare.go"]
    assert who_has("c", "compare.go", {}, bindings) is None, "the lab's keys do nothing while the dialog is open"
    theme = who_has("ctrl+t", "lab.run", {}, bindings)
    assert theme is bindings["theme"]
    assert who_has("q", "lab.run", {}, bindings) is bindings["quit"], "what every place has"
