"""Demo scripts as they are written: what every kind of step becomes, and what is told about each kind of mistake."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from conclab.demos.script import FORMAT, BadScript, parse_script, parse_size, read_script
from conclab.demos.shelf import load, names, shipped
from conclab.demos.steps import Choose, Fill, Go, Look, Pause, Press, Run, Say, Type, Wait


def of(*steps: str, head: str = 'title = "mine"') -> str:
    return f"{head}\nsteps = [\n" + "".join(f"  {{ {step} }},\n" for step in steps) + "]\n"


def test_every_kind_of_step_is_read() -> None:
    script = parse_script(
        of(
            'say = "Hello\\nthere", where = "middle", seconds = 2',
            'go = "lab"',
            "choose = 34",
            'set = { workers = 4, python = "3.13" }',
            "run = true",
            'wait = "repetition", number = 2, limit = 5',
            'wait_text = "x"',
            'look = "a", absent = ["b", "c"], verdict = "holds"',
            'press = ["t", "ctrl+p"]',
            'type = " x "',
            "pause = 1.5",
            head='title = "mine"\nsize = "80x24"\npace = 2\nneeds = "gil"',
        ),
        "mine",
    )
    assert (script.title, script.size, script.pace, script.needs) == ("mine", (80, 24), 2.0, ("gil",))
    say, *others = script.steps
    assert isinstance(say, Say)
    assert (say.text, say.where, say.seconds, say.number, say.line) == ("Hello there", "middle", 2.0, 1, 6)
    kinds = [Go, Choose, Fill, Run, Wait, Wait, Look, Press, Type, Pause]
    assert [type(step) for step in others] == kinds
    look, typed = script.steps[7], script.steps[9]
    assert isinstance(look, Look)
    assert (look.there, look.absent, look.verdict) == (("a",), ("b", "c"), ("holds",))
    assert isinstance(typed, Type)
    assert typed.text == " x ", "blanks are typed, too"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ('go = "labb"', "“labb” is not known (did you mean “lab”?)"),
        ('wait = "vedict"', "did you mean “verdict”"),
        ('sya = "x"', "“sya” is no step (did you mean “say”?)"),
        ('say = "x", go = "lab"', "go and say are two"),
        ('say = "x", wher = "middle"', "“wher” does not belong into say (did you mean “where”?)"),
        ('say = "x", where = "top"', "take one of bottom, middle"),
        ("pause = -1", "a number from 0"),
        ("pause = inf", "a number from 0"),
        ("pause = true", "a number from 0"),
        ("run = 1", "run = true"),
        ("set = {}", "set = { workers = 4 }"),
        ("set = { workers = 1.5 }", "a whole number or a text"),
        ('wait = "arm"', "takes the name of an arm"),
        ('wait = "running", number = 2', "goes with"),
        ('verdict = "true"', "take one of holds, fails, undecided"),
        ("press = []", "a text or a list of texts"),
        ('say = "x", needs = "gill"', "did you mean “gil”"),
        ('needs = "gil"', "it does nothing"),
    ],
)
def test_a_mistake_is_told_with_its_step_its_line_and_what_to_write(step: str, told: str) -> None:
    with pytest.raises(BadScript) as trouble:
        parse_script(of('say = "well"', step), "mine", "mine.toml")
    assert str(trouble.value).startswith("mine.toml, step 2 (line 4): ")
    assert told in str(trouble.value)
    assert "\n" not in str(trouble.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('title = "x', "is not TOML"),
        ("x = " + "[" * 5_000, "numbers or lists"),
        ('title = "x"', "steps is missing"),
        ("steps = [ { run = true } ]", "title is missing"),
        ('title = "x"\nsteps = []', "a list of steps"),
        ('title = "x"\nsteps = [ 1 ]', "a list of steps"),
        ('titel = "x"\nsteps = [ { run = true } ]', "did you mean “title”"),
        ('title = "x"\nsize = "80"\nsteps = [ { run = true } ]', "columns x rows, like 120x40"),
        ('title = "x"\npace = 0\nsteps = [ { run = true } ]', "pace takes a number"),
    ],
)
def test_a_mistake_in_the_head_is_told(text: str, told: str) -> None:
    with pytest.raises(BadScript) as trouble:
        parse_script(text, "mine", "mine.toml")
    assert str(trouble.value).startswith("mine.toml")
    assert told in str(trouble.value)


def test_a_line_is_told_only_where_it_is_sure() -> None:
    text = 'title = "x"\n[[steps]]\nsay = """\n{ this is no step }"""\n[[steps]]\ngo = "no"\n'
    with pytest.raises(BadScript, match=r"^mine, step 2: "):
        parse_script(text, "mine")


def test_what_would_move_the_terminal_is_made_harmless() -> None:
    (step,) = parse_script(of('say = "a\\u001b[2Jb"'), "mine").steps
    assert isinstance(step, Say)
    assert step.text == "a␛[2Jb"


def test_files_that_are_no_scripts_are_told(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    for path, told in ((tmp_path / "none.toml", "there is no file"), (tmp_path, "cannot be read"), (binary, "UTF-8")):
        with pytest.raises(BadScript, match=told):
            read_script(path)


def test_demos_are_found_by_name_and_by_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(of("run = true"))
    assert load(str(mine)).name == "mine"
    assert load("tour") == shipped("tour")
    with pytest.raises(BadScript, match="did you mean “deadlock”"):
        load("dedlock")


def test_what_is_shipped_can_be_read() -> None:
    assert {"tour", "threads-or-processes", "gil", "lost-update", "deadlock", "monitor"} <= set(names())
    for name in names():
        script = shipped(name)
        assert script.about
        assert all(step.line is not None for step in script.steps), "every message can name a line"


def test_the_example_in_the_format_is_a_script() -> None:
    example = FORMAT[FORMAT.index("  title =") : FORMAT.index("\n\nCaptions")].replace("\n    {", "\n{")
    assert tomllib.loads(example)["pace"] == 1.0
    kinds = {type(step) for step in parse_script(example, "example").steps}
    assert kinds == {Say, Go, Choose, Fill, Run, Wait, Look, Press, Type, Pause}


@pytest.mark.parametrize("size", ["", "0x0", "120", "39x12", "9999x40", "120x40x2"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(Exception, match="like 120x40"):
        parse_size(size)
