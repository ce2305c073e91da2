"""The control group of a process: what it may use, what it uses, and how often it was held back.

Which files tell, and that a limit counts wherever on the way to the root it is set, is the business of ``cgroup``.
"""

from __future__ import annotations

import os

from conclab.model import figures
from conclab.model.details import Fact, Section
from conclab.model.text import harmless
from conclab.sampling import machine_text, proc_text
from conclab.sampling.cgroup import Limits, Look, folders, limits_of, memory_used
from conclab.sampling.details_access import Subject


def group_section(subject: Subject) -> Section:
    """The section of the overview."""
    answer = subject.read("cgroup")
    if answer.refused:
        return Section("Control group", facts=(Fact("group", why=answer.why),))
    paths = proc_text.cgroup_paths(answer.text)
    if not paths:
        return Section("Control group", note="This kernel has no control groups.")
    return Section("Control group", facts=facts_of(paths, subject.look))


def facts_of(paths: dict[str, str], look: Look) -> tuple[Fact, ...]:
    """What is told of the groups with these paths (by controller, "" is version 2); ``look`` reads a file, or gives None."""
    shown = paths.get("") if paths.get("", "/") != "/" else None
    shown = shown or next((path for path in paths.values() if path != "/"), "/")
    limits = limits_of(paths, look)
    return (
        Fact("group", harmless(shown), "the root: nothing here limits it" if shown == "/" else ""),
        _quota(limits, tuple(paths[name].rstrip("/") for name in ("", "cpu") if name in paths)),
        *_cpu_usage(folders(paths, "cpu"), look),
        _memory(limits.memory_limit, folders(paths, "memory"), look),
    )


def _quota(limits: Limits, own: tuple[str, ...]) -> Fact:
    if limits.quota_cores is None or limits.cpu_folder is None:
        return Fact("CPU quota", "none" if limits.tells_quota else "", "" if limits.tells_quota else "the root group has none")
    above = not limits.cpu_folder.endswith(own)
    set_by = f"set by the group above, {harmless(os.path.basename(limits.cpu_folder))}" if above else ""
    return Fact("CPU quota", f"{figures.cores(limits.quota_cores)} cores", set_by)


def _cpu_usage(places: list[str], look: Look) -> tuple[Fact, ...]:
    """Of the nearest group that tells."""
    text = next((text for folder in places if (text := look(os.path.join(folder, "cpu.stat"))) is not None), None)
    if text is None:
        return ()
    numbers = machine_text.keyed(text)
    facts = []
    if "usage_usec" in numbers:
        facts.append(Fact("CPU used", figures.clock_time(numbers["usage_usec"] / 1e6), "by all processes of the group"))
    periods, throttled = numbers.get("nr_periods", 0), numbers.get("nr_throttled")
    stopped_ns = numbers["throttled_usec"] * 1000 if "throttled_usec" in numbers else numbers.get("throttled_time")
    if throttled is not None and periods:
        text_of = f"{throttled:,} of {periods:,} periods" + (f", {figures.duration(stopped_ns)} in all" if stopped_ns else "")
        why = "the quota was used up and it had to wait" if throttled else ""
        facts.append(Fact("held back", text_of, why, alarming=throttled > 0))
    return tuple(facts)


def _memory(limit: int | None, places: list[str], look: Look) -> Fact:
    """What the nearest group that tells uses, and the tightest limit."""
    used = next((used for folder in places if (used := memory_used(folder, look)) is not None), None)
    if used is None:
        return Fact("memory", f"limit {figures.size(limit)}" if limit is not None else "", "the root group does not count it")
    alarming = limit is not None and used > 0.9 * limit
    why = "nearly all of it: the next request may kill it" if alarming else "used by all processes of the group, cache included"
    allowed = "no limit" if limit is None else f"{figures.size(limit)} allowed"
    return Fact("memory", f"{figures.size(used)}, {allowed}", why, alarming)
