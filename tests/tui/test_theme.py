"""Colours: a palette for every theme, worker colours that differ, text that can be read."""

from __future__ import annotations

import itertools
import math

import pytest
from textual.color import Color, rgb_to_lab
from textual.theme import BUILTIN_THEMES

from conclab.tui.theme import DARK, LIGHT, THEMES, Palette, palette_for

PALETTES = {"dark": DARK, "light": LIGHT}

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


def test_our_themes_have_their_own_palettes() -> None:
    dark, light = THEMES
    assert palette_for(dark) is DARK
    assert palette_for(light) is LIGHT


def test_every_theme_of_textual_gets_the_palette_of_its_brightness() -> None:
    for theme in BUILTIN_THEMES.values():
        assert palette_for(theme) is (DARK if theme.dark else LIGHT)
