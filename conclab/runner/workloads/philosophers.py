"""Dining philosophers: each needs the two forks beside it to eat (Dijkstra, Hierarchical ordering of sequential processes, 1971).

The schedule is forced: at the first meal nobody reaches for a second fork before everybody has tried for a first one. With each
taking the fork at its left first that is a certain deadlock. A watchdog, a thread of its own, resolves it: when nobody has got a
fork or given one back for a while (``standstill``) it looks for a circle among who holds what and waits for what, names it, and
takes a fork from one in the circle. Whoever was robbed lays down what it still has and begins its meal again, as databases do
with one of the transactions. Those with patience are given that much longer: a circle that ends by itself is no deadlock.
"""

from __future__ import annotations

import random
import threading
import time
from typing import Any, Dict, List, Optional

import prints

_ONE_MEMORY = "the watchdog has to see in one memory who holds and who waits"
NOT_ON = {
    "sequential": "there is nobody else at the table",
    "asyncio": _ONE_MEMORY + ", and give forks back from a thread of its own",
    "fork": _ONE_MEMORY,
    "forkserver": _ONE_MEMORY,
    "spawn": _ONE_MEMORY,
}
WATCH_S = 0.01
ONE_ORDER, PATIENCE = "one order", "patience"
FORCED_S = 0.01
"""With one order for all the last one's first fork is another's too, so not everybody can have one: so long are they waited for."""
_BITE_S = 0.001


class Table:
    """Forks, who holds them, who waits for one, and what the watchdog has seen. ``guard`` keeps the books true to each other."""

    def __init__(self, arguments: Dict[str, Any], tools: Any) -> None:
        many = arguments["workers"]
        self.forks = [tools.lock("fork %d" % (number + 1)) for number in range(many)]
        self.holder: List[Optional[int]] = [None] * many
        self.wants: List[Optional[int]] = [None] * many
        self.robbed = [False] * many
        self.guard = threading.Lock()
        self.first = threading.Barrier(many)
        self.moved_at = time.monotonic()
        self.standstill_s = (arguments["standstill"] + (arguments["patience"] if arguments["way"] == PATIENCE else 0)) / 1000
        self.to_eat = many * arguments["size"]
        self.meals = self.deadlocks = self.given_up = 0
        self.noticed_ns = 0
        self.over = threading.Event()
        self.watchdog = threading.Thread(target=watch, args=(self,), name="watchdog", daemon=True)

    def take(self, who: int, fork: int, patience_s: float) -> bool:
        """Wait for a fork, for ever if ``patience_s`` is negative; whether it was had."""
        with self.guard:
            self.wants[who] = fork
        had = bool(self.forks[fork].acquire(timeout=patience_s))
        with self.guard:
            self.wants[who] = None
            if had:
                self.holder[fork] = who
                self.moved_at = time.monotonic()
        return had

    def lay_down(self, who: int, fork: int) -> None:
        """Give a fork back, unless the watchdog has done so."""
        with self.guard:
            if self.holder[fork] == who:
                self.holder[fork] = None
                self.moved_at = time.monotonic()
                self.forks[fork].release()

    def circle(self) -> List[int]:
        """Philosophers each of whom waits for a fork that the next one holds, the last for one of the first's; [] without any."""
        for start in range(len(self.wants)):
            path: List[int] = []
            who: Optional[int] = start
            while who is not None and who not in path:
                path.append(who)
                fork = self.wants[who]
                who = None if fork is None else self.holder[fork]
            if who is not None:
                return path[path.index(who) :]
        return []

    def rob(self, victim: int) -> List[int]:
        """Take from a philosopher what it holds; which forks that were."""
        taken = [fork for fork, holder in enumerate(self.holder) if holder == victim]
        self.robbed[victim] = True
        self.moved_at = time.monotonic()
        for fork in taken:
            self.holder[fork] = None
            self.forks[fork].release()
        return taken


def _name(who: int) -> str:
    return "w%d" % (who + 1)


def watch(table: Table) -> None:
    """The watchdog's life: it sleeps, looks whether anybody has got on, and acts only on a circle that is really there."""
    prints.worker.set("watch")
    while not table.over.wait(WATCH_S):
        with table.guard:
            still_s = time.monotonic() - table.moved_at
            circle = table.circle() if still_s >= table.standstill_s else []
            if not circle:
                continue
            table.deadlocks += 1
            table.noticed_ns = max(table.noticed_ns, int(still_s * 1e9))
            said = [f"{_name(who)} holds {_held(table, who)} and waits for fork {table.wants[who] + 1}" for who in circle]  # type: ignore[operator]
            victim = circle[-1]
            taken = table.rob(victim)
        print(f"deadlock: nobody has got on for {still_s * 1000:.0f} ms, in a circle of {len(circle)}")
        for sentence in said:
            print(sentence)
        print(f"I take {_forks(taken)} from {_name(victim)}, which has to begin its meal again")


def _forks(numbers: List[int]) -> str:
    return " and ".join("fork %d" % (number + 1) for number in numbers) or "nothing"


def _held(table: Table, who: int) -> str:
    return _forks([fork for fork, holder in enumerate(table.holder) if holder == who])


def prepare(arguments: Dict[str, Any], tools: Any) -> Table:
    table = Table(arguments, tools)
    table.watchdog.start()
    return table


def _first_meal(table: Table, way: str) -> None:
    """Wait until everybody has a first fork."""
    try:
        table.first.wait(FORCED_S if way == ONE_ORDER else None)
    except threading.BrokenBarrierError:
        pass


def task(state: Table, arguments: Dict[str, Any], index: int) -> int:
    table, many = state, arguments["workers"]
    left, right = index, (index + 1) % many
    first, second = (left, right) if arguments["way"] != ONE_ORDER else (min(left, right), max(left, right))
    # A pause of a random length keeps two who gave way to each other from doing so in step for ever (livelock).
    draw = random.Random(arguments["seed"] * 1009 + index)
    patience_s = arguments["patience"] / 1000 if arguments["way"] == PATIENCE else -1.0
    eaten = tried = 0
    while eaten < arguments["size"]:
        table.take(index, first, -1.0)
        if tried == 0:
            _first_meal(table, arguments["way"])
        tried += 1
        had = table.take(index, second, patience_s)
        again = not had or table.robbed[index]
        table.robbed[index] = False
        if not again:
            time.sleep(_BITE_S)
            eaten += 1
        if had:
            table.lay_down(index, second)
        table.lay_down(index, first)
        if not had:
            with table.guard:
                table.given_up += 1
            time.sleep(patience_s * draw.random())
    with table.guard:
        table.meals += eaten
        if table.meals == table.to_eat:
            table.over.set()
    print(f"{eaten:,} meals in {tried:,} attempts")
    return eaten


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Table, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    state.over.set()
    state.watchdog.join()
    return {
        "deadlocks": (state.deadlocks, "deadlocks"),
        "noticed_ns": (state.noticed_ns, "ns"),
        "given_up": (state.given_up, "times"),
        "meals": (state.meals, "meals"),
    }
