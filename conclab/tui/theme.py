"""How conclab looks: two themes, and the palette of what is drawn line by line.

The worker colours are eight that people with any kind of colour vision can tell apart (after Okabe and Ito), always beside the
worker's name. A colour means the same in every pane.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of the drawn panes, as #rrggbb."""

    background: str
    text: str
    dim: str
    title: str
    workers: tuple[str, ...]
    trough: str
    """Behind bars and histories."""
    other: str
    """Load that is no worker's."""
    wants: str
    wants_back: str
    blocked: str
    blocked_back: str
    good: str
    bad: str
    unsure: str
    cursor: str
    header: str
    header_text: str
    user: str
    system: str
    nice: str
    iowait: str
    steal: str
    memory: str
    buffers: str
    cache: str

    def worker(self, slot: int) -> str:
        return self.workers[slot % len(self.workers)]


DARK = Palette(
    background="#121821",
    text="#c9d3dd",
    dim="#6b7785",
    title="#7cc4ff",
    workers=("#56b4e9", "#e69f00", "#36c98f", "#f0e442", "#e08bc0", "#6f8ff5", "#f0763a", "#b7bcbd"),
    trough="#1b2430",
    other="#3f6b8c",
    wants="#d9ab42",
    wants_back="#5f4a10",
    blocked="#e78aa0",
    blocked_back="#4a1b28",
    good="#36c98f",
    bad="#e78aa0",
    unsure="#d9ab42",
    cursor="#213449",
    header="#36c98f",
    header_text="#0c1016",
    user="#36c98f",
    system="#e0626f",
    nice="#5b8def",
    iowait="#8a94a0",
    steal="#3fc6d8",
    memory="#36c98f",
    buffers="#5b8def",
    cache="#e6d84a",
)

LIGHT = Palette(
    background="#fbfcfd",
    text="#24303c",
    dim="#6d7985",
    title="#0b5cad",
    workers=("#1579b8", "#925000", "#0a8a5c", "#4e4600", "#af4895", "#3f55c9", "#d05814", "#69707a"),
    trough="#e9edf1",
    other="#8fb0c8",
    wants="#8f6400",
    wants_back="#f3dc9b",
    blocked="#b23355",
    blocked_back="#f4cdd6",
    good="#0a7f54",
    bad="#b23355",
    unsure="#8f6400",
    cursor="#d5e6f7",
    header="#0a7f54",
    header_text="#ffffff",
    user="#14976a",
    system="#c9394b",
    nice="#3f6ad8",
    iowait="#7d8792",
    steal="#0e93a6",
    memory="#14976a",
    buffers="#3f6ad8",
    cache="#c2a800",
)


def _theme(name: str, palette: Palette, *, dark: bool, bar: str, field: str, line: str) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=palette.title,
        secondary=palette.other,
        accent=palette.title,
        success=palette.good,
        warning=palette.unsure,
        error=palette.bad,
        foreground=palette.text,
        background=palette.background,
        surface=palette.background,
        panel=field,
        variables={
            "bar": bar,
            "field": field,
            "line": line,
            "dim": palette.dim,
            "cursor": palette.cursor,
            "block-cursor-background": palette.cursor,
            "block-cursor-foreground": palette.text,
            "block-cursor-text-style": "bold",
            "border": palette.title,
            "border-blurred": line,
            "scrollbar": line,
            "scrollbar-background": palette.background,
            "scrollbar-corner-color": palette.background,
            "scrollbar-hover": palette.dim,
            "scrollbar-active": palette.title,
            "scrollbar-background-hover": palette.background,
            "scrollbar-background-active": palette.background,
        },
    )


THEMES = (
    _theme("conclab-dark", DARK, dark=True, bar="#0b0f15", field="#1e2a36", line="#2c3845"),
    _theme("conclab-light", LIGHT, dark=False, bar="#e3e9ef", field="#e9eef3", line="#c3ccd5"),
)


def palette_for(theme: Theme) -> Palette:
    """The palette that goes with a theme; Textual's own themes get the one of their brightness."""
    return DARK if theme.dark else LIGHT
