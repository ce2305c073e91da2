"""Two pages of a process's details: its memory, and its limits."""

from __future__ import annotations

from conclab.model import figures
from conclab.model.details import Fact, Heading, Section
from conclab.sampling import details_text
from conclab.sampling.details_access import Answer, Subject

MOST_GROUPS = 300
_MOST_SMAPS = 32 << 20
"""Bytes of smaps: about 40,000 mappings."""

_ROLLUP = (
    ("resident", ("Rss",), "what of it is in RAM, shared pages counted whole"),
    ("proportional", ("Pss",), "shared pages divided by how many share them: its fair part of RAM"),
    ("its own", ("Private_Clean", "Private_Dirty"), "pages that nobody else has: its end would set them free"),
    ("shared", ("Shared_Clean", "Shared_Dirty"), "pages that others have mapped too"),
    ("anonymous", ("Anonymous",), "not from any file: heap and stacks"),
    ("huge pages", ("AnonHugePages", "ShmemPmdMapped", "FilePmdMapped"), "of it in pages of 2 MiB or so"),
    ("locked", ("Locked",), "may not be swapped out"),
    ("swap", ("Swap",), "moved out to swap"),
)


def read_memory(subject: Subject) -> tuple[Section, ...]:
    """What its memory consists of, and what is mapped. Slow for large processes, since the kernel walks all their pages."""
    if subject.kernel:
        return (Section("Memory", note="A thread of the kernel has no memory of its own."),)
    rollup = subject.read("smaps_rollup")
    status = details_text.fields(subject.read("status").text)
    return (Section("Memory", facts=(*_sums(rollup, subject), *_from_status(status))), _maps(subject.read("smaps", _MOST_SMAPS)))


def _sums(rollup: Answer, subject: Subject) -> tuple[Fact, ...]:
    if rollup.refused or not rollup.text:
        return (Fact("in RAM", why=rollup.why or ("nothing is left of it" if subject.zombie else "it has no memory of its own")),)
    told = details_text.fields(rollup.text)
    facts = []
    for name, keys, meaning in _ROLLUP:
        parts = [details_text.kibibytes(told.get(key)) for key in keys]
        known = [part for part in parts if part is not None]
        if known and (sum(known) or name not in ("huge pages", "locked")):
            facts.append(Fact(name, figures.size(sum(known)), meaning))
    return tuple(facts)


def _from_status(status: dict[str, str]) -> tuple[Fact, ...]:
    wanted = (
        ("at most so far", "VmHWM", "the largest that its resident memory ever was"),
        ("address space", "VmSize", "what it could touch"),
    )
    return tuple(
        Fact(name, figures.size(details_text.kibibytes(status[key])), meaning) for name, key, meaning in wanted if key in status
    )


def _maps(answer: Answer) -> Section:
    if answer.refused:
        return Section("Mapped", facts=(Fact("mappings", why=answer.why),))
    groups = details_text.smaps(answer.text)
    titles = (("PSS", True), ("OWN", True), ("RSS", True), ("SIZE", True), ("SWAP", True), ("MAPS", True), ("WHAT", False))
    rows = tuple(
        (
            figures.size(group.proportional),
            figures.size(group.private),
            figures.size(group.resident),
            figures.size(group.size),
            figures.size(group.swap) if group.swap else "",
            str(group.mappings),
            group.name,
        )
        for group in groups[:MOST_GROUPS]
    )
    total = sum(group.mappings for group in groups)
    note = "It has more mappings than conclab reads; the sums are of the first ones." if answer.left_out else ""
    headings = tuple(Heading(title, right) for title, right in titles)
    title = f"{figures.count(total)} mappings of {figures.count(len(groups))} things"
    return Section(title, headings=headings, rows=rows, left_out=len(groups) - len(rows), note=note)


_LIMITS = {
    "Max cpu time": ("CPU time", "then it gets SIGXCPU"),
    "Max file size": ("size of a file", "then writing fails and it gets SIGXFSZ"),
    "Max data size": ("heap and data", "then allocating fails"),
    "Max stack size": ("stack of the main thread", "and of new threads, unless they ask for another"),
    "Max core file size": ("core dump", "0: a crash leaves none"),
    "Max resident set": ("resident memory", "not enforced by Linux"),
    "Max processes": ("processes of its user", "threads counted; then fork fails with EAGAIN"),
    "Max open files": ("open files", "then open fails with EMFILE"),
    "Max locked memory": ("locked memory", "then mlock fails"),
    "Max address space": ("address space", "then allocating fails"),
    "Max file locks": ("file locks", "not enforced by Linux"),
    "Max pending signals": ("signals in its queue", "of its user"),
    "Max msgqueue size": ("POSIX message queues", "of its user"),
    "Max nice priority": ("best nice value", "20 minus this; 0: it may not lower nice"),
    "Max realtime priority": ("real-time priority", "0: it may not become real-time"),
    "Max realtime timeout": ("real-time without a pause", "then it gets SIGXCPU"),
}


def read_limits(subject: Subject) -> tuple[Section, ...]:
    """All limits of setrlimit(2): what counts now, what it may raise that to, and what happens there."""
    answer = subject.read("limits")
    if answer.refused:
        return (Section("Limits", facts=(Fact("limits", why=answer.why),)),)
    rows = []
    for name, soft, hard, unit in details_text.limits(answer.text):
        words, then = _LIMITS.get(name, (name, ""))
        rows.append((words, _amount(soft, unit), _amount(hard, unit), then))
    headings = (Heading("LIMIT"), Heading("NOW", right=True), Heading("AT MOST", right=True), Heading("WHAT IT MEANS"))
    note = "It may raise what counts now up to the most; only root may raise the most."
    return (Section("Limits", headings=headings, rows=tuple(rows), note=note),)


def _amount(value: str, unit: str) -> str:
    if not value.isdigit():
        return "no limit" if value == "unlimited" else value
    if unit == "bytes":
        return figures.size(int(value))
    seconds = {"seconds": 1.0, "us": 1e-6}.get(unit)
    return figures.duration(int(value) * seconds * 1e9) if seconds and int(value) else figures.count(int(value))
