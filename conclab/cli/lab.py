"""``conclab`` without a command, and every command that opens a screen."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from conclab.cli.ending import Trouble
from conclab.model.runs import Plan
from conclab.model.text import harmless


def _is_served() -> bool:
    from conclab.tui.served import is_served  # loads Textual: only where there is no terminal

    return is_served()


def _nothing_ran() -> bool:
    from conclab.recording.folder import files_in, runs_folder

    try:
        return not files_in(runs_folder())
    except OSError:
        return False


def _new_file(name: str) -> Path:
    """An empty file for a recording of the terminal. Raises Trouble."""
    path, shown = Path(name).expanduser().absolute(), repr(harmless(name))
    try:
        path.open("x").close()
    except FileExistsError:
        raise Trouble(f"{shown} is there already; choose another name for the recording") from None
    except OSError as error:
        raise Trouble(f"the terminal cannot be recorded to {shown}: {(error.strerror or str(error)).lower()}") from None
    return path


def _say_goodbye(sentences: tuple[str, ...]) -> None:
    with suppress(OSError):  # the terminal may be why it ended
        for sentence in filter(None, sentences):
            print(f"conclab: {sentence}", file=sys.stderr, flush=True)


def open_lab(
    mode: str = "lab",
    plan: Plan | None = None,
    read_only: bool = False,
    cast: tuple[str | None, int] = (None, 2),
    presenter: bool = False,
    replay: Path | None = None,
    record: Path | None = None,
) -> int:
    """Open the terminal UI; returns when it is left. Nothing that it started outlives it. ``read_only``: it starts nothing.
    ``cast``: a file to record the terminal to from the beginning, and the format's version. ``presenter``: keys are shown as they
    are pressed. ``replay``: a recording that is opened at once.
    ``record``: a file to record what the monitor shows to."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and not _is_served():
        what = "a replay" if replay is not None else f"the {mode}"
        raise Trouble(f"{what} needs a terminal; `conclab run NAME` and `conclab monitor --once` do without")
    from conclab.lab.interpreters import candidates
    from conclab.recording.findings import Findings
    from conclab.recording.live import LiveFeed
    from conclab.recording.tape_recorder import CannotRecord
    from conclab.settings.file import Keeper, load, path
    from conclab.tui.app import ConclabApp
    from conclab.tui.casting import CastWish

    app_class = ConclabApp
    if presenter:
        from conclab.tui.presenter import PresentingApp

        app_class = PresentingApp
    cast_wish = CastWish(_new_file(cast[0]) if cast[0] is not None else None, cast[1])
    file = path()
    settings, problems = load(file)

    feed = LiveFeed(tidies=not read_only)
    try:
        app = app_class(
            feed,
            candidates(),
            place=mode,
            plan=plan,
            settings=settings,
            save=Keeper(settings, file).save,
            problems=problems,
            settings_file=str(file),
            findings=Findings(feed.machine.usable_cores),
            read_only=read_only,
            newcomer=mode == "lab" and plan is None and not read_only and _nothing_ran(),
        )
        app.cast_wish, app.opens = cast_wish, replay
        if record is not None:
            try:
                app.session.record(record)
            except CannotRecord as error:
                raise Trouble(str(error)) from None
        app.run()
        _say_goodbye(app.parting)
        return app.return_code or 0
    finally:
        feed.close()


def command(asked: argparse.Namespace) -> int:
    return open_lab(read_only=asked.read_only, cast=(asked.cast, asked.cast_version), presenter=asked.presenter)
