"""The time of a hand-over is that of the middle batch: whoever takes the core away spoils one batch, not the figure."""

from __future__ import annotations

from conclab.runner.workloads.pingpong import one_way_ns
from tests.helpers import work
from tests.runner.test_building_blocks import only


def test_one_long_interruption_changes_nothing() -> None:
    quiet = [number * 10_000 for number in range(6)]
    interrupted = [*quiet[:3], *(stamp + 4_000_000 for stamp in quiet[3:])]
    assert one_way_ns(quiet, 50) == one_way_ns(interrupted, 50) == 100


def test_fewer_rounds_than_a_batch_are_one_batch() -> None:
    assert only(work("threads", "pingpong", 2, 2, size=10, touched=0)).measures["hand_over_ns"] > 0
