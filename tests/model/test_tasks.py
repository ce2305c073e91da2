"""The three-way split: parts that add up, errors of the kernel's bookkeeping carried over, nothing counted twice."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

import pytest

from conclab.model.tasks import Debt, Split, TaskSample, split_between
from tests.model.builders import MS, sample


def _split(before: TaskSample, after: TaskSample, debt: Debt | None = None) -> tuple[Split, Debt]:
    found = split_between(before, after, debt or Debt())
    assert found is not None
    return found


def test_what_is_neither_on_a_core_nor_waiting_for_one_is_blocked() -> None:
    split, debt = _split(sample(1_000, on=500, wants=100), sample(1_100, on=530, wants=120))
    assert (split.wall_ns, split.on_core_ns, split.wants_core_ns, split.blocked_ns) == (100, 30, 20, 50)
    assert debt == Debt(0, 0)


@pytest.mark.parametrize("later", [0, -1, -1_000])
def test_without_elapsed_time_there_is_no_split(later: int) -> None:
    assert split_between(sample(5_000, on=0), sample(5_000 + later, on=10), Debt()) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (sample(0, on=None), sample(10)),
        (sample(0), sample(10, on=None)),
        (sample(0, wants=None), sample(10)),
        (sample(0), sample(10, wants=None)),
        (sample(0, on=None, wants=None, slices=None), sample(10, on=None, wants=None, slices=None, state="R")),
    ],
)
def test_a_missing_counter_gives_no_split_rather_than_zeros(before: TaskSample, after: TaskSample) -> None:
    assert split_between(before, after, Debt()) is None


def test_on_core_time_that_is_booked_at_once_is_handed_out_as_time_passes() -> None:
    readings = [sample(0), sample(100, on=250, slices=1), sample(200, on=250, slices=1), sample(300, on=250, slices=1)]
    debt, shown = Debt(), []
    for before, after in itertools.pairwise(readings):
        split, debt = _split(before, after, debt)
        shown.append(split.on_core_ns)
    assert shown == [100, 100, 50]
    assert debt == Debt(0, 0)


def test_a_wait_that_is_booked_late_takes_only_the_room_that_is_left() -> None:
    split, debt = _split(sample(0), sample(100, on=60, wants=90, slices=1))
    assert (split.on_core_ns, split.wants_core_ns, split.blocked_ns) == (60, 40, 0)
    split, debt = _split(sample(100, on=60, wants=90), sample(200, on=60, wants=90), debt)
    assert (split.wants_core_ns, split.blocked_ns) == (50, 50)
    assert debt == Debt(0, 0)


def test_a_task_that_is_runnable_and_never_ran_wants_a_core_before_the_kernel_says_so() -> None:
    split, _debt = _split(sample(0, on=70, slices=3, state="R"), sample(100, on=70, slices=3, state="R"))
    assert split == Split(100, 0, 100)


def test_a_wait_that_is_booked_late_is_not_counted_twice() -> None:
    waiting = [sample(0, state="R"), sample(100, state="R"), sample(200, state="R")]
    first, debt = _split(waiting[0], waiting[1])
    second, debt = _split(waiting[1], waiting[2], debt)
    # The wait is over after 210 of it; the kernel books all of it at once, and then the task runs.
    third, debt = _split(waiting[2], sample(300, on=90, wants=210, slices=1, state="R"), debt)
    assert [split.wants_core_ns for split in (first, second, third)] == [100, 100, 10]
    assert third.on_core_ns == 90
    assert debt == Debt(0, 0)


def test_a_task_that_has_just_woken_up_is_not_said_to_have_waited_all_along() -> None:
    # Asleep at the first look: when it woke up nobody knows, so the whole interval cannot be called waiting.
    split, _debt = _split(sample(0, state="S"), sample(100, state="R"))
    assert split.wants_core_ns < 100


def test_a_sleeping_task_is_blocked_however_long_its_counters_stand_still() -> None:
    split, debt = _split(sample(0, on=70, wants=20, slices=3), sample(100, on=70, wants=20, slices=3))
    assert split == Split(100, 0, 0)
    assert split.blocked_ns == 100
    assert debt == Debt(0, 0)


@pytest.mark.parametrize("after", [sample(100, on=10, slices=3, state="R"), sample(100, on=0, slices=4, state="R")])
def test_a_runnable_task_that_has_run_is_not_said_to_have_waited_all_along(after: TaskSample) -> None:
    split, _debt = _split(sample(0, slices=3, state="R"), after)
    assert split.wants_core_ns == 0


def test_a_counter_that_steps_back_makes_no_part_negative() -> None:
    split, debt = _split(sample(0, on=100, wants=100), sample(50, on=60, wants=90))
    assert (split.on_core_ns, split.wants_core_ns, split.blocked_ns) == (0, 0, 50)
    # What it stepped back is owed, so that the sums stay the kernel's own.
    assert debt == Debt(-40, -10)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_counters_do_the_parts_fit_the_wall_and_the_sums_are_the_kernels(seed: int) -> None:
    draw = random.Random(seed)
    reading, debt, total = sample(0), Debt(), Split()
    for _ in range(300):
        step = draw.randrange(1, 60 * MS)
        assert reading.on_core_ns is not None
        assert reading.wants_core_ns is not None
        assert reading.slices is not None
        stands = draw.random() < 0.3
        later = sample(
            reading.at_ns + step,
            on=reading.on_core_ns + (0 if stands else draw.choice((0, step // 3, step, 3 * step))),
            wants=reading.wants_core_ns + (0 if stands else draw.choice((0, step // 2, step, 5 * step))),
            slices=reading.slices + (0 if stands else draw.randrange(3)),
            state=draw.choice("RSD"),
        )
        split, debt = _split(reading, later, debt)
        assert split.wall_ns == step
        assert split.on_core_ns + split.wants_core_ns + split.blocked_ns == step
        assert min(split.on_core_ns, split.wants_core_ns, split.blocked_ns) >= 0
        total += split
        reading = later
    assert total.wall_ns == reading.at_ns
    assert total.on_core_ns + debt.on_core_ns == reading.on_core_ns
    assert total.wants_core_ns + debt.wants_core_ns == reading.wants_core_ns


TICK_NS = 4 * MS


@dataclass
class _Stretch:
    start: int
    stop: int
    doing: str


def _life(draw: random.Random, end_ns: int) -> list[_Stretch]:
    """A task that sleeps, wakes up, waits for a core, runs, and is preempted at times."""
    life, now, doing = [], 0, "sleeps"
    while now < end_ns:
        stop = now + draw.randrange(1 * MS, 130 * MS)
        life.append(_Stretch(now, stop, doing))
        now = stop
        after_running = "sleeps" if draw.random() < 0.5 else "wants"
        doing = {"sleeps": "wants", "wants": "runs", "runs": after_running}[doing]
    return life


def _read(life: list[_Stretch], at_ns: int) -> TaskSample:
    """What the kernel shows at a moment: running is booked at a tick, waiting when it is over, a slice when it begins."""
    on = wants = slices = 0
    state = "S"
    for one in life:
        if one.start > at_ns:
            break
        state = "S" if one.doing == "sleeps" else "R"
        if one.doing == "runs":
            slices += 1
            on += (one.stop if one.stop <= at_ns else max(one.start, at_ns // TICK_NS * TICK_NS)) - one.start
        elif one.doing == "wants" and one.stop <= at_ns:
            wants += one.stop - one.start
    return sample(at_ns, on=on, wants=wants, slices=slices, state=state)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("pace_ns", [20 * MS, 50 * MS, 500 * MS])
def test_over_a_long_life_the_shown_sums_come_close_to_what_happened(seed: int, pace_ns: int) -> None:
    draw = random.Random(seed)
    end = 20_000 * MS
    life = _life(draw, end)
    truth = {"runs": 0, "wants": 0, "sleeps": 0}
    for one in life:
        truth[one.doing] += min(one.stop, end) - min(one.start, end)
    debt, total, before = Debt(), Split(), _read(life, 0)
    for at_ns in range(pace_ns, end + 1, pace_ns):
        after = _read(life, at_ns)
        split, debt = _split(before, after, debt)
        total += split
        before = after
    # Off by what is unbooked or still owed: a tick, and a wait or two of at most 130 ms each, out of 20 s.
    assert total.on_core_ns == pytest.approx(truth["runs"], abs=10 * MS)
    assert total.wants_core_ns == pytest.approx(truth["wants"], abs=260 * MS)
    assert total.blocked_ns == pytest.approx(truth["sleeps"], abs=260 * MS)


def test_splits_add_up_part_by_part() -> None:
    assert Split(100, 30, 20) + Split(10, 1, 2) == Split(110, 31, 22)


def test_shares_are_of_the_wall_time() -> None:
    assert Split(200, 50, 30).shares() == (0.25, 0.15, 0.6)


def test_no_elapsed_time_has_no_shares() -> None:
    assert Split().shares() is None
