"""Do our counters agree with tools that share no code with us? ``python tests/bench/agreement.py``

Runs ``threads-or-processes`` with an interpreter that is wrapped in ``/usr/bin/time -v`` or in ``perf stat``, and compares, for
each repetition, what conclab reports of the whole tree (wait4(2)) and of the workers (their own accounts) with what the tool says.
Both tools are separate runs of the same arms: one wrapper inside the other would count the other.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROUNDS = 3

TIME = """#!/bin/sh
case "$*" in *runner*) exec /usr/bin/time -v -o {folder}/time-$$ {python} "$@";; *) exec {python} "$@";; esac
"""
PERF = """#!/bin/sh
case "$*" in *runner*) exec perf stat -x, -e context-switches,cpu-migrations,task-clock -o {folder}/perf-$$ \
{python} "$@";; *) exec {python} "$@";; esac
"""


def measure(wrapper: str, folder: Path) -> list[dict[str, Any]]:
    """The repetitions of a run under the wrapped interpreter, in the order in which they ran, each with its arm's name."""
    python = folder / "python3"
    python.write_text(wrapper.format(folder=folder, python=sys.executable))
    python.chmod(0o755)
    command = [sys.executable, "-m", "conclab", "run", "threads-or-processes", "--json", "--repeat", str(ROUNDS)]
    command += ["--set", "size=600000", "--python", str(python)]
    run = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    repetitions = [{**one, "arm": arm["name"]} for arm in run["arms"] for one in arm["repetitions"]]
    return sorted(repetitions, key=lambda one: one["workers"][0]["started_ns"])


def reports(folder: Path, prefix: str) -> Iterator[str]:
    """What the tool wrote, oldest first; the checks before the first round are not measured, so the last ones count."""
    files = sorted(folder.glob(f"{prefix}-*"), key=lambda file: file.stat().st_mtime_ns)
    for file in files[-ROUNDS * 4 :]:
        yield file.read_text()


def number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, text
    return float(found.group(1))


def against_time(folder: Path) -> None:
    print(f"{'':<12} {'CPU s':>24} {'voluntary':>22} {'involuntary':>22} {'peak memory MB':>18}")
    pair = f"{'conclab':>11} {'time -v':>10} "
    print(f"{'arm':<12} {'conclab':>8} {'time -v':>8} {'ms':>6} {pair}{pair}{'conclab':>9} {'time -v':>8}")
    for one, text in zip(measure(TIME, folder), reports(folder, "time"), strict=True):
        cpu = number(r"User time \(seconds\): ([\d.]+)", text) + number(r"System time \(seconds\): ([\d.]+)", text)
        voluntary = number(r"\sVoluntary context switches: (\d+)", text)
        involuntary = number(r"Involuntary context switches: (\d+)", text)
        peak = number(r"Maximum resident set size \(kbytes\): (\d+)", text) / 1024
        tree = one["tree"]
        ours = tree["cpu_ns"] / 1e9
        print(
            f"{one['arm']:<12} {ours:>8.3f} {cpu:>8.2f} {1000 * (ours - cpu):>+6.0f} "
            f"{tree['voluntary_switches']:>11} {voluntary:>10.0f} {tree['involuntary_switches']:>11} {involuntary:>10.0f} "
            f"{tree['peak_rss_bytes'] / 1024**2:>9.1f} {peak:>8.1f}"
        )


def against_perf(folder: Path) -> None:
    print(f"{'':<12} {'switches of the tree':>32} {'of workers':>16} {'migrations (workers)':>22} {'on-core ms (workers)':>24}")
    heads = f"{'conclab':>10} {'perf':>10} {'%':>10} {'conclab':>16} {'conclab':>11} {'perf':>10} {'conclab':>12} {'perf':>11}"
    print(f"{'arm':<12} {heads}")
    for one, text in zip(measure(PERF, folder), reports(folder, "perf"), strict=True):
        counts = {line.split(",")[2]: float(line.split(",")[0]) for line in text.splitlines() if line.count(",") > 3}
        switches = next(value for name, value in counts.items() if name.startswith("context-switches"))
        migrations = next(value for name, value in counts.items() if name.startswith("cpu-migrations"))
        clock = next(value for name, value in counts.items() if name.startswith("task-clock"))
        tree = one["tree"]["voluntary_switches"] + one["tree"]["involuntary_switches"]
        workers = one["voluntary_switches"] + one["involuntary_switches"]
        print(
            f"{one['arm']:<12} {tree:>10} {switches:>10.0f} {100 * (tree - switches) / max(1, switches):>+10.1f} {workers:>16} "
            f"{one['migrations']:>11} {migrations:>10.0f} {one['on_core_ns'] / 1e6:>12.1f} {clock:>11.1f}"
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        against_time(Path(first))
        print()
        against_perf(Path(second))


if __name__ == "__main__":
    main()
