"""``conclab record``: a demo, played without a terminal, as a cast, a film or a picture."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from conclab.cli.demo import house_of, pace_of, script_of
from conclab.cli.ending import Trouble
from conclab.cli.live_line import LiveLine
from conclab.model import figures
from conclab.model.settings import THEMES, did_you_mean
from conclab.model.text import harmless

GROUNDS = ("dark", "light")


def _target(asked: argparse.Namespace) -> Path:
    """Where to. Raises Trouble while nothing has been played yet."""
    from conclab.demos.film_trouble import FilmTrouble
    from conclab.demos.filming import STILLS, check_ending

    path = Path(asked.output).expanduser()
    shown = harmless(str(path))
    try:
        check_ending(path)
    except FilmTrouble as error:
        raise Trouble(str(error)) from None
    if asked.at is not None and path.suffix.lower() not in STILLS:
        raise Trouble(f"--at is for one picture, {' or '.join(STILLS)}; {shown} is not one")
    if asked.cast_v3 and path.suffix.lower() != ".cast":
        raise Trouble(f"--cast-v3 is for .cast; {shown} is not one")
    if path.is_dir():
        raise Trouble(f"{shown} is a folder; name a file")
    if path.exists() and not asked.force:
        raise Trouble(f"{shown} is there already; --force writes over it, -o names another file", status=1)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        why = "cannot be written to" if path.parent.exists() else "is not there"
        raise Trouble(f"{shown} cannot be written: the folder {harmless(str(path.parent))} {why}", status=1)
    return path


def _moment(text: str | None) -> float | str | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _film(asked: argparse.Namespace) -> int:
    """A recording of the terminal that there is already, as a film or a picture."""
    from conclab.demos.film import MOVING, make_film
    from conclab.demos.film_trouble import FilmTrouble
    from conclab.recording.cast import NoCast, read_cast

    played = next((name for name in ("size", "scripted", "presenter") if getattr(asked, name, None)), None)
    played = "pace" if asked.pace != 1.0 else played
    if played is not None:
        raise Trouble(f"--{played} is for demos, which are played; {harmless(asked.name)!r} is a recording, and stays as it is")
    if asked.theme not in (None, *GROUNDS):
        raise Trouble(f"--theme {asked.theme} is for demos; a recording has its colours, and a ground that is dark or light")
    if asked.output.endswith(".cast"):
        raise Trouble(f"{harmless(asked.name)!r} is a cast already; a film or a picture of it is .gif, .mp4, .svg or .png")
    path = _target(asked)
    try:
        film = make_film(read_cast(Path(asked.name).expanduser()), path, theme=asked.theme or GROUNDS[0], at=_moment(asked.at))
    except (NoCast, FilmTrouble) as trouble:
        raise Trouble(str(trouble)) from None
    except OSError as error:
        raise Trouble(f"{harmless(str(path))} cannot be written: {(error.strerror or str(error)).lower()}", status=1) from None
    lasts = f"{figures.duration(int(film.seconds * 1e9))}, " if path.suffix.lower() in MOVING else ""
    print(f"{harmless(str(path))}: {harmless(asked.name)}, {lasts}{figures.size(film.bytes)}", file=sys.stderr)
    return 0


def command(asked: argparse.Namespace) -> int:
    """Exit status 0 when it is written; 1 when a check failed or the file cannot be written; 2 when it cannot be asked so."""
    import asyncio

    from conclab.demos.fields import Wrong
    from conclab.demos.film_trouble import FilmTrouble
    from conclab.demos.filming import Wanted, develop, record
    from conclab.demos.player import Failed
    from conclab.demos.script import parse_size
    from conclab.demos.show import Show

    if asked.name.endswith(".cast"):
        return _film(asked)
    pace, script = pace_of(asked), script_of(asked.name)
    theme = asked.theme or THEMES[0]
    if theme not in THEMES:
        raise Trouble(f"--theme: there is no theme {theme!r}{did_you_mean(theme, THEMES)}; there are {', '.join(THEMES)}")
    try:
        size = parse_size(asked.size) if asked.size is not None else script.size
    except Wrong as wrong:
        raise Trouble(f"--{wrong}") from None
    path = _target(asked)
    wanted = Wanted(path, size, theme, 3 if asked.cast_v3 else 2, script.title, _moment(asked.at))
    line = LiveLine()
    with tempfile.TemporaryDirectory(prefix="conclab-record-") as folder, house_of(script, asked.scripted, theme) as house:
        show, cast = Show(script, house, pace, presenting=asked.presenter), Path(folder) / "demo.cast"
        show.tell = lambda: line.draw(f"{script.name} is played: {show.now_s():.0f} s, step {show.played} of {len(script.steps)}")
        try:
            asyncio.run(record(show, cast, wanted))
            if show.app.return_code:
                raise Trouble("stopped; nothing was written", status=show.app.return_code)
            line.draw(f"{harmless(path.name)} is made")
            develop(cast, wanted)
        except Failed as failure:
            raise Trouble(f"{failure}; nothing was written", status=1) from None
        except FilmTrouble as trouble:
            raise Trouble(str(trouble)) from None
        except OSError as error:
            raise Trouble(f"{harmless(str(path))} cannot be written: {(error.strerror or str(error)).lower()}", status=1) from None
        finally:
            line.clear()
    size_told = figures.size(path.stat().st_size)
    print(f"{harmless(str(path))}: {script.title}, {figures.duration(int(show.now_s() * 1e9))}, {size_told}", file=sys.stderr)
    return 0
