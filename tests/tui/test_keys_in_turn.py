"""Keys that come all at once, as over a slow line: each goes where the one before has led."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.widgets import Input

from conclab.tui.screens.actions.signals import SignalDialog
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.widgets.prompt import Prompt
from tests.tui.helpers import eventually
from tests.tui.screens.monitoring import CALC, Monitor, monitor


def at_once(shown: Monitor, *keys: str) -> None:
    for key in keys:
        shown.app.post_message(Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize(("opens", "kind"), [("slash", "search"), ("backslash", "filter")])
async def test_what_is_typed_after_a_question_is_its_answer_and_no_command(opens: str, kind: str) -> None:
    async with monitor() as shown:
        prompt = shown.screen.query_one(Prompt)
        at_once(shown, opens, *"killZc")
        assert await eventually(shown.pilot, lambda: prompt.text == "killZc")
        assert isinstance(shown.app.screen, MonitorScreen)
        assert prompt.question is not None
        assert prompt.question.kind == kind


async def test_digits_are_one_number() -> None:
    async with monitor() as shown:
        at_once(shown, *str(CALC.pid))
        assert await eventually(shown.pilot, lambda: shown.screen.query_one(Prompt).text == str(CALC.pid))
        assert shown.selected == CALC.pid


async def test_what_is_typed_after_a_dialog_was_opened_goes_to_the_dialog() -> None:
    async with monitor() as shown:
        at_once(shown, "k", *"stop")
        assert await eventually(shown.pilot, lambda: isinstance(shown.app.screen, SignalDialog))
        dialog = shown.app.screen
        assert await eventually(shown.pilot, lambda: dialog.query_one(Input).value == "stop")
        assert shown.app.screen is dialog


async def test_a_key_of_which_the_way_is_lost_holds_the_others_up_only_for_a_moment() -> None:
    async with monitor() as shown:
        table = shown.table
        table.call_later = lambda *args, **kwargs: False  # type: ignore[method-assign]
        at_once(shown, "down", "down")
        assert await eventually(shown.pilot, lambda: shown.selected == shown.pids()[2])
