"""Comparisons: from an operator and what was typed after it to a function that looks at a row.

Numbers are written as on the screen: shares in per cent, bytes with K, M, G, times with s, m, h, d or as 3h04:11. ``=`` means
equal as far as it was written: ``cpu=5`` is from 4.5 to below 5.5, ``cpu=5.0`` from 4.95, ``pid=5`` is 5; ``<`` and ``>`` compare
exactly. Text is equal as a whole, upper and lower case being the same, ``*`` standing for anything and ``?`` for one character;
``a|b`` is either. In quotes all of that stands for itself. ``~`` searches a regular expression.
"""

from __future__ import annotations

import fnmatch
import operator
import re
from collections.abc import Callable
from difflib import get_close_matches

from conclab.model.columns import BYTES, NUMBER, SECONDS, SHARE
from conclab.model.filter_columns import EQUALITIES, Term
from conclab.model.filter_patterns import PatternError, searcher
from conclab.model.filter_words import FilterError, Token
from conclab.model.table import TaskRow

Test = Callable[[TaskRow], bool]

EXAMPLES = {
    SHARE: ("a share in per cent", "5"),
    BYTES: ("a size", "500M"),
    SECONDS: ("a time", "2h"),
    NUMBER: ("a number", "100"),
}
"""What each kind of number is called, and one of them."""

_ORDERS: dict[str, Callable[[float, float], bool]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)"
_PLAIN = re.compile(rf"([+-]?){_NUMBER}\s*([a-z%]*?)(?:/s)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+)[h:])?(\d+):(\d+(?:\.\d*)?)", re.IGNORECASE)
_SPAN = re.compile(rf"{_NUMBER}\s*(ms|[smhdw])", re.IGNORECASE)

_SIZES = {"": 1.0, "b": 1.0, **{unit: 1024.0**power for power, unit in enumerate("kmgtpe", 1)}}
_UNITS = {
    SHARE: {"": 0.01, "%": 0.01},
    BYTES: _SIZES,
    NUMBER: {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9},
    SECONDS: {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0},
}


def compare(term: Term, sign: str, value: Token) -> Test:
    """The test that a comparison describes. A row without that value passes none, not even ``!=``. Raises FilterError."""
    if sign in ("~", "!~"):
        return _pattern(term, sign, value)
    if term.kind in EXAMPLES:
        if sign in _ORDERS:
            return _order(term, _ORDERS[sign], _number(term, value.text, value)[0])
        parts = value.text.split("|")
        spans = [_number(term, part, value) for part in parts]
        return _equals_number(term, sign, [(number - half, number + half) for number, half in spans])
    return _equals_text(term, sign, value)


def _order(term: Term, in_order: Callable[[float, float], bool], limit: float) -> Test:
    ask = term.value
    if in_order is operator.gt:  # by far the most usual: without the detour

        def above(row: TaskRow) -> bool:
            value = ask(row)
            return value is not None and value > limit  # type: ignore[operator]

        return above

    def ordered(row: TaskRow) -> bool:
        value = ask(row)
        return value is not None and in_order(value, limit)  # type: ignore[arg-type]

    return ordered


def _equals_number(term: Term, sign: str, spans: list[tuple[float, float]]) -> Test:
    ask, wanted = term.value, sign == "="

    def equal(row: TaskRow) -> bool:
        value = ask(row)
        return value is not None and any(low <= value < high for low, high in spans) is wanted  # type: ignore[operator]

    return equal


def _number(term: Term, text: str, token: Token) -> tuple[float, float]:
    """A number in the unit of the values, and half of its last digit. Raises FilterError."""
    text = text.strip()
    found = _times(text) if term.kind == SECONDS else None
    match = _PLAIN.fullmatch(text)
    if found is None and match:
        unit = match[3].lower()
        if term.kind == BYTES and len(unit) > 1:
            unit = unit.removesuffix("b").removesuffix("i")  # KB, KiB: binary here, as everywhere in monitors
        factor = _UNITS[term.kind].get(unit)
        if factor is not None:
            number, half = _digits(match[2])
            found = (-number if match[1] == "-" else number) * factor, half * factor
    if found is not None:
        return found
    what, example = EXAMPLES[term.kind]
    hint = f"write {term.key}>{example}"
    if term.key == "mem" and match and match[3].lower().rstrip("ib") in _SIZES:
        hint = f"for sizes use res: res>{text}"
    raise FilterError(f"{term.key} is {what}, and “{token.text}” is none; {hint}.", token.start, token.end)


def _digits(text: str) -> tuple[float, float]:
    """The number, and half of the unit of its last digit: 1.5 is known to 0.05."""
    text = text.replace(",", "")
    return float(text), 0.5 * 10.0 ** -min(300, len(text.partition(".")[2]))


def _times(text: str) -> tuple[float, float] | None:
    """0:41.20 and 3h04:11 as TIME+ writes them, 2h30m; None: it is none of these."""
    if clock := _CLOCK.fullmatch(text):
        seconds, half = _digits(clock[3])
        return float(clock[1] or 0) * 3600 + float(clock[2]) * 60 + seconds, half
    total, half, place = 0.0, 0.0, 0
    while span := _SPAN.match(text, place):
        number, half = _digits(span[1])
        factor = _UNITS[SECONDS][span[2].lower()]
        total, half, place = total + number * factor, half * factor, span.end()
    return (total, half) if place and place == len(text) else None


def _equals_text(term: Term, sign: str, value: Token) -> Test:
    ask, wanted = term.value, sign == "="
    parts = [value.text] if value.quoted else value.text.split("|")
    spelled = [term.spelled(part) for part in parts]
    if term.known is not None and not value.quoted:
        for part in spelled:
            _check_known(term, part, value)
    if value.quoted or not any(sign in part for part in spelled for sign in "*?"):
        if len(spelled) == 1:
            only = spelled[0].lower()

            def is_it(row: TaskRow) -> bool:
                found = ask(row)
                return found is not None and (found.lower() == only) is wanted  # type: ignore[union-attr]

            return is_it
        several = frozenset(part.lower() for part in spelled)

        def is_one(row: TaskRow) -> bool:
            found = ask(row)
            return found is not None and (found.lower() in several) is wanted  # type: ignore[union-attr]

        return is_one
    # fnmatch's translation of * never goes back, however many there are; its own [ ] are not for us
    likes = [re.compile(fnmatch.translate(part.replace("[", "[[]")), re.IGNORECASE).match for part in spelled]

    def is_like(row: TaskRow) -> bool:
        found = ask(row)
        return found is not None and any(like(found) is not None for like in likes) is wanted  # type: ignore[arg-type]

    return is_like


def _check_known(term: Term, text: str, token: Token) -> None:
    assert term.known is not None
    known = {value.lower() for value in term.known}
    if text.lower() in known or any(sign in text for sign in "*?"):
        return
    close = get_close_matches(text.lower(), known, 1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(term.known)}."
    raise FilterError(f"No {term.key} is called “{text}”. {hint}", token.start, token.end)


def _pattern(term: Term, sign: str, value: Token) -> Test:
    ask, wanted = term.value, sign == "~"
    try:
        search = searcher(value.text)
    except PatternError as error:
        start = min(value.start + value.quoted + error.at, value.end - 1)
        raise FilterError(f"“{value.text}” {error.reason}.", start, value.end) from None

    def contains(row: TaskRow) -> bool:
        found = ask(row)
        return found is not None and search(found) is wanted  # type: ignore[arg-type]

    return contains


def fits(term: Term, sign: str) -> bool:
    """Whether that comparison makes sense for that kind of value."""
    return sign in term.operators or sign in EQUALITIES
