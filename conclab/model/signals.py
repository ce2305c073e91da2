"""The signals of this system: number, name, and in a few words what each is for and what it does to who does not handle it.

Names and default actions: signal(7). Numbers: those of the system that conclab runs on.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass

ENDS, DUMPS, STOPS, GOES_ON, NOTHING = "ends", "ends, core", "stops", "continues", "ignored"
"""What a signal does by default: Term, Core (it leaves a core dump), Stop, Cont and Ign of signal(7)."""


@dataclass(frozen=True, slots=True)
class SignalInfo:
    """One signal."""

    number: int
    name: str
    meaning: str
    default: str
    aliases: tuple[str, ...] = ()

    @property
    def harms(self) -> bool:
        """Whether whoever does not handle it is ended or stopped by it."""
        return self.default in (ENDS, DUMPS, STOPS)


_KNOWN = {
    "SIGHUP": ("terminal gone; for daemons: reload set-up", ENDS),
    "SIGINT": ("interrupt from the keyboard, as Ctrl+C", ENDS),
    "SIGQUIT": ("quit from the keyboard, as Ctrl+\\", DUMPS),
    "SIGILL": ("an instruction that does not exist", DUMPS),
    "SIGTRAP": ("a breakpoint", DUMPS),
    "SIGABRT": ("the program gave up: abort(3)", DUMPS),
    "SIGBUS": ("memory that is not there", DUMPS),
    "SIGFPE": ("arithmetic that has no result", DUMPS),
    "SIGKILL": ("ends it at once; it cannot clean up", ENDS),
    "SIGUSR1": ("the program's own use", ENDS),
    "SIGSEGV": ("memory that it may not touch", DUMPS),
    "SIGUSR2": ("the program's own use", ENDS),
    "SIGPIPE": ("nobody reads what it writes", ENDS),
    "SIGALRM": ("its timer has run out: alarm(2)", ENDS),
    "SIGTERM": ("asks it to end; it may clean up first", ENDS),
    "SIGSTKFLT": ("not used any more", ENDS),
    "SIGCHLD": ("a child has ended or stopped", NOTHING),
    "SIGCONT": ("lets it go on after a stop", GOES_ON),
    "SIGSTOP": ("stops it until SIGCONT; it cannot refuse", STOPS),
    "SIGTSTP": ("stop from the keyboard, as Ctrl+Z", STOPS),
    "SIGTTIN": ("read the terminal in the background", STOPS),
    "SIGTTOU": ("wrote to the terminal in the background", STOPS),
    "SIGURG": ("urgent data on a socket", NOTHING),
    "SIGXCPU": ("its limit of CPU time is used up", DUMPS),
    "SIGXFSZ": ("its limit of a file's size is reached", DUMPS),
    "SIGVTALRM": ("its timer of CPU time has run out", ENDS),
    "SIGPROF": ("its profiling timer has run out", ENDS),
    "SIGWINCH": ("its terminal has another size", NOTHING),
    "SIGIO": ("a file is ready for reading or writing", ENDS),
    "SIGPWR": ("the power fails", ENDS),
    "SIGSYS": ("a system call that is not there", DUMPS),
    "SIGEMT": ("an instruction for an emulator", DUMPS),
    "SIGINFO": ("asks how far it is, as Ctrl+T", NOTHING),
}
_DIFFERENT = {"SIGIO": NOTHING} if not hasattr(signal, "SIGRTMIN") else {}
"""Where there are no real-time signals we are on macOS, whose signal(3) has it so."""


def _real_time_name(number: int, first: int, last: int) -> str:
    """As ``kill -l`` names them: counted from the nearer end."""
    up, down = number - first, last - number
    if up <= down:
        return f"SIGRTMIN+{up}" if up else "SIGRTMIN"
    return f"SIGRTMAX-{down}" if down else "SIGRTMAX"


def _all() -> tuple[SignalInfo, ...]:
    names: dict[int, list[str]] = {}
    for name, member in signal.Signals.__members__.items():
        names.setdefault(int(member), []).append(name)
    first, last = getattr(signal, "SIGRTMIN", None), getattr(signal, "SIGRTMAX", None)
    found = []
    for number in sorted(int(number) for number in signal.valid_signals()):
        if first is not None and last is not None and first <= number <= last:
            found.append(SignalInfo(number, _real_time_name(number, first, last), "real-time; the program's own use", ENDS))
            continue
        known = sorted(names.get(number, ()), key=lambda name: name not in _KNOWN)
        name = known[0] if known else f"signal {number}"
        meaning, default = _KNOWN.get(name, ("", ENDS))
        found.append(SignalInfo(number, name, meaning, _DIFFERENT.get(name, default), tuple(known[1:])))
    return tuple(found)


SIGNALS = _all()
"""Every signal that can be sent here, by number."""

_BY_NUMBER = {info.number: info for info in SIGNALS}


def signal_info(number: int) -> SignalInfo:
    """What is known of a signal; one that this system does not have keeps its number as its name."""
    return _BY_NUMBER.get(number) or SignalInfo(number, f"signal {number}", "", ENDS)


def find_signals(text: str) -> tuple[SignalInfo, ...]:
    """The signals that what was typed may mean, the likeliest first: by number, by name (with or without SIG), then by meaning."""
    wanted = text.strip().lower()
    if not wanted:
        return SIGNALS

    def rank(info: SignalInfo) -> int | None:
        if wanted.isdecimal():
            return 0 if str(info.number) == wanted else 1 if str(info.number).startswith(wanted) else None
        names = [name.lower().removeprefix("sig") for name in (info.name, *info.aliases)]
        short = wanted.removeprefix("sig")
        if short in names:
            return 0
        if any(name.startswith(short) for name in names):
            return 1
        if any(short in name for name in names):
            return 2
        return 3 if wanted in info.meaning.lower() or wanted in info.default else None

    ranked = [(found, info) for info in SIGNALS if (found := rank(info)) is not None]
    return tuple(info for _rank, info in sorted(ranked, key=lambda pair: (pair[0], pair[1].number)))
