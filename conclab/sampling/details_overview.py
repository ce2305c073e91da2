"""The first page of a process's details: what it is, who may do what with it, how it is scheduled, what limits it."""

from __future__ import annotations

import os
from dataclasses import replace

from conclab.model import figures
from conclab.model.columns import POLICIES
from conclab.model.details import Fact, Section
from conclab.model.privileges import SECCOMP, capabilities_in_words, container
from conclab.model.text import harmless
from conclab.sampling import details_text, proc_text, task_text
from conclab.sampling.details_access import Answer, Subject
from conclab.sampling.details_cgroup import group_section

_TICKS = os.sysconf("SC_CLK_TCK")
_MOST_COMMAND = 8_000
"""Characters of the command line that are shown; sixty lines of a wide screen."""
LONG_COMMAND = 600
"""A longer one comes last, or it would push everything else out of sight."""
_STATES = {
    "R": "running, or could run",
    "S": "asleep: it waits for something",
    "D": "waits for a device and cannot be disturbed",
    "T": "stopped",
    "t": "stopped by a tracer",
    "Z": "dead; its parent has not asked for its exit status yet",
    "X": "dead",
    "I": "idle (a thread of the kernel)",
    "P": "parked",
}
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")


def read_overview(subject: Subject) -> tuple[Section, ...]:
    """All sections of the page. Blocking, some milliseconds."""
    stat = task_text.stat(subject.read("stat").text)
    status = details_text.fields(subject.read("status").text)
    command = subject.read("cmdline", most=4 * _MOST_COMMAND)
    said = Section("Command", facts=(_command(subject, command, stat),))
    sections = (
        Section("Process", facts=_process(subject, stat, status)),
        Section("Scheduling", facts=_scheduling(subject, stat, status)),
        group_section(subject),
        Section("Limits that matter", facts=_limits(subject, stat)),
        Section("Rights", facts=_rights(subject, status)),
    )
    return (*sections, said) if len(said.facts[0].value) > LONG_COMMAND else (said, *sections)


def _command(subject: Subject, answer: Answer, stat: task_text.Stat | None) -> Fact:
    if answer.refused:
        return Fact("command line", why=answer.why)
    arguments = answer.text.rstrip(b"\0 ").split(b"\0")
    text = " ".join(_quoted(details_text.text_of(argument)) for argument in arguments if argument or len(arguments) > 1)
    if not text:
        why = "a thread of the kernel has no command line" if subject.kernel else "it has none: it has ended, or has wiped it out"
        return Fact("command line", why=why)
    cut = max(0, len(text) - _MOST_COMMAND) + answer.left_out
    return Fact("command line", text[:_MOST_COMMAND], f"… and {cut:,} characters more" if cut else "")


def _quoted(argument: str) -> str:
    """An argument with blanks in it, so that one sees where it ends."""
    return f"'{argument}'" if " " in argument or not argument else argument


def _link(name: str, subject: Subject, link: str) -> Fact:
    answer = subject.link(link)
    return Fact(name, details_text.text_of(answer.text), answer.why)


def _process(subject: Subject, stat: task_text.Stat | None, status: dict[str, str]) -> tuple[Fact, ...]:
    state = stat.state if stat else ""
    threads = int(status["Threads"]) if status.get("Threads", "").isdigit() else None
    return (
        Fact("name", status.get("Name", "")),
        _link("program", subject, "exe"),
        _link("works in", subject, "cwd"),
        Fact("user", _users(subject, status)),
        Fact("parent", _parent(subject, stat)),
        Fact("started", _started(subject, stat)),
        Fact("state", f"{state}  {_STATES.get(state, '')}".strip(), alarming=state in ("D", "Z")),
        Fact("threads", figures.count(threads)),
    )


def _users(subject: Subject, status: dict[str, str]) -> str:
    """The effective user, and the real one where that is another."""
    numbers = [int(part) for part in status.get("Uid", "").split() if part.isdigit()]
    if len(numbers) < 2:
        return ""
    real, effective = numbers[0], numbers[1]
    return f"{subject.name_of(effective)} ({effective})" + (f", started by {subject.name_of(real)}" if real != effective else "")


def _parent(subject: Subject, stat: task_text.Stat | None) -> str:
    if stat is None:
        return ""
    if not stat.parent:
        return "the kernel itself" if stat.kernel else "none"
    name = subject.look(f"/proc/{stat.parent}/comm")
    return f"{stat.parent}  {details_text.text_of(name.strip()) if name else ''}".strip()


def _started(subject: Subject, stat: task_text.Stat | None) -> str:
    if stat is None:
        return ""
    now_s, up_s = subject.clocks()
    age_s = up_s - stat.start / _TICKS
    return f"{subject.local_time(now_s - age_s)}, {figures.uptime(max(0.0, age_s))} ago"


def _scheduling(subject: Subject, stat: task_text.Stat | None, status: dict[str, str]) -> tuple[Fact, ...]:
    if stat is None:
        return (Fact("policy", why="its stat cannot be read"),)
    policy = f"SCHED_{POLICIES.get(stat.policy, str(stat.policy))}"
    score, adjusted = subject.read("oom_score").text, subject.read("oom_score_adj").text
    return (
        Fact("policy", policy + (f", real-time priority {stat.rt_priority}" if stat.rt_priority else "")),
        Fact("nice", str(stat.nice), "from -20 (gets more of a core) to 19 (gets less)"),
        Fact("may run on", _cores(status)),
        Fact("oom score", _oom(score, adjusted), "when memory runs out, the kernel kills the highest first"),
    )


def _cores(status: dict[str, str]) -> str:
    listed = status.get("Cpus_allowed_list", "")
    return f"core{'s' if not listed.isdigit() else ''} {listed}" if listed else ""


def _oom(score: bytes, adjusted: bytes) -> str:
    if not score:
        return ""
    told = score.strip().decode("ascii", "replace")
    by = (adjusted.strip() or b"0").decode("ascii", "replace")
    return told if by == "0" else f"{told}, adjusted by {by}"


_MATTERING = {
    "Max open files": "open files",
    "Max processes": "processes of its user",
    "Max address space": "address space",
    "Max locked memory": "locked memory",
    "Max core file size": "core dump",
    "Max cpu time": "CPU time",
}


def _limits(subject: Subject, stat: task_text.Stat | None) -> tuple[Fact, ...]:
    """Of those that most often get in the way: how much is allowed, and of open files how many there are."""
    answer = subject.read("limits")
    if answer.refused:
        return (Fact("limits", why=answer.why),)
    facts = []
    for name, soft, _hard, unit in details_text.limits(answer.text):
        said = _MATTERING.get(name)
        if said is None or (soft == "unlimited" and name != "Max open files"):
            continue
        value = (
            figures.size(int(soft)) if unit == "bytes" and soft.isdigit() else figures.count(int(soft)) if soft.isdigit() else soft
        )
        alarming, why = False, ""
        if name == "Max open files":
            numbers, refused = subject.numbers("fd")
            used = len(numbers)
            if not refused:
                value = f"{used:,} of {value}"
                alarming = soft.isdigit() and used > 0.9 * int(soft)
                why = "nearly all are used: opening more will soon fail" if alarming else ""
        elif name == "Max core file size" and soft == "0":
            value, why = "none", "a crash leaves no core file"
        facts.append(Fact(said, value, why, alarming))
    return tuple(facts)


def _rights(subject: Subject, status: dict[str, str]) -> tuple[Fact, ...]:
    last = (subject.look("/proc/sys/kernel/cap_last_cap") or b"").strip()
    try:
        mask = capabilities_in_words(int(status["CapEff"], 16), int(last) if last.isdigit() else 40)
    except (KeyError, ValueError):
        mask = ""
    seccomp = status.get("Seccomp", "")
    names = SECCOMP.get(int(seccomp), seccomp) if seccomp.isdigit() else ""
    filters = status.get("Seccomp_filters", "0")
    return (
        Fact("capabilities", mask),
        Fact("seccomp", names + (f" ({filters} filters)" if filters.isdigit() and int(filters) > 1 else "")),
        Fact(
            "new rights",
            {"0": "may be gained by execve (set-user-ID)", "1": "never: no_new_privs is set"}.get(status.get("NoNewPrivs", ""), ""),
        ),
        *_namespaces(subject),
    )


def _namespaces(subject: Subject) -> tuple[Fact, ...]:
    own: list[str] = []
    ours = replace(subject, pid=subject.reader)
    for name in _NAMESPACES:
        theirs = subject.link(f"ns/{name}")
        if theirs.refused:
            return (Fact("namespaces", why=theirs.why),)
        if theirs.text != ours.link(f"ns/{name}").text:
            own.append(name)
    told = f"other than conclab's: {', '.join(own)}" if own else "the same as conclab's"
    paths = proc_text.cgroup_paths(subject.read("cgroup").text)
    hint = container([harmless(path) for path in paths.values()], own)
    return (Fact("namespaces", told), *([Fact("container", hint)] if hint else []))
