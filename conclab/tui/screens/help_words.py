"""The words, signs and letters of each place, explained: what help says beside the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from conclab.model.columns import Column


class Words(NamedTuple):
    """A part of the help: what stands on the screen, and what it means."""

    title: str
    entries: tuple[tuple[str, str], ...]


@runtime_checkable
class Explains(Protocol):
    """A screen with words of its own."""

    def words(self) -> Sequence[Words]:
        """What is to be seen there now, explained."""


PLAYING = (
    Words(
        "Going through a recording",
        (
            ("●", "the moment that all panes show; a click on the line, or a drag, goes elsewhere"),
            ("▁▄█", "above the line: the load of all cores then, of all that they could do; blank where nothing is known"),
            ("╋ ┼", "a repetition begins"),
            ("◆ !", "a verdict; something went wrong"),
            ("▸ ■", "a process of note began, ended"),
            ("╌", "nothing was recorded for a while"),
            ("now", "where a pane says so, it is that moment"),
            ("j", "jump: 12.5 seconds or 1:30 minutes from the beginning, +10 or -10 from here, 14:03:20 by the clock, 50%"),
            (
                "spike",
                "where the chosen figure (Y) is highest while it lies above its median by five times the usual deviation from it, "
                "and by enough to matter; of tasks: of the highest of all",
            ),
            ("{ }", "half the speed, twice the speed, from ¼× to 64×; what cannot be drawn in time is left out, never late"),
        ),
    ),
)
"""Of a screen that shows what was recorded."""

_SPLIT = (
    ("on a core", "it runs; the block is as high as its share of the moment"),
    ("wants a core", "it could run, but every core is taken: time in the kernel's run queue"),
    ("blocked", "it sleeps and waits for something: a lock, the GIL, a timer, data"),
)

LAB = (
    Words(
        "Words",
        (
            *_SPLIT,
            ("vol/s", "voluntary switches a second: it gave its core away because it had to wait"),
            ("inv/s", "involuntary switches a second: the kernel took its core away"),
            ("core", "the core that it last ran on"),
            ("trace", "sampled: workers are looked at some 20 times a second; exact: every switch, by the kernel's own trace"),
            ("95 %", "the interval in which the true ratio lies, 95 times in 100"),
            ("control", "the same arm against itself; far from 1.00× something disturbed the run"),
        ),
    ),
)

STATES = Words(
    "State letters",
    (
        ("R", "runs on a core, or could and waits for one"),
        ("S", "sleeps until something happens: data, a timer, a lock, a signal"),
        ("D", "sleeps and cannot be woken, mostly for storage; counts in the load"),
        ("T", "stopped by a signal; CONT lets it go on"),
        ("t", "stopped by a debugger or tracer"),
        ("Z", "has ended, and its parent has not asked yet how"),
        ("I", "a thread of the kernel that has nothing to do"),
    ),
)
_MARKS = Words(
    "Signs",
    (
        ("▸", "the selected row: keys act on it, or on the tagged rows where there are some"),
        ("●", "tagged"),
        ("+", "has just come"),
        ("×", "has just ended; these are its last figures"),
        ("·", "does not fit the filter itself: one below it does"),
        ("»", "a thread, where it does not hang from its process in a tree"),
        ("[+3]", "three more are folded away below it"),
        ("▼ ▲", "the column that rows are sorted by: largest first, smallest first"),
        ("blank", "cannot be had: not permitted, not told here, or not known before the next look. It is not 0"),
    ),
)
_METERS = Words(
    "Meters",
    (
        ("user", "time of a core in programs; nice: in those that have made room for others"),
        ("system", "time in the kernel, which works for programs there"),
        ("iowait", "the core had nothing to do while something waited for storage"),
        ("steal", "a program wanted the core, and the machine below this virtual one gave it to another"),
        ("Mem", "used by programs, shared between them, buffers, and cache, which is given back when it is wanted"),
        ("Swap", "memory that was moved out of RAM; zswap and zram hold it compressed within RAM"),
        ("Limit", "memory that this control group (a container, say) may use"),
        ("Quota", "cores that this control group may use on average; throttled: how often that was used up and all had to stop"),
        (
            "PSI",
            "pressure: share of the last 10 s in which some task waited for a core, memory or storage; all: every task did",
        ),
        ("Net Disk GPU", "bytes a second, received or read, sent or written; busy: share of the time with something to do"),
        ("load", "how many ran, could run or slept in D, on average over 1, 5 and 15 minutes"),
        ("want a core", "how many could run now and have no core"),
        ("births", "processes and threads that begin in a second, also those too short to be seen in the table"),
        ("switches", "how often in a second a core goes from one task to another"),
        ("interrupts", "how often in a second a core was called away by a device, a timer or another core"),
        ("P E '", "a fast core, an efficient one, the second thread of a core"),
    ),
)
FILTER = Words(
    "Filter",
    (
        ("cpu>5 and user=ada", "columns by their name, compared by = != < <= > >=; joined by and, or, not and brackets"),
        ("state=R|D", "one of several; * and ? stand for any characters: user=www*"),
        ("res>500M or age<1h", "sizes with K, M, G; times with s, m, h, d; shares in per cent"),
        ('name~"^py.*3$"', "text that fits a regular expression; !~ is text that does not"),
        ("firefox not 812", "a bare word is sought in command and name, a bare number is a pid, too"),
    ),
)
"""Each example is a filter that can be typed."""

DETAILS = (
    Words(
        "Threads",
        (
            *_SPLIT,
            ("lane", "its last moments, newest at the right: height on a core, amber wanting one, dark red blocked, dark asleep"),
            ("waits for", "what it sleeps for, by the system call that it is in: a lock, a timer, data, a connection, a child"),
            ("VCS/s ICS/s", "switches a second, voluntary (it had to wait) and involuntary (its core was taken away)"),
            ("a to h", "the eight busiest threads, in a colour each; in the core strip they show who had which core when"),
            ("sampled", "looked at so often in a second; what happens between two looks is not seen, but its time is counted"),
        ),
    ),
    STATES,
    Words(
        "Pages",
        (
            ("PSS", "its part of RAM: pages that are shared divided by how many share them"),
            ("private", "what its end would set free"),
            ("control group", "what limits it: the tightest limit on the way up to the root counts"),
            ("has the GIL", "the one thread of a Python process that runs Python code just now"),
            ("blank", "could not be read; beside it stands why, and what would help"),
        ),
    ),
)

TIMELINE = (
    Words(
        "Timeline",
        (
            ("rows above", "the cores; colour and name are the worker that ran there; grey-blue is everybody else's load"),
            ("rows below", "the workers; a block is as high as the share on a core, a figure in it is the core's number"),
            (
                "amber, dark red",
                "behind the block: wanted a core, was blocked; what it was blocked on stands there where there is room",
            ),
            ("dark", "it did not live then, or nothing is known of it"),
            ("sampled", "looked at so often in a second: sums are the kernel's, what happened between two looks is not seen"),
            ("exact", "every switch of the run, as the kernel's own trace tells it"),
            ("slice", "the time from getting a core to losing it"),
            ("preempted", "it could have gone on, and the kernel took its core away: an involuntary switch"),
            ("wake-up latency", "the time from being woken up to being on a core"),
            ("inferred, *", "concluded from what was seen, not told by the kernel: GIL* is a wait as one waits for the GIL"),
            ("convoy", "workers that all wait for a lock one after the other, though each needs it for a short time only"),
            ("lost", "events that came faster than they could be kept: there the strip is blank, and nothing is made up"),
        ),
    ),
    Words(
        "Marks",
        (
            ("▸ ■", "a worker started, ended"),
            ("✓ ¶", "a task is done; a line was printed"),
            ("? + -", "began to wait for a lock, got it, gave it back"),
            ("!", "something failed"),
            ("·", "only other workers have a mark here"),
        ),
    ),
)

TRACE = (
    Words(
        "System calls",
        (
            ("read(3, …) = 12", "the call with its arguments, and what the kernel answered"),
            ("= -1 ENOENT", "it failed; the word says why, the brackets say it in English"),
            ("<unfinished ...>", "it waits in that call, and another thread's line comes in between"),
            ("resumed", "the rest of such a call"),
            ("---", "a signal that it got"),
            ("+++", "the end of a thread or process"),
            ("left out", "more came than can be shown; calls a second and the busiest count these, too"),
            (
                "paused",
                "the lines stand still; the trace goes on, and what is traced is slower at every call",
            ),
        ),
    ),
)


LEARN = (
    Words(
        "Signs",
        (
            ("✓ ✗", "the claim holds here; it fails here"),
            ("◐", "some of its parts hold, and others fail"),
            ("?", "undecided: this machine, or this Python, could not tell; the page says why"),
            ("–", "a matter of words or custom: nothing can be measured, but there is something to say"),
            ("▶ ·", "it is being run; it waits for its turn"),
            ("blank", "not run here yet"),
            ("3 of 4", "of a chapter's claims so many have been found out about"),
        ),
    ),
    Words(
        "Claims",
        (
            ("claim", "a sentence of the article, in our own words"),
            ("your guess", "what you think before you run it; depends: in one case and not in another. It is kept"),
            ("here", "on this machine, with the cores that can be used now, under the Python that is named"),
            ("95 %", "the interval in which the true value lies, 95 times in 100; a verdict needs all of it on one side"),
            ("beside", "told beside the others; the verdict of the claim does not depend on it"),
            ("!", "could not be run, and how to get it"),
            ("underlined", "a term of the glossary: a click opens its entry"),
        ),
    ),
    *LAB,
)


def monitor_words(columns: Iterable[Column]) -> tuple[Words, ...]:
    """The monitor's, with the columns that it shows."""
    shown = tuple((column.title, column.meaning) for column in columns)
    return (Words("Columns", shown), _MARKS, STATES, _METERS, FILTER)
