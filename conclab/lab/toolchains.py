"""Compilers and runtimes of other languages: which are here, which version, and how to get those that are not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from conclab.model.text import harmless
from conclab.runner.registry import LANGUAGES

_PATIENCE_S = 20.0
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)+")
_BESIDES = ("~/.cargo/bin",)
"""Where rustup puts its commands; not every session has it on its PATH."""


class NoToolchain(Exception):
    """What a language takes is not here. The message is one plain sentence with the way to get it."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a language takes."""

    commands: tuple[str, ...]
    """The compiler, or the runtime where nothing is compiled; of several the first that is there."""
    version: tuple[str, ...]
    """Arguments with which it says its version."""
    debian: str
    brew: str
    also: str = ""
    """Another command that must be there: what runs the compiled program."""


_KINDS: Mapping[str, _Kind] = {
    "c": _Kind(("gcc", "clang", "cc"), ("--version",), "gcc", "gcc"),
    "rust": _Kind(("rustc",), ("--version",), "rustc", "rust"),
    "go": _Kind(("go",), ("version",), "golang-go", "go"),
    "erlang": _Kind(("erlc",), (), "erlang-base", "erlang", also="erl"),
    "node": _Kind(("node", "nodejs"), ("--version",), "nodejs", "node"),
}


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A compiler or runtime that is here."""

    language: str
    command: str
    """Its absolute path."""
    version: str
    """As it says itself, in full: another compiler makes another program."""
    also: str = ""
    """The absolute path of what runs the program, where that is another command."""
    number: str = field(default="", compare=False)
    """The version number alone, for people."""


def _which(command: str) -> str | None:
    path = os.pathsep.join([*os.get_exec_path(), *(str(Path(folder).expanduser()) for folder in _BESIDES)])
    found = shutil.which(command, path=path)
    return os.path.abspath(found) if found else None


def how_to_get(language: str) -> str:
    """Where its toolchain comes from, as the end of a sentence: apt install golang-go."""
    kind = _KINDS[language]
    return f"brew install {kind.brew}" if sys.platform == "darwin" else f"apt install {kind.debian}"


def _says(command: list[str]) -> str:
    """What a command prints first. Raises OSError or subprocess.SubprocessError when it fails."""
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=True)
    lines = (answer.stdout or answer.stderr).decode("utf-8", errors="replace").splitlines()
    return harmless(lines[0])[:200] if lines else ""


@cache
def find(language: str) -> Toolchain:
    """The toolchain of a language. Raises NoToolchain."""
    kind, label = _KINDS[language], LANGUAGES[language].label
    found = next((path for path in map(_which, kind.commands) if path), None)
    also = _which(kind.also) if kind.also else ""
    if found is None or also is None:
        missing = kind.commands[0] if found is None else kind.also
        raise NoToolchain(f"{label} is not here: there is no {missing}; {how_to_get(language)} brings it")
    try:
        version = _says([found, *kind.version]) if kind.version else _says([also, "+V"])
    except (OSError, subprocess.SubprocessError) as error:
        raise NoToolchain(f"{label} is here and does not work: {harmless(str(error))[:200]}") from None
    number = _NUMBER.search(version)
    return Toolchain(language, found, version, also, number[0] if number else "")


@dataclass(frozen=True, slots=True)
class Availability:
    """What is known about a language here."""

    language: str
    label: str
    toolchain: Toolchain | None
    lack: str = ""
    """Why there is none, with the way to get it."""


def survey() -> tuple[Availability, ...]:
    """All languages, and whether programs in them can be had. Takes a moment: each toolchain is asked for its version."""
    found = []
    for language, entry in LANGUAGES.items():
        try:
            found.append(Availability(language, entry.label, find(language)))
        except NoToolchain as lack:
            found.append(Availability(language, entry.label, None, str(lack)))
    return tuple(found)
