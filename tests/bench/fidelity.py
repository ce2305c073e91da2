"""Do our figures agree with the kernel's own tools? ``python -m tests.bench.fidelity [--only ROW]... [--json]``

Runs experiments under conclab and, at the same time, under tools that share no code with it, and prints what each says, how far
both are apart, and whether that is within what was asked for. A row whose tool is missing is left out with its reason. Needs root
for perf(1) and for the exact trace. Nothing here depends on how fast the machine is.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from conclab.lab.catalogue import find
from conclab.lab.interpreters import own
from conclab.lab.planning import make_plan
from conclab.model.events import Sliced
from conclab.model.machine import MachineSample
from conclab.model.results import WorkerResult
from conclab.model.tasks import TaskBatch
from conclab.model.timeline import PIECE_CORE, PIECE_ON, Timeline
from conclab.model.timeline_fold import fold_timeline
from conclab.recording.feed import Item, Session
from conclab.recording.live import LiveFeed
from conclab.sampling import tracefs
from conclab.sampling.machine import read_facts
from tests.bench.peers import EverySecond, SchedRecord, loads, pipe_ns, stat_itself, switch_rates

ROUNDS = 3
LONG_NS = 3_000_000_000
SIZE = 1_000_000
"""Primes below this in each of the four tasks: several seconds for a repetition."""


class Missing(Exception):
    """Why a row cannot be had here."""


@dataclass(frozen=True)
class Line:
    """One figure beside another one."""

    what: str
    ours: float
    theirs: float
    limit: float
    """How far they may be apart."""
    unit: str = ""
    below: float | None = None
    """How much less ours may be, where that is another distance."""

    @property
    def apart(self) -> float:
        return self.ours - self.theirs

    @property
    def passed(self) -> bool:
        return -(self.limit if self.below is None else self.below) <= self.apart <= self.limit


def within(what: str, ours: float, theirs: float, share: float, least: float, unit: str = "") -> Line:
    return Line(what, ours, theirs, max(share * abs(theirs), least), unit)


# Runs


TIME = """#!/bin/sh
case "$*" in *runner*) exec /usr/bin/time -v -o {folder}/time-$$ {python} "$@";; *) exec {python} "$@";; esac
"""
PERF = """#!/bin/sh
case "$*" in *runner*) exec perf stat -x, -e context-switches,cpu-migrations -o {folder}/perf-$$ \
{python} "$@";; *) exec {python} "$@";; esac
"""


def need(*tools: str) -> None:
    for tool in tools:
        if shutil.which(tool) is None:
            raise Missing(f"{tool} is not installed")


def wrapped(wrapper: str, prefix: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Repetitions of ``threads-or-processes`` under an interpreter that a tool is wrapped around, each with what the tool wrote."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = folder / "python3"
        python.write_text(wrapper.format(folder=folder, python=sys.executable))
        python.chmod(0o755)
        command = [sys.executable, "-m", "conclab", "run", "threads-or-processes", "--json", "--repeat", str(ROUNDS)]
        command += ["--set", "size=600000", "--python", str(python), "--no-keep"]
        run = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        repetitions = [{**one, "arm": arm["name"]} for arm in run["arms"] for one in arm["repetitions"]]
        repetitions.sort(key=lambda one: one["workers"][0]["started_ns"])
        # What is checked before the first round is not measured, so the last files count.
        files = sorted(folder.glob(f"{prefix}-*"), key=lambda file: file.stat().st_mtime_ns)[-len(repetitions) :]
        yield from zip(repetitions, (file.read_text() for file in files), strict=True)


@dataclass
class Watched:
    """A run that everybody has watched."""

    items: list[Item]
    workers: list[tuple[str, WorkerResult]]
    """Of each repetition, with the arm's name."""
    switch_rates: dict[int, list[tuple[int, int, float]]]
    loads: dict[int, list[tuple[int, int, float]]]
    timehist: dict[int, list[tuple[int, int, int, int]]]
    migrations: dict[int, list[int]]
    timeline: Timeline
    sampled: Timeline
    """The same run as it would be known without the exact trace."""


@cache
def watched() -> Watched:
    """Primes, counted by one worker, by four threads and by four processes, some seconds each; traced where that can be had."""
    need("perf", "pidstat", "mpstat")
    plan = make_plan(
        find("threads-or-processes"),
        {"size": str(SIZE), "workers": "4"},
        read_facts(),
        [own()],
        rounds=1,
        traced=not tracefs.lack(),
    )
    items: list[Item] = []
    with tempfile.TemporaryDirectory() as name:
        record = SchedRecord(Path(name) / "sched.data")
        tools = EverySecond(["pidstat", "-w", "-t", "1"]), EverySecond(["mpstat", "-P", "ALL", "1"])
        feed = LiveFeed()
        session = Session(feed)
        take = feed.take

        def taking() -> list[Item]:
            taken = take()
            items.extend(taken)
            return taken

        feed.take = taking  # type: ignore[method-assign]
        time.sleep(1.2)
        session.launch(plan)
        while session.run_state.phase != "finished":
            time.sleep(0.1)
            session.advance()
        time.sleep(2.5)
        session.advance()
        rates, cores = tools[0].stop(), tools[1].stop()
        record.stop()
        feed.close()
        print(f"lost events: perf {record.lost():,}, ours {session.timeline.lost:,}", file=sys.stderr)
        workers = [(one.arm, worker) for one in session.run_state.repetitions for worker in one.workers]
        if not workers:
            raise Missing(f"the run did not come about: {session.run_state.outcome}")
        sampled = Timeline()
        for item in items:
            if not isinstance(item, Sliced):
                sampled = fold_timeline(sampled, item)  # type: ignore[arg-type]
        return Watched(
            items,
            workers,
            switch_rates(rates),
            loads(cores),
            record.timehist([worker.tid for _arm, worker in workers]),
            record.migrations(),
            session.timeline,
            sampled,
        )


# Rows


def switches() -> Iterator[Line]:
    """switches of a command's tree, less perf's own | perf stat -e context-switches | ± 2 % or 5"""
    need("perf")
    itself = stat_itself()
    for one, text in wrapped(PERF, "perf"):
        theirs = next(float(line.split(",")[0]) for line in text.splitlines() if "context-switches" in line)
        tree = one["tree"]
        yield within(one["arm"], tree["voluntary_switches"] + tree["involuntary_switches"] - itself, theirs, 0.02, 5)


def final() -> Iterator[Line]:
    """final CPU and switches | /usr/bin/time -v | CPU ± 10 ms, switches ± 2 % or 5"""
    if not Path("/usr/bin/time").exists():
        raise Missing("/usr/bin/time is not installed")
    for one, text in wrapped(TIME, "time"):

        def number(pattern: str, text: str = text) -> float:
            found = re.search(pattern, text)
            assert found, text
            return float(found.group(1))

        tree, arm = one["tree"], one["arm"]
        cpu = number(r"User time \(seconds\): ([\d.]+)") + number(r"System time \(seconds\): ([\d.]+)")
        both = number(r"\sVoluntary context switches: (\d+)") + number(r"Involuntary context switches: (\d+)")
        # It rounds both of its times down to a hundredth.
        yield Line(f"{arm}, CPU", tree["cpu_ns"] / 1e6, cpu * 1000 + 10, 20, "ms")
        yield within(f"{arm}, switches", tree["voluntary_switches"] + tree["involuntary_switches"], both, 0.02, 5)


def _grown(points: list[tuple[int, float]], start_ns: int, end_ns: int) -> float | None:
    """How much a counter grew between two moments, read between its samples; None where these do not reach that far."""
    stamps = [at for at, _value in points]

    def at(moment: int) -> float | None:
        after = bisect_left(stamps, moment)
        if not 0 < after < len(points):
            return None
        (left, low), (right, high) = points[after - 1], points[after]
        return low + (high - low) * (moment - left) / (right - left)

    first, last = at(start_ns), at(end_ns)
    return None if first is None or last is None else last - first


def rates() -> Iterator[Line]:
    """per-thread switch rates | pidstat -w -t 1 | ± 10 % or 10 a second; ± 2 % over a run"""
    run = watched()
    counts: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for item in run.items:
        for sample in item.tasks if isinstance(item, TaskBatch) else ():
            if sample.voluntary is not None and sample.involuntary is not None:
                counts[sample.task.tid].append((sample.at_ns, float(sample.voluntary + sample.involuntary)))
    for arm, worker in run.workers:
        total, theirs = 0.0, 0.0
        for number, (start, end, rate) in enumerate(run.switch_rates.get(worker.tid, ())):
            # Its own seconds only: in those of its start and end the task did other things, and which of them when, nobody tells.
            within_life = worker.started_ns <= start and end <= worker.ended_ns
            grown = _grown(counts[worker.tid], start, end) if within_life else None
            if grown is not None:
                yield within(f"{arm} {worker.worker}, second {number}", grown, rate, 0.10, 10, "/s")
                total, theirs = total + grown, theirs + rate
        if theirs:
            yield within(f"{arm} {worker.worker}, over all", total, theirs, 0.02, 5)


def load() -> Iterator[Line]:
    """per-core load | mpstat -P ALL 1 | ± 5 points a second"""
    run = watched()
    # At rest it is looked at once a second only, and what lies between two looks cannot be told.
    first, last = min(worker.started_ns for _arm, worker in run.workers), max(worker.ended_ns for _arm, worker in run.workers)
    samples = [item for item in run.items if isinstance(item, MachineSample) and first <= item.at_ns <= last]
    for core, seconds in sorted(run.loads.items()):
        told = [(one.at_ns, one.cores[core]) for one in samples]
        busy = [(at, times.busy) for at, times in told if times is not None]
        idle = [(at, times.idle + (times.iowait or 0.0)) for at, times in told if times is not None]
        for number, (start, end, theirs) in enumerate(seconds):
            on, off = _grown(busy, start, end), _grown(idle, start, end)
            if on is not None and off is not None and on + off > 0:
                yield Line(f"core {core}, second {number}", 100 * on / (on + off), 100 * theirs, 5, "%")


def _overlap(worker: WorkerResult, start_ns: int, end_ns: int) -> int:
    """How much of a stretch lies in a worker's life: one task may carry several workers, one after another."""
    return max(0, min(end_ns, worker.ended_ns) - max(start_ns, worker.started_ns))


def delay() -> Iterator[Line]:
    """run-queue delay | perf sched timehist | ± 5 %"""
    run = watched()
    for arm, worker in run.workers:
        theirs = sum(_overlap(worker, at - ran - waited, at - ran) for at, _core, ran, waited in run.timehist[worker.tid])
        yield within(f"{arm} {worker.worker}", (worker.counters.wants_core_ns or 0) / 1e6, theirs / 1e6, 0.05, 2, "ms")


def _by_core(timeline: Timeline, worker: WorkerResult) -> dict[int, int]:
    """On-core ns of one life by core, from the exact slices where there are any."""
    row = timeline.rows[worker.worker]
    found: dict[int, int] = defaultdict(int)
    for exact in row.exact:
        if exact.index.slices.task.tid == worker.tid:
            slices = exact.index.slices
            for core, start, end in zip(slices.core, slices.start_ns, slices.end_ns, strict=True):
                found[core] += _overlap(worker, start, end)
            return found
    ends, starts = row.pieces.columns[:2]
    for number in range(row.pieces.first, row.pieces.stop):
        if worker.started_ns <= (starts[number] + ends[number]) // 2 <= worker.ended_ns:
            found[row.pieces.columns[PIECE_CORE][number]] += row.pieces.columns[PIECE_ON][number]
    return found


def _lost(run: Watched, worker: WorkerResult) -> str:
    """How many events the exact trace of that repetition lacks, where it lacks any: what it says is then too little."""
    lost = sum(trace.lost for trace in run.timeline.traces if trace.start_ns <= worker.started_ns < trace.end_ns)
    return f", {lost:,} lost" if lost else ""


def owner() -> Iterator[Line]:
    """who ran where (exact) | perf sched timehist, and schedstat over all cores | ± 5 % of each worker's time on each core"""
    run = watched()
    if not run.timeline.exact:
        raise Missing(tracefs.lack() or "the run was not traced")
    for arm, worker in run.workers:
        theirs: dict[int, int] = defaultdict(int)
        for at, core, ran, _waited in run.timehist[worker.tid]:
            theirs[core] += _overlap(worker, at - ran, at)
        ours = _by_core(run.timeline, worker)
        booked = (worker.counters.on_core_ns or 0) / 1e6
        # Over all cores the kernel's own account is the judge.
        off = sum(theirs.values()) / 1e6 / booked - 1 if booked else 0.0
        odd = f", perf {off:+.0%} over all" if abs(off) > 0.05 else ""
        for core in sorted(ours.keys() | theirs.keys()):
            what = f"{arm} {worker.worker}, core {core}{_lost(run, worker)}{odd}"
            yield within(what, ours.get(core, 0) / 1e6, theirs[core] / 1e6, 0.05, 5, "ms")
        yield within(f"{arm} {worker.worker}, schedstat{_lost(run, worker)}", sum(ours.values()) / 1e6, booked, 0.05, 5, "ms")


def sampled() -> Iterator[Line]:
    """share of each core by worker, sampled | our exact trace | ± 2 points, for who lived 3 s or more"""
    run = watched()
    if not run.timeline.exact:
        raise Missing(tracefs.lack() or "the run was not traced")
    for arm, worker in run.workers:
        wall = worker.ended_ns - worker.started_ns
        if wall < LONG_NS:
            continue
        ours, theirs = _by_core(run.sampled, worker), _by_core(run.timeline, worker)
        for core in sorted((ours.keys() | theirs.keys()) - {-1}):
            what = f"{arm} {worker.worker}, core {core}, {wall / 1e9:.1f} s{_lost(run, worker)}"
            yield Line(what, 100 * ours.get(core, 0) / wall, 100 * theirs.get(core, 0) / wall, 2, "%")


def migrations() -> Iterator[Line]:
    """migrations of each worker | cpu-migrations by perf | ± 2"""
    run = watched()
    for arm, worker in run.workers:
        if worker.counters.migrations is None:
            raise Missing("this kernel does not count them for a task (/proc/PID/sched)")
        theirs = sum(worker.started_ns < at <= worker.ended_ns for at in run.migrations.get(worker.tid, ()))
        yield Line(f"{arm} {worker.worker}", worker.counters.migrations, theirs, 2)


def pipe() -> Iterator[Line]:
    """hand-over cost, pinned processes | perf bench sched pipe, pinned | the same order, Python only slower"""
    need("perf", "taskset")
    command = [sys.executable, "-m", "conclab", "run", "context-switch", "--json", "--repeat", "3", "--no-keep"]
    run = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    arm = next(arm for arm in run["arms"] if arm["name"] == "processes, one core")
    # The quickest of each: whatever else runs on that core only makes it slower.
    ours, theirs = min(one["measures"]["hand_over_ns"] for one in arm["repetitions"]), min(pipe_ns() for _ in range(5))
    yield Line("processes, one core", ours / 1000, theirs / 1000, 9 * theirs / 1000, "µs", below=0)


def command() -> Iterator[Line]:
    """wall time of a command | hyperfine -N | <= 3 %"""
    raise Missing("conclab run -- COMMAND is not built yet")
    yield


def function() -> Iterator[Line]:
    """time of a function | pyperf, same affinity | <= 5 %"""
    raise Missing("conclab compare is not built yet")
    yield


ROWS: dict[str, Callable[[], Iterator[Line]]] = {
    one.__name__: one for one in (switches, final, rates, delay, owner, sampled, migrations, load, pipe, command, function)
}


WORST = 4
"""So many lines of a row are printed, those that are the farthest apart for what is allowed; and all that miss it."""


def say(line: Line) -> str:
    relative = f"{100 * line.apart / line.theirs:+6.1f} %" if line.theirs else ""
    figures = f"{line.ours:>12,.2f} {line.theirs:>12,.2f} {line.apart:>+10,.2f} {relative:>9} ≤ {line.limit:,.2f} {line.unit}"
    return f"  {'pass' if line.passed else 'MISS'}  {line.what:<34} {figures}"


def worst(lines: list[Line]) -> list[Line]:
    ranked = sorted(lines, key=lambda line: (line.passed, -abs(line.apart) / (line.limit or 1)))
    return ranked[: max(WORST, sum(not line.passed for line in lines))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=ROWS, help="this row; may be given more than once")
    parser.add_argument("--all", action="store_true", help="print every line, not only the worst")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    told: list[dict[str, Any]] = []
    for name in asked.only or ROWS:
        what, against, limit = (part.strip() for part in (ROWS[name].__doc__ or "").split("|"))
        lines, missing = [], ""
        try:
            lines = list(ROWS[name]())
        except Missing as error:
            missing = str(error)
        passed = sum(line.passed for line in lines)
        told.append(
            {
                "row": name,
                "what": what,
                "against": against,
                "asked": limit,
                "missing": missing or None,
                "passed": passed,
                "lines": [{**asdict(line), "passed": line.passed} for line in lines],
            }
        )
        if not asked.json:
            verdict = f"left out: {missing}" if missing else f"{passed} of {len(lines)} pass"
            print(f"\n{name}: {what}, against {against}; asked: {limit}. {verdict}", flush=True)
            for line in lines if asked.all else worst(lines):
                print(say(line))
    if asked.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
