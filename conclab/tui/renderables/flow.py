"""Paragraphs in which terms of the glossary are underlined and lead to their entries (``model.glossary`` has the marks)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from conclab.model.glossary import Span, spans
from conclab.tui.renderables.blocks import Line, action

_UNDERLINED = Style(underline=True)

Word = tuple[tuple[str, Style | None], ...]
"""What no line breaks apart: pieces of text and how each looks."""


def flow(text: str, width: int, look: Style | None, *, head: str = "", head_look: Style | None = None) -> list[Strip]:
    """A marked text in lines of exactly so many cells. ``head`` begins its first line in a look of its own."""
    return laid_out([*((((part, head_look),)) for part in head.split()), *_words(text, look)], width)


def _words(text: str, look: Style | None) -> list[Word]:
    """The words of a text; a term in the middle of one (``GIL's``) is a piece of it."""
    words: list[list[tuple[str, Style | None]]] = [[]]
    for span in spans(text):
        style = _look_of(span, look)
        for number, part in enumerate(re.split(r"\s+", span.text)):
            if number:
                words.append([])
            if part:
                words[-1].append((part, style))
    return [tuple(word) for word in words if word]


def _look_of(span: Span, look: Style | None) -> Style | None:
    if span.term is None:
        return look
    return (look or Style()) + _UNDERLINED + action(f"screen.glossary({span.term!r})")


def laid_out(words: Sequence[Word], width: int) -> list[Strip]:
    """Words in lines. A blank between two words of one look has it, too: a term of two words is underlined throughout."""
    lines: list[Strip] = []
    line, used, last = Line(), 0, None
    for word in words:
        size = sum(cell_len(text) for text, _look in word)
        if used and used + 1 + size > width:
            lines.append(line.strip(width))
            line, used, last = Line(), 0, None
        if used:
            line.add(" ", last if last is word[0][1] else None)
            used += 1
        for text, look in word:
            line.add(text, look)
        used, last = used + size, word[-1][1]
    if used:
        lines.append(line.strip(width))
    return lines
