"""What stands in a table of a demo script, taken out of it and checked: texts, numbers, words of a list."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from conclab.demos.steps import FEATURES
from conclab.model.settings import did_you_mean
from conclab.model.text import harmless

LONGEST_TEXT = 500


class Wrong(Exception):
    """What is wrong and what to write instead; whoever reads the file adds where."""


def only(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    known = tuple(known)
    for key in table:
        if key not in known:
            raise Wrong(f"{quoted(key)} does not belong into {where}{did_you_mean(key, known)}; it takes {', '.join(known)}")


def text_of(table: Mapping[str, Any], key: str, empty: bool = False) -> str:
    value = table[key]
    if not isinstance(value, str) or not (value.strip() or empty):
        raise Wrong(f'{key} takes a text, like {key} = "…"')
    if len(value) > LONGEST_TEXT:
        raise Wrong(f"{key}: a text of {len(value):,} characters is too long; the most is {LONGEST_TEXT}")
    return " ".join(harmless(line) for line in value.split("\n")).strip() if key != "type" else harmless(value)


def texts_of(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table[key]
    if isinstance(value, str):
        return (text_of(table, key),)
    if not isinstance(value, list) or not value:
        raise Wrong(f'{key} takes a text or a list of texts, like {key} = ["…", "…"]')
    return tuple(text_of({key: one}, key) for one in value)


def number_of(table: Mapping[str, Any], key: str, least: float, most: float) -> float:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not least <= value <= most:
        raise Wrong(f"{key} takes a number from {least:g} to {most:,.0f}")
    return float(value)


def one_of(table: Mapping[str, Any], key: str, known: Iterable[str]) -> str:
    value = table[key]
    return known_word(value if isinstance(value, str) else str(value), key, known)


def known_word(word: str, key: str, known: Iterable[str]) -> str:
    known = tuple(known)
    if word not in known:
        raise Wrong(f"{key} = {quoted(word)} is not known{did_you_mean(word, known)}; take one of {', '.join(known)}")
    return word


def features_of(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = texts_of(table, key) if key in table else ()
    for feature in found:
        known_word(feature, key, FEATURES)
    return found


def quoted(word: object) -> str:
    return f"“{harmless(str(word))[:60]}”"
