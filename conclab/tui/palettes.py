"""The palettes: what each colour of the drawn panes is for, and which one it is in each theme.

The worker colours are eight that people with any kind of colour vision can tell apart (after Okabe and Ito), always beside the
worker's name. A colour means the same in every pane.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

REVERSED = "reversed"
"""In the place of a background: foreground and background change places, which can be read in any colours."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of the drawn panes: #rrggbb, or ansi_name (of the terminal's sixteen; ansi_default is its own)."""

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
    """Behind the row under the cursor; REVERSED where no colour would do."""
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
    shared: str
    """Memory shared between processes; beside ``memory``, ``buffers`` and ``cache`` in one bar."""
    ink: str
    """Text on ``title`` and on ``good``."""
    bar: str
    """Behind the top bar and the keys."""
    field: str
    """Behind what can be filled in or pressed."""
    line: str
    """Frames of what has not the focus."""
    tagged: str
    new: str
    """A task that has just come; ``ended``: one that has just gone."""
    ended: str
    kernel: str
    """Threads of the kernel."""
    thread: str
    """Threads of a process."""

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
    shared="#c77dd6",
    ink="#0b0f15",
    bar="#0b0f15",
    field="#1e2a36",
    line="#2c3845",
    tagged="#f0e442",
    new="#7ddfb4",
    ended="#b9717f",
    kernel="#7f8b99",
    thread="#9fc3e0",
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
    shared="#a23bb5",
    ink="#ffffff",
    bar="#e3e9ef",
    field="#e9eef3",
    line="#c3ccd5",
    tagged="#7a6a00",
    new="#0a7f54",
    ended="#a04a60",
    kernel="#6d7985",
    thread="#2a5f8f",
)


HIGH_CONTRAST = Palette(
    background="#000000",
    text="#ffffff",
    dim="#c8c8c8",
    title="#5fd7ff",
    workers=("#8fe3ff", "#ffb000", "#00d68f", "#ffffff", "#ff8a5c", "#a0a8ff", "#b4ff9f", "#c8c8c8"),
    trough="#303030",
    other="#9ab8cc",
    wants="#ffb000",
    wants_back="#6e4c00",
    blocked="#ff9ad5",
    blocked_back="#6a1f4c",
    good="#00e090",
    bad="#ff9e9e",
    unsure="#ffb000",
    cursor="#00407a",
    header="#00e090",
    header_text="#000000",
    user="#b4ff9f",
    system="#ffb000",
    nice="#00bfff",
    iowait="#aab4be",
    steal="#ffffff",
    memory="#b4ff9f",
    buffers="#00bfff",
    cache="#ffb000",
    shared="#ff8aff",
    ink="#000000",
    bar="#000000",
    field="#262626",
    line="#8a8a8a",
    tagged="#ffff00",
    new="#00e090",
    ended="#ff9e9e",
    kernel="#c8c8c8",
    thread="#8fe3ff",
)

COLOUR_BLIND = replace(
    DARK,
    wants="#f0e442",
    wants_back="#5c5600",
    blocked="#e08bc0",
    blocked_back="#4d1f3c",
    good="#6ba4ff",
    bad="#fe6100",
    unsure="#f0e442",
    header="#6ba4ff",
    user="#648fff",
    system="#d55e00",
    nice="#c8f7dc",
    iowait="#cc79a7",
    steal="#f0e442",
    memory="#648fff",
    buffers="#c8f7dc",
    cache="#f0e442",
    shared="#cc79a7",
    new="#6ba4ff",
    ended="#d55e00",
)
"""Found by trying all fives of thirty colours: the most alike two are as far apart as can be, also without red or green cones."""

ANSI = Palette(
    background="ansi_default",
    text="ansi_default",
    dim="ansi_bright_black",
    title="ansi_cyan",
    workers=(
        "ansi_bright_blue",
        "ansi_bright_yellow",
        "ansi_green",
        "ansi_magenta",
        "ansi_cyan",
        "ansi_bright_red",
        "ansi_blue",
        "ansi_bright_magenta",
    ),
    trough="ansi_default",
    other="ansi_blue",
    wants="ansi_yellow",
    wants_back="ansi_yellow",
    blocked="ansi_red",
    blocked_back="ansi_red",
    good="ansi_green",
    bad="ansi_red",
    unsure="ansi_yellow",
    cursor=REVERSED,
    header="ansi_green",
    header_text="ansi_black",
    user="ansi_green",
    system="ansi_red",
    nice="ansi_blue",
    iowait="ansi_bright_black",
    steal="ansi_cyan",
    memory="ansi_green",
    buffers="ansi_blue",
    cache="ansi_yellow",
    shared="ansi_magenta",
    ink="ansi_black",
    bar="ansi_default",
    field="ansi_default",
    line="ansi_bright_black",
    tagged="ansi_yellow",
    new="ansi_green",
    ended="ansi_red",
    kernel="ansi_bright_black",
    thread="ansi_cyan",
)
"""The terminal's own sixteen colours, whatever they look like there, on its own background."""


@lru_cache(maxsize=8)
def one_colour(palette: Palette) -> Palette:
    """For a reversed row: each colour would become a patch of background."""
    text = palette.text
    return replace(palette, dim=text, title=text, good=text, bad=text, unsure=text)
