"""What is drawn around the line: every width exact, the caret under its place, the way out never lost."""

from __future__ import annotations

import pytest
from rich.style import Style

from conclab.tui.palettes import DARK
from conclab.tui.renderables.prompt import Key, Offer, keys_line, offer_lines, offers_width, trouble_line
from tests.tui.helpers import HOSTILE, SOME_WIDTHS, colours, is_exactly, texts

ESC = Key("Esc", "back", Style.null())
NONE = Style.null()


def offers(number: int) -> list[Offer]:
    return [Offer(f"offer{place}", f"meaning {place}", "", 0, 0) for place in range(number)]


def drawn(number: int, chosen: int | None, height: int, width: int = 60) -> list[str]:
    return texts(offer_lines(offers(number), chosen, width, height, DARK, [NONE] * number))


def test_all_that_there_is_room_for_and_how_many_more() -> None:
    assert [line.split()[0] for line in drawn(3, None, 5)] == ["offer0", "offer1", "offer2"]
    lines = drawn(9, None, 5)
    assert len(lines) == 5
    assert lines[-1].strip() == "and 5 more"
    assert drawn(3, None, 0) == []
    assert drawn(0, None, 5) == []


@pytest.mark.parametrize("chosen", range(9))
def test_the_chosen_one_is_always_in_view_and_told_by_a_glyph(chosen: int) -> None:
    marked = [line for line in drawn(9, chosen, 4) if line.startswith("› ")]
    assert [line.split()[1] for line in marked] == [f"offer{chosen}"]


@pytest.mark.parametrize("width", SOME_WIDTHS)
def test_every_line_has_exactly_its_width(width: int) -> None:
    hostile = [Offer(text, text, "", 0, 0) for text in HOSTILE]
    for strip in offer_lines(hostile, 2, width, 20, DARK, [NONE] * len(hostile)):
        assert is_exactly(strip, width)
    for text in HOSTILE:
        for start, end in ((0, 0), (3, 9), (width - 3, width + 50), (500, 501)):
            assert is_exactly(trouble_line(text, start, end, False, ESC, width, DARK), width)
        assert is_exactly(keys_line([ESC, ESC, ESC], text[:30], 9, width, DARK), width)


def test_what_offers_say_cannot_reach_the_terminal() -> None:
    lines = offer_lines([Offer("a\x1b[31m", "b\nc", "", 0, 0)], None, 40, 3, DARK, [NONE])
    assert "\x1b" not in lines[0].text
    assert "\n" not in lines[0].text


def test_the_width_is_that_of_the_longest_label_and_meaning() -> None:
    wanted = offers_width([Offer("ab", "m", "", 0, 0), Offer("a", "longer", "", 0, 0)])
    lines = offer_lines([Offer("ab", "longer", "", 0, 0)], None, wanted, 1, DARK, [NONE])
    assert lines[0].text == "  ab  longer "
    assert offers_width([]) == 0


def test_the_caret_stands_under_its_place_and_the_message_beside_it() -> None:
    text = trouble_line("There is no column.", 9, 13, False, ESC, 80, DARK).text
    assert text.rstrip() == " " * 9 + "^^^^ ✗ There is no column.   Esc back"


def test_near_the_right_end_the_message_stands_before_the_caret() -> None:
    text = trouble_line("There is no column.", 70, 74, False, ESC, 80, DARK).text
    assert text[70:74] == "^^^^"
    assert text[:70].strip() == "✗ There is no column."


def test_what_is_not_finished_is_said_quietly() -> None:
    wrong = trouble_line("What?", 9, 9, False, ESC, 80, DARK)
    later = trouble_line("What?", 9, 9, True, ESC, 80, DARK)
    assert "✗ What?" in wrong.text
    assert "… What?" in later.text
    assert colours(wrong)[12] == DARK.bad
    assert colours(later)[12] == DARK.dim


def test_the_first_key_and_the_way_out_stay_when_room_is_short() -> None:
    keys = [Key("Enter", "keep", NONE), Key("Tab", "complete", NONE), Key("^o", "saved ones", NONE), ESC]
    assert keys_line(keys, "", 9, 80, DARK).text.strip() == "Enter keep  Tab complete  ^o saved ones  Esc back"
    assert keys_line(keys, "", 9, 34, DARK).text.strip() == "Enter keep  Esc back"
