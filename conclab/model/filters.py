"""The filter language of the monitor: ``cpu>5 and user=root``, ``state=R|D``, ``name~"py.*" not firefox``.

A condition compares a column (any of ``model.columns``, by its key, its title or the name that ps has for it; also ``kind``,
``uid`` and ``age``) with a value: ``= != < <= > >=``, and for text ``~`` and ``!~``; ``model.filter_values`` says how values are
written. A bare word is looked for in the command and the name, upper and lower case being the same; a bare number also finds the
process of that pid (with its threads) and the thread of that tid. ``not`` (or ``!``) binds closest, then ``and`` (or ``&&``, or
nothing at all), then ``or`` (``||``); brackets group. ``@name`` stands for a saved filter.

A value that cannot be had passes no comparison, neither ``cpu>5`` nor ``cpu<=5`` nor ``cpu!=5``. ``not`` shows exactly what its
condition hides, these included: so no row is hidden by both a filter and its opposite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from conclab.model.columns import COLUMNS, Column
from conclab.model.filter_columns import Term, find, nearest, terms
from conclab.model.filter_completion import Completion, complete
from conclab.model.filter_values import EXAMPLES, Test, compare, fits
from conclab.model.filter_words import AND, CLOSE, NOT, OPEN, OPERATOR, OR, VALUE, WORD, FilterError, Token, words
from conclab.model.table import TaskRow

__all__ = ["Completion", "Filter", "FilterError", "complete", "containing", "parse"]

LONGEST = 1_000
"""Characters of a filter."""

_DEEPEST = 40
"""Brackets within brackets, saved filters within saved filters."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is ready to be used."""

    text: str
    matches: Callable[[TaskRow], bool]
    """Whether a row is to be shown."""
    needs: frozenset[str] = frozenset()
    """The costly readings of ``model.table`` that every row must have for it."""


def parse(
    text: str,
    *,
    columns: Mapping[str, Column] = COLUMNS,
    saved: Mapping[str, str] | None = None,
    now_s: Callable[[], float] | None = None,
) -> Filter:
    """What somebody typed, as a filter; nothing at all lets everything pass. Raises FilterError, which knows the place.

    ``saved`` are the filters that ``@name`` stands for; without any an @ is a character like others. ``now_s`` tells the seconds
    since the epoch, for ``age``; without it there is no such word.
    """
    if len(text) > LONGEST:
        raise FilterError(f"A filter can have {LONGEST:,} characters.", LONGEST, len(text))
    parser = _Parser(text, terms(columns, now_s), saved or {}, 0)
    test = parser.whole()
    return Filter(text, test, frozenset(parser.needs))


def containing(text: str) -> Test:
    """The test that a bare word makes, also for a plain search: nothing in it has a meaning of its own."""
    wanted = text.lower()
    number = int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else None

    def has(row: TaskRow) -> bool:
        return wanted in row.command.lower() or wanted in row.name.lower()

    def has_or_is(row: TaskRow) -> bool:
        return row.id.pid == number or row.id.tid == number or has(row)

    return has if number is None or number == 0 else has_or_is


def _everything(_row: TaskRow) -> bool:
    return True


class _Parser:
    """Recursive descent over the words; what it needs is collected on the way."""

    def __init__(self, text: str, among: Mapping[str, Term], saved: Mapping[str, str], depth: int) -> None:
        self._text = text
        self._tokens = words(text)
        self._place = 0
        self._terms = among
        self._saved = saved
        self._depth = depth
        self.needs: set[str] = set()

    def whole(self) -> Test:
        """The test of the whole text."""
        if not self._tokens:
            return _everything
        test = self._or()
        left = self._next()
        if left is not None:
            raise FilterError("There is no ( for this ).", left.start, left.end)
        return test

    def _next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, *kinds: str) -> Token | None:
        token = self._next()
        if token is None or token.kind not in kinds:
            return None
        self._place += 1
        return token

    def _or(self) -> Test:
        tests = [self._and()]
        while sign := self._take(OR):
            tests.append(self._and(sign))
        return _any(tests)

    def _and(self, sign: Token | None = None) -> Test:
        tests = [self._not(sign)]
        while (token := self._next()) and token.kind not in (OR, CLOSE):
            tests.append(self._not(self._take(AND)))
        return _all(tests)

    def _not(self, sign: Token | None) -> Test:
        """A condition; ``sign`` is the and, or, not or ( that it must follow."""
        opposite = False
        while token := self._take(NOT):
            opposite, sign = not opposite, token
        test = self._condition(sign)
        return (lambda row: not test(row)) if opposite else test

    def _condition(self, sign: Token | None) -> Test:
        token = self._take(WORD, OPEN)
        if token is None:
            raise self._nothing(sign)
        if token.kind == OPEN:
            return self._group(token)
        comparison = self._take(OPERATOR)
        if comparison is not None:
            return self._comparison(token, comparison)
        if not token.closed:
            raise FilterError("The quote is not closed.", token.start, token.end, unfinished=True)
        if token.text.startswith("@") and not token.quoted and self._saved:
            return self._kept(token)
        return containing(token.text) if not token.quoted or not token.text.isdecimal() else _text_only(token.text)

    def _nothing(self, sign: Token | None) -> FilterError:
        """What to say where a condition should be."""
        token, end = self._next(), len(self._text)
        if token is None:
            assert sign is not None
            return FilterError(f"What comes after “{sign.text}”?", end, end, unfinished=True)
        if token.kind == CLOSE:
            if sign is not None and sign.kind == OPEN:
                return FilterError("There is nothing between ( and ).", sign.start, token.end)
            if sign is not None:
                return FilterError(f"What comes after “{sign.text}”?", sign.start, sign.end)
            return FilterError("There is no ( for this ).", token.start, token.end)
        if token.kind == OPERATOR:
            return FilterError("Which column? Write its name first, like cpu>5 or name~py.", token.start, token.end)
        return FilterError(
            f"“{token.text}” stands between two conditions; to look for the word, put it in quotes.", token.start, token.end
        )

    def _group(self, bracket: Token) -> Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FilterError("There are too many brackets in brackets.", bracket.start, bracket.end)
        after = self._next()
        if after is not None and after.kind == CLOSE:
            raise self._nothing(bracket)
        test = self._or() if after is not None else None
        if test is None or self._take(CLOSE) is None:
            raise FilterError("This ( is not closed.", bracket.start, bracket.end, unfinished=True)
        self._depth -= 1
        return test

    def _kept(self, token: Token) -> Test:
        """A saved filter in the place of its name."""
        name = token.text[1:]
        if name not in self._saved:
            close = get_close_matches(name, self._saved, 1)
            hint = f"Did you mean @{close[0]}?" if close else f"Saved are: {', '.join('@' + one for one in sorted(self._saved))}."
            unfinished = any(one.startswith(name) for one in self._saved) and token.end == len(self._text)
            raise FilterError(f"No saved filter is called “{name}”. {hint}", token.start, token.end, unfinished)
        if self._depth >= _DEEPEST:
            raise FilterError(f"The saved filter “{name}” leads back to itself.", token.start, token.end)
        try:
            inner = _Parser(self._saved[name], self._terms, self._saved, self._depth + 8)
            test = inner.whole()
        except FilterError as error:
            if error.message.startswith("The saved filter"):
                raise FilterError(error.message, token.start, token.end) from None
            raise FilterError(f"The saved filter “{name}” has a mistake: {error.message}", token.start, token.end) from None
        self.needs |= inner.needs
        return test

    def _comparison(self, name: Token, comparison: Token) -> Test:
        term = None if name.quoted else find(name.text, self._terms)
        if term is None:
            raise self._no_column(name)
        if not fits(term, comparison.text):
            what = "text" if comparison.text not in ("~", "!~") else EXAMPLES[term.kind][0]
            raise FilterError(
                f"{term.key} is {what}: compare it by {', '.join(term.operators[:-1])} or {term.operators[-1]}.",
                comparison.start,
                comparison.end,
            )
        value = self._take(VALUE, WORD)
        if value is None:
            example = EXAMPLES[term.kind][1] if term.kind in EXAMPLES else ""
            hint = f" Write {term.key}{comparison.text}{example}." if example else ""
            end = len(self._text)
            at = self._next()
            if at is not None:
                raise FilterError(f"What is {term.key} to be compared with?{hint}", at.start, at.end)
            raise FilterError(f"What is {term.key} to be compared with?{hint}", end, end, unfinished=True)
        if not value.closed:
            raise FilterError("The quote is not closed.", value.start, value.end, unfinished=True)
        if term.needs:
            self.needs.add(term.needs)
        return compare(term, comparison.text, value)

    def _no_column(self, name: Token) -> FilterError:
        close = nearest(name.text, self._terms)
        if name.quoted:
            return FilterError("The name of a column is written without quotes.", name.start, name.end)
        if name.text.strip("+-.%").isdecimal():
            return FilterError("Write the column first: cpu>5, not 5<cpu.", name.start, name.end)
        if name.text.lower() in ("age", "etime", "elapsed"):
            return FilterError("How old a task is cannot be told here.", name.start, name.end)
        hint = f"Did you mean {close}?" if close else "To look for text as it stands, put it in quotes."
        return FilterError(f"There is no column “{name.text}”. {hint}", name.start, name.end)


def _text_only(text: str) -> Test:
    """Digits in quotes are text and no pid."""
    return lambda row: text in row.command or text in row.name


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    first, second = tests[0], tests[1]
    if len(tests) == 2:
        return lambda row: first(row) and second(row)
    return lambda row: all(test(row) for test in tests)


def _any(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    first, second = tests[0], tests[1]
    if len(tests) == 2:
        return lambda row: first(row) or second(row)
    return lambda row: any(test(row) for test in tests)
