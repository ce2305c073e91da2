"""The sampler: what is read changes at once, on one thread, which ends with everything that it had opened."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from conclab.model.machine import MachineSample
from conclab.model.table import STATUS, RowId, TaskTable, Wanted
from conclab.model.tasks import TaskBatch
from conclab.model.trouble import Trouble
from conclab.sampling import sampler as module
from conclab.sampling.machine import read_machine
from conclab.sampling.sampler import FASTEST_TASKS_S, SLOWEST_TASKS_S, SOON_S, TASKS_S, Sampler, _Reading
from tests.sampling.builders import LINUX, THREADS, Child, child, descriptors, next_of, tried


@pytest.fixture
def samples() -> queue.Queue[object]:
    return queue.Queue()


@pytest.fixture
def sampler(samples: queue.Queue[object]) -> Iterator[Sampler]:
    found = Sampler(samples.put)
    found.start()
    yield found
    found.close()


@pytest.fixture
def threads() -> Iterator[Child]:
    with child(THREADS) as one:
        yield one


def _until_two_machines(samples: queue.Queue[object], since_ns: int) -> list[object]:
    """Everything up to the second sample of the machine that was read later than that."""
    found: list[object] = []
    later = 0
    while later < 2:
        found.append(samples.get(timeout=20))
        one = found[-1]
        later += isinstance(one, MachineSample) and one.at_ns > since_ns
    return found


def test_a_reading_falls_due_at_whole_multiples_of_its_period() -> None:
    reading = _Reading(0.25)
    assert reading.is_due(0.0)
    for now, due in ((100.01, 100.25), (100.24, 100.25), (100.25, 100.5), (107.3, 107.5)):
        reading.plan(now)
        assert reading.due == due
        assert not reading.is_due(now)
        assert reading.is_due(due)


def test_a_reading_that_rests_is_never_due() -> None:
    reading = _Reading(None)
    reading.plan(5.0)
    assert not reading.is_due(1e9)


def test_samples_come_from_a_thread_of_its_own() -> None:
    seen: queue.Queue[threading.Thread] = queue.Queue()
    sampler = Sampler(lambda _sample: seen.put(threading.current_thread()))
    sampler.start()
    first = seen.get(timeout=20)
    assert first is not threading.current_thread()
    sampler.hurry(True)
    assert seen.get(timeout=20) is first
    sampler.close()
    assert not first.is_alive()


def test_at_rest_the_machine_alone_is_read(sampler: Sampler, samples: queue.Queue[object]) -> None:
    found = _until_two_machines(samples, 0)
    assert all(isinstance(one, MachineSample) for one in found)
    assert sampler.tasks_per_s == 0


def test_the_machine_is_read_more_often_in_a_hurry_and_only_then(
    samples: queue.Queue[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_MACHINE_S", 1e9)  # at rest: once, and not again in this life
    monkeypatch.setattr(module, "BUSY_MACHINE_S", 0.02)
    sampler = Sampler(samples.put)
    sampler.start()
    next_of(samples, MachineSample)
    sampler.hurry(True)
    stamps = [next_of(samples, MachineSample).at_ns for _ in range(5)]
    assert stamps == sorted(set(stamps))
    sampler.hurry(False)
    rest_ns = time.monotonic_ns()
    sampler.list_tasks(Wanted(every_s=0.02))  # what goes on shows that time goes on
    tables = 0
    while tables < 3:
        one = samples.get(timeout=20)
        tables += isinstance(one, TaskTable)
        assert not isinstance(one, MachineSample) or one.at_ns < rest_ns
    sampler.close()


@LINUX
def test_watching_brings_the_tasks_of_a_tree(sampler: Sampler, samples: queue.Queue[object], threads: Child) -> None:
    sampler.watch(threads.pid)
    one, two = next_of(samples, TaskBatch), next_of(samples, TaskBatch)
    assert {threads.said["naps"], threads.said["grandchild"]} <= {sample.task.tid for sample in one.tasks}
    assert two.at_ns > one.at_ns
    assert sampler.tasks_per_s > 0


@LINUX
def test_watching_nothing_ends_it_at_once_and_closes_the_files(
    sampler: Sampler, samples: queue.Queue[object], threads: Child
) -> None:
    next_of(samples, MachineSample)
    before = descriptors()  # the sampler rests until the next whole second
    sampler.hurry(True)
    sampler.watch(threads.pid)
    next_of(samples, TaskBatch)
    sampler.watch(None)
    stopped_ns = time.monotonic_ns()
    assert tried(lambda: True if descriptors() == before else None)  # it may be reading the machine just now
    assert sampler.tasks_per_s == 0
    # One that was read before may still be on its way.
    late = [one for one in _until_two_machines(samples, stopped_ns) if isinstance(one, TaskBatch)]
    assert all(one.at_ns < stopped_ns for one in late)


@LINUX
def test_watching_another_tree_leaves_the_first(sampler: Sampler, samples: queue.Queue[object], threads: Child) -> None:
    sampler.watch(threads.pid)
    next_of(samples, TaskBatch)
    with child() as other:
        sampler.watch(other.pid)
        changed_ns = time.monotonic_ns()

        def of_the_other() -> TaskBatch | None:
            batch = next_of(samples, TaskBatch)
            return batch if batch.at_ns > changed_ns else None

        assert {sample.task.pid for sample in tried(of_the_other).tasks} == {other.pid}


@LINUX
def test_tasks_are_listed_while_somebody_looks_and_then_everything_is_given_back(
    sampler: Sampler, samples: queue.Queue[object], threads: Child
) -> None:
    next_of(samples, MachineSample)
    before = descriptors()
    sampler.hurry(True)
    sampler.list_tasks(Wanted(threads=True, visible=None, needs=frozenset({STATUS}), every_s=0.05))
    tables = [next_of(samples, TaskTable) for _ in range(3)]
    assert [threads.said["naps"] in {row.pid for row in table.rows} for table in tables] == [True] * 3
    assert {row.voluntary_per_s for row in tables[0].rows} == {None}
    assert any(row.voluntary_per_s for row in tables[2].rows)
    sampler.list_tasks(None)
    stopped_ns = time.monotonic_ns()
    late = [one for one in _until_two_machines(samples, stopped_ns) if isinstance(one, TaskTable)]
    assert all(table.at_ns < stopped_ns for table in late)
    assert tried(lambda: True if descriptors() <= before else None)


class _Tables:
    """Instead of a reader of tables: it tells what is wanted of it, and can fail."""

    asked: queue.Queue[Wanted]
    failures = 0
    failure: Exception = OSError("no descriptor is left")
    closed = 0

    def __init__(self) -> None:
        pass

    def read(self, wanted: Wanted) -> TaskTable:
        type(self).asked.put(wanted)
        if type(self).failures > 0:
            type(self).failures -= 1
            raise type(self).failure
        return TaskTable(time.monotonic_ns(), ())

    def close(self) -> None:
        type(self).closed += 1


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> type[_Tables]:
    monkeypatch.setattr(module, "TableReader", _Tables)
    monkeypatch.setattr(_Tables, "asked", queue.Queue(), raising=False)
    monkeypatch.setattr(_Tables, "failures", 0)
    monkeypatch.setattr(_Tables, "failure", _Tables.failure)
    monkeypatch.setattr(_Tables, "closed", 0)
    return _Tables


def test_what_is_wanted_now_is_what_is_read(sampler: Sampler, tables: type[_Tables]) -> None:
    quickly = Wanted(every_s=0.02)
    sampler.list_tasks(quickly)
    assert tables.asked.get(timeout=20) == quickly
    seen = Wanted(visible=frozenset({RowId(1, 0, 1)}), needs=frozenset({STATUS}), every_s=0.02)
    sampler.list_tasks(seen)
    assert tried(lambda: True if tables.asked.get(timeout=20) == seen else None)


@pytest.mark.parametrize("sooner", [Wanted(threads=True, every_s=1e9), Wanted(needs_of_all=frozenset({STATUS}), every_s=1e9)])
def test_threads_and_another_order_do_not_wait_for_the_next_table_and_scrolling_does(
    sampler: Sampler, samples: queue.Queue[object], tables: type[_Tables], sooner: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROMPT_S", 0.1)
    sampler.hurry(True)
    first = Wanted(every_s=1e9)
    sampler.list_tasks(first)
    assert [tables.asked.get(timeout=20) for _ in range(2)] == [first, first]  # a rate needs two, and nobody waits 1e9 s for it
    scrolled = Wanted(visible=frozenset({RowId(1, 0, 1)}), every_s=1e9)
    sampler.list_tasks(scrolled)
    sampler.list_tasks(sooner)
    assert [tables.asked.get(timeout=20) for _ in range(2)] == [sooner, sooner]
    _until_two_machines(samples, time.monotonic_ns())
    assert tables.asked.empty()


def test_what_was_just_done_does_not_wait_for_the_next_table(
    sampler: Sampler, tables: type[_Tables], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROMPT_S", 0.1)
    first = Wanted(every_s=1e9)
    sampler.list_tasks(first)
    assert [tables.asked.get(timeout=20) for _ in range(2)] == [first, first]
    done = Wanted(every_s=1e9, acted_on=frozenset({1}))
    sampler.list_tasks(done)
    assert tables.asked.get(timeout=20) == done


def test_what_is_ordered_while_a_table_is_read_comes_after_it(
    sampler: Sampler, tables: type[_Tables], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, ordered = threading.Event(), threading.Event()

    def read(self: _Tables, wanted: Wanted) -> TaskTable:
        tables.asked.put(wanted)
        reading.set()
        assert ordered.wait(20)
        return TaskTable(time.monotonic_ns(), ())

    monkeypatch.setattr(_Tables, "read", read)
    monkeypatch.setattr(module, "PROMPT_S", 1e9)
    sampler.list_tasks(Wanted(every_s=1e9))
    assert reading.wait(20)
    sooner = Wanted(threads=True, every_s=1e9)
    sampler.list_tasks(sooner)
    ordered.set()
    assert [tables.asked.get(timeout=20).threads for _ in range(2)] == [False, True]


def test_rates_are_never_those_of_a_few_milliseconds(sampler: Sampler, samples: queue.Queue[object], tables: type[_Tables]) -> None:
    sampler.list_tasks(Wanted(every_s=1.0))
    stamps = [next_of(samples, TaskTable).at_ns]
    for threads in (True, False, True):
        sampler.list_tasks(Wanted(threads=threads, every_s=1.0))
        stamps.append(next_of(samples, TaskTable).at_ns)
    assert min(after - before for before, after in pairwise(stamps)) >= SOON_S * 0.9e9


def test_what_nobody_expected_is_told_once_and_the_thread_lives_on(
    sampler: Sampler, samples: queue.Queue[object], tables: type[_Tables], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(gpus: bool = True) -> MachineSample:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "read_machine", broken)
    tables.failures, tables.failure = 3, ValueError("no number\x1b[2J")
    sampler.list_tasks(Wanted(every_s=0.02))
    found: list[object] = []
    while not any(isinstance(one, TaskTable) for one in found):
        found.append(samples.get(timeout=20))
    told = [one.text for one in found if isinstance(one, Trouble) and "tasks" in one.text]
    assert len(told) == 1
    assert "no number" in told[0]
    assert "\x1b" not in told[0]
    monkeypatch.undo()
    assert tried(lambda: True if isinstance(samples.get(timeout=20), MachineSample) else None)


def test_gpus_are_asked_only_while_the_tasks_are_shown(
    sampler: Sampler, samples: queue.Queue[object], tables: type[_Tables], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: queue.Queue[bool] = queue.Queue()

    def read(gpus: bool = True) -> MachineSample:
        asked.put(gpus)
        return read_machine()

    monkeypatch.setattr(module, "read_machine", read)
    sampler.hurry(True)
    assert not asked.get(timeout=20)
    sampler.list_tasks(Wanted())
    assert tried(lambda: asked.get(timeout=20) or None)
    sampler.list_tasks(None)
    assert tried(lambda: None if asked.get(timeout=20) else True)


def test_a_table_that_fails_is_left_out_and_the_next_one_comes(
    sampler: Sampler, samples: queue.Queue[object], tables: type[_Tables]
) -> None:
    tables.failures = 3
    sampler.list_tasks(Wanted(every_s=0.02))
    next_of(samples, TaskTable)
    assert tables.failures == 0


def test_the_reader_is_closed_once_nobody_looks(samples: queue.Queue[object], tables: type[_Tables]) -> None:
    sampler = Sampler(samples.put)
    sampler.start()
    sampler.list_tasks(Wanted(every_s=0.02))
    next_of(samples, TaskTable)
    sampler.list_tasks(None)
    sampler.list_tasks(Wanted(every_s=0.02))
    assert tried(lambda: True if tables.closed == 1 else None)
    sampler.close()
    assert tables.closed == 2


@LINUX
def test_closing_ends_the_thread_and_closes_every_file(samples: queue.Queue[object], threads: Child) -> None:
    alive, before = threading.active_count(), descriptors()
    sampler = Sampler(samples.put)
    sampler.start()
    sampler.watch(threads.pid)
    next_of(samples, TaskBatch)
    assert threading.active_count() == alive + 1
    sampler.close()
    assert (threading.active_count(), descriptors()) == (alive, before)
    sampler.close()


def test_a_sampler_that_never_started_can_be_closed() -> None:
    Sampler(lambda _sample: None).close()


def test_closing_does_not_wait_for_the_next_reading(samples: queue.Queue[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST_MACHINE_S", 1e9)
    waiting = threading.Event()

    class Condition(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            waiting.set()  # the lock is still held: whoever gets it next finds the thread asleep
            return super().wait(timeout)

    sampler = Sampler(samples.put)
    sampler._condition = Condition()
    sampler.start()
    assert waiting.wait(20)
    sampler.close()  # or the suite would stand still


class _Reader:
    """Instead of a reader of tasks: reading the tree of 1 keeps a core busy, that of 2 waits, that of 3 does neither."""

    def __init__(self, root: int) -> None:
        self.root = root

    def read(self) -> TaskBatch:
        at_ns = time.monotonic_ns()
        if self.root == 1:
            end = time.thread_time() + SLOWEST_TASKS_S / 10
            while time.thread_time() < end:
                pass
        elif self.root == 2:
            threading.Event().wait(0.01)
        return TaskBatch(at_ns, ())

    def close(self) -> None:
        pass


def test_a_tree_that_costs_too_much_is_read_more_rarely_down_to_twice_a_second(
    samples: queue.Queue[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TaskReader", _Reader)
    sampler = Sampler(samples.put)
    sampler.start()
    sampler.watch(1)
    assert sampler.tasks_per_s > 2
    assert tried(lambda: True if sampler.tasks_per_s <= 2 else None)
    next_of(samples, TaskBatch)
    assert sampler.tasks_per_s == 1 / SLOWEST_TASKS_S
    sampler.watch(3)
    assert sampler.tasks_per_s > 2, "the next tree is not made to pay for the last"
    sampler.close()


def test_a_reading_that_had_to_wait_for_a_core_cost_nothing(
    sampler: Sampler, samples: queue.Queue[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    # An experiment on every core makes the sampler wait; reading more rarely would spoil its lanes and save nothing.
    monkeypatch.setattr(module, "TaskReader", _Reader)
    sampler.watch(2)
    for _ in range(4):
        next_of(samples, TaskBatch)
    assert sampler.tasks_per_s >= 1 / TASKS_S


@pytest.mark.parametrize(
    ("period_s", "cost_s", "then_s"),
    [
        (TASKS_S, 0.00005, FASTEST_TASKS_S),
        (TASKS_S, 0.0005, TASKS_S),
        (FASTEST_TASKS_S, 0.00015, FASTEST_TASKS_S),
        (FASTEST_TASKS_S, 0.0005, TASKS_S),
        (TASKS_S, 0.003, 2 * TASKS_S),
        (0.4, 0.1, SLOWEST_TASKS_S),
        (4 * TASKS_S, 0.0015, 2 * TASKS_S),
    ],
)
def test_the_pace_is_fast_where_that_is_cheap_and_slow_where_it_is_dear(period_s: float, cost_s: float, then_s: float) -> None:
    sampler = Sampler(lambda sample: None)
    sampler._tasks.period_s = period_s
    sampler._keep_pace(cost_s)
    assert sampler._tasks.period_s == then_s


def test_closing_does_not_wait_for_a_reading_that_hangs(
    samples: queue.Queue[object], tables: type[_Tables], monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, answered = threading.Event(), threading.Event()

    def read(self: _Tables, wanted: Wanted) -> TaskTable:
        hangs.set()
        assert answered.wait(60)
        return TaskTable(time.monotonic_ns(), ())

    monkeypatch.setattr(_Tables, "read", read)
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    sampler = Sampler(samples.put)
    sampler.start()
    sampler.list_tasks(Wanted())
    assert hangs.wait(20)
    sampler.list_tasks(None)  # nor does whoever orders something
    sampler.close()
    answered.set()
    assert tried(lambda: None if sampler._thread.is_alive() else True)
