"""What does watching cost? ``python tests/bench/observer.py [PAIRS]``

The same runs with the lab open in a terminal of 120x40 and without it, in turn, in fresh processes: the ratio of their wall times
by arm, and the CPU that conclab itself took. Then the same for the lab and the monitor at rest, and the time to the first frame.
Only the ratios within one call mean anything.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path
from statistics import median
from typing import Any

EXPERIMENT = "threads-or-processes"
ROUNDS = 3
SIZE = 600_000

PLAN = """
import json, sys
from conclab.lab.catalogue import find
from conclab.lab.interpreters import own
from conclab.lab.planning import make_plan
from conclab.sampling.machine import read_facts
plan = make_plan(find({experiment!r}), {{"size": "{size}"}}, read_facts(), [own()], rounds={rounds})
"""
BARE = """
from conclab.lab.conductor import Conductor
from conclab.sampling.machine import observe
run = Conductor(plan, lambda event: None, observe).run()
"""
WATCHED = """
from conclab.lab.interpreters import candidates
from conclab.recording.live import LiveFeed
from conclab.tui.app import ConclabApp
class Watched(ConclabApp):
    def beat(self):
        super().beat()
        if self.session.run_state.phase == "finished":
            self.exit()
feed = LiveFeed()
app = Watched(feed, candidates(), plan=plan)
app.run()
feed.close()
class run:
    repetitions = app.session.run_state.repetitions
"""
TELL = """
usage = resource.getrusage(resource.RUSAGE_SELF)
with open(sys.argv[1], "w") as file:
    json.dump({{"cpu_s": usage.ru_utime + usage.ru_stime, "walls": [[one.arm, one.wall_ns] for one in run.repetitions]}}, file)
"""


def in_terminal(command: list[str], seconds: float | None = None, quit_key: bytes = b"q") -> tuple[float, float]:
    """Run in a pty of 120x40; returns (seconds to the first drawn frame, CPU seconds between 3 s and ``seconds``)."""
    began = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    first, seen, cpu_from = 0.0, b"", None
    while True:
        try:
            if select.select([terminal], [], [], 0.05)[0]:
                seen = (seen + os.read(terminal, 65_536))[-200_000:]
                if not first and "Experiments" in seen.decode("utf-8", "ignore") and b"Quit" in seen:
                    first = time.monotonic() - began
        except OSError:
            break
        elapsed = time.monotonic() - began
        if seconds is not None:
            if cpu_from is None and elapsed > 3:
                cpu_from = cpu_of(pid)
            if elapsed > seconds and cpu_from is not None:
                used = cpu_of(pid) - cpu_from
                os.write(terminal, quit_key)
                os.waitpid(pid, 0)
                os.close(terminal)
                return first, used / (elapsed - 3)
    os.waitpid(pid, 0)
    os.close(terminal)
    return first, 0.0


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(code: str, folder: Path, watched: bool) -> dict[str, Any]:
    report = folder / "report.json"
    text = (PLAN + code + "import resource\n" + TELL).format(experiment=EXPERIMENT, size=SIZE, rounds=ROUNDS)
    command = [sys.executable, "-c", text, str(report)]
    if watched:
        in_terminal(command)
    else:
        subprocess.run(command, check=True)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    ratios: dict[str, list[float]] = {}
    costs: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["CONCLAB_RUNS"] = str(folder / "runs")  # kept as in the lab, but not among the user's
        for number in range(pairs):
            order = (True, False) if number % 2 else (False, True)
            found = {watched: measured(WATCHED if watched else BARE, folder, watched) for watched in order}
            walls: dict[bool, dict[str, list[int]]] = {True: {}, False: {}}
            for watched, report in found.items():
                for arm, wall in report["walls"]:
                    walls[watched].setdefault(arm, []).append(wall)
            for arm, bare in walls[False].items():
                ratios.setdefault(arm, []).append(median(walls[True][arm]) / median(bare))
            total = sum(wall for _arm, wall in found[True]["walls"]) / 1e9
            costs.append((found[True]["cpu_s"] - found[False]["cpu_s"]) / total)
    print(f"{EXPERIMENT}, size {SIZE:,}: wall time watched over bare, {pairs} interleaved pairs of {ROUNDS} repetitions")
    for arm, values in ratios.items():
        values.sort()
        print(f"  {arm:<12} median {median(values):.3f}   from {values[0]:.3f} to {values[-1]:.3f}")
    print(f"  the UI's own CPU while running: {100 * median(costs):.1f} % of one core")
    conclab = [sys.executable, "-m", "conclab"]
    firsts, rests = zip(*(in_terminal(conclab, 13) for _ in range(3)), strict=True)
    print(f"lab at rest: {100 * median(rests):.1f} % of one core; first frame after {median(firsts):.2f} s")
    print(f"monitor:     {100 * in_terminal([*conclab, 'monitor'], 13)[1]:.1f} % of one core")
    version = []
    for _ in range(9):
        began = time.monotonic()
        subprocess.run([*conclab, "--version"], check=True, capture_output=True)
        version.append(time.monotonic() - began)
    print(f"--version:   {1000 * median(version):.0f} ms")


if __name__ == "__main__":
    main()
