"""The top bar: the places one can go to, and the machine in one line."""

from __future__ import annotations

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from conclab.model import figures
from conclab.model.machine import Machine
from conclab.model.machine_state import MachineState
from conclab.tui.renderables.blocks import Line, action, style
from conclab.tui.theme import palette_for

PLACES = (("lab", "Lab"), ("monitor", "Monitor"), ("learn", "Learn"), ("runs", "Runs"))


def facts(machine: MachineState, facts: Machine, width: int) -> str:
    """As many of the machine's figures as fit, the most telling first."""
    sample, rates = machine.sample, machine.rates
    usable = facts.usable_cores
    cores = f"{facts.cores} {'core' if facts.cores == 1 else 'cores'}"
    parts = [cores if usable == facts.cores else f"{figures.cores(usable)} of {cores} usable"]
    if sample is not None and sample.threads is not None:
        running = "" if sample.running is None else f", {figures.count(sample.running)} running"
        parts.append(f"{figures.count(sample.threads)} tasks{running}")
    if rates is not None:
        if rates.switches_per_s is not None:
            parts.append(f"{figures.count(rates.switches_per_s)} switches/s")
        parts.append(f"conclab {figures.percent(rates.own_share)}")
    while parts:
        text = " · ".join(parts)
        if len(text) + 1 <= width:
            return text
        parts.pop(1 if len(parts) > 1 else 0)
    return ""


class TopBar(Widget):
    """One line. A click on a place goes there."""

    DEFAULT_CSS = """
    TopBar { height: 1; dock: top; background: $bar; }
    """

    def __init__(self, place: str, machine: Machine) -> None:
        super().__init__()
        self._place = place
        self._facts = machine
        self._text = self._said = self._tape = ""

    @property
    def _badge(self) -> str:
        """What somebody must know who is about to press a key."""
        tape = f" ● tape {self._tape} " if self._tape else ""
        return tape + getattr(self.app, "cast_badge", "") + (" read-only " if getattr(self.app, "read_only", False) else "")

    def tell_tape(self, text: str) -> None:
        """How long the monitor has been recorded, and how large that is; empty: it is not."""
        if text != self._tape:
            self._tape = text
            self.refresh()

    def say(self, text: str) -> None:
        """What else there is to tell here (a run, where it cannot be seen); it comes before the machine's figures."""
        self._said = f"▶ {text} · " if text else ""

    def update_from(self, state: MachineState) -> None:
        """Take over the machine's figures; drawn anew only when they read differently."""
        taken = 9 + sum(len(title) + 4 for _name, title in PLACES) + len(self._badge)
        room = self.size.width - taken - 2
        text = (self._said + facts(state, self._facts, max(0, room - len(self._said))))[:room].removesuffix(" · ")
        if text != self._text:
            changed = max(len(text), len(self._text)) + 1
            self._text = text
            # Only the right end: Textual draws all that lies in the rectangle around what is dirty.
            self.refresh(Region(self.size.width - changed, 0, changed, 1))

    def render_line(self, y: int) -> Strip:
        palette = palette_for(self.app.current_theme)
        dark = style(palette.ink, palette.title, bold=True)
        line = Line().add(" conclab ", dark)
        taken = 9
        for name, title in PLACES:
            look = style(palette.title, palette.cursor, bold=True) if name == self._place else style(palette.dim)
            line.add(f"  {title}  ", look + action(f"app.go('{name}')"))
            taken += len(title) + 4
        if self._badge:
            line.add(self._badge, style(palette.ink, palette.unsure, bold=True))
        room = self.size.width - taken - len(self._badge)
        line.add(" " * max(0, room - len(self._text) - 1)).add(self._text, style(palette.text))
        return line.strip(self.size.width).apply_style(self.rich_style)
