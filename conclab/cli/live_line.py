"""A line on the terminal that is written over again and again while something is on; nothing where there is no terminal."""

from __future__ import annotations

import shutil
import sys

from conclab.cli.output import cut


def left(seconds: float) -> str:
    """about 4 s left, about 2 min 5 s left: nobody knows it more exactly."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return f"about {f'{minutes} min ' if minutes else ''}{rest} s left"


class LiveLine:
    """On standard error."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def draw(self, text: str) -> None:
        if self.shown:
            print(f"\r\x1b[K{cut(text, shutil.get_terminal_size().columns - 1)}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Nothing of it is left: something else can be written."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
