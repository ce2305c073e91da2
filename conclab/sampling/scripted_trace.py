"""System calls on the scripted machine: each thread makes those that its habits need, in strace's own words.

As everything there it is asked for by the user ada, who may not trace other users' processes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from conclab.model.table import WHOLE, RowId
from conclab.model.trace import Traced
from conclab.sampling import strace_text
from conclab.sampling.details_access import refusal
from conclab.sampling.holding import who
from conclab.sampling.scripted import SLOT_NS, ScriptedSource
from conclab.sampling.scripted_cast import UIDS, Habit
from conclab.sampling.scripted_rows import BOOTED_S, READER, UP_S, Unit
from conclab.sampling.syscalls import call_of
from conclab.sampling.trace_refusals import KERNEL, ZOMBIE, not_permitted

_EVERY = 5
"""Slots between two looks: as often as the screen draws."""
_ON_STAGE = Habit(1, 0.2, 0.05, 120, wait="futex_wait_queue")
"""What workers of an experiment do."""
_GIL = "0x55d0c1a8e5c0"
_WAITS = {
    "futex": (
        f"futex({_GIL}, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, {{tv_sec=0, tv_nsec=5000000}}, FUTEX_BITSET_MATCH_ANY)"
        " = -1 ETIMEDOUT (Connection timed out)",
        f"futex({_GIL}, FUTEX_WAKE_PRIVATE, 1) = 1",
    ),
    "clock_nanosleep": ("clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {tv_sec=273100, tv_nsec=250000000}, NULL) = 0",),
    "wait4": ("wait4(-1, 0x7ffd3a1e9c2c, WNOHANG, NULL) = 0",),
    "": (
        "epoll_wait(3, [{events=EPOLLIN, data={u32=6, u64=6}}], 1023, 250) = 1",
        'recvfrom(6, "GET /shop/items?page=3 HTTP/1.1\\r\\nHost: shop.example\\r\\nAccept: */*\\n"..., 8192, 0, NULL, NULL) = 412',
        'sendto(6, "HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 1841\\r"..., 1997, MSG_NOSIGNAL, '
        "NULL, 0) = 1997",
        "recvfrom(6, 0x55d0c2b11340, 8192, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
    ),
}
"""By the call that a thread sleeps in, as ``syscalls.call_of`` knows it."""
_READS = r'read(4, "10.0.0.23 - - [14/Sep/2026:06:11:02 +0000] \"GET /shop/items?page=3 HTTP/1.1\" 2"..., 131072) = 131072'
_WRITES = (
    r'write(5, "\37\213\10\0\0\0\0\0\2\3\354\275k\223\33\327\221&\374\335\277\2\206\"6\202\332\21I\334o\212"..., 65536) = 65536'
)
_MOVES_MEMORY = "brk(0x55d0c2c5a000) = 0x55d0c2c5a000"


class ScriptedTracer:
    """Plays the calls of one task: what comes out depends on the seed and on when it was asked for."""

    def __init__(self, source: ScriptedSource, id: RowId, seed: int = 7) -> None:
        self.id = id
        self._source = source
        self._random = random.Random(f"{seed} {id}")
        self._attached = False
        self._over = False

    def look(self) -> Traced | None:
        """What strace wrote since the last look; None between two looks, and after the last."""
        if self._over or self._source.slot % _EVERY:
            return None
        at_ns, whole = self._source.at_ns, self._source.of_pid(self.id.pid)
        if whole is not None and all(unit.id != self.id for unit in (whole, *whole.threads)):
            whole = None  # the number is another's by now
        on_stage = self._source.samples_of(self.id.pid)
        if whole is None and not on_stage:
            self._over = True
            return Traced(at_ns, self.id, attached=self._attached, over="It has ended: these were its last calls.")
        why = self._why_not(whole) if whole is not None else ""
        if why:
            self._over = True
            return Traced(at_ns, self.id, over=why)
        threads = [(unit.id.tid or unit.id.pid, unit.habit) for unit in whole.threads or [whole]] if whole is not None else []
        threads = threads or [(sample.task.tid, _ON_STAGE) for sample in on_stage]
        threads = [one for one in threads if self.id.tid in (WHOLE, one[0])]
        written = b"".join(f"{line}\n".encode() for line in self._written(threads))
        lines = tuple(strace_text.line(line) for line in written.split(b"\n")[:-1])
        self._attached = True
        return Traced(at_ns, self.id, lines, strace_text.calls(written), attached=True)

    def _why_not(self, whole: Unit) -> str:
        player = whole.player
        if player.kernel:
            return KERNEL
        if player.state == "Z":
            return ZOMBIE
        if player.user == READER:
            return ""
        return not_permitted(who(self.id, whole.name), refusal(UIDS[player.user], player.user, UIDS[READER]))

    def _written(self, threads: list[tuple[int, Habit]]) -> Iterator[str]:
        if not self._attached:
            several = f" with {len(threads)} threads" if len(threads) > 1 else ""
            yield f"strace: Process {self.id.tid or self.id.pid} attached{several}"
        made = [(self._random.random(), tid, call) for tid, habit in threads for call in self._calls(habit)]
        for share, tid, call in sorted(made, key=lambda one: one[0]):
            of = f"[pid {tid}] " if len(threads) > 1 else ""
            yield f"{of}{self._time(share)} {call}"

    def _calls(self, habit: Habit) -> Iterator[str]:
        """A wait for each voluntary switch; the rest as its habits ask for it."""
        seconds = _EVERY * SLOT_NS / 1e9
        if self._random.random() > habit.often:
            return
        waits = _WAITS.get(call_of(habit.wait), _WAITS[""])
        for number in range(max(1, round(habit.voluntary * seconds))):
            yield waits[number % len(waits)]
        yield from [_READS] * min(40, round(habit.read * seconds / 131_072))
        yield from [_WRITES] * min(40, round(habit.written * seconds / 65_536))
        if habit.cpu > 0.1 and self._random.random() < 0.3:
            yield _MOVES_MEMORY

    def _time(self, share: float) -> str:
        """Of day, within the time since the last look."""
        passed = self._source.at_ns - (1 - share) * _EVERY * SLOT_NS
        seconds, rest = divmod((BOOTED_S + UP_S) * 10**9 + int(passed), 10**9)
        return f"{time.strftime('%H:%M:%S', time.gmtime(seconds))}.{rest // 1000:06}"
