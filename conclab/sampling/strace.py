"""The system calls of a process, live: strace(1) as a child, in a thread that reads whatever it writes.

strace stops its process at every call, so what it costs is paid by that process; nothing here may add to it. Its output is taken
at once, therefore: of a flood the newest lines are kept, the others are counted. And a process must never be left stopped or
traced: strace is asked to end (SIGTERM) and then lets go of it, by us when nobody looks any more, and by the parent-death signal
(prctl(2)) when conclab itself is killed; killed with SIGKILL, the kernel lets go for it (ptrace(2)).
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter

from conclab.model.table import WHOLE, RowId
from conclab.model.text import newest_lines
from conclab.model.trace import KEPT, Traced, TraceLine, shortened
from conclab.model.trouble import trouble_of
from conclab.sampling import strace_text
from conclab.sampling.holding import LINUX, EndedError, Held
from conclab.sampling.trace_refusals import why_never, why_refused

TURN_S = 0.05
"""At most so often is strace's pipe read: a pipe of a megabyte holds what it writes meanwhile, at 200,000 lines a second, too."""
_LOOK_UP_S = 0.25
MOST_A_TURN = 300
"""Lines that are kept of one turn; the rest is counted."""
_LONGEST_REST = 65_536
_AT_ONCE = 1 << 20
_GRACE_S = 1.0
"""How long strace may take to let go of its process when it is asked to."""
# Popen's preexec_fn may hang in a process with threads, so a Python of its own sets the signal (1 is PR_SET_PDEATHSIG, 15 SIGTERM)
# and becomes strace. Whose parent is gone by then would never get it. SIGPIPE, which Python ignores, ends strace with its reader.
_LEASH = (
    "import ctypes, os, signal, sys\n"
    "ctypes.CDLL(None).prctl(1, 15, 0, 0, 0)\n"
    "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
    "os.getppid() == int(sys.argv[1]) or sys.exit()\n"
    "os.execv(sys.argv[2], ['strace', *sys.argv[3:]])"
)


def find_strace() -> str | None:
    """The program on the path."""
    return shutil.which("strace") if LINUX else None


class Tracer:
    """One trace at a time, of whom one looks at."""

    def __init__(self) -> None:
        self._now: _Tracing | None = None
        self._past: _Tracing | None = None

    def trace(self, id: RowId | None) -> None:
        """Trace this task from now on, a process with all its threads and children; None: nobody."""
        if self._now is not None:
            self._now.stop()
            self._past = self._now
            self._now = None
        if id is not None:
            self._now = _Tracing(id, self._past)
            self._now.start()

    def take(self) -> Traced | None:
        """What has come since the last time; None while nobody is traced."""
        return self._now.take() if self._now is not None else None

    def close(self) -> None:
        """End what there is; returns when every traced process has been let go."""
        self.trace(None)
        if self._past is not None:
            self._past.join()  # it began when those before it had ended


class _Tracing(threading.Thread):
    """One strace, from its start to its end. This thread starts it and lives as long as it does: the parent-death signal is sent
    when the *thread* ends that started the child."""

    def __init__(self, id: RowId, before: _Tracing | None) -> None:
        """``before`` is waited for: a task can have one tracer only."""
        super().__init__(name="strace", daemon=True)
        self._id = id
        self._before = before
        self._lock = threading.Lock()
        self._lines: list[TraceLine] = []
        self._skipped = 0
        """Lines since the last that was kept."""
        self._calls: Counter[str] = Counter()
        self._pending: TraceLine | None = None
        self._attached = False
        self._over = ""
        self._said = ""
        """strace's own words, as long as it has not attached."""
        self._rest = b""
        self._wake_read, self._wake = os.pipe()
        self._stopping = False

    def take(self) -> Traced:
        """Called from elsewhere, whenever one likes: while nobody takes, the oldest lines are counted instead of kept."""
        with self._lock:
            self._mark_gap()
            lines, self._lines = tuple(self._lines), []
            calls, self._calls = self._calls, Counter()
            return Traced(time.monotonic_ns(), self._id, lines, calls, self._pending, self._attached, self._over)

    def stop(self) -> None:
        """Let go of the process; ``join`` waits for that."""
        with self._lock:
            if not self._stopping:
                self._stopping = True
                os.close(self._wake)

    def run(self) -> None:
        if self._before is not None:
            self._before.join()
            self._before = None
        why = ""
        try:
            with Held(self._id) as held:
                program = find_strace()
                why = why_never(held, program)
                if not why and program is not None and not self._stopping:
                    why = self._trace(held, program)
        except EndedError:
            why = "It had ended before it could be traced."
        except OSError as error:
            why = f"strace could not be started: {os.strerror(error.errno or 0).lower()}."
        except Exception as error:  # noqa: BLE001 - it must not read as if the trace went on
            why = trouble_of(time.monotonic_ns(), "What strace said", error).text
        finally:
            os.close(self._wake_read)
        with self._lock:
            self._over, self._pending = why, None

    def _trace(self, held: Held, program: str) -> str:
        """Start strace and read it to its end. Returns why it is over."""
        everybody = [] if self._id.tid else ["-f"]  # of a thread it would follow the whole process
        number = self._id.tid if self._id.tid != WHOLE else self._id.pid
        leash = [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid())]
        child = subprocess.Popen(
            [*leash, program, *everybody, "-tt", "-s", "80", "-p", str(number)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
        )
        assert child.stderr is not None
        with child.stderr as pipe:
            os.set_blocking(pipe.fileno(), False)
            try:
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _AT_ONCE)
            except OSError:  # over the user's limit (pipe-user-pages-soft)
                pass
            try:
                self._read(pipe.fileno(), child, held)
            finally:
                self._end(pipe.fileno(), child)
        if not self._attached:
            return why_refused(held, self._said)
        return "It is over: strace has ended." if held.alive() else "It has ended: these were its last calls."

    def _read(self, pipe: int, child: subprocess.Popen[bytes], held: Held) -> None:
        """Until it ends or nobody looks any more."""
        sources, wake = select.poll(), select.poll()
        for descriptor in (pipe, self._wake_read):
            sources.register(descriptor, select.POLLIN)
        wake.register(self._wake_read, select.POLLIN)
        sure = False
        while not self._stopping:
            ready = {descriptor for descriptor, _ in sources.poll(_LOOK_UP_S * 1000)}
            if pipe in ready:
                text = os.read(pipe, _AT_ONCE)
                if not text:
                    return
                self._heard(text)
                if self._attached and not sure:
                    sure = held.alive()
                    if not sure:  # its number may be another's: nothing of a stranger is shown
                        with self._lock:
                            self._lines.clear()
                        return
            wake.poll(TURN_S * 1000)

    def _end(self, pipe: int, child: subprocess.Popen[bytes]) -> None:
        """Ask strace to let go, read on meanwhile (it might wait for room in the pipe), and see that it is gone."""
        if child.poll() is None:
            child.terminate()
        deadline = time.monotonic() + _GRACE_S
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while child.poll() is None and time.monotonic() < deadline:
            if poll.poll(20):
                os.read(pipe, _AT_ONCE)
        if child.poll() is None:
            child.kill()
        child.wait()

    def _heard(self, text: bytes) -> None:
        text = self._rest + text
        parts, left_out, rest = newest_lines(text, MOST_A_TURN)
        self._rest = rest if len(rest) < _LONGEST_REST else b""
        ended = text[: len(text) - len(rest)]
        found = strace_text.calls(ended)
        lines = [strace_text.line(part) for part in parts]
        if not self._attached:
            for part in ended.split(b"\n", 100):
                self._attached = self._attached or strace_text.attached(part)
                self._said = strace_text.complaint(part) or self._said
        with self._lock:
            self._calls.update(found)
            self._skipped += left_out
            if lines:
                self._mark_gap()
                self._lines += lines
                self._lines = shortened(self._lines, KEPT)
            self._pending = strace_text.line(self._rest) if self._rest else None

    def _mark_gap(self) -> None:
        """Where lines are missing, say so there."""
        if self._skipped:
            self._lines.append(TraceLine("", left_out=self._skipped))
            self._skipped = 0
