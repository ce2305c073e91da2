"""The demos that are shipped, and finding one: by its name, or in a file of the user's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from conclab.demos.script import BadScript, parse_script, read_script
from conclab.demos.steps import Script
from conclab.model.settings import did_you_mean
from conclab.model.text import harmless

SUFFIX = ".toml"
FIRST = "tour"
"""What is played when nobody says what."""
_ORDER = (FIRST, "threads-or-processes", "gil", "lost-update", "deadlock", "monitor")


def names() -> tuple[str, ...]:
    """What is shipped, in the order in which one may want to see it."""
    found = {entry.name.removesuffix(SUFFIX) for entry in _folder().iterdir() if entry.name.endswith(SUFFIX)}
    return (*(name for name in _ORDER if name in found), *sorted(found.difference(_ORDER)))


def shipped(name: str) -> Script:
    """One of ``names``."""
    return parse_script((_folder() / f"{name}{SUFFIX}").read_text(encoding="utf-8"), name, f"{name}{SUFFIX}")


def load(word: str) -> Script:
    """What was asked for: a shipped demo by its name, else a file. Raises BadScript."""
    if word in names():
        return shipped(word)
    path = Path(word).expanduser()
    if "/" in word or word.endswith(SUFFIX) or path.is_file():
        return read_script(path)
    raise BadScript(
        f"there is no demo “{harmless(word)[:60]}”{did_you_mean(word, names())}; "
        "`conclab demo --list` shows all, and a file of your own is given as ./NAME.toml"
    )


def _folder() -> Path:
    return Path(str(files("conclab.demos"))) / "scripts"
