"""The kernel's own trace of who ran where: whether it can be had here, and an instance of it that is ours alone.

tracefs (Documentation/trace/ftrace.rst, "Instances") lets every user of it have a ring buffer with its own events, clock and
filter: nothing of the global one or of other instances is touched. Ours is called ``conclab-PID-START`` after the process that made
it, with the start of that process as in field 22 of its stat. It is removed when a run is over; had conclab no chance to do so,
the next one finds that nobody of that name and start lives, and removes it.

Where tracefs is not mounted, root mounts it at /sys/kernel/tracing, as trace-cmd does. Who is not root may be allowed to make
instances: the kernel gives what lies in one to whoever made it (tried on 6.18), so that the owner of ``instances`` needs no more
than to get there.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from conclab.sampling import proc_text
from conclab.sampling.files import read
from conclab.sampling.trace_pages import RUNTIME, RUNTIME_SOURCE, SOURCES, Layout, layout_of

USUAL = Path("/sys/kernel/tracing")
_INITIAL = {"pid": 0xEFFFFFFC, "time": 0xEFFFFFFA}
"""Inodes of the namespaces of the host, PROC_PID_INIT_INO and PROC_TIME_INIT_INO of include/linux/proc_ns.h."""
_NAME = re.compile(r"conclab-(\d+)-(\d+)")
_LOCKDOWN = "/sys/kernel/security/lockdown"
_REMEMBERED_S = 10.0
_SUBBUF_KB = 64
"""The kernel hands out whole sub-buffers, so larger ones are fewer reads; where they cannot be chosen they are of one page."""
PAGE_BYTES = 65_536
"""No sub-buffer of ours is larger, nor is a page of any machine."""

NOT_LINUX = "Exact mode reads the scheduler's trace, which there is on Linux only."
_BYTE_ORDER = "Exact mode reads the kernel's trace on little-endian machines only."
_CONTAINER = (
    "Exact mode follows tasks by the pids of the host, and this is a container with a numbering of its own. "
    "Run conclab on the host, or in a container started with --pid=host."
)
_NO_TRACING = "This kernel was built without the trace of the scheduler (CONFIG_FTRACE, CONFIG_CONTEXT_SWITCH_TRACER)."
_LOCKED = "The kernel is locked down (confidentiality), and then nobody may trace: a choice of the boot, see kernel_lockdown(7)."
_NOT_MOUNTED = f"tracefs is not mounted, which exact mode reads. Get it with `sudo mount -t tracefs nodev {USUAL}`."

_lack: tuple[float, str] | None = None


def lack() -> str:
    """Why nothing can be traced here, as one sentence or two that say what to do; empty: it can. Remembered for ten seconds."""
    global _lack
    now = time.monotonic()
    if _lack is None or now - _lack[0] > _REMEMBERED_S:
        _lack = (now, _find_lack())
    return _lack[1]


def _find_lack() -> str:
    if platform.system() != "Linux":
        return NOT_LINUX
    if sys.byteorder != "little":
        return _BYTE_ORDER
    if not _hosts_numbers():
        return _CONTAINER
    if b"[confidentiality]" in (read(_LOCKDOWN) or b""):
        return _LOCKED
    if b"\ttracefs\n" not in (read("/proc/filesystems") or b""):
        return _NO_TRACING
    root = mounted()
    if root is None:
        return "" if os.geteuid() == 0 and USUAL.is_dir() else _NOT_MOUNTED
    return lack_of(root)


def _hosts_numbers() -> bool:
    """Whether pids and stamps here are those of the host, which are the trace's."""
    for namespace, inode in _INITIAL.items():
        try:
            if os.stat(f"/proc/self/ns/{namespace}").st_ino != inode:
                return False
        except FileNotFoundError:  # a kernel without that kind of namespace
            pass
        except OSError:
            return False
    return True


def lack_of(root: Path) -> str:
    """The same for a tracefs that is mounted there: what is missing in it, and whether this user may make an instance."""
    events = root / "events"
    if os.access(events, os.X_OK, effective_ids=True) and any(not (events / one).is_dir() for one in SOURCES.values()):
        return _NO_TRACING
    instances = root / "instances"
    if os.access(instances, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        return ""
    if os.geteuid() == 0:
        return f"Root may not write below {root}, as in most containers. Run conclab on the host."
    return (
        f"Tracing the scheduler is not permitted to you. Run conclab as root, or, until the next boot, let your user trace: "
        f"`sudo chmod o+x {root}; sudo chown $USER {instances}`."
    )


def mounted() -> Path | None:
    """Where tracefs is mounted; its usual place is preferred."""
    found = []
    for line in (read("/proc/self/mounts") or b"").decode(errors="replace").splitlines():
        fields = line.split(" ")
        if len(fields) > 2 and fields[2] == "tracefs":
            found.append(Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[1])))
    return USUAL if USUAL in found else found[0] if found else None


def _mount() -> Path:
    """Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"nodev", os.fsencode(USUAL), b"tracefs", ctypes.c_ulong(0), None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"tracefs could not be mounted at {USUAL}: {os.strerror(number)}")
    return USUAL


def _start_of(pid: int) -> int | None:
    """Start of a living process in clock ticks since boot; None when there is none, or only its zombie."""
    text = read(f"/proc/{pid}/stat")
    found = proc_text.stat(text) if text else None
    return found[2] if found and found[1] not in "ZX" else None


def remove_left_behind() -> int:
    """Remove the instances of conclabs that were killed; of a living one never. Returns how many there were.

    What cannot be removed (another user's, one that somebody reads) is left alone.
    """
    if platform.system() != "Linux" or not _hosts_numbers():
        return 0
    root = mounted()
    try:
        found = list((root / "instances").iterdir()) if root is not None else []
    except OSError:
        return 0
    count = 0
    for path in found:
        match = _NAME.fullmatch(path.name)
        if match is None or _start_of(int(match[1])) == int(match[2]):
            continue
        try:
            path.rmdir()
            count += 1
        except OSError:
            pass
    return count


class Instance:
    """A ring buffer of our own, with the events of the scheduler in it; ``close`` it whatever happens.

    It records of each task that is followed when it is switched in and out and when it is woken up, and who is born of it. A task
    is followed when one that is followed has made it (``options/event-fork``); the first is the thread that calls ``follow_me``.
    """

    def __init__(self, buffer_kb: int) -> None:
        """``buffer_kb`` of each core. Recording is off. Raises OSError when it cannot be had, ValueError when the kernel describes
        its events in a way that is not known."""
        root = mounted() or _mount()
        remove_left_behind()
        self.path = root / "instances" / f"conclab-{os.getpid()}-{_start_of(os.getpid())}"
        self.path.mkdir()  # one run at a time; no second instance of the same name
        self._pipes: dict[int, int] = {}
        try:
            self._set_up(buffer_kb)
        except BaseException:
            self.close()
            raise

    def _set_up(self, buffer_kb: int) -> None:
        self.write("tracing_on", "0")
        self.write("trace_clock", "mono")
        self.write("options/event-fork", "1")
        self.write("options/overwrite", "1")  # what is lost is then marked in the stream itself, at its place
        try:
            self.write("buffer_subbuf_size_kb", str(_SUBBUF_KB))
        except OSError:  # before Linux 6.8, or no memory in such pieces
            pass
        self.write("buffer_size_kb", str(buffer_kb))
        header = (self.path / "events" / "header_page").read_text()
        self.layout: Layout = layout_of(header, self._formats())
        for core in sorted(int(name[3:]) for name in os.listdir(self.path / "per_cpu")):
            pipe = self.path / "per_cpu" / f"cpu{core}" / "trace_pipe_raw"
            self._pipes[core] = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def _formats(self) -> Mapping[int, str]:
        sources = {**SOURCES, RUNTIME: RUNTIME_SOURCE}
        formats = {kind: self.path / "events" / source / "format" for kind, source in sources.items()}
        return {kind: path.read_text() for kind, path in formats.items() if kind != RUNTIME or path.exists()}

    @property
    def pipes(self) -> Mapping[int, int]:
        """Of each core the descriptor of its pages: one page a read at most, BlockingIOError when there is none."""
        return self._pipes

    def write(self, name: str, text: str) -> None:
        """Write into one of the instance's files. Raises OSError."""
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)

    def follow_me(self) -> None:
        """Follow the calling thread, and whoever is born of it from now on. Raises OSError."""
        self.write("set_event_pid", str(threading.get_native_id()))
        for source in SOURCES.values():  # not before there is a filter: else everybody would be traced
            self.write(f"events/{source}/enable", "1")

    def ask_runtimes(self) -> None:
        """Have it told how long those who are followed have run, too, if this kernel can. Raises OSError."""
        if self.layout.runtime:
            self.write(f"events/{RUNTIME_SOURCE}/enable", "1")

    def record(self, on: bool) -> None:
        """Raises OSError."""
        self.write("tracing_on", "1" if on else "0")

    def empty(self) -> None:
        """Throw away what is in the buffers. Raises OSError."""
        self.write("trace", "")

    def overwritten(self) -> int:
        """Events so far that were written over before they were taken, over all cores: those of gaps, whose pages seldom have room
        for how many they were."""
        return self._counted("overrun")

    def uncounted(self) -> int:
        """Events so far that the kernel could not even begin to write, over all cores; in the pages nothing tells of them."""
        return self._counted("commit overrun|dropped events")

    def _counted(self, names: str) -> int:
        count = 0
        for core in self._pipes:
            text = (read(str(self.path / "per_cpu" / f"cpu{core}" / "stats")) or b"").decode()
            count += sum(int(number) for number in re.findall(rf"^(?:{names}): (\d+)", text, re.MULTILINE))
        return count

    def close(self) -> None:
        """Remove the instance. What the kernel does not let go within a second the next conclab removes."""
        for descriptor in self._pipes.values():
            os.close(descriptor)
        self._pipes.clear()
        for _ in range(20):
            try:
                os.rmdir(self.path)
                return
            except FileNotFoundError:
                return
            except OSError:  # EBUSY: somebody has one of its files open
                time.sleep(0.05)
