"""What the tests of the monitor share: a small machine whose tasks are known, and reading its table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from conclab.model.table import RowId, TaskRow
from conclab.tui.app import ConclabApp
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.widgets.task_browser import TaskBrowser
from conclab.tui.widgets.task_table import TaskTable
from tests.tui.helpers import HandFeed, fed_by_hand, machine_sample, process, settle, table, texts, thread

MEGABYTE = 1024**2
INIT = process(1, 0.0, "init", user="root", parent=0, resident_bytes=3 * MEGABYTE, cpu_time_s=5.0)
KERNEL = process(2, 0.0, "[kthreadd]", user="root", parent=0, kernel=True)
WEB = process(10, 0.5, "/usr/sbin/web --serve", name="web", user="www", threads=2, resident_bytes=MEGABYTE, cpu_time_s=2.0)
WEB_MAIN = thread(10, 10, "web", 0.1, user="www")
WEB_W1 = thread(10, 11, "w1", 0.4, user="www")
CALC = process(20, 0.9, "calc primes", name="calc", resident_bytes=2 * MEGABYTE, cpu_time_s=1.0)
KID = process(21, 0.1, "kid of calc", name="kid", parent=20, resident_bytes=9 * MEGABYTE, cpu_time_s=9.0)
ALL = (INIT, KERNEL, WEB, WEB_MAIN, WEB_W1, CALC, KID)


@dataclass
class Monitor:
    """The monitor on the screen."""

    app: ConclabApp
    feed: HandFeed
    pilot: Pilot[None]

    @property
    def screen(self) -> MonitorScreen:
        (found,) = (screen for screen in self.app.screen_stack if isinstance(screen, MonitorScreen))
        return found

    @property
    def table(self) -> TaskTable:
        return self.screen.query_one(TaskTable)

    @property
    def browser(self) -> TaskBrowser:
        return self.screen.browser

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settle(self.pilot)

    async def acted(self) -> None:
        """Wait for what is done beside the screens."""
        await self.app.workers.wait_for_complete()
        await settle(self.pilot)

    async def give(self, *rows: TaskRow, born: tuple[RowId, ...] = (), ended: tuple[TaskRow, ...] = ()) -> None:
        self.feed.give(table(*rows, born=born, ended=ended))
        self.app.beat()
        await settle(self.pilot)

    def lines(self) -> list[str]:
        """The rows in view."""
        return [line for line in self.table.text()[1:] if line.strip()]

    def pids(self) -> list[int]:
        return [int(line[2:].split()[0]) for line in self.lines()]

    def line(self, pid: int) -> str:
        (found,) = (line for line in self.lines() if line[2:].split()[0] == str(pid))
        return found

    @property
    def header(self) -> str:
        return self.table.text()[0]

    @property
    def selected(self) -> int | None:
        row = self.table.row
        return None if row is None else row.pid

    @property
    def subtitle(self) -> str:
        return str(self.table.border_subtitle)

    @property
    def title(self) -> str:
        return str(self.table.border_title)

    def notes(self) -> list[str]:
        """What the notifications say."""
        return [note.message for note in self.app._notifications]

    async def click_on(self, text: str, times: int = 1) -> None:
        """Click where a text stands on the screen."""
        for y, line in enumerate(texts(self.app.screen._compositor.render_strips())):
            if text in line:
                assert await self.pilot.click(None, offset=(line.index(text) + 1, y), times=times)
                await settle(self.pilot)
                return
        raise AssertionError(f"{text!r} is not on the screen")


@asynccontextmanager
async def monitor(*rows: TaskRow, size: tuple[int, int] = (140, 46), cores: int = 4) -> AsyncIterator[Monitor]:
    """The monitor with these rows, or with ``ALL``."""
    async with fed_by_hand(size, place="monitor", cores=cores) as (app, feed, pilot):
        feed.give(machine_sample(cores))
        found = Monitor(app, feed, pilot)
        await found.give(*(rows or ALL))
        yield found
