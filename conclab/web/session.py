"""A session: one conclab for one browser, a child that is spoken with over pipes (textual's web driver), and that ends with us.

textual-serve starts it through a shell, waits for its end without limit, and prints into our terminal what it says. Here it is
started as it stands, has a process group of its own (Ctrl-C at the server's terminal is the server's business) and a few seconds to
end: then it is killed with all that is in its group. When the server itself is killed, its pipes close, and it ends by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from conclab.model.text import harmless

PATIENCE_S = 4.0
"""For conclab to stop what it runs and to go. It takes less than a second; a stuck one is killed."""
_PRELUDE = b"__GANGLION__\n"
"""With this Textual's web driver begins."""
MOST_CELLS = 1_000
"""Columns, and lines: nobody's screen has more."""


class Session(AppService):
    """``send`` hands a browser what is drawn, ``close`` tells it that the session is over."""

    def __init__(
        self, command: Sequence[str], send: Callable[[bytes], Awaitable[None]], close: Callable[[], Awaitable[object]]
    ) -> None:
        async def say_nothing(_text: str) -> None:
            """Files to save and pages to open: conclab has none, and a browser is told of none."""

        async def closed() -> None:
            await close()

        super().__init__(
            " ".join(command), write_bytes=send, write_str=say_nothing, close=closed, download_manager=DownloadManager()
        )
        self._command = tuple(command)
        self._ending = False
        self.last_words = ""
        """What it said at last on standard error."""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = self._process.stdin
        return self._process

    async def run(self) -> None:
        """Hand on what it draws until it ends; then the browser's session is over, however it came to its end."""
        assert self._process is not None
        stdout, stderr = self._process.stdout, self._process.stderr
        assert stdout is not None
        assert stderr is not None
        said = asyncio.create_task(stderr.read())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, json.JSONDecodeError):
            await stdout.readuntil(_PRELUDE)
            while True:
                kind, size = await stdout.readexactly(1), int.from_bytes(await stdout.readexactly(4), "big")
                payload = await stdout.readexactly(size)
                if kind == b"D":
                    await self.on_data(payload)
                elif kind == b"M":
                    await self.on_meta(payload)
        self.last_words = harmless((await said).decode("utf-8", "replace").strip().rpartition("\n")[2])
        if not self._ending:
            await self.remote_close()

    async def on_data(self, payload: bytes) -> None:
        """What was drawn. While the session ends it is read and thrown away, so that nothing of it has to wait."""
        if not self._ending:
            try:
                await super().on_data(payload)
            except (ConnectionError, RuntimeError):
                self._ending = True

    async def on_meta(self, data: bytes) -> None:
        """That it has ended; nothing else of what Textual could say is meant for a browser."""
        if json.loads(data).get("type") == "exit" and not self._ending:
            await super().on_meta(data)

    async def stop(self) -> None:
        """End it, and return when nothing of it is left."""
        if self._process is None or self._task is None:
            return
        self._ending = True
        process, task, self._task = self._process, self._task, None
        with contextlib.suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(self.send_meta({"type": "quit"}), PATIENCE_S / 4)
        self.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)  # it is there still: the number is no other's
            await process.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def take(self, message: object) -> object | None:
        """Do what a browser has asked for; returns the answer, if there is one. What makes no sense is passed over."""
        match message:
            case ["stdin", str(text)]:
                await self.send_bytes(text.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(cells(width), cells(height))
            case ["ping", data] if isinstance(data, str | int | float):
                return ["pong", data]
            case ["focus", *_]:
                await self.focus()
            case ["blur", *_]:
                await self.blur()
        return None


def cells(number: int) -> int:
    """A width or height that can be."""
    return max(1, min(MOST_CELLS, number))
