"""``conclab`` without a command, and every command that opens a screen."""

from __future__ import annotations

import argparse
import sys

from conclab.cli.ending import Trouble
from conclab.model.runs import Plan


def _is_served() -> bool:
    from conclab.tui.served import is_served  # loads Textual: only where there is no terminal

    return is_served()


def _nothing_ran() -> bool:
    from conclab.recording.folder import files_in, runs_folder

    try:
        return not files_in(runs_folder())
    except OSError:
        return False


def open_lab(mode: str = "lab", plan: Plan | None = None, read_only: bool = False) -> int:
    """Open the terminal UI; returns when it is left. Nothing that it started outlives it. ``read_only``: it starts nothing."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and not _is_served():
        raise Trouble(f"the {mode} needs a terminal; `conclab run NAME` and `conclab monitor --once` do without")
    from conclab.lab.interpreters import candidates
    from conclab.recording.findings import Findings
    from conclab.recording.live import LiveFeed
    from conclab.settings.file import Keeper, load, path
    from conclab.tui.app import ConclabApp

    file = path()
    settings, problems = load(file)

    feed = LiveFeed(tidies=not read_only)
    try:
        app = ConclabApp(
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
        app.run()
        return app.return_code or 0
    finally:
        feed.close()


def command(asked: argparse.Namespace) -> int:
    return open_lab(read_only=asked.read_only)
