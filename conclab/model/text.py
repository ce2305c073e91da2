"""Foreign text made harmless: process names, command lines, the output of experiments.

Nothing that an experiment prints or a process calls itself may reach the terminal as anything but visible characters. Control
characters become their pictures (U+2400 block), so that one can still see that they were there.
"""

from __future__ import annotations

import re

_TAB = 8

# C0 (but for the tab) and DEL, C1, the characters that reorder or hide text (UAX #9, soft hyphen, zero-width and tag characters),
# surrogates left over from decoding with surrogateescape, and line and paragraph separators.
_HARMFUL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else "·"


def harmless(text: str) -> str:
    """The text as one line of visible characters; tabs widen to the next multiple of eight."""
    if text.isascii() and text.isprintable():
        return text
    return _HARMFUL.sub(_picture, text).expandtabs(_TAB)


def newest_lines(text: bytes, most: int) -> tuple[list[bytes], int, bytes]:
    """Of a flood only the end can be read: the last ``most`` whole lines, how many came before them, and the unfinished rest."""
    if b"\n" not in text:
        return [], 0, text
    ended, _, rest = text.rpartition(b"\n")
    lines = ended.rsplit(b"\n", most)
    left_out = lines.pop(0).count(b"\n") + 1 if len(lines) > most else 0
    return lines, left_out, rest
