"""A filter taken apart into its words, each with its place in what was typed: ``cpu>5 and "my name"``.

What stands after a comparison is read more generously than a word elsewhere: up to the next blank, so that ``command~--port=80``
and ``name~py(thon)?`` need no quotes; a bracket ends it only if it was not opened in it.
"""

from __future__ import annotations

from dataclasses import dataclass

WORD, VALUE, OPERATOR, OPEN, CLOSE, AND, OR, NOT = "word", "value", "operator", "(", ")", "and", "or", "not"

OPERATORS = {
    "==": "=",
    "!=": "!=",
    "<>": "!=",
    "<=": "<=",
    ">=": ">=",
    "=~": "~",
    "!~": "!~",
    "=": "=",
    "<": "<",
    ">": ">",
    "~": "~",
}
"""How each comparison may be typed, the longer ones first, and what it is called here."""

_KEYWORDS = {"and": AND, "or": OR, "not": NOT}
_SIGNS = {"&&": AND, "||": OR}
_QUOTES = "\"'"


class FilterError(Exception):
    """What was typed is no filter; ``str()`` is a sentence for whoever typed it.

    ``start`` and ``end`` are the place in the text. ``unfinished``: nothing is wrong yet, more is expected.
    """

    def __init__(self, message: str, start: int, end: int, unfinished: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.unfinished = unfinished


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, what it says (quotes taken away), and where it stands."""

    kind: str
    text: str
    start: int
    end: int
    quoted: bool = False
    closed: bool = True
    """Whether the quote that it begins with is closed."""


def words(text: str) -> list[Token]:
    """All words of a text. Never fails: a quote that is not closed reaches to the end."""
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _value(text, place) if found and found[-1].kind == OPERATOR else _word(text, place)
        found.append(token)
        place = token.end
    return found


def _word(text: str, start: int) -> Token:
    here = text[start]
    if here in "()":
        return Token(here, here, start, start + 1)
    if text[start : start + 2] in _SIGNS:
        return Token(_SIGNS[text[start : start + 2]], text[start : start + 2], start, start + 2)
    if here in _QUOTES:
        return _quoted(text, start, WORD)
    operator = _operator(text, start)
    if operator:
        return Token(OPERATOR, OPERATORS[operator], start, start + len(operator))
    if here == "!":
        return Token(NOT, here, start, start + 1)
    end = start
    while end < len(text) and not (
        text[end].isspace() or text[end] in "()" or text[end : end + 2] in _SIGNS or _operator(text, end)
    ):
        end += 1
    return Token(_KEYWORDS.get(text[start:end].lower(), WORD), text[start:end], start, end)


def _operator(text: str, start: int) -> str:
    return next((sign for sign in OPERATORS if text.startswith(sign, start)), "")


def _value(text: str, start: int) -> Token:
    if text[start] in _QUOTES:
        return _quoted(text, start, VALUE)
    end, opened = start, 0
    while end < len(text) and not text[end].isspace() and text[end : end + 2] not in _SIGNS:
        opened += {"(": 1, ")": -1}.get(text[end], 0)
        if opened < 0:
            break
        end += 1
    if end == start:  # a sign or a bracket stands where the value should
        return _word(text, start)
    return Token(VALUE, text[start:end], start, end)


def _quoted(text: str, start: int, kind: str) -> Token:
    """Up to the same quote. A backslash takes its meaning from that quote only: patterns are full of backslashes."""
    quote, end = text[start], start + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" and end + 1 < len(text) else 1
    closed = end < len(text)
    inside = text[start + 1 : end].replace("\\" + quote, quote)
    return Token(kind, inside, start, end + 1 if closed else len(text), True, closed)


def quoted(text: str) -> str:
    """The text as a value that stands for itself: in quotes where it must be."""
    bare = text and text[0] not in _QUOTES and not any(sign in text for sign in ("&&", "||"))
    if bare and all(character.isalnum() or character in "_-.,:/@+%" for character in text) and text.lower() not in _KEYWORDS:
        return text
    for quote in _QUOTES:
        if quote not in text and not text.endswith("\\"):
            return quote + text + quote
    return '"' + text.replace('"', '\\"') + '"'
