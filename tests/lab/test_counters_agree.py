"""Our counters against tools that share no code with us. Skipped, with the reason, where a tool is missing.

Counts are compared, not times. Both tools run as the parent of the experiment's interpreter, so a handful of their own switches are
in our figure and not in theirs.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conclab.lab.interpreters import ask
from conclab.model.results import OK, Repetition
from tests.helpers import conduct, work

TIME = "/usr/bin/time"
OWN = 40
"""Switches of the wrapping shell and the tool itself, at most."""


def perf_counts() -> bool:
    """perf may be installed and yet not permitted (perf_event_paranoid), or count nothing (some virtual machines)."""
    if not shutil.which("perf"):
        return False
    command = ["perf", "stat", "-x,", "-e", "context-switches", "true"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stderr[:1].isdigit()


TOOLS = {
    "time": (os.access(TIME, os.X_OK), f"{TIME} -v -o {{report}}"),
    "perf": (perf_counts(), "perf stat -x, -e context-switches -o {report}"),
}


@functools.cache
def measured(executor: str) -> tuple[Repetition, dict[str, str]]:
    """One repetition under a wrapped interpreter, and what the tools that there are wrote of it, each started by the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = folder / "python3"
        started = " ".join(start.format(report=folder / f"{tool}-$$") for tool, (there, start) in TOOLS.items() if there)
        python.write_text(
            f'#!/bin/sh\ncase "$*" in *runner*) exec {started} {sys.executable} "$@";; *) exec {sys.executable} "$@";; esac\n'
        )
        python.chmod(0o755)
        run, _ = conduct(work(executor, "primes", 4, 4, size=150_000), pythons=(ask(str(python)),))
        assert run.outcome == OK
        reports = {}
        for tool, (there, _start) in TOOLS.items():
            if there:
                written = sorted(folder.glob(f"{tool}-*"), key=lambda file: file.stat().st_mtime_ns)
                reports[tool] = written[-1].read_text()  # the first is of the check beforehand
        return run.repetitions[0], reports


@pytest.mark.skipif(not TOOLS["time"][0], reason="/usr/bin/time is not installed (Debian: apt install time)")
@pytest.mark.parametrize("executor", ["threads", "fork", "forkserver", "spawn"])
def test_switches_agree_with_time(executor: str) -> None:
    repetition, reports = measured(executor)
    report = reports["time"]
    assert repetition.totals is not None
    found = {name.strip(): value for name, _, value in (line.rpartition(": ") for line in report.splitlines())}
    voluntary, involuntary = int(found["Voluntary context switches"]), int(found["Involuntary context switches"])
    if executor == "forkserver":
        # time sees what its child has waited for; a forkserver's workers are nobody's it waits for. The keeper sees them all.
        assert repetition.totals.voluntary_switches >= voluntary
        return
    assert repetition.totals.voluntary_switches == pytest.approx(voluntary, rel=0.02, abs=OWN)
    if executor == "spawn":
        # Nor does anybody wait for multiprocessing's resource tracker; where cores are scarce, its start takes many switches.
        assert repetition.totals.involuntary_switches >= involuntary
        return
    assert repetition.totals.involuntary_switches == pytest.approx(involuntary, rel=0.02, abs=OWN)


@pytest.mark.skipif(not TOOLS["perf"][0], reason="perf is not installed or not permitted here (Debian: apt install linux-perf)")
@pytest.mark.parametrize("executor", ["threads", "fork", "forkserver", "spawn"])
def test_switches_of_the_tree_agree_with_perf(executor: str) -> None:
    repetition, reports = measured(executor)
    report = reports["perf"]
    assert repetition.totals is not None
    found = re.search(r"^(\d+),,context-switches", report, re.MULTILINE)
    assert found
    ours = repetition.totals.voluntary_switches + repetition.totals.involuntary_switches
    # At least: the kernels of some virtual machines leave switches out of their events, and of forkserver and spawn something
    # outlives the runner by a moment, for which perf does not wait. That it is not too many is what time(1) tells above.
    assert ours >= int(found.group(1)) * 0.98 - OWN
    if executor in ("forkserver", "spawn"):
        return
    counters = repetition.counters
    assert counters.voluntary_switches is not None
    assert counters.involuntary_switches is not None
    assert counters.voluntary_switches + counters.involuntary_switches <= ours
