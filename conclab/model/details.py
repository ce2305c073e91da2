"""Everything about one process, as pages of plain text: what the details screen shows, and the command line could print.

A page consists of sections, a section of facts (a name and a value), of a table, or of both. All text in it is harmless and bounded
where the page is made; how wide it is laid out is the business of whoever draws it. What could not be read says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

OVERVIEW, THREADS, HISTORY, ENVIRONMENT = "overview", "threads", "history", "environment"
FILES, MEMORY, LIMITS, STACKS = "files", "memory", "limits", "stacks"

OFTEN_S = 2.0


class PageKind(NamedTuple):
    """A page that there is."""

    key: str
    title: str
    meaning: str
    every_s: float | None
    """How often it is read again while it is open; None: only when somebody asks."""
    read: bool = True
    """Whether it is read at all; the others are drawn from what is sampled anyway."""


KINDS = (
    PageKind(OVERVIEW, "Overview", "Command, folder, user, scheduling, control group, rights", OFTEN_S),
    PageKind(THREADS, "Threads", "Every thread: on a core, wanting one or blocked, and who had which core", None, read=False),
    PageKind(HISTORY, "History", "CPU, delay, memory and switches over the last five minutes", None, read=False),
    PageKind(ENVIRONMENT, "Environment", "The variables that it was started with", None),
    PageKind(FILES, "Files", "Open files and sockets", OFTEN_S),
    PageKind(MEMORY, "Memory", "What of its memory is its own, what is shared, and which files are mapped", None),
    PageKind(LIMITS, "Limits", "What it may use, by setrlimit(2)", OFTEN_S),
    PageKind(STACKS, "Stacks", "Where each thread is: Python frames by py-spy, and the kernel's", None),
)
"""All pages, in the order of their tabs."""


class Fact(NamedTuple):
    """A name and what is to be said to it."""

    name: str
    value: str = ""
    """Blank where it cannot be had."""
    why: str = ""
    """Why there is no value; or, beside a value, what it means."""
    alarming: bool = False
    """Whether it explains why something is slow or about to fail."""


class Heading(NamedTuple):
    """A column of a section's table."""

    title: str
    right: bool = False
    """Figures stand at the right."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under its own heading."""

    title: str
    facts: tuple[Fact, ...] = ()
    headings: tuple[Heading, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    """A text for each heading; the last column gets the room that is left."""
    left_out: int = 0
    """Rows that there are beyond these."""
    note: str = ""
    """A sentence: what one sees here, or why there is nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was read for one page at one moment."""

    key: str
    at_ns: int
    sections: tuple[Section, ...] = ()
    ended: bool = False
    """The process was no longer there (or its pid is another's by now), so nothing was read."""


def matching(page: Page, text: str) -> Page:
    """What of a page holds a text, upper and lower case alike: facts and rows that do; a section whose title does, whole."""
    wanted = text.casefold()
    if not wanted:
        return page
    kept: list[Section] = []
    for section in page.sections:
        if wanted in section.title.casefold():
            kept.append(section)
            continue
        facts = tuple(fact for fact in section.facts if _holds((fact.name, fact.value, fact.why), wanted))
        rows = tuple(row for row in section.rows if _holds(row, wanted))
        if facts or rows:
            kept.append(replace(section, facts=facts, rows=rows))
    return replace(page, sections=tuple(kept))


def _holds(texts: Sequence[str], wanted: str) -> bool:
    return any(wanted in text.casefold() for text in texts)


@dataclass(frozen=True, slots=True)
class Group:
    """All mappings of one file, or all of one kind: what proc_pid_smaps(5) says of them, added up, in bytes."""

    name: str
    mappings: int = 0
    size: int = 0
    resident: int = 0
    proportional: int = 0
    private: int = 0
    """Clean and dirty pages that nobody else has mapped: what its end would set free."""
    swap: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One call on a stack."""

    function: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class PythonThread:
    """A thread of a Python process, innermost call first."""

    name: str
    tid: int | None
    active: bool
    """Whether it was not waiting in the kernel when it was looked at."""
    holds_gil: bool
    frames: tuple[Frame, ...] = field(default=())
