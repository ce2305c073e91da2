"""What could come next in a filter that is being typed: columns with their meaning, comparisons that fit, values, and, or, not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conclab.model.columns import COLUMNS, TEXT, Column
from conclab.model.filter_columns import Term, find, names, simple, terms
from conclab.model.filter_words import AND, CLOSE, NOT, OPERATOR, OR, VALUE, WORD, Token, quoted, words

__all__ = ["Completion", "complete"]

_FIRST = ("cpu", "user", "name", "state", "command", "mem", "res", "delay", "vcs", "ics", "threads", "kind", "time", "age")
"""What is offered first while nothing is typed."""

_OPERATOR_MEANINGS = {
    ">": "more than",
    "<": "less than",
    ">=": "at least",
    "<=": "at most",
    "=": "as written: cpu=5 is 4.5 to 5.5",
    "!=": "anything else",
    "~": "contains this regular expression",
    "!~": "does not contain it",
}
_TEXT_EQUAL = "exactly this; * and ? stand for anything, a|b for either"
_KEYWORD_MEANINGS = {
    "and": "both; a blank alone means the same",
    "or": "one or the other",
    "not": "everything but",
}


@dataclass(frozen=True, slots=True)
class Completion:
    """Text that could take the place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str
    meaning: str

    def applied_to(self, text: str) -> tuple[str, int]:
        """The text with it, and where the cursor is then."""
        return text[: self.start] + self.text + text[self.end :], self.start + len(self.text)


def complete(
    text: str,
    cursor: int,
    values: Mapping[str, Sequence[str]],
    *,
    columns: Mapping[str, Column] = COLUMNS,
    saved: Mapping[str, str] | None = None,
    now_s: Callable[[], float] | None = None,
) -> tuple[Completion, ...]:
    """What could stand at the cursor, the likeliest first. ``values`` are those present, by the key of their column.

    The other arguments are those of ``filters.parse``. What is there already is not offered.
    """
    cursor = max(0, min(cursor, len(text)))
    tokens = words(text[:cursor])
    among = terms(columns, now_s)
    last = tokens[-1] if tokens else None
    touching = last is not None and last.end == cursor and (not last.closed or not text[cursor - 1].isspace())
    if last is not None and last.kind == OPERATOR:
        found = _values(_subject(tokens, 2, among), last.text, "", cursor, cursor, values)
    elif last is not None and last.kind == VALUE and touching:
        found = _of_value(tokens, among, values, _end(text, last, cursor))
    elif last is not None and touching and last.quoted:
        found = iter(())
    else:
        typed = last if touching and last is not None and _is_spelled(last) else None
        before = tokens[:-1] if typed else tokens
        end = _end(text, typed, cursor) if typed else cursor
        found = _words(typed.text if typed else "", typed.start if typed else cursor, end, before, among, saved or {})
    return tuple(one for one in found if text[one.start : one.end] != one.text)


def _is_spelled(token: Token) -> bool:
    """A word, or a keyword in letters: something that may go on."""
    return token.kind == WORD or (token.kind in (AND, OR, NOT) and token.text.isalpha())


def _end(text: str, token: Token, cursor: int) -> int:
    """Where the word ends in which the cursor stands: all of it is replaced."""
    return next((max(cursor, whole.end) for whole in words(text) if whole.start == token.start), cursor)


def _subject(tokens: list[Token], back: int, among: Mapping[str, Term]) -> Term | None:
    """The column so many words before the end."""
    if len(tokens) < back or tokens[-back].kind != WORD or tokens[-back].quoted:
        return None
    return find(tokens[-back].text, among)


def _of_value(
    tokens: list[Token], among: Mapping[str, Term], values: Mapping[str, Sequence[str]], end: int
) -> Iterator[Completion]:
    """The value at the end; of several with | between them the last."""
    token = tokens[-1]
    typed, start = token.text, token.start
    if not token.quoted and "|" in typed:
        start += typed.rindex("|") + 1
        typed = typed.rpartition("|")[2]
    return _values(_subject(tokens, 3, among), tokens[-2].text, typed, start, end, values)


def _values(
    term: Term | None, sign: str, typed: str, start: int, end: int, values: Mapping[str, Sequence[str]]
) -> Iterator[Completion]:
    if term is None:
        return
    offered = dict(term.known) if term.known is not None else dict.fromkeys(values.get(term.key, ()), "")
    wanted = typed.lower()
    for inside in (False, True):
        for value, meaning in offered.items():
            begins = value.lower().startswith(wanted) or bool(meaning and meaning.lower().startswith(wanted))
            fitting = (wanted in value.lower() and not begins) if inside else begins
            written = quoted(value)
            plain = value.replace("_", "").replace("-", "").isalnum()
            if fitting and (plain or sign in ("=", "!=")):  # elsewhere its signs would mean something
                yield Completion(start, end, written, meaning)


def _words(
    typed: str, start: int, end: int, before: list[Token], among: Mapping[str, Term], saved: Mapping[str, str]
) -> Iterator[Completion]:
    if typed.startswith("@"):
        for name in sorted(saved):
            if name.startswith(typed[1:]) and len(words("@" + name)) == 1:  # a name with a blank in it cannot be typed
                yield Completion(start, end, "@" + name, saved[name])
        return
    after_condition = bool(before) and before[-1].kind in (WORD, VALUE, CLOSE)
    exact = find(typed, among) if typed else _subject(before, 1, among) if after_condition else None
    wanted = simple(typed)
    signs = list(_signs(exact, end if typed else start)) if exact is not None else []
    meant = exact is not None and (exact.key == wanted or not any(key.startswith(wanted) for key in among))
    if meant or not typed:
        yield from signs
    for keyword in ("and", "or", "not"):
        if keyword.startswith(typed.lower()) and (typed or after_condition) and (keyword == "not" or after_condition):
            yield Completion(start, end, keyword + " ", _KEYWORD_MEANINGS[keyword])
    if typed and not wanted:
        return
    for by_key in (True, False):
        for term in sorted(among.values(), key=_rank):
            begins = term.key.startswith(wanted)
            if begins if by_key else (not begins and any(name.startswith(wanted) for name in names(term))):
                yield Completion(start, end, term.key, term.meaning)
    if typed and not meant:  # one or two letters that are also the beginning of other names
        yield from signs


def _signs(term: Term, at: int) -> Iterator[Completion]:
    for sign in term.operators:
        meaning = _TEXT_EQUAL if sign == "=" and term.kind == TEXT else _OPERATOR_MEANINGS[sign]
        yield Completion(at, at, sign, meaning)


def _rank(term: Term) -> int:
    return _FIRST.index(term.key) if term.key in _FIRST else len(_FIRST)
