"""Two pages of a process's details: its environment, and what it has open: files and sockets."""

from __future__ import annotations

import socket
import stat

import psutil

from conclab.model import figures
from conclab.model.details import Fact, Heading, Section
from conclab.model.text import harmless
from conclab.sampling import details_text
from conclab.sampling.details_access import Subject

MOST_VARIABLES = 1_000
MOST_FILES = 500
"""Each costs a link and a small file; a table of ten thousand would take a third of a second each time."""
MOST_SOCKETS = 300
_MOST_TEXT = 4_000
_FAMILIES = {socket.AF_INET: "4", socket.AF_INET6: "6"}
_KINDS = {stat.S_IFIFO: "pipe", stat.S_IFCHR: "device", stat.S_IFDIR: "folder", stat.S_IFBLK: "device", stat.S_IFREG: "file"}
_TYPES = {socket.SOCK_STREAM: "tcp", socket.SOCK_DGRAM: "udp"}


def read_environment(subject: Subject) -> tuple[Section, ...]:
    """The variables that the program was started with, by name."""
    answer = subject.read("environ")
    if answer.refused:
        return (Section("Environment", facts=(Fact("environment", why=answer.why),)),)
    variables = details_text.environment(answer.text)
    if not variables:
        note = "A thread of the kernel has no environment." if subject.kernel else "It was started with an empty environment."
        return (Section("Environment", note=note),)
    facts = tuple(Fact(name[:_MOST_TEXT], value[:_MOST_TEXT]) for name, value in variables[:MOST_VARIABLES])
    note = "As it was when the program began; what it has changed since is its own business."
    return (Section(f"{figures.count(len(variables))} variables", facts=facts, left_out=len(variables) - len(facts), note=note),)


def read_files(subject: Subject) -> tuple[Section, ...]:
    """Open files by their number, and sockets."""
    numbers, why = subject.numbers("fd")
    if why:
        return (Section("Open files", facts=(Fact("open files", why=why),)),)
    if not numbers:
        return (Section("Open files", note="It has no file open."),)
    rows = [row for row in (_file(subject, number) for number in numbers[:MOST_FILES]) if row is not None]
    headings = (Heading("FD", right=True), Heading("TYPE"), Heading("MODE"), Heading("POSITION", right=True), Heading("PATH"))
    title = f"{figures.count(len(numbers))} open file{'s' if len(numbers) > 1 else ''}"
    left_out = max(0, len(numbers) - MOST_FILES)
    return (Section(title, headings=headings, rows=tuple(rows), left_out=left_out), *_sockets(subject, rows))


def _file(subject: Subject, number: int) -> tuple[str, ...] | None:
    """None when it has been closed since."""
    answer = subject.link(f"fd/{number}")
    if answer.refused:
        return (str(number), "", "", "", answer.why) if answer.why != "this kernel does not tell" else None
    path = details_text.text_of(answer.text)[:_MOST_TEXT]
    position, mode = details_text.fdinfo(subject.read(f"fdinfo/{number}").text)
    kind = _kind(subject, number, path)
    return (str(number), kind, mode, figures.count(position) if kind == "file" else "", path)


def _kind(subject: Subject, number: int, path: str) -> str:
    """What it is; by the name that the kernel gives it, which costs nothing, or else by what lies at the path."""
    for start, kind in (("socket:", "socket"), ("pipe:", "pipe"), ("anon_inode:", path[11:].strip("[]")), ("/memfd:", "memory")):
        if path.startswith(start):
            return kind[:12]
    if path.startswith("/dev/"):
        return "terminal" if path.startswith(("/dev/pts/", "/dev/tty")) else "device"
    return _KINDS.get(stat.S_IFMT(subject.file_mode(number)), "")


def _sockets(subject: Subject, rows: list[tuple[str, ...]]) -> tuple[Section, ...]:
    known = sum(row[1] == "socket" for row in rows)
    if not known:
        return ()
    found = subject.sockets()
    if found is None:
        return (Section("Sockets", note="The kernel does not tell what its sockets are connected to."),)
    headings = (Heading("FD", right=True), Heading("PROTOCOL"), Heading("STATE"), Heading("LOCAL"), Heading("REMOTE"))
    shown = sorted(found, key=lambda one: (one.family == socket.AF_UNIX, one.fd))[:MOST_SOCKETS]
    table = tuple(
        (
            str(one.fd),
            "unix" if one.family == socket.AF_UNIX else _TYPES.get(one.type, "raw") + _FAMILIES.get(one.family, ""),
            "" if one.status == psutil.CONN_NONE else one.status.lower().replace("_", " "),
            _address(one.laddr),
            _address(one.raddr),
        )
        for one in shown
    )
    hidden = known - len(found)
    note = f"{hidden:,} more: of another network namespace, or neither internet nor unix sockets." if hidden > 0 else ""
    title = f"{figures.count(len(found))} socket{'s' if len(found) != 1 else ''}"
    return (Section(title, headings=headings, rows=table, left_out=len(found) - len(shown), note=note),)


def _address(address: object) -> str:
    """``host:port``, a unix socket's path, or blank."""
    if isinstance(address, tuple) and len(address) == 2:
        host, port = address
        return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
    return harmless(str(address))[:_MOST_TEXT] if address else ""
