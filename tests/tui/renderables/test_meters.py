"""The monitor's meters: every core, memory and swap at every size; what a system does not count is left out."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from conclab.model.machine import CoreLoad, MachineRates
from conclab.model.machine_state import MachineState
from conclab.sampling.scripted import scripted_machine
from conclab.tui.renderables.meters import meter_lines, rows_for
from conclab.tui.theme import DARK
from tests.tui.helpers import SOME_WIDTHS, WIDTHS, backgrounds, is_exactly, machine_state, texts

CORES = (1, 2, 3, 4, 8, 16, 24, 64, 128, 256, 512)


def _lines(state: MachineState, width: int = 116, height: int = 40, colourless: bool = False) -> list[str]:
    cores = len(state.cores)
    rows = rows_for(cores, width + 4, height)
    return texts(meter_lines(state, scripted_machine(cores), DARK, width, rows, colourless))


def _with(state: MachineState, **more: object) -> MachineState:
    assert state.sample is not None
    return replace(state, sample=replace(state.sample, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("cores", CORES)
def test_every_line_is_exactly_as_wide_as_the_pane_and_the_pane_has_room_for_all(cores: int) -> None:
    state = machine_state(*[0.5] * cores, history=(0.2, 0.8))
    for width in WIDTHS if cores < 4 else SOME_WIDTHS:
        for height in (15, 24, 40, 60):
            rows = rows_for(cores, width + 4, height)
            for colourless in (False, True):
                lines = meter_lines(state, scripted_machine(cores), DARK, width, rows, colourless)
                assert all(is_exactly(line, width) for line in lines)
                assert len(lines) <= rows + 3, "the screen gives the pane so many"


@pytest.mark.parametrize("cores", CORES)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_every_core_is_shown_or_counted(cores: int, size: tuple[int, int]) -> None:
    width, height = size[0] - 4, size[1]
    lines = _lines(machine_state(*[1.0] * cores), width, height)
    meters = "\n".join(line for line in lines if not line.startswith(("Mem", "Swp")))
    labelled = set(re.findall(r"(?<![\d.])(\d+) +█+ +100 %", meters))
    if labelled:
        assert labelled == {str(core) for core in range(cores)}
    else:
        told = sum(int(number) for number in re.findall(r"and (\d+) more", meters))
        assert meters.count("█") + told == cores


def test_the_meters_leave_most_of_the_screen_to_the_processes() -> None:
    for cores in CORES:
        for width in (60, 80, 120, 200):
            for height in range(15, 81):
                assert 1 <= rows_for(cores, width, height) <= max(2, height // 5)


def test_parts_of_a_core_are_as_long_as_their_shares() -> None:
    state = machine_state(0.5)
    core = replace(state.cores[0], load=CoreLoad(0.25, 0.25, 0.0, 0.25, 0.0, 0.0))
    line = _lines(replace(state, cores=(core,)), 96, colourless=True)[0]
    cells = [line.count(glyph) for glyph in "█▓░"]  # user, system, iowait
    assert max(cells) - min(cells) <= 1
    assert min(cells) > 5
    assert "50 %" in line, "waiting for a disk is not busy"


def test_without_colour_every_part_has_a_glyph_of_its_own() -> None:
    state = machine_state(0.5)
    core = replace(state.cores[0], load=CoreLoad(0.2, 0.2, 0.2, 0.2, 0.2, 0.0))
    line = _lines(replace(state, cores=(core,)), 96, colourless=True)[0]
    assert len(set(line) & set("█▓▒░▚")) == 5


def test_memory_and_swap_are_told_in_bytes_and_bars() -> None:
    lines = _lines(machine_state(0.5, 0.5))
    memory = next(line for line in lines if line.startswith("Mem"))
    swap = next(line for line in lines if line.startswith("Swp"))
    assert "4.0G of 16G" in memory
    assert "128M of 2.0G" in swap
    assert memory.count("█") > swap.count("█") > 0


def test_a_machine_without_swap_says_none() -> None:
    swap = next(line for line in _lines(_with(machine_state(0.5), swap_total=0, swap_used=0)) if line.startswith("Swp"))
    assert "none" in swap
    assert "█" not in swap


def test_what_a_system_does_not_count_is_left_out_and_never_nought() -> None:
    state = _with(
        machine_state(0.5, 0.5),
        load=None,
        processes=None,
        threads=None,
        running=None,
        switches=None,
        interrupts=None,
        pressure_cpu=None,
        memory_buffers=None,
        memory_cached=None,
    )
    text = "\n".join(_lines(replace(state, rates=MachineRates((), None, None, 0.0))))
    for word in ("load", "switches", "interrupts", "pressure", "processes", "threads", "running"):
        assert word not in text, word
    assert "up " in text


def test_the_figures_of_the_machine_are_there() -> None:
    state = replace(machine_state(0.5, 0.5), rates=MachineRates((), 1204.0, 600.0, 0.02))
    for width in (76, 116, 196):
        text = "\n".join(_lines(state, width, 24))
        for figure in ("load 0.", "switches 1,204/s", "interrupts 600/s", "CPU pressure 0 %", "up 3 days", "87 processes"):
            assert figure in text, (width, figure)


def test_a_quota_is_told_with_its_fraction() -> None:
    state = machine_state(0.5, 0.5)
    facts = replace(scripted_machine(2), quota_cores=1.5)
    text = "\n".join(texts(meter_lines(state, facts, DARK, 116, 2)))
    assert "quota 1.5 cores" in text


def test_a_core_of_which_nothing_is_known_has_no_figure() -> None:
    assert "%" not in _lines(machine_state(None, 0.5))[0].replace("CPU pressure 0 %", "")


def test_before_the_first_samples_it_says_so() -> None:
    (line,) = texts(meter_lines(MachineState(), scripted_machine(2), DARK, 76, 2))
    assert line.strip() == "reading the machine …"


def test_on_a_wide_screen_a_core_has_its_history_with_now_at_the_right_end() -> None:
    strip = meter_lines(machine_state(0.5, history=(1.0,) * 5), scripted_machine(1), DARK, 116, 1)[0]
    text = strip.text[: strip.text.index("load")].rstrip()
    assert text.endswith("█████")
    assert backgrounds(strip)[len(text) - 1] == DARK.trough


def test_the_newest_whole_cell_of_a_cores_history_is_the_last_before_the_figures() -> None:
    strip = meter_lines(machine_state(0.5, history=(0.25, 0.5, 1.0)), scripted_machine(1), DARK, 116, 1)[0]
    room = strip.text.index("  load")
    assert strip.text[:room].endswith(" ▂▄█")
