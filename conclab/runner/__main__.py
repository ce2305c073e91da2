"""One arm, once: read the spec, prove that it can be done, do it, report.

The process stays single-threaded until the executor makes workers: a fork must not copy a process that has threads.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any, Dict, Optional

import job as jobs
import locks
import prints
import standing
import wire as wires
from worker import WorkerFailed, WorkerLost, explain


def gil_enabled() -> Optional[bool]:
    """Whether this interpreter has a GIL that is on; None where it cannot tell. To be asked after all imports, because an
    extension module may switch the GIL on again (PEP 703)."""
    ask = getattr(sys, "_is_gil_enabled", None)
    if ask is not None:
        return bool(ask())
    return True if sys.implementation.name in ("cpython", "pypy") else None


def _probe(wire: wires.Wire) -> None:
    wire.send(
        "probe",
        pid=os.getpid(),
        implementation=sys.implementation.name,
        version=".".join(map(str, sys.version_info[:3])),
        gil_enabled=gil_enabled(),
    )


def _pin(core: Optional[int]) -> None:
    if core is None:
        return
    try:
        standing.pin(core)
    except (AttributeError, OSError, ValueError, OverflowError) as error:
        raise jobs.Refused("the work cannot be pinned to core %d: %s" % (core, error)) from None


def _run(wire: wires.Wire, spec: Dict[str, Any]) -> None:
    executor = jobs.load_executor(spec["executor"])
    job = jobs.Job(spec)
    if spec.get("check_only"):
        job.check()
        _probe(wire)
        return
    _probe(wire)
    _pin(job.core)
    state = job.prepare(executor.tools(job.executor))
    started_ns = time.monotonic_ns()
    results = executor.run(wire, job, state)
    wall_ns = time.monotonic_ns() - started_ns
    for name, (value, unit) in job.conclude(state).items():
        wire.send("measure", worker=None, name=name, value=value, unit=unit)
    try:
        wire.send("finished", started_ns=started_ns, wall_ns=wall_ns, result=job.combine(results))
    except ValueError:  # longer than the wire takes; each worker has reported its own
        wire.send("finished", started_ns=started_ns, wall_ns=wall_ns, result=None)


def main() -> int:
    """Exit status 0: done; 1: the experiment failed; 2: it cannot be done here. The wire has the reason."""
    wire = wires.Wire(os.environ[wires.VARIABLE])
    prints.install(wire)
    locks.install(wire)
    try:
        _run(wire, jobs.read_spec())
    except jobs.Refused as refusal:
        wire.send("failed", worker=None, reason=str(refusal))
        return 2
    except WorkerFailed:
        return 1
    except WorkerLost as lost:
        wire.send("failed", worker=lost.worker, reason=lost.how)
        return 1
    except Exception as error:  # noqa: BLE001 whatever it is, the lab gets the reason in one sentence
        wire.send("failed", worker=None, reason=explain(error))
        return 1
    finally:
        prints.finish()
        wire.settle()
    return 0


if __name__ == "__main__":
    sys.exit(main())
