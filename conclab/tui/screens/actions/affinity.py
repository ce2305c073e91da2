"""Which cores it may use: a grid of them, and the same as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from conclab.model.actions import Affinity, Now
from conclab.model.core_lists import core_list, cores_of
from conclab.model.table import TaskRow
from conclab.tui.renderables.blocks import Line, action, plain, style, wrapped
from conclab.tui.screens.actions.dialog import Body, TaskDialog
from conclab.tui.screens.actions.grid import BARRED, CHOSEN, FREE, grid_for, grid_lines

_FRAME = 8
"""Lines of the box beside the grid, the targets and what is told: borders, the field, the buttons, blank lines."""

_NAMED = 8


class AffinityDialog(TaskDialog[Affinity]):
    """Returns the cores, or None."""

    DEFAULT_CSS = """
    AffinityDialog #list { margin: 0 0 1 0; }
    AffinityDialog #told { margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0, -1)", "Up", tooltip="The core above", id="affinity.up"),
        Binding("down", "move(0, 1)", "Down", tooltip="The core below", id="affinity.down"),
        Binding("left", "move(-1, 0)", "Left", tooltip="The core before", id="affinity.left"),
        Binding("right", "move(1, 0)", "Right", tooltip="The next core", id="affinity.right"),
        Binding("home", "jump(0)", "First", show=False, tooltip="The first core", id="affinity.first"),
        Binding("end", "jump(-1)", "Last", show=False, tooltip="The last core", id="affinity.last"),
        Binding("space", "toggle_here", "Toggle", tooltip="Choose the core or leave it out", id="affinity.toggle"),
        Binding("a", "all", "All", tooltip="Choose all cores that it may have", id="affinity.all"),
        Binding("n", "none", "None", tooltip="Choose no core, to begin anew", id="affinity.none"),
        Binding("i", "invert", "Invert", tooltip="Choose those that are not chosen", id="affinity.invert"),
        Binding("s", "one_each", "One a core", tooltip="Of SMT siblings keep only the first chosen", id="affinity.siblings"),
    ]
    TITLE_TEXT = "Cores that it may use"
    HINT = "Space toggles · a all · n none · i invert · Enter sets · Esc cancels"

    def __init__(
        self, rows: Sequence[TaskRow], now: Now, cores: Sequence[int], siblings: Mapping[int, frozenset[int]] | None = None
    ) -> None:
        """``cores``: those that are online; ``siblings``: of each core those that share its physical core, itself included."""
        super().__init__(rows)
        self._now = now
        self._cores = tuple(sorted(cores))
        self._siblings = siblings or {}
        self._free = frozenset(self._cores) if now.allowed is None else frozenset(self._cores) & now.allowed
        self._chosen = self._free if now.affinity is None else now.affinity & frozenset(self._cores)
        self._cursor = min(self._chosen, default=self._cores[0])
        self._wrong = ""

    def inside(self) -> Iterator[Widget]:
        self.told = Body(id="told")
        self.told.can_focus = False
        yield Input(core_list(self._chosen), placeholder="0-3,8", id="list", compact=True, select_on_focus=False)
        yield self.body
        yield self.told

    def lines(self, width: int) -> list[Strip]:
        cursor = self._cursor if self.body.has_focus else None
        return grid_lines(self._cores, self._chosen, self._now.allowed, cursor, width, self.body.palette)

    def height_for(self, lines: int) -> int:
        """The grid scrolls where the screen is too low for all of it, so that what is told and the buttons stay in view."""
        told = len(self._told(self.told.room))
        self.told.styles.height = told
        others = _FRAME + self.query_one("#whom").size.height + told
        return max(1, min(lines, self.size.height - others))

    def draw(self) -> None:
        super().draw()
        self.told.show(self._told(self.told.room))
        row = self._cores.index(self._cursor) // self._columns
        height, first = self.body.size.height, self.body.scroll_offset.y
        if height and not first <= row < first + height:
            self.body.scroll_to(y=row if row < first else row - height + 1, animate=False, immediate=True)

    def _told(self, width: int) -> list[Strip]:
        """What is chosen and where the cursor is; what is wrong; the choices for the mouse."""
        palette = self.body.palette
        dim, text, unsure = style(palette.dim), style(palette.text), style(palette.unsure)
        here = [f"core {self._cursor}"]
        siblings = sorted(self._siblings.get(self._cursor, frozenset()) - {self._cursor})
        if siblings:
            here.append(f"SMT sibling of {core_list(siblings)}")
        if self._cursor not in self._free:
            here.append("not in its cpuset")
        keys = [("a", "all", "all"), ("n", "none", "none"), ("i", "invert", "invert")]
        if self._shared:
            keys.append(("s", "one thread a core", "one_each"))
        line = Line()
        for key, word, name in keys:
            line.add(f" {key} ", style(palette.title, palette.cursor, bold=True) + action(f"screen.{name}"))
            line.add(f" {word}   ", text + action(f"screen.{name}"))
        barred = "" if self._free == frozenset(self._cores) else f"   {BARRED} not in its cpuset"
        lines = [
            line.strip(width),
            plain(f"{CHOSEN} may use   {FREE} may not{barred}", width, dim),
            plain(f"{len(self._chosen)} of {len(self._cores)} chosen · {' · '.join(here)}", width, dim),
        ]
        trouble = self._wrong or ("" if self._chosen else "It needs at least one core.") or self._outside()
        return lines + [
            plain(("! " if not number else "  ") + part, width, unsure) for number, part in enumerate(wrapped(trouble, width - 2))
        ]

    def _outside(self) -> str:
        outside = self._chosen - self._free
        if not outside:
            return ""
        which = core_list(outside) if len(outside) <= _NAMED else f"{len(outside)} of these"
        return f"The kernel will leave out {which}: not in its cpuset."

    @property
    def _columns(self) -> int:
        return grid_for(self._cores, self.body.room).columns

    @property
    def _shared(self) -> bool:
        return any(len(cores) > 1 for cores in self._siblings.values())

    def says(self) -> str:
        return "Set these cores"

    def answer(self) -> Affinity | None:
        return Affinity(self._chosen) if self._chosen and not self._wrong else None

    # Choosing

    def _choose(self, cores: frozenset[int]) -> None:
        self._chosen, self._wrong = cores, ""
        field = self.query_one("#list", Input)
        with field.prevent(Input.Changed):
            field.value = core_list(cores)
        self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._shared if action == "one_each" else True

    def action_move(self, columns: int, rows: int) -> None:
        place = self._cores.index(self._cursor) + columns + rows * self._columns
        if 0 <= place < len(self._cores):
            self._cursor = self._cores[place]
            self.draw()

    def action_jump(self, place: int) -> None:
        self._cursor = self._cores[place]
        self.draw()

    def action_toggle_here(self) -> None:
        self.action_toggle_core(self._cursor)

    def action_toggle_core(self, core: int) -> None:
        self._cursor = core
        self._choose(self._chosen ^ {core})

    def action_all(self) -> None:
        self._choose(self._free)

    def action_none(self) -> None:
        self._choose(frozenset())

    def action_invert(self) -> None:
        self._choose(self._free - self._chosen)

    def action_one_each(self) -> None:
        taken: set[int] = set()
        for core in sorted(self._chosen):
            if not self._siblings.get(core, frozenset({core})) & taken:
                taken.add(core)
        self._choose(frozenset(taken))

    def on_key(self, event: Key) -> None:
        """A digit on the grid begins a list of cores."""
        field = self.query_one("#list", Input)
        if event.character is not None and event.character.isdecimal() and not field.has_focus:
            event.stop()
            field.focus()
            field.value = event.character
            field.cursor_position = 1

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        try:
            asked = cores_of(event.value)
        except ValueError as error:
            self._wrong = f"{error}."
        else:
            missing = asked - frozenset(self._cores)
            self._wrong = f"This machine has no core {core_list(missing)}." if missing else ""
            self._chosen = asked & frozenset(self._cores)
        self.draw()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_go()

    def on_descendant_focus(self) -> None:
        self.draw()
