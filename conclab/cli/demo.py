"""``conclab demo``: plays a demo in the terminal; or lists them, tells how they are written, checks them unseen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.cli.ending import Trouble
from conclab.cli.output import paint, print_json
from conclab.model import figures

if TYPE_CHECKING:
    from conclab.demos.show import House
    from conclab.demos.steps import Script

PACES = (0.1, 20.0)
_CHECKING = 20.0
"""The pace at which nobody looks on."""


def pace_of(asked: argparse.Namespace) -> float:
    """How fast it is to be played. Raises Trouble."""
    pace: float = asked.pace
    if not PACES[0] <= pace <= PACES[1]:
        raise Trouble(f"--pace {pace:g} is out of range; from {PACES[0]:g} to {PACES[1]:g}")
    return pace


def script_of(name: str) -> Script:
    """The demo that was asked for. Raises Trouble."""
    from conclab.demos.script import BadScript
    from conclab.demos.shelf import load

    try:
        return load(name)
    except BadScript as error:
        raise Trouble(str(error)) from None


@contextmanager
def house_of(script: Script, scripted: bool, theme: str | None = None) -> Iterator[House]:
    """What it is played on, with nothing left of it afterwards. ``theme`` None: the user's. Raises Trouble where a demo needs what
    there is not. Keys are as shipped: demos press those."""
    from conclab.demos.show import House, played_house
    from conclab.lab.interpreters import candidates
    from conclab.model.settings import Settings
    from conclab.recording.findings import Findings
    from conclab.recording.live import LiveFeed
    from conclab.settings.file import load

    settings = Settings(theme=theme or load()[0].theme)
    if scripted:
        with played_house(settings=settings) as house:
            yield _able(script, house)
        return
    feed = LiveFeed()
    try:
        more = {"settings": settings, "findings": Findings(feed.machine.usable_cores)}
        yield _able(script, House(feed, candidates(), more))
    finally:
        feed.close()


def _able(script: Script, house: House) -> House:
    lack = script.lack(house.features)
    if lack:
        raise Trouble(f"{lack}; --scripted plays it on a machine that is played")
    return house


def _list(as_json: bool) -> None:
    from conclab.demos.shelf import names, shipped

    scripts = [shipped(name) for name in names()]
    if as_json:
        found = [
            {"name": one.name, "title": one.title, "about": one.about, "needs": list(one.needs), "steps": len(one.steps)}
            for one in scripts
        ]
        print_json({"schema": 1, "demos": found})
        return
    for one in scripts:
        print(paint(one.name, "cyan"))
        print(f"  {one.about}")


def _check(name: str | None) -> int:
    """Each unseen; exit status 1 when one fails."""
    import asyncio

    from conclab.demos.player import Failed
    from conclab.demos.shelf import names
    from conclab.demos.show import Show

    failed = 0
    for script in map(script_of, names() if name is None else (name,)):
        with house_of(script, scripted=True) as house:
            show = Show(script, house, _CHECKING)
            try:
                asyncio.run(show.unseen(script.size))
            except Failed as failure:
                failed += 1
                print(f"conclab: {failure}", file=sys.stderr)
                continue
        if show.app.return_code:
            return show.app.return_code
        print(f"{script.name}: {figures.plural(show.played, 'step')}, all checks hold")
    return 1 if failed else 0


def command(asked: argparse.Namespace) -> int:
    """Exit status 0 when it was played, or whoever watched has ended it; 1 when a check failed; 2 when it cannot be played."""
    if asked.json and not asked.list:
        raise Trouble("--json goes with --list")
    if asked.format or asked.list:
        if asked.name or asked.check or (asked.format and asked.list):
            raise Trouble(f"--{'format' if asked.format else 'list'} stands alone: nothing is played with it")
        if asked.list:
            _list(asked.json)
        else:
            from conclab.demos.script import FORMAT

            print(FORMAT, end="")
        return 0
    pace = pace_of(asked)
    if asked.check:
        return _check(asked.name)
    from conclab.demos.shelf import FIRST

    script = script_of(asked.name or FIRST)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Trouble("a demo needs a terminal; `conclab record NAME -o x.gif` and `conclab demo NAME --check` do without")
    from conclab.demos.player import Failed
    from conclab.demos.show import Show

    with house_of(script, asked.scripted) as house:
        try:
            return Show(script, house, pace, presenting=asked.presenter, watched=True).in_terminal()
        except Failed as failure:
            raise Trouble(str(failure), status=1) from None
