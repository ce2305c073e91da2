"""Read-only screens: what would change something is not offered there, and whoever asks for it all the same is told why not.

A screen declares which of its actions reach beyond itself (``ACTS``: to a task, to a file, to the terminal). They vanish from the
key bar, the help and the palette; a key, a click or a command that means one of them gets a sentence instead. That is a courtesy:
what really keeps the machine out of reach is the feed (``recording.read_only``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.actions import ActionParseResult
from textual.app import App
from textual.dom import DOMNode

from conclab.recording.read_only import WHY


def acts(node: object, action: str) -> bool:
    """Whether an action of a screen, by its bare name, reaches beyond the screens."""
    return any(action in vars(kind).get("ACTS", ()) for kind in type(node).__mro__)


def refused(app: App[Any]) -> bool:
    """Whether nothing may be changed; then that is told."""
    if not getattr(app, "read_only", False):
        return False
    app.notify(WHY, severity="warning", markup=False)
    return True


class OnlyLooks(App[None]):
    """An app that can be read-only."""

    ACTS: ClassVar[frozenset[str]] = frozenset({"suspend_process"})
    """The shell, which it goes back to, is not read-only."""
    read_only = False

    def _check_action_state(self, action: str, default_namespace: DOMNode) -> bool | None:
        """Textual asks here for every binding whether it is shown."""
        target, name, _parameters = self._parse_action(action, default_namespace)
        if self.read_only and acts(target, name):
            return False
        return super()._check_action_state(action, default_namespace)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Every key, click and command comes through here."""
        target, name, _parameters = self._parse_action(action, default_namespace or self, namespaces)
        if acts(target, name) and refused(self):
            return True
        return await super().run_action(action, default_namespace, namespaces)
