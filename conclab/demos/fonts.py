"""A font to write with: none comes with conclab, so one that is there is looked for."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from conclab.demos.film_trouble import FilmTrouble

_FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",  # Debian, Ubuntu
    "/usr/share/fonts/dejavu-sans-mono-fonts",  # Fedora
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/TTF",  # Arch
    "/usr/local/share/fonts/dejavu",  # FreeBSD
    "/Library/Fonts",
)
_MENLO = Path("/System/Library/Fonts/Menlo.ttc")
_PATIENCE_S = 5
_NONE = (
    "no monospaced font was found to write with; install DejaVu Sans Mono (Debian, Ubuntu: fonts-dejavu-core; "
    "Fedora: dejavu-sans-mono-fonts; macOS has Menlo)"
)


@dataclass(frozen=True, slots=True)
class Face:
    """A file, and which of its fonts (a collection has several)."""

    path: Path
    index: int = 0


@dataclass(frozen=True, slots=True)
class Fonts:
    """To write with; ``bold`` is ``regular`` where there is none. ``others`` may have the signs that these lack."""

    regular: Face
    bold: Face
    others: tuple[Face, ...] = ()


def find_fonts() -> Fonts:
    """DejaVu Sans Mono, Menlo, or what fontconfig has for monospaced text. Raises FilmTrouble when there is none."""
    for folder in map(Path, _FOLDERS):
        regular = folder / "DejaVuSansMono.ttf"
        if regular.is_file():
            bold, sans = folder / "DejaVuSansMono-Bold.ttf", folder / "DejaVuSans.ttf"
            others = (Face(sans),) if sans.is_file() else ()
            return Fonts(Face(regular), Face(bold if bold.is_file() else regular), others)
    if _MENLO.is_file():
        return Fonts(Face(_MENLO), Face(_MENLO, 1))
    found = _asked("monospace:spacing=mono")
    if found is None:
        raise FilmTrouble(_NONE)
    return Fonts(found, _asked("monospace:spacing=mono:bold") or found)


def _asked(pattern: str) -> Face | None:
    """fontconfig's answer, if it has a font of equal widths: it always answers something."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "-f", "%{spacing}\n%{index}\n%{file}", pattern],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
            text=True,
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    spacing, index, path = (*answer.split("\n", 2), "", "", "")[:3]
    if spacing not in ("90", "100", "110") or Path(path).suffix.lower() not in (".ttf", ".otf", ".ttc"):
        return None
    return Face(Path(path), int(index) if index.isdecimal() else 0)
