"""What the tests of the screens share: a feed that is fed by hand, states made by hand, and reading what the screen says."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from conclab.lab.catalogue import find
from conclab.lab.interpreters import ask
from conclab.lab.planning import make_plan
from conclab.model.actions import Action, Now, Outcome
from conclab.model.details import Page
from conclab.model.events import RunFinished, RunStarted, StepStarted
from conclab.model.lanes import CELL_NS, CoreHistory, Lane, LaneCell
from conclab.model.machine import CoreLoad, Machine, MachineSample
from conclab.model.machine_state import MachineState
from conclab.model.run_state import RunState
from conclab.model.runs import Plan, Run
from conclab.model.table import RowId, TaskRow, TaskTable, Wanted
from conclab.model.tasks import Split, TaskId
from conclab.model.verdicts import Verdict
from conclab.model.worker_view import WorkerView
from conclab.recording.feed import Item
from conclab.recording.scripted import ScriptedFeed
from conclab.sampling.scripted import ScriptedSource, scripted_machine
from conclab.tui.app import ConclabApp
from conclab.tui.screens.lab import LabScreen
from conclab.tui.theme import THEMES
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.topbar import TopBar
from tests.hurry import rest

WIDTHS = range(20, 201)
SOME_WIDTHS = (20, 21, 27, 33, 40, 56, 60, 76, 79, 80, 81, 100, 117, 120, 160, 199, 200)
PYTHONS = {"this": sys.executable}

HOSTILE = (
    "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
    "e\u0301a\u0308" * 60,
    "\u0301\u0301starts with combining ones",
    "👨\u200d👩\u200d👧\u200d👦" * 30,
    "🇩🇪🇫🇷" * 30,
    "☺\ufe0f1\ufe0f\u20e3" * 30,
    "한글" * 60,
    "क्षि" * 60,
    "[bold red]not markup[/] [/nothing] [@click=app.quit]x[/]",
    "",
    " ",
    "x" * 500,
)
"""Texts as they come after ``harmless``: visible characters, however wide."""


# Reading


def width_of(strip: Strip) -> int:
    """Cells that a strip really takes."""
    return sum(cell_len(segment.text) for segment in strip)


def is_exactly(strip: Strip, width: int) -> bool:
    return strip.cell_length == width == width_of(strip)


def texts(strips: Iterable[Strip]) -> list[str]:
    return [strip.text for strip in strips]


def colours(strip: Strip) -> list[str | None]:
    """The foreground of each cell, as #rrggbb."""
    found: list[str | None] = []
    for text, look, _control in strip:
        colour = look.color.name if look is not None and look.color is not None else None
        found += [colour] * cell_len(text)
    return found


def backgrounds(strip: Strip) -> list[str | None]:
    """The background of each cell, as #rrggbb."""
    found: list[str | None] = []
    for text, look, _control in strip:
        colour = look.bgcolor.name if look is not None and look.bgcolor is not None else None
        found += [colour] * cell_len(text)
    return found


def screen_lines(app: ConclabApp) -> list[str]:
    """What the screen on top shows, line by line."""
    return texts(app.screen._compositor.render_strips())


def screen_text(app: ConclabApp) -> str:
    return "\n".join(screen_lines(app))


def pane_lines(app: ConclabApp, selector: str) -> list[str]:
    """What stands on the screen where a widget is, its border included."""
    region = app.screen.query_one(selector).region
    strips = app.screen._compositor.render_strips()[region.y : region.bottom]
    return [strip.crop(region.x, region.right).text for strip in strips]


def pane_text(app: ConclabApp, selector: str) -> str:
    return "\n".join(pane_lines(app, selector))


def inside(app: ConclabApp, selector: str) -> list[str]:
    """The lines within a pane's border, without the blank ends."""
    return [line[1:-1].strip() for line in pane_lines(app, selector)[1:-1]]


def key_bar(app: ConclabApp) -> str:
    """The footer's text."""
    return app.screen.query_one(KeyBar).render_line(0).text


def top_bar(app: ConclabApp) -> str:
    return app.screen.query_one(TopBar).render_line(0).text


# Driving


async def settle(pilot: Pilot[None]) -> None:
    """Wait until what was ordered has been done and drawn: a turn of the page orders one more drawing."""
    await rest(pilot)
    await pilot.pause()


async def eventually(pilot: Pilot[None], condition: Callable[[], bool]) -> bool:
    """Wait for what takes more than one turn of the screen (scrolling to an end does); whether it came."""
    for _ in range(100):
        if condition():
            return True
        await pilot.pause()
    return condition()


async def pass_time(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None], slots: int) -> None:
    """Let the script's time pass, drawing as often as the live app does."""
    for start in range(0, slots, 5):
        feed.tick(min(5, slots - start))
        app.beat()
    await settle(pilot)


async def until_phase(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None], phase: str) -> None:
    """Let time pass until the run has come to a phase; first what the app does beside (asking a Python) gets its time."""
    await app.workers.wait_for_complete()
    for _ in range(4_000):
        if app.session.run_state.phase == phase:
            break
        feed.tick(5)
        app.beat()
    else:
        raise AssertionError(f"the run never came to {phase!r}; it is {app.session.run_state.phase!r}")
    await settle(pilot)


async def resize(pilot: Pilot[None], width: int, height: int) -> None:
    """Make the terminal another size."""
    await pilot.resize_terminal(width, height)
    await settle(pilot)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


def field(app: ConclabApp, name: str) -> Input:
    return app.screen.query_one(f"#field-{name}", Input)


async def fill(app: ConclabApp, pilot: Pilot[None], name: str, text: str) -> None:
    """Put a value into a field of the form, as typing would."""
    field(app, name).value = text
    await settle(pilot)


def lab(app: ConclabApp) -> LabScreen:
    screen = app.screen
    assert isinstance(screen, LabScreen)
    return screen


def focused(app: ConclabApp) -> str:
    """The id of what has the focus, or of the pane it is in."""
    node: Widget | None = app.screen.focused
    while node is not None:
        if node.id:
            return node.id
        node = node.parent if isinstance(node.parent, Widget) else None
    return ""


def plan(experiment: str = "threads-or-processes", rounds: int = 1, cores: int = 2, **given: str) -> Plan:
    """A plan that can begin, under this very Python."""
    return make_plan(find(experiment), given, scripted_machine(cores), [ask(sys.executable)], rounds=rounds)


class Themed(App[None]):
    """An app in conclab's colours, to be filled with a single widget."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.animation_level = "none"


@asynccontextmanager
async def opened(
    size: tuple[int, int] = (120, 40),
    cores: int = 2,
    pythons: Mapping[str, str] | None = None,
    place: str = "lab",
) -> AsyncIterator[tuple[ConclabApp, ScriptedFeed, Pilot[None]]]:
    """The app on the scripted feed, with a little of the machine's past."""
    feed = ScriptedFeed(cores)
    app = ConclabApp(feed, pythons or PYTHONS, place=place, beat_s=None)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        feed.tick(30)
        app.beat()
        await settle(pilot)
        yield app, feed, pilot


@asynccontextmanager
async def fed_by_hand(
    size: tuple[int, int] = (120, 40), place: str = "lab", cores: int = 2, newcomer: bool = False
) -> AsyncIterator[tuple[ConclabApp, HandFeed, Pilot[None]]]:
    """The app on a feed that delivers what the test gives it."""
    feed = HandFeed(cores)
    app = ConclabApp(feed, PYTHONS, place=place, beat_s=None, newcomer=newcomer)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield app, feed, pilot


class HandFeed:
    """Delivers what it was given, and remembers what was ordered."""

    def __init__(self, cores: int = 2) -> None:
        self.machine: Machine = scripted_machine(cores)
        self.items: list[Item] = []
        self.launched: list[Plan] = []
        self.stops = 0
        self.result: tuple[Run, str] | None = None
        self.listing: list[Wanted | None] = []
        self.acted: list[tuple[Action, tuple[RowId, ...]]] = []
        self.inspected: list[RowId | None] = []
        self.traced: list[RowId | None] = []
        self.pages: dict[str, Page] = {}
        """What there is to read of any process; an empty page of what is not here."""
        self.tasks_per_s = 0.0

    def give(self, *items: Item) -> None:
        self.items += items

    def take(self) -> list[Item]:
        items, self.items = self.items, []
        return items

    def launch(self, plan: Plan) -> None:
        self.launched.append(plan)

    def stop(self) -> None:
        self.stops += 1

    def finished(self) -> tuple[Run, str] | None:
        return self.result

    def list_tasks(self, wanted: Wanted | None) -> None:
        self.listing.append(wanted)

    def act(self, action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
        self.acted.append((action, tuple(targets)))
        return tuple(Outcome(target, True, action, str(target.pid)) for target in targets)

    def standing(self, target: RowId) -> Now:
        return Now(nice=0, policy=0, affinity=frozenset(range(self.machine.cores)), allowed=frozenset(range(self.machine.cores)))

    def time_of_day(self, at_ns: int | None = None) -> float:
        return (at_ns or SECOND) / 1e9

    def details(self, id: RowId, page: str) -> Page:
        return self.pages.get(page, Page(page, SECOND))

    def inspect(self, id: RowId | None) -> None:
        self.inspected.append(id)

    def trace(self, id: RowId | None) -> None:
        self.traced.append(id)

    def exact_lack(self) -> str:
        return ""

    def memory_available(self) -> int:
        return 11 * 1024**3

    def close(self) -> None:
        pass


SECOND = 1_000_000_000


def run_started(plan: Plan, at_ns: int = SECOND) -> RunStarted:
    experiment = plan.experiment
    return RunStarted(at_ns, experiment.name, experiment.title, plan.values, plan.arms, plan.rounds, len(plan.arms), True)


def step_started(plan: Plan, at_ns: int = SECOND) -> StepStarted:
    return StepStarted(at_ns, plan.arms[0], 0, False)


def run_finished(outcome: str = "ok", verdict: Verdict | None = None, at_ns: int = 9 * SECOND) -> RunFinished:
    return RunFinished(at_ns, outcome, verdict)


# States by hand


def machine_sample(cores: int = 2, slots: int = 5) -> MachineSample:
    """A sample of the scripted machine."""
    source = ScriptedSource(cores)
    found = [item for _ in range(slots) for item in source.advance() if isinstance(item, MachineSample)]
    return found[-1]


def load(busy: float | None) -> CoreLoad | None:
    return None if busy is None else CoreLoad(busy, 0.0, 0.0, 0.0, 0.0, 0.0)


NOW = 1_000
"""The cell that is being filled in states made by hand; the newest whole one is one before it."""


def machine_state(*busy: float | None, history: tuple[float, ...] = ()) -> MachineState:
    """A machine with a core for each load, None for one of which nothing is known; all with one history up to now."""
    sample = replace(machine_sample(max(1, len(busy))), at_ns=NOW * CELL_NS + 1)
    cores = tuple(CoreHistory(NOW - len(history), history, load(one)) for one in busy)
    return MachineState(sample=sample, rates_from=sample, cores=cores)


def cell(number: int, on: float = 0.0, wants: float = 0.0, core: int | None = None) -> LaneCell:
    return LaneCell(number, Split(CELL_NS, int(on * CELL_NS), int(wants * CELL_NS)), core)


def lane(first: int, *cells: tuple[float, float] | None, blocked_on: str = "") -> Lane:
    """Cells from ``first`` on as (on a core, wanting one); None where the worker did not live."""
    there = (cell(first + number, *one) for number, one in enumerate(cells) if one is not None)
    return Lane.of([replace(one, blocked_on=blocked_on) for one in there])


def worker(name: str, slot: int = 0, lane: Lane | None = None, **more: float | int | str | None) -> WorkerView:
    view = WorkerView(name, slot, TaskId(1, 1 + slot, 1), lane=lane or Lane())
    return replace(view, **more)  # type: ignore[arg-type]


def run_state(*views: WorkerView, phase: str = "running", **more: object) -> RunState:
    state = RunState(
        phase=phase,
        workers={view.name: view for view in views},
        started_ns=SECOND,
        now_ns=NOW * CELL_NS + 1,
        title="threads or processes?",
    )
    return replace(state, **more)  # type: ignore[arg-type]


def process(pid: int, share: float | None = 0.0, command: str = "", **more: object) -> TaskRow:
    row = TaskRow(
        RowId(pid, 0, 100 + pid),
        1,
        False,
        uid=1000,
        user="ada",
        name="x",
        command=command or f"command-{pid}",
        state="S",
        priority=20,
        nice=0,
        policy=0,
        threads=1,
        resident_bytes=1024 * 1024,
        cpu_share=share,
        delay_share=0.0,
        cpu_time_s=1.0,
        start_s=100.0 + pid,
        voluntary_per_s=1.0,
        involuntary_per_s=2.0,
    )
    return row._replace(**more)  # type: ignore[arg-type]


def thread(pid: int, tid: int, name: str = "w1", share: float | None = 0.0, **more: object) -> TaskRow:
    row = process(pid, share, name)._replace(
        id=RowId(pid, tid, 100 + tid), parent=pid, name=name, threads=None, resident_bytes=None
    )
    return row._replace(**more)  # type: ignore[arg-type]


def table(*rows: TaskRow, at_ns: int = SECOND, born: Iterable[RowId] = (), ended: Iterable[TaskRow] = ()) -> TaskTable:
    return TaskTable(at_ns, rows, frozenset(born), tuple(ended))
