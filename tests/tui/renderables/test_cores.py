"""The cores pane: every core is there, from one to hundreds, and what is not known is blank."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from conclab.model.lanes import CELL_NS, Owners
from conclab.model.machine_state import MachineState
from conclab.model.run_state import RunState
from conclab.tui.layout import arrange
from conclab.tui.renderables.cores import cores_lines, grid_lines, rows_needed
from conclab.tui.theme import DARK
from tests.tui.helpers import NOW, SOME_WIDTHS, WIDTHS, colours, is_exactly, lane, machine_state, run_state, texts, worker

CORES = (1, 2, 3, 4, 8, 9, 12, 16, 24, 25, 32, 64, 100, 128, 256, 512)
HEIGHTS_OF_SCREENS = (15, 24, 40, 60, 80)


def _panes(cores: int) -> Iterator[tuple[int, int]]:
    """Widths of the pane and how many lines the layout gives the cores there."""
    for width in SOME_WIDTHS:
        for height in HEIGHTS_OF_SCREENS:
            yield width, rows_needed(cores, width, height)


def _shown(lines: list[str]) -> int:
    """How many cores of a pane whose cores are all fully busy can be seen, or are at least counted."""
    told = sum(int(found[1].replace(",", "")) for line in lines if (found := re.match(r"and ([\d,]+) more", line)))
    return told + sum(line.count("█") for line in lines)


@pytest.mark.parametrize("cores", CORES)
def test_every_line_is_exactly_as_wide_as_the_pane_and_there_are_as_many_as_were_asked_for(cores: int) -> None:
    machine = machine_state(*[0.5] * cores, history=(0.1, 0.9))
    run = run_state(worker("w1", lane=lane(NOW - 2, (0.5, 0.1))), having={0: "w1"})
    for width, rows in _panes(cores):
        for extra in (0, 1, 2):
            lines = cores_lines(machine, run, DARK, width, rows, extra)
            assert all(is_exactly(line, width) for line in lines)
            assert rows <= len(lines) <= rows + extra


@pytest.mark.parametrize("cores", [1, 2, 16, 64])
def test_no_width_breaks_the_pane(cores: int) -> None:
    machine = machine_state(*[0.5] * cores, history=(0.1, 0.9))
    for width in (*range(1, 20), *WIDTHS):
        lines = cores_lines(machine, RunState(), DARK, width, rows_needed(cores, width, 40), 2)
        assert all(is_exactly(line, width) for line in lines)


@pytest.mark.parametrize("cores", [25, 64, 128, 256, 512])
@pytest.mark.parametrize("height", HEIGHTS_OF_SCREENS)
def test_in_a_grid_every_core_is_drawn_or_counted(cores: int, height: int) -> None:
    machine = machine_state(*[1.0] * cores)
    for width in (40, 56, 76, 80, 116, 160, 200, 250):
        lines = texts(grid_lines(machine, DARK, width, rows_needed(cores, width, height)))
        assert _shown(lines) == cores


@pytest.mark.parametrize(("cores", "width"), [(1, 78), (2, 78), (5, 78), (8, 78), (9, 78), (16, 78), (24, 158), (40, 158)])
def test_a_few_dozen_cores_have_a_number_and_a_figure_each_where_there_is_room(cores: int, width: int) -> None:
    machine = machine_state(*[number / 100 for number in range(cores)], history=(0.2,))
    text = "\n".join(texts(cores_lines(machine, RunState(), DARK, width, rows_needed(cores, width, 40), 0)))
    found = {int(number): int(share) for number, share in re.findall(r"(\d+) [ ▏▎▍▌▋▊▉█]+?(\d+) %", text)}
    assert found == {number: number for number in range(cores)}


def test_a_screen_of_any_size_gives_the_cores_a_third_of_its_lines_at_most() -> None:
    for height in range(15, 81):
        for cores in CORES:
            layout = arrange(120, height, cores, 4)
            assert layout.cores <= max(3, (height - 2) // 3)


@pytest.mark.parametrize("cores", [1, 2, 8, 16])
def test_a_core_of_which_nothing_is_known_has_no_figure(cores: int) -> None:
    lines = texts(cores_lines(machine_state(*[None] * cores), RunState(), DARK, 78, rows_needed(cores, 78, 40), 0))
    numbers = [int(number) for line in lines for number in line.split()]
    assert sorted(numbers) == list(range(cores)), "the cores' own numbers and nothing else"


def test_in_a_grid_a_core_of_which_nothing_is_known_has_no_figure_either() -> None:
    known = texts(grid_lines(machine_state(*[0.02] * 64), DARK, 120, 3))
    assert [len(line.replace("▁", " ").split()) for line in known] == [1 + 22, 1 + 22, 1 + 20]
    unknown = texts(grid_lines(machine_state(*[None] * 64), DARK, 120, 3))
    assert [line.split() for line in unknown] == [["0"], ["22"], ["44"]], "only the number of each line's first core"


def test_before_the_first_sample_it_says_so() -> None:
    (line,) = texts(cores_lines(MachineState(), RunState(), DARK, 60, 2, 2))
    assert line.strip() == "reading the cores …"


def test_the_newest_moment_is_at_the_right_end_and_what_was_before_is_further_left() -> None:
    machine = machine_state(0.5, history=(0.0,) * 20 + (1.0, 0.5, 1.0))
    line = cores_lines(machine, RunState(), DARK, 80, 1, 0)[0].text
    assert line.endswith("█▄█")
    assert line[-20:-3].strip() == ""


def test_time_from_which_there_are_no_samples_is_empty() -> None:
    machine = machine_state(0.5, history=(1.0, 1.0))
    line = cores_lines(machine, RunState(), DARK, 80, 1, 0)[0].text
    assert line.endswith("██")
    assert line[-30:-2].strip() == ""


def test_gauges_are_proportional() -> None:
    machine = machine_state(0.0, 0.25, 0.5, 1.0)
    lines = texts(cores_lines(machine, RunState(), DARK, 80, 4, 0))
    full = [line.count("█") for line in lines]
    assert full[0] == 0
    assert full[3] == 2 * full[2] == 4 * full[1] > 0


def test_the_scale_says_how_long_ago_the_left_end_is() -> None:
    for width in (60, 78, 120, 158):
        machine = machine_state(1.0, 1.0, history=(1.0,) * 600)
        lines = texts(cores_lines(machine, RunState(), DARK, width, 2, 2))
        cells = len(lines[0]) - len(lines[0].rstrip("█"))
        scale = lines[2]
        assert scale.rstrip().endswith("now")
        told = re.search(r"-(\d+) s", scale)
        assert told is not None
        assert abs(int(told[1]) - cells * CELL_NS / 1e9) <= 1
        assert scale.index("-") == width - cells, "it stands under the cell that it speaks of"


def test_a_core_has_the_colour_of_the_worker_that_has_it_and_the_history_of_the_ones_that_had_it() -> None:
    first, second = worker("w1", 0, lane(NOW - 2, (1.0, 0.0))), worker("w2", 1, lane(NOW - 2, (1.0, 0.0)))
    owners = (Owners(NOW - 2, {(0, "w1"): 10, (0, "w2"): 90}), Owners(NOW - 1, {(0, "w1"): 90, (0, "w2"): 10}))
    run = run_state(first, second, owners=owners, having={0: "w2"})
    line = cores_lines(machine_state(1.0, 1.0, history=(1.0,) * 9), run, DARK, 80, 2, 0)
    busy = colours(line[0])
    assert busy[2] == DARK.worker(1), "the gauge: who has it now"
    assert busy[-2:] == [DARK.worker(1), DARK.worker(0)], "who had it for longest in each moment"
    assert busy[-3] == DARK.other, "before, it was no worker's"
    assert set(colours(line[1])[2:10]) == {DARK.other}


def test_who_has_a_core_is_told_by_name_too() -> None:
    run = run_state(worker("w1", 0), worker("w2", 1), having={1: "w2"})
    line = texts(cores_lines(machine_state(1.0, 1.0), run, DARK, 80, 2, 1))[-1]
    assert re.search(r"has a core:\s+0 –\s+1 w2", line)


def test_with_hundreds_of_cores_only_those_that_a_worker_has_are_named() -> None:
    run = run_state(worker("w1", 0), worker("w2", 1), having={200: "w2", 7: "w1"})
    line = texts(cores_lines(machine_state(*[1.0] * 256), run, DARK, 120, 6, 1))[-1]
    assert re.search(r"has a core:\s+7 w1\s+200 w2", line)
    nobody = run_state(worker("w1", 0, lane(NOW - 6, *[(1.0, 0.0)] * 6)))
    line = texts(cores_lines(machine_state(*[1.0] * 256), nobody, DARK, 120, 6, 1))[-1]
    assert line.startswith("1.00 of 256 cores used")


def test_how_many_cores_the_experiment_uses_is_left_out_while_nobody_was_sampled() -> None:
    used = run_state(worker("w1", 0, lane(NOW - 6, *[(1.0, 0.0)] * 6)), worker("w2", 1, lane(NOW - 6, *[(0.5, 0.0)] * 6)))
    assert "1.50 of 2 cores used" in texts(cores_lines(machine_state(1.0, 1.0), used, DARK, 100, 2, 1))[-1]
    unknown = run_state(worker("w1", 0))
    assert "used" not in texts(cores_lines(machine_state(1.0, 1.0), unknown, DARK, 100, 2, 1))[-1]


def test_after_a_run_the_histories_stand_still_at_its_end_and_say_so() -> None:
    end = NOW - 10
    run = run_state(worker("w1", 0, lane(end - 1, (1.0, 0.0), (1.0, 0.0))), phase="finished")
    machine = machine_state(0.0, history=(1.0,) * 90 + (0.0,) * 9)
    lines = texts(cores_lines(machine, run, DARK, 80, 1, 2))
    assert lines[0].endswith("█"), "the cell of the run's end, not the idle ones since"
    assert lines[1].rstrip().endswith("end of the run")


def test_when_the_end_of_the_run_is_longer_ago_than_the_history_now_is_shown_again() -> None:
    run = run_state(worker("w1", 0, lane(5, (1.0, 0.0))), phase="finished")
    lines = texts(cores_lines(machine_state(0.5, history=(0.5,) * 10), run, DARK, 80, 1, 2))
    assert lines[1].rstrip().endswith("now")
