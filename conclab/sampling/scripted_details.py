"""The details of the scripted machine's processes: its own /proc, in canned text, read by the same code as a real one.

As in the table, everything is read as by the user ada: of other users' processes most is refused, as on a real machine.
"""

from __future__ import annotations

import errno
import stat
import time
from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from conclab.model.details import STACKS, Frame, Page, PythonThread
from conclab.model.table import RowId
from conclab.sampling.details import READERS
from conclab.sampling.details_access import ANSWER, Answer, Subject, refusal
from conclab.sampling.scripted import ScriptedSource
from conclab.sampling.scripted_cast import UIDS
from conclab.sampling.scripted_rows import BOOTED_S, READER, Unit
from conclab.sampling.stacks import NOT_PERMITTED, NOT_PYTHON, read_stacks
from conclab.sampling.task_text import PF_KTHREAD

_READER_PID = 3_920
"""conclab's own, on the scripted machine."""
_GUARDED = ("environ", "exe", "cwd", "fd", "fdinfo", "smaps", "smaps_rollup", "ns", "syscall", "stack")
_ENVIRON = (
    b"SHELL=/bin/bash\0LANG=en_GB.UTF-8\0HOME=/home/ada\0LOGNAME=ada\0USER=ada\0TERM=tmux-256color\0PWD=/home/ada/shop\0"
    b"PATH=/home/ada/.local/bin:/usr/local/bin:/usr/bin:/bin\0SSH_CONNECTION=10.0.0.23 50412 10.0.0.2 22\0"
    b"TMUX=/tmp/tmux-1000/work,2377,0\0VIRTUAL_ENV=/home/ada/shop/.venv\0"
)
_LIMITS = b"""\
Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max stack size            8388608              unlimited            bytes
Max core file size        0                    unlimited            bytes
Max processes             63304                63304                processes
Max open files            1024                 1048576              files
Max locked memory         8388608              8388608              bytes
Max address space         unlimited            unlimited            bytes
"""
_FILES = {
    0: ("/dev/pts/3", 0o02, stat.S_IFCHR),
    1: ("/dev/pts/3", 0o02, stat.S_IFCHR),
    2: ("/dev/pts/3", 0o02, stat.S_IFCHR),
    3: ("anon_inode:[eventpoll]", 0o02, 0),
    4: ("/home/ada/shop/access.log", 0o0, stat.S_IFREG),
    5: ("/home/ada/shop/report.log", 0o2001, stat.S_IFREG),
    6: ("socket:[48112]", 0o02, stat.S_IFSOCK),
}
"""Number: where it leads, its flags, its type."""
_Address = namedtuple("_Address", "ip port")
_Socket = namedtuple("_Socket", "fd family type laddr raddr status")
_STACK = (Frame("is_prime", "primes.py", 12), Frame("work", "primes.py", 20), Frame("Thread.run", "threading.py", 1012))


def scripted_details(source: ScriptedSource, id: RowId, key: str) -> Page:
    """A page about one of the script's processes. Raises KeyError for a page that is not read (threads, history)."""
    read = READERS[key]
    whole = source.process(id)
    if whole is None:
        return Page(key, source.at_ns, ended=not source.samples_of(id.pid))
    player = whole.player
    subject = ScriptedSubject(
        id.pid, uid=UIDS[player.user], kernel=player.kernel, zombie=player.state == "Z", whole=whole, source=source
    )
    if key == STACKS:
        return Page(key, source.at_ns, read_stacks(subject, partial(_python, whole)))
    return Page(key, source.at_ns, read(subject))


def _python(whole: Unit, _pid: int) -> tuple[Sequence[PythonThread], str]:
    if whole.player.user != READER:
        return (), NOT_PERMITTED
    if not whole.player.command.startswith("python"):
        return (), NOT_PYTHON
    threads = whole.threads or [whole]
    return [PythonThread(one.name, _tid(one), number == 1, number == 1, _STACK) for number, one in enumerate(threads)], ""


def _tid(unit: Unit) -> int:
    return unit.id.tid or unit.id.pid


@dataclass(frozen=True, kw_only=True)
class ScriptedSubject(Subject):
    """A process of the script, answering as /proc would."""

    whole: Unit
    source: ScriptedSource

    @property
    def reader(self) -> int:
        return _READER_PID

    @property
    def user(self) -> str:
        return self.whole.player.user

    def name_of(self, uid: int) -> str:
        return next((name for name, number in UIDS.items() if number == uid), str(uid))

    def why(self, error: OSError) -> str:
        if isinstance(error, PermissionError):
            return refusal(self.uid, self.user, UIDS[READER])
        return super().why(error)

    def _refused(self, name: str) -> OSError | None:
        guarded = any(part in _GUARDED for part in name.split("/"))
        if guarded and self.kernel and not name.startswith("task"):
            return FileNotFoundError(errno.ENOENT, name)
        if guarded and (self.whole.player.user != READER or "stack" in name) and self.pid != self.reader:
            return PermissionError(errno.EACCES, name)
        return None

    def read(self, name: str, most: int = ANSWER) -> Answer:
        refused = self._refused(name)
        return Answer(why=self.why(refused)) if refused is not None else Answer(self._text(name)[:most])

    def link(self, name: str) -> Answer:
        refused = self._refused(name)
        if refused is not None:
            return Answer(why=self.why(refused))
        first = self.whole.player.command.split()[0]
        program = first if first.startswith("/") else f"/usr/bin/{first.rstrip(':')}"
        number = name.removeprefix("fd/")
        leads = {"exe": program, "cwd": "/home/ada/shop"}
        return Answer((_FILES[int(number)][0] if number.isdigit() else leads.get(name, name)).encode())

    def numbers(self, name: str) -> tuple[list[int], str]:
        refused = self._refused(name)
        if refused is not None:
            return [], self.why(refused)
        return (sorted(_FILES) if name == "fd" else sorted(_tid(one) for one in self.whole.threads or [self.whole])), ""

    def file_mode(self, number: int) -> int:
        return _FILES[number][2]

    def sockets(self) -> list[Any]:
        return [_Socket(6, 2, 1, _Address("10.0.0.2", 50130), _Address("10.0.0.7", 5432), "ESTABLISHED")]

    def clocks(self) -> tuple[float, float]:
        up_s = self.source.at_ns / 1e9 + 272_060
        return BOOTED_S + up_s, up_s

    def local_time(self, at_s: float) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_s))

    def look(self, path: str) -> bytes | None:
        pid = path.removeprefix("/proc/").removesuffix("/comm")
        if pid.isdigit():
            parent = self.source.of_pid(int(pid))
            return parent.name.encode() if parent is not None else None
        limited = "shop.service" in path
        used = int(self.whole.player.megabytes * 1024**2)
        texts = {
            "cap_last_cap": b"40",
            "cpu.max": b"50000 100000" if limited else b"max 100000",
            "cpu.stat": b"usage_usec 9120400000\nnr_periods 20113\nnr_throttled 412\nthrottled_usec 31700000\n"
            if limited
            else None,
            "memory.current": str(used).encode(),
            "memory.max": str(512 * 1024**2).encode() if limited else b"max",
        }
        return texts.get(path.rpartition("/")[2])

    # What the files say

    def _text(self, name: str) -> bytes:
        player, size = self.whole.player, int(self.whole.player.megabytes * 1024)
        if name.startswith("fdinfo/"):
            flags = _FILES[int(name[7:])][1]
            return f"pos:\t{81_920 if flags == 0 else 0}\nflags:\t0{flags:o}\n".encode()
        if name.startswith("task/"):
            _task, tid, file = name.split("/")
            thread = next(one for one in self.whole.threads or [self.whole] if _tid(one) == int(tid))
            waits = "0" if thread.state == "R" or player.user != READER else thread.habit.wait
            return {"stat": self._stat(thread), "wchan": waits.encode()}.get(file, b"")
        return {
            "stat": self._stat(self.whole),
            "status": self._status(),
            "cmdline": b"" if player.kernel else player.command.replace(" ", "\0").encode(),
            "environ": _ENVIRON,
            "cgroup": f"0::{player.cgroup}\n".encode(),
            "limits": _LIMITS,
            "oom_score": b"0" if player.kernel else b"667",
            "oom_score_adj": b"0",
            "smaps_rollup": self._rollup(size),
            "smaps": self._smaps(size),
        }.get(name, b"")

    def _stat(self, unit: Unit) -> bytes:
        player = self.whole.player
        fields = ["0"] * 50
        fields[0], fields[1], fields[6] = unit.state, str(player.parent), str(PF_KTHREAD if player.kernel else 0)
        fields[15], fields[16] = str(20 + player.nice), str(player.nice)
        fields[17], fields[19] = str(max(1, len(self.whole.threads))), str(unit.id.start)
        fields[36], fields[37], fields[38] = str(unit.core), str(player.rt_priority), str(player.policy)
        return f"{_tid(unit)} ({unit.name}) {' '.join(fields)}\n".encode()

    def _status(self) -> bytes:
        player, cores = self.whole.player, self.source.cores
        allowed = player.affinity or (f"0-{cores - 1}" if cores > 1 else "0")
        size = "" if player.kernel else f"VmSize:\t{int(player.megabytes * 4096)} kB\nVmHWM:\t{int(player.megabytes * 1100)} kB\n"
        return (
            f"Name:\t{self.whole.name}\nUid:\t{self.uid}\t{self.uid}\t{self.uid}\t{self.uid}\n{size}"
            f"Threads:\t{max(1, len(self.whole.threads))}\nCapEff:\t{0x1FFFFFFFFFF if player.user == 'root' else 0:016x}\n"
            f"NoNewPrivs:\t0\nSeccomp:\t0\nCpus_allowed_list:\t{allowed}\n"
        ).encode()

    def _rollup(self, size: int) -> bytes:
        parts = {
            "Rss": 1.0,
            "Pss": 0.8,
            "Shared_Clean": 0.3,
            "Private_Clean": 0.1,
            "Private_Dirty": 0.6,
            "Anonymous": 0.6,
            "Swap": 0,
        }
        return "".join(f"{name}: {int(size * part)} kB\n" for name, part in parts.items()).encode()

    def _smaps(self, size: int) -> bytes:
        mapped = (("[heap]", 0.5, 1.0), ("", 0.2, 1.0), ("/usr/lib/x86_64-linux-gnu/libc.so.6", 0.1, 0.1), ("[stack]", 0.01, 1.0))
        texts = []
        for number, (name, part, own) in enumerate(mapped):
            start, resident = 0x7F00_0000_0000 + (number << 32), int(size * part)
            texts.append(f"{start:x}-{start + resident * 1400:x} rw-p 00000000 00:00 0 {name}\n")
            texts.append(f"Rss: {resident} kB\nPss: {int(resident * own)} kB\nPrivate_Dirty: {int(resident * own * 0.9)} kB\n")
        return "".join(texts).encode()
