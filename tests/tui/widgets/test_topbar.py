"""The top bar: as many figures as fit, whole ones, and no figure for what is not known."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from conclab.model.machine import MachineRates
from conclab.model.machine_state import MachineState
from conclab.sampling.scripted import scripted_machine
from conclab.tui.widgets.topbar import facts
from tests.tui.helpers import machine_sample, opened, resize, top_bar

RATES = MachineRates((), 1204.0, None, 0.03)
STATE = MachineState(sample=replace(machine_sample(), threads=87, running=3), rates=RATES)
EVERYTHING = "2 cores · 87 tasks, 3 running · 1,204 switches/s · conclab 3 %"


def test_the_machine_is_told_in_one_line() -> None:
    assert facts(STATE, scripted_machine(2), 200) == EVERYTHING


def test_on_a_narrow_screen_whole_figures_are_left_out_and_conclabs_own_cost_last() -> None:
    whole = EVERYTHING.split(" · ")
    seen = []
    for width in range(200, 0, -1):
        text = facts(STATE, scripted_machine(2), width)
        assert len(text) < width or not text
        parts = text.split(" · ") if text else []
        assert parts == [part for part in whole if part in parts]
        seen.append(parts)
    for wider, narrower in itertools.pairwise(seen):
        assert set(narrower) <= set(wider)
    assert ["2 cores", "conclab 3 %"] in seen


def test_what_this_system_does_not_count_is_left_out_with_its_word() -> None:
    assert STATE.sample is not None
    unknown = replace(STATE, sample=replace(STATE.sample, running=None), rates=replace(RATES, switches_per_s=None))
    text = facts(unknown, scripted_machine(2), 200)
    assert text == "2 cores · 87 tasks · conclab 3 %"
    nothing = replace(STATE, sample=replace(STATE.sample, threads=None), rates=None)
    assert facts(nothing, scripted_machine(2), 200) == "2 cores"
    assert facts(MachineState(), scripted_machine(2), 200) == "2 cores"


@pytest.mark.parametrize(
    ("cores", "usable", "told"),
    [(1, 1.0, "1 core"), (2, 2.0, "2 cores"), (64, 1.5, "1.5 of 64 cores usable"), (1, 0.5, "0.5 of 1 core usable")],
)
def test_cores_that_may_not_be_used_are_told_apart(cores: int, usable: float, told: str) -> None:
    machine = replace(scripted_machine(cores), usable_cores=usable)
    assert facts(MachineState(), machine, 200) == told


async def test_the_places_are_in_the_bar_and_it_is_exactly_as_wide_as_the_screen() -> None:
    async with opened() as (app, _feed, pilot):
        for width in (60, 80, 200):
            await resize(pilot, width, 24)
            bar = top_bar(app)
            assert len(bar) == width
            assert bar.split()[:3] == ["conclab", "Lab", "Monitor"]
            assert "cores" in bar
