"""How texts mark terms of the glossary (``glossary_terms``), and how the marks are read.

A text marks a term in braces: ``{GIL}``, or ``{switches|context switch}`` where it shows another word than the term.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_MARK = re.compile(r"\{([^{}|]+)(?:\|([^{}]+))?\}")


class Span(NamedTuple):
    """A stretch of a text: ``term`` is the entry that it leads to, None for plain text."""

    text: str
    term: str | None = None


def spans(text: str) -> tuple[Span, ...]:
    """A text in its stretches."""
    found: list[Span] = []
    at = 0
    for mark in _MARK.finditer(text):
        if mark.start() > at:
            found.append(Span(text[at : mark.start()]))
        found.append(Span(mark[1], mark[2] or mark[1]))
        at = mark.end()
    if at < len(text):
        found.append(Span(text[at:]))
    return tuple(found)


def plain(text: str) -> str:
    """A text without its marks."""
    return _MARK.sub(lambda mark: mark[1], text)


def terms_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The terms that the texts mark, in the order in which they come, each once."""
    return tuple(dict.fromkeys(span.term for text in texts for span in spans(text) if span.term is not None))
