"""Keeping what the user has set: written a moment after the last change, in a thread of its own, and what is left at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.timer import Timer

from conclab.model.settings import Settings

KEEP_AFTER_S = 0.5
"""So long after the last change the settings are written: who turns through five themes has them written once."""

Save = Callable[[Settings], str | None]
"""Writes them; returns None, or a sentence for the user."""


class Saver:
    """One for an app. ``save`` None: nothing is kept."""

    def __init__(self, app: App[Any], save: Save | None) -> None:
        self._app = app
        self._save = save
        self._lock = asyncio.Lock()
        self._unsaved: Settings | None = None
        self._timer: Timer | None = None
        self._told: str | None = None

    def keep(self, settings: Settings) -> None:
        """Write these soon."""
        self._unsaved = settings
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(KEEP_AFTER_S, self._keep)

    async def _keep(self) -> None:
        trouble = await self._write()
        if trouble is not None and trouble != self._told:
            self._app.notify(trouble, title="Settings", severity="warning", markup=False)
        self._told = trouble

    async def _write(self) -> str | None:
        # Leaving may be quicker than the timer, whose call is then on its way: whoever comes first takes them.
        settings, self._unsaved = self._unsaved, None
        if settings is None or self._save is None:
            return None
        async with self._lock:
            return await asyncio.to_thread(self._save, settings)

    async def close(self) -> None:
        """What was changed in the last moment is kept, too."""
        if self._timer is not None:
            self._timer.stop()
        await self._write()
