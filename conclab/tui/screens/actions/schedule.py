"""How the kernel shall treat it: nice, I/O priority, scheduling policy. A choice, a level, and what that means in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.strip import Strip

from conclab.model.actions import (
    BATCH,
    FIFO,
    HIGHEST_NICE,
    IDLE,
    IO_BEST_EFFORT,
    IO_IDLE,
    IO_LEVELS,
    IO_NONE,
    IO_REAL_TIME,
    LOWEST_NICE,
    OTHER,
    REAL_TIME,
    RR,
    RT_PRIORITIES,
    IoPriority,
    Nice,
    Now,
    Policy,
    io_text,
    policy_text,
)
from conclab.model.table import TaskRow
from conclab.tui.renderables.blocks import Line, action, fit, plain, style, wrapped
from conclab.tui.screens.actions.dialog import TaskDialog
from conclab.tui.theme import Palette

_Set = TypeVar("_Set", Nice, IoPriority, Policy)
_NAME = 14
_TRACK = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the kinds to choose from, and the levels that it has."""

    key: int
    name: str
    meaning: str
    levels: range = range(0)


def track(levels: range, value: int, now: int | None, most: int = _TRACK) -> list[tuple[str, int]]:
    """A scale of at most so many cells, each with the level that a click on it means: ● the level, ○ the one that it has now."""
    cells = max(2, min(len(levels), most))
    stops = [levels[round(number * (len(levels) - 1) / (cells - 1))] for number in range(cells)]
    place = min(range(cells), key=lambda number: abs(stops[number] - value))
    before = None if now is None else min(range(cells), key=lambda number: abs(stops[number] - now))
    return [("●" if number == place else "○" if number == before else "─", stop) for number, stop in enumerate(stops)]


class ScheduleDialog(TaskDialog[_Set]):
    """Rows to choose from, where there are several, and a scale for the level."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "turn(-1)", "Up", tooltip="The choice above", id="schedule.up"),
        Binding("down", "turn(1)", "Down", tooltip="The choice below", id="schedule.down"),
        Binding("left,minus", "step(-1)", "Less", tooltip="The level lower by one", id="schedule.less"),
        Binding("right,plus", "step(1)", "More", tooltip="The level higher by one", id="schedule.more"),
        Binding("pageup", "step(-5)", "Five less", show=False, tooltip="The level lower by five", id="schedule.five_less"),
        Binding("pagedown", "step(5)", "Five more", show=False, tooltip="The level higher by five", id="schedule.five_more"),
        Binding("home", "end(0)", "Lowest", show=False, tooltip="The lowest level", id="schedule.lowest"),
        Binding("end", "end(-1)", "Highest", show=False, tooltip="The highest level", id="schedule.highest"),
    ]
    HINT = "↑↓ kind · ←→ or digits level · Enter sets it · Esc cancels"
    CHOICES: ClassVar[tuple[Choice, ...]] = ()
    LEVEL: ClassVar[str] = ""
    """What the level is called."""
    ENDS: ClassVar[tuple[str, str]] = ("", "")
    """What its two ends mean."""

    def __init__(self, rows: Sequence[TaskRow], now: Now, chosen: int, level: int) -> None:
        super().__init__(rows)
        self._now = now
        self._chosen = next((number for number, choice in enumerate(self.CHOICES) if choice.key == chosen), 0)
        self._level = level
        self._typed = ""

    @property
    def _choice(self) -> Choice:
        return self.CHOICES[self._chosen]

    @property
    def level(self) -> int:
        """The level within what the choice allows; 0 where it has none."""
        levels = self._choice.levels
        return max(levels[0], min(levels[-1], self._level)) if levels else 0

    def now_is(self) -> str:
        """How it is now, in words; empty when that is not known."""
        raise NotImplementedError

    def now_level(self) -> int | None:
        """The level that it has now, where that belongs to the choice."""
        raise NotImplementedError

    def told(self) -> list[tuple[str, bool]]:
        """What the choice means, as sentences; True: a warning."""
        raise NotImplementedError

    def lines(self, width: int) -> list[Strip]:
        palette = self.body.palette
        lines = []
        if len(self.CHOICES) > 1:
            lines = [self._row(number, width, palette) for number in range(len(self.CHOICES))] + [plain("", width)]
        lines += self._scale(width, palette) if self._choice.levels else [plain("", width)] * 2
        now = self.now_is()
        lines += [
            plain("", width),
            plain(f"Now {now}." if now else "How it is now cannot be read, or differs among them.", width, style(palette.dim)),
        ]
        for sentence, warns in self.told():
            look = style(palette.unsure if warns else palette.text)
            for number, part in enumerate(wrapped(sentence, width - 2)):
                lines.append(plain(("! " if warns and not number else "  " if warns else "") + part, width, look))
        return lines

    def _row(self, number: int, width: int, palette: Palette) -> Strip:
        choice, chosen = self.CHOICES[number], number == self._chosen
        back = palette.cursor if chosen else None
        line = Line().add("▸ ● " if chosen else "  ○ ", style(palette.title, back, bold=True))
        line.add(fit(choice.name, _NAME), style(palette.text, back, bold=True))
        line.add(fit(choice.meaning, width - 4 - _NAME), style(palette.text, back))
        return line.strip(width).apply_style(action(f"screen.choose({number})"))

    def _scale(self, width: int, palette: Palette) -> list[Strip]:
        levels = self._choice.levels
        low, high = self.ENDS
        widest = max(len(str(levels[0])), len(str(levels[-1])))
        line = Line().add(f"{self.LEVEL} ", style(palette.text)).add(f"{self.level:>{widest}}", style(palette.title, bold=True))
        line.add(f"   {levels[0]} ", style(palette.dim))
        start = len(self.LEVEL) + 1 + widest + 3 + len(str(levels[0])) + 1
        cells = track(levels, self.level, self.now_level(), min(_TRACK, width - start - len(str(levels[-1])) - 1))
        for glyph, stop in cells:
            look = style(palette.title if glyph == "●" else palette.text if glyph == "○" else palette.dim, bold=glyph == "●")
            line.add(glyph, look + action(f"screen.set_level({stop})"))
        line.add(f" {levels[-1]}", style(palette.dim))
        ends = " " * start + low + " " * max(2, len(cells) - len(low) - len(high)) + high
        return [line.strip(width), Line().add(ends, style(palette.dim)).strip(width)]

    # Moving

    def action_turn(self, by: int) -> None:
        self.action_choose((self._chosen + by) % len(self.CHOICES))

    def action_choose(self, number: int) -> None:
        self._chosen, self._typed = number, ""
        self.draw()

    def action_step(self, by: int) -> None:
        self.action_set_level(self.level + by)

    def action_end(self, which: int) -> None:
        if self._choice.levels:
            self.action_set_level(self._choice.levels[which])

    def action_set_level(self, level: int) -> None:
        self._level, self._typed = level, ""
        self._level = self.level
        self.draw()

    def on_key(self, event: Key) -> None:
        """Digits write the level; one that cannot go on begins anew."""
        if event.character is None or not event.character.isdecimal() or not self._choice.levels:
            return
        event.stop()
        for text in (self._typed + event.character, event.character):
            if int(text) in self._choice.levels:
                self.action_set_level(int(text))
                self._typed = text
                return


class NiceDialog(ScheduleDialog[Nice]):
    """Returns nice, or None."""

    TITLE_TEXT = "Nice"
    HINT = "←→ or digits change it · Enter sets it · Esc cancels"
    CHOICES = (Choice(0, "nice", "", range(LOWEST_NICE, HIGHEST_NICE + 1)),)
    LEVEL = "nice"
    ENDS = ("gets more of a core", "gets less")

    def __init__(self, rows: Sequence[TaskRow], now: Now) -> None:
        super().__init__(rows, now, 0, now.nice or 0)

    def now_is(self) -> str:
        return "" if self._now.nice is None else f"nice {self._now.nice}"

    def now_level(self) -> int | None:
        return self._now.nice

    def told(self) -> list[tuple[str, bool]]:
        weight = 1.25**-self.level  # sched(7): each step is a factor of about 1.25
        share = weight / (weight + 1)
        found = [(f"Sharing a core with one task of nice 0, it gets about {share * 100:.0f} % of it.", False)]
        if self._now.nice is not None and self.level < self._now.nice:
            found.append(("Lowering nice needs root (CAP_SYS_NICE) or a higher RLIMIT_NICE.", True))
        return found

    def says(self) -> str:
        return f"Set nice {self.level}"

    def answer(self) -> Nice:
        return Nice(self.level)


class IoPriorityDialog(ScheduleDialog[IoPriority]):
    """Returns the I/O priority, or None."""

    TITLE_TEXT = "I/O priority"
    CHOICES = (
        Choice(IO_NONE, "as nice says", "best effort, with a level that follows its nice"),
        Choice(IO_REAL_TIME, "real-time", "before everybody else, whatever they wait for", IO_LEVELS),
        Choice(IO_BEST_EFFORT, "best effort", "in turn with the others, by level", IO_LEVELS),
        Choice(IO_IDLE, "idle", "only when nobody else wants the disk"),
    )
    LEVEL = "level"
    ENDS = ("first", "last")

    def __init__(self, rows: Sequence[TaskRow], now: Now) -> None:
        klass = IO_NONE if now.io_class is None else now.io_class
        super().__init__(rows, now, klass, now.io_level if now.io_level is not None and klass != IO_NONE else 4)

    def now_is(self) -> str:
        return "" if self._now.io_class is None else io_text(self._now.io_class, self._now.io_level or 0)

    def now_level(self) -> int | None:
        return self._now.io_level if self._now.io_class == self._choice.key else None

    def told(self) -> list[tuple[str, bool]]:
        found = [("It counts only for disks whose I/O scheduler heeds it (BFQ, mq-deadline).", False)]
        if self._choice.key == IO_REAL_TIME:
            found.append(("Real-time can keep everybody else from the disk, and needs root (CAP_SYS_NICE).", True))
        return found

    def says(self) -> str:
        return f"Set {io_text(self._choice.key, self.level)}" if self._choice.levels else f"Set {self._choice.name}"

    def answer(self) -> IoPriority:
        return IoPriority(self._choice.key, self.level)


class PolicyDialog(ScheduleDialog[Policy]):
    """Returns the scheduling policy, or None."""

    TITLE_TEXT = "Scheduling policy"
    CHOICES = (
        Choice(OTHER, "OTHER", "the usual one: cores are shared, by nice"),
        Choice(BATCH, "BATCH", "the same, for long work: less eager to begin"),
        Choice(IDLE, "IDLE", "next to nothing while anybody else wants the core"),
        Choice(FIFO, "FIFO", "real-time: before all of these, until it waits or ends", RT_PRIORITIES),
        Choice(RR, "RR", "real-time, in turn with those of the same priority", RT_PRIORITIES),
    )
    LEVEL = "priority"
    ENDS = ("lowest", "highest")

    def __init__(self, rows: Sequence[TaskRow], now: Now) -> None:
        super().__init__(rows, now, OTHER if now.policy is None else now.policy, now.rt_priority or 1)

    def now_is(self) -> str:
        return "" if self._now.policy is None else policy_text(self._now.policy, self._now.rt_priority or 0)

    def now_level(self) -> int | None:
        return self._now.rt_priority if self._now.policy == self._choice.key else None

    def told(self) -> list[tuple[str, bool]]:
        if self._choice.key not in REAL_TIME:
            return []
        return [
            ("A real-time task that never waits can freeze the machine, conclab included.", True),
            ("It needs root (CAP_SYS_NICE), or RLIMIT_RTPRIO of at least its priority.", True),
        ]

    def says(self) -> str:
        return f"Set {policy_text(self._choice.key, self.level)}"

    def answer(self) -> Policy:
        return Policy(self._choice.key, self.level)
