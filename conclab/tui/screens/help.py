"""Help: every key, made from the bindings themselves, and the words of the place that it was opened from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input

from conclab.tui.commands import GROUPS, Command
from conclab.tui.renderables.blocks import Line, action, fit, plain, style, wrapped
from conclab.tui.screens.help_words import Words
from conclab.tui.theme import Palette
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.search_line import SearchLine

_LEAST_LEFT, _MOST_LEFT = 12, 22
_GAP = 2


def key_parts(commands: Sequence[Command]) -> tuple[Words, ...]:
    """The keys in their groups; those of none first."""
    parts = []
    for group in ("", *GROUPS):
        entries = tuple((", ".join(command.keys), _sentence(command)) for command in commands if command.group == group)
        if entries:
            parts.append(Words(f"Keys: {group}" if group else "Keys", entries))
    return tuple(parts)


def _sentence(command: Command) -> str:
    """What the footer and the palette call it is part of it: that is what one looks for."""
    title, meaning = command.title, command.meaning
    if title.casefold() in meaning.casefold():
        return meaning
    return f"{title}: {meaning[0].lower() if meaning[1:2].islower() else meaning[0]}{meaning[1:]}"


def holding(parts: Sequence[Words], text: str) -> tuple[Words, ...]:
    """What of the help holds a text, upper and lower case alike; a part whose title does, whole."""
    wanted, found = text.casefold(), []
    for part in parts:
        whole = wanted in part.title.casefold()
        entries = tuple(entry for entry in part.entries if whole or wanted in " ".join(entry).casefold())
        if entries:
            found.append(Words(part.title, entries))
    return tuple(found)


def help_lines(parts: Sequence[Words], palette: Palette, width: int) -> tuple[list[Strip], list[int]]:
    """All lines for a pane of that width, and where each part begins."""
    title, text, dim = style(palette.title, bold=True), style(palette.text), style(palette.dim)
    lines, starts = _contents(parts, palette, width), []
    for part in parts:
        lines.append(plain("", width))
        starts.append(len(lines))
        lines.append(plain(part.title, width, title))
        left = max(_LEAST_LEFT, min(_MOST_LEFT, width // 3, _GAP + max(cell_len(word) for word, _meaning in part.entries)))
        for word, meaning in part.entries:
            # The last cell stays empty: what is in it would run into the scroll bar.
            heads, tails = wrapped(word, left - _GAP), wrapped(meaning, max(8, width - left - 1))
            for number in range(max(len(heads), len(tails))):
                head, tail = (texts[number] if number < len(texts) else "" for texts in (heads, tails))
                lines.append(Line().add(fit(head, left), text).add(tail, dim).strip(width))
    return lines, starts


def _contents(parts: Sequence[Words], palette: Palette, width: int) -> list[Strip]:
    """What there is: a click goes there."""
    lines, line = [], Line()
    for number, part in enumerate(parts):
        shown = part.title.removeprefix("Keys: ")
        if line.cells and line.cells + cell_len(shown) + 3 > width:
            lines.append(line.strip(width))
            line = Line()
        if line.cells:
            line.add(" · ", style(palette.dim))
        line.add(shown, style(palette.title) + action(f"screen.part({number})"))
    return [*lines, line.strip(width)]


class HelpScreen(ModalScreen[None]):
    """Closed by any of the keys that opened it, or Esc."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical { width: 84; max-width: 95%; height: 90%; }
    HelpScreen LinesView { height: 1fr; border: solid $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,h", "close", "Close", id="help_screen.close"),
        Binding("slash,f3,f4", "search", "Search", id="help_screen.search"),
        Binding("tab", "turn(1)", "Next part", id="help_screen.next"),
        Binding("shift+tab", "turn(-1)", "Part before", id="help_screen.previous"),
    ]

    def __init__(self, commands: Sequence[Command], words: Sequence[Words] = ()) -> None:
        super().__init__()
        self._parts = (*key_parts(commands), *(part for part in words if part.entries))
        self._starts: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            view = LinesView("Help")
            view.border_subtitle = "/ searches · Tab goes to the next part · Esc closes"
            yield view
            yield SearchLine()

    def on_mount(self) -> None:
        self.query_one(LinesView).focus()

    @on(LinesView.Resized)
    @on(Input.Changed, "#search")
    def _fill(self) -> None:
        view, sought = self.query_one(LinesView), self.query_one(SearchLine).value
        parts = holding(self._parts, sought) if sought else self._parts
        lines, self._starts = help_lines(parts, view.palette, view.room)
        nothing = [plain(f"Nothing here holds “{sought}”. Esc shows everything again.", view.room, style(view.palette.dim))]
        view.show(lines if parts else nothing)

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.query_one(SearchLine).leave(self.query_one(LinesView))

    def action_search(self) -> None:
        """What is typed from now on narrows down what is shown."""
        self.query_one(SearchLine).open()

    def action_part(self, number: int) -> None:
        """Show a part from its beginning on."""
        self.query_one(LinesView).scroll_to(y=self._starts[number], animate=False)

    def action_turn(self, step: int) -> None:
        """To the next part, or the one before; after the last comes the beginning."""
        view = self.query_one(LinesView)
        here = view.scroll_offset.y
        if step > 0:
            reachable = [start for start in self._starts[1:] if here < start and here < view.max_scroll_y]
            view.scroll_to(y=reachable[0] if reachable else 0, animate=False)
        else:
            before = [start for start in self._starts[1:] if start < here]
            view.scroll_to(y=before[-1] if before else 0 if here else view.max_scroll_y, animate=False)

    def action_close(self) -> None:
        if not self.query_one(SearchLine).end(self.query_one(LinesView)):
            self.dismiss(None)
