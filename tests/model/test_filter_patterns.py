"""Patterns: what takes for ever is refused by its form, and what is searched in pieces finds the same."""

from __future__ import annotations

import random
import re

import pytest

from conclab.model.filter_patterns import LONGEST_PATTERN, LONGEST_TEXT, PatternError, reach_of, searcher


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*",
        "(?:a+)+",
        "(?P<x>a+)*",
        "(a|a)*$",
        "(a|aa)+",
        "(a?){20}",
        "((a{1,5}){5}){5}x+y+",
        "(a{2,})*",
        "([a-z]+)*",
        "([]a]+)*",
        "(\\w+\\s*)+",
        "((ab)*c)*",
        "(a+){5}b+c+",
        "a*a*a*a*a*b",
        "a?" * 40 + "a" * 40,
        "(?x)(a+) +",
        "(?ix:(a+) +)",
        "(a+)(?#)+",
    ],
)
def test_what_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        searcher(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("py.*", "python3"),
        ("^python\\d+(\\.\\d+)?$", "python3.11"),
        ("(foo|bar)-[0-9]+", "x bar-12"),
        ("(\\d{1,3}\\.){3}\\d{1,3}", "10.0.0.12"),
        ("[(+*]", "a+b"),
        ("\\(a+\\)", "(aa)"),
        ("(ab)+c", "ababc"),
        ("a++b", "aab"),
        ("a.*?b", "axxb"),
        ("x{3,}", "xxxx"),
        ("{}", "{}"),
        ("PYTHON", "python"),
        ("", "anything"),
        ("^$|y", "y"),
    ],
)
def test_usual_patterns_work(pattern: str, text: str) -> None:
    assert searcher(pattern)(text)


@pytest.mark.parametrize("pattern", ["[", "(", "*a", "a{2,1}", "(?P<1>x)", "\\", "a" * (LONGEST_PATTERN + 1), "x{99999999999}"])
def test_what_is_no_pattern_is_told(pattern: str) -> None:
    with pytest.raises(PatternError) as caught:
        searcher(pattern)
    assert 0 <= caught.value.at <= len(pattern)


def test_the_more_open_repetitions_the_less_is_searched() -> None:
    reaches = [reach_of(pattern) for pattern in ("a", "a+", "a+b+", "a+b+c+", "a+b+c+d+")]
    assert reaches[:2] == [LONGEST_TEXT, LONGEST_TEXT]
    assert reaches == sorted(reaches, reverse=True)
    assert reaches[-1] >= 100
    assert reach_of("a+b+(x|y|z)") < reach_of("a+b+")


def test_plain_pieces_reach_to_the_end_of_a_long_text_however_many_they_are() -> None:
    found = searcher("java.*elastic.*-Xmx.*z")
    assert found("java " + "x" * 2_000 + " elastic " + "x" * 1_000 + " -Xmx1g z")
    assert not found("java elastic -Xmx1g")
    assert not searcher("a.*a.*a.*a.*b")("a" * 5_000), "this would go on for days, searched as a whole"


@pytest.mark.parametrize("seed", range(4))
def test_searched_in_pieces_it_finds_what_the_whole_finds(seed: int) -> None:
    dice = random.Random(seed)
    pieces = ["a", "b", "ab", "", "\\.", ".", "\\d", "ba", "c"]
    for _ in range(400):
        pattern = ".*".join(dice.choice(pieces) for _ in range(dice.randint(3, 5)))
        text = "".join(dice.choice("abc.1") for _ in range(dice.randint(0, 12)))
        assert searcher(pattern)(text) is (re.search(pattern, text, re.IGNORECASE) is not None), (pattern, text)
