"""What conclab takes itself: helpers count, and go on counting once they have ended."""

from __future__ import annotations

import subprocess
import sys

from conclab.sampling.own import OwnCost, helpers

BURN = """
import sys, time
end = time.process_time() + 0.05
while time.process_time() < end: pass
print("burnt", flush=True)
sys.stdin.readline()
"""


def test_a_helper_counts_while_it_lives_and_afterwards() -> None:
    cost = OwnCost()
    before = cost.cpu_ns()
    child = subprocess.Popen([sys.executable, "-S", "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    assert child.pid in helpers()
    during = cost.cpu_ns()
    assert during - before >= 50_000_000
    child.communicate("\n")
    assert child.pid not in helpers()
    assert cost.cpu_ns() >= during


def test_it_never_falls() -> None:
    cost = OwnCost()
    seen = [cost.cpu_ns() for _ in range(5)]
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
