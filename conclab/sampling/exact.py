"""Exact mode: every switch of an experiment's tasks, taken from the kernel while it runs and made sense of when it is over.

While a repetition runs, a thread empties the kernel's buffers a few times a second: it copies whole pages and looks at nothing. The
events become slices (``trace_pages``, ``trace_slices``) when nothing is timed any more. What is kept of a repetition is bounded;
beyond that recording ends, and from there on everything counts as lost.

A kernel that leaves events out (``trace_slices`` says which ones do, and how they come to light) is asked for one more of them,
which tells how long a task has been on its core. That is more work for it (in a ping-pong of 450,000 switches a second, 8 % more
CPU than exact mode takes anyway), so it is asked only when a look at some short sleeps before the first repetition, or a
repetition, has shown that it does. What such a kernel is, it remains: the process remembers it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from types import TracebackType

from conclab.model.slices import UNKNOWN, ExactTrace, Gap
from conclab.model.tasks import TaskId
from conclab.sampling.machine import memory_available
from conclab.sampling.trace_pages import in_order, used_bytes
from conclab.sampling.trace_slices import Folding
from conclab.sampling.tracefs import PAGE_BYTES, Instance

_SHARE = 16
"""The kernel's buffers take at most this part of the memory that is available, and so do the pages that are kept."""
_MOST_BUFFERS = 256 << 20
_MOST_OF_A_CORE, _LEAST_OF_A_CORE = 16 << 20, 1 << 20
MOST_KEPT = 128 << 20
"""Bytes of one repetition: some three million events, which take a few seconds to make sense of."""
_REST_S = 0.2
"""Between two drainings. 16 MiB of a core are by far more than it can switch in that time."""
_LEAST_REST_S = 0.02
_NAPS, _NAP_S, _MOST_NAPPING = 3, 0.0005, 64

_leaves_out = False
"""Whether this kernel has been seen to leave events out."""


def buffer_bytes(cores: int, available: int | None) -> int:
    """How large the buffer of each core may be."""
    total = min(_MOST_BUFFERS, (available or 0) // _SHARE)
    return max(_LEAST_OF_A_CORE, min(_MOST_OF_A_CORE, total // max(1, cores)))


class _Drain(threading.Thread):
    """Empties the kernel's buffers until it is told to stop, and then once more."""

    def __init__(self, instance: Instance, most_bytes: int, buffer_bytes: int) -> None:
        super().__init__(name="drain", daemon=True)
        self.pages: list[tuple[int, bytes]] = []
        self.cpu_ns = 0
        self.cut_ns: int | None = None
        """When recording had to end because too much had been kept."""
        self.error: OSError | None = None
        self._instance = instance
        self._most_bytes = most_bytes
        self._buffer_bytes = buffer_bytes
        self._kept = 0
        self._stopping = threading.Event()
        self._room = memoryview(bytearray(PAGE_BYTES))

    def stop(self) -> None:
        """Returns when everything has been taken. Recording must be off by then."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        rest = _REST_S
        try:
            while not self._stopping.wait(rest):
                fullest = self._take()
                rest = max(_LEAST_REST_S, rest / 2) if fullest > self._buffer_bytes // 4 else min(_REST_S, rest * 2)
            self._take()
        except OSError as error:
            self.error = error
        self.cpu_ns = time.thread_time_ns()

    def _take(self) -> int:
        """Everything that there is now. Returns the most that one core had, in bytes."""
        fullest = 0
        for core, pipe in self._instance.pipes.items():
            taken = 0
            while self.cut_ns is None:
                try:
                    size = os.readv(pipe, [self._room])
                except BlockingIOError:
                    break
                if not size:
                    break
                page = bytes(self._room[: used_bytes(self._room[:size], self._instance.layout)])
                self.pages.append((core, page))
                taken += size
                self._kept += len(page)
                if self._kept > self._most_bytes:
                    self.cut_ns = time.monotonic_ns()
                    self._instance.record(False)
            fullest = max(fullest, taken)
        return fullest


class ExactTracer:
    """Traces what the thread that enters it starts, one repetition after the other: ``begin``, start it, wait for its end, ``end``,
    and ``trace`` for what came of it. All of it on that one thread. ``lab.step.Tracer`` is how the lab knows it."""

    def __init__(self, most_bytes: int = MOST_KEPT, buffer: int | None = None) -> None:
        """``buffer``: bytes for each core, chosen by the machine's memory when not given."""
        self._most_bytes = most_bytes
        self._buffer = buffer
        self._instance: Instance | None = None
        self._drain: _Drain | None = None
        self._start_ns = self._end_ns = 0
        self._uncounted = self._overwritten = 0
        self._recording = False
        self._left = False
        """Whether the kernel's buffers hold something of the repetition before."""

    def __enter__(self) -> ExactTracer:
        """Raises OSError or ValueError when nothing can be traced here; the sentence of ``tracefs.lack`` says more."""
        available = memory_available()
        if self._buffer is None:
            self._buffer = buffer_bytes(os.cpu_count() or 1, available)
        self._most_bytes = min(self._most_bytes, (available or self._most_bytes * _SHARE) // _SHARE)
        self._instance = Instance(self._buffer >> 10)
        try:
            self._instance.follow_me()
            self._look_whether_all_is_told()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _look_whether_all_is_told(self) -> None:
        """Sleep on every core for a moment and see whether that was reported; a core that is busy tells nothing. Raises OSError."""
        if not _leaves_out:
            cores = sorted(os.sched_getaffinity(0))[:_MOST_NAPPING]
            self.begin()
            nappers = [threading.Thread(target=_nap, args=(core,), name="nap") for core in cores]
            for napper in nappers:
                napper.start()
            for napper in nappers:
                napper.join()
            self.end()
            self.trace(os.getpid(), [TaskId(os.getpid(), napper.native_id, None) for napper in nappers if napper.native_id])
        if _leaves_out:
            assert self._instance is not None
            self._instance.ask_runtimes()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._instance is not None:
            try:
                self.end()
            except OSError:  # it is removed all the same
                pass
            self._instance.close()
            self._instance = None

    def begin(self) -> None:
        """Record from now on. Raises OSError."""
        assert self._instance is not None
        assert self._buffer is not None
        if self._left:
            self._instance.empty()
        self._uncounted, self._overwritten = self._instance.uncounted(), self._instance.overwritten()
        self._drain = _Drain(self._instance, self._most_bytes, self._buffer)
        self._start_ns = time.monotonic_ns()
        self._instance.record(True)
        self._drain.start()
        self._recording = True

    def end(self) -> None:
        """Record no more. Raises OSError when that failed, or when the draining had."""
        drain = self._drain
        if self._instance is None or drain is None or not self._recording:
            return
        self._recording = False
        try:
            self._instance.record(False)
        finally:
            self._end_ns = time.monotonic_ns()
            drain.stop()
        self._left = drain.cut_ns is not None or drain.error is not None
        if drain.error is not None:
            raise drain.error

    def trace(self, root: int | None, tasks: Sequence[TaskId]) -> ExactTrace:
        """Make slices of what was recorded last: of the tree of the process ``root``, of which ``tasks`` have told who they are.

        Raises ValueError or LookupError when the kernel's pages are not what they say.
        """
        assert self._instance is not None
        assert self._drain is not None
        drain, self._drain = self._drain, None
        began, layout = time.monotonic_ns(), self._instance.layout
        names: dict[int, str] = {}
        offset = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()
        ticks = os.sysconf("SC_CLK_TCK")
        folding = Folding(root, tasks, layout.states, names, boot_offset_ns=offset, ticks_per_s=ticks)
        events = 0
        for batch in in_order(drain.pages, layout, names, self._start_ns):
            folding.feed(batch)
            events += len(batch)
        self._learn(folding.unseen)
        last_ns = drain.cut_ns or self._end_ns
        slices = folding.slices(last_ns, cut=drain.cut_ns is not None)
        gaps = folding.gaps
        if drain.cut_ns is not None:
            gaps += [Gap(core, drain.cut_ns, self._end_ns, UNKNOWN) for core in self._instance.pipes]
        in_gaps = max(self._instance.overwritten() - self._overwritten, sum(max(1, gap.lost) for gap in gaps))
        lost = self._instance.uncounted() - self._uncounted + folding.unseen + in_gaps
        return ExactTrace(
            self._start_ns,
            self._end_ns,
            slices,
            events,
            lost,
            tuple(gaps),
            drain.cpu_ns,
            time.monotonic_ns() - began,
        )

    def _learn(self, unseen: int) -> None:
        global _leaves_out
        if unseen and not _leaves_out:
            _leaves_out = True
            assert self._instance is not None
            self._instance.ask_runtimes()


def _nap(core: int) -> None:
    """On the thread that is to do it: sleep on that core a few times."""
    try:
        os.sched_setaffinity(0, {core})
    except OSError:  # it has been taken away
        return
    for _ in range(_NAPS):
        time.sleep(_NAP_S)
