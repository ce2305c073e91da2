"""The guide: takes somebody on the tour (``model.tour``) through the app's own screens. It looks at each beat where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from textual.app import App
from textual.screen import Screen

from conclab.model.tour import INVITATION, STOPS, Scene, Tour, with_keys
from conclab.recording.feed import Session
from conclab.tui.commands import commands
from conclab.tui.screens.place import Place
from conclab.tui.widgets.tourbar import TourBar

_NEXT, _END = "app.tour", "app.end_tour"


class Guide:
    """``findings`` tells how many claims were judged so far. A ``newcomer`` is told that there is a tour, until they take it, run
    something or want to hear no more of it."""

    def __init__(self, app: App[None], session: Session, findings: Callable[[], int], newcomer: bool = False) -> None:
        self._app = app
        self._session = session
        self._findings = findings
        self._tour: Tour | None = None
        self._inviting = newcomer
        self._told: set[Place] = set()
        """The places whose bars say something."""

    @property
    def touring(self) -> bool:
        """Whether somebody is on the tour, or invited to it."""
        return self._tour is not None or self._inviting

    def onward(self, place: Place) -> None:
        """Begin the tour, or go on to its next stop; after the last it ends."""
        now, self._inviting = self._scene(place), False
        self._tour = Tour(0, now) if self._tour is None else self._tour.onward(now)
        self.look(place)

    def end(self, place: Place) -> None:
        """No tour any more."""
        self._tour, self._inviting = None, False
        for told in self._told | {place}:
            told.query_one(TourBar).say("", "", ())
        self._told.clear()

    def look(self, place: Place) -> None:
        """See where they are, and say there what is next."""
        now = self._scene(place)
        self._inviting = self._inviting and self._tour is None and not now.live
        if not self.touring:
            self.end(place)
            return
        self._told.add(place)
        keys = {command.action: command.keys[0] for command in commands(cast(Screen[object], place))}
        if self._tour is None:
            invitations = ((keys.get(_NEXT, ""), "Tour", _NEXT), (keys.get(_END, ""), "Not now", _END))
            text = with_keys(INVITATION, keys) if place.NAME == "lab" else ""
            place.query_one(TourBar).say("Welcome", text, invitations)
            return
        self._tour = tour = self._tour.seen(now)
        last = tour.number + 1 == len(STOPS)
        offers = [(keys.get(_NEXT, ""), "Done" if last else "Next", _NEXT), (keys.get(_END, ""), "End", _END)]
        head = f"Tour {tour.number + 1} of {len(STOPS)} · {tour.stop.title}"
        place.query_one(TourBar).say(head, tour.text(now, keys), tuple(offers[:1] if last else offers))

    def _scene(self, place: Place) -> Scene:
        run, shown = self._session.run_state, self._app.screen
        above = "" if shown is place else type(shown).__name__.removesuffix("Screen").lower()
        return Scene(place.NAME, above, run.live, run.phase == "finished", self._findings())
