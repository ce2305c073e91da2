"""The meters' layout: it fits, leaves the table its room, shows what was asked for, and depends on facts and size alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab.model.machine import Machine
from conclab.model.settings import METERS
from conclab.sampling.scripted import scripted_machine
from conclab.tui.renderables.meters_layout import BARS, DOTS, FIGURES, SMALL, Cores, Gauges, Layout, Words, meters_layout

CORES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
SIZES = ((80, 24), (100, 30), (120, 40), (160, 50), (200, 60), (250, 80))


def _layout(cores: int, size: tuple[int, int], shown: tuple[str, ...] = METERS, machine: Machine | None = None) -> Layout:
    return meters_layout(machine or scripted_machine(cores), shown, size[0] - 4, size[1])


def _cores(layout: Layout) -> Cores:
    (block,) = [block for block in layout.blocks if isinstance(block, Cores)]
    return block


def _names(layout: Layout) -> list[str]:
    return [name for block in layout.blocks if isinstance(block, Gauges) for name in block.names]


@pytest.mark.parametrize("cores", CORES)
def test_the_pane_never_takes_more_than_about_two_fifths_and_every_core_has_a_place(cores: int) -> None:
    for width in range(76, 251, 29):
        for height in (20, 24, 40, 60):
            layout = meters_layout(scripted_machine(cores), METERS, width, height)
            assert layout.height + 2 <= 0.42 * height
            block = _cores(layout)
            assert block.lines * block.columns >= cores
            assert layout.side or any(isinstance(one, Words) and not one.legend for one in layout.blocks)


@pytest.mark.parametrize("cores", CORES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_left_out_from_80_by_24_on(cores: int, size: tuple[int, int]) -> None:
    machine = scripted_machine(cores)
    gpus = [] if machine.gpus == 0 else ["gpu0"] if machine.gpus == 1 else ["gpus"]
    assert _names(_layout(cores, size)) == ["memory", "swap", "pressure", "network", "disk", *gpus]


def test_512_cores_leave_half_of_the_smallest_screen_to_the_tasks() -> None:
    layout = _layout(512, (80, 24))
    assert layout.height + 2 <= 12
    assert _cores(layout).form == DOTS


@pytest.mark.parametrize(
    ("cores", "size", "form", "columns"),
    [
        (1, (80, 24), BARS, 1),
        (2, (80, 24), BARS, 1),
        (4, (80, 24), BARS, 1),
        (8, (80, 24), BARS, 2),
        (8, (120, 40), BARS, 1),
        (16, (120, 40), BARS, 2),
        (24, (120, 40), BARS, 3),
        (64, (120, 40), SMALL, 8),
        (64, (200, 60), BARS, 4),
        (512, (200, 60), FIGURES, 38),
    ],
)
def test_cores_are_drawn_with_as_much_as_there_is_room_for(cores: int, size: tuple[int, int], form: str, columns: int) -> None:
    block = _cores(_layout(cores, size))
    assert (block.form, block.columns) == (form, columns)


def test_what_is_shown_and_in_which_order_is_the_users() -> None:
    layout = _layout(2, (120, 40), ("disk", "cores", "memory"))
    kinds = [(block.names if isinstance(block, Gauges) else type(block).__name__) for block in layout.blocks[:3]]
    assert kinds == [("disk",), "Cores", ("memory",)]
    assert not layout.side
    assert not any(isinstance(block, Words) and not block.legend for block in layout.blocks)


@pytest.mark.parametrize("shown", [(), ("nonsense",)])
def test_with_nothing_shown_there_is_nothing(shown: tuple[str, ...]) -> None:
    assert _layout(8, (120, 40), shown) == Layout((), False, 0)


def test_without_cores_a_large_machine_takes_no_more_than_a_small_one() -> None:
    shown = tuple(name for name in METERS if name not in ("cores", "gpu"))
    assert _layout(512, (80, 24), shown) == _layout(1, (80, 24), shown)


def test_a_quota_and_a_limit_have_meters_where_there_is_one() -> None:
    machine = replace(scripted_machine(2), quota_cores=1.5, memory_limit=1024**3)
    assert _names(_layout(2, (120, 40), machine=machine))[:3] == ["quota", "memory", "limit"]


@pytest.mark.parametrize(
    ("gpus", "names"), [(0, []), (1, ["gpu0"]), (4, ["gpu0", "gpu1", "gpu2", "gpu3"]), (5, ["gpus"]), (64, ["gpus"])]
)
def test_a_few_gpus_have_a_meter_each_and_many_share_one(gpus: int, names: list[str]) -> None:
    machine = replace(scripted_machine(4), gpus=gpus)
    assert _names(_layout(4, (120, 40), ("gpu",), machine)) == names


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (24, 8), (40, 12), (60, 15)])
def test_a_tiny_screen_gets_what_fits(size: tuple[int, int]) -> None:
    for cores in CORES:
        assert 0 <= _layout(cores, size).height <= max(1, size[1] // 2)
