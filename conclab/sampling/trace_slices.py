"""Events of the scheduler becoming slices: a fold over what ``trace_pages`` decodes, pure.

Only tasks of the experiment's tree are kept: the root, whoever it brings into being (task_newtask tells parent and child, and by
CLONE_THREAD of clone(2) whose thread the child is), and workers that have introduced themselves. Nothing is invented where events
of a core were lost: who ran there has an end that is not known, and of everybody else it is not known since when it wants a core.

Some kernels do not report every event even so. Here (6.18 in a virtual machine) no trace point whatever fires while the idle task
of the second core or two threads of the machine's own agent are what runs there, interrupts of that time included: an instance
without any filter, and perf, miss the same events that ours misses, no buffer's statistics have one dropped, and ``ctxt`` of
/proc/stat has counted the switches. So it is not seen how a task came to a core that was idle, nor that a timer woke it up then. It
shows because the task is switched away later on, and what can be said is said:

- when it came: sched_stat_runtime, where that is asked for (RUNTIME), tells how long it had run by then (of 96 switches that were
  left out on purpose the beginnings so found were 9 µs off in the median, 97 µs at most); else, when it had been woken up and its
  core left idle, it must have begun as soon as both were so (sums agree with schedstat within 1 %);
- since when it wanted a core: who was asleep and came to an idle core did not wait for it, but for the few microseconds that the
  core takes to hear of it.

Where neither is known the stretch from its last slice on is not known, and a slice without length says only when and how the unseen
one ended. Each event that must have been is counted as lost.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from conclab.model.slices import GONE, PREEMPTED, UNENDED, UNKNOWN, Gap, TaskSlices
from conclab.model.tasks import TaskId
from conclab.model.text import harmless
from conclab.sampling.trace_pages import BORN, GAP_BEGIN, GAP_END, NEW, RUNTIME, SWITCH, WAKEUP, WAKING, Event

_CLONE_THREAD = 0x10000
_NOWHERE = -1


class _Task:
    """One task on its way through the events, and its slices so far."""

    __slots__ = (
        "columns",
        "core",
        "early_ns",
        "early_waker",
        "left_ns",
        "name",
        "ran_ns",
        "ready_ns",
        "slept",
        "start_ns",
        "start_ready_ns",
        "start_waker",
        "start_woken_ns",
        "task",
        "waker",
        "woken_ns",
    )

    def __init__(self, task: TaskId) -> None:
        self.task = task
        self.name = ""
        self.columns = tuple(array(code) for code in "qqhBqqi")
        self.core = _NOWHERE
        """Where it runs; then the slice is told by ``start_…``."""
        self.start_ns = self.start_ready_ns = self.start_woken_ns = self.start_waker = UNKNOWN
        self.left_ns = UNKNOWN
        """When it was switched away last; UNKNOWN when that was not seen."""
        self.slept = False
        """Whether it went to sleep then, and has to be woken up."""
        self.ready_ns = self.woken_ns = self.waker = UNKNOWN
        """Of the slice that follows."""
        self.early_ns = self.early_waker = UNKNOWN
        """Somebody woke it up while it was still on its core: on its way to sleep, that counts."""
        self.ran_ns = UNKNOWN
        """Since when it must have been on a core, although it was not seen to come to one."""

    def close(self, end_ns: int, ended: int) -> None:
        start, end, core, how, ready, woken, waker = self.columns
        start.append(self.start_ns)
        end.append(max(self.start_ns, end_ns))
        core.append(self.core)
        how.append(ended)
        ready.append(self.start_ready_ns)
        woken.append(self.start_woken_ns)
        waker.append(self.start_waker)
        self.core = _NOWHERE

    def vanish(self, end_ns: int) -> None:
        """What it did from its last slice until then, and does afterwards, is not known."""
        if self.columns[0] and self.columns[3][-1] not in (UNENDED, *GONE):
            self.core, self.start_ns = self.columns[2][-1], end_ns
            self.start_ready_ns = self.start_woken_ns = self.start_waker = UNKNOWN
            self.close(end_ns, UNENDED)

    def lose_sight(self) -> None:
        """Events are missing in which anything may have happened to it; it does not run now."""
        self.ready_ns = self.woken_ns = self.waker = self.early_ns = self.early_waker = UNKNOWN
        self.left_ns, self.slept, self.ran_ns = UNKNOWN, False, UNKNOWN

    def slices(self, name: str) -> TaskSlices:
        return TaskSlices(self.task, harmless(name), *self.columns)


class Folding:
    """The fold: ``feed`` it all events in the order of time, then ask for ``slices`` and ``gaps``."""

    def __init__(
        self,
        root: int | None,
        known: Iterable[TaskId],
        states: tuple[tuple[int, str], ...],
        names: Mapping[int, str],
        *,
        boot_offset_ns: int = 0,
        ticks_per_s: int = 100,
    ) -> None:
        """``root``: pid of the process whose tree it is. ``known``: tasks of it that have told who they are.

        ``boot_offset_ns``: CLOCK_BOOTTIME less CLOCK_MONOTONIC, to tell when a task was born in the ticks of /proc.
        ``names`` may grow while the events are fed: last names by tid.
        """
        self._root = root
        self._known = {task.tid: task for task in known}
        self._states = states
        self._ended = {0: PREEMPTED}
        self._names = names
        self._boot_offset_ns = boot_offset_ns
        self._ticks_per_s = ticks_per_s
        self._tasks: dict[int, _Task] = {}
        self._past: list[_Task] = []
        """Whose number was given to somebody else later on."""
        self._open_gaps: dict[int, int] = {}
        self._cores: dict[int, tuple[int, int]] = {}
        """Who was switched to last on each core, and when."""
        self.gaps: list[Gap] = []
        self.unseen = 0
        """Switches that must have been and were not reported, without a gap that accounts for them."""

    def feed(self, events: Iterable[Event]) -> None:
        """Fold some more. Events that are of nobody in the tree change nothing."""
        tasks, known, ended, cores = self._tasks, self._known, self._ended, self._cores
        for now, core, kind, first, second, third in events:
            if kind == SWITCH:
                before = cores.get(core)
                cores[core] = third, now
                if before is not None and before[0] != first and before[0] in tasks:
                    self._left_unseen(tasks[before[0]], core)
                task = tasks.get(first)
                if task is not None:
                    how = ended.get(second)
                    if how is None:
                        how = ended[second] = self._how(second)
                    if task.core != core:
                        self._came_unseen(task, now, core, before)
                    if task.core == core:
                        task.close(now, how)
                    if task.core == _NOWHERE:
                        task.left_ns = now
                        task.slept = how != PREEMPTED
                        task.ready_ns = UNKNOWN if task.slept else now
                        task.woken_ns = task.waker = task.ran_ns = UNKNOWN
                task = tasks.get(third)
                if task is None:
                    if third == 0 or third not in known:
                        continue
                    task = self._introduce(known[third])
                if task.core != _NOWHERE:
                    task.close(now, UNENDED)
                self._come(task, now, core, was_idle=first == 0)
            elif kind == WAKING:
                task = tasks.get(first)
                if task is None:
                    continue
                if task.core != _NOWHERE:
                    task.early_ns, task.early_waker = now, second
                elif task.slept and task.woken_ns == UNKNOWN:
                    task.woken_ns, task.waker = now, second
            elif kind == WAKEUP:
                task = tasks.get(first)
                if task is None or task.core != _NOWHERE or not task.slept or task.ready_ns != UNKNOWN:
                    continue
                self._awake_early(task)
                task.ready_ns = now
            elif kind == RUNTIME:
                task = tasks.get(first)
                if task is not None and task.core == _NOWHERE and task.ran_ns == UNKNOWN:
                    task.ran_ns = now - second
            else:
                self._rare(now, core, kind, first, second, third)

    def _come(self, task: _Task, now: int, core: int, *, was_idle: bool) -> None:
        """It is switched in, to a core that had had nothing to do until then, or somebody else."""
        if self._open_gaps:
            task.start_ready_ns = task.start_woken_ns = task.start_waker = UNKNOWN
        else:
            if task.slept and task.woken_ns == UNKNOWN:
                self._awake_early(task)
            if task.ready_ns == UNKNOWN:
                task.ready_ns = task.woken_ns
            if task.ready_ns == UNKNOWN and task.slept:
                self.unseen += 1
                task.ready_ns = now if was_idle else UNKNOWN
            task.start_ready_ns, task.start_woken_ns, task.start_waker = task.ready_ns, task.woken_ns, task.waker
        task.core, task.start_ns = core, now
        task.ready_ns = task.woken_ns = task.waker = task.early_ns = task.early_waker = task.ran_ns = UNKNOWN
        task.slept = False

    def _left_unseen(self, task: _Task, core: int) -> None:
        """Somebody else is switched away from the core where it ran."""
        if task.core == core:
            self.unseen += 1
            task.close(task.start_ns, UNENDED)
            task.lose_sight()

    def _came_unseen(self, task: _Task, now: int, core: int, before: tuple[int, int] | None) -> None:
        """It is switched away from a core that it was not seen to come to."""
        accounted = task.core == _NOWHERE and task.left_ns == UNKNOWN and task.ready_ns == UNKNOWN
        if task.core != _NOWHERE:
            task.close(task.start_ns, UNENDED)
            task.lose_sight()
        self.unseen += not (accounted or self._open_gaps)  # by a gap, or because the trace began in the middle
        was_idle, there_ns = before is not None and before[0] == 0, before[1] if before is not None else UNKNOWN
        ready_ns = max(task.ready_ns, task.woken_ns)
        if not accounted and (task.ran_ns != UNKNOWN or (was_idle and ready_ns != UNKNOWN)):
            self._come(task, max(task.ran_ns, ready_ns, task.left_ns, there_ns), core, was_idle=was_idle)
        else:
            task.lose_sight()
            self._come(task, now, core, was_idle=False)

    def _awake_early(self, task: _Task) -> None:
        """Nobody has woken it up since it went, so it was woken up on its way: not before it went, in our books."""
        if task.woken_ns == UNKNOWN and task.early_ns != UNKNOWN and task.left_ns != UNKNOWN:
            task.woken_ns, task.waker = max(task.early_ns, task.left_ns), task.early_waker

    def _how(self, state: int) -> int:
        """Why a slice ended: the state's character; tracing stops are stops, too. What could go on was preempted."""
        letter = next((letter for bits, letter in self._states if state & bits), "R")
        return ord({"t": "T"}.get(letter, letter))

    def _rare(self, now: int, core: int, kind: int, first: int, second: int, third: int) -> None:
        if kind == BORN:
            parent = self._tasks.get(second)
            if parent is not None or first == self._root:
                pid = parent.task.pid if parent is not None and third & _CLONE_THREAD else first
                self._introduce(TaskId(pid, first, (now + self._boot_offset_ns) * self._ticks_per_s // 1_000_000_000))
        elif kind == NEW:
            task = self._tasks.get(first)
            if task is not None and task.core == _NOWHERE:
                task.ready_ns = task.woken_ns = now
                task.waker = second
        elif kind == GAP_BEGIN:
            self._open_gaps[core] = now
            for task in self._tasks.values():
                if task.core == core:
                    task.close(now, UNENDED)
                if task.core == _NOWHERE:
                    task.lose_sight()
        elif kind == GAP_END:
            self.gaps.append(Gap(core, self._open_gaps.pop(core, now), now, first))
            for task in self._tasks.values():
                if task.core == _NOWHERE:
                    task.lose_sight()

    def _introduce(self, task: TaskId) -> _Task:
        past = self._tasks.get(task.tid)
        if past is not None:
            past.name = self._names.get(task.tid, "")
            self._past.append(past)
        told = self._known.get(task.tid)
        if told is not None and _same(told, task):
            task = told  # by its own word: what is reckoned from a stamp may be a tick off
        found = self._tasks[task.tid] = _Task(task)
        return found

    def slices(self, end_ns: int, *, cut: bool = False) -> tuple[TaskSlices, ...]:
        """All slices by task, in the order in which the tasks came; who still runs does so until ``end_ns`` at least.

        ``cut``: the repetition goes on after that, and of nobody it is known how.
        """
        for task in self._tasks.values():
            if task.core == _NOWHERE and (cut or task.left_ns == UNKNOWN):
                task.vanish(end_ns)
            if task.core != _NOWHERE:
                task.close(end_ns, UNENDED)
        for core, begun in self._open_gaps.items():
            self.gaps.append(Gap(core, begun, end_ns, UNKNOWN))
        self._open_gaps.clear()
        for tid, task in self._tasks.items():
            task.name = self._names.get(tid, "")
        found = [task for task in (*self._past, *self._tasks.values()) if task.columns[0]]
        found.sort(key=lambda task: task.columns[0][0])
        return tuple(task.slices(task.name) for task in found)


def _same(told: TaskId, reckoned: TaskId) -> bool:
    """Whether both are one task: stamp and start are a few microseconds apart, a tick at most."""
    return told.pid == reckoned.pid and (told.start_ticks is None or abs(told.start_ticks - (reckoned.start_ticks or 0)) <= 1)
