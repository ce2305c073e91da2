"""config.toml: read leniently, written carefully."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.model.settings import DEFAULT, read
from conclab.settings.file import VARIABLE, Keeper, load, path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "inner" / "config.toml"


def _written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


def test_the_file_lies_in_the_users_configuration_folder_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert path() == tmp_path / "conclab" / "config.toml"
    monkeypatch.setenv(VARIABLE, "~/mine.toml")
    assert path() == Path("~/mine.toml").expanduser()


def test_without_a_file_the_defaults_hold_and_nobody_is_told(file: Path) -> None:
    assert load(file) == (DEFAULT, ())


def test_nothing_is_written_until_something_is_changed(file: Path) -> None:
    assert Keeper(DEFAULT, file).save(DEFAULT) is None
    assert not file.parent.exists()


def test_what_was_saved_is_read_again(file: Path) -> None:
    settings = replace(
        DEFAULT,
        theme="ansi",
        tree=True,
        every_s=2.5,
        columns="my set",
        sets={**DEFAULT.sets, "main": ("pid", "command"), "my set": ("cpu", "pid", "command")},
        meters=("tasks", "cores"),
        filters={"busy = one": 'cpu>5 and name~"a.*"'},
        keys={"monitor.filter": "f4,backslash"},
    )
    assert Keeper(DEFAULT, file).save(settings) is None
    assert load(file) == (settings, ())


def test_only_what_differs_from_the_default_is_written(file: Path) -> None:
    Keeper(DEFAULT, file).save(replace(DEFAULT, tree=True))
    assert tomllib.loads(file.read_text()) == {"monitor": {"tree": True}}


HAND_WRITTEN = """\
# what I like
unheard_of = 3  # keep me

[monitor]  # the table
tree = true  # always
sort = "pid"

[monitor.sets]
main = [
  "pid",  # number
  "cpu",
]

[keys]
monitor.filter = "f4"
"""


def test_comments_order_and_what_is_not_known_stay(file: Path) -> None:
    settings, problems = load(_written(file, HAND_WRITTEN))
    assert len(problems) == 1
    assert "unheard_of" in problems[0]
    assert settings.keys == {"monitor.filter": "f4"}
    changed = replace(settings, theme="light", sort="mem", keys={"monitor.filter": "f6"})
    assert Keeper(settings, file).save(changed) is None
    text = file.read_text()
    for kept in (
        "# what I like",
        "unheard_of = 3  # keep me",
        "[monitor]  # the table",
        "tree = true  # always",
        '"pid",  # number',
    ):
        assert kept in text
    assert load(file) == (changed, problems)


def test_a_set_as_it_is_built_in_and_a_deleted_one_are_taken_out(file: Path) -> None:
    settings, _ = load(_written(file, '[monitor.sets]\nmain = ["pid"]\nmine = ["cpu"]\n'))
    after = replace(settings, sets=DEFAULT.sets)
    Keeper(settings, file).save(after)
    assert load(file) == (DEFAULT, ())
    assert "main" not in file.read_text()


def test_two_that_are_open_at_once_keep_each_others_choices(file: Path) -> None:
    one, other = Keeper(DEFAULT, file), Keeper(DEFAULT, file)
    one.save(replace(DEFAULT, theme="light"))
    other.save(replace(DEFAULT, tree=True))
    assert load(file)[0] == replace(DEFAULT, theme="light", tree=True)


@pytest.mark.parametrize("text", ["a = = 3", "[monitor", "a = 1\na = 2", "\xff\xfe"])
def test_a_broken_file_is_told_with_its_line_and_kept_beside_when_something_is_saved(file: Path, text: str) -> None:
    _written(file, "")
    file.write_bytes(text.encode("latin-1"))
    settings, problems = load(file)
    assert settings == DEFAULT
    assert len(problems) == 1
    assert str(file) in problems[0]
    assert "line" in problems[0] or "utf-8" in problems[0]
    assert file.read_bytes() == text.encode("latin-1"), "reading changes nothing"
    assert Keeper(settings, file).save(replace(settings, tree=True)) is None
    assert file.with_name("config.toml.bad").read_bytes() == text.encode("latin-1")
    assert load(file) == (replace(DEFAULT, tree=True), ())


def test_a_second_broken_file_does_not_take_the_place_of_the_first(file: Path) -> None:
    for number, text in enumerate(("a = =", "b = =")):
        settings, _ = load(_written(file, text))
        Keeper(settings, file).save(replace(settings, tree=True, theme=("light", "ansi")[number]))
    assert file.with_name("config.toml.bad").read_text() == "a = ="
    assert file.with_name("config.toml.bad2").read_text() == "b = ="


def test_a_link_stays_a_link_and_a_mode_stays(file: Path, tmp_path: Path) -> None:
    real = _written(tmp_path / "dotfiles" / "conclab.toml", "theme = 'light'\n")
    real.chmod(0o640)
    file.parent.mkdir()
    file.symlink_to(real)
    settings, _ = load(file)
    assert Keeper(settings, file).save(replace(settings, tree=True)) is None
    assert file.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "tree = true" in real.read_text()


def test_a_file_that_cannot_be_read_or_written_is_told_in_one_sentence(file: Path) -> None:
    file.mkdir(parents=True)
    settings, problems = load(file)
    assert settings == DEFAULT
    assert len(problems) == 1
    assert "is a directory" in problems[0]
    told = Keeper(settings, file).save(replace(settings, tree=True))
    assert told is not None
    assert "cannot be kept" in told
    assert VARIABLE in told
    assert "\n" not in told


def test_a_save_that_fails_in_the_middle_leaves_the_old_file_and_no_litter(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _written(file, "theme = 'light'\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    told = Keeper(DEFAULT, file).save(replace(DEFAULT, tree=True))
    assert told is not None
    assert "no space left" in told
    assert os.listdir(file.parent) == ["config.toml"]
    assert file.read_text() == "theme = 'light'\n"


def test_what_could_not_be_saved_is_saved_the_next_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper(DEFAULT, file)
    with monkeypatch.context() as once:
        once.setattr("os.replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
        assert keeper.save(replace(DEFAULT, tree=True)) is not None
    assert keeper.save(replace(DEFAULT, tree=True, theme="light")) is None
    assert load(file)[0] == replace(DEFAULT, tree=True, theme="light")


def test_reading_takes_nothing_but_the_standard_library_and_platformdirs() -> None:
    code = "import sys; from conclab.settings.file import load; load(); print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"tomlkit", "textual", "rich", "psutil"} & {name.split(".")[0] for name in answer.stdout.split()}


def test_the_document_of_no_settings_says_nothing() -> None:
    assert read({}) == (DEFAULT, ())
