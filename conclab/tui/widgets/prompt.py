"""The line at the bottom in which one types: search, filter, go to a pid, and any other question of one line.

Filtering takes effect while it is typed. What does not read as a filter leaves the last one that did in effect, and is told under
the place where it is wrong. What could come next is offered above the line. The keys stand under it, and can be clicked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Unpack

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label

from conclab.model.filters import LONGEST, Filter
from conclab.tui.commands import commands
from conclab.tui.palettes import Palette
from conclab.tui.renderables.prompt import keys_line, trouble_line
from conclab.tui.widgets.line import Drawn, Field, Told
from conclab.tui.widgets.offers import Offers
from conclab.tui.widgets.questions import FILTER, NAMING, QUESTIONS, SEARCH, Asked, Question, Reading, Trouble, keys_of


class Prompt(Vertical):
    """One line to type in; nothing of it is there until ``open``."""

    DEFAULT_CSS = """
    Prompt { height: 2; display: none; background: $bar; }
    Prompt.-open { display: block; }
    Prompt > .line { height: 1; }
    Prompt > .line > Label { background: $primary; color: $ink; text-style: bold; padding: 0 1; margin: 0 1 0 0; }
    Prompt > .line > Input { width: 1fr; background: $field; padding: 0; }
    Prompt > .line > Input:focus { background-tint: transparent; }
    Prompt > .line > Input:ansi { background: ansi_default; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "keep",
            "Keep",
            tooltip="Keep what is typed, or stay where the search has led",
            key_display="Enter",
            show=False,
            id="prompt.keep",
        ),
        Binding("tab", "take", "Complete", tooltip="Take the chosen completion, or the first", show=False, id="prompt.take"),
        Binding("down", "move(1)", "Down", tooltip="The next completion, or the next that fits", show=False, id="prompt.down"),
        Binding("up,shift+tab", "move(-1)", "Up", tooltip="The completion before, or what fits before", show=False, id="prompt.up"),
        Binding("f3", "step(1)", "Next", tooltip="Go to the next that fits", show=False, id="prompt.next"),
        Binding("shift+f3,f15", "step(-1)", "Previous", tooltip="Go to what fits before", show=False, id="prompt.previous"),
        Binding("ctrl+o", "saved", "Saved filters", tooltip="Choose among the saved filters", show=False, id="prompt.saved"),
        Binding("ctrl+s", "save", "Save filter", tooltip="Save the filter under a name", show=False, id="prompt.save"),
        Binding("escape", "leave", "Back", tooltip="Leave, everything being as it was before", show=False, id="prompt.leave"),
    ]

    @dataclass
    class Changed(Message):
        """Something else is typed. Of a filter only what reads as one is told, with the filter."""

        kind: str
        text: str
        filter: Filter | None = None

    @dataclass
    class Done(Message):
        """It is to stay as it is; the line is gone."""

        kind: str
        text: str
        filter: Filter | None = None

    @dataclass
    class Cancelled(Message):
        """What was before is to be again; the line is gone."""

        kind: str
        before: str

    @dataclass
    class Step(Message):
        """Go to the next (1) or the one before (-1) that the search finds; the line stays."""

        direction: int

    @dataclass
    class Save(Message):
        """A filter is to be kept under a name; the line stays."""

        text: str
        name: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._asked: Asked | None = None
        self._to_save = ""
        """The filter for which a name is being asked."""
        self._trouble: Trouble | None = None
        self._note = ""
        self._offered_for = "", -1
        """The line and the place of the cursor that the offers are for."""
        self._focus_before: Widget | None = None

    def compose(self) -> ComposeResult:
        yield Offers()
        with Horizontal(classes="line"):
            yield Label("", classes="name", markup=False)
            yield Field(compact=True, select_on_focus=False, max_length=LONGEST)
            yield Told()
        yield Drawn(self._draw_under, classes="under")

    def on_mount(self) -> None:
        self.watch(self._field, "selection", lambda: self._offer(), init=False)

    # For whoever owns it

    def open(self, kind: str | Question, text: str = "", **reading: Unpack[Reading]) -> None:
        """Ask: ``search``, ``filter``, ``pid``, or a question of your own; ``text`` stands there already and is what Esc restores.

        ``reading``: ``values`` (those present, by column), ``saved`` (filters by name), ``columns`` and ``now_s``, as in
        ``filters.complete``. If another question is open, what was typed there stays in effect.
        """
        if self._asked is not None:
            self._finish()
        question = QUESTIONS[kind] if isinstance(kind, str) else kind
        self._asked = Asked(question, text, **reading)
        self._focus_before = self.screen.focused
        self.add_class("-open")
        self._ask(question, text)
        self._field.focus(scroll_visible=False)

    def close(self) -> None:
        """Be gone, and give the focus back to where it was. Posts nothing."""
        if self._asked is None:
            return
        had_focus = self.screen.focused is self._field
        self._asked = None
        self._offers.show(())
        self.say("")
        self.remove_class("-open")
        if had_focus:
            before = self._focus_before
            self.screen.set_focus(before if before is not None and before.is_attached and before.focusable else None)

    def say(self, text: str) -> None:
        """What comes of it, at the right of the line: 12 of 399."""
        self.query_one(Told).say(text)

    @property
    def question(self) -> Question | None:
        """What is being asked now."""
        return None if self._asked is None else self._asked.question

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.value

    # What is typed

    @property
    def _field(self) -> Field:
        return self.query_one(Field)

    @property
    def _offers(self) -> Offers:
        return self.query_one(Offers)

    def _ask(self, question: Question, text: str) -> None:
        assert self._asked is not None
        self._asked.question = question
        with self.prevent(Input.Changed):
            self._field.value = text
        self._field.placeholder = question.hint
        self._field.cursor_position = len(text)
        self.query_one(Label).update(question.label)
        self._judge(self._asked)
        self._offer(again=True)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if (asked := self._asked) is None or event.value != self.text:
            return  # it was on its way when the line was closed, or typed further
        self._judge(asked)
        if self._trouble is None and asked.question is not NAMING:
            self.post_message(self.Changed(asked.question.kind, self.text, asked.good))
        self._offer()

    def _judge(self, asked: Asked) -> None:
        self._trouble = asked.trouble(self.text)
        self._say_below("Replaces the one of that name." if asked.question is NAMING and self.text in asked.saved else "")

    def _offer(self, again: bool = False) -> None:
        """Show what could come next where the cursor is; ``again`` even though it is where it was."""
        at = self.text, self._field.cursor_position
        if self._asked is not None and (again or at != self._offered_for):
            self._offered_for = at
            self._offers.show(self._asked.offers(*at), self._begin)
            self._say_below(self._note)

    def on_resize(self) -> None:
        self._offers.place(self._begin)

    # What the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        question = self.question
        if action == "step":
            return question is SEARCH
        if action in ("saved", "save", "take"):
            return question is FILTER
        return question in (FILTER, SEARCH) if action == "move" else question is not None

    def action_keep(self) -> None:
        """Enter: what is chosen is taken; an answer that is right is kept, and a search has ended where it is."""
        asked = self._asked
        if self._offers.chosen is not None:
            self._offers.take()
        elif asked is None or self._trouble is not None:
            return
        elif asked.question is NAMING:
            asked.saved = {**asked.saved, self.text: self._to_save}
            self.post_message(self.Save(self._to_save, self.text))
            self._ask(FILTER, self._to_save)
        else:
            self._finish()

    def _finish(self) -> None:
        """What is in effect stays."""
        assert self._asked is not None
        asked, text = self._asked, self.text
        question = FILTER if asked.question is NAMING else asked.question
        self.close()
        self.post_message(self.Done(question.kind, asked.in_effect if question is FILTER else text, asked.good))

    def action_leave(self) -> None:
        """Esc: out of choosing, out of naming, out of the line; one of these at a time."""
        if (asked := self._asked) is None:
            return
        if asked.question is NAMING:
            self._ask(FILTER, self._to_save)
        elif self._offers.chosen is not None:
            self._offer(again=True)
        else:
            self.close()
            self.post_message(self.Cancelled(asked.question.kind, asked.before))

    def action_take(self) -> None:
        self._offers.take()

    @on(Offers.Taken)
    def _take(self, event: Offers.Taken) -> None:
        event.stop()
        self._field.value = event.offer.text
        self._field.cursor_position = event.offer.cursor

    def action_move(self, by: int) -> None:
        if self.question is SEARCH:
            self.action_step(by)
        else:
            self._offers.choose(by)
            self._say_below(self._note)

    def action_step(self, direction: int) -> None:
        self.post_message(self.Step(direction))

    def action_saved(self) -> None:
        """Offer the saved filters."""
        if self._asked is not None and (saved := self._asked.saved_offers()):
            self._offers.show(saved, self._margin)
            self._offers.choose(1)
            self._say_below("")
        else:
            self._say_below("There is no saved filter yet.")

    def action_save(self) -> None:
        """Ask for a name for the filter that is typed."""
        if not self.text.strip():
            self._say_below("There is nothing to save yet.")
        elif self._trouble is None:
            self._to_save = self.text
            self._ask(NAMING, "")

    # What is drawn

    @property
    def _margin(self) -> int:
        """Cells before the text of the line."""
        return cell_len(self.question.label) + 3 if self.question else 0

    @property
    def _begin(self) -> int:
        """The cell at which the text would begin if none of it were out of sight at the left."""
        return self._margin - round(self._field.scroll_offset.x)

    def _say_below(self, note: str) -> None:
        self._note = note
        self.query_one(".under").refresh()

    def _draw_under(self, width: int, palette: Palette) -> Strip:
        if (asked := self._asked) is None:
            return Strip.blank(width)
        keys = {command.action: command.keys[0] for command in commands(self.screen) if command.node is self}
        shown = keys_of(asked.question, keys, offering=bool(self._offers.all), taking=self._offers.chosen is not None)
        if (trouble := self._trouble) is not None and self.text and not self._note:
            start, end = (max(self._margin, self._begin + cell_len(self.text[:place])) for place in (trouble.start, trouble.end))
            return trouble_line(trouble.message, start, end, trouble.unfinished, shown[-1], width, palette)
        return keys_line(shown, self._note, self._margin, width, palette)

    @on(Drawn.Pressed)
    async def _pressed(self, event: Drawn.Pressed) -> None:
        event.stop()
        await self.run_action(event.what)
