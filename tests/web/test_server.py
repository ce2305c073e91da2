"""The server over HTTP and its websocket, as a browser would talk to it; the sessions are conclab's own."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

aiohttp = pytest.importorskip("aiohttp", reason="the extra “web” is not installed")

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError  # noqa: E402

from tests.web.conftest import plain, served, sessions_of  # noqa: E402

F9, F10 = "\x1b[20~", "\x1b[21~"
PATIENCE_S = 20.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Somebody to send a signal to."""
    with subprocess.Popen(["sleep", "60"]) as child:
        yield child
        child.kill()


async def until(socket: ClientWebSocketResponse, words: str, drawn: bytes = b"") -> str:
    """All that is drawn up to some words."""
    async with asyncio.timeout(PATIENCE_S):
        while words not in plain(drawn):
            message = await socket.receive()
            assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), message
            drawn += message.data if message.type is WSMsgType.BINARY else b""
    return plain(drawn)


async def typed(socket: ClientWebSocketResponse, text: str) -> None:
    await socket.send_str(json.dumps(["stdin", text]))


async def only(socket: ClientWebSocketResponse, pid: int) -> None:
    """Filter the table, one thing after the other: a machine that is busy with tests is slow."""
    await typed(socket, "\\")
    await until(socket, "a condition like")
    await typed(socket, f"{pid}\r")
    await until(socket, "sleep 60")


async def gone(pids: Sequence[int]) -> None:
    """Wait until none of these is left; a zombie is nobody any more."""
    async with asyncio.timeout(PATIENCE_S):
        while any(_lives(pid) for pid in pids):
            await asyncio.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_only_who_has_the_address_gets_in_and_signals_nobody_and_ctrl_c_ends_all(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    async with served(tmp_path) as server, ClientSession() as browser:

        async def status(address: str, **headers: str) -> int:
            async with browser.get(address, headers=headers, allow_redirects=False) as answer:
                if answer.status != 200:
                    assert server.address not in await answer.text(), "a refusal does not tell the token"
                return answer.status

        page, origin = server.address, server.origin
        for refused in (f"{origin}/", f"{page[:-2]}/", f"{origin}/x/session", f"{origin}/x/files/textual.js", page.lower().upper()):
            assert await status(refused) == 403, refused
        assert await status(page, Host="rebound.example.org:80") == 403
        assert await status(f"{page}files/passwd") == await status(f"{page}nothing") == 404
        assert await status(f"{page}files/..%2f..%2fserver.py") == 404
        for other in ("http://evil.example.org", f"{origin}0", ""):
            with pytest.raises(WSServerHandshakeError) as refusal:
                await browser.ws_connect(f"{page}session", headers={"Origin": other} if other else {})
            assert refusal.value.status == 403
        assert sessions_of(server.process.pid) == [], "nothing was started for any of them"

        async with browser.get(page) as answer:
            text = await answer.text()
            assert "no-referrer" in answer.headers["Referrer-Policy"]
            assert "Set-Cookie" not in answer.headers
            assert "http" not in text.replace(origin, ""), "nothing is fetched from elsewhere"
        for name in ("textual.js", "xterm.css", "mono.ttf"):
            assert name in text
            assert await status(f"{page}files/{name}") == 200

        async with browser.ws_connect(f"{page}session?width=120&height=40", origin=origin) as socket:
            await until(socket, "read-only")
            await socket.send_str("no JSON")
            await socket.send_json(["resize", {"width": -3, "height": "x"}])
            await socket.send_json(["ping", 7])
            async with asyncio.timeout(PATIENCE_S):
                while (await socket.receive()).data != '["pong", 7]':
                    pass
            await only(socket, sleeper.pid)
            await typed(socket, F9)
            await until(socket, "it looks")
            await typed(socket, "\r\r")
            await typed(socket, F10)
            async with asyncio.timeout(PATIENCE_S):
                while not socket.closed:
                    await socket.receive()
        assert sleeper.poll() is None
        await gone(sessions_of(server.process.pid))

        async with browser.ws_connect(f"{page}session", origin=origin) as socket:
            await until(socket, "Machine")
            sessions = sessions_of(server.process.pid)
            assert len(sessions) == 1
            server.process.send_signal(signal.SIGINT)
            await gone(sessions)
            _out, said = await server.process.communicate()
            assert server.process.returncode == 130
            assert b"nothing is left running" in said


async def test_in_full_it_is_the_whole_of_conclab_and_ends_with_a_server_that_is_killed(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    """What is refused above would have worked."""
    async with (
        served(tmp_path, "--full") as server,
        ClientSession() as browser,
        browser.ws_connect(f"{server.address}session?width=120&height=40", origin=server.origin) as socket,
    ):
        assert "read-only" not in await until(socket, "Experiments")
        await typed(socket, "g")
        await until(socket, "Tasks")
        await only(socket, sleeper.pid)
        await typed(socket, F9)
        await until(socket, "TERM")
        await typed(socket, "\r")
        assert await asyncio.to_thread(sleeper.wait, PATIENCE_S) == -signal.SIGTERM
        sessions = sessions_of(server.process.pid)
        assert len(sessions) == 1
        server.process.kill()
        await gone(sessions)


async def test_there_are_no_more_sessions_than_so_many() -> None:
    from aiohttp.test_utils import TestClient, TestServer

    from conclab.web.server import MOST_SESSIONS, Server, Wish
    from conclab.web.session import Session

    async def send(_drawn: bytes) -> None:
        raise AssertionError("nothing is drawn")

    async def close() -> None:
        pass

    wish = Wish(("false",), "127.0.0.1", 0)
    server = Server(wish, "token")
    server.sessions |= {Session(wish.command, send, close) for _ in range(MOST_SESSIONS)}
    async with TestClient(TestServer(server.application())) as browser:
        for path in ("/token/", "/token/session"):
            headers = {"Origin": str(browser.make_url("/")).rstrip("/")}
            async with browser.get(path, headers=headers) as answer:
                assert answer.status == 503
                assert f"{MOST_SESSIONS} sessions are open" in await answer.text()


async def test_a_session_that_cannot_begin_is_over_at_once_and_leaves_its_last_words() -> None:
    from conclab.web.session import Session

    over = asyncio.Event()

    async def send(_drawn: bytes) -> None:
        raise AssertionError("nothing is drawn")

    async def close() -> None:
        over.set()

    session = Session((sys.executable, "-c", "import sys; sys.exit('first\\nno \\x1b[31mterminal')"), send, close)
    await session.start(80, 24)
    async with asyncio.timeout(PATIENCE_S):
        await over.wait()
    assert "no " in session.last_words
    assert "first" not in session.last_words
    assert "\x1b" not in session.last_words
    await session.stop()


async def test_a_session_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    import conclab.web.session as room

    monkeypatch.setattr(room, "PATIENCE_S", 0.1)
    began = asyncio.Event()

    async def send(_drawn: bytes) -> None:
        began.set()

    async def close() -> None:
        pass

    stuck = "import os, signal, time; signal.signal(15, 1); os.write(1, b'__GANGLION__\\nD\\0\\0\\0\\1x'); time.sleep(60)"
    session = room.Session((sys.executable, "-c", stuck), send, close)
    await session.start(80, 24)
    async with asyncio.timeout(PATIENCE_S):
        await began.wait()
        await session.stop()
    assert session._process is not None
    assert session._process.returncode == -signal.SIGKILL
