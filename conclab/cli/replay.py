"""``conclab replay``: a run, or a recording of the monitor, on the screen, at any moment of it."""

from __future__ import annotations

import argparse

from conclab.cli.ending import Trouble


def command(asked: argparse.Namespace) -> int:
    """What cannot be opened is told before there is a screen."""
    from conclab.cli.lab import open_lab
    from conclab.recording.stored import NoSuchRun, OtherKind, Unreadable, find, open_run

    try:
        path = find(asked.run)
        open_run(path)
    except OtherKind:
        pass  # of the monitor: it is opened all the same
    except (NoSuchRun, Unreadable) as error:
        raise Trouble(str(error)) from None
    return open_lab(mode="runs", replay=path)
