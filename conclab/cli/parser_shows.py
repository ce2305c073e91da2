"""The part of the command line that is about showing: ``conclab demo`` and ``conclab record``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Adds = Callable[[str, str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, what it does, more about that, an example."""

_WHICH = "which demo: `conclab demo --list` shows all, ./mine.toml is a file of your own"
_PRESENTER = "big captions, the keys as they are pressed, the time"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pace", metavar="X", type=_number, default=1.0, help="2 is twice as fast, 0.5 half as fast (default 1)")
    # Suppressed: what stands before the command must not be undone by what does not stand behind it.
    parser.add_argument("--presenter", action="store_true", default=argparse.SUPPRESS, help=_PRESENTER)
    parser.add_argument("--scripted", action="store_true", help="play it on a machine that is played, too: nothing is measured")


def add_shows(add: Adds) -> None:
    """Add both commands."""
    demo = add(
        "demo",
        "play a demo: conclab shows itself",
        "On this machine, for real. Esc ends it, Space holds it, Right skips a pause.",
        "conclab demo\n"
        "  conclab demo gil --presenter\n"
        "  conclab demo --format                  how to write your own\n"
        "  conclab demo ./mine.toml --check",
    )
    demo.add_argument("name", metavar="NAME", nargs="?", help=f"{_WHICH} (default: tour)")
    demo.add_argument("--list", action="store_true", help="show the demos, and play nothing")
    demo.add_argument("--json", action="store_true", help="with --list: print JSON")
    demo.add_argument("--format", action="store_true", help="show how a demo is written, every kind of step by example")
    demo.add_argument(
        "--check", action="store_true", help="play it unseen on the played machine; exit status 1 when one of its checks fails"
    )
    _common(demo)

    record = add(
        "record",
        "play a demo without a terminal, and write it into a file",
        "The file's ending says what it becomes; pictures and films need the extra `pictures`, .mp4 needs ffmpeg, too.",
        "conclab record tour -o tour.cast\n"
        "  conclab record lost-update --scripted -o lost-update.gif\n"
        "  conclab record ./mine.toml -o mine.png --at verdict --size 100x30 --theme light\n"
        "  conclab record conclab-20261123-125500.cast -o mine.gif",
    )
    record.add_argument("name", metavar="NAME", help=f"{_WHICH}; or a recording of the terminal, FILE.cast")
    record.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        required=True,
        help="where to: NAME.cast (asciinema), .gif, .mp4, or .svg, .png: one picture",
    )
    record.add_argument("--size", metavar="COLUMNSxROWS", help="of the screen (default: the demo's own, mostly 120x40)")
    record.add_argument("--theme", metavar="NAME", help="dark, light, high-contrast, colour-blind or ansi (default dark)")
    record.add_argument("--at", metavar="WHEN", help="of .png and .svg: seconds, or a part of a marker: verdict (default: the end)")
    record.add_argument("--cast-v3", action="store_true", help="of .cast: asciicast version 3 instead of 2")
    record.add_argument("--force", action="store_true", help="write over a file that is there")
    _common(record)
