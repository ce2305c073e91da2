"""How one moves in Learn: among the claims, between the list and the page, and by what one types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from textual import on
from textual.widgets import Input

from conclab.lab.catalogue import find
from conclab.model.claims import Claim
from conclab.model.experiments import Experiment
from conclab.model.glossary import plain as unmarked
from conclab.recording.feed import EVERYTHING, Session
from conclab.recording.learning import Learning
from conclab.tui.screens.pages import TwoPages
from conclab.tui.widgets.claim_list import ClaimList
from conclab.tui.widgets.claim_page import ClaimPage
from conclab.tui.widgets.results import Results
from conclab.tui.widgets.search_line import SearchLine

_NOTHING_RAN = "threads-or-processes"


class LearnMoving(TwoPages):
    """``ClaimList``, ``SearchLine``, ``#page`` and the results are there."""

    def __init__(self, session: Session, learning: Learning, pythons: Mapping[str, str]) -> None:
        super().__init__(session, Results(session, self._experiment))
        self.learning = learning
        self._pythons = dict(pythons)

    def _experiment(self) -> Experiment:
        """The one that is running, which the panes of the results ask for."""
        return find(self.session.run_state.experiment or _NOTHING_RAN)

    @property
    def claim(self) -> Claim | None:
        return self.query_one(ClaimList).claim if self.is_mounted else None

    def choose(self, claim: Claim) -> None:
        self.query_one(ClaimList).choose(claim.number)

    def more_commands(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """Every claim can be chosen by its title."""
        for claim in self.learning.claims:
            yield f"Claim {claim.number}: {claim.title}", unmarked(claim.statement), partial(self._go_to, claim)

    def _go_to(self, claim: Claim) -> None:
        self.action_end_search()
        self.choose(claim)
        self.turn_page(results=True)

    @property
    def _on_list(self) -> bool:
        """Whether only the list is shown: on a narrow screen."""
        return self.has_class("-narrow") and not self.has_class("-results")

    def turn_page(self, results: bool) -> None:
        """On a narrow screen: show the page of the claim, or the list; the keys go there, too."""
        super().turn_page(results)
        if self.has_class("-narrow"):
            shown = (self.results.workers_view if self.has_class("-live") else self.query_one(ClaimPage)) if results else None
            self.set_focus(shown or self.query_one(ClaimList))
        self.refresh_view(EVERYTHING)

    def action_next(self) -> None:
        claim, every = self.claim, self.learning.claims
        if claim is not None and claim is not every[-1]:
            following = every[every.index(claim) + 1]
            self.action_end_search()
            self.choose(following)

    def action_scroll(self) -> None:
        """A page on; from the end to the beginning."""
        view = self.query_one(ClaimPage)
        if view.scroll_offset.y >= view.max_scroll_y:
            view.scroll_to(y=0, animate=False)
        else:
            view.scroll_page_down(animate=False)

    def action_search(self) -> None:
        """What is typed from now on narrows the list down."""
        super().turn_page(results=False)
        self.query_one(SearchLine).open()

    def action_end_search(self) -> None:
        self.query_one(SearchLine).end(self.query_one(ClaimList))

    @on(Input.Changed, "#search")
    def _sought(self) -> None:
        self.refresh_view(EVERYTHING)

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.query_one(SearchLine).leave(self.query_one(ClaimList))

    @on(ClaimList.Entered)
    def _entered(self) -> None:
        if self._on_list:
            self.turn_page(results=True)
