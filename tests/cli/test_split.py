"""Where the time went, as lines: what there is room for is told, and what is told is whole."""

from __future__ import annotations

from typing import Any

import pytest

from conclab.cli.split import split_lines
from conclab.model.results import OK

SECOND = 1_000_000_000


def told(*workers: dict[str, int]) -> dict[str, Any]:
    """The document of a run with one arm and one repetition, whose workers were blocked on these for so many nanoseconds."""
    counted = [
        {
            "worker": f"w{number}",
            "wall_ns": SECOND,
            "on_core_ns": SECOND - sum(blocked.values()),
            "wants_core_ns": 0,
            "blocked_ns": sum(blocked.values()),
            "voluntary_switches": 100,
            "involuntary_switches": 10,
            "blocked_on": blocked,
        }
        for number, blocked in enumerate(workers, 1)
    ]
    arm = {"name": "one lock", "python": "python", "repetitions": [{"workers": counted, "control": False, "outcome": OK}]}
    return {"arms": [arm], "environment": {"pythons": [{"path": "python", "label": "3.11"}]}}


LOCK = "lock the lock"
BUSY = told({LOCK: 520_000_000, "timer": 60_000_000}, {LOCK: 300_000_000})


@pytest.mark.parametrize(
    ("columns", "everyone"),
    [
        (160, "lock the lock 41 %, timer 3 %      100/s voluntary     10/s involuntary"),
        (83, "timer 3 %"),
        (80, "lock the lock 41 %"),
    ],
)
def test_where_there_is_little_room_the_leading_cause_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch, columns: int, everyone: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    lines = split_lines(BUSY)
    assert lines[1].startswith("one lock ")
    assert [lines[2][lines[1].index(glyph) - 4 :][:5] for glyph in "█▒░"] == ["  56 %"[1:], "   0 %"[1:], "  44 %"[1:]], (
        "figures under glyphs"
    )
    assert lines[2].endswith(everyone)
    assert all(len(line) <= columns for line in lines)


@pytest.mark.parametrize(("columns", "end"), [(76, "  lock asleep with… 52 %"), (56, "   48 %    0 %   52 %")])
def test_a_cause_with_a_long_name_is_cut_and_its_share_is_not(monkeypatch: pytest.MonkeyPatch, columns: int, end: str) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    lines = split_lines(told({"lock asleep with it in hand": 520_000_000}))
    assert lines[2].endswith(end)
    assert len(lines[2]) <= columns


def test_the_control_is_not_in_it_nor_what_went_wrong_as_long_as_something_went_well() -> None:
    run = told({LOCK: 500_000_000})
    repetitions = run["arms"][0]["repetitions"]
    (good,) = repetitions
    other = told({LOCK: 900_000_000})["arms"][0]["repetitions"][0]
    repetitions += [{**other, "control": True}, {**other, "outcome": "it broke"}]
    alone = split_lines({**run, "arms": [{**run["arms"][0], "repetitions": [good]}]})
    assert split_lines(run) == alone
    good["outcome"] = "it broke too"
    assert split_lines(run) != alone
