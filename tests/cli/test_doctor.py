"""``conclab doctor`` about the user's settings."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from conclab.cli.doctor import command
from conclab.lab.toolchains import Availability, Toolchain
from conclab.settings.file import VARIABLE

WRONG = 'theme = "darc"\n[keys]\nlab.run = "c"\n'


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[Path, str, str]:
    """The file, and what doctor says about it, for people and as JSON."""
    file = tmp_path / "config.toml"
    file.write_text(WRONG)
    monkeypatch.setenv(VARIABLE, str(file))
    outputs = []
    for as_json in (False, True):
        assert command(argparse.Namespace(json=as_json)) == 0
        outputs.append(capsys.readouterr().out)
    return file, outputs[0], outputs[1]


def test_it_names_the_file_and_everything_that_was_left_out(said: tuple[Path, str, str]) -> None:
    file, text, printed = said
    assert str(file) in text
    assert "there is no theme “darc” (did you mean “dark”?)" in text
    assert "c is the key of Compare" in text
    settings = json.loads(printed)["settings"]
    assert settings["file"] == str(file)
    assert len(settings["problems"]) == 2


def test_without_a_file_it_says_where_one_would_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.toml"))
    command(argparse.Namespace(json=False))
    assert f"{tmp_path / 'none.toml'} (not there: the defaults are used)" in capsys.readouterr().out


def test_every_language_is_there_with_its_version_or_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Toolchain("c", "/usr/bin/gcc", "gcc 12.2")
    told = (Availability("c", "C", here), Availability("go", "Go", None, "Go is not here: apt install golang-go brings it"))
    monkeypatch.setattr("conclab.cli.doctor.survey", lambda: told)
    assert command(argparse.Namespace(json=True)) == 0
    found = json.loads(capsys.readouterr().out)["languages"]
    assert found == [
        {"name": "c", "path": "/usr/bin/gcc", "version": "gcc 12.2", "remedy": None},
        {"name": "go", "path": None, "version": None, "remedy": told[1].lack},
    ]
    assert command(argparse.Namespace(json=False)) == 0
    text = capsys.readouterr().out
    assert "✓ C         /usr/bin/gcc  gcc 12.2" in text
    assert "– Go        Go is not here: apt install golang-go brings it" in text
