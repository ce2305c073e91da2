"""The README's moving pictures: shipped demos on the played machine, as GIFs that say which text they show.

A GIF is large and no two versions of a font draw it alike, so whether it is out of date is not told by its bytes: it carries a
hash of the text that was on the screen, second by second, as a comment (GIF89a, section 24). To check is to play the demo once more
and to compare the hashes. Needs the extra ``pictures``.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from pathlib import Path

from conclab.demos.film import make_film
from conclab.demos.filming import Wanted, record
from conclab.demos.shelf import shipped
from conclab.demos.show import Show, played_house
from conclab.recording.cast import Cast, read_cast

MOVING = ("tour", "gil")
"""Demos that the README shows."""
_SAYS = b"conclab text "
_COMMENT = b"\x21\xfe"
_TRAILER = b"\x3b"


def play(name: str) -> Cast:
    """A shipped demo as it goes on the played machine. Raises Failed."""
    script = shipped(name)
    with tempfile.TemporaryDirectory(prefix="conclab-moving-") as folder, played_house() as house:
        path = Path(folder) / "demo.cast"
        asyncio.run(record(Show(script, house), path, Wanted(path, script.size, title=script.title)))
        return read_cast(path)


def text_hash(cast: Cast) -> str:
    """Of all that can be read in it, as it stood at the end of each second."""
    from conclab.demos.reel import THEMES, reel

    digest = hashlib.sha256()
    for frame in reel(cast, 1.0, THEMES["dark"]):
        for row in frame.rows:
            digest.update("".join(cell.sign for cell in row).rstrip().encode() + b"\n")
    return digest.hexdigest()


def write(cast: Cast, path: Path) -> None:
    """The GIF. Raises FilmTrouble and OSError."""
    make_film(cast, path, idle_limit=None)
    said = _SAYS + text_hash(cast).encode()
    path.write_bytes(path.read_bytes().removesuffix(_TRAILER) + _COMMENT + bytes((len(said),)) + said + b"\x00" + _TRAILER)


def is_current(cast: Cast, path: Path) -> bool:
    """Whether the GIF there shows the same text. Raises OSError."""
    said = _SAYS + text_hash(cast).encode()
    return path.read_bytes().endswith(_COMMENT + bytes((len(said),)) + said + b"\x00" + _TRAILER)
