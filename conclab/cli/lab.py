"""``conclab`` without a command, and every command that opens a screen."""

from __future__ import annotations

import argparse
import sys

from conclab.cli.ending import Trouble
from conclab.model.runs import Plan


def open_lab(mode: str = "lab", plan: Plan | None = None) -> int:
    """Open the terminal UI; returns when it is left. Nothing that it started outlives it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Trouble(f"the {mode} needs a terminal; `conclab run NAME` and `conclab monitor --once` do without")
    from conclab.lab.interpreters import candidates
    from conclab.recording.findings import Findings
    from conclab.recording.live import LiveFeed
    from conclab.settings.file import Keeper, load, path
    from conclab.tui.app import ConclabApp

    file = path()
    settings, problems = load(file)

    feed = LiveFeed()
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
        )
        app.run()
        return app.return_code or 0
    finally:
        feed.close()


def command(_asked: argparse.Namespace) -> int:
    return open_lab()
