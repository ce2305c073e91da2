"""The app as one presents with it: captions over every screen, the keys as they are pressed, the time since it began."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.app import ScreenStackError
from textual.events import Event, Key

from conclab.tui.app import ConclabApp
from conclab.tui.commands import key_name
from conclab.tui.widgets.captions import LAYER, PIECES, Over, Shown

KEYS_STAY_S = 1.8
"""How long a key is to be seen after it was pressed."""
MOST_KEYS = 8


class PresentingApp(ConclabApp):
    """What is to be seen beside the screens is one value, ``shown``; it is brought to whichever screen is in front."""

    CSS = ConclabApp.CSS + f"\nScreen {{ layers: default {LAYER}; }}\n"

    def __init__(
        self,
        *arguments: Any,
        presenting: bool = True,
        corner_note: str = "",
        clock: Callable[[], float] = time.monotonic,
        **named: Any,
    ) -> None:
        """``presenting``: keys and time are shown, and captions are big. ``corner_note`` stands before the time. ``clock`` tells
        seconds from anywhere. The rest is the app's."""
        super().__init__(*arguments, **named)
        self.presenting = presenting
        self.corner_note = corner_note
        self.clock = clock
        self._shown = Shown(big=presenting)
        self._began_s: float | None = None
        self._pressed: deque[tuple[str, float]] = deque(maxlen=MOST_KEYS)

    @property
    def shown(self) -> Shown:
        """What is to be seen now."""
        return self._shown

    def say(self, text: str, where: str = "bottom", note: str = "") -> None:
        """Show a caption; an empty one takes it away."""
        self._shown = replace(self._shown, caption=text, where=where, note=note)
        self.bring_over()

    def note(self, note: str) -> None:
        """A word beside the caption that there is."""
        self._shown = replace(self._shown, note=note)
        self.bring_over()

    def beat(self) -> None:
        super().beat()
        self._tell_time()
        self.bring_over()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded and self.presenting:
            self.show_key(event)
        await super().on_event(event)

    def show_key(self, key: Key) -> None:
        """Show a key and what it does where one is."""
        try:
            active = self.screen.active_bindings.get(key.key)
        except ScreenStackError:
            return
        typed = self.focused is not None and self.focused.check_consume_key(key.key, key.character)
        binding = active.binding if active is not None and not typed else None
        sign = key.character if key.is_printable and key.character else None
        name = key_name(self.screen.app, binding) if binding is not None else sign or key.key.replace("_", " ")
        now_s = self.clock()
        self._forget_keys(now_s)
        self._pressed.append(("Space" if name == " " else name, now_s))
        title = binding.description if binding is not None else ""
        self._shown = replace(self._shown, keys=tuple(one for one, _at in self._pressed), title=title)
        self.bring_over()

    def _forget_keys(self, now_s: float) -> None:
        """All at once, when the last of them was long ago: they came together."""
        keys = self._pressed
        if keys and now_s - keys[-1][1] > KEYS_STAY_S:
            keys.clear()
            self._shown = replace(self._shown, keys=(), title="")

    def _tell_time(self) -> None:
        now_s = self.clock()
        self._began_s = now_s if self._began_s is None else self._began_s
        self._forget_keys(now_s)
        minutes, seconds = divmod(int(now_s - self._began_s), 60)
        parts = [self.corner_note] if self.corner_note else []
        if self.presenting:
            parts.append(f"{minutes:02}:{seconds:02}")
        self._shown = replace(self._shown, corner=" · ".join(parts))

    def bring_over(self) -> None:
        """See to it that the screen in front shows it."""
        try:
            screen = self.screen
        except ScreenStackError:
            return
        if not screen.is_mounted:
            return
        there = list(screen.query_children(Over))
        if not there:
            there = [piece() for piece in PIECES]
            screen.mount(*there)
        for piece in there:
            piece.update_shown(self._shown)
