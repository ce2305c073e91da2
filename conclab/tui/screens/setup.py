"""Set-up: what conclab shows and how, section by section. Every change is in force at once, kept, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.strip import Strip
from textual.theme import Theme

from conclab.model.settings import Settings, usable_name
from conclab.model.text import harmless
from conclab.tui.commands import key_name
from conclab.tui.keymap import every_binding, usable_key, who_has
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.setup.dialogs import KeyDialog, NameDialog
from conclab.tui.setup.drawing import columns_preview, theme_sample
from conclab.tui.setup.list import SetupList
from conclab.tui.setup.section import ADD, CHOOSE, MOVE, NEW, REMOVE, TURN, OrderedSection, Section
from conclab.tui.setup.sections import ColumnsSection, FiltersSection, KeysSection, MetersSection, TableSection, ThemeSection
from conclab.tui.setup.tabs import SetupTabs
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.lines import LinesView


class SetupScreen(Screen[None]):
    """The sections above, the rows of one of them, and what the row under the cursor means."""

    DEFAULT_CSS = """
    SetupScreen > #rows { height: 1fr; }
    SetupScreen > #about { height: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2,q", "close", "Done", tooltip="Back to where you were", id="setup.close"),
        Binding("space,enter", "choose", "Choose", tooltip="Choose the row under the cursor", id="setup.choose"),
        Binding("left_square_bracket,shift+up", "move(-1)", "Move up", show=False, tooltip="Move the row up", id="setup.move_up"),
        Binding("right_square_bracket,shift+down", "move(1)", "Move down", tooltip="Move the row down", id="setup.move_down"),
        Binding(
            "d,delete", "remove", "Delete", tooltip="Take away a set or filter of your own, or keys of your own", id="setup.remove"
        ),
        Binding("r", "default", "Defaults", tooltip="Everything in this section as it is built in", id="setup.default"),
        Binding("u", "undo", "Undo", tooltip="Take back the last change", id="setup.undo"),
        Binding("n", "new", "New set", tooltip="A new set of columns, which begins as the present one", id="setup.new"),
        Binding("plus", "add", "One more key", tooltip="Another key beside those that it has", id="setup.add"),
        Binding("tab", "turn_section(1)", "Next section", show=False, tooltip="The next section", id="setup.section"),
        Binding(
            "shift+tab", "turn_section(-1)", "Section before", show=False, tooltip="The section before", id="setup.section_before"
        ),
        *(
            Binding(
                str(number),
                f"section('{name}')",
                f"Section {number}",
                show=False,
                tooltip=f"The section {name}",
                id=f"setup.{name}",
            )
            for number, name in enumerate(("columns", "table", "meters", "theme", "keys", "filters"), 1)
        ),
        Binding("question_mark,f1", "app.help", "Help", tooltip="Every key", id="setup.help"),
    ]

    def __init__(self, settings: Callable[[], Settings], change: Callable[[Settings], None], file: str = "") -> None:
        """``settings`` tells the present ones, ``change`` puts others in force; ``file`` is where they are kept."""
        super().__init__()
        self._settings = settings
        self._change = change
        self._file = file
        self._past: list[Settings] = []
        keys = KeysSection(every_binding(), lambda key: key_name(self.app, Binding(key, "choose")))
        sections = (ColumnsSection(), TableSection(), MetersSection(), ThemeSection(), keys, FiltersSection())
        self._sections: dict[str, Section] = {section.name: section for section in sections}
        self._section: Section = sections[0]

    def compose(self) -> ComposeResult:
        yield SetupTabs(tuple((section.name, section.title) for section in self._sections.values()))
        yield SetupList()
        yield LinesView(id="about")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#about").can_focus = False
        self.query_one(SetupList).focus()
        self.query_one(SetupList).subtitle(f"kept in {harmless(self._file)}" if self._file else "")
        self.app.theme_changed_signal.subscribe(self, self._repaint)
        self._draw()

    # Drawing

    def _draw(self) -> None:
        settings, rows = self._settings(), self.query_one(SetupList)
        rows.title(self._section.headline(settings))
        rows.show_rows(self._section.rows(settings), self._section.empty)
        self._draw_about()
        self.refresh_bindings()

    @on(LinesView.Resized)
    def _resized(self) -> None:
        self.query_one(SetupList).redraw()
        self._draw_about()
        self.call_after_refresh(self.query_one(SetupList).keep_in_view)

    def _draw_about(self) -> None:
        view, row, settings = self.query_one("#about", LinesView), self.query_one(SetupList).row, self._settings()
        if view.room <= 0:
            return
        view.title(harmless(row.title) if row is not None else "")
        lines: list[Strip] = []
        for number, paragraph in enumerate(self._section.about(settings, row) if row is not None else ()):
            look = style(view.palette.dim if number else view.palette.text)
            paragraph = paragraph[:1].upper() + paragraph[1:]
            lines += [plain(line, view.room, look) for line in wrapped(harmless(paragraph), view.room)]
        if isinstance(self._section, ColumnsSection):
            lines = lines[:2] + columns_preview(settings.sets[settings.columns], view.room, view.palette)
        if isinstance(self._section, ThemeSection):
            if view.colourless:
                lines = [
                    plain("NO_COLOR is set, so there are no colours; the choice is kept.", view.room, style(view.palette.text))
                ]
            lines = lines[:1] + theme_sample(view.room, view.palette, view.colourless)
        view.show(lines)

    def _repaint(self, _theme: Theme) -> None:
        self.query_one(SetupTabs).refresh()
        self.query_one(KeyBar).refresh()
        self._draw()

    @on(SetupList.Moved)
    def _moved(self) -> None:
        row = self.query_one(SetupList).row
        if isinstance(self._section, ThemeSection) and row is not None:
            self._put(self._section.choose(self._settings(), row))
        else:
            self._draw_about()
            self.refresh_bindings()

    # What can be done

    def title_of(self, action: str) -> str | None:
        """The footer's words for what a key does in this section."""
        verb = {"choose": CHOOSE, "turn(1)": TURN, "move(1)": MOVE, "new": NEW, "remove": REMOVE, "add": ADD}.get(action)
        return self._section.verbs.get(verb) if verb else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        row = self.query_one(SetupList).row if self.is_mounted else None
        if action in (CHOOSE, MOVE, TURN, NEW, REMOVE, ADD):
            return row is not None and action in row.verbs
        return bool(self._past) if action == "undo" else True

    def _put(self, settings: Settings) -> None:
        """Let other settings be in force, and remember the present ones."""
        before = self._settings()
        if settings != before:
            self._past.append(before)
            self._change(settings)
        self._draw()
        self.call_after_refresh(self.query_one(SetupList).keep_in_view)

    def action_pick(self, number: int) -> None:
        """A click on a row."""
        self.query_one(SetupList).go_to(number)

    def action_mark(self, number: int) -> None:
        """A click on a row's mark."""
        self.action_pick(number)
        self.action_choose()

    def action_choose(self) -> None:
        row = self.query_one(SetupList).row
        if row is None or CHOOSE not in row.verbs:
            return
        if isinstance(self._section, KeysSection):
            self._ask_key(row.key, row.title, more=False)
        elif isinstance(self._section, FiltersSection):
            section, name = self._section, row.key
            self._ask_name("Another name for this filter", name, self._settings().filters, partial(self._rename, section, name))
        else:
            self._put(self._section.choose(self._settings(), row))

    def _rename(self, section: FiltersSection, name: str, to: str) -> None:
        self._put(section.rename(self._settings(), name, to))

    def action_add(self) -> None:
        row = self.query_one(SetupList).row
        if row is not None:
            self._ask_key(row.key, row.title, more=True)

    def action_move(self, by: int) -> None:
        row = self.query_one(SetupList).row
        if row is not None and MOVE in row.verbs:
            self._put(self._section.move(self._settings(), row, by))

    def action_turn(self, by: int) -> None:
        row = self.query_one(SetupList).row
        if row is not None and TURN in row.verbs:
            self._put(self._section.turn(self._settings(), row, by))

    @on(SetupList.Turned)
    def _turned(self, event: SetupList.Turned) -> None:
        self.action_turn(event.by)

    def action_remove(self) -> None:
        row = self.query_one(SetupList).row
        if row is not None and REMOVE in row.verbs:
            self._put(self._section.remove(self._settings(), row))

    def action_new(self) -> None:
        section = self._section
        if isinstance(section, ColumnsSection):
            self._ask_name(
                "Name of the new set", "", self._settings().sets, lambda name: self._put(section.new(self._settings(), name))
            )

    def action_default(self) -> None:
        self._put(self._section.default(self._settings()))

    def action_undo(self) -> None:
        if self._past:
            self._change(self._past.pop())
            self._draw()

    def action_section(self, name: str) -> None:
        """Show a section."""
        if isinstance(self._section, OrderedSection):
            self._section.forget_order()
        self._section = self._sections[name]
        self.query_one(SetupTabs).choose(name)
        self.query_one(SetupList).forget()
        self._draw()

    def action_turn_section(self, by: int) -> None:
        names = list(self._sections)
        self.action_section(names[(names.index(self._section.name) + by) % len(names)])

    def action_close(self) -> None:
        self.dismiss(None)

    # Questions

    def _ask_name(self, title: str, value: str, taken: Iterable[str], then: Callable[[str], None]) -> None:
        names = tuple(taken)
        self.app.push_screen(
            NameDialog(title, value, lambda name: usable_name(name, names)), lambda name: then(name) if name else None
        )

    def _ask_key(self, name: str, title: str, more: bool) -> None:
        section = self._section
        assert isinstance(section, KeysSection)

        def taken(key: str) -> str | None:
            if usable_key(key) is None:
                return "That key cannot be used; try another one."
            other = who_has(key, name, self._settings().keys, every_binding())
            shown = key_name(self.app, Binding(key, "choose"))
            return f"{shown} means “{other.title}” there already; try another one." if other is not None else None

        def then(key: str | None) -> None:
            if key:
                self._put(section.bind(self._settings(), name, key, more))

        self.app.push_screen(KeyDialog(title, taken), then)
