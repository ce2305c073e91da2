"""What does recording the terminal cost? ``python tests/bench/cast.py [SECONDS]``

The lab and the monitor on the scripted source, 120x40, drawn four times a second: CPU time of a frame without a cast, and what the
tap takes of the same frames: the filter, the line of JSON and its writing. Only the ratios mean anything elsewhere.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from textual.pilot import Pilot

from conclab.demos.pictures import PYTHONS
from conclab.demos.stage import perform
from conclab.recording.cast import CastWriter
from conclab.recording.cast_filter import CastFilter
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.casting import Casting

SIZE = (120, 40)
PLACES = ("lab", "monitor")
BEATS_PER_S = 4
SLOTS = 5
"""Of the script's time in a beat."""


async def drawn(seconds: int) -> dict[str, list[str]]:
    """What goes to the terminal, frame by frame."""
    feed, frames, now = ScriptedFeed(2), {place: list[str]() for place in PLACES}, [""]
    app = ConclabApp(feed, PYTHONS, beat_s=None)

    async def act(pilot: Pilot[None]) -> None:
        for place in PLACES:
            app.action_go(place)
            await pilot.pause()
            for _ in range(seconds * BEATS_PER_S):
                feed.tick(SLOTS)
                now[0] = ""
                app.beat()
                await pilot.pause()
                frames[place].append(now[0])

    def take(data: str) -> None:
        now[0] += data

    await perform(app, SIZE, act, take)
    return frames


def main() -> int:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    began = time.process_time()
    frames = asyncio.run(drawn(seconds))
    each_ms = 1000 * (time.process_time() - began) / (len(PLACES) * seconds * BEATS_PER_S)
    print(f"a frame, drawn and folded: {each_ms:.2f} ms of CPU on average")
    with tempfile.TemporaryDirectory() as folder:
        for place in PLACES:
            filtering, taking = [], []
            casting, alone = Casting(CastWriter(Path(folder) / f"{place}.cast", *SIZE)), CastFilter()
            for frame in frames[place]:
                began = time.perf_counter()
                alone.feed(frame)
                filtering.append(time.perf_counter() - began)
                began = time.perf_counter()
                casting.take(frame)
                taking.append(time.perf_counter() - began)
            casting.close()
            size = casting.writer.bytes / len(frames[place])
            print(
                f"{place:<8} {size / 1024:5.1f} KiB a frame, {size * BEATS_PER_S * 60 / 2**20:4.1f} MiB a minute;"
                f" all of the tap {1000 * median(taking):.3f} ms a frame, the filter in it {1000 * median(filtering):.3f} ms;"
                f" {sum(taking) / seconds:.2%} of a core"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
