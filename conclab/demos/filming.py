"""Recording a demo: it is played on a stage, and what the stage shows becomes a cast, and the cast a film or a picture."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from conclab.demos.film import SUFFIXES, make_film
from conclab.demos.film_trouble import FilmTrouble
from conclab.demos.show import Show
from conclab.model.text import harmless
from conclab.recording.cast import SUFFIX, CastWriter, read_cast

ENDINGS = (SUFFIX, *SUFFIXES)
STILLS = (".png", ".svg")
_LAST_S = 1.0
"""How long the last picture of a cast is to be seen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made."""

    path: Path
    size: tuple[int, int]
    theme: str = "dark"
    version: int = 2
    """Of the cast."""
    title: str = ""
    at: float | str | None = None
    """Of a picture: the moment."""


def check_ending(path: Path) -> None:
    """Whether something can become of it here; to be asked before minutes are spent on playing. Raises FilmTrouble."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise FilmTrouble(f"{harmless(path.name)}: its ending does not say what it is to become; take one of {', '.join(ENDINGS)}")
    if ending != SUFFIX and not all(importlib.util.find_spec(name) for name in ("PIL", "pyte")):
        raise FilmTrouble(f"{ending} needs the extra `pictures`: pip install 'conclab[pictures]'; {SUFFIX} does without")
    if ending == ".mp4" and shutil.which("ffmpeg") is None:
        raise FilmTrouble("MP4 needs ffmpeg, which is not here; install it (Debian: apt install ffmpeg), or choose .gif")


async def record(show: Show, cast: Path, wanted: Wanted) -> None:
    """Play it and write the cast. Raises Failed, and OSError when the file cannot be written."""
    writer = CastWriter(cast, *wanted.size, version=wanted.version, title=wanted.title)
    try:
        await show.on_stage(
            wanted.size,
            lambda data: writer.output(show.now_s(), data),
            lambda label: writer.marker(show.now_s(), label),
        )
    finally:
        writer.close(show.now_s() + _LAST_S)


def develop(cast: Path, wanted: Wanted) -> None:
    """What was wanted, from the cast, at its place. Raises FilmTrouble and OSError."""
    if wanted.path.suffix.lower() == SUFFIX:
        shutil.copyfile(cast, wanted.path)
    else:
        theme = "light" if wanted.theme == "light" else "dark"
        make_film(read_cast(cast), wanted.path, theme=theme, idle_limit=None, at=wanted.at)
