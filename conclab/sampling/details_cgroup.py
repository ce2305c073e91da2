"""The control group of a process: what it may use, what it uses, and how often it was held back.

Version 2 of control groups is Documentation/admin-guide/cgroup-v2.rst; version 1 Documentation/scheduler/sched-bwc.rst and
Documentation/admin-guide/cgroup-v1/memory.rst. A limit counts wherever on the way to the root it is set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from conclab.model import figures
from conclab.model.details import Fact, Section
from conclab.model.text import harmless
from conclab.sampling import proc_text
from conclab.sampling.details_access import Subject

Read = Callable[[str], bytes | None]
_NO_LIMIT = 1 << 60
"""Version 1 writes "no limit" as the largest number of pages."""


def group_section(subject: Subject) -> Section:
    """The section of the overview."""
    answer = subject.read("cgroup")
    if answer.refused:
        return Section("Control group", facts=(Fact("group", why=answer.why),))
    paths = proc_text.cgroup_paths(answer.text)
    if not paths:
        return Section("Control group", note="This kernel has no control groups.")
    return Section("Control group", facts=facts_of(paths, subject.look))


def facts_of(paths: dict[str, str], look: Read) -> tuple[Fact, ...]:
    """What is told of the groups with these paths (by controller, "" is version 2); ``look`` reads a file, or gives None."""
    cpu = _places(paths, "cpu", ("cpu", "cpu,cpuacct"))
    memory = _places(paths, "memory", ("memory",))
    shown = paths.get("") if paths.get("", "/") != "/" else None
    shown = shown or next((path for path in paths.values() if path != "/"), "/")
    return (
        Fact("group", harmless(shown), "the root: nothing here limits it" if shown == "/" else ""),
        _quota(cpu, look),
        *_cpu_usage(cpu, look),
        _memory(memory, look),
    )


def _places(paths: dict[str, str], controller: str, roots: Iterable[str]) -> list[str]:
    """Folders of a controller from the group itself up to the root, version 2 first; what a mount does not show is not there."""
    found = []
    for name, mounts in (("", ("", "unified")), (controller, tuple(roots))):
        if name in paths:
            parts = [part for part in paths[name].split("/") if part]
            for mount in mounts:
                base = os.path.join("/sys/fs/cgroup", mount)
                found += [os.path.join(base, *parts[:depth]) for depth in range(len(parts), -1, -1)]
    return found


def _first(folders: Iterable[str], names: Iterable[str], look: Read) -> tuple[str, bytes] | None:
    """The first of these files that there is: its name and text. The nearest group that tells comes first."""
    for folder in folders:
        for name in names:
            text = look(os.path.join(folder, name))
            if text is not None:
                return name, text
    return None


def _quota(folders: list[str], look: Read) -> Fact:
    tightest: tuple[float, str] | None = None
    told = False
    for folder in folders:
        text = look(os.path.join(folder, "cpu.max"))
        if text is None:
            quota, period = look(os.path.join(folder, "cpu.cfs_quota_us")), look(os.path.join(folder, "cpu.cfs_period_us"))
            if quota is None or period is None:
                continue
            text = b"max" if quota.startswith(b"-") else quota.strip() + b" " + period.strip()
        told = True
        cores = proc_text.cpu_max(text)
        if cores is not None and (tightest is None or cores < tightest[0]):
            tightest = (cores, folder)
    if tightest is None:
        return Fact("CPU quota", "none" if told else "", "" if told else "the root group has none")
    cores, folder = tightest
    set_by = "" if folder == folders[0] else f"set by the group above, {harmless(os.path.basename(folder))}"
    return Fact("CPU quota", f"{figures.cores(cores)} cores", set_by)


def _cpu_usage(folders: list[str], look: Read) -> tuple[Fact, ...]:
    found = _first(folders, ("cpu.stat",), look)
    if found is None:
        return ()
    numbers = dict(_numbers(found[1]))
    facts = []
    if "usage_usec" in numbers:
        facts.append(Fact("CPU used", figures.clock_time(numbers["usage_usec"] / 1e6), "by all processes of the group"))
    periods, throttled = numbers.get("nr_periods", 0), numbers.get("nr_throttled")
    stopped_ns = numbers["throttled_usec"] * 1000 if "throttled_usec" in numbers else numbers.get("throttled_time")
    if throttled is not None and periods:
        text = f"{throttled:,} of {periods:,} periods" + (f", {figures.duration(stopped_ns)} in all" if stopped_ns else "")
        facts.append(
            Fact("held back", text, "the quota was used up and it had to wait" if throttled else "", alarming=throttled > 0)
        )
    return tuple(facts)


def _memory(folders: list[str], look: Read) -> Fact:
    used = _first(folders, ("memory.current", "memory.usage_in_bytes"), look)
    tightest: int | None = None
    for folder in folders:
        for name in ("memory.max", "memory.limit_in_bytes"):
            text = (look(os.path.join(folder, name)) or b"").strip()
            if text.isdigit() and int(text) < _NO_LIMIT:
                tightest = min(int(text), tightest) if tightest is not None else int(text)
    current = int(used[1]) if used is not None and used[1].strip().isdigit() else None
    if current is None:
        return Fact("memory", f"limit {figures.size(tightest)}" if tightest is not None else "", "the root group does not count it")
    alarming = tightest is not None and current > 0.9 * tightest
    why = "nearly all of it: the next request may kill it" if alarming else "used by all processes of the group, cache included"
    limit = "no limit" if tightest is None else f"{figures.size(tightest)} allowed"
    return Fact("memory", f"{figures.size(current)}, {limit}", why, alarming)


def _numbers(text: bytes) -> Iterable[tuple[str, int]]:
    for line in text.splitlines():
        name, _blank, value = line.partition(b" ")
        if value.strip().isdigit():
            yield name.decode("ascii", "replace"), int(value)
