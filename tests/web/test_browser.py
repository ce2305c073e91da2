"""In a browser: headless Chromium, driven over the DevTools protocol. The page, its canvas, a key, and that nothing is fetched
from elsewhere."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

aiohttp = pytest.importorskip("aiohttp", reason="the extra “web” is not installed")

from aiohttp import ClientSession, ClientWebSocketResponse  # noqa: E402

from tests.web.conftest import plain, served  # noqa: E402

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE_S = 30.0

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
]


class Page:
    """A page, by what the browser tells of it."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.asked: list[str] = []
        """Every address that was asked for."""
        self.drawn = b""
        self.sent: list[str] = []

    async def order(self, method: str, **parameters: object) -> dict[str, Any]:
        """Have something done; returns what came of it."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self._read()
            if message.get("id") == self._number:
                assert "result" in message, message
                result: dict[str, Any] = message["result"]
                return result

    async def _read(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._socket.receive_json()
        told = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(told["url"])
            case "Network.webSocketFrameReceived" if told["response"]["opcode"] == 2:
                self.drawn += base64.b64decode(told["response"]["payloadData"])
            case "Network.webSocketFrameSent":
                self.sent.append(told["response"]["payloadData"])
        return message

    async def until(self, words: str) -> None:
        """Wait until that was drawn."""
        while words not in plain(self.drawn):
            await self._read()

    async def says(self, expression: str) -> Any:
        """What a line of JavaScript comes to in the page."""
        return (await self.order("Runtime.evaluate", expression=expression, returnByValue=True))["result"].get("value")


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Page]:
    """An empty page in a browser of its own."""
    assert CHROMIUM is not None
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=1100,700")
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM, *options, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert process.stderr is not None
    try:
        said = (await process.stderr.readuntil(b"/devtools/browser/")).decode()
        port = re.findall(r"ws://127\.0\.0\.1:(\d+)/", said)[-1]
        async with ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                where = next(one["webSocketDebuggerUrl"] for one in await answer.json() if one["type"] == "page")
            async with session.ws_connect(where, max_msg_size=0) as socket:
                page = Page(socket)
                await page.order("Network.enable")
                await page.order("Page.enable")
                yield page
                with contextlib.suppress(ConnectionError):
                    await socket.send_json({"id": 0, "method": "Browser.close"})
                await asyncio.wait_for(process.wait(), PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_page_shows_the_monitor_and_a_key_arrives(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE_S), served(tmp_path) as server, chromium(tmp_path / "profile") as page:
        await page.order("Page.navigate", url=server.origin + "/")
        while not await page.says("document.body?.innerText.includes('whole address')"):
            pass
        assert not await page.says("document.querySelector('canvas') !== null")

        await page.order("Page.navigate", url=server.address)
        await page.until("read-only")
        await page.until("switches")
        while not await page.says("document.body.classList.contains('-first-byte')"):
            pass
        assert await page.says("document.querySelector('canvas').width > 500")
        assert await page.says("document.fonts.check('15px \"Roboto Mono\"')")
        assert not await page.says("document.querySelector('.opening').checkVisibility()")

        await page.says("document.querySelector('textarea').focus()")
        page.drawn = b""
        await page.order("Input.dispatchKeyEvent", type="keyDown", key="?", text="?")
        await page.until("Keys")
        elsewhere = [one for one in page.asked if not one.startswith((server.origin, server.origin.replace("http", "ws"), "data:"))]
        assert not elsewhere
