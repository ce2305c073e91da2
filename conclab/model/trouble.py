"""What nobody expected while something was read, to be told once. It is a mistake of ours: refusals are expected, and blank."""

from __future__ import annotations

from dataclasses import dataclass
from traceback import extract_tb

from conclab.model.text import harmless


@dataclass(frozen=True, slots=True)
class Trouble:
    """A sentence for the user."""

    at_ns: int
    text: str


def trouble_of(at_ns: int, what: str, error: Exception) -> Trouble:
    """``what`` could not be read because of that error; where it happened is said for whoever gets the report."""
    place = next(iter(extract_tb(error.__traceback__)[-1:]), None)
    where = f", {place.filename.rpartition('/')[2]} line {place.lineno}" if place else ""
    said = harmless(f"{type(error).__name__}: {error}"[:200])
    return Trouble(at_ns, f"{what} could not be read ({said}{where}). conclab goes on and tries again.")
