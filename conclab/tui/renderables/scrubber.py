"""The line on which one moves through a run: its whole duration, its repetitions, and where one is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model import figures
from conclab.recording.replay import Replay, Span
from conclab.tui.renderables.blocks import Line, fit, style
from conclab.tui.theme import Palette

_LEAST_NAME = 4
"""Cells from which on the beginning of a repetition's name says something."""


def cell_at(replay: Replay, at_ns: int, width: int) -> int:
    """The cell in which a moment lies."""
    if replay.duration_ns <= 0 or width <= 1:
        return 0
    return max(0, min(width - 1, (at_ns - replay.start_ns) * (width - 1) // replay.duration_ns))


def moment_at(replay: Replay, cell: int, width: int) -> int:
    """The moment that a cell stands for: the first cell is the beginning, the last one the end."""
    if width <= 1:
        return replay.start_ns
    # Rounded up, so that the moment lies in the cell that it was asked for.
    return replay.start_ns - (-replay.duration_ns * max(0, min(width - 1, cell)) // (width - 1))


def _cells(replay: Replay, width: int) -> list[tuple[Span, int, int]]:
    """Each repetition with its first cell and the one after its last; such as begin in one and the same cell are there once."""
    found: list[tuple[Span, int, int]] = []
    for span in replay.spans:
        start = cell_at(replay, span.start_ns, width)
        if found and found[-1][1] == start:
            continue
        if found:
            before, first, _end = found[-1]
            found[-1] = (before, first, min(start, cell_at(replay, before.end_ns, width) + 1))
        found.append((span, start, cell_at(replay, span.end_ns, width) + 1))
    return found


def names_line(replay: Replay, at_ns: int, width: int, palette: Palette) -> Strip:
    """The repetitions by name, each above its own stretch, as far as there is room; the one that is on is bold."""
    line, here = Line(), replay.span_at(at_ns)
    for span, start, end in _cells(replay, width):
        room = end - start
        line.add(" " * (start - line.cells))
        look = style(palette.title, bold=True) if span is here else style(palette.dim)
        if room > _LEAST_NAME:
            name = span.name if cell_len(span.name) < room else span.arm.name
            line.add(fit(f"╷{name}", room), look)
        else:
            line.add("╷" + " " * (room - 1), look)
    return line.strip(width)


def track_line(replay: Replay, at_ns: int, width: int, palette: Palette) -> Strip:
    """The whole duration: what lies behind is thick, the beginnings of repetitions are marked, and so is the moment."""
    here = cell_at(replay, at_ns, width)
    starts = {start for _span, start, _end in _cells(replay, width)}
    line = Line()
    done, ahead = style(palette.title), style(palette.dim)
    for cell in range(width):
        if cell == here:
            line.add("●", style(palette.text, bold=True))
        elif cell < here:
            line.add("╋" if cell in starts else "━", done)
        else:
            line.add("┼" if cell in starts else "─", ahead)
    return line.strip(width)


def told_line(replay: Replay, at_ns: int, playing: bool, width: int, palette: Palette) -> Strip:
    """Where one is, in words."""
    parts = told(replay, at_ns)
    line = Line().add(" ▶ playing " if playing else " ‖ paused  ", style(palette.good if playing else palette.unsure, bold=True))
    line.add(parts[0], style(palette.text, bold=True))
    for part in parts[1:]:
        if line.cells + 3 + cell_len(part) <= width:
            line.add(f" · {part}", style(palette.dim))
    return line.strip(width)


def told(replay: Replay, at_ns: int) -> Sequence[str]:
    """The moment in seconds since the run began, the repetition, and how far one is in that."""
    parts = [f"{(at_ns - replay.start_ns) / 1e9:.3f} s of {replay.duration_ns / 1e9:.3f} s"]
    span = replay.span_at(at_ns)
    if span is None:
        before = sum(one.end_ns < at_ns for one in replay.spans)
        if not replay.spans:
            parts.append("no repetition was begun")
        elif before == len(replay.spans):
            parts.append(f"after the last of {before} repetitions")
        else:
            parts.append("before the first repetition" if not before else "between two repetitions")
        return parts
    number = replay.spans.index(span) + 1
    again = " (control)" if span.control else ""
    parts.append(f"{span.arm.name}{again}, round {span.round + 1}")
    parts.append(f"repetition {number} of {len(replay.spans)}")
    parts.append(f"{figures.duration(at_ns - span.start_ns) or '0 s'} into it")
    return parts
