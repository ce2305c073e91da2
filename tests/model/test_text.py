"""Foreign text made harmless: nothing that steers a terminal gets through, and what people write stays as it is."""

from __future__ import annotations

import unicodedata

import pytest

from conclab.model.text import harmless


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x1b]52;c;cm0gLXJm\x1b\\", "␛]52;c;cm0gLXJm␛\\"),
        ("one\ntwo\r\n", "one␊two␍␊"),
        ("a\x00b", "a␀b"),
        ("\x08\x7f", "␈␡"),
        ("\x9b31m", "·31m"),
        ("\x85", "·"),
        ("safe\u202etxt.exe", "safe·txt.exe"),
        ("\u2066\u2069\u200f\u061c", "····"),
        ("zero\u200bwidth\ufeff", "zero·width·"),
        ("line\u2028separator\u2029", "line·separator·"),
        ("caf\udce9", "caf\ufffd"),
    ],
)
def test_what_steers_a_terminal_becomes_visible(foreign: str, shown: str) -> None:
    assert harmless(foreign) == shown


@pytest.mark.parametrize("code", range(0x20))
def test_every_control_character_but_the_tab_becomes_its_picture(code: int) -> None:
    assert harmless(chr(code)) == (" " * 8 if code == 9 else chr(0x2400 + code))


def test_no_control_surrogate_separator_or_direction_override_gets_through() -> None:
    assigned = (*range(0x40000), *range(0xE0000, 0xE1000))  # the planes between are empty, those after it are for private use
    shown = harmless("".join(map(chr, assigned)))
    assert not {unicodedata.category(character) for character in set(shown)} & {"Cc", "Cs", "Zl", "Zp"}
    directions = {unicodedata.bidirectional(character) for character in set(shown)}
    assert not directions & {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_surrogates_of_undecodable_bytes_can_be_written_out() -> None:
    harmless(b"\xff\xfe name".decode("utf-8", errors="surrogateescape")).encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain text, with punctuation: 100 %!",
        "[red]markup stays markup[/red]",
        "größer, naïve, Ελληνικά, русский, עברית, العربية",
        "日本語 한국어",
        "e\u0301 combines",
        "👩‍👩‍👧 family, ⚙️ gear",
        "█▒░ ✓ ✗",
        "non\xa0breaking",
    ],
)
def test_what_people_write_is_left_alone(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\tx", "        x"),
        ("a\tb", "a       b"),
        ("12345678\tx", "12345678        x"),
        ("a\tb\tc", "a       b       c"),
        ("é\tx", "é       x"),
    ],
)
def test_a_tab_widens_to_the_next_multiple_of_eight(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_tab_after_a_line_break_widens_to_a_multiple_of_eight_of_the_one_line_that_is_shown() -> None:
    assert harmless("abc\n\tx").index("x") == 8


def test_harmless_text_is_harmless() -> None:
    once = harmless("\x1b[1m\ta\u202e\x9d\udc80\nb")
    assert harmless(once) == once
