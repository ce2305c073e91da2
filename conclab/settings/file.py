"""``config.toml``: where it lies, reading it at the start, and writing back what was chosen without touching anything else in it.

Reading takes little of the standard library and nothing else, because it stands before the first frame. Writing keeps the user's
comments, order and whatever conclab does not know; it happens beside the file and is then put in its place, so that nobody ever
finds half a file.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from conclab.model.settings import DEFAULT, Settings, changed, read
from conclab.model.text import harmless

VARIABLE = "CONCLAB_CONFIG"
"""Names another file than the usual one."""

_NAME = "config.toml"
_HEAD = "# Settings of conclab. Written by its Set-up screen (F2), and yours to edit; comments stay.\n"


def path() -> Path:
    """Where the settings lie: ``$CONCLAB_CONFIG``, or config.toml in the user's configuration folder (XDG)."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("conclab") / _NAME


def load(file: Path | None = None) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and what of the file cannot be used: a plain line each. Without a file: the defaults, and nothing to tell."""
    file = file or path()
    text = ""
    try:
        text = _text(file)
        return read(tomllib.loads(text))
    except FileNotFoundError:
        return DEFAULT, ()
    except ValueError as error:  # TOML's own errors, and those of UTF-8
        reason = harmless(str(error)).replace("at end of document", f"at line {len(text.splitlines())}, the last")
        return DEFAULT, (f"{harmless(str(file))} is not valid TOML: {reason}. The defaults are used, the file is left as it is.",)
    except OSError as error:
        return DEFAULT, (f"{harmless(str(file))} cannot be read: {_reason(error)}. The defaults are used.",)


class Keeper:
    """Writes to the file what has been changed since it was loaded, or saved by this keeper.

    Only that: two conclabs that are open at once do not take each other's choices back.
    """

    def __init__(self, loaded: Settings, file: Path | None = None) -> None:
        self.file = file or path()
        self._known = loaded

    def save(self, settings: Settings) -> str | None:
        """Write what has changed. Returns None, or a sentence that says why it could not be done."""
        try:
            wanted = changed(self._known, settings)
            if wanted:
                _write(self.file, wanted)
            self._known = settings
        except OSError as error:
            return (
                f"Your settings hold until you leave, but cannot be kept: {harmless(str(self.file))}: {_reason(error)}. "
                f"Make it writable, or name another file in ${VARIABLE}."
            )
        return None


def _text(file: Path) -> str:
    return file.read_bytes().decode()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _write(file: Path, wanted: Mapping[str, Any]) -> None:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = Path(os.path.realpath(file))  # who keeps it elsewhere and links to it keeps the link
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        text = _text(file)
        document = tomlkit.parse(text)
        document.unwrap()  # what it only finds out when asked, it shall find out now
    except FileNotFoundError:
        document = tomlkit.parse(_HEAD)
    except (ValueError, TOMLKitError):
        os.replace(file, _free(file))
        document = tomlkit.parse(_HEAD)
    _put(document, wanted)
    _replace(file, tomlkit.dumps(document))


def _free(file: Path) -> Path:
    """A name for a broken file that is not taken: config.toml.bad, config.toml.bad2, …"""
    number = 1
    while (found := file.with_name(f"{file.name}.bad{number if number > 1 else ''}")).exists():
        number += 1
    return found


def _put(table: MutableMapping[str, Any], wanted: Mapping[str, Any]) -> None:
    import tomlkit

    for key, value in wanted.items():
        outer, _, inner_key = key.partition(".")
        if key not in table and isinstance(table.get(outer), MutableMapping):
            _put(table[outer], {inner_key: value})  # monitor.filter, written without quotation marks
        elif value is None:
            table.pop(key, None)
        elif isinstance(value, Mapping):
            if not isinstance(table.get(key), MutableMapping):
                if all(inner is None for inner in value.values()):
                    continue
                table[key] = tomlkit.table()
            _put(table[key], value)
        else:
            table[key] = value


def _replace(file: Path, text: str) -> None:
    """Write beside the file, then put it in its place; who could read the file before can afterwards."""
    import tempfile

    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o644
    if file.exists() and not os.access(file, os.W_OK):
        raise PermissionError(13, "permission denied")  # a folder that can be written must not get round a file that cannot
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(descriptor)
        os.chmod(name, mode)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
