"""The glossary: what the words mean. Typing finds a term, and an entry leads on to others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from conclab.model.glossary import plain as unmarked
from conclab.model.glossary import terms_in
from conclab.model.glossary_terms import TERMS
from conclab.tui.renderables.blocks import Line, action, plain, style
from conclab.tui.renderables.flow import flow
from conclab.tui.theme import Palette
from conclab.tui.widgets.lines import LinesView


def found(text: str) -> list[str]:
    """The terms that a text finds: first those that begin with it, then those that hold it, then those whose meaning does."""
    wanted = text.strip().casefold()
    ranked = []
    for place, (term, meaning) in enumerate(TERMS.items()):
        name = term.casefold()
        rank = 0 if name.startswith(wanted) else 1 if wanted in name else 2 if wanted in unmarked(meaning).casefold() else None
        if rank is not None:
            ranked.append((rank, place, term))
    return [term for _rank, _place, term in sorted(ranked)]


def entry_lines(term: str, chosen: int | None, palette: Palette, width: int) -> list[Strip]:
    """An entry, and the terms that it leads on to; ``chosen`` is the one that Enter goes to."""
    meaning = TERMS[term]
    lines = [plain(term, width, style(palette.title, bold=True)), plain("", width), *flow(meaning, width, style(palette.text))]
    onward = terms_in([meaning])
    if onward:
        lines += [plain("", width), plain("goes on to (Tab chooses, Enter opens):", width, style(palette.dim))]
    for number, other in enumerate(onward):
        here = number == chosen
        look = style(palette.title, palette.cursor, bold=True) if here else style(palette.text)
        line = Line().add("▸ " if here else "  ", style(palette.title))
        lines.append(line.add(other, look + action(f"screen.glossary({other!r})")).strip(width))
    return lines


class GlossaryScreen(ModalScreen[None]):
    """The terms at the left, those of the claim first; the entry of one of them at the right."""

    DEFAULT_CSS = """
    GlossaryScreen { align: center middle; }
    GlossaryScreen > Vertical {
        width: 96; max-width: 95%; height: 26; max-height: 90%;
        background: $background; border: solid $primary; border-title-color: $primary; border-subtitle-color: $dim; padding: 0 1;
    }
    GlossaryScreen Input { background: $field; margin: 0 0 1 0; }
    GlossaryScreen OptionList {
        width: 27; height: 100%; border: none; background: $background; padding: 0; scrollbar-size-vertical: 1;
    }
    GlossaryScreen OptionList > .option-list--option-disabled { color: $dim; }
    GlossaryScreen LinesView { width: 1fr; height: 100%; border: none; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="glossary.close"),
        Binding("down", "move(1)", "Next term", show=False, id="glossary.down"),
        Binding("up", "move(-1)", "Term before", show=False, id="glossary.up"),
        Binding("tab", "turn(1)", "Next linked term", show=False, priority=True, id="glossary.next"),
        Binding("shift+tab", "turn(-1)", "Linked term before", show=False, priority=True, id="glossary.previous"),
    ]

    def __init__(self, first: Sequence[str] = (), term: str | None = None) -> None:
        """``first``: terms to be listed before the others; ``term``: the entry to begin with."""
        super().__init__()
        self._first = tuple(name for name in first if name in TERMS)
        self._listed: list[str | None] = []
        """The terms as they are listed; None for a heading."""
        self._term = term if term in TERMS else (self._first or tuple(TERMS))[0]
        self._chosen: int | None = None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Glossary"
            box.border_subtitle = "type to find · ↑ ↓ another term · Esc closes"
            yield Input(placeholder="type to find", compact=True)
            with Horizontal():
                yield OptionList(markup=False)
                yield LinesView(id="entry")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one("#entry").can_focus = False
        self.query_one(Input).focus()
        self._fill("")

    @property
    def term(self) -> str:
        """The one whose entry is shown."""
        return self._term

    def _fill(self, text: str) -> None:
        if text.strip():
            self._listed = list(found(text))
        elif self._first:
            self._listed = [None, *self._first, None, *TERMS]
        else:
            self._listed = list(TERMS)
        options = self.query_one(OptionList)
        headings = iter(("in this claim", "all terms"))
        options.clear_options()
        options.add_options(
            [
                Option(Content(f"  {term}")) if term is not None else Option(Content(next(headings)), disabled=True)
                for term in self._listed
            ]
        )
        if text.strip():
            self._term = next(iter(found(text)), self._term)
        if self._term in self._listed:
            options.highlighted = self._listed.index(self._term)
        self._draw()

    @on(LinesView.Resized)
    def _draw(self) -> None:
        view = self.query_one("#entry", LinesView)
        if view.room > 0:
            view.show(entry_lines(self._term, self._chosen, view.palette, view.room))

    def _open(self, term: str) -> None:
        if term != self._term:
            self._term, self._chosen = term, None
            self.query_one("#entry", LinesView).scroll_to(y=0, animate=False)
        self._draw()

    def action_glossary(self, term: str) -> None:
        """To another entry, which need not be among those that were found."""
        if term not in TERMS:
            return
        self._open(term)
        if term not in self._listed:
            self.query_one(Input).clear()  # which lists all terms again
        self.query_one(OptionList).highlighted = self._listed.index(term) if term in self._listed else None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        if self._chosen is not None:
            self.action_glossary(terms_in([TERMS[self._term]])[self._chosen])

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index != event.option_list.highlighted:
            return  # it was on its way when others were listed
        term = self._listed[event.option_index]
        if term is not None:
            self._open(term)

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_turn(self, step: int) -> None:
        """Choose another of the terms that the entry leads on to."""
        onward = len(terms_in([TERMS[self._term]]))
        if onward:
            self._chosen = (0 if step > 0 else onward - 1) if self._chosen is None else (self._chosen + step) % onward
            self._draw()

    def action_close(self) -> None:
        self.dismiss(None)
