"""The signal menu: SIGTERM first, found by what one types, sent by keys and by mouse."""

from __future__ import annotations

import signal

import pytest

from conclab.model.actions import Signal
from conclab.model.signals import SIGNALS
from conclab.tui.screens.actions.signals import SignalDialog
from tests.tui.screens.actions.dialogs import ONE, SEVERAL, answer, opened, row


def dialog() -> SignalDialog:
    return SignalDialog(ONE)


TERM, KILL = Signal(int(signal.SIGTERM)), Signal(int(signal.SIGKILL))


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        (("enter",), TERM),
        (("k", "i", "l", "l", "enter"), KILL),
        (("9", "enter"), KILL),
        (("1", "enter"), Signal(1)),
        (("down", "enter"), Signal(16)),
        (("up", "enter"), Signal(14)),
        (("9", "backspace", "enter"), KILL),
        (("escape",), None),
        (("k", "i", "l", "l", "escape"), None),
    ],
)
async def test_keys(keys: tuple[str, ...], sent: Signal | None) -> None:
    assert await answer(dialog, *keys) == [sent]


async def test_it_says_on_whom_and_what_the_button_does() -> None:
    async with opened(dialog) as menu:
        assert "870 nginx, of www, 9 threads" in menu.text()
        assert menu.button() == "Send SIGTERM"
        (line,) = [line for line in menu.lines() if "▸" in line]
        assert "15 SIGTERM" in line
        await menu.press("s", "t", "o", "p")
        assert menu.button() == "Send SIGSTOP"
        await menu.click("#go")
        assert menu.answers == [Signal(int(signal.SIGSTOP))]


async def test_several_are_counted_and_some_named() -> None:
    async with opened(lambda: SignalDialog(SEVERAL)) as menu:
        assert "9 processes: 870 worker-0, of www · 871 worker-1" in menu.text()
        assert "and 6 more" in menu.text()


async def test_a_click_chooses_and_the_button_sends() -> None:
    async with opened(dialog) as menu:
        place = next(number for number, info in enumerate(SIGNALS) if info.name == "SIGQUIT")
        await menu.click_on("SIGQUIT", f"screen.choose({place})")
        assert menu.button() == "Send SIGQUIT"
        assert menu.answers == []
        await menu.press("enter")
        assert menu.answers == [Signal(int(signal.SIGQUIT))]


async def test_nonsense_finds_nothing_and_cannot_be_sent() -> None:
    async with opened(dialog) as menu:
        await menu.press("x", "q", "z")
        assert "No signal has that number, name or meaning." in menu.text()
        assert not menu.ready()
        await menu.press("enter", "down", "up")
        assert menu.answers == []
        await menu.press("backspace", "backspace", "backspace")
        assert menu.ready()


async def test_the_chosen_one_is_always_in_view() -> None:
    async with opened(dialog) as menu:
        for key in ("pagedown", "pagedown", "pagedown", "pageup", "pageup", "pageup", "pageup", "pageup", "pageup"):
            await menu.press(key)
            (line,) = [line for line in menu.lines() if "▸" in line]
            assert menu.button().removeprefix("Send ") in line


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
async def test_everything_that_matters_is_in_view_at_any_size(size: tuple[int, int]) -> None:
    async with opened(dialog, size) as menu:
        text = menu.text()
        assert "Send SIGTERM" in text
        assert "Cancel" in text
        assert "▸" in text


async def test_a_hostile_name_is_shown_as_it_stands() -> None:
    async with opened(lambda: SignalDialog([row(1234, "[bold red]x[/]\x1b[31m\n")])) as menu:
        assert "1234 [bold red]x[/]␛[31m␊" in menu.text()
