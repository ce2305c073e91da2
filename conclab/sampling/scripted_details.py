"""The details of the scripted machine's processes: plausible pages, and threads that do what their table says they do.

As in the table, everything is read as by the user ada: of other users' processes most is refused, with the same words as on a real
machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from conclab.model import figures
from conclab.model.columns import POLICIES
from conclab.model.details import ENVIRONMENT, FILES, LIMITS, MEMORY, OVERVIEW, STACKS, Fact, Heading, Page, Section
from conclab.model.inspection import Inspection
from conclab.model.privileges import capabilities_in_words
from conclab.model.table import RowId
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.sampling.details_access import refusal
from conclab.sampling.scripted import SLOT_NS, ScriptedSource
from conclab.sampling.scripted_cast import UIDS
from conclab.sampling.scripted_rows import Unit

INSPECTED_EVERY = 2
"""Slots between two looks at a process: ten a second."""
_MEGABYTE = 1024**2
_READER = "ada"
_ENVIRONMENT = {
    "HOME": "/home/ada",
    "LANG": "en_GB.UTF-8",
    "LOGNAME": "ada",
    "PATH": "/home/ada/.local/bin:/usr/local/bin:/usr/bin:/bin",
    "PWD": "/home/ada/work",
    "SHELL": "/bin/bash",
    "SSH_CONNECTION": "10.0.0.23 50412 10.0.0.2 22",
    "TERM": "tmux-256color",
    "TMUX": "/tmp/tmux-1000/work,2377,0",
    "USER": "ada",
    "VIRTUAL_ENV": "/home/ada/work/.venv",
}


@dataclass(slots=True)
class _Counted:
    on_core_ns: int = 0
    wants_core_ns: int = 0
    slices: int = 0
    voluntary: float = 0.0
    involuntary: float = 0.0


class ScriptedInspector:
    """Plays the threads of one process closely: what comes out depends on the seed and on when it was asked for."""

    def __init__(self, source: ScriptedSource, id: RowId, seed: int = 7) -> None:
        self.id = id
        self._source = source
        self._random = random.Random(f"{seed} {id}")
        self._counted: dict[RowId, _Counted] = {}

    def look(self) -> Inspection | None:
        """What there is to see after one more slot; None between two looks."""
        if self._source.slot % INSPECTED_EVERY:
            return None
        at_ns = self._source.at_ns
        on_stage = self._source.samples_of(self.id.pid)
        whole = self._source.process(self.id)
        if on_stage or whole is None:
            return Inspection(at_ns, self.id, TaskBatch(at_ns, on_stage), ended=not on_stage)
        threads = whole.threads or [whole]
        mine = whole.player.user == _READER
        waits = {self._tid(thread): _WAITS.get(thread.habit.wait, thread.habit.wait) if mine else "" for thread in threads}
        return Inspection(at_ns, self.id, TaskBatch(at_ns, tuple(self._play(thread, at_ns) for thread in threads)), waits)

    def _tid(self, thread: Unit) -> int:
        return thread.id.tid or thread.id.pid

    def _play(self, thread: Unit, at_ns: int) -> TaskSample:
        interval = SLOT_NS * INSPECTED_EVERY
        habit, counted = thread.habit, self._counted.setdefault(thread.id, _Counted())
        awake = self._random.random() < habit.often
        on = min(0.98, habit.cpu * self._random.uniform(0.3, 1.7)) if awake else 0.0
        wants = min(1 - on, habit.delay * self._random.uniform(0.2, 1.8)) if awake else 0.0
        if awake:
            counted.on_core_ns += int(on * interval)
            counted.wants_core_ns += int(wants * interval)
            counted.slices += 1 + int(habit.voluntary / 10)
            counted.voluntary += habit.voluntary * interval / 1e9
            counted.involuntary += habit.involuntary * interval / 1e9
        cores = self._source.cores
        core = thread.core if not habit.voluntary or thread.player.affinity else self._random.randrange(cores)
        return TaskSample(
            task=TaskId(thread.id.pid, self._tid(thread), thread.id.start),
            at_ns=at_ns,
            name=thread.name,
            state="R" if self._random.random() < on + wants else thread.player.state,
            core=core,
            on_core_ns=counted.on_core_ns,
            wants_core_ns=counted.wants_core_ns,
            slices=counted.slices,
            voluntary=int(counted.voluntary),
            involuntary=int(counted.involuntary),
        )


_WAITS = {
    "futex_wait_queue": "futex: a lock",
    "do_epoll_wait": "epoll_wait: events",
    "hrtimer_nanosleep": "clock_nanosleep: a timer",
    "do_wait": "wait4: a child",
}


def scripted_details(source: ScriptedSource, id: RowId, key: str) -> Page:
    """A page about one of the script's processes. Raises KeyError for a page that is not read (threads, history)."""
    make = {
        OVERVIEW: _overview,
        ENVIRONMENT: _environment,
        FILES: _files,
        MEMORY: _memory,
        LIMITS: _limits,
        STACKS: _stacks,
    }[key]
    whole = source.process(id)
    if whole is None:
        return Page(key, source.at_ns, ended=not source.samples_of(id.pid))
    return Page(key, source.at_ns, make(whole, source))


def _refused(whole: Unit) -> str:
    """Why ada may not read it; empty: she may."""
    user = whole.player.user
    return "" if user == _READER else refusal(UIDS[user], user, UIDS[_READER])


def _program(whole: Unit) -> str:
    first = whole.player.command.split()[0]
    return first if first.startswith("/") else f"/usr/bin/{first.rstrip(':')}"


def _overview(whole: Unit, source: ScriptedSource) -> tuple[Section, ...]:
    player, why = whole.player, _refused(whole)
    parent = source.process(RowId(player.parent, 0, 0))
    cores = f"cores 0-{source.cores - 1}" if source.cores > 1 else "core 0"
    limited = player.group.endswith("shop.service")
    root = player.user == "root"
    return (
        Section(
            "Command",
            (
                Fact(
                    "command line",
                    "" if player.kernel else player.command,
                    "a thread of the kernel has no command line" if player.kernel else "",
                ),
            ),
        ),
        Section(
            "Process",
            (
                Fact("name", whole.name),
                Fact("program", "" if why else _program(whole), why),
                Fact("works in", "" if why else "/home/ada/work", why),
                Fact("user", f"{player.user} ({UIDS[player.user]})"),
                Fact("parent", f"{player.parent}  {parent.name if parent else ''}".strip()),
                Fact("state", whole.state),
                Fact("threads", figures.count(max(1, len(whole.threads)))),
            ),
        ),
        Section(
            "Scheduling",
            (
                Fact(
                    "policy",
                    f"SCHED_{POLICIES[player.policy]}"
                    + (f", real-time priority {player.rt_priority}" if player.rt_priority else ""),
                ),
                Fact("nice", str(player.nice), "from -20 (gets more of a core) to 19 (gets less)"),
                Fact("may run on", f"core {player.affinity}" if player.affinity else cores),
                Fact("oom score", "0" if player.kernel else "667", "when memory runs out, the kernel kills the highest first"),
            ),
        ),
        Section(
            "Control group",
            (
                Fact("group", player.cgroup),
                Fact("CPU quota", "0.5 cores" if limited else "none"),
                *(
                    (Fact("held back", "412 of 20,113 periods, 31.7 s in all", "the quota was used up and it had to wait", True),)
                    if limited
                    else ()
                ),
                Fact(
                    "memory",
                    f"{player.megabytes:.0f}M, {'512M allowed' if limited else 'no limit'}",
                    "used by all processes of the group, cache included",
                ),
            ),
        ),
        Section(
            "Limits that matter",
            (Fact("open files", "1,024" if why else "14 of 1,024"), Fact("core dump", "none", "a crash leaves no core file")),
        ),
        Section(
            "Rights",
            (
                Fact("capabilities", capabilities_in_words(-1 if root else 0)),
                Fact("seccomp", "off"),
                Fact("new rights", "may be gained by execve (set-user-ID)"),
                Fact("namespaces", "" if why else "the same as conclab's", why),
            ),
        ),
    )


def _environment(whole: Unit, _source: ScriptedSource) -> tuple[Section, ...]:
    why = _refused(whole)
    if why:
        return (Section("Environment", (Fact("environment", why=why),)),)
    facts = tuple(Fact(name, value) for name, value in _ENVIRONMENT.items())
    note = "As it was when the program began; what it has changed since is its own business."
    return (Section(f"{len(facts)} variables", facts, note=note),)


def _files(whole: Unit, _source: ScriptedSource) -> tuple[Section, ...]:
    why = _refused(whole)
    if why:
        return (Section("Open files", (Fact("open files", why=why),)),)
    headings = (Heading("FD", True), Heading("TYPE"), Heading("MODE"), Heading("POSITION", True), Heading("PATH"))
    rows = [(str(number), "terminal", "rw", "", "/dev/pts/3") for number in range(3)]
    rows += [("3", "eventpoll", "rw", "", "anon_inode:[eventpoll]"), ("4", "file", "r", "81,920", "/home/ada/work/access.log")]
    rows += [("5", "file", "w+append", "", "/home/ada/work/report.log"), ("6", "socket", "rw", "", "socket:[48112]")]
    sockets = (("6", "tcp4", "established", "10.0.0.2:50130", "10.0.0.7:5432"),)
    titles = (Heading("FD", True), Heading("PROTOCOL"), Heading("STATE"), Heading("LOCAL"), Heading("REMOTE"))
    return (
        Section(f"{len(rows)} open files", headings=headings, rows=tuple(rows)),
        Section("1 socket", headings=titles, rows=sockets),
    )


def _memory(whole: Unit, _source: ScriptedSource) -> tuple[Section, ...]:
    why, size = _refused(whole), whole.player.megabytes * _MEGABYTE
    if why:
        return (Section("Memory", (Fact("in RAM", why=why),)), Section("Mapped", (Fact("mappings", why=why),)))
    parts = (
        ("heap", "[heap]", 0.5, 1.0),
        ("anonymous", "memory of its own, without a name", 0.2, 1.0),
        ("libc", "/usr/lib/x86_64-linux-gnu/libc.so.6", 0.1, 0.1),
    )
    titles = (("PSS", True), ("OWN", True), ("RSS", True), ("SIZE", True), ("SWAP", True), ("MAPS", True), ("WHAT", False))
    rows = tuple(
        (
            figures.size(size * part * own),
            figures.size(size * part * own * 0.9),
            figures.size(size * part),
            figures.size(size * part * 1.4),
            "",
            "3",
            name,
        )
        for _key, name, part, own in parts
    )
    facts = (
        Fact("resident", figures.size(size), "what of it is in RAM, shared pages counted whole"),
        Fact("proportional", figures.size(size * 0.8), "shared pages divided by how many share them: its fair part of RAM"),
        Fact("its own", figures.size(size * 0.7), "pages that nobody else has: its end would set them free"),
        Fact("shared", figures.size(size * 0.3), "pages that others have mapped too"),
        Fact("swap", figures.size(0), "moved out to swap"),
    )
    return (Section("Memory", facts), Section("9 mappings of 3 things", headings=tuple(Heading(*one) for one in titles), rows=rows))


def _limits(_whole: Unit, _source: ScriptedSource) -> tuple[Section, ...]:
    rows = (
        ("stack of the main thread", "8.0M", "no limit", "and of new threads, unless they ask for another"),
        ("processes of its user", "63,304", "63,304", "threads counted; then fork fails with EAGAIN"),
        ("open files", "1,024", "1,048,576", "then open fails with EMFILE"),
        ("locked memory", "8.0M", "8.0M", "then mlock fails"),
        ("CPU time", "no limit", "no limit", "then it gets SIGXCPU"),
    )
    headings = (Heading("LIMIT"), Heading("NOW", True), Heading("AT MOST", True), Heading("WHAT IT MEANS"))
    note = "It may raise what counts now up to the most; only root may raise the most."
    return (Section("Limits", headings=headings, rows=rows, note=note),)


def _stacks(whole: Unit, _source: ScriptedSource) -> tuple[Section, ...]:
    why = _refused(whole)
    if why:
        note = (
            "py-spy may not read this process. Run conclab as root, or set kernel.yama.ptrace_scope to 0 for processes of your own."
        )
        return (Section("Python stacks", note=note), Section("In the kernel", note=f"What its threads wait in {why}."))
    threads = whole.threads or [whole]
    python = whole.player.command.startswith("python")
    stack = (("is_prime", "primes.py:12"), ("work", "primes.py:20"), ("Thread.run", "threading.py:1012"))
    headings = (Heading("FUNCTION"), Heading("WHERE"))
    found = [
        Section(
            f"Python: {thread.name} ({thread.id.tid or thread.id.pid}) · {'has the GIL' if number == 1 else 'waits'}",
            headings=headings,
            rows=stack,
        )
        for number, thread in enumerate(threads[:6])
    ]
    if not python:
        found = [
            Section("Python stacks", note="This is no Python process, or none that py-spy knows; the kernel's view of it is below.")
        ]
    titles = (Heading("TID", True), Heading("NAME"), Heading("S"), Heading("WAITS IN"), Heading("KERNEL STACK"))
    rows = tuple(
        (str(thread.id.tid or thread.id.pid), thread.name, thread.state, _WAITS.get(thread.habit.wait, ""), thread.habit.wait)
        for thread in threads
    )
    note = "Whole kernel stacks are shown to root alone; here is the function that each thread sleeps in."
    return (*found, Section("In the kernel", headings=titles, rows=rows, note=note))
