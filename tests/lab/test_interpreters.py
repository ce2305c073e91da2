"""Finding Pythons, and refusing what is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from conclab.lab.interpreters import NoInterpreter, _ask, ask, candidates, is_known, locate, own


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_our_own_interpreter_describes_itself() -> None:
    python = own()
    assert python.path == sys.executable
    assert python.version == ".".join(map(str, sys.version_info[:3]))
    assert python == _ask(sys.executable), "as it describes itself when it is started"


def test_a_path_and_a_version_are_found() -> None:
    assert locate(sys.executable) == sys.executable


@pytest.mark.parametrize("name", ["/no/such/python", "no-such-python", "3.0", ""])
def test_what_is_not_there_is_one_sentence(name: str) -> None:
    with pytest.raises(NoInterpreter) as caught:
        ask(locate(name))
    assert "\n" not in str(caught.value)


def test_what_cannot_be_executed_is_told(tmp_path: Path) -> None:
    file = tmp_path / "python"
    file.write_text("hello")
    with pytest.raises(NoInterpreter, match="cannot be executed"):
        ask(locate(str(file)))


@pytest.mark.parametrize(
    "text",
    ["exit 3", "echo hello", "echo '[1, 2]'", 'echo \'["cpython", ["x"], false]\'', "printf '\\033]0;x\\007'"],
)
def test_what_is_no_python_is_refused_harmlessly(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoInterpreter, match="is not a Python"):
        ask(script(tmp_path / "odd\x1b[31m", text))


def test_an_old_python_is_refused_with_its_version(tmp_path: Path) -> None:
    with pytest.raises(NoInterpreter, match=r"is Python 3\.6\.1; experiments need 3\.9 or newer"):
        ask(script(tmp_path / "python3.6", "echo '[\"cpython\", [3, 6, 1], false]'"))


def test_candidates_are_found_on_path_by_name_and_each_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "python3.97", "exit 1")
    script(tmp_path / "python3.98t", "exit 1")
    (tmp_path / "python3.99").symlink_to(tmp_path / "python3.97")
    (tmp_path / "python3.96").write_text("not executable")
    script(tmp_path / "python-config", "exit 1")
    script(tmp_path / "python3.8", "exit 1")
    script(tmp_path / "pypy3", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + "/no/such/folder")
    monkeypatch.setattr("conclab.lab.interpreters._STORES", ())
    found = candidates()
    assert next(iter(found)) == own().label
    assert set(found) == {own().label, "3.97", "3.98t", "PyPy 3"}


def test_pythons_that_pyenv_and_uv_installed_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "3.95.1" / "bin"
    folder.mkdir(parents=True)
    path = script(folder / "python3.95", "exit 1")
    monkeypatch.setattr("conclab.lab.interpreters._STORES", (str(tmp_path),))
    assert candidates()["3.95"] == path
    assert locate("3.95") == path


def test_an_interpreter_is_started_once(tmp_path: Path) -> None:
    path = script(tmp_path / "python", f'echo x >>{tmp_path}/starts; exec {sys.executable} "$@"')
    assert not is_known(path)
    assert ask(path) is ask(path)
    assert is_known(path)
    assert (tmp_path / "starts").read_text() == "x\n"
