"""A scripted task table: a plausible machine of any size, the same every time, for tests, demos and pictures.

It keeps the promises of ``model.table`` that the real reader keeps: a task that has not run is the same object as before, the
figures of a process are the sums over its threads, and what is costly to read is there only for the rows for which it is wanted.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Sequence

from conclab.model.table import WHOLE, RowId, TaskRow, TaskTable, Wanted
from conclab.sampling.scripted_cast import VISITORS, Habit, Player, cast
from conclab.sampling.scripted_rows import FIGURES, UP_S, Unit, row_of

_VISITORS_PER_S = 0.4
_VISIT_S = (1.5, 9.0)
_FIRST_VISITOR, _LAST_VISITOR = 6_000, 9_999


class ScriptedTasks:
    """Plays the machine. What comes out depends on the seed and on the calls, and on nothing else."""

    def __init__(self, cores: int = 2, tasks: int | None = None, seed: int = 7) -> None:
        """``tasks``: how many tasks there are at least, threads counted; the cast itself is some two hundred."""
        self.cores = cores
        self._random = random.Random(seed)
        self._first_ns: int | None = None
        self._wholes: list[Unit] = []
        self._shown: list[Unit] | None = None
        """Everybody with a row, in order; None: to be made anew."""
        self._by_id: dict[RowId, Unit] = {}
        self._wanted = Wanted()
        self._extra: dict[RowId, TaskRow] = {}
        self._next_pid = _FIRST_VISITOR
        self._rated = False
        """Whether there has been a second look, which gives also those rates who only sleep."""
        players = cast(cores, tasks)
        taken = {player.pid for player in players}
        for player in players:
            start = 40 + player.pid * 3 if player.pid < 2_000 else 90_000 + player.pid * 41
            self._wholes.append(self._arrive(player, start, taken))
        self._lively = [whole for whole in self._wholes if _is_lively(whole)]
        self._demand = sum(unit.habit.cpu * unit.habit.often for whole in self._lively for unit in whole.threads or [whole])

    def table(self, at_ns: int, seconds: float, wanted: Wanted, extra: Sequence[TaskRow] = ()) -> TaskTable:
        """The table at a moment, ``seconds`` after the one before. The first look has no rates, and with 0 seconds nothing moves.

        ``extra`` are rows of the caller's own (a run that is played at the same time), put in where they belong.
        """
        first = self._first_ns is None
        if self._first_ns is None:
            self._first_ns = at_ns
        given = {row.id: row for row in extra}
        born: set[RowId] = set()
        ended: list[TaskRow] = []
        stale: list[Unit] = []
        if not first:
            born |= given.keys() - self._extra.keys()
            ended += [row for id, row in self._extra.items() if id not in given]
        if not first and seconds > 0:
            ended += self._leave(at_ns)
            born |= self._visit(at_ns, seconds)
            stale = self._step(seconds, sum(row.cpu_share or 0.0 for row in extra if not row.is_thread))
        self._extra = given
        rows = self._rows(wanted, stale)
        for row in extra:
            if wanted.threads or not row.is_thread:
                rows.insert(bisect_left(rows, row.id, key=_identity), row)
        if not wanted.threads:
            born = {id for id in born if id.tid == WHOLE}
            ended = [row for row in ended if not row.is_thread]
        return TaskTable(at_ns, tuple(rows), frozenset(born), tuple(sorted(ended, key=_identity)))

    def core_shares(self) -> tuple[float, ...]:
        """How busy each core was with all that, 0 to 1, so that meters fit the table. What one cannot hold, the next one does."""
        shares = [0.0] * self.cores
        for whole in self._lively:
            for unit in whole.threads or (whole,):
                left = (unit.cpu or 0.0) if unit.ran else 0.0
                for core in (unit.core, *range(self.cores)):
                    given = min(left, 1.0 - shares[core])
                    shares[core] += given
                    left -= given
                    if left <= 0:
                        break
        return tuple(shares)

    def process(self, id: RowId) -> Unit | None:
        """The process of that identity, with its threads; None when there is none."""
        return self._by_id.get(id._replace(tid=WHOLE))

    def of_pid(self, pid: int) -> Unit | None:
        """The process that has a number now."""
        return next((whole for whole in self._wholes if whole.id.pid == pid), None)

    # Who is there

    def _arrive(self, player: Player, start: int, taken: set[int]) -> Unit:
        whole = self._unit(player, player.habit, RowId(player.pid, WHOLE, start), player.comm, player.parent)
        if player.threads:
            main = self._unit(player, player.habit, RowId(player.pid, player.pid, start), player.comm, player.pid)
            whole.threads.append(main)
            tid = player.pid
            for number, (name, habit) in enumerate(player.threads, 1):
                while tid in taken:
                    tid += 1
                taken.add(tid)
                whole.threads.append(self._unit(player, habit, RowId(player.pid, tid, start + 2 * number), name, player.pid))
            whole.cpu_time_s = sum(thread.cpu_time_s for thread in whole.threads)
        return whole

    def _unit(self, player: Player, habit: Habit, id: RowId, name: str, parent: int) -> Unit:
        so_far = habit.cpu * habit.often * (200 + id.start % 977) + id.start % 91 / 100
        unit = Unit(id, player, habit, name, parent, self._random.randrange(self.cores), player.state, so_far)
        if player.affinity:
            unit.core = int(player.affinity)
        self._by_id[id] = unit
        return unit

    def _visit(self, at_ns: int, seconds: float) -> set[RowId]:
        """Now and then somebody comes."""
        if self._random.random() >= 1 - (1 - _VISITORS_PER_S) ** seconds or self._first_ns is None:
            return set()
        command, parent, user, megabytes, habit = self._random.choice(VISITORS)
        pid = self._next_pid
        self._next_pid = pid + 1 if pid < _LAST_VISITOR else _FIRST_VISITOR
        start = UP_S * 100 + (at_ns - self._first_ns) // 10_000_000 - 5
        visitor = self._arrive(Player(pid, parent, user, megabytes, command, habit), start, {pid})
        visitor.cpu_time_s = 0.01
        visitor.ends_ns = at_ns + int(self._random.uniform(*_VISIT_S) * 1e9)
        self._wholes.insert(bisect_left(self._wholes, visitor.id, key=_identity), visitor)
        self._lively.append(visitor)
        self._shown = None
        return {visitor.id}

    def _leave(self, at_ns: int) -> list[TaskRow]:
        """Those whose time is over; visitors have one thread each."""
        gone = [whole for whole in self._lively if whole.ends_ns is not None and whole.ends_ns <= at_ns]
        for whole in gone:
            self._wholes.remove(whole)
            self._lively.remove(whole)
            del self._by_id[whole.id]
            self._shown = None
        return [whole.row for whole in gone if whole.row is not None]

    # What they do

    def _step(self, seconds: float, taken: float) -> list[Unit]:
        """One interval of everybody; of the cores, ``taken`` go to others. Returns who is not as before."""
        pace = min(1.0, max(0.05, 0.95 * self.cores - taken) / self._demand)
        everybody = self._lively if self._rated else self._wholes
        self._rated = True
        return [unit for whole in everybody for unit in self._play(whole, seconds, pace)]

    def _play(self, whole: Unit, seconds: float, pace: float) -> list[Unit]:
        """One interval of a process: its units that are not as they were."""
        if not whole.threads:
            return [whole] if self._run(whole, seconds, pace) else []
        changed = [thread for thread in whole.threads if self._run(thread, seconds, pace)]
        if not changed:
            return []
        for figure in FIGURES:
            setattr(whole, figure, sum(getattr(thread, figure) for thread in whole.threads))
        whole.cpu_time_s = sum(thread.cpu_time_s for thread in whole.threads)
        whole.core = whole.threads[0].core
        whole.state = "R" if any(thread.state == "R" for thread in whole.threads) else whole.threads[0].state
        return [*changed, whole]

    def _run(self, unit: Unit, seconds: float, pace: float) -> bool:
        """One interval of a thread; whether anything of it is not as before."""
        habit = unit.habit
        chance = self._random.random
        if chance() >= 1 - (1 - habit.often) ** seconds:
            rested = unit.ran or unit.cpu is None
            unit.ran, unit.state = False, unit.player.state
            for figure in FIGURES:
                setattr(unit, figure, 0.0)
            return rested
        more = self._random.uniform(0.85, 1.15)
        unit.ran = True
        unit.cpu = min(1.0, habit.cpu * more * pace)
        unit.delay = min(1.0 - unit.cpu, habit.delay * self._random.uniform(0.7, 1.3))
        unit.voluntary, unit.involuntary = habit.voluntary * more, habit.involuntary * more
        moved = not unit.player.affinity and self.cores > 1 and chance() < 0.3 + habit.involuntary / 100
        unit.migrations = round(1 + habit.involuntary / 8) / seconds if moved else 0.0
        if moved:
            unit.core = self._random.randrange(self.cores)
        unit.minor_faults = round(habit.cpu * 400 * chance()) / seconds
        unit.read, unit.written = habit.read * more, habit.written * more
        unit.state = "R" if chance() < habit.cpu + habit.delay else unit.player.state
        unit.cpu_time_s += unit.cpu * seconds
        return True

    # How it is shown

    def _rows(self, wanted: Wanted, stale: list[Unit]) -> list[TaskRow]:
        """Everybody's rows in order; made anew only for what is stale and for what is wanted otherwise than before."""
        before, self._wanted = self._wanted, wanted
        everywhere, near = _needs(wanted)
        for unit in stale:
            unit.row = None
        same_kind = wanted.threads == before.threads and everywhere == _needs(before)[0]
        if self._shown is None or not same_kind:
            wholes = self._wholes
            self._shown = [unit for whole in wholes for unit in (whole, *whole.threads)] if wanted.threads else list(wholes)
        if same_kind and self._rated:
            seen = {*(wanted.visible or ()), *(before.visible or ())}
            changed = [*stale, *(self._by_id[id] for id in seen if id in self._by_id)]
        else:
            changed = self._shown
        visible = wanted.visible or _NO_ROWS
        for unit in changed:
            if unit.id.tid and not wanted.threads:
                continue
            needs = near if unit.id in visible else everywhere
            if unit.row is None or unit.filled != needs:
                unit.row, unit.filled = row_of(unit, needs, self.cores), needs
        return [unit.row for unit in self._shown if unit.row is not None]


_NO_ROWS: frozenset[RowId] = frozenset()


def _identity(one: Unit | TaskRow) -> RowId:
    return one.id


def _is_lively(whole: Unit) -> bool:
    return any(unit.habit.often for unit in whole.threads or (whole,))


def _needs(wanted: Wanted) -> tuple[frozenset[str], frozenset[str]]:
    """Costly readings of every row, and of those in view."""
    near = wanted.needs_of_all | wanted.needs
    return (near if wanted.visible is None else wanted.needs_of_all), near
