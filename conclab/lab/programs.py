"""Programs of ours in other languages (``conclab/programs``): compiled when they are first asked for, then kept in the cache.

A compiled program lies in a folder that is named by a hash of its sources, its compiler and the way it is called, so another
version of any of them makes another program and none is ever out of date. It is built in a folder of its own and moved into place
at once (rename(2)): whoever looks finds all of it or nothing, also when two conclabs build the same one. The compiler runs under a
keeper as experiments do, so that it can be stopped at any moment and does not outlive conclab; its time is told and is in no
repetition's.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import conclab.programs
from conclab.lab.child import Child
from conclab.lab.toolchains import Toolchain, find
from conclab.model.experiments import Value
from conclab.runner.registry import LANGUAGES

VARIABLE = "CONCLAB_CACHE"
"""Names another folder than the usual one."""
SOURCES = Path(conclab.programs.__file__).parent
_LIMIT_S = 180.0
"""A Go that has to compile its own library first takes a minute on a slow machine."""
_SUFFIXES = (".c", ".h", ".rs", ".go", ".erl", ".js")
_NOT_HERE = "_other.go" if sys.platform.startswith("linux") else "_linux.go"
_LONGEST_COMPLAINT = 300
_UNUSED_S = 30 * 24 * 3600.0
"""A program that nobody has run for so long goes when another one is compiled: its sources or its compiler are others by now."""


class CannotBuild(Exception):
    """A program could not be compiled. The message is one plain sentence."""


def cache_folder() -> Path:
    """``$CONCLAB_CACHE``, or the user's cache folder (XDG). It need not exist."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("conclab")


def sources(language: str) -> list[Path]:
    """The files of a language's program, those for other systems left out, in the order of their names."""
    found = (SOURCES / language).iterdir()
    return sorted(path for path in found if path.suffix in _SUFFIXES and not path.name.endswith(_NOT_HERE))


def _compilation(toolchain: Toolchain, target: Path) -> list[str]:
    """The command that compiles into ``target``: a file, or for Erlang the folder that gets one. Empty: nothing is compiled."""
    files = [str(path) for path in sources(toolchain.language)]
    if toolchain.language == "c":
        # cc1 and ld are found by PATH alone; the standard is the compiler's own.
        return [toolchain.command, "-O2", "-pthread", "-o", str(target), *(name for name in files if name.endswith(".c"))]
    if toolchain.language == "rust":
        (main,) = (name for name in files if name.endswith("main.rs"))
        return [toolchain.command, "-O", "-C", "strip=symbols", "--edition=2021", "-o", str(target), main]
    if toolchain.language == "go":
        return [toolchain.command, "build", "-ldflags=-s", "-o", str(target), *files]
    if toolchain.language == "erlang":
        return [toolchain.command, "-o", str(target.parent), *files]
    return []


def _surroundings(toolchain: Toolchain) -> dict[str, str]:
    """What a compiler needs to be told by its environment: that it is to keep to our cache and fetch nothing."""
    if toolchain.language == "rust":
        return {"CONCLAB_COMPILER": toolchain.number}
    if toolchain.language != "go":
        return {}
    own = cache_folder() / "go"
    folders = {"GOPATH": str(own / "path"), "GOCACHE": str(own / "build")}
    return {**folders, "GO111MODULE": "off", "GOPROXY": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOTELEMETRY": "off"}


def _name(toolchain: Toolchain) -> str:
    """The name of the folder that the compiled program lies in."""
    digest = hashlib.sha256()
    for path in sources(toolchain.language):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for part in (toolchain.command, toolchain.version, *_compilation(toolchain, Path("program"))):
        digest.update(part.encode() + b"\0")
    return f"{toolchain.language}-{digest.hexdigest()[:16]}"


def _run_by(toolchain: Toolchain, folder: Path) -> list[str]:
    """The command that runs the program in ``folder``, to be followed by its words."""
    if toolchain.language == "node":
        (main,) = sources("node")
        return [toolchain.command, str(main)]
    if toolchain.language == "erlang":
        # Schedulers that find nothing to do are to sleep: by default they go on looking for a while and would seem to work.
        quiet = ["+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"]
        return [toolchain.also, "-noshell", "-noinput", *quiet, "-pa", str(folder), "-s", "conclab_erlang", "start", "-extra"]
    return [str(folder / "program")]


def words_of(spec: Mapping[str, Value | Mapping[str, Value] | None]) -> list[str]:
    """A spec (``conclab/runner/job.py``) as arguments of a program: name=value, those of the work among the others."""
    flat = {name: value for name, value in spec.items() if not isinstance(value, Mapping)}
    inner = spec.get("arguments")
    if isinstance(inner, Mapping):
        flat |= inner
    flat["now_ns"] = time.monotonic_ns()  # for languages that cannot ask for this clock
    return [f"{name}={int(value) if isinstance(value, bool) else value}" for name, value in flat.items() if value is not None]


def program(language: str, tell: Callable[[str], None], wake: int, stopping: Callable[[], bool]) -> list[str]:
    """The command that runs the program of a language, compiled if it has not been yet; ``tell`` gets a line about that.

    ``wake`` and ``stopping`` as for a child. Raises NoToolchain, CannotBuild, or CannotStart (``child``).
    """
    toolchain = find(language)
    if not _compilation(toolchain, Path("program")):
        return _run_by(toolchain, SOURCES)
    folder = cache_folder() / "programs" / _name(toolchain)
    if not folder.is_dir():
        took_s = _build(toolchain, folder, wake, stopping)
        tell(f"the program in {LANGUAGES[language].label} was compiled in {took_s:.1f} s, and is kept")
    with suppress(OSError):  # of another user, or on a disk that is not written: it is only the date of its last use
        os.utime(folder)
    return _run_by(toolchain, folder)


def _tidy(folder: Path) -> None:
    """Remove what nobody has run for long, and what compilations left behind that were killed."""
    with suppress(OSError):
        for path in folder.iterdir():
            if time.time() - path.stat().st_mtime > _UNUSED_S:
                shutil.rmtree(path, ignore_errors=True)


def _build(toolchain: Toolchain, folder: Path, wake: int, stopping: Callable[[], bool]) -> float:
    """Compile and move into place; how many seconds it took."""
    label = LANGUAGES[toolchain.language].label
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{toolchain.language}-", dir=folder.parent))
    except OSError as error:
        raise CannotBuild(f"the program in {label} cannot be kept in {folder.parent}: {error.strerror}") from None
    began = time.monotonic()
    try:
        _compile(toolchain, building / "program", wake, stopping)
        try:
            building.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another conclab was quicker, with the same program
                raise CannotBuild(f"the program in {label} cannot be kept in {folder.parent}") from None
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _tidy(folder.parent)
    return time.monotonic() - began


def _compile(toolchain: Toolchain, target: Path, wake: int, stopping: Callable[[], bool]) -> None:
    label = LANGUAGES[toolchain.language].label
    told = [f"{name}={value}" for name, value in _surroundings(toolchain).items()]
    command = ["env", *told, *_compilation(toolchain, target)]
    said: list[str] = []
    deadline = time.monotonic() + _LIMIT_S
    with Child(command, {}, wake) as child:
        for turn in child.turns():
            said += [line.text for line in turn.lines]
            if stopping() or time.monotonic() > deadline:
                child.pull_leash()
        ending = child.ending
    if time.monotonic() > deadline:
        raise CannotBuild(f"the program in {label} took longer than {_LIMIT_S:.0f} s to compile and was stopped")
    if ending is None or ending.exit_status != 0:
        complaint = next((line for line in said if "error" in line.lower()), said[0] if said else "it said nothing")
        raise CannotBuild(f"the program in {label} could not be compiled by {toolchain.command}: {complaint[:_LONGEST_COMPLAINT]}")
