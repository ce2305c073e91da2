"""Being sure: what is asked, and that only a clear yes is a yes."""

from __future__ import annotations

import pytest

from conclab.model.actions import Signal
from conclab.tui.screens.actions.confirm import ConfirmDialog
from tests.tui.screens.actions.dialogs import ONE, SEVERAL, answer, opened, row


def dialog() -> ConfirmDialog:
    return ConfirmDialog(Signal(9), SEVERAL, ["What has not been saved is lost.", "conclab itself is among them."])


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("y",), True),
        (("left", "enter"), True),
        (("n",), None),
        (("escape",), None),
        (("enter",), None),
        (("left", "right", "enter"), None),
    ],
)
async def test_keys(keys: tuple[str, ...], said: bool | None) -> None:
    assert await answer(dialog, *keys) == [said]


async def test_enter_is_no_even_where_nothing_has_the_focus() -> None:
    async with opened(dialog) as question:
        question.app.screen.set_focus(None)
        await question.press("enter")
        assert question.answers == [None]


@pytest.mark.parametrize(("button", "said"), [("#go", True), ("#cancel", None)])
async def test_by_mouse(button: str, said: bool | None) -> None:
    async with opened(dialog) as question:
        await question.click(button)
        assert question.answers == [said]


async def test_it_asks_in_a_sentence_lists_them_and_says_why_it_asks() -> None:
    async with opened(dialog) as question:
        text = question.text()
        assert "Send SIGKILL to 9 processes?" in text
        assert "875 worker-5, of www" in text
        assert "876" not in text
        assert "and 3 more" in text
        assert "! What has not been saved is lost." in text
        assert "! conclab itself is among them." in text


async def test_one_is_named_in_the_question() -> None:
    async with opened(lambda: ConfirmDialog(Signal(9), ONE, ["Why."])) as question:
        assert question.text().count("870 nginx, of www, 9 threads") == 1
        assert "Send SIGKILL to 870 nginx, of www, 9 threads?" in question.text()


async def test_a_hostile_name_is_shown_as_it_stands() -> None:
    async with opened(lambda: ConfirmDialog(Signal(9), [row(1, "[b]x[/]"), row(2, "漢字" * 60)], ["Why."])) as question:
        assert "1 [b]x[/], of www" in question.text()
        assert "Yes, do it" in question.text()
