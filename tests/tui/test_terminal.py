"""In a real terminal: leaving restores it whatever the reason, a resize is followed, and no run outlives conclab."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.helpers import alive_with, until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

PATIENCE_S = 30.0
F5 = b"\x1b[15~"
START = "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from conclab.cli import main; sys.exit(main())"
MODES = (1000, 1003, 1006, 1015, 1004, 2004)
"""Mouse reports, focus reports, bracketed paste."""
_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\|[()].|[=>78])")


class Terminal:
    """conclab in a pseudo-terminal of its own, read all the time as a terminal would."""

    def __init__(self, columns: int = 120, rows: int = 40, more: Mapping[str, str] | None = None, start: str = START) -> None:
        """``more`` goes into its environment."""
        self.mark = f"conclab-test-{uuid.uuid4().hex}"
        self._ours, self._theirs = pty.openpty()
        self._size(columns, rows)
        self.before = termios.tcgetattr(self._theirs)
        self._output = bytearray()
        self._closing = False
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "CONCLAB_TEST_MARK": self.mark}
        for told_elsewhere in ("NO_COLOR", "COLUMNS", "LINES"):
            environment.pop(told_elsewhere, None)
        environment |= more or {}
        self.process = subprocess.Popen(
            [sys.executable, "-c", start],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            start_new_session=True,
            env=environment,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while not self._closing:
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    self._output += os.read(self._ours, 65_536)
                except OSError:
                    return

    @property
    def raw(self) -> bytes:
        return bytes(self._output)

    def text(self, start: int = 0) -> str:
        """All that was written from a place on, without escape sequences: not a screen, but every word that stood on it."""
        return _ESCAPES.sub(b"", self.raw[start:]).decode(errors="replace")

    def shows(self, words: str, start: int = 0) -> None:
        """Wait until some words have been written."""
        assert until(lambda: words in self.text(start), PATIENCE_S), f"{words!r} never came:\n{self.text(start)[-3000:]}"

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def resize(self, columns: int, rows: int) -> None:
        """As a terminal does it: the kernel sends SIGWINCH to the foreground."""
        self._size(columns, rows)

    def open_lab(self) -> None:
        """Wait until the lab is there and takes keys."""
        self.shows("None yet.")
        self.shows("Quit")

    def last_frame(self, start: int) -> str:
        """The text of the lab's last whole frame: its catalogue, and what was written after it."""
        return self.text(start).rpartition("Experiments")[2]

    def begin_a_run(self) -> None:
        """Wait until workers are at work."""
        self.open_lab()
        self.type(F5)
        self.shows("w1")
        assert until(lambda: len(self.alive()) > 1, PATIENCE_S), "a run is on, so its processes are there"

    def alive(self) -> list[int]:
        """Everything that was started from here and lives."""
        return alive_with(self.mark)

    def ends(self) -> int:
        """Wait for the end, and until all it wrote has been read."""
        status = self.process.wait(PATIENCE_S)
        seen = -1
        while seen != len(self._output):
            seen = len(self._output)
            until(lambda at=seen: len(self._output) != at, 0.2)  # type: ignore[misc]
        return status

    def is_restored(self) -> None:
        """The terminal is as it was found: screen, cursor, mouse, keyboard, line discipline."""
        raw = self.raw
        assert raw.count(b"\x1b[?1049h") == 1
        assert raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h"), "the alternate screen was left"
        assert raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l"), "the cursor is shown"
        for mode in MODES:
            on, off = raw.rfind(b"\x1b[?%dh" % mode), raw.rfind(b"\x1b[?%dl" % mode)
            assert off > on or on == -1, f"mode {mode} was left on"
        pushed, popped = len(re.findall(rb"\x1b\[>\d+u", raw)), len(re.findall(rb"\x1b\[<\d*u", raw))
        assert popped >= pushed, "the keyboard protocol was taken back"
        assert termios.tcgetattr(self._theirs)[:4] == self.before[:4], "echo and line editing are on again"

    def hang_up(self) -> None:
        """Close the window: the kernel sends SIGHUP, and nothing can be written any more."""
        if not self._closing:
            self._closing = True
            self._reader.join()
            os.close(self._ours)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()
        os.close(self._theirs)
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    try:
        opened = Terminal()
    except OSError as error:
        pytest.skip(f"no pseudo-terminal can be had: {error}")
    yield opened
    opened.close()


def test_a_resize_is_followed_and_q_leaves_with_status_0_and_a_restored_terminal(terminal: Terminal) -> None:
    terminal.open_lab()
    for columns, rows in ((80, 24), (200, 60)):
        start = len(terminal.raw)
        terminal.resize(columns, rows)
        terminal.shows("Quit", start)
        assert until(lambda at=start, row=rows: b"\x1b[%d;1H" % row in terminal.raw[at:], PATIENCE_S)  # type: ignore[misc]
        terminal.shows("Experiments", start)
        if columns > 100:
            terminal.shows("None yet.", start)  # two columns where there is room …
        else:
            # … two pages where there is none, once the last frame of the old size has gone by.
            assert until(lambda at=start: "None yet." not in terminal.last_frame(at), PATIENCE_S)  # type: ignore[misc]
    terminal.type(b"q")
    assert terminal.ends() == 0
    terminal.is_restored()
    assert terminal.alive() == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=["SIGHUP", "SIGINT"])
def test_a_signal_ends_it_with_the_shells_status_and_a_restored_terminal(
    terminal: Terminal, number: signal.Signals, status: int
) -> None:
    terminal.open_lab()
    os.kill(terminal.process.pid, number)
    assert terminal.ends() == status
    terminal.is_restored()
    assert "Traceback" not in terminal.text()


def test_sigterm_in_the_middle_of_a_run_leaves_nothing_of_it_alive_and_restores_the_terminal(terminal: Terminal) -> None:
    terminal.begin_a_run()
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert terminal.ends() == 143
    terminal.is_restored()
    assert until(lambda: terminal.alive() == [], 5.0)
    assert "Traceback" not in terminal.text()


def test_closing_the_window_in_the_middle_of_a_run_ends_everything(terminal: Terminal) -> None:
    terminal.begin_a_run()
    terminal.hang_up()
    assert terminal.process.wait(PATIENCE_S) == 129
    assert until(lambda: terminal.alive() == [], 5.0)


def test_a_terminal_that_goes_without_a_word_ends_it_too() -> None:
    """It is not the terminal of our session (su, some containers), so the kernel sends no SIGHUP when it goes."""
    terminal = Terminal(start="import sys; from conclab.cli import main; sys.exit(main(['monitor']))")
    try:
        terminal.shows("Command")
        os.close(terminal._theirs)
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_S) == 129
        terminal._theirs = os.open(os.devnull, os.O_RDONLY)
    finally:
        terminal.close()


def test_a_terminal_that_goes_while_much_is_to_be_written_holds_nothing_up() -> None:
    """The writer ends with the terminal; what is written after that must not wait for it, be the queue as short as can be."""
    terminal = Terminal(start=f"import textual.drivers._writer_thread as w; w.MAX_QUEUED_WRITES = 1; {START}")
    try:
        terminal.open_lab()
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_S) == 129
    finally:
        terminal.close()


def test_even_kill_9_in_the_middle_of_a_run_leaves_nothing_of_it_alive(terminal: Terminal) -> None:
    terminal.begin_a_run()
    terminal.process.kill()
    terminal.process.wait()
    assert until(lambda: terminal.alive() == [], 5.0), f"still alive: {terminal.alive()}"


_COLOURS = re.compile(rb"\x1b\[([0-9;]+)m")


def _colour_codes(raw: bytes) -> set[str]:
    """What was asked of the terminal, SGR (ECMA-48, 8.3.117), taken apart; 38 and 48 with what follows them."""
    found: set[str] = set()
    for codes in {match.decode() for match in _COLOURS.findall(raw)}:
        found |= set(re.findall(r"[34]8;[25];[0-9;]+|\d+", codes))
    return found


@pytest.mark.parametrize(
    ("theme", "more", "allowed"),
    [
        ("ansi", {}, {*range(10), *range(30, 38), 39, *range(40, 48), 49, *range(90, 98), *range(100, 108)}),
        ("dark", {"NO_COLOR": ""}, {*range(10), 39, 49}),
    ],
    ids=["plain", "NO_COLOR=''"],
)
def test_the_plain_theme_asks_for_sixteen_colours_and_with_no_color_for_none(
    theme: str, more: dict[str, str], allowed: set[int], tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'theme = "{theme}"')
    terminal = Terminal(more={"CONCLAB_CONFIG": str(file), **more})
    try:
        terminal.open_lab()
        start = len(terminal.raw)
        terminal.type(b"\x1bOQ4")  # F2: Set-up, its themes
        terminal.shows("High contrast", start)
        terminal.type(b"q?")
        terminal.shows("Tab goes to the next part", start)
        terminal.type(b"qq")
        assert terminal.ends() == 0
        asked = _colour_codes(terminal.raw)
        assert len(asked) > 3
        assert asked <= {str(code) for code in allowed}
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("theme", "plain"), [("dark", True), ("high-contrast", False)], ids=["the usual theme", "one that was chosen"]
)
def test_where_there_are_sixteen_colours_states_are_told_apart_unless_another_theme_was_chosen(
    theme: str, plain: bool, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'theme = "{theme}"')
    terminal = Terminal(more={"CONCLAB_CONFIG": str(file), "TERM": "xterm", "COLORTERM": ""})
    try:
        terminal.open_lab()
        terminal.type(b"q")
        assert terminal.ends() == 0
        asked = _colour_codes(terminal.raw)
        assert ({"43", "41"} <= asked) == plain
    finally:
        terminal.close()


def test_without_a_terminal_it_says_so_in_one_line_and_exits_with_2() -> None:
    code = "import sys; from conclab.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "terminal" in done.stderr
