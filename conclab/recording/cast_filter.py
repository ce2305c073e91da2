"""What of a terminal's stream goes into a cast: text, colours and where they stand. Nothing that asks, sets or switches anything.

Who plays a cast sends all of it to a terminal of their own. So what is not known to be harmless is left out: queries (device
attributes and status, modes, colours), which that terminal would answer by typing into the player; mouse, focus, paste, resize
and keyboard modes, which would outlast the cast; titles, clipboard, pointer shapes; synchronized output, which a player that
seeks would leave on; and the alternate screen, so that the last picture stays where it is. Sequences by ECMA-48 and xterm's
ctlseqs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

START = "\x1b[0m\x1b[?25l\x1b[2J\x1b[H"
"""A cast begins with an empty screen and without a cursor, whenever in a program's life it begins."""
LONGEST_HELD = 65_536
"""Characters that an unfinished sequence may have; what is longer is none (a string that nobody ends)."""

_AWAY = {"1049", "1047", "47"}
"""The alternate screen: what comes after it has been left is the shell's, and no part of the cast."""
_KEPT_FINALS = frozenset("ABCDEFGHJKLMPSTX@`adefm")
"""Moving, erasing, inserting, scrolling, looks (SGR)."""
_KEPT_SIGNS = frozenset("\b\t\n\r")
_KEPT_ESCAPES = frozenset("78DEM")
"""Keep and restore the cursor (DECSC, DECRC), line feeds (IND, NEL, RI)."""

_STRING_END = r"(?:\x07|\x1b\\|\x9c)"
_STRING = r"(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])"
_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|(?P<csi>(?:\x1b\[|\x9b)(?P<prefix>[<-?]*)(?P<parameters>[0-9:;]*)(?P<between>[ -/]*)(?P<final>[@-~]))"
    rf"|(?P<string>{_STRING}[^\x07\x1b\x9c\x18\x1a]*{_STRING_END})"
    r"|(?P<escape>\x1b(?P<middle>[ -/]*)(?P<last>[0-OQ-WYZ`-~\\]))"
    r"|(?P<sign>[\x00-\x1a\x1c-\x1f\x7f-\x8f\x91-\x97\x99\x9a\x9c])"
)
_PLAIN = re.compile(r"(?:[^\x00-\x1f\x7f-\x9f]++|\x1b\[[0-9;:]*+[A-HJ-MPSTX@`ad-fm]|[\b\t\n\r])*+")
"""Nothing but what is kept; most of what is drawn is."""
_UNFINISHED = re.compile(rf"(?:\x1b\[|\x9b)[<-?]*[0-9:;]*[ -/]*\Z|{_STRING}[^\x07\x1b\x9c\x18\x1a]*\x1b?\Z|\x1b[ -/]*\Z")


class CastFilter:
    """Takes a stream in pieces, however it is cut, and gives what of it is to be kept."""

    def __init__(self) -> None:
        self._held = ""
        """The beginning of a sequence whose end has not come yet."""
        self._away = False

    def feed(self, data: str) -> str:
        """What is to be kept of this piece and of what was held back before."""
        if not self._held and not self._away and _PLAIN.fullmatch(data):
            return data
        data, at = self._held + data, 0
        kept: list[str] = []
        while at < len(data):
            match = _TOKEN.match(data, at)
            if match is not None:
                kept += self._kept(match)
                at = match.end()
            elif _UNFINISHED.match(data, at) and len(data) - at <= LONGEST_HELD:
                break
            else:
                at += 1  # not the beginning of anything: what follows is looked at by itself
        self._held = data[at:]
        return "".join(kept)

    def _kept(self, match: re.Match[str]) -> Iterator[str]:
        if match["csi"] is not None:
            yield from self._kept_of_csi(match)
        elif not self._away and _is_kept(match):
            yield match.group()

    def _kept_of_csi(self, match: re.Match[str]) -> Iterator[str]:
        prefix, between, final = match["prefix"], match["between"], match["final"]
        if prefix == "?" and not between and final in "hl":
            modes = match["parameters"].split(";")
            if _AWAY.intersection(modes):
                before, self._away = self._away, final == "l"
                if before and not self._away:
                    yield START
            elif "25" in modes and not self._away:
                yield f"\x1b[?25{final}"
        elif not prefix and not between and final in _KEPT_FINALS and not self._away:
            yield f"\x1b[{match['parameters']}{final}"


def _is_kept(match: re.Match[str]) -> bool:
    """Of what is no control sequence: text, line feeds and the like."""
    if match["escape"] is not None:
        return not match["middle"] and match["last"] in _KEPT_ESCAPES
    return match["text"] is not None or match["sign"] in _KEPT_SIGNS
