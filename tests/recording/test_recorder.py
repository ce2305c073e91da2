"""Keeping a run while it happens: nothing holds it up, nothing grows without end, and what is not kept is said and counted."""

from __future__ import annotations

import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conclab.model.events import Event, Line, Output, RunFinished, StepFinished, TaskFinished
from conclab.model.machine import MachineSample
from conclab.model.results import OK
from conclab.model.tasks import TaskBatch
from conclab.recording import recorder
from conclab.recording.recorder import Allowance, Recorder
from conclab.recording.store import Kept, Store
from conclab.recording.stored import StoredRun, open_run, summaries
from tests.helpers import experiment_of, plan_for, until, work
from tests.model.builders import SECOND
from tests.recording.played import played, traced

PLAN = plan_for(experiment_of(work("threads")))


class Keeping:
    """Recorders into one folder, and what they have told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []

    def begin(self) -> Recorder:
        return Recorder(PLAN, self.told.append, self.folder)

    def keep(self, items: list[Kept], outcome: str = OK) -> StoredRun:
        """All of a run at once."""
        one = self.begin()
        for item in items:
            one.put(item)
        assert one.finish(None, outcome, None)
        assert one.path is not None
        return open_run(one.path)


@pytest.fixture
def keeping(tmp_path: Path) -> Keeping:
    return Keeping(tmp_path / "runs")


def script() -> list[Kept]:
    return [item for item in played() if isinstance(item, Event | TaskBatch | MachineSample)]


def lines(at_ns: int, count: int, text: str = "x") -> Output:
    return Output(at_ns, tuple(Line(at_ns, "w1", "stdout", text) for _ in range(count)))


def test_a_run_that_is_kept_is_what_it_was(keeping: Keeping) -> None:
    items = script()
    run = keeping.keep(items)
    assert run.items() == items
    assert not run.left_out
    steps = [item for item in items if isinstance(item, StepFinished)]
    (ended,) = (item for item in items if isinstance(item, RunFinished))
    assert ended.verdict is not None
    summary = run.summary
    assert (summary.repetitions, summary.outcome, summary.complete) == (len(steps), OK, True)
    assert (summary.status, summary.statement) == (ended.verdict.status.value, ended.verdict.statement)
    assert summary.ratio == ended.verdict.ratio
    assert summary.wall_ns == items[-1].at_ns - summary.began_ns or summary.wall_ns == 0
    assert [path.name for path in keeping.folder.iterdir()] == [f"{summary.id}.conclab"]
    assert not keeping.told


def test_exact_slices_are_kept_too(keeping: Keeping) -> None:
    items = [item for item in traced() if isinstance(item, Event)]
    assert keeping.keep([*items]).items() == items


def test_it_is_written_while_it_goes_on(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "EVERY_S", 0.01)
    one = keeping.begin()
    one.put(lines(5, 2))

    def written() -> bool:
        found, _ = summaries(keeping.folder)
        return bool(found) and found[0].live and open_run(found[0].path).items() == [lines(5, 2)]

    assert until(written)
    one.finish(None, "stopped", None)
    ((summary,), _) = summaries(keeping.folder)
    assert (summary.live, summary.complete, summary.outcome) == (False, True, "stopped")


def test_runs_of_one_second_get_a_file_each(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1.6e9)
    names = []
    for number in range(12):
        run = keeping.keep([lines(number, 1)])
        names.append(run.summary.id)
        assert run.items() == [lines(number, 1)]
    assert len(set(names)) == 12


def test_of_a_flood_the_beginning_and_so_much_a_second_is_kept_and_the_rest_counted() -> None:
    allowed = Allowance(per_s=100, burst=1_000)
    assert allowed.take(0, [100] * 50) == 10
    assert allowed.take(0, [100]) == 0
    assert allowed.take(2 * SECOND, [100] * 50) == 2
    assert allowed.take(SECOND, [1]) == 0, "a stamp from before brings nothing"
    assert allowed.take(1_000 * SECOND, [100] * 50) == 10, "the burst, and not more"


def test_lines_beyond_the_bound_are_counted(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "LINES_BURST_BYTES", 5 * 141)
    run = keeping.keep([lines(1, 3, "y" * 101), lines(2, 40, "y" * 101), RunFinished(3, OK, None)])
    first, second, _ended = run.items()
    assert first == lines(1, 3, "y" * 101)
    assert second == Output(2, lines(2, 2, "y" * 101).lines, left_out=38)
    assert run.left_out == {"lines": 38}


def test_a_file_that_has_become_too_large_keeps_only_where_the_run_stands(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "MOST_BYTES", 1)
    monkeypatch.setattr(recorder, "EVERY_S", 0.01)
    items = script()
    one = keeping.begin()
    one.put(lines(1, 1))
    assert until(lambda: bool(keeping.told))
    for item in items:
        one.put(item)
    one.finish(None, OK, None)
    assert one.path is not None
    run = open_run(one.path)
    assert not [item for item in run.items() if isinstance(item, TaskBatch | TaskFinished | MachineSample)]
    assert run.summary.repetitions == sum(isinstance(item, StepFinished) for item in run.items()) > 0
    assert run.left_out["samples"] == sum(isinstance(item, TaskBatch | MachineSample) for item in items)
    assert run.left_out["lines"] == sum(len(item.lines) for item in items if isinstance(item, Output))
    assert keeping.told == ["Not all of this run is kept: its file has reached 1B."]


def test_a_disk_that_is_too_slow_holds_nobody_up(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "EVERY_S", 60.0)
    monkeypatch.setattr(recorder, "MOST_WAITING", 3)
    items = [TaskBatch(number, ()) for number in range(10)]
    run = keeping.keep([*items, RunFinished(11, OK, None)])
    assert run.items() == [*items[:3], RunFinished(11, OK, None)]
    assert run.left_out == {"samples": 7}
    assert keeping.told == [f"Not all of this run is kept: the disk of {keeping.folder} is too slow."]


def test_while_it_cannot_be_written_where_the_run_stands_is_held_and_written_later(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "EVERY_S", 0.01)
    whole = Store.write
    failed: list[object] = []

    def failing(self: Store, *arguments: object) -> None:
        if len(failed) < 3:
            failed.append(arguments)
            raise sqlite3.OperationalError("disk I/O error")
        whole(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "write", failing)
    one = keeping.begin()
    items = script()
    for item in items:
        one.put(item)
    assert until(lambda: len(failed) == 3)
    one.put(lines(items[-1].at_ns, 2))
    one.finish(None, OK, None)
    assert one.path is not None
    run = open_run(one.path)
    steps = [item for item in items if isinstance(item, StepFinished)]
    assert [item for item in run.items() if isinstance(item, StepFinished)] == steps
    assert run.items()[-1] == lines(items[-1].at_ns, 2)
    assert run.summary.repetitions == len(steps)
    assert run.left_out["samples"] == sum(isinstance(item, TaskBatch | MachineSample) for item in items)
    assert keeping.told == ["Not all of this run is kept: disk I/O error."]


@pytest.fixture
def short_of_space() -> Iterator[Callable[[int], None]]:
    """No file of this process may become larger than so many bytes (setrlimit(2))."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_is_told_and_what_is_there_can_be_read(keeping: Keeping, short_of_space: Callable[[int], None]) -> None:
    short_of_space(400_000)
    one = keeping.begin()
    for number in range(100):
        one.put(lines(number, 100, "z" * 100))
    one.finish(None, OK, None)
    assert len(keeping.told) == 1
    assert keeping.told[0].startswith("Not all of this run is kept: ")
    assert one.path is not None
    assert open_run(one.path).left_out in ({}, {"lines": 10_000})


def test_a_folder_that_cannot_be_had_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    keeping = Keeping(blocked)
    one = keeping.begin()
    for item in script():
        one.put(item)
    assert one.finish(None, OK, None) == ""
    (sentence,) = keeping.told
    assert sentence.startswith(f"This run is not kept: {blocked}: it is no folder. Make it writable")


def test_a_file_that_is_deleted_meanwhile_is_told(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "EVERY_S", 0.01)
    one = keeping.begin()
    assert until(lambda: bool(summaries(keeping.folder)[0]))
    assert one.path is not None
    one.path.unlink()
    for item in script():
        one.put(item)
    assert one.finish(None, OK, None) == ""
    assert keeping.told == ["This run is not kept: its file was deleted while it was written."]
    assert not list(keeping.folder.iterdir())
