"""The part of the command line that is about recording the monitor."""

from __future__ import annotations

import argparse


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds") from None


def add_tape(monitor: argparse.ArgumentParser) -> None:
    """Add the options to ``conclab monitor``."""
    group = monitor.add_argument_group(
        "recording",
        "A recording has the machine's figures and the rows of all processes, every second or as\n"
        "--every says, with their switches and delays; threads and other costly columns as far as\n"
        "they are shown, or asked for by --threads and --columns. An hour of 500 processes takes\n"
        "up to 20 MB. `conclab replay FILE` shows it.",
    )
    group.add_argument("--record", metavar="FILE", help="record from the beginning; a file that is there is not written over")
    group.add_argument("--quiet", action="store_true", help="with --record: no screen and no output, until Ctrl-C")
    group.add_argument("--for", metavar="SECONDS", type=_seconds, dest="for_s", help="end after so long; with --record no screen")
