"""Learn: which sentences of the article hold on this machine, which do not, and why. Guess, run, read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.strip import Strip
from textual.widgets import Input

from conclab.model.claims import Claim
from conclab.model.text import harmless
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.recording.learning import Learning
from conclab.tui.layout import NARROW, Layout
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, action, fit, style
from conclab.tui.renderables.claim_list import RUNNING, WAITING, rows_of, summary
from conclab.tui.renderables.claim_page import Button, Page, conditions, page_lines
from conclab.tui.screens.aside import aside
from conclab.tui.screens.help_words import LEARN, Words
from conclab.tui.screens.learn_keys import KEYS
from conclab.tui.screens.learn_orders import LearnOrders
from conclab.tui.screens.learn_words import ASKING, hint, stands
from conclab.tui.widgets.claim_list import ClaimList
from conclab.tui.widgets.claim_page import ClaimPage
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.line import Drawn
from conclab.tui.widgets.search_line import SearchLine

_PROGRESS = 1
"""Lines that the progress takes from the panes, while something is run."""
_WIDER = 14
"""Cells that the list is wider than the Lab's setup."""


class LearnScreen(LearnOrders):
    """The claims, and the page of one of them; while it is run, what runs in the place of its page."""

    NAME = "learn"
    DEFAULT_CSS = """
    LearnScreen > #progress { display: none; background: $field; }
    LearnScreen.-on > #progress { display: block; }
    LearnScreen > #body { height: 1fr; }
    LearnScreen #setup { width: 52; max-width: 44%; }
    LearnScreen #claims { height: 1fr; }
    LearnScreen #right { width: 1fr; }
    LearnScreen #page { height: 1fr; padding: 0 1; }
    LearnScreen #results { display: none; height: 1fr; }
    LearnScreen.-live #results { display: block; }
    LearnScreen.-live #page { display: none; }
    LearnScreen.-narrow #setup { width: 100%; max-width: 100%; layout: vertical; }
    LearnScreen.-narrow #right { width: 100%; display: none; }
    LearnScreen.-narrow.-results #right { display: block; }
    LearnScreen.-narrow.-results #results { display: none; }
    LearnScreen.-narrow.-results.-live #results { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, session: Session, learning: Learning, pythons: Mapping[str, str]) -> None:
        super().__init__(session, learning, pythons)
        self._drawn = -1
        """The version of what was drawn last."""
        self._progress: tuple[str, ...] = ()
        self._shown: int | None = None
        """The claim whose page was drawn last."""

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield Drawn(self._draw_progress, id="progress")
        with Horizontal(id="body"):
            with Vertical(id="setup"):
                yield ClaimList()
                yield SearchLine()
            with Vertical(id="right"):
                yield ClaimPage()
                yield self.results
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(ClaimList).focus()
        self.run_worker(self._read(), group="reading findings")

    async def _read(self) -> None:
        self.learning.take_over(await aside(self.learning.read))
        self.refresh_view(EVERYTHING)

    # What is drawn

    def divide(self, width: int, height: int) -> Layout:
        """As in the Lab, but for a wider list and the line about what is run."""
        return self.results.divide(width if width < NARROW else max(NARROW, width - _WIDER), height - _PROGRESS)

    def refresh_view(self, changes: Changes) -> None:
        super().refresh_view(changes)
        if not self.query(ClaimList):
            return
        anew = changes == EVERYTHING or self._drawn != self.learning.version
        if anew:
            self._drawn = self.learning.version
            self._follow()
            self._draw_list()
            self._turn_to_run()
            self._draw_page()
            self.refresh_bindings()
        if self.has_class("-live") and (anew or changes.run or changes.machine):
            self.divide(self.size.width, self.size.height)
            self.results.draw(EVERYTHING if anew else changes)
        self._tell_progress()

    def repaint(self) -> None:
        self.results.repaint()
        self.query_one("#progress").refresh()
        super().repaint()

    def _follow(self) -> None:
        """The cursor goes along with what is run, until somebody moves it."""
        now = self.learning.now
        if self._following and now is not None:
            self.query_one(ClaimList).choose(now.number, by_hand=False)

    def _turn_to_run(self) -> None:
        """What runs in the place of the page of the claim that it is for."""
        learning, claim = self.learning, self.claim
        live = learning.on and learning.ours and claim is not None and claim is learning.now
        if live != self.has_class("-live"):
            focused = self.focused
            self.set_class(live, "-live")
            if focused is not None and focused.id != "claims" and not isinstance(focused, Input):
                self.set_focus(self.results.workers_view if live else self.query_one(ClaimPage))
        self.set_class(learning.on, "-on")

    def _draw_list(self) -> None:
        view, learning, sought = self.query_one(ClaimList), self.learning, self.query_one(SearchLine).value
        standings = learning.standings(self.first)
        states = dict.fromkeys(learning.waiting, WAITING)
        if learning.now is not None and not learning.waits_for_lab:
            states[learning.now.number] = RUNNING
        view.update_rows(
            rows_of(learning.claims, standings, states, sought), f"No claim holds “{sought}”. Esc shows them all again."
        )
        chosen = [label for label, path in self._pythons.items() if path in self._chosen]
        view.title(f"Claims · {harmless(', '.join(chosen))}" if self._chosen != list(self._pythons.values())[:1] else "Claims")
        view.subtitle(summary(learning.claims, standings))

    def _draw_page(self) -> None:
        view, claim = self.query_one(ClaimPage), self.claim
        if view.room <= 0:
            return
        if claim is None:
            view.show([])
            view.title("")
            view.subtitle("")
            return
        findings = self.learning.findings_of(claim, self.first)
        page = Page(
            claim,
            findings,
            self.learning.guess_of(claim),
            explained=claim.number in self._explained,
            hint=ASKING if self._asking else hint(self.learning, claim, bool(findings), len(self._chosen)),
            buttons=tuple(self._buttons(claim, bool(findings))),
            now_s=self.session.feed.time_of_day(),
        )
        view.show(page_lines(page, view.palette, view.room, view.colourless))
        view.title(claim.chapter)
        view.subtitle(conditions(findings[0], page.now_s) if len(findings) == 1 else "")
        if self._shown != claim.number:
            self._shown = claim.number
            view.scroll_to(y=0, animate=False)

    def _buttons(self, claim: Claim, found: bool) -> Iterator[Button]:
        if claim.trials:
            if self.is_open(claim):
                yield Button("■ Stop", "stop", main=True)
            else:
                yield Button("▶ Run again" if found else "▶ Run", "run", main=True)
            yield Button("Watch it in the Lab", "watch")
            if not self.told(claim):
                yield Button("Why?", "explain")
            if self.runs():
                yield Button("Open its run", "open")
        if claim is not self.learning.claims[-1]:
            yield Button("Next claim", "next")

    def _tell_progress(self) -> None:
        parts = stands(self.learning, len(self._chosen) > 1)
        if parts != self._progress:
            self._progress = parts
            self.query_one("#progress").refresh()

    def _draw_progress(self, width: int, palette: Palette) -> Strip:
        stop = " ■ Stop "
        parts, room = list(self._progress), width - len(stop) - 3
        while len(parts) > 2 and cell_len(" · ".join(parts)) > room:
            parts.pop(1)  # which claim it is and how long it takes stay to the last
        line = Line().add(" ▶ ", style(palette.text, bold=True)).add(fit(" · ".join(parts), room), style(palette.text, bold=True))
        return line.add(stop, style(palette.ink, palette.title, bold=True) + action("screen.stop")).strip(width)

    # Keys

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return LEARN

    def action_run(self) -> None:
        """Run it; from the list of a narrow screen go to its page first."""
        if self._on_list:
            self.turn_page(results=True)
        else:
            self.run_claim()

    def action_stop(self) -> None:
        """Stop what is run; else step back: out of a search, from the page to the list."""
        if self._asking:
            self._asking = False
        elif self.query_one(SearchLine).is_open:
            self.action_end_search()
        elif self.learning.on:
            self.learning.stop()
        elif self.query_one(SearchLine).value:
            self.action_end_search()
        else:
            super().turn_page(results=False)
            self.query_one(ClaimList).focus()
        self.refresh_view(EVERYTHING)

    @on(ClaimList.Moved)
    def _moved(self, event: ClaimList.Moved) -> None:
        if event.by_hand:
            self._following = self.claim is self.learning.now
        self.refresh_view(EVERYTHING)

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        self.refresh_bindings()

    def title_of(self, action: str) -> str | None:
        """What Enter and Esc do changes with where one is."""
        if action == "run":
            found = self.claim is not None and bool(self.learning.findings_of(self.claim))
            return "Open" if self._on_list else "Run again" if found else None
        if action == "stop":
            return None if self.learning.on else "Back"
        return "Output" if action == "open" and self.has_class("-live") else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done now is dimmed in the footer."""
        if not self.is_mounted or not self.query(ClaimList):
            return True
        claim = self.claim
        runnable = claim is not None and bool(claim.trials)
        can = {
            "run": claim is not None and (self._on_list or (runnable and not self.is_open(claim))),
            "watch": runnable,
            "guess": runnable,
            "next": claim is not None and claim is not self.learning.claims[-1],
            "explain": claim is not None and not self.told(claim),
            "open": bool(self.runs()) or self.has_class("-live"),
            "report": bool(self.learning.findings()),
            "stop": self._busy_or_away,
        }
        return True if can.get(action, True) else None

    @property
    def _busy_or_away(self) -> bool:
        line, narrow = self.query_one(SearchLine), self.has_class("-narrow") and self.has_class("-results")
        return (
            self.learning.on
            or self._asking
            or line.is_open
            or bool(line.value)
            or narrow
            or not self.query_one(ClaimList).has_focus
        )
