"""Make all pictures of the README: ``python -m conclab.demos.pictures [FOLDER] [--png]``; ``--check`` tells which are out of date.

They come from the scripted feed, so they are the same every time and on every machine; their figures are the script's, not
measurements. What moves (``moving``) are shipped demos on the same machine. Needs the extra ``pictures``, but for the SVGs.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from conclab.demos import moving
from conclab.demos.findings import SHOWN, Shown
from conclab.model.experiments import Interpreter
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.widgets.output import OutputPane

SIZE = (120, 40)
PYTHONS = {"3.13": "/usr/bin/python3.13", "3.13t": "/usr/bin/python3.13t"}

INTERPRETERS = tuple(Interpreter(path, "cpython", "3.13.0", free_threaded=label.endswith("t")) for label, path in PYTHONS.items())

Act = Callable[[ConclabApp, ScriptedFeed, Pilot[None]], Awaitable[None]]


async def play(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None], slots: int) -> None:
    """Let the script's time pass, drawing as often as the live app does."""
    for start in range(0, slots, 5):
        feed.tick(min(5, slots - start))
        app.beat()
    await pilot.pause()
    app.beat()
    await pilot.pause()


async def lab_running(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    await play(app, feed, pilot, 100)
    await launch(app)
    await play(app, feed, pilot, 240)
    until_arm(app, feed, "threads")
    await play(app, feed, pilot, 18)


def until_arm(app: ConclabApp, feed: ScriptedFeed, name: str) -> None:
    """Let the script's time pass until an arm begins."""
    while (arm := app.session.run_state.arm) is None or arm.name != name:
        feed.tick(1)
        app.beat()


async def lab_finished(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    await lab_running(app, feed, pilot)
    while app.session.run_state.live:
        await play(app, feed, pilot, 100)
    await play(app, feed, pilot, 40)


async def lab_timeline(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    """Four threads and one GIL, exact: cells of a few milliseconds, in the middle of a repetition."""
    await play(app, feed, pilot, 100)
    await launch(app, traced=True)
    while app.session.run_state.live:
        await play(app, feed, pilot, 100)
    await pilot.press("t", *["left_square_bracket"] * 6, "r", *["right"] * 40, *["plus"] * 4)


async def lab_charts(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    """Where the workers' time went, arm by arm."""
    await lab_finished(app, feed, pilot)
    while app.screen.query_one(OutputPane).view != "chart":
        await pilot.press("o")
    await pilot.press("h")


async def lab_first(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    await play(app, feed, pilot, 200)


async def learn(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    """A claim that fails under one Python and holds under another."""
    await play(app, feed, pilot, 100)
    app.action_go("learn")
    await pilot.pause()
    await play(app, feed, pilot, 20)
    await pilot.press("slash", *str(SHOWN), "enter")
    await pilot.press("escape")
    await play(app, feed, pilot, 20)


async def monitor(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    app.action_go("monitor")
    await pilot.pause()
    await play(app, feed, pilot, 800)


async def monitor_tree(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    """The threads of one program under it, and where the time of one of them goes."""
    await monitor(app, feed, pilot)
    await pilot.press("H", "t", "backslash", *typed("tgid=5100"), "enter")
    await play(app, feed, pilot, 40)
    await pilot.press(*["down"] * 4)
    await play(app, feed, pilot, 300)


async def monitor_filter(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    await monitor(app, feed, pilot)
    await pilot.press("backslash", *typed("cpu>2 and us"))
    await play(app, feed, pilot, 40)


async def monitor_details(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    await monitor(app, feed, pilot)
    await pilot.press("enter", "2")
    await play(app, feed, pilot, 400)


async def monitor_past(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    """Back to a moment of the last minutes, while the session goes on."""
    await monitor(app, feed, pilot)
    await play(app, feed, pilot, 2_400)
    await pilot.press("b", *["shift+left"] * 2)
    await play(app, feed, pilot, 40)


async def monitor_setup(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    await monitor(app, feed, pilot)
    await pilot.press("f2")
    await pilot.pause()


def typed(text: str) -> list[str]:
    """A text as keys, by Textual's names."""
    names = {" ": "space", ">": "greater_than_sign", "=": "equals_sign"}
    return [names.get(letter, letter) for letter in text]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be seen, on a machine with so many cores."""

    act: Act
    cores: int = 2
    size: tuple[int, int] = SIZE


PICTURES: dict[str, Picture] = {
    "lab-first": Picture(lab_first),
    "lab-running": Picture(lab_running),
    "lab-finished": Picture(lab_finished),
    "lab-timeline": Picture(lab_timeline),
    "lab-charts": Picture(lab_charts),
    "learn": Picture(learn),
    "monitor": Picture(monitor),
    "monitor-tree": Picture(monitor_tree),
    "monitor-filter": Picture(monitor_filter),
    "monitor-details": Picture(monitor_details),
    "monitor-past": Picture(monitor_past),
    "monitor-setup": Picture(monitor_setup),
    "monitor-128-cores": Picture(monitor, cores=128, size=(160, 48)),
}


async def launch(app: ConclabApp, experiment: str = "threads-or-processes", *, traced: bool = False, **given: str) -> None:
    """Begin a run as the Run button would, under interpreters that need not exist."""
    from conclab.lab.catalogue import find
    from conclab.lab.planning import make_plan

    machine = app.session.feed.machine
    await app.open_with(make_plan(find(experiment), given, machine, INTERPRETERS[:1], rounds=5, traced=traced))


async def take(act: Act, size: tuple[int, int] = SIZE, cores: int = 2, theme: str = "conclab-dark") -> str:
    """One picture as SVG."""
    feed = ScriptedFeed(cores)
    app = ConclabApp(feed, PYTHONS, beat_s=None, findings=Shown(INTERPRETERS))
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await pilot.pause()
        await act(app, feed, pilot)
        return app.export_screenshot(title="conclab", simplify=False)


def to_png(svg: str) -> bytes:
    """An SVG of Textual's as PNG, in a font that has blocks and braille. Raises ImportError without the extra ``pictures``."""
    import resvg_py

    font = "DejaVu Sans Mono"
    return bytes(resvg_py.svg_to_bytes(svg_string=svg.replace("Fira Code", font), font_family=font, monospace_family=font, zoom=1))


def text_of(svg: str) -> str:
    """What stands on a picture, in the order of its lines."""
    return html.unescape("\n".join(re.findall(r"<text [^>]*>([^<]*)</text>", svg))).replace("\xa0", " ")


def _is_current(made: str, path: Path) -> bool:
    """By what can be read: colours and coordinates are Textual's, and another version of it may draw the same text otherwise."""
    try:
        return text_of(path.read_text()) == text_of(made)
    except OSError:
        return False


def _check(folder: Path) -> int:
    """Exit status 1 when a picture there does not show what conclab shows now."""
    stale = []
    for name, picture in PICTURES.items():
        path = folder / f"{name}.svg"
        if not _is_current(asyncio.run(take(picture.act, picture.size, picture.cores)), path):
            stale.append(path)
    for name in moving.MOVING:
        path = folder / f"{name}.gif"
        if not path.exists() or not moving.is_current(moving.play(name), path):
            stale.append(path)
    for path in stale:
        print(f"{path} is out of date; python -m conclab.demos.pictures makes it again", file=sys.stderr)
    return 1 if stale else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conclab.demos.pictures", description="Make the README's pictures.")
    parser.add_argument("folder", nargs="?", default="screenshots", type=Path)
    parser.add_argument("--check", action="store_true", help="make none, and tell which are out of date")
    parser.add_argument("--only", metavar="NAME", help="this one alone, of those that stand still and those that move")
    parser.add_argument("--png", action="store_true", help="also as PNG, to look at them")
    parser.add_argument("--size", help="columns and rows, like 80x24, instead of each picture's own")
    parser.add_argument("--cores", type=int, help="instead of each picture's own")
    parser.add_argument("--light", action="store_true", help="the light theme")
    return parser


def main(arguments: list[str] | None = None) -> int:
    asked = _options().parse_args(arguments)
    with _in_utc():
        return _check(asked.folder) if asked.check else _make(asked)


@contextmanager
def _in_utc() -> Iterator[None]:
    """Hours are to be the same everywhere, too."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def _make(asked: argparse.Namespace) -> int:
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        if asked.only not in (None, name):
            continue
        columns, rows = (int(part) for part in asked.size.split("x")) if asked.size else picture.size
        theme = "conclab-light" if asked.light else "conclab-dark"
        svg = asyncio.run(take(picture.act, (columns, rows), asked.cores or picture.cores, theme))
        path = asked.folder / f"{name}.svg"
        path.write_text(svg)
        if asked.png:
            path.with_suffix(".png").write_bytes(to_png(svg))
        print(path)
    for name in moving.MOVING:
        if asked.only in (None, name):
            path = asked.folder / f"{name}.gif"
            moving.write(moving.play(name), path)
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
