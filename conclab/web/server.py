"""The server: a page with a terminal in it, a session for each that opens it, and the end of all of them with the server's own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import textual_serve
from aiohttp import WSMsgType, web

from conclab.web import gate, page
from conclab.web.session import Session, cells

MOST_SESSIONS = 8
"""Each is a conclab of its own: some 55 MB (measured), and what it costs to look at the machine."""
_LONGEST_MESSAGE = 1 << 16
"""Bytes from a browser at once: a long paste."""
_HEARTBEAT_S = 15.0
"""A browser that does not answer for so long is gone, and so is its session."""
_FONT_PX = range(6, 49)
_USUAL_FONT_PX = 15
_FULL = f"{MOST_SESSIONS} sessions are open, and there are no more than that at a time. Close one, then try again."
_NO_TOKEN = "This needs the whole address, with its token, that `conclab serve` has printed in its terminal."
_FILES = Path(textual_serve.__file__).parent / "static"


class CannotServe(Exception):
    """The server could not begin. The message is a fragment: what is wrong."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be served, and where."""

    command: Sequence[str]
    """Of a session; it is run as it stands, not by a shell."""
    host: str
    port: int
    """0: any that is free."""
    title: str = "conclab"
    names: Collection[str] = ()
    """What this machine is called."""


class Server:
    """One server. ``serve`` returns when it is asked to end by a signal."""

    def __init__(self, wish: Wish, token: str) -> None:
        self._wish = wish
        self._token = token
        self.sessions: set[Session] = set()

    def application(self) -> web.Application:
        """All that can be asked for."""
        app = web.Application(middlewares=[self._guard], client_max_size=_LONGEST_MESSAGE)
        app.add_routes(
            [
                web.get("/{token}/", self._terminal),
                web.get("/{token}/session", self._session),
                web.get("/{token}/files/{name}", self._file),
            ]
        )
        app.on_shutdown.append(self._end_all)
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Nobody gets past without the token, whatever they ask for."""
        why = gate.wrong_host(request.host, self._wish.names)
        token = request.path.split("/")[1] if request.path.startswith("/") else ""
        if why or not gate.same_token(token, self._token):
            return self._words(request, why or _NO_TOKEN, 403)
        try:
            return await handler(request)
        except web.HTTPException as error:
            return self._words(request, f"{error.reason}.", error.status)

    def _words(self, request: web.Request, words: str, status: int) -> web.Response:
        return web.Response(text=page.words_page(words), content_type="text/html", status=status, headers=page.headers(""))

    async def _terminal(self, request: web.Request) -> web.StreamResponse:
        if len(self.sessions) >= MOST_SESSIONS:
            return self._words(request, _FULL, 503)
        asked = request.query.get("fontsize", "")
        font_px = int(asked) if asked.isdecimal() and int(asked) in _FONT_PX else _USUAL_FONT_PX
        text = page.terminal_page(self._wish.title, f"ws://{request.host}/{self._token}/session", font_px)
        return web.Response(text=text, content_type="text/html", headers=page.headers(request.host))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["name"] not in page.FILES:
            raise web.HTTPNotFound
        where, kind = page.FILES[request.match_info["name"]]
        return web.FileResponse(_FILES / where, headers={"Content-Type": kind, **page.headers(request.host)})

    async def _session(self, request: web.Request) -> web.StreamResponse:
        why = gate.wrong_origin(request.headers.get("Origin", ""), request.host)
        if why:
            return self._words(request, why, 403)
        if len(self.sessions) >= MOST_SESSIONS:
            return self._words(request, _FULL, 503)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=_LONGEST_MESSAGE)
        session = Session(self._wish.command, socket.send_bytes, socket.close)
        self.sessions.add(session)  # before anything is waited for: whoever comes meanwhile is counted, too
        try:
            await socket.prepare(request)
            await session.start(*(_cells(request.query.get(name, "")) for name in ("width", "height")))
            async for message in socket:
                answer = await session.take(_parsed(message.data)) if message.type is WSMsgType.TEXT else None
                if answer is not None:
                    await socket.send_json(answer)
        except ConnectionError:
            pass  # the browser is gone
        finally:
            await asyncio.shield(self._end(session))
        return socket

    async def _end(self, session: Session) -> None:
        await session.stop()
        self.sessions.discard(session)
        if session.last_words:
            print(f"conclab: a session said: {session.last_words}", file=sys.stderr, flush=True)

    async def _end_all(self, _app: web.Application) -> None:
        async def end(session: Session) -> None:
            await session.stop()
            with contextlib.suppress(ConnectionError, RuntimeError):
                await session.remote_close()

        await asyncio.gather(*(end(session) for session in tuple(self.sessions)))

    async def serve(self, ready: Callable[[str], None]) -> int:
        """Serve until SIGINT, SIGTERM or SIGHUP comes; returns which. ``ready`` is told the address, once. Raises CannotServe."""
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._wish.host, self._wish.port)
            try:
                await site.start()
            except OSError as error:
                raise CannotServe(_reason(error)) from None
            ready(self._address(runner.addresses[0][1]))
            return await _signalled()
        finally:
            await runner.cleanup()

    def _address(self, port: int) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._wish.host, self._wish.host)
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"http://{host}:{port}/{self._token}/"


def _cells(text: str) -> int:
    return cells(int(text)) if text.isdecimal() and len(text) < 6 else 80


def _parsed(text: str) -> object:
    with contextlib.suppress(json.JSONDecodeError, RecursionError):
        parsed: object = json.loads(text)
        return parsed
    return None


def _reason(error: OSError) -> str:
    """asyncio puts all it knows before the reason."""
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else (error.strerror or str(error)).lower()


async def _signalled() -> int:
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    came: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):

        def stop(number: int = number) -> None:
            came.append(number)
            asked.set()

        loop.add_signal_handler(number, stop)
    await asked.wait()
    return came[0]
