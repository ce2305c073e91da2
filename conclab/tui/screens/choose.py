"""A list to choose one from: a column, a user. Typing narrows it down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from conclab.tui.renderables.blocks import fit


def _place(choice: tuple[str, str, str], text: str) -> int | None:
    """How well a choice fits what is typed: 0, its name begins so; 1, it is in the name; 2, in the meaning; None: not at all."""
    _key, name, meaning = (part.casefold() for part in choice)
    wanted = text.casefold()
    return 0 if name.startswith(wanted) else 1 if wanted in name else 2 if wanted in meaning else None


class ChooseDialog(ModalScreen[str | None]):
    """Returns the key of the choice, or None."""

    DEFAULT_CSS = """
    ChooseDialog { align: center middle; }
    ChooseDialog > Vertical {
        width: 104; max-width: 95%; height: auto; max-height: 90%;
        background: $background; border: solid $primary; border-title-color: $primary; border-subtitle-color: $dim; padding: 0 1;
    }
    ChooseDialog Input { background: $field; margin: 0 0 1 0; }
    ChooseDialog OptionList { height: auto; max-height: 24; border: none; background: $background; padding: 0;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="choose.cancel"),
        Binding("down", "move(1)", "Next", show=False, id="choose.down"),
        Binding("up", "move(-1)", "Before", show=False, id="choose.up"),
    ]

    def __init__(self, title: str, choices: Sequence[tuple[str, str, str]], chosen: str = "") -> None:
        """``choices``: key, name and meaning of each."""
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._chosen = chosen
        self._wide = min(32, max((cell_len(name) for _key, name, _meaning in choices), default=0)) + 2

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._title
            box.border_subtitle = "Enter chooses · type to narrow down · Esc cancels"
            yield Input(placeholder="type to narrow down", compact=True)
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        self._fill("")
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()

    def _fill(self, text: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        wanted = sorted((one for one in self._choices if _place(one, text) is not None), key=lambda one: _place(one, text) or 0)
        for key, name, meaning in wanted:
            options.add_option(
                Option(Content(f"{'▸' if key == self._chosen else ' '} {fit(name, self._wide - 2)}  {meaning}"), id=key)
            )
        keys = [key for key, _name, _meaning in wanted]
        options.highlighted = keys.index(self._chosen) if self._chosen in keys and not text else 0 if keys else None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self.dismiss(options.get_option_at_index(options.highlighted).id)

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            options.highlighted = ((options.highlighted or 0) + by) % options.option_count

    def action_cancel(self) -> None:
        self.dismiss(None)
