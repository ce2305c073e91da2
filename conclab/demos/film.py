"""Films: a cast as something that can be shown without a player. GIF and MP4 move; PNG and SVG are one moment of it.

Needs the extra ``pictures`` (pyte emulates the terminal, Pillow draws), and ffmpeg for MP4.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.demos.film_trouble import FilmTrouble
from conclab.model.text import harmless
from conclab.recording.cast import Cast

if TYPE_CHECKING:
    from PIL import Image

    from conclab.demos.cells import Cells
    from conclab.demos.reel import Frame

SUFFIXES = (".gif", ".png", ".svg", ".mp4")
MOVING = (".gif", ".mp4")
FPS = 10.0
IDLE_LIMIT_S = 3.0
HOLD_S = 3.0
"""How long the last picture stays."""
CELL = 8
"""Pixels that a column is wide."""
_VIDEO_FPS = 30
_STILL_CELL = 16
"""A single picture can be finer."""


@dataclass(frozen=True, slots=True)
class Film:
    """What came of it."""

    path: Path
    frames: int
    seconds: float
    bytes: int


def make_film(
    cast: Cast,
    path: Path,
    *,
    theme: str = "dark",
    idle_limit: float | None = IDLE_LIMIT_S,
    fps: float = FPS,
    at: float | str | None = None,
    cell: int | None = None,
) -> Film:
    """Make what the file's suffix says. Raises FilmTrouble, and OSError when the file cannot be written.

    ``theme`` is for what has no colour of its own: dark or light. No pause is longer than ``idle_limit`` seconds. ``at``: for one
    picture, its moment: seconds since the beginning, or (part of) a marker's label; None: the last. ``cell``: pixels a column.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise FilmTrouble(f"{harmless(path.name)!r} has no ending that says which kind of film; there are {', '.join(SUFFIXES)}")
    try:
        import PIL  # noqa: F401
        import pyte  # noqa: F401

        from conclab.demos.reel import THEMES, durations, reel
    except ImportError:
        raise FilmTrouble("making pictures needs the extra `pictures`: pip install 'conclab[pictures]'") from None
    until_s = None if suffix in MOVING else _moment(cast, at)
    if until_s is not None:
        cast = Cast(
            cast.width, cast.height, tuple(event for event in cast.events if event.at_s <= until_s), cast.version, cast.title
        )
    cast = cast.paced(idle_limit)
    frames = _from_the_first_sight(list(reel(cast, fps if suffix in MOVING else 1e-6, THEMES[theme])))
    if not frames:
        raise FilmTrouble(
            "there is nothing in this cast to be seen" if until_s is None else f"there is nothing to be seen at {at} yet"
        )
    if suffix not in MOVING:
        frames = frames[-1:]
    seconds = durations(frames, cast.seconds, HOLD_S)
    if suffix == ".svg":
        from conclab.demos.film_svg import svg_of

        path.write_text(svg_of(frames[0], cast.title or "conclab"), encoding="utf-8")
    else:
        from conclab.demos.cells import Cells

        cells = Cells(cell or (CELL if suffix in MOVING else _STILL_CELL))
        if suffix == ".gif":
            from conclab.demos.film_gif import write_gif

            write_gif(frames, seconds, path, cells)
        elif suffix == ".png":
            next(pictures(frames, cells)).save(path, "PNG", optimize=True)
        else:
            _write_mp4(frames, seconds, path, cells)
    return Film(path, len(frames), sum(seconds), path.stat().st_size)


def _from_the_first_sight(frames: list[Frame]) -> list[Frame]:
    """Without the empty screen that a recording begins with: a film's first picture is what is shown while it does not play."""
    seen = next((number for number, frame in enumerate(frames) if any(cell.sign.strip() for row in frame.rows for cell in row)), 0)
    return [frames[seen]._replace(at_s=frames[0].at_s), *frames[seen + 1 :]] if seen else frames


def _moment(cast: Cast, at: float | str | None) -> float | None:
    if at is None or isinstance(at, int | float):
        return at
    found = next((marker.at_s for marker in cast.markers if at.casefold() in marker.data.casefold()), None)
    if found is None:
        labels = ", ".join(repr(marker.data) for marker in cast.markers[:5]) or "none"
        raise FilmTrouble(f"no marker of the cast has {harmless(at)!r} in it; there are: {labels}")
    return found


def pictures(frames: Sequence[Frame], cells: Cells) -> Iterator[Image.Image]:
    """The frames as they are to be seen, in all their colours. It is one picture that changes: save or copy it before the next."""
    from PIL import Image

    from conclab.demos.film_gif import changed

    rows = frames[0].rows
    picture = Image.new("RGB", (len(rows[0]) * cells.width, len(rows) * cells.height))
    before = None
    for frame in frames:
        for x, y, cell, columns in changed(before, frame.rows):
            left, top = x * cells.width, y * cells.height
            picture.paste(cell.ground, (left, top, left + columns * cells.width, top + cells.height))
            picture.paste(cell.ink, (left, top), cells.mask(cell, columns))
        before = frame.rows
        yield picture


def _write_mp4(frames: Sequence[Frame], seconds: Sequence[float], path: Path, cells: Cells) -> None:
    """H.264 in the colours that every player knows; its sides must be even. Raises FilmTrouble without ffmpeg or when it fails."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise FilmTrouble("MP4 needs ffmpeg, which is not here; install it (Debian: apt install ffmpeg), or choose .gif")
    size = f"{len(frames[0].rows[0]) * cells.width}x{len(frames[0].rows) * cells.height}"
    given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(_VIDEO_FPS), "-i", "-"]
    wanted = [
        "-vf",
        "pad=ceil(iw/2)*2:ceil(ih/2)*2",
        "-c:v",
        "libx264",
        "-crf",
        "20",
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "+faststart",
    ]
    order = [program, "-hide_banner", "-loglevel", "error", "-y", *given, *wanted, "-f", "mp4", str(path.absolute())]
    with subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as ffmpeg:
        assert ffmpeg.stdin is not None
        assert ffmpeg.stderr is not None
        try:
            elapsed_s, written = 0.0, 0
            for picture, lasts_s in zip(pictures(frames, cells), seconds, strict=True):
                elapsed_s += lasts_s
                data = picture.tobytes()
                for _ in range(written, round(elapsed_s * _VIDEO_FPS)):
                    ffmpeg.stdin.write(data)
                    written += 1
            ffmpeg.stdin.close()
        except BrokenPipeError:
            pass  # it says itself what it did not like
        said = harmless(ffmpeg.stderr.read().decode(errors="replace").strip().replace("\n", "; "))[:300]
        if ffmpeg.wait() != 0:
            raise FilmTrouble(f"ffmpeg could not make {harmless(path.name)!r}: {said or 'it did not say why'}")
