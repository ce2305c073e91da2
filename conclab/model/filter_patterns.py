"""Regular expressions that somebody types, searched in texts that anybody can choose: they must not take for ever.

Python's engine goes back and tries again, and for some patterns (``(a+)+$``) that takes longer than the machine will live; it
cannot be interrupted. So a pattern is judged by its form before it is used. An open repetition (``*``, ``+``, ``{3,}``) of what
is itself open or a choice is refused. For the rest the steps at worst are about n^(k+1) / (k+1)! times w, where n is the length
of the text, k the number of open repetitions and w in how many ways the choices can be made; only so much of a text is searched
that this stays bearable, and a pattern for which that would be too little is refused.

The most usual pattern with several, plain pieces with ``.*`` between them, is searched piece after piece: that finds the same, and
takes no longer than the text is long.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable

LONGEST_PATTERN = 256
LONGEST_TEXT = 4_096
"""Characters of a text that are searched at most: as many as a command line keeps here."""

_STEPS = 2e8
"""What one search may take at worst: some seconds, and only with a text made for it."""

_SHORTEST_REACH = 100
_HIGH = 8
"""A repetition of more than so many counts as open."""

_QUANTIFIER = re.compile(r"\*|\+|\?|\{(\d+)\}|\{(\d*),(\d*)\}")
_PLAIN = re.compile(r"(?:[^\\^$*+?{}\[\]|()]|\\[^\w]|\\[dDwWsS])*")
"""A piece that always has the same length: characters and classes of one character; no repetition, choice or anchor."""

_DISGUISE = re.compile(r"\(\?(?:#|[a-zA-Z-]*x)")
"""Comments and the verbose flag: with them a quantifier can stand away from what it repeats."""


class PatternError(Exception):
    """Why a pattern cannot be used, as the end of a sentence; ``at`` is the place in it."""

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


def searcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text contains what the pattern describes, upper and lower case being the same. Raises PatternError."""
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"is longer than {LONGEST_PATTERN} characters")
    search = _compiled(pattern).search
    pieces = pattern.split(".*")
    if len(pieces) > 2 and all(_PLAIN.fullmatch(piece) for piece in pieces):
        return _in_turn([_compiled(piece) for piece in pieces if piece])
    reach = reach_of(pattern)
    return lambda text: search(text, 0, reach) is not None


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set" and the like are said to programmers
            return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise PatternError(f"does not read as a pattern: {error.msg}", error.pos or 0) from None
    except (OverflowError, RecursionError):
        raise PatternError("is too large") from None


def _in_turn(pieces: list[re.Pattern[str]]) -> Callable[[str], bool]:
    """Each piece somewhere after the one before. As each has a fixed length, the first place of each is the best."""
    searches = [piece.search for piece in pieces]

    def found(text: str) -> bool:
        place = 0
        for search in searches:
            match = search(text, place, LONGEST_TEXT)
            if match is None:
                return False
            place = match.end()
        return True

    return found


def reach_of(pattern: str) -> int:
    """How many characters of a text it can be searched in. Raises PatternError where that is none, or too few."""
    if disguised := _DISGUISE.search(pattern):
        raise PatternError("has a comment or the verbose flag, which are not supported here", disguised.start())
    whole = _judged(pattern)
    factor = whole.opened + 1
    try:
        reach = (_STEPS * math.factorial(factor) / whole.total) ** (1 / factor)
    except OverflowError:
        reach = 0
    if reach < _SHORTEST_REACH:
        raise PatternError("has too many repetitions and choices; write several conditions instead")
    return min(LONGEST_TEXT, int(reach))


class _Part:
    """What is known of a part of a pattern."""

    __slots__ = ("before", "opened", "ways")

    def __init__(self) -> None:
        self.opened = 0
        """Open repetitions in it."""
        self.ways = 1.0
        """In how many ways the choices since the last | can be made."""
        self.before = 0.0
        """The same of what stands before it."""

    @property
    def total(self) -> float:
        return self.before + self.ways


def _judged(pattern: str) -> _Part:
    """The whole of a pattern that compiles. Raises PatternError where a repetition is open over what is open or a choice."""
    parts = [_Part()]
    last = _Part()  # what a quantifier here would repeat; it is counted already, as if it stood there once
    place = 0
    while place < len(pattern):
        here, whole = pattern[place], parts[-1]
        quantifier = _QUANTIFIER.match(pattern, place)
        if quantifier:
            least, most = _bounds(quantifier)
            if most > _HIGH:
                if last.opened or last.total > 1:
                    raise PatternError("repeats a repetition or a choice, which could take for ever", place)
                whole.opened += 1
            else:
                whole.opened += last.opened * (most - 1) if most else 0
                whole.ways *= last.total ** max(0, most - 1) * (most - least + 1)
            last = _Part()
            place = quantifier.end()
            place += pattern[place : place + 1] in ("?", "+")  # lazy, possessive
            continue
        last = _Part()
        if here == "\\":
            place += 2
            continue
        if here == "[":
            place = _class_end(pattern, place)
            continue
        if here == "(":
            parts.append(_Part())
            place += pattern[place + 1 : place + 2] == "?"  # of (?:…): no quantifier
        elif here == ")" and len(parts) > 1:
            last = parts.pop()
            parts[-1].opened += last.opened
            parts[-1].ways = min(1e100, parts[-1].ways * last.total)
        elif here == "|":
            whole.before, whole.ways = whole.total, 1.0
        place += 1
    return parts[0]


def _bounds(quantifier: re.Match[str]) -> tuple[int, int]:
    """How often it repeats at least and at most; whatever is high is just above _HIGH."""
    if quantifier[0] in ("*", "+"):
        return 0, _HIGH + 1
    if quantifier[0] == "?":
        return 0, 1
    exactly, least, most = (int(text[:9]) if text else None for text in quantifier.groups())
    if exactly is not None:
        return exactly, min(exactly, _HIGH) if exactly <= _HIGH else _HIGH + 1
    return least or 0, _HIGH + 1 if most is None else min(most, _HIGH + 1)


def _class_end(pattern: str, place: int) -> int:
    """The place after a class of characters; a ] right at its beginning belongs to it."""
    place += 2 if pattern[place + 1 : place + 2] == "^" else 1
    place += pattern[place : place + 1] == "]"
    while place < len(pattern) and pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1
