"""Nice, I/O priority and policy: what is chosen first, how it is moved, and what is said of it."""

from __future__ import annotations

import pytest

from conclab.model.actions import (
    BATCH,
    FIFO,
    IDLE,
    IO_BEST_EFFORT,
    IO_IDLE,
    IO_LEVELS,
    IO_NONE,
    IO_REAL_TIME,
    OTHER,
    RR,
    RT_PRIORITIES,
    IoPriority,
    Nice,
    Now,
    Policy,
)
from conclab.tui.screens.actions.schedule import IoPriorityDialog, NiceDialog, PolicyDialog, track
from tests.tui.screens.actions.dialogs import ONE, SEVERAL, answer, opened

NOW = Now(nice=5, io_class=IO_BEST_EFFORT, io_level=4, policy=OTHER, rt_priority=0)


def nice() -> NiceDialog:
    return NiceDialog(ONE, NOW)


def io() -> IoPriorityDialog:
    return IoPriorityDialog(ONE, NOW)


def policy() -> PolicyDialog:
    return PolicyDialog(ONE, NOW)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), Nice(5)),
        (("right", "enter"), Nice(6)),
        (("left", "left", "enter"), Nice(3)),
        (("plus", "minus", "minus", "enter"), Nice(4)),
        (("pagedown", "enter"), Nice(10)),
        (("home", "enter"), Nice(-20)),
        (("end", "right", "enter"), Nice(19)),
        (("1", "2", "enter"), Nice(12)),
        (("1", "9", "3", "enter"), Nice(3)),
        (("escape",), None),
    ],
)
async def test_nice_by_keys(keys: tuple[str, ...], chosen: Nice | None) -> None:
    assert await answer(nice, *keys) == [chosen]


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), IoPriority(IO_BEST_EFFORT, 4)),
        (("7", "enter"), IoPriority(IO_BEST_EFFORT, 7)),
        (("down", "enter"), IoPriority(IO_IDLE, 0)),
        (("up", "home", "enter"), IoPriority(IO_REAL_TIME, 0)),
        (("down", "down", "enter"), IoPriority(IO_NONE, 0)),
        (("escape",), None),
    ],
)
async def test_io_priority_by_keys(keys: tuple[str, ...], chosen: IoPriority | None) -> None:
    assert await answer(io, *keys) == [chosen]


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), Policy(OTHER)),
        (("down", "enter"), Policy(BATCH)),
        (("down", "down", "5", "right", "enter"), Policy(IDLE)),
        (("up", "enter"), Policy(RR, 1)),
        (("up", "up", "4", "2", "enter"), Policy(FIFO, 42)),
        (("up", "end", "enter"), Policy(RR, 99)),
        (("escape",), None),
    ],
)
async def test_policy_by_keys(keys: tuple[str, ...], chosen: Policy | None) -> None:
    assert await answer(policy, *keys) == [chosen]


async def test_it_begins_where_the_task_is() -> None:
    async with opened(lambda: PolicyDialog(ONE, Now(policy=FIFO, rt_priority=33))) as dialog:
        assert dialog.button() == "Set FIFO 33"
        assert "Now FIFO 33." in dialog.text()
        assert "priority 33" in dialog.text()


async def test_what_is_not_known_is_not_shown_as_a_figure() -> None:
    for make in (NiceDialog, IoPriorityDialog, PolicyDialog):
        async with opened(lambda make=make: make(SEVERAL, Now())) as dialog:  # type: ignore[misc]
            assert "cannot be read, or differs among them" in dialog.text()
            assert "○" not in "".join(line for line in dialog.lines() if "──" in line and "●" in line)


async def test_the_scale_says_what_its_ends_mean_and_where_it_is_now() -> None:
    async with opened(nice) as dialog:
        await dialog.press("left", "left", "left", "left", "left")
        (scale,) = [line for line in dialog.lines() if "-20" in line]
        assert scale.index("●") + 5 == scale.index("○")
        assert "gets more of a core" in dialog.text()
        assert "about 50 %" in dialog.text()  # nice 0 against nice 0


async def test_lowering_nice_says_what_it_needs_and_raising_does_not() -> None:
    async with opened(nice) as dialog:
        assert "RLIMIT_NICE" not in dialog.text()
        await dialog.press("left")
        assert "! Lowering nice needs root" in dialog.text()


async def test_real_time_is_warned_of() -> None:
    async with opened(policy) as dialog:
        assert "freeze" not in dialog.text()
        await dialog.press("up")
        assert "! A real-time task that never waits can freeze the machine" in dialog.text()
    async with opened(io) as dialog:
        assert "keep everybody else" not in dialog.text()
        await dialog.press("up")
        assert "keep everybody else from the disk" in dialog.text()


async def test_by_mouse() -> None:
    async with opened(policy) as dialog:
        await dialog.click_on("FIFO", "screen.choose(3)")
        (line,) = [line for line in dialog.lines() if "▸" in line]
        assert "● FIFO" in line
        await dialog.click_on("─", "screen.set_level(99)")
        assert dialog.button() == "Set FIFO 99"
        await dialog.click("#go")
        assert dialog.answers == [Policy(FIFO, 99)]


async def test_cancel_by_mouse() -> None:
    async with opened(nice) as dialog:
        await dialog.click("#cancel")
        assert dialog.answers == [None]


@pytest.mark.parametrize("make", [nice, io, policy])
@pytest.mark.parametrize("size", [(48, 24), (80, 24), (200, 60)])
async def test_the_buttons_and_the_scale_fit(make: type, size: tuple[int, int]) -> None:
    async with opened(make, size) as dialog:
        await dialog.press("up")
        text = dialog.text()
        assert dialog.button() in text
        assert "Cancel" in text
        last = {"NiceDialog": " 19", "IoPriorityDialog": " 7", "PolicyDialog": " 99"}[type(dialog.app.screen).__name__]
        assert any("──" in line and f"─{last}" in line for line in dialog.lines())


@pytest.mark.parametrize("levels", [IO_LEVELS, RT_PRIORITIES, range(-20, 20)])
@pytest.mark.parametrize("most", [1, 2, 7, 40])
def test_a_scale_reaches_both_ends_and_marks_every_level(levels: range, most: int) -> None:
    for level in levels:
        cells = track(levels, level, levels[0], most)
        assert len(cells) <= max(2, most)
        assert (cells[0][1], cells[-1][1]) == (levels[0], levels[-1])
        assert [glyph for glyph, _stop in cells].count("●") == 1
        assert cells[0][0] in "●○"
