"""A moment of a recording as people write it: 12.5, 1:30, +10, -10, 50%, a time of day, start, end."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

EXAMPLES = "12.5  1:30  +10  -10  14:03:20  50%  start  end"
_CLOCK = re.compile(r"(?P<sign>[+-]?)\s*(?:(?P<h>\d{1,4}):)?(?:(?P<m>\d{1,4}):)?(?P<s>\d{1,9}(?:\.\d{0,9})?)\s*s?", re.ASCII)
_EDGES = {"start": 0.0, "beginning": 0.0, "begin": 0.0, "end": 1.0, "now": 1.0}
_DAY_S = 86_400


class NoMoment(ValueError):
    """What is written is no moment of the recording. The message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one goes through, and where one is."""

    start_ns: int
    end_ns: int
    position_ns: int
    began_s: float
    """The time of day at ``start_ns``: seconds since 1970."""

    @property
    def length_s(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


def parse_moment(text: str, stretch: Stretch) -> int:
    """The stamp that is meant. Raises NoMoment.

    A number is seconds since the beginning, two with a colon are minutes and seconds, three are a time of day; with a sign they are
    counted from where one is, and end where the recording does. Two that lie after the end can be a time of day, too.
    """
    wanted = text.strip().casefold()
    if wanted in _EDGES:
        return stretch.start_ns + round(_EDGES[wanted] * (stretch.end_ns - stretch.start_ns))
    if wanted.endswith("%"):
        return _share(wanted[:-1], stretch)
    match = _CLOCK.fullmatch(wanted)
    if match is None:
        raise NoMoment("That is no moment; write 12.5, 1:30, +10, 14:03:20, 50% or end.")
    parts = [float(part) for part in (match["h"], match["m"], match["s"]) if part is not None]
    if len(parts) > 1 and any(part >= 60 for part in parts[1:]):
        raise NoMoment("After a colon come at most 59 minutes or seconds.")
    if match["sign"]:
        by_ns = round(_seconds(parts) * 1e9) * (-1 if match["sign"] == "-" else 1)
        return max(stretch.start_ns, min(stretch.end_ns, stretch.position_ns + by_ns))
    if len(parts) == 3:
        return _time_of_day(parts, stretch)
    return _since_start(parts, stretch)


def _seconds(parts: list[float]) -> float:
    total = 0.0
    for part in parts:
        total = total * 60 + part
    return total


def _share(text: str, stretch: Stretch) -> int:
    try:
        share = float(text) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise NoMoment("A share goes from 0% to 100%.")
    return stretch.start_ns + round(share * (stretch.end_ns - stretch.start_ns))


def _since_start(parts: list[float], stretch: Stretch) -> int:
    after_s = _seconds(parts)
    if after_s * 1e9 <= stretch.end_ns - stretch.start_ns:
        return stretch.start_ns + round(after_s * 1e9)
    if len(parts) == 2 and parts[0] < 24:
        try:
            return _time_of_day([*parts, 0.0], stretch)
        except NoMoment:
            pass
    raise NoMoment(f"That is after the end: it is {_length(stretch.length_s)} long.")


def _time_of_day(parts: list[float], stretch: Stretch) -> int:
    hours, minutes, seconds = parts
    if hours >= 24:
        raise NoMoment("A time of day has at most 23 hours.")
    year, month, day, *_rest = time.localtime(stretch.began_s)
    ended_s = stretch.began_s + stretch.length_s
    for ahead in range(2 + int(stretch.length_s // _DAY_S)):  # it may go on after midnight
        at_s = time.mktime((year, month, day + ahead, int(hours), int(minutes), int(seconds), 0, 0, -1)) + seconds % 1
        if stretch.began_s - 1 < at_s <= ended_s + 1:  # what is shown is whole seconds: those at both ends are meant, too
            return max(stretch.start_ns, min(stretch.end_ns, stretch.start_ns + round((at_s - stretch.began_s) * 1e9)))
    raise NoMoment(f"It was not recorded then, but from {day_time(stretch.began_s)} to {day_time(ended_s)}.")


def day_time(at_s: float) -> str:
    """The time of day here: 14:03:20."""
    return time.strftime("%H:%M:%S", time.localtime(at_s))


def _length(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{int(rest):02}" if minutes else f"{rest:.1f} s"
