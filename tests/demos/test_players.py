"""The players of others show a cast as the app did: asciinema's own in tmux, and its JS player in Chromium.

``asciinema`` (2 or newer) and ``tmux`` are looked for on the path; for the JS player ``CONCLAB_TEST_PLAYER`` names the folder with
asciinema-player.min.js and asciinema-player.css (npm: asciinema-player, dist/bundle), and a Chromium is needed.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from textual.pilot import Pilot

from conclab.demos.findings import Shown
from conclab.demos.pictures import INTERPRETERS, PYTHONS, launch, play
from conclab.demos.stage import perform
from conclab.recording.cast import VERSIONS, CastWriter
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from tests.helpers import until
from tests.tui.helpers import screen_lines

SIZE = (100, 30)
PATIENCE_S = 30.0
ASCIINEMA, TMUX = shutil.which("asciinema"), shutil.which("tmux")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PLAYER = os.environ.get("CONCLAB_TEST_PLAYER")


async def recorded(path: Path, version: int) -> list[str]:
    """A cast of a run and a look at the monitor; the lines that stood there at its end."""
    feed = ScriptedFeed(2)
    app = ConclabApp(feed, PYTHONS, beat_s=None, findings=Shown(INTERPRETERS))
    writer, shown, now_s = CastWriter(path, *SIZE, version), list[str](), [0.0]

    async def act(pilot: Pilot[None]) -> None:
        await launch(app)
        for _ in range(8):
            await play(app, feed, pilot, 10)
            now_s[0] += 0.5
        app.action_go("monitor")
        await pilot.pause()
        await play(app, feed, pilot, 20)
        shown.extend(line.rstrip() for line in screen_lines(app))

    await perform(app, SIZE, act, lambda data: writer.output(now_s[0], data))
    writer.close(now_s[0] + 1)
    return shown


@pytest.mark.skipif(ASCIINEMA is None or TMUX is None, reason="asciinema and tmux are not both here")
async def test_asciinema_plays_it_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    shown = await recorded(tmp_path / "a.cast", 2)
    server = f"conclab-test-{uuid.uuid4().hex}"

    def tmux(*order: str) -> str:
        return subprocess.run([str(TMUX), "-L", server, *order], capture_output=True, text=True, check=True).stdout

    def screen() -> list[str]:
        return [line.rstrip() for line in tmux("capture-pane", "-p").split("\n")[: SIZE[1]]]

    playing = f"{ASCIINEMA} play -s 100 {tmp_path / 'a.cast'}; sleep 60"
    tmux("new-session", "-d", "-x", str(SIZE[0]), "-y", str(SIZE[1]), playing)
    try:
        until(lambda: screen() == shown, PATIENCE_S)
        assert screen() == shown
        flags = "#{mouse_any_flag} #{mouse_sgr_flag} #{alternate_on} #{cursor_flag} #{bracket_paste_flag}"
        assert until(lambda: tmux("display-message", "-p", flags).split()[:4] == ["0", "0", "0", "1"], PATIENCE_S)
    finally:
        tmux("kill-server")


@pytest.mark.skipif(CHROMIUM is None or PLAYER is None, reason="no Chromium, or CONCLAB_TEST_PLAYER does not name asciinema-player")
@pytest.mark.parametrize("version", VERSIONS)
async def test_the_js_player_shows_every_word(tmp_path: Path, version: int) -> None:
    shown = await recorded(tmp_path / "a.cast", version)
    cast = json.dumps((tmp_path / "a.cast").read_text(encoding="utf-8")).replace("</", "<\\/")
    page = tmp_path / "page.html"
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="{PLAYER}/asciinema-player.css"><div id="p"></div>'
        f'<script src="{PLAYER}/asciinema-player.min.js"></script><script>AsciinemaPlayer.create({{data: {cast}}}, '
        'document.getElementById("p"), {preload: true, poster: "npt:4.5"});</script>',
        encoding="utf-8",
    )
    order = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    order += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000", "--dump-dom", page.as_uri()]
    document = subprocess.run(order, capture_output=True, text=True, timeout=PATIENCE_S * 2, check=True).stdout
    text = html.unescape(re.sub(r"<[^>]+>", " ", document.partition('class="ap-term-text')[2]))
    missing = {word for line in shown for word in re.findall(r"[A-Za-z_]{3,}", line)} - set(re.findall(r"[A-Za-z_]{3,}", text))
    assert shown
    assert not missing
