"""The meters as drawn: every core, its parts, memory, what moves, at every size; what is not told is not there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from textual.strip import Strip

from conclab.model.lanes import CoreHistory
from conclab.model.machine import CoreLoad, CorePlace, Machine, MachineRates
from conclab.model.machine_state import MachineState, MeterHistory
from conclab.model.settings import METERS
from conclab.model.surroundings import Compressed, DiskRate, Gpu, Group, InterfaceRate, Pressure, Stall, Surroundings, Traffic
from conclab.sampling.scripted import scripted_machine
from conclab.tui.palettes import DARK
from conclab.tui.renderables.meters import meter_lines
from conclab.tui.renderables.meters_layout import meters_layout
from tests.tui.helpers import NOW, SOME_WIDTHS, backgrounds, colours, is_exactly, machine_state, texts

CORES = (1, 2, 3, 4, 8, 16, 24, 64, 128, 256, 512)
MIB = 1024**2


def _strips(
    state: MachineState,
    width: int = 116,
    height: int = 40,
    colourless: bool = False,
    machine: Machine | None = None,
    shown: tuple[str, ...] = METERS,
) -> list[Strip]:
    machine = machine or scripted_machine(len(state.cores))
    return meter_lines(state, machine, meters_layout(machine, shown, width, height), DARK, width, colourless)


def _lines(state: MachineState, width: int = 116, height: int = 40, **more: object) -> list[str]:
    return texts(_strips(state, width, height, **more))  # type: ignore[arg-type]


def _with(state: MachineState, **more: object) -> MachineState:
    assert state.sample is not None
    return replace(state, sample=replace(state.sample, **more))  # type: ignore[arg-type]


def _around(state: MachineState, **more: object) -> MachineState:
    assert state.sample is not None
    return _with(state, around=replace(state.sample.around or Surroundings(0), **more))  # type: ignore[arg-type]


def _moving(state: MachineState, **more: object) -> MachineState:
    return replace(state, rates=MachineRates((), 1204.0, 600.0, 0.02, 12.0, Traffic(**more)))  # type: ignore[arg-type]


def _line(name: str, state: MachineState, width: int = 116, height: int = 40, **more: object) -> str:
    """The meter of that name, from its name on to the next one or the figures beside it."""
    for line in _lines(state, width, height, **more):
        found = re.search(rf"(?<!\S){name} .*", line)
        if found:
            return found.group()
    raise AssertionError(f"no {name}")


@pytest.mark.parametrize("cores", CORES)
def test_every_line_is_exactly_as_wide_as_the_pane_and_there_are_as_many_as_were_said(cores: int) -> None:
    machine = replace(scripted_machine(cores), quota_cores=1.5, memory_limit=1024**3)
    states = [machine_state(*[0.5] * cores, history=(0.2, 0.8)), MachineState()]
    states += [
        _moving(states[0], interfaces=(InterfaceRate("eth0", 2.0 * MIB, 9.0, True),), disks=(DiskRate("vda", 1.0, 2.0, 0.1),))
    ]
    for width in SOME_WIDTHS:
        for height in (15, 24, 40, 60):
            layout = meters_layout(machine, METERS, width, height)
            for state in states:
                for colourless in (False, True):
                    lines = meter_lines(state, machine, layout, DARK, width, colourless)
                    assert len(lines) == layout.height
                    assert all(is_exactly(line, width) for line in lines)


@pytest.mark.parametrize("cores", CORES)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_every_core_is_drawn(cores: int, size: tuple[int, int]) -> None:
    lines = _lines(machine_state(*[1.0] * cores, history=(0.5,) * 4), size[0] - 4, size[1], shown=("cores",), colourless=True)
    drawn = "\n".join(line for line in lines if "user" not in line)
    labels = set(re.findall(r"(?<![\d.])[PE]?(\d+)'? *[█▄]+ +100", drawn))
    if labels:
        assert labels == {str(core) for core in range(cores)}
    else:
        braille = sum(bin(ord(glyph) - 0x2800).count("1") // 4 for glyph in drawn if 0x2800 < ord(glyph) < 0x2900)
        assert braille + drawn.count("█") == cores


def test_two_cores_in_one_character_are_two_columns_of_dots() -> None:
    state = machine_state(*[0.0, 1.0, 0.5, 0.02] + [0.0] * 508)
    first = _lines(state, 76, 24)[0].split()[1]
    assert first[:2] == "⢸⣄"


def test_parts_of_a_core_are_as_long_as_their_shares() -> None:
    state = machine_state(0.5)
    core = replace(state.cores[0], load=CoreLoad(0.25, 0.25, 0.0, 0.25, 0.0, 0.0))
    line = _lines(replace(state, cores=(core,)), 96, colourless=True)[0]
    cells = [line.count(glyph) for glyph in "█▓░"]  # user, system, iowait
    assert max(cells) - min(cells) <= 1
    assert min(cells) > 5
    assert "50 %" in line, "waiting for a disk is not busy"
    assert "us 25 sy 25 wa 25" in line


def test_without_colour_every_part_has_a_glyph_of_its_own_and_a_legend_says_which() -> None:
    state = machine_state(0.5)
    core = replace(state.cores[0], load=CoreLoad(0.2, 0.2, 0.2, 0.2, 0.2, 0.0))
    lines = _lines(replace(state, cores=(core,)), 116, colourless=True)
    assert len(set(lines[0]) & set("█▓▒░▚")) == 5
    assert "█ user  ▓ system  ▒ nice  ░ iowait  ▚ steal" in lines[-1]
    assert "█ used  ▓ shared  ▒ buffers  ░ cache" in lines[-1]


def test_with_colour_the_legend_is_in_the_colours_of_the_bars() -> None:
    legend = _strips(machine_state(0.5))[-1]
    for name, colour in (("user", DARK.user), ("system", DARK.system), ("shared", DARK.shared), ("cache", DARK.cache)):
        assert colours(legend)[legend.text.index(f"█ {name}")] == colour


def test_a_system_that_does_not_count_a_part_has_none() -> None:
    state = machine_state(0.5)
    core = replace(state.cores[0], load=CoreLoad(0.5, 0.0, None, None, None, None))
    assert "us 50 sy  0 " in _lines(replace(state, cores=(core,)))[0]


def test_fast_and_efficient_cores_and_second_threads_are_told_at_the_number() -> None:
    lines = _lines(machine_state(*[0.5] * 16))
    text = "\n".join(lines)
    for label in ("P0 ", "P1' ", "P7' ", "E8 ", "E15 "):
        assert label in text
    assert "E8'" not in text
    wide = _lines(machine_state(*[0.5] * 16), 196, 60)[-1]
    assert "P fast, E efficient  ' second thread" in wide


def test_a_core_that_is_offline_says_so_and_is_counted() -> None:
    state = _around(_with(machine_state(0.5, None, 0.5), cores=()), offline=(3,))
    assert state.sample is not None
    times = machine_state(0.5).sample
    assert times is not None
    state = _with(state, cores=(times.cores[0], None, times.cores[0]))
    machine = replace(scripted_machine(3), cores=2, places=(CorePlace(),) * 4)
    lines = _lines(state, machine=machine)
    assert [line.split()[:2] for line in lines if "offline" in line][:2] == [["1", "offline"], ["3", "offline"]]
    assert "2 offline" in "\n".join(_lines(state, 76, 24, machine=machine))
    assert "0 want a core" in "\n".join(lines), "one runs, on two cores that are online"


def test_memory_is_told_in_bytes_and_in_its_parts() -> None:
    state = machine_state(0.5, 0.5)
    assert "4.0G of 16G, 2.8G cache" in _line("Mem", state)
    strip = next(strip for strip in _strips(state, colourless=True) if strip.text.startswith("Mem"))
    cells = [strip.text[:40].count(glyph) for glyph in "█▓░"]
    used, shared, cache = (share / 16 * sum(cells) * 16 / 7 for share in (3.5, 0.5, 2.5))
    assert cells == [pytest.approx(used, abs=2), pytest.approx(shared, abs=2), pytest.approx(cache, abs=3)]


def test_memory_parts_never_add_up_to_more_than_there_is() -> None:
    whole = 16 * 1024**3
    state = _with(machine_state(0.5), memory_used=whole, memory_free=0, memory_cached=whole, memory_buffers=whole, memory_shared=0)
    assert set(_line("Mem", state, colourless=True)[6:28]) == {"█"}


def test_swap_and_what_is_held_compressed() -> None:
    assert "128M of 2.0G" in _line("Swap", machine_state(0.5))
    state = _around(machine_state(0.5), compressed=Compressed(96 * MIB, 31 * MIB))
    assert "128M of 2.0G, 96M held in 31M" in _line("Swap", state, 196, 60)
    none = _line("Swap", _with(machine_state(0.5), swap_total=0, swap_used=0))
    assert "none" in none
    assert "█" not in none[:40]


def test_pressure_tells_what_is_waited_for() -> None:
    state = _around(machine_state(0.5), pressure=Pressure(Stall(0.12), Stall(0.0, 0.0), Stall(0.03, 0.01)))
    assert "cpu 12% mem 0% io 3%" in _line("PSI", state)
    assert "cpu 12 %, memory 0 %, io 3 %" in _line("PSI", state, 196, 60)
    assert "not told" in _line("PSI", _around(state, pressure=None))


def test_network_tells_both_ways_and_the_busiest_card() -> None:
    state = _moving(
        machine_state(0.5), interfaces=(InterfaceRate("lo", 9e9, 9e9, False), InterfaceRate("eth0", 2.0 * MIB, 0.4, True))
    )
    assert "↓2.0M/s ↑0B/s eth0" in _line("Net", state)


def test_traffic_is_drawn_against_the_highest_in_view_and_a_trickle_stays_low() -> None:
    busy = _moving(machine_state(0.5), interfaces=(InterfaceRate("eth0", 1.0, 1.0, True),))
    for bytes_per_s, glyph in ((50.0 * MIB, "█"), (1600.0, "▁")):
        history = MeterHistory(NOW - 8, (0.0,) * 4 + (bytes_per_s,) * 4)
        line = _line("Net", replace(busy, histories={"received": history}))
        assert line[: line.index("↑")].endswith(glyph)


def test_disks_tell_what_they_read_and_write_and_how_busy_the_busiest_is() -> None:
    state = _moving(machine_state(0.5), disks=(DiskRate("sda", 1.0 * MIB, 0.0, 0.5), DiskRate("sdb", 1.0 * MIB, 3.0 * MIB, 0.1)))
    assert "r 2.0M/s w 3.0M/s sda 50 %" in _line("Disk", state)
    assert "read 2.0M/s, written 3.0M/s, sda 50 %" in _line("Disk", state, 246, 60)
    bar = _line("Disk", state)[6:29]
    assert 8 <= bar.count("█") <= 14, "half of it"
    assert "none" in _line("Disk", _moving(machine_state(0.5), disks=()))


def test_before_the_second_look_what_moves_is_blank_and_not_nought() -> None:
    for name in ("Net", "Disk"):
        assert _line(name, machine_state(0.5), 76, 24).split() == [name]


def test_a_quota_is_told_with_its_use_and_how_often_it_was_used_up() -> None:
    machine = replace(scripted_machine(2), quota_cores=1.5)
    state = _around(machine_state(0.5, 0.5), group=Group(1.5, pressure=Pressure(Stall(0.4))))
    state = _moving(state, group_cores=1.2, group_throttled=0.34)
    assert "1.2 of 1.5 cores, 34 % throttled" in _line("Quota", state, 196, 60, machine=machine)
    assert "1.2/1.5, 34 % throttled" in _line("Quota", state, 116, 40, machine=machine)
    assert "1.5 cores, 34 % throttled" in _line("Quota", _moving(state, group_throttled=0.34), machine=machine)
    assert "not told" in _line("Quota", _around(state, group=None), machine=machine)


def test_a_memory_limit_has_a_meter() -> None:
    machine = replace(scripted_machine(2), memory_limit=1024 * MIB)
    state = _around(machine_state(0.5, 0.5), group=Group(memory_limit=1024 * MIB, memory_used=256 * MIB))
    assert "256M of 1.0G allowed" in _line("Limit", state, machine=machine)
    assert "not told" in _line("Limit", machine_state(0.5, 0.5), machine=machine)


def test_gpus_each_or_together() -> None:
    state = _around(machine_state(0.5, 0.5), gpus=(Gpu("H200", 0.45, 12 * 1024**3, 80 * 1024**3), Gpu("H200", None, None, None)))
    two = replace(scripted_machine(2), gpus=2)
    assert "45 %, 12G of 80G" in _line("GPU0", state, machine=two)
    assert "H200" in _line("GPU0", state, 196, 60, machine=two)
    one = replace(scripted_machine(2), gpus=1)
    assert "45 %" in _line("GPU", state, machine=one)
    many = replace(scripted_machine(2), gpus=8)
    eight = _around(state, gpus=tuple(Gpu("H200", 0.5, 1024**3, 4 * 1024**3) for _ in range(8)))
    assert "8: 50 %, 8.0G of 32G" in _line("GPUs", eight, machine=many)
    assert "not told" in _line("GPUs", _around(state, gpus=()), machine=many)


def test_without_a_gpu_there_is_no_row_for_one() -> None:
    assert "GPU" not in "\n".join(_lines(machine_state(0.5, 0.5)))


def test_what_a_system_does_not_count_is_left_out_and_never_nought() -> None:
    state = _with(
        machine_state(0.5, 0.5),
        load=None,
        processes=None,
        threads=None,
        kernel_threads=None,
        running=None,
        memory_used=None,
        swap_total=None,
        around=None,
    )
    for size in ((76, 24), (116, 40)):
        lines = _lines(replace(state, rates=MachineRates((), None, None, 0.0)), *size, shown=("cores", "tasks"))
        text = "\n".join(lines)
        for word in ("load", "switches", "interrupts", "processes", "threads", "running", "births", "kernel"):
            assert word not in text, word
        assert "up " in text
    for name in ("Mem", "Swap", "PSI", "Net", "Disk"):
        assert "not told" in _line(name, replace(state, rates=MachineRates((), None, None, 0.0)))


def test_the_figures_of_the_machine_are_there() -> None:
    state = _moving(machine_state(0.5, 0.5))
    text = "\n".join(_lines(state))
    for name, figure in (("load", "0."), ("processes", "87"), ("threads", "217, 95 kernel"), ("switches", "1,204/s")):
        assert re.search(rf"{name} +{re.escape(figure)}", text), name
    for name, figure in (("births", "12/s"), ("interrupts", "600/s"), ("up", "3 days"), ("running", "1, 0 want a core")):
        assert re.search(rf"{name} +{re.escape(figure)}", text), name
    narrow = "\n".join(_lines(state, 76, 24))
    for figure in ("load 0.", "1 running", "0 waiting for a core"):
        assert figure in narrow


def test_more_that_run_than_there_are_cores_wait_for_one() -> None:
    assert "7, 5 want a core" in "\n".join(_lines(_with(machine_state(0.5, 0.5), running=7)))


def test_where_cores_have_no_figures_their_mean_is_told() -> None:
    assert "512 cores 25 % busy" in "\n".join(_lines(machine_state(*[0.25] * 512), 76, 24))


def test_a_core_of_which_nothing_is_known_has_no_figure() -> None:
    first, second = _lines(machine_state(None, 0.5))[:2]
    assert "%" not in first
    assert "50 %" in second


def test_before_the_first_samples_it_says_so_and_takes_its_room() -> None:
    machine = scripted_machine(2)
    layout = meters_layout(machine, METERS, 76, 24)
    lines = texts(meter_lines(MachineState(), machine, layout, DARK, 76))
    assert lines[0].strip() == "reading the machine …"
    assert len(lines) == layout.height


def test_a_system_that_does_not_tell_of_its_cores_says_where_to_ask() -> None:
    lines = _lines(_with(machine_state(0.5), cores=()))
    assert "`conclab doctor` says why" in lines[0]
    assert any(line.startswith("Mem") for line in lines)


def test_a_character_of_a_history_is_a_second_of_the_clock_and_the_last_is_the_latest_whole_one() -> None:
    state = machine_state(0.5)
    seconds = (0.25,) * 4 + (0.5,) * 4 + (0.0, 1.0, 1.0, 1.0) + (1.0,) * 4
    assert NOW % 4 == 0
    state = replace(state, cores=(replace(state.cores[0], first=NOW - 16, busy=seconds),))
    strip = _strips(state, 76, 24)[0]
    assert strip.text.endswith(" ▂▄▆█")
    assert backgrounds(strip)[-1] == DARK.trough
    # two cells later the second is not whole yet: nothing moves
    assert state.sample is not None
    cell = state.sample.at_ns // NOW
    later = replace(
        _with(state, at_ns=state.sample.at_ns + 2 * cell), cores=(CoreHistory(NOW - 16, (*seconds, 0.0, 0.0), state.cores[0].load),)
    )
    assert _strips(later, 76, 24)[0].text == strip.text
