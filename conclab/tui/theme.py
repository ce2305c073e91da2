"""The themes: Textual's colours for what it draws itself, made from the palettes."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

from conclab.tui.palettes import ANSI, COLOUR_BLIND, DARK, HIGH_CONTRAST, LIGHT, REVERSED, Palette

__all__ = ["DARK", "LIGHT", "PALETTES", "THEMES", "Palette", "palette_for", "theme_name"]

PALETTES = {"dark": DARK, "light": LIGHT, "high-contrast": HIGH_CONTRAST, "colour-blind": COLOUR_BLIND, "ansi": ANSI}
"""By the names that the settings have for them."""


def theme_name(name: str) -> str:
    """What Textual calls the theme of that name in the settings."""
    return f"conclab-{name}"


_PLAIN = {
    **BUILTIN_THEMES["ansi-dark"].variables,
    "input-cursor-background": "ansi_cyan",
    "input-cursor-foreground": "ansi_black",
    "input-cursor-text-style": "underline",
}
"""What Textual's own widgets need in the plain theme; the underline is what is left of a cursor with NO_COLOR."""


def _theme(name: str, palette: Palette) -> Theme:
    cursor = "ansi_bright_black" if palette.cursor == REVERSED else palette.cursor
    return Theme(
        name=theme_name(name),
        dark=palette is not LIGHT,
        ansi=palette is ANSI,
        primary=palette.title,
        secondary=palette.other,
        accent=palette.title,
        success=palette.good,
        warning=palette.unsure,
        error=palette.bad,
        foreground=palette.text,
        background=palette.background,
        surface=palette.background,
        panel=palette.field,
        boost=palette.background if palette is ANSI else None,
        variables={
            **(_PLAIN if palette is ANSI else {}),
            "bar": palette.bar,
            "field": palette.field,
            "line": palette.line,
            "ink": palette.ink,
            "dim": palette.dim,
            "cursor": cursor,
            "block-cursor-background": cursor,
            "block-cursor-foreground": palette.text,
            "block-cursor-text-style": "bold",
            "border": palette.title,
            "border-blurred": palette.line,
            "scrollbar": palette.line,
            "scrollbar-background": palette.background,
            "scrollbar-corner-color": palette.background,
            "scrollbar-hover": palette.dim,
            "scrollbar-active": palette.title,
            "scrollbar-background-hover": palette.background,
            "scrollbar-background-active": palette.background,
        },
    )


THEMES = tuple(_theme(name, palette) for name, palette in PALETTES.items())


def palette_for(theme: Theme) -> Palette:
    """The palette that goes with a theme; Textual's own themes get the one of their brightness."""
    return PALETTES.get(theme.name.removeprefix("conclab-")) or (DARK if theme.dark else LIGHT)
