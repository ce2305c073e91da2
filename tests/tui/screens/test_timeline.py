"""The timeline screen on the scripted feed: keys, mouse, live, exact, resize."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.events import MouseScrollUp
from textual.pilot import Pilot

from conclab.lab.catalogue import find
from conclab.lab.planning import make_plan
from conclab.model.experiments import Interpreter
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.renderables.strip_view import FINEST_NS, View
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.timeline import TimelineScreen
from conclab.tui.widgets.strip import StripView
from tests.tui.helpers import PYTHONS, key_bar, opened, pass_time, press, resize, screen_lines, screen_text, settle

MS = 1_000_000
PYTHON = Interpreter(PYTHONS["this"], "cpython", "3.13.0", free_threaded=False)


@asynccontextmanager
async def timeline(
    traced: bool = False, rounds: int = 1, slots: int = 60, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[ConclabApp, ScriptedFeed, Pilot[None]]]:
    """A run that has been on for so many slots of 50 ms, and t pressed."""
    async with opened(size) as (app, feed, pilot):
        plan = make_plan(find("threads-or-processes"), {}, feed.machine, [PYTHON], rounds=rounds, traced=traced)
        await app.open_with(plan)
        feed.tick(slots)
        app.beat()
        await press(pilot, "t")
        assert isinstance(app.screen, TimelineScreen)
        yield app, feed, pilot


def strip(app: ConclabApp) -> StripView:
    return app.screen.query_one(StripView)


def view(app: ConclabApp) -> View:
    found = strip(app).view
    assert found is not None
    return found


async def test_live_it_follows_now_and_stands_when_paused_while_the_run_goes_on() -> None:
    async with timeline(rounds=3) as (app, feed, pilot):
        assert "sampled 20/s" in screen_text(app)
        assert "follows now" in screen_text(app)
        before = view(app).start_ns
        await pass_time(app, feed, pilot, 60)
        assert view(app).start_ns > before or view(app).cursor_ns > before
        await press(pilot, "space")
        shown, run = screen_lines(app)[1:-2], app.session.timeline.now_ns
        await pass_time(app, feed, pilot, 40)
        assert app.session.timeline.now_ns > run
        assert screen_lines(app)[1:-2] == shown
        assert "Follow" in key_bar(app)
        await press(pilot, "space")
        assert "follows now" in screen_text(app)
        assert screen_lines(app)[1:-2] != shown
        await press(pilot, "escape")
        assert isinstance(app.screen, LabScreen)


async def test_sampled_it_zooms_no_closer_than_the_samples_and_keys_lead_through_repetitions_and_workers() -> None:
    async with timeline(slots=400) as (app, _feed, pilot):
        assert not app.session.timeline.live
        await press(pilot, *["plus"] * 4)
        assert view(app).cell_ns == 50 * MS
        assert "no finer" in screen_text(app)
        await press(pilot, *["minus"] * 8)
        assert view(app).whole
        steps = app.session.timeline.steps
        await press(pilot, "f", "home")
        assert view(app).cursor_ns == steps[0].start_ns
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert view(app).cursor_ns == steps[2].start_ns
        await press(pilot, "left_square_bracket")
        assert view(app).cursor_ns == steps[1].start_ns
        await press(pilot, "right")
        assert view(app).cursor_ns > steps[1].start_ns
        await press(pilot, "down", "down")
        assert strip(app).selected is not None
        assert strip(app).selected == app.session.timeline.rows["w3"]
        assert any("▸w3" in line for line in screen_lines(app))
        await press(pilot, "r")
        assert view(app).column(steps[1].end_ns or 0) < strip(app).cells


async def test_exact_it_goes_from_switch_to_switch_down_to_a_microsecond() -> None:
    async with timeline(traced=True, slots=400) as (app, _feed, pilot):
        assert "· exact" in screen_lines(app)[0]
        found = app.session.timeline
        threads = next(step for step in found.steps if step.arm == "threads")
        strip(app).go(lambda now, bounds: View(threads.start_ns, 50 * MS, threads.start_ns + 300 * MS))
        await press(pilot, *["plus"] * 20)
        assert view(app).cell_ns == FINEST_NS
        row = strip(app).selected
        assert row is not None
        slices = next(one for one in row.exact if one.repetition == threads.number).index.slices
        switches = {*slices.start_ns, *slices.end_ns}
        for key in ("n", "n", "n", "N"):
            at = view(app).cursor_ns
            await press(pilot, key)
            assert view(app).cursor_ns in switches
            assert (view(app).cursor_ns > at) == (key == "n")
        assert "exact: every switch is known" in screen_text(app)
        assert any(said in screen_text(app) for said in ("blocked", "wants a core", "on core"))


async def test_the_mouse_sets_the_cursor_chooses_the_worker_zooms_and_drags() -> None:
    async with timeline(traced=True, slots=400) as (app, _feed, pilot):
        await press(pilot, "f")
        lines = screen_lines(app)
        y = next(number for number, line in enumerate(lines) if " w2 " in line[:12])
        await pilot.click(StripView, offset=(30, y))
        await settle(pilot)
        assert strip(app).selected == app.session.timeline.rows["w2"]
        assert view(app).column(view(app).cursor_ns) == 30 - 10
        cell = view(app).cell_ns
        strip(app).post_message(MouseScrollUp(strip(app), 30, 8, 0, 0, 0, False, False, False))
        await settle(pilot)
        assert view(app).cell_ns < cell
        start = view(app).start_ns
        await pilot.mouse_down(StripView, offset=(60, y))
        await pilot.hover(StripView, offset=(50, y))
        await pilot.mouse_up(StripView, offset=(50, y))
        await settle(pilot)
        assert view(app).start_ns == start + 10 * view(app).cell_ns


async def test_it_fits_every_size_and_the_readout_keeps_its_place() -> None:
    async with timeline(slots=120) as (app, feed, pilot):
        for size in ((80, 24), (200, 60), (120, 40)):
            await resize(pilot, *size)
            await pass_time(app, feed, pilot, 5)
            lines = screen_lines(app)
            assert lines[-6 - (size[1] >= 37)].startswith("│ ▼ ")
            assert all(len(line) == size[0] for line in lines)
            assert "▼" in lines[2]


async def test_before_any_run_it_says_what_to_do_and_when_one_begins_shows_it() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "t")
        assert "F5 in the Lab begins a run" in screen_text(app)
        await press(pilot, "n", "plus", "f", "right", "space", "end", "pagedown")
        assert isinstance(app.screen, TimelineScreen)
        app.session.launch(make_plan(find("threads-or-processes"), {}, feed.machine, [PYTHON], rounds=1))
        await pass_time(app, feed, pilot, 60)
        assert "w1" in screen_text(app)
