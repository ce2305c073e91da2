"""What this machine can show and what not, and how to get the rest: tried out, not guessed from the system's name."""

from __future__ import annotations

import os
import platform
import shutil
import threading
from dataclasses import dataclass

from conclab.model import figures
from conclab.model.machine import Machine
from conclab.sampling import proc_text, tracefs
from conclab.sampling.files import read


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that conclab would like to have here."""

    name: str
    available: bool
    found: str
    """What was found, or why it is missing."""
    remedy: str = ""
    """How to get it; empty when it is there or cannot be had."""


def _own_task_file(name: str) -> bytes | None:
    return read(f"/proc/self/task/{threading.get_native_id()}/{name}")


def _whole_machine() -> Capability:
    shown = platform.system() != "Linux" or (read("/proc/stat") is not None and read("/proc/meminfo") is not None)
    return Capability(
        "load of the cores, memory",
        shown,
        "from /proc/stat and /proc/meminfo"
        if platform.system() == "Linux" and shown
        else "by psutil"
        if shown
        else "/proc/stat or /proc/meminfo cannot be read: /proc is mounted with subset=pid, or masked",
        "" if shown else "mount /proc without subset=pid",
    )


def _counters() -> list[Capability]:
    linux = platform.system() == "Linux"
    why = "only Linux counts this for each thread" if not linux else "/proc does not show it: an old kernel, or a locked-down /proc"
    schedstat, stat, status = _own_task_file("schedstat"), _own_task_file("stat"), _own_task_file("status")
    split = bool(schedstat and proc_text.schedstat(schedstat))
    core = bool(stat and proc_text.stat(stat))
    switches = bool(status and proc_text.switches(status))
    sched = _own_task_file("sched")
    remedy = "" if not linux else "mount /proc in the container, or run outside of it"
    return [
        Capability(
            "on a core / wanting a core / blocked",
            split,
            "from /proc/PID/task/TID/schedstat" if split else why,
            "" if split else remedy or "use Linux; elsewhere the time on a core is all there is",
        ),
        Capability("last core of a thread", core, "from stat, field 39" if core else why, "" if core else remedy),
        Capability("voluntary and involuntary switches", switches, "from status" if switches else why, "" if switches else remedy),
        Capability(
            "migrations between cores",
            bool(sched and b"nr_migrations" in sched),
            "from /proc/PID/task/TID/sched"
            if sched and b"nr_migrations" in sched
            else "/proc/PID/task/TID/sched does not tell: the kernel was built without CONFIG_SCHED_DEBUG",
        ),
        Capability(
            "children of a process",
            _own_task_file("children") is not None,
            "from /proc/PID/task/TID/children" if _own_task_file("children") is not None else "the kernel does not list them",
        ),
        Capability(
            "pressure",
            read("/proc/pressure/cpu") is not None,
            "from /proc/pressure/cpu" if read("/proc/pressure/cpu") is not None else "the kernel was built without it, or psi=0",
        ),
    ]


def _others(machine: Machine) -> list[Capability]:
    perf = shutil.which("perf")
    pin = machine.can_pin
    return [
        Capability("pinning to a core", pin, "sched_setaffinity(2)" if pin else "this system has no call for it"),
        Capability(
            "other users' processes in full",
            os.geteuid() == 0,
            "you are root" if os.geteuid() == 0 else "as a normal user some of their fields stay blank",
            "" if os.geteuid() == 0 else "sudo conclab monitor, if you need them",
        ),
        Capability(
            "perf, to check the figures against",
            perf is not None,
            perf or "not installed",
            "" if perf else "on Debian: apt install linux-perf",
        ),
    ]


def _exact() -> Capability:
    left_behind = tracefs.remove_left_behind()
    lack = tracefs.lack()
    if lack:
        found, _, remedy = lack.partition(". ")
        return Capability("exact trace of switches", False, found.rstrip("."), remedy)
    removed = f"; {figures.plural(left_behind, 'instance')} of a conclab that was killed removed" if left_behind else ""
    return Capability("exact trace of switches", True, f"from the scheduler's trace, tracefs{removed}")


def _terminal() -> Capability:
    term, colour = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    full = colour in ("truecolor", "24bit")
    if os.environ.get("NO_COLOR"):
        return Capability("colours", False, "NO_COLOR is set: states are told by glyphs and figures")
    return Capability(
        "colours",
        full,
        f"TERM={term or 'unset'}, COLORTERM={colour or 'unset'}",
        "" if full else "a terminal with true colour shows the worker colours as they are meant",
    )


def explore(machine: Machine) -> list[Capability]:
    """Try everything out."""
    quota = f"quota {figures.cores(machine.quota_cores)} cores" if machine.quota_cores is not None else "no quota"
    allowed = len(machine.affinity) or "unknown"
    cores = Capability(
        "cores",
        machine.usable_cores >= 2,
        f"{machine.cores} cores, {figures.cores(machine.usable_cores)} usable (affinity {allowed}, {quota})",
        "" if machine.usable_cores >= 2 else "experiments about parallelism need two; their verdicts will be undecided",
    )
    return [cores, _whole_machine(), *_counters(), _exact(), *_others(machine), _terminal()]
