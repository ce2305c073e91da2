"""What does exact mode cost? ``python tests/bench/exact.py [ROUNDS] [PYTHON]``

Two kinds of work that switch as often as Python can: a byte that goes to and fro between two processes pinned to one core, one such
pair on every core; and four threads that hand the GIL on. Each runs bare, sampled as in the lab, and sampled and traced, in turn:
how much longer it took, as ratios to the bare run of the same round, what taking the events and making sense of them cost, and what
was lost. Only the ratios within one call mean anything. Needs what ``conclab doctor`` calls the exact trace of switches.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median

from conclab.model.slice_index import SliceIndex
from conclab.model.slices import ExactTrace, latencies, switches
from conclab.sampling import tracefs
from conclab.sampling.exact import ExactTracer
from conclab.sampling.sampler import Sampler

PINGPONG = """
import json, os, time
TRIPS, pairs = 100_000, []
began = time.monotonic()
for core in sorted(os.sched_getaffinity(0)):
    first, second = os.fork(), None
    if first == 0:
        os.sched_setaffinity(0, {core})
        here, there = os.pipe(), os.pipe()
        if os.fork() == 0:
            for _ in range(TRIPS):
                os.write(there[1], os.read(here[0], 1))
            os._exit(0)
        for _ in range(TRIPS):
            os.write(here[1], b"x")
            os.read(there[0], 1)
        os.wait()
        os._exit(0)
    pairs.append(first)
for pid in pairs:
    os.waitpid(pid, 0)
print(json.dumps(time.monotonic() - began))
"""
HANDOVER = """
import json, sys, threading, time
sys.setswitchinterval(1e-5)
def count():
    left = 6_000_000
    while left:
        left -= 1
began = time.monotonic()
threads = [threading.Thread(target=count) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(time.monotonic() - began))
"""
KINDS = {"ping-pong, pinned pairs": PINGPONG, "four threads, 10 µs switch interval": HANDOVER}
MODES = ("bare", "sampled", "exact")


def run(python: str, code: str, mode: str, tracer: ExactTracer, sampler: Sampler) -> tuple[float, ExactTrace | None]:
    """Seconds by the work's own clock, and the trace."""
    if mode == "exact":
        tracer.begin()
    with subprocess.Popen([python, "-I", "-S", "-c", code], stdout=subprocess.PIPE, text=True) as one:
        if mode != "bare":
            sampler.watch(one.pid)
        assert one.stdout is not None
        took = float(json.loads(one.stdout.read()))
    sampler.watch(None)
    if mode != "exact":
        return took, None
    tracer.end()
    return took, tracer.trace(one.pid, ())


def report(kind: str, found: dict[str, list[float]], traces: list[ExactTrace]) -> None:
    bare = found["bare"]
    print(f"{kind}: {median(bare):.2f} s bare")
    for mode in MODES[1:]:
        ratios = sorted(one / base for one, base in zip(found[mode], bare, strict=True))
        print(f"  {mode:<8} {median(ratios):.3f} times as long   from {ratios[0]:.3f} to {ratios[-1]:.3f}")
    trace = traces[-1]
    seconds = (trace.end_ns - trace.start_ns) / 1e9
    counts = [switches(one, trace.start_ns, trace.end_ns) for one in trace.tasks]
    total = sum(voluntary + involuntary for voluntary, involuntary in counts)
    waits = [wait for one in trace.tasks for wait in latencies(one, trace.start_ns, trace.end_ns)]
    print(f"  the last: {total:,} switches, {total / seconds:,.0f} a second; {trace.events:,} events, {trace.lost:,} lost")
    print(
        f"  drain {trace.drain_cpu_ns / 1e6:.0f} ms of CPU in {seconds:.1f} s ({100 * trace.drain_cpu_ns / 1e9 / seconds:.1f} %); "
        f"parse {trace.parse_ns / 1e6:.0f} ms, {trace.parse_ns / max(1, trace.events) / 1e3:.2f} µs an event"
    )
    accounts = [SliceIndex(one).account(one.start_ns[0], one.end_ns[-1]) for one in trace.tasks]
    unknown, whole = sum(account[3] for account in accounts), sum(map(sum, accounts))
    print(f"  not known: {100 * unknown / max(1, whole):.2f} % of the time from the tasks' first slices to their last ones")
    print(f"  median wake-up {median(waits) / 1e3 if waits else 0:.1f} µs of {len(waits):,}")


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    python = sys.argv[2] if len(sys.argv) > 2 else sys.executable
    lack = tracefs.lack()
    if lack:
        print(lack, file=sys.stderr)
        return 2
    sampler = Sampler(lambda _sample: None)
    sampler.start()
    sampler.hurry(True)
    try:
        with ExactTracer() as tracer:
            for kind, code in KINDS.items():
                found: dict[str, list[float]] = {mode: [] for mode in MODES}
                traces: list[ExactTrace] = []
                for number in range(rounds):
                    for mode in MODES if number % 2 else MODES[::-1]:
                        took, trace = run(python, code, mode, tracer, sampler)
                        found[mode].append(took)
                        traces += [trace] if trace is not None else []
                report(kind, found, traces)
                time.sleep(0.2)
    finally:
        sampler.close()
    print(f"on {os.cpu_count()} cores, {rounds} rounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
