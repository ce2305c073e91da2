"""Served: conclab drawn in a browser. Textual's web driver, which speaks over pipes with a server, and ends with that server.

Textual's own goes on for ever when its server was killed: the end of its input only ends the thread that reads, and the first
picture that cannot be delivered ends the app with a traceback.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial

from textual import messages
from textual.driver import Driver
from textual.drivers.web_driver import WebDriver

from conclab.tui.driver import SurvivingDriver

VARIABLE, NAME = "TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver"
"""How a server that serves a Textual app says so (textual-serve, textual-web)."""


class ServedDriver(WebDriver):
    """Ends the app with whoever serves it."""

    def start_application_mode(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._write = partial(self._hand_on, self._write)
        super().start_application_mode()

    def _hand_on(self, write: partial[int], data: bytes) -> int:
        try:
            return write(data)
        except BrokenPipeError:
            return len(data)  # the end of the input, which comes with it, ends us

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            asyncio.run_coroutine_threadsafe(self._app._post_message(messages.ExitApp()), loop=self._loop)


def is_served() -> bool:
    """Whether it is not a terminal that draws us."""
    return os.environ.get(VARIABLE) == NAME


def driver_class() -> type[Driver]:
    """Who stands between the app and what draws it."""
    return ServedDriver if is_served() else SurvivingDriver
