"""Choosing cores: by keys, by mouse, as text; on one core and on 512."""

from __future__ import annotations

import pytest

from conclab.model.actions import Affinity, Now
from conclab.tui.screens.actions.affinity import AffinityDialog
from conclab.tui.screens.actions.grid import grid_for, grid_lines
from conclab.tui.theme import DARK
from tests.tui.helpers import is_exactly
from tests.tui.screens.actions.dialogs import ONE, SEVERAL, answer, opened


def cores(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


def sixteen() -> AffinityDialog:
    """Sixteen cores, two threads each: 0 and 8 are siblings. The last four are not in the cpuset."""
    siblings = {core: cores(core % 8, core % 8 + 8) for core in range(16)}
    return AffinityDialog(ONE, Now(affinity=cores(0, 1, 8), allowed=frozenset(range(12))), range(16), siblings)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), cores(0, 1, 8)),
        (("space", "enter"), cores(1, 8)),
        (("right", "right", "space", "enter"), cores(0, 1, 2, 8)),
        (("down", "space", "enter"), cores(0, 1)),
        (("left", "up", "space", "enter"), cores(1, 8)),
        (("end", "space", "enter"), cores(0, 1, 8, 15)),
        (("a", "enter"), frozenset(range(12))),
        (("i", "enter"), cores(2, 3, 4, 5, 6, 7, 9, 10, 11)),
        (("n", "space", "enter"), cores(0)),
        (("s", "enter"), cores(0, 1)),
        (("3", "-", "5", ",", "1", "enter"), cores(1, 3, 4, 5)),
        (("0", "-", "6", ":", "2", "enter"), cores(0, 2, 4, 6)),
    ],
)
async def test_keys(keys: tuple[str, ...], chosen: frozenset[int]) -> None:
    assert await answer(sixteen, *keys) == [Affinity(chosen)]


async def test_escape_changes_nothing_from_the_grid_and_from_the_text() -> None:
    assert await answer(sixteen, "a", "escape") == [None]
    assert await answer(sixteen, "3", "escape") == [None]


async def test_the_text_follows_the_grid_and_the_grid_the_text() -> None:
    async with opened(sixteen) as dialog:
        assert "0-1,8" in dialog.text()
        await dialog.press("n", "end", "space")
        assert any(line.strip("x│ ") == "15" for line in dialog.lines())
        await dialog.press("4", "-", "6")
        (row,) = [line for line in dialog.lines() if " 7 " in line and "□" in line]
        assert "□ 3   ■ 4   ■ 5   ■ 6   □ 7" in row


async def test_what_cannot_be_is_said_and_cannot_be_set() -> None:
    async with opened(sixteen) as dialog:
        await dialog.press("n")
        assert "It needs at least one core." in dialog.text()
        assert not dialog.ready()
        await dialog.press("enter")
        await dialog.press("3", "-")
        assert "“3-” is no core and no range" in dialog.text()
        assert not dialog.ready()
        await dialog.press("enter")
        assert dialog.answers == []
        await dialog.press("9", "9")
        assert "This machine has no core 16-99." in dialog.text()
        await dialog.press("backspace", "backspace", "5", "enter")
        assert dialog.answers == [Affinity(cores(3, 4, 5))]


async def test_cores_outside_of_the_cpuset_are_marked_and_named() -> None:
    async with opened(sixteen) as dialog:
        (row,) = [line for line in dialog.lines() if " 15" in line]
        assert "□ 11  · 12  · 13" in row
        await dialog.press("end", "space")
        assert "The kernel will leave out 15: not in its cpuset." in dialog.text()
        assert "core 15 · SMT sibling of 7 · not in its cpuset" in dialog.text()


async def test_by_mouse() -> None:
    async with opened(sixteen) as dialog:
        await dialog.click_on("none", "screen.none")
        await dialog.click_on(" 5", "screen.toggle_core(5)")
        await dialog.click_on(" 6", "screen.toggle_core(6)")
        await dialog.click_on(" 6", "screen.toggle_core(6)")
        await dialog.click("#go")
        assert dialog.answers == [Affinity(cores(5))]


async def test_without_siblings_nothing_is_offered_for_them() -> None:
    async with opened(lambda: AffinityDialog(ONE, Now(affinity=cores(0, 1)), range(2))) as dialog:
        assert "one thread a core" not in dialog.text()
        await dialog.press("s", "enter")
        assert dialog.answers == [Affinity(cores(0, 1))]


async def test_where_it_is_not_known_what_it_has_all_cores_are_chosen_first() -> None:
    assert await answer(lambda: AffinityDialog(SEVERAL, Now(), range(4)), "enter") == [Affinity(cores(0, 1, 2, 3))]


@pytest.mark.parametrize("count", [1, 64, 512])
@pytest.mark.parametrize("size", [(50, 20), (80, 24), (200, 60)])
async def test_the_cursor_and_the_buttons_are_in_view_with_any_number_of_cores(count: int, size: tuple[int, int]) -> None:
    async with opened(lambda: AffinityDialog(SEVERAL, Now(affinity=cores(0)), range(count)), size) as dialog:
        for key in ("end", "up", "home", "down"):
            await dialog.press(key)
            assert sum(line.count("▸") for line in dialog.lines()) == 1
            assert "Set these cores" in dialog.text()
            assert "Cancel" in dialog.text()


async def test_with_many_cores_left_out_they_are_counted() -> None:
    async with opened(lambda: AffinityDialog(ONE, Now(affinity=frozenset(range(512)), allowed=cores(0)), range(512))) as dialog:
        assert "The kernel will leave out 511 of these: not in its cpuset." in dialog.text()


@pytest.mark.parametrize("count", [1, 2, 3, 16, 48, 64, 65, 128, 512])
@pytest.mark.parametrize("width", [30, 44, 74, 120])
def test_every_core_has_its_place_in_the_grid(count: int, width: int) -> None:
    chosen = frozenset(range(0, count, 2))
    strips = grid_lines(range(count), chosen, frozenset(range(count - count // 4)), count - 1, width, DARK)
    assert all(is_exactly(strip, width) for strip in strips)
    text = "".join(strip.text for strip in strips)
    assert text.count("■") == len(chosen)
    assert text.count("■") + text.count("□") + text.count("·") == count
    assert text.count("▸") == 1
    clicks = {look.meta["@click"] for strip in strips for _text, look, _ in strip if look is not None and "@click" in look.meta}
    assert clicks == {f"screen.toggle_core({core})" for core in range(count)}
    assert len(strips) == grid_for(range(count), width).rows(count)


def test_cores_that_are_offline_leave_a_gap_in_the_numbers_only() -> None:
    (strip,) = grid_lines([0, 2, 3], frozenset({2}), None, None, 40, DARK)
    assert strip.text.split() == ["□", "0", "■", "2", "□", "3"]


async def test_without_colour_the_cursor_and_what_is_chosen_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(sixteen) as dialog:
        assert dialog.app.no_color
        await dialog.press("right")
        (row,) = [line for line in dialog.lines() if "▸" in line]
        assert "■ 0  ▸■ 1   □ 2" in row
