"""Colours: a palette for every theme, worker colours that differ, text that can be read."""

from __future__ import annotations

import itertools
import math
from dataclasses import fields

import pytest
from textual.color import Color, rgb_to_lab
from textual.theme import BUILTIN_THEMES

from conclab.model.settings import THEMES as NAMES
from conclab.tui.palettes import ANSI, COLOUR_BLIND, HIGH_CONTRAST, REVERSED
from conclab.tui.renderables.blocks import style
from conclab.tui.theme import DARK, LIGHT, THEMES, Palette, palette_for, theme_name
from conclab.tui.theme import PALETTES as EVERY_PALETTE

PALETTES = {name: palette for name, palette in EVERY_PALETTE.items() if palette is not ANSI}
"""Those whose colours are ours to choose."""
EASY = 15.0
"""A difference of colour (CIE 1976) that is seen at a glance; 2.3 can just be seen side by side."""

Matrix = tuple[tuple[float, float, float], ...]
# Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009), severity 1.
VISIONS: dict[str, Matrix] = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_eight_workers_have_eight_colours_and_the_ninth_begins_anew(palette: Palette) -> None:
    assert len({palette.worker(slot) for slot in range(8)}) == 8
    assert palette.worker(8) == palette.worker(0)
    assert palette.worker(511) == palette.worker(511 % 8)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
@pytest.mark.parametrize("vision", VISIONS)
def test_people_with_any_kind_of_colour_vision_can_tell_the_workers_apart(palette: Palette, vision: str) -> None:
    """A difference of 2.3 can just be seen side by side (CIE 1976); workers are some lines apart."""
    seen = {colour: _seen(Color.parse(colour), VISIONS[vision]) for colour in palette.workers}
    alike = [
        (one, other, round(_difference(seen[one], seen[other]), 1))
        for one, other in itertools.combinations(palette.workers, 2)
        if _difference(seen[one], seen[other]) < 8
    ]
    assert alike == []


def _seen(colour: Color, matrix: Matrix) -> Color:
    linear = [_linear(part / 255) for part in colour.rgb]
    mixed = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in matrix]
    red, green, blue = (round(255 * (one * 12.92 if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055)) for one in mixed)
    return Color(red, green, blue)


def _difference(one: Color, other: Color) -> float:
    """CIE 1976 colour difference."""
    first, second = rgb_to_lab(one), rgb_to_lab(other)
    return math.dist((first.L, first.a, first.b), (second.L, second.a, second.b))


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_whatever_is_read_stands_out_from_the_background(palette: Palette) -> None:
    background = Color.parse(palette.background)
    for name in ("text", "title", "good", "bad", "unsure", "wants", "blocked"):
        assert _contrast(Color.parse(getattr(palette, name)), background) >= 4.5, name
    assert _contrast(Color.parse(palette.dim), background) >= 3.0
    for worker in palette.workers:
        assert _contrast(Color.parse(worker), background) >= 3.0, worker


def _linear(part: float) -> float:
    """sRGB to linear light."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _luminance(colour: Color) -> float:
    """WCAG 2.1, relative luminance."""
    red, green, blue = (_linear(part / 255) for part in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Color, other: Color) -> float:
    """WCAG 2.1, contrast ratio."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_what_the_table_marks_can_be_read_there_and_under_the_cursor(palette: Palette) -> None:
    background, cursor = Color.parse(palette.background), Color.parse(palette.cursor)
    for name in ("tagged", "new", "thread"):
        assert _contrast(Color.parse(getattr(palette, name)), background) >= 4.5, name
    for name in ("ended", "kernel"):
        assert _contrast(Color.parse(getattr(palette, name)), background) >= 3.0, name
    assert _contrast(Color.parse(palette.text), cursor) >= 4.5
    assert _contrast(Color.parse(palette.ink), Color.parse(palette.title)) >= 4.5
    assert _contrast(Color.parse(palette.header_text), Color.parse(palette.header)) >= 4.5


def test_in_high_contrast_everything_that_is_read_has_seven_to_one() -> None:
    """WCAG 2.1, success criterion 1.4.6, level AAA."""
    black = Color.parse(HIGH_CONTRAST.background)
    read = ("text", "dim", "title", "wants", "blocked", "good", "bad", "unsure", "tagged", "new", "ended", "kernel", "thread")
    bars = ("user", "system", "nice", "iowait", "steal", "memory", "buffers", "cache", "other")
    for name in read + bars:
        assert _contrast(Color.parse(getattr(HIGH_CONTRAST, name)), black) >= 7.0, name
    for worker in HIGH_CONTRAST.workers:
        assert _contrast(Color.parse(worker), black) >= 7.0, worker
    assert _contrast(Color.parse(HIGH_CONTRAST.text), Color.parse(HIGH_CONTRAST.cursor)) >= 7.0
    assert _contrast(Color.parse(HIGH_CONTRAST.line), black) >= 4.5


GROUPS = (
    ("user", "system", "nice", "iowait", "steal", "trough"),
    ("memory", "buffers", "cache", "trough"),
    ("good", "bad", "unsure"),
    ("wants", "blocked"),
    ("new", "ended", "tagged"),
)
"""What stands side by side and has to be told apart."""


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_in_the_colour_blind_theme_meters_and_verdicts_are_told_apart_at_a_glance(group: tuple[str, ...], vision: str) -> None:
    seen = {name: _seen(Color.parse(getattr(COLOUR_BLIND, name)), VISIONS[vision]) for name in group}
    alike = [(one, other) for one, other in itertools.combinations(group, 2) if _difference(seen[one], seen[other]) < EASY]
    assert alike == []


def test_the_usual_theme_would_not_do_for_that() -> None:
    """What makes the test above a test: green and red of the dark theme are alike without red cones."""
    seen = [_seen(Color.parse(colour), VISIONS["protanopia"]) for colour in (DARK.good, DARK.bad)]
    assert (
        _difference(*seen) < EASY
        or _difference(*(_seen(Color.parse(c), VISIONS["deuteranopia"]) for c in (DARK.good, DARK.bad))) < EASY
    )


def _all_colours(palette: Palette) -> list[str]:
    values = [getattr(palette, field.name) for field in fields(palette)]
    return [colour for value in values for colour in ([value] if isinstance(value, str) else value)]


def test_the_plain_theme_has_nothing_but_the_terminals_own_colours() -> None:
    theme = next(theme for theme in THEMES if theme.name == theme_name("ansi"))
    assert theme.ansi
    assert all(colour.startswith("ansi_") or colour == REVERSED for colour in _all_colours(ANSI))
    for colour in set(_all_colours(ANSI)) - {REVERSED}:
        drawn = style(colour, ANSI.cursor)
        assert drawn.reverse
        assert drawn.bgcolor is None
        assert drawn.color is not None
        assert drawn.color.is_system_defined or drawn.color.is_default
    ours = {name: value for name, value in theme.variables.items() if not name.endswith("style")}
    assert len(ours) > 10
    assert all(Color.parse(value).ansi is not None for value in ours.values())


def test_every_theme_of_the_settings_has_its_palette() -> None:
    assert tuple(EVERY_PALETTE) == NAMES
    assert [palette_for(theme) for theme in THEMES] == list(EVERY_PALETTE.values())


def test_every_theme_of_textual_gets_the_palette_of_its_brightness() -> None:
    for theme in BUILTIN_THEMES.values():
        assert palette_for(theme) is (DARK if theme.dark else LIGHT)
