"""Read-only: a feed that lets one look at everything and reach nothing.

The last door before the machine: whatever way a key, a click or a command takes through the screens, it ends here. Nothing is
signalled, scheduled otherwise or started; nobody is traced, for a traced process stands still at every call. What a process was
started with in its environment is not shown either: passwords and keys lie there, and who may look need not be who may know them.

Files are not the feed's: settings and guesses are then kept in memory only (``OnlyRead`` here, ``save=None`` of the app), and the
actions that write or delete a file are declared as such by their screens (``tui.only_looks``).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from conclab.model.actions import Action, Now, Outcome
from conclab.model.claims import Finding, Guess
from conclab.model.details import ENVIRONMENT, STACKS, Page, Section
from conclab.model.machine import Machine
from conclab.model.runs import Plan, Run
from conclab.model.table import RowId, Wanted
from conclab.model.trace import Traced
from conclab.recording.feed import Feed, Item
from conclab.recording.learning import Keeps

WHY = "This conclab is read-only: it looks, and changes nothing."
"""What is said to whoever wants more."""
_REFUSED = "this conclab is read-only"
_NOT_TRACED = "This conclab is read-only: nobody is traced, because a traced process stops at every system call."
_NOT_SHOWN: Mapping[str, tuple[str, str]] = {
    ENVIRONMENT: ("Environment", "Not shown while conclab is read-only: passwords and keys often lie there."),
    STACKS: ("Stacks", "Not read while conclab is read-only: py-spy stops the process for a moment to look at it."),
}


class ReadOnly(RuntimeError):
    """Something was asked for that is not done while conclab is read-only. The message is one plain sentence."""

    def __init__(self) -> None:
        super().__init__(WHY)


class ReadOnlyFeed:
    """What another feed delivers, and none of what it would do."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.machine: Machine = feed.machine
        self._refused: list[Item] = []

    def take(self) -> list[Item]:
        items, self._refused = [*self._feed.take(), *self._refused], []
        return items

    def launch(self, plan: Plan) -> None:
        """Raises ReadOnly."""
        raise ReadOnly

    def stop(self) -> None:
        """Nothing is on that could be stopped."""

    def finished(self) -> tuple[Run, str] | None:
        return None

    def list_tasks(self, wanted: Wanted | None) -> None:
        self._feed.list_tasks(wanted)

    def act(self, action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
        return tuple(Outcome(target, False, action, str(target.tid or target.pid), _REFUSED) for target in targets)

    def time_of_day(self, at_ns: int | None = None) -> float:
        return self._feed.time_of_day(at_ns)

    def standing(self, target: RowId) -> Now:
        return self._feed.standing(target)

    def details(self, id: RowId, page: str) -> Page:
        if page in _NOT_SHOWN:
            title, why = _NOT_SHOWN[page]
            return Page(page, time.monotonic_ns(), (Section(title, note=why),))
        return self._feed.details(id, page)

    def inspect(self, id: RowId | None) -> None:
        self._feed.inspect(id)

    def trace(self, id: RowId | None) -> None:
        if id is not None:
            self._refused.append(Traced(time.monotonic_ns(), id, over=_NOT_TRACED))

    def memory_available(self) -> int | None:
        return self._feed.memory_available()

    def exact_lack(self) -> str:
        return self._feed.exact_lack()

    @property
    def tasks_per_s(self) -> float:
        return self._feed.tasks_per_s

    def close(self) -> None:
        self._feed.close()


class OnlyRead:
    """What was found and guessed before, from another keeper; what is guessed now is forgotten at the end."""

    def __init__(self, keeper: Keeps) -> None:
        self._keeper = keeper
        self.machine = keeper.machine
        self.problem = ""

    def keep(self, finding: Finding) -> bool:
        return True

    def keep_guess(self, number: int, guess: Guess) -> bool:
        return True

    def latest(self) -> Mapping[int, tuple[Finding, ...]]:
        found = self._keeper.latest()
        self.problem = self._keeper.problem
        return found

    def guesses(self) -> Mapping[int, Guess]:
        guesses = self._keeper.guesses()
        self.problem = self._keeper.problem
        return guesses
