"""Does the lab answer while an experiment floods it? ``python tests/bench/flood.py [PRESSES]``

Two workers print as fast as they can, and a key is pressed again and again: how long until the screen shows that it was, beside the
same at rest. Also how many lines a second there were, how many were left out, and how large conclab became.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from statistics import median

LAB = """
import json, resource, sys
from conclab.lab.interpreters import candidates
from conclab.model.results import OK
from conclab.recording.live import LiveFeed
from conclab.tui.app import ConclabApp
from tests.helpers import MISBEHAVIOUR, experiment_of, plan_for
from conclab.model.experiments import Arm
flood = Arm("flood", "fork", MISBEHAVIOUR, 2, 100_000, {"deed": "flooding"})
plan = plan_for(experiment_of(flood, limit_s=600)) if sys.argv[2] == "flood" else None
feed = LiveFeed()
app = ConclabApp(feed, candidates(), plan=plan)
app.run()
state = app.session.run_state
feed.close()
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
seconds = max(1, state.now_ns - state.started_ns) / 1e9
with open(sys.argv[1], "w") as file:
    json.dump({"kept": state.line_count, "left_out": state.left_out, "seconds": seconds, "rss_mb": rss / 1024}, file)
"""


def read_until(terminal: int, wanted: bytes, patience_s: float = 10.0) -> float:
    """Seconds until the terminal is sent some text."""
    began, seen = time.monotonic(), b""
    while time.monotonic() - began < patience_s:
        if select.select([terminal], [], [], 0.01)[0]:
            seen = (seen + os.read(terminal, 1 << 20))[-1_000_000:]
            if wanted in seen:
                return time.monotonic() - began
    raise TimeoutError(wanted)


def session(flood: bool, presses: int) -> tuple[list[float], dict[str, float]]:
    """Latencies of a key, and what the lab told at its end."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", PYTHONPATH=".")
            os.execv(sys.executable, [sys.executable, "-c", LAB, str(report), "flood" if flood else "rest"])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        read_until(terminal, b"line " if flood else b"Quit")
        latencies = []
        for number in range(presses):
            os.write(terminal, b"?")  # opens the help, and closes it again
            latencies.append(read_until(terminal, b"What the words" if number % 2 == 0 else b"Verdict"))
            rest = time.monotonic() + 0.15
            while time.monotonic() < rest:
                if select.select([terminal], [], [], 0.02)[0]:
                    os.read(terminal, 1 << 20)
        os.write(terminal, b"q")
        while not report.exists():
            try:
                if select.select([terminal], [], [], 0.05)[0]:
                    os.read(terminal, 1 << 20)
            except OSError:
                break
        os.waitpid(pid, 0)
        os.close(terminal)
        return latencies, json.loads(report.read_text())


def tell(name: str, latencies: list[float]) -> None:
    ordered = sorted(latencies)
    at = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    print(f"{name:<8} median {1000 * median(ordered):5.0f} ms   p99 {1000 * at:5.0f} ms   of {len(ordered)} presses")


def main() -> None:
    presses = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    quiet, _ = session(False, presses)
    loud, told = session(True, presses)
    tell("at rest", quiet)
    tell("flooded", loud)
    print(f"ratio of medians {median(loud) / median(quiet):.2f}")
    lines = told["kept"] + told["left_out"]
    print(f"{lines / told['seconds']:,.0f} lines a second, {told['left_out']:,} of {lines:,} left out")
    print(f"peak resident size {told['rss_mb']:.0f} MB")


if __name__ == "__main__":
    main()
