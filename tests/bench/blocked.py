"""What are workers blocked on? ``python tests/bench/blocked.py [PYTHON ...]``

Four threads that compute, four that sleep, and four that sleep while they hold one named lock, under each Python that is found (or
those named: 3.13t, 3.14 …), watched as the lab watches them: where their time went and on what they were blocked, and whether it
adds up to the kernel's account. Shares depend on the machine; the causes must not: GIL on builds that have one, never without.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from conclab.lab.interpreters import NoInterpreter, ask, candidates
from conclab.model import figures
from conclab.model.blocking import marked
from conclab.model.experiments import Arm, Interpreter
from conclab.model.run_state import RunState
from conclab.recording.feed import Session
from conclab.recording.live import LiveFeed
from tests.helpers import experiment_of, plan_for

LOCKING = str(Path(__file__).parents[1] / "runner" / "locking" / "workload.py")
ARMS = (
    Arm("compute", "threads", "primes", 4, 8, {"size": 400_000}),
    Arm("processes", "fork", "primes", 4, 8, {"size": 400_000}),
    Arm("sleep", "threads", "sleeping", 4, 8, {"size": 400}),
    Arm("lock", "threads", LOCKING, 4, 12, {"deed": "hold"}),
    Arm("process lock", "fork", LOCKING, 4, 12, {"deed": "hold"}),
)


def watched(session: Session, python: Interpreter, arms: tuple[Arm, ...], rounds: int) -> RunState:
    """One run of the arms as the lab would show it at its end."""
    session.launch(plan_for(experiment_of(*arms), rounds, (python,)))
    while session.run_state.phase != "finished":
        time.sleep(0.1)
        session.advance()
    return session.run_state


def main() -> None:
    found = candidates()
    session = Session(LiveFeed())
    print(f"{'python':<8} {'arm':<13} {'on core':>8} {'wants':>6} {'blocked':>8}  blocked on (share of all time)")
    try:
        for label in sys.argv[1:] or found:
            try:
                python = ask(found.get(label, label))
            except NoInterpreter as error:
                print(f"{label:<8} {error}")
                continue
            run = watched(session, python, ARMS, rounds=2)
            for arm in ARMS:
                shares = run.shares.get((arm.name, python.path))
                parts = shares.split.shares() if shares else None
                if shares is None or parts is None:
                    print(f"{label:<8} {arm.name:<13} nothing: {run.outcome}")
                    continue
                wall = shares.split.wall_ns
                causes = sorted(((ns / wall, cause) for cause, ns in shares.blocked.items()), reverse=True)
                told = ", ".join(f"{marked(cause)} {share * 100:.1f} %" for share, cause in causes if share >= 0.001)
                on_core, wants, blocked = (figures.percent(part) for part in parts)
                exact = "" if all(life.exact for life in run.lives) else "  (not all exact)"
                print(f"{label:<8} {arm.name:<13} {on_core:>8} {wants:>6} {blocked:>8}  {told}{exact}", flush=True)
    finally:
        session.feed.close()


if __name__ == "__main__":
    main()
