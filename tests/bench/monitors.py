"""What do monitors cost? ``python -m tests.bench.monitors [--tasks 80 600 1600 10000] [--rounds 3] [NAME=COMMAND ...]``

Each runs in a pty of 160x50 with one refresh a second under the same crowd of tasks, in turn, over several rounds: conclab with
threads shown, and whichever of htop (threads shown), btop, glances, top, top -H and atop is installed. Each has a home of its own,
so that nobody's configuration matters.

CPU: milliseconds a second of the program and its children, after a settling time. Start-up: CPU seconds up to then. Memory:
resident, at the end. Written: to the terminal, a second. Behind the median stands the spread over the rounds; the ratios are
those within each round, because only these mean anything.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pty
import select
import shlex
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tests.bench.crowd import crowd, die_with_parent, tasks_now

ROWS, COLUMNS = 50, 160
SIZES = (80, 600, 1_600, 10_000)
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
CONFIGURATIONS = {
    "htop/htoprc": ("htop_version=3.2.2\nconfig_reader_min_version=3\nhide_userland_threads=0\nhide_kernel_threads=1\ndelay=10\n"),
    "btop/btop.conf": "update_ms=1000\n",
    "conclab/config.toml": "[monitor]\nthreads = true\n",
}
PEERS = {
    "htop": "htop -d 10",
    "btop": "btop --utf-force",
    "top": "top -d 1",
    "top -H": "top -H -d 1",
    "atop": "atop 1",
}
_MAY_CHANGE = 0.05
"""Of the tasks on the machine, while one monitor is measured."""
PATIENCE_S = 5.0
"""For a monitor to end after it has been asked to."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one monitor took in one round."""

    cpu_ms_per_s: float
    startup_cpu_s: float
    resident_mb: float
    written_kb_per_s: float


class NotMeasured(Exception):
    """A monitor ended by itself, or stood still: what it cost would say nothing."""


def _cpu_clock_s(pid: int) -> float:
    """Of all its threads, those included that have ended: the clock that clock_getcpuclockid(3) names, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | 2)


def _tree(pid: int) -> tuple[float, int]:
    """CPU seconds and resident bytes of a process and its descendants, and the time of those that it has waited for."""
    seconds, resident, todo = 0.0, 0, [pid]
    while todo:
        one = todo.pop()
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            seconds += _cpu_clock_s(one) + (int(fields[13]) + int(fields[14])) / _TICK
            resident += int(fields[21]) * _PAGE
            for task in os.listdir(f"/proc/{one}/task"):
                todo += [int(child) for child in Path(f"/proc/{one}/task/{task}/children").read_text().split()]
        except OSError:
            continue
    return seconds, resident


@contextlib.contextmanager
def in_terminal(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """A program in a terminal of its own; yields its pid and the terminal's descriptor. It is gone afterwards."""
    pid, terminal = pty.fork()
    if pid == 0:
        die_with_parent()
        with contextlib.suppress(OSError):
            os.execvpe(command[0], list(command), environment)
        os._exit(127)
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGWINCH)
        yield pid, terminal
    finally:
        _end(pid, terminal)


def _end(pid: int, terminal: int) -> None:
    """Ask it to end, with its whole session; then make it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if os.waitpid(pid, os.WNOHANG)[0]:
                os.close(terminal)
                return
            _drain(terminal, 0.05)
    os.waitpid(pid, 0)
    os.close(terminal)


def _drain(terminal: int, seconds: float) -> int:
    """Read for so long, as a terminal does; returns the bytes."""
    read, deadline = 0, time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            break
        try:
            read += len(os.read(terminal, 65_536))
        except OSError:  # it has closed its side
            time.sleep(left)
            break
    return read


def measure(command: Sequence[str], environment: Mapping[str, str], settle_s: float, seconds: float) -> Cost:
    """One round of one monitor. Raises NotMeasured."""
    there = tasks_now()
    with in_terminal(command, environment) as (pid, terminal):
        _drain(terminal, settle_s)
        began, (before, _resident) = time.monotonic(), _tree(pid)
        written = _drain(terminal, seconds)
        elapsed, (after, resident) = time.monotonic() - began, _tree(pid)
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            raise NotMeasured("it ended by itself")
        if abs(tasks_now() - there) > 20 + there * _MAY_CHANGE:
            raise NotMeasured(f"there were {there:,} tasks and then {tasks_now():,}: somebody else is at work here")
        if not written:
            raise NotMeasured("it drew nothing")
        return Cost(1e3 * (after - before) / elapsed, before, resident / 1e6, written / elapsed / 1e3)


@contextlib.contextmanager
def home_of_its_own() -> Iterator[dict[str, str]]:
    """An environment in which every monitor finds the settings that make it comparable, and nobody's else."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        for path, text in CONFIGURATIONS.items():
            file = home / ".config" / path
            file.parent.mkdir(parents=True)
            file.write_text(text)
        folders = {"CONFIG": ".config", "DATA": ".local/share", "STATE": ".local/state", "CACHE": ".cache"}
        yield {
            "PATH": os.environ["PATH"],
            "HOME": name,
            **{f"XDG_{kind}_HOME": str(home / folder) for kind, folder in folders.items()},
            "CONCLAB_CONFIG": str(home / ".config/conclab/config.toml"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
        }


def monitors(asked: argparse.Namespace) -> dict[str, list[str]]:
    """Name and command of each: conclab, whoever was named, and who is installed."""
    found = {"conclab": [sys.executable, "-m", "conclab", "monitor"]}
    found |= {name: shlex.split(command) for name, command in (given.split("=", 1) for given in asked.commands)}
    peers = {name: shlex.split(command) for name, command in PEERS.items()}
    peers["glances"] = [asked.glances, "-t", "1", "--disable-check-update"]
    chosen = {name: command for name, command in peers.items() if shutil.which(command[0])}
    return {name: command for name, command in (found | chosen).items() if not asked.only or name in asked.only}


def rounds_of(
    commands: Mapping[str, Sequence[str]], asked: argparse.Namespace, environment: Mapping[str, str]
) -> dict[str, list[Cost | None]]:
    """Every monitor once a round, in an order that turns, so that none always stands first. None: it could not be measured."""
    found: dict[str, list[Cost | None]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(asked.rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            try:
                found[name].append(measure(commands[name], environment, asked.settle, asked.seconds))
            except NotMeasured as reason:
                found[name].append(None)
                print(f"  {name}: {reason}", file=sys.stderr)
    return found


def _spread(values: Sequence[float], digits: int) -> str:
    """12.3 [11.0–13.9]"""
    if not values:
        return "–"
    ordered = sorted(values)
    return f"{median(ordered):.{digits}f} [{ordered[0]:.{digits}f}–{ordered[-1]:.{digits}f}]"


def _ratio(of: Sequence[Cost | None], to: Sequence[Cost | None] | None) -> str:
    pairs = [one.cpu_ms_per_s / other.cpu_ms_per_s for one, other in zip(of, to or (), strict=False) if one and other]
    return _spread(pairs, 2)


def table(found: Mapping[str, Sequence[Cost | None]]) -> Iterator[str]:
    """The figures as lines."""
    figures: dict[str, tuple[Callable[[Cost], float], int]] = {
        "CPU ms/s": (lambda cost: cost.cpu_ms_per_s, 1),
        "start-up s": (lambda cost: cost.startup_cpu_s, 2),
        "memory MB": (lambda cost: cost.resident_mb, 0),
        "written KB/s": (lambda cost: cost.written_kb_per_s, 1),
    }
    yield f"  {'':<10}" + "".join(f"{title:>22}" for title in [*figures, "CPU to htop", "CPU to glances"])
    for name, costs in found.items():
        known = [cost for cost in costs if cost]
        cells = [_spread([ask(cost) for cost in known], digits) for ask, digits in figures.values()]
        cells += [_ratio(costs, found.get("htop")), _ratio(costs, found.get("glances"))]
        yield f"  {name:<10}" + "".join(f"{cell:>22}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--tasks", type=int, nargs="+", default=list(SIZES), help="sizes of the crowd, those included that are there"
    )
    parser.add_argument("--stirring", type=float, default=0.0, help="share of the crowd that wakes up five times a second (0)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0, help="measured in each round")
    parser.add_argument("--settle", type=float, default=5.0, help="seconds before that")
    parser.add_argument("--glances", default="glances", metavar="PATH", help="where glances is, when it is not on the path")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these monitors")
    parser.add_argument("--json", metavar="FILE", help="also write every single figure there")
    parser.add_argument("commands", nargs="*", metavar="NAME=COMMAND", help="other monitors")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    everything = {}
    with home_of_its_own() as environment:
        for tasks in asked.tasks:
            try:
                with crowd(tasks, asked.stirring) as (processes, threads):
                    there = f"{tasks_now():,} tasks ({processes:,} processes and {threads:,} threads of the crowd's)"
                    print(f"{there}, {asked.rounds} rounds of {asked.seconds:g} s:", flush=True)
                    found = rounds_of(monitors(asked), asked, environment)
            except RuntimeError as error:
                print(f"{tasks:,} tasks left out: {error}", file=sys.stderr)
                continue
            print("\n".join(table(found)), flush=True)
            everything[tasks] = {name: [cost and asdict(cost) for cost in costs] for name, costs in found.items()}
    if asked.json:
        Path(asked.json).write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
