"""Finding Pythons and asking them what they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from conclab.model.experiments import Interpreter
from conclab.model.text import harmless

FLOOR = (3, 9)
"""The oldest Python that the runner's syntax and imports allow."""

_ASK = (
    "import json, sys, sysconfig; print(json.dumps([sys.implementation.name, list(sys.version_info[:3]),"
    " bool(sysconfig.get_config_var('Py_GIL_DISABLED'))]))"
)
_PATIENCE_S = 20.0
_NAME = re.compile(r"(python(3\.\d+t?)|pypy3(\.\d+)?)")


class NoInterpreter(ValueError):
    """What was named is no Python that can run experiments. The message is one plain sentence."""


_STORES = ("~/.pyenv/versions", "~/.local/share/uv/python")
"""Where pyenv and uv keep the Pythons that they install, each in a folder of its own."""


def _stored() -> list[str]:
    """The bin folders of the Pythons that pyenv and uv have installed."""
    return [str(folder) for store in _STORES for folder in sorted(Path(store).expanduser().glob("*/bin"))]


def locate(name: str) -> str:
    """The absolute path of what the user named: a path, a command, or a version such as 3.13t. Raises NoInterpreter."""
    version = re.fullmatch(r"(python)?(3\.\d+t?)", name)
    command = f"python{version[2]}" if version else name
    # A command of pyenv's may only be a shim that then finds nothing, so its own folders are asked first.
    search = os.pathsep.join([*_stored(), *os.get_exec_path()]) if version else None
    found = shutil.which(os.path.expanduser(command), path=search)
    if found:
        return os.path.abspath(found)
    if "/" in name and Path(name).expanduser().exists():
        raise NoInterpreter(f"{harmless(name)} cannot be executed")
    raise NoInterpreter(f"there is no interpreter {harmless(name)!r}; give a path, a command on PATH, or a version like 3.13")


def own() -> Interpreter:
    """The interpreter that conclab itself runs under; it need not be started to be known."""
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return Interpreter(sys.executable, sys.implementation.name, ".".join(map(str, sys.version_info[:3])), free_threaded)


_answers: dict[str, Interpreter] = {}


def is_known(path: str) -> bool:
    """Whether ``ask`` would answer at once."""
    return path == sys.executable or path in _answers


def know(python: Interpreter) -> None:
    """Take a Python for what it says, and never start it to ask: the played machine's, of which there is nothing to start."""
    _answers[python.path] = python


def ask(path: str) -> Interpreter:
    """Let an interpreter describe itself: it is started once. Raises NoInterpreter when it cannot be used or is too old."""
    if path == sys.executable:
        return own()
    if path not in _answers:
        _answers[path] = _ask(path)
    return _answers[path]


def _ask(path: str) -> Interpreter:
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _ASK], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=False
        )
        implementation, version, free_threaded = json.loads(answer.stdout)
        numbers = tuple(int(part) for part in version)
    except subprocess.TimeoutExpired:
        raise NoInterpreter(f"{harmless(path)} did not answer within {_PATIENCE_S:.0f} s") from None
    except OSError as error:
        raise NoInterpreter(f"{harmless(path)} cannot be executed: {error.strerror}") from None
    except (ValueError, TypeError):
        raise NoInterpreter(f"{harmless(path)} is not a Python that conclab can use") from None
    if numbers < FLOOR:
        raise NoInterpreter(
            f"{harmless(path)} is Python {'.'.join(map(str, numbers))}; experiments need {'.'.join(map(str, FLOOR))} or newer"
        )
    return Interpreter(path, str(implementation), ".".join(map(str, numbers)), bool(free_threaded))


def candidates() -> dict[str, str]:
    """Everything that is called like a Python, on PATH or with pyenv and uv: label to path, conclab's own first.

    Nothing is started: the label is what the file's name promises. ``ask`` tells what it really is.
    """
    found = {own().label: sys.executable}
    seen = {os.path.realpath(sys.executable)}
    for folder in (*_stored(), *os.get_exec_path()):
        if folder.endswith("/.pyenv/shims"):  # each stands for all versions, and most then find none
            continue
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            path = os.path.join(folder, name)
            match = _NAME.fullmatch(name)
            if not match or (match[2] and _promised(match[2]) < FLOOR):
                continue
            if os.access(path, os.X_OK) and os.path.realpath(path) not in seen:
                seen.add(os.path.realpath(path))
                found.setdefault(match[2] if match[2] else name.replace("pypy", "PyPy "), path)
    return found


def _promised(label: str) -> tuple[int, ...]:
    """The version that a label names: (3, 13) for 3.13t."""
    return tuple(int(part) for part in label.rstrip("t").split("."))


def discover() -> list[Interpreter]:
    """Every Python found that can run experiments, one of each label, conclab's own first. Takes a while: it asks each."""
    by_label: dict[str, Interpreter] = {}
    for path in candidates().values():
        try:
            python = ask(path)
        except NoInterpreter:
            continue
        by_label.setdefault(python.label, python)
    return list(by_label.values())
