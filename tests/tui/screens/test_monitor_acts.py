"""What the monitor does to tasks: to exactly those that are meant, asked about where it harms, refusals told kindly."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from conclab.model.actions import Action, NiceBy, Outcome, Signal
from conclab.model.table import RowId
from conclab.tui.screens.actions.affinity import AffinityDialog
from conclab.tui.screens.actions.confirm import ConfirmDialog
from conclab.tui.screens.actions.signals import SignalDialog
from tests.tui.helpers import HOSTILE, eventually, process, screen_text
from tests.tui.screens.monitoring import ALL, CALC, INIT, KERNEL, KID, WEB, WEB_MAIN, WEB_W1, Monitor, monitor

TERM, KILL = Signal(15), Signal(9)


def refuse(monkeypatch: pytest.MonkeyPatch, one: Monitor, reason: str = "it belongs to root") -> list[Action]:
    """Let the feed refuse everything; what it was asked for."""
    asked: list[Action] = []

    def act(action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
        asked.append(action)
        return tuple(Outcome(target, False, action, str(target.pid), reason) for target in targets)

    monkeypatch.setattr(one.feed, "act", act)
    return asked


async def test_a_signal_reaches_exactly_the_tagged_rows_and_takes_their_tags() -> None:
    async with monitor() as one:
        await one.press("down", "space", "space", "k")
        assert "2 processes" in screen_text(one.app)
        await one.press("enter")
        assert isinstance(one.app.screen, ConfirmDialog), "several at once are asked about"
        await one.press("y")
        await one.acted()
        assert one.feed.acted == [(TERM, (WEB.id, KID.id))]
        assert one.notes() == ["SIGTERM sent to 2 processes."]
        assert one.browser.tags == set()
        assert "tagged" not in one.subtitle
        assert "●" not in "".join(one.lines())


async def test_a_signal_reaches_threads_where_those_are_tagged() -> None:
    async with monitor() as one:
        await one.press("H", "home", "down", "down", "space", "k", "enter")
        await one.acted()
        assert one.feed.acted == [(TERM, (WEB_W1.id,))]


async def test_the_signal_that_is_chosen_is_sent_and_sigkill_is_asked_about_first() -> None:
    async with monitor() as one:
        await one.press("k", "9", "enter")
        assert isinstance(one.app.screen, ConfirmDialog)
        await one.press("enter")
        await one.acted()
        assert one.feed.acted == [], "Enter is the safe answer"
        await one.press("k", "9", "enter", "y")
        await one.acted()
        await one.press("k", "s", "t", "o", "p", "enter")
        await one.acted()
        assert one.feed.acted == [(KILL, (CALC.id,)), (Signal(19), (CALC.id,))]


async def test_nothing_is_asked_where_the_settings_say_so() -> None:
    async with monitor() as one:
        one.app.change_settings(replace(one.app.settings, confirm=False))
        await one.press("k", "9", "enter")
        await one.acted()
        assert one.feed.acted == [(KILL, (CALC.id,))]


async def test_a_tree_is_killed_whole_also_what_is_folded_or_filtered_away() -> None:
    async with monitor() as one:
        await one.press("backslash", *"calc", "enter")
        assert one.pids() == [20, 21], "kid of calc has it in its command"
        await one.press("backslash", *["backspace"] * 4, *"name=calc", "enter", "ctrl+k", "enter")
        await one.press("y")
        await one.acted()
        assert one.feed.acted == [(TERM, (CALC.id, KID.id))]


async def test_what_has_ended_is_not_acted_on_and_that_is_told() -> None:
    async with monitor() as one:
        await one.press("down")
        rest = tuple(row for row in ALL if row not in (WEB, WEB_MAIN, WEB_W1))
        await one.give(*rest, ended=(WEB,))
        assert one.selected == 10
        for key in ("k", "ctrl+k", "f7", "n", "y", "i", "a"):
            await one.press(key)
            await one.acted()
        assert one.feed.acted == []
        assert set(one.notes()) == {"There is nothing to act on: the task has ended."}


async def test_of_a_tree_those_that_have_ended_are_left_out() -> None:
    async with monitor() as one:
        await one.give(*(row for row in ALL if row is not KID), ended=(KID,))
        await one.press("ctrl+k", "enter")
        await one.acted()
        assert one.feed.acted == [(TERM, (CALC.id,))]


async def test_one_that_ends_while_the_menu_is_open_is_still_named_by_who_it_was() -> None:
    """Its pid may have been handed out again: the start time in its id is what the feed compares."""
    async with monitor() as one:
        await one.press("k")
        await one.give(*(row for row in ALL if row is not CALC), CALC._replace(id=RowId(20, 0, 99_999)), ended=(CALC,))
        await one.press("enter")
        await one.acted()
        assert one.feed.acted == [(TERM, (CALC.id,))]


async def test_refusals_are_told_in_one_line_and_the_tags_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    async with monitor() as one:
        refuse(monkeypatch, one)
        await one.press("space", "space", "f8")
        await one.acted()
        assert one.notes() == ["Nice not changed for 20 and 1 more: it belongs to root."]
        assert len(one.browser.tags) == 2
        await one.press("U", "home", "k", "enter")
        await one.acted()
        assert one.notes()[1:] == ["SIGTERM not sent to 20: it belongs to root."]


@pytest.mark.parametrize("name", [HOSTILE[3], HOSTILE[8], "x" * 4_000_000, "[/]"])
async def test_a_hostile_name_in_a_refusal_or_a_dialog_is_shown_as_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = process(5, 0.5, name, name=name[:60], user=name[:60])
    async with monitor(row, size=(100, 30)) as one:
        refuse(monkeypatch, one, f"it belongs to {name[:60]}")
        await one.press("f8")
        await one.acted()
        await one.press("k")
        assert isinstance(one.app.screen, SignalDialog)
        screen_text(one.app)
        await one.press("escape", "u", "escape", "w", "escape")
        assert one.app.is_running


async def test_steps_of_nice_are_all_taken_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that read the same value at the same time would become one."""
    async with monitor() as one:
        busy, taken = threading.Lock(), []

        def act(action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
            alone = busy.acquire(blocking=False)
            taken.append(action if alone else None)
            threading.Event().wait(0.02)  # so long that others would come in between, if they could
            if alone:
                busy.release()
            return tuple(Outcome(target, True, action, "20") for target in targets)

        monkeypatch.setattr(one.feed, "act", act)
        await one.pilot.press("f8", "f8", "f8", "f7", "f8")
        await one.acted()
        assert taken == [NiceBy(1), NiceBy(1), NiceBy(1), NiceBy(-1), NiceBy(1)]
        assert len(one.notes()) == 5


async def test_the_cores_to_choose_from_are_those_of_the_machine() -> None:
    async with monitor(cores=16, size=(120, 40)) as one:
        await one.press("a")
        assert await eventually(one.pilot, lambda: isinstance(one.app.screen, AffinityDialog))
        assert "15" in screen_text(one.app)


async def test_the_kernel_and_init_can_be_chosen_and_init_is_asked_about() -> None:
    async with monitor() as one:
        await one.press("end", "k", "enter")
        assert isinstance(one.app.screen, ConfirmDialog)
        assert "Process 1 holds up all others" in screen_text(one.app)
        await one.press("escape", "K", "end", "f8")
        await one.acted()
        assert one.selected in (INIT.id.pid, KERNEL.id.pid)
        assert len(one.feed.acted) == 1
