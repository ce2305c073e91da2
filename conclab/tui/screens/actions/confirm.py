"""Is it really meant? Asked before what harms; the safe answer is the one that Enter gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widgets import Button

from conclab.model.actions import Action, asked, describe
from conclab.model.table import TaskRow
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.screens.actions.dialog import TaskDialog

_LISTED = 6


class ConfirmDialog(TaskDialog[bool]):
    """Returns True when it shall be done, None when not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", tooltip="Do it", id="confirm.yes"),
        Binding("n", "cancel", "No", tooltip="Do not do it", id="confirm.no"),
        Binding("left", "app.focus_previous", "Left", show=False, tooltip="To the other answer", id="confirm.left"),
        Binding("right", "app.focus_next", "Right", show=False, tooltip="To the other answer", id="confirm.right"),
    ]
    TITLE_TEXT = "Are you sure?"
    HINT = "y does it · n, Esc or Enter leaves it"

    def __init__(self, action: Action, rows: Sequence[TaskRow], reasons: Sequence[str]) -> None:
        """``reasons``: what ``model.actions.warnings`` says."""
        super().__init__(rows)
        self._action = action
        self._reasons = tuple(reasons)

    def begin(self) -> None:
        self.body.can_focus = False
        self.query_one("#whom").display = False
        self.query_one("#go").add_class("-harm")
        self.query_one("#cancel", Button).focus()

    def says(self) -> str:
        return "Yes, do it (y)"

    def answer(self) -> bool | None:
        return True

    def action_yes(self) -> None:
        self.done()

    def action_go(self) -> None:
        """Enter is the safe answer, wherever the focus is."""
        self.action_cancel()

    def lines(self, width: int) -> list[Strip]:
        palette = self.body.palette
        lines = [plain(part, width, style(palette.title, bold=True)) for part in wrapped(asked(self._action, self._rows), width)]
        if len(self._rows) > 1:
            lines += [plain(f"  {describe(row)}", width, style(palette.text)) for row in self._rows[:_LISTED]]
            if len(self._rows) > _LISTED:
                lines.append(plain(f"  and {len(self._rows) - _LISTED} more", width, style(palette.dim)))
        for reason in self._reasons:
            lines.append(plain("", width))
            lines += [
                plain(("! " if not number else "  ") + part, width, style(palette.unsure))
                for number, part in enumerate(wrapped(reason, width - 2))
            ]
        return lines
